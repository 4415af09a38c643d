"""How well bytes read as words in an eight-bit code page, by which letters stand side by side."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5")
_LATIN = {
    "cp1252": "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœšžß",
    "cp1250": "áâăäąćčçďđéęëěíîĺľłńňóôőöŕřśšşťţúůűüýźżžß",
    "cp1254": "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœğışß",
}
"""Letters of the languages that each page is for. In cp1252 þ, ð and ý are left out: Turkish text is likelier."""
PAGES = (*_CYRILLIC, *_LATIN)

# Which letters usually follow which in Russian words and names; counted in this project's own Russian sentences.
_FOLLOWERS = (
    "абвгдежзийклмнпрстухцчшщюя баеиоруылья вавеиклнорсуыьягзт гадеилоруу даеиклмноруяьыв евгджзйклмнпрстчшбх "
    "жадеинуок завдеимноурьяы иабвгдезийклмнпрстфхцчшщя йклнтсд каеилорсту лаеиклоуьюяны маеикмоучылпь "
    "нагдеикнотучыьяс обвгдежзийклмнпрстфхчшщюя паеиоруяль рагежикмностучыьядв савеиклмнопстуьяыхш тавеикнорсуыьятл "
    "убгдежклмрстхчшювпзнй фаеиороу хамориеу цеиау чаеикнту шаеиклуьон щеиуа ъея ывдеймтхлснр ькняюмсешт элткрнмв "
    "юбдлрстчшщ яемнртвлзгсдх"
)
_USUAL = frozenset(group[0] + after for group in _FOLLOWERS.split() for after in group[1:])
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяё")
_NEIGHBOURS = str.maketrans("ёіїєґў", "еииегу")
_NEIGHBOURS_LETTERS = frozenset("іїєґў")
_SIGNS = frozenset("\u00a0«»“”„‘’…—–№°§©®€•·")
_APART = frozenset("—–№°§©®€•·")  # signs that stand in no word
_NEUTRAL, _GOOD, _POOR, _BAD = 0, 1, 2, 3
_WESTERN_WORDS = frozenset({
    "le", "la", "les", "de", "des", "du", "et", "est", "un", "une", "dans", "pour", "que", "qui", "il", "elle", "che",
    "di", "per", "con", "del", "sono", "non", "el", "los", "las", "der", "die", "das", "und", "ist", "nicht", "ein",
    "eine", "mit", "von", "den", "og", "det", "som", "er", "på", "att", "av", "ett", "är", "em", "não", "um", "uma",
    "with", "the", "and", "of",
})  # fmt: skip
_WESTERN_SHARE = 0.12
_STRAY_SIGNS = r"|(?<!\w)[„“”‘’—–][а-я]|[–—][“”‘’–—]|(?<![\d\w])(?<!\d )€(?! ?[\d\w])"
_NOT_1251 = re.compile(
    r"[а-яё][А-ЯЁ]|[ЂЃ‚ѓ†‡€‰ЉЊЌЋЏђ™љ›њќћџ•][а-я]|[а-я][ЂЃѓ†‡€‰ЉЊЌЋЏђ™љњќћџ•]|[а-я,»] С [а-я]" + _STRAY_SIGNS
)
_NOT_MAC = re.compile(
    r"[€≈√ƒ¿¡¬∆][а-я]|[а-я][€≈√ƒ¿¡¬∆]|[ЂЃЉЊЋЌЏЅ][а-я]|(?<!\w)Ч(?![\w.])|[бвгджзклмнпрстфхцчшщы]ї(?!\w)" + _STRAY_SIGNS
)


@dataclass(frozen=True, slots=True)
class Score:
    """`share` is 1 where every pair is usual, below 0 where most are impossible; `weight` counts the pairs."""

    share: float
    weight: int


Pairs = Counter[tuple[int, int]]


def pairs_of(data: bytes) -> Pairs:
    """How often each two bytes stand side by side."""
    return Counter(pairwise(data))


def score(pairs: Pairs, page: str) -> Score:
    """Weigh pairs of neighbouring bytes, of which at least one is above 127."""
    values = _values(page)
    good = bad = total = 0.0
    for (one, other), count in pairs.items():
        if one < 0x80 and other < 0x80:
            continue
        value = values[one << 8 | other]
        total += count * (value != _NEUTRAL)
        good += count * (value == _GOOD)
        bad += count * (value == _BAD)
    return Score((good - bad) / total if total else 0.0, round(total))


@lru_cache(maxsize=16)
def _values(page: str) -> bytes:
    characters = [bytes([byte]).decode(page, "replace") for byte in range(256)]
    if page in _CYRILLIC:
        return bytes(_cyrillic_pair(one, other) for one in characters for other in characters)
    accented = frozenset(_LATIN[page]) | frozenset(_LATIN[page].upper())
    return bytes(_latin_pair(one, other, accented) for one in characters for other in characters)


def _cyrillic_pair(one: str, other: str) -> int:
    if _is_odd(one) or _is_odd(other):
        return _BAD
    if (one in _APART and other.isalpha()) or (one.isalpha() and other in _APART):
        return _BAD
    first, second = one.lower(), other.lower()
    if not (_is_cyrillic(first) and _is_cyrillic(second)):
        return _BAD if first.isalpha() and second.isalpha() else _NEUTRAL
    if one.islower() and other.isupper():
        return _BAD
    return _GOOD if (first + second).translate(_NEIGHBOURS) in _USUAL else _POOR


def _is_cyrillic(small: str) -> bool:
    return small in _RUSSIAN or small in _NEIGHBOURS_LETTERS


def _is_odd(character: str) -> bool:
    """What stands in no Russian text: box drawings, controls, letters of Serbian and Macedonian."""
    return character > "\x7f" and character not in _SIGNS and not _is_cyrillic(character.lower())


def _latin_pair(one: str, other: str, accented: frozenset[str]) -> int:
    if any(c > "\x7f" and c not in _SIGNS and c not in accented for c in (one, other)):
        return _BAD
    if not (one.isalpha() and other.isalpha()):
        return _NEUTRAL
    if one.islower() and other.isupper():
        return _BAD
    # Two accented letters in a row are rare; a Russian text in a Latin page is made of them.
    return _POOR if one in accented and other in accented else _GOOD


def likelier(one: str, other: str, data: bytes) -> str | None:
    """Which of two pages is meant that read nearly as well, `one` the better; None if that can't be told.

    cp1251 and mac-cyrillic share the small letters but two: я of the one is € in the other, and Я the other way
    round. è and č share a byte, so words have to tell.
    """
    if {one, other} == {"cp1251", "mac-cyrillic"}:
        mac = len(_NOT_1251.findall(data.decode("cp1251", "replace")))
        windows = len(_NOT_MAC.findall(data.decode("mac-cyrillic")))
        return one if mac == windows else "mac-cyrillic" if mac > windows else "cp1251"
    if {one, other} == {"koi8-r", "koi8-u"}:
        return "koi8-u"
    if {one, other} <= set(_LATIN) and "cp1252" in (one, other):
        words = re.findall(r"[^\W\d_]+", data.decode("cp1252", "replace").lower())
        western = sum(word in _WESTERN_WORDS for word in words)
        return "cp1252" if western >= max(1, _WESTERN_SHARE * len(words)) else None
    return None


def plain(text: str) -> str:
    """The text as a search for names reads it: without accents and case. Texts equal in this differ for no one."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if c.isalnum() or c.isspace())
