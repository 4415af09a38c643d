"""Keys that spellings of one name share across the languages of the former Union: Хўжаев and Ходжаев.

A name goes from a national spelling to the official Russian one and back by habits, not by a table: Belarusian
writes the vowels as they sound, Tatar and Azerbaijani have vowels of their own, Armenian has three rows of stops,
an Arabic name came to every people by another road (Мухаммад, Магомед, Мамед). Each family of keys makes the
letters equal that one such habit confuses. Words that share a key may be the same name; that is proposed, never sure.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Names that reached the languages in many shapes, by the shape that stands for all of them here.
_ROOTS = {
    "мухамад": "магом[аеи][дт]|мух[ао]м+[аеи][дт]|мох[ао]м+[аеи][дт]|мохмад|махмад|мам+[аеи]д(?=[^а]|$)",
    "ахмад": "ахм[аеэ][дт]",
    "хусайн": "[гх]ус[аеэ][йи]н",
    "хасан": "[гх]асан",
    "хажи": "[гх]ад?жи",
    "хамз": "[гх]амз",
    "хайдар": "[гх][аеэ]йдар",
    "ибрахим": "ибр[ао][гх]им",
    "исмаил": "исм[ао]г?ил",
    "юсуф": "[йи]?[юу]с[уи][фп]",
    "сулайман": "с[уо]л[еаэ]йм[ао]н",
    "усман": "[оу]см[ао]н",
    "умар": "^[гх]?[оу]мар",
    "рамазан": "рам[ао]?[зд][ао]н",
    "саид": "са[ий]и?д|сеид|саийд",
    "шайх": "ш[аеэ][йи]х",
    "якуб": "[яе]к[уо]б",
    "идрис": "идр[ие]с",
    "халил": "[хг]ал[ие]л",
    "удин": "[аеэуи][дт][дт]?ин",
    "ула": "[уо]л+[ао](?=[^аеиоуюя]|$)",
    "жан": "д?ж[ао]н|зян|жян",
    "рахман": "р[ае]хм[ао]н",
    "рахим": "р[ао]хим",
    "мурад": "мур[ао][дт]",
    "мустафа": "муст[ао]ф[ао]",
    "жихан": "[зж]и[гх]ан",
    "таги": "т[ао][гх]и(?=р|е)",
}
_ROOT = re.compile("|".join(f"({shapes})" for shapes in _ROOTS.values()))
_SHAPES = tuple(_ROOTS)
_DOUBLED = re.compile(r"(.)\1+")
_SIGNS = str.maketrans("", "", "ьъ")

_OPEN = str.maketrans("ыэюой", "ииуаи")
_ROUND = str.maketrans("ыэюой", "ииууи")
_FIRST = str.maketrans("яеэ", "иии")
_TURKIC = str.maketrans("еэяюыо", "ааауиу")
_SLAVIC = str.maketrans("оэяыц", "аееит")
_SHORT_U = re.compile("(?<=[аеиоуыэюя])у(?=[бвгджзклмнпрстфхцчшщ]|$)")
_AFTER_HARD = re.compile("(?<=[жшчщцр])[аэ]")  # Belarusian has these always hard, and no е after them
_ARMENIAN = re.compile("(.{3,})(?:я|иа)н(?:а|у|ом|е|ы|ов|ам|ами|ах|ц|ци)?$")
_SON = re.compile("заде?х?$|задах$|зада$")
_STOPS = str.maketrans({"б": "п", "г": "к", "д": "т", "ж": "ч", "э": "е", "й": None, "х": "х"})
_OGANES = re.compile("^[хг]?о[гв]х?ан+[еи]с|^х?оханес")
_SARKIS = re.compile("с[ае]р[гк]и?с")


def _plain(word: str) -> str:
    return _DOUBLED.sub(r"\1", _ROOT.sub(lambda match: _SHAPES[(match.lastindex or 1) - 1], word))


@lru_cache(maxsize=20000)
def alike_keys(word: str) -> tuple[str, ...]:
    """The keys of a folded Russian word, at most six."""
    signless = word.translate(_SIGNS)
    plain = _plain(signless)
    keys = {*_central_asian(plain), _turkic(plain), _slavic(word)}
    if match := _ARMENIAN.match(signless):
        keys.add(_armenian(match.group(1)))
    return tuple(keys)


def _central_asian(plain: str) -> tuple[str, ...]:
    """Uzbek, Tajik, Kazakh and Kyrgyz: a and о, о and у, ж and дж, -зода and -ов; at the start я, е, э and и."""
    word = plain[:1].translate(_FIRST) + plain[1:]
    word = word.replace("дж", "ж").replace("йу", "у").replace("йо", "о").replace("йе", "е").replace("зод", "зад")
    word = _SON.sub("зада", word)
    forms = (word, word[: -len("зада")] + "ов") if word.endswith("зада") else (word,)
    return tuple("c" + one.translate(vowels) for one in forms for vowels in (_OPEN, _ROUND))


def _turkic(plain: str) -> str:
    """Tatar, Bashkir and Azerbaijani: а, е and я, о and у, ы and и."""
    return "t" + _DOUBLED.sub(r"\1", plain.replace("дж", "ж").replace("ый", "и").replace("ий", "и")).translate(
        _TURKIC
    )


def _slavic(word: str) -> str:
    """Ukrainian and Belarusian: unstressed vowels as they sound, дз and ц for soft д and т, ў."""
    word = word.replace("ьо", "е").replace("йо", "е").replace("шч", "щ").replace("дз", "д").translate(_SIGNS)
    word = _AFTER_HARD.sub("е", _SHORT_U.sub("в", word)).replace("ий", "и").replace("ый", "и").replace("ой", "и")
    return "s" + _DOUBLED.sub(r"\1", word).translate(_SLAVIC)


def _armenian(stem: str) -> str:
    """The stem of a surname in -ян: voiced and voiceless stops are one, and a first h is not written in Russian."""
    stem = _SARKIS.sub("саркс", _OGANES.sub("ованис", stem)).replace("дз", "ц").replace("дж", "ч")
    if stem[0] in "хг" and stem[1:2] in ("а", "о", "у", "е", "и", "я"):
        stem = stem[1:] if stem[0] == "х" else stem
    return "a" + _DOUBLED.sub(r"\1", stem.translate(_STOPS).replace("гх", "к").replace("кх", "к").replace("тс", "ц"))
