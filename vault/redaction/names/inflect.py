"""Every case, gender and number of a Russian name part, by rules over its ending.

The rules give too much rather than too little: a form that does not exist costs nothing, a form that is missing
is a leak. Dictionaries know common names better and rare ones not at all (one makes "Цого" of Цой), so their
forms are joined to ours and never replace them. All words here are folded (lower case, ё written е).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .. import morphology

NOMINATIVE = "nominative"
_CASES = {
    "n": NOMINATIVE,
    "g": "genitive",
    "d": "dative",
    "a": "accusative",
    "i": "instrumental",
    "p": "prepositional",
}
_DICTIONARY_CASES = {
    "nomn": NOMINATIVE, "gent": "genitive", "datv": "dative", "accs": "accusative", "ablt": "instrumental",
    "loct": "prepositional", "voct": "vocative", "gen2": "genitive", "loc2": "prepositional",
}  # fmt: skip

Forms = dict[str, str]  # form -> which form it is

# Endings after the stem: "case:ending" with - for none. Plurals are family plurals.
_POSSESSIVE_M = "n:- g:а d:у a:а i:ым p:е i:ом"
_POSSESSIVE_F = "n:а g:ой d:ой a:у i:ою p:ой"
_POSSESSIVE_P = "n:ы g:ых d:ым i:ыми a:ых"
_ADJECTIVE_M = "n:ий n:ый n:ой n:и n:ы g:ого g:его d:ому d:ему i:им i:ым p:ом p:ем g:ово g:ева"
_ADJECTIVE_F = "n:ая n:яя n:а g:ой g:ей a:ую a:юю i:ою i:ею a:у g:ои"
_ADJECTIVE_P = "n:ие n:ые g:их g:ых d:им d:ым i:ими i:ыми"
_HARD_M = "n:- g:а d:у i:ом i:ем p:е d:ови d:еви"
_HARD_P = "n:ы n:и g:ов g:ев g:ей d:ам i:ами p:ах g:ых g:их"
_SOFT_M = "g:я d:ю i:ем p:е p:и d:еви"
_SOFT_P = "n:и g:ей g:ев d:ям i:ями p:ях"
_A_STEM = "n:а g:ы g:и d:е d:и a:у i:ой i:ою i:ей i:ею v:о"
_A_PLURAL = "g:- d:ам i:ами p:ах"
_YA_STEM = "n:я g:и d:е a:ю i:ей i:ею p:и v:е"
_YA_PLURAL = "g:й g:ь g:ей d:ям i:ями p:ях"
_KO_STEM = "n:о g:и g:а d:е d:у i:ой i:ою i:ом a:у d:ови g:ы"

_VOWELS = "аеиоуыэюя"
_FLEETING = {"ец": ("ц", "йц", "ьц"), "яц": ("йц",),
             "ок": ("к",), "ек": ("ек", "к", "ьк", "йк"), "ел": ("л", "ьл"), "ер": ("р",),
             "ор": ("р",), "ет": ("т",), "ев": ("ьв", "в")}  # fmt: skip


_NEVER_Y = "гкхжчшщ"  # Russian writes no ы after these


def _put(forms: Forms, stem: str, endings: str, number: str = "") -> None:
    for item in endings.split():
        case, ending = item.split(":")
        form = stem if ending == "-" else stem + ending
        if not (ending[0] == "ы" and stem[-1:] in _NEVER_Y) and _can_end(form):
            forms.setdefault(form, number + _CASES.get(case, "vocative"))


def _can_end(form: str) -> bool:
    """No й after a consonant and no ь after a vowel: Оля has no genitive plural Олй."""
    if form[-1] == "й":
        return form[-2:-1] in _VOWELS
    return form[-1] != "ь" or form[-2:-1] not in _VOWELS


def _noun(forms: Forms, word: str) -> None:
    """Any noun that names a person, by its last letter."""
    last, stem = word[-1], word[:-1]
    if last == "а":
        _put(forms, stem, _A_STEM)
        _put(forms, stem, _A_PLURAL, "plural, ")
    elif last == "я":
        _put(forms, stem, _YA_STEM)
        _put(forms, stem, _YA_PLURAL, "plural, ")
        if stem.endswith("ь"):
            _put(forms, stem[:-1], "g:ий", "plural, ")
    elif last in "йь":
        _put(forms, stem, _SOFT_M)
        _put(forms, stem, _SOFT_P, "plural, ")
        if word.endswith("ий"):
            _put(forms, stem[:-1], "g:ья d:ью i:ьем p:ье")
        if word.endswith("ей"):
            _put(forms, stem[:-1], "g:ья d:ью i:ьем p:ье")
            _put(forms, stem[:-1], "n:ьи g:ьев d:ьям i:ьями p:ьях", "plural, ")
        if last == "ь":
            _put(forms, stem, "g:и i:ью")
    elif last not in _VOWELS:
        _put(forms, word, _HARD_M)
        _put(forms, word, _HARD_P, "plural, ")
        for replacement in _FLEETING.get(word[-2:], ()):
            _put(forms, word[:-2] + replacement, _HARD_M.replace("n:- ", ""))
            _put(forms, word[:-2] + replacement, _HARD_P, "plural, ")


def _dictionary(forms: Forms, word: str) -> None:
    for form, case in morphology.lexeme(word):
        forms.setdefault(form.replace("ё", "е"), _DICTIONARY_CASES.get(case, "other form"))


def _petrovich(forms: Forms, word: str, part: str) -> None:
    if len(word) < 5:
        return  # short names are where it goes astray
    from petrovich.enums import Case, Gender
    from petrovich.main import Petrovich

    names = {Case.GENITIVE: "genitive", Case.DATIVE: "dative", Case.ACCUSATIVE: "accusative",
             Case.INSTRUMENTAL: "instrumental", Case.PREPOSITIONAL: "prepositional"}  # fmt: skip
    petrovich: Any = _petrovich_rules(Petrovich)
    make = petrovich.lastname if part == "surname" else petrovich.firstname
    for case, name in names.items():
        for gender in (Gender.MALE, Gender.FEMALE):
            form = make(word, case, gender)
            if form and form[:3] == word[:3]:
                forms.setdefault(form, name)


@lru_cache(maxsize=1)
def _petrovich_rules(kind: type) -> object:
    return kind()


@lru_cache(maxsize=4000)
def given_forms(word: str) -> tuple[tuple[str, str], ...]:
    """(form, what it is) of a folded given name in the nominative."""
    forms: Forms = {word: NOMINATIVE}
    _dictionary(forms, word)
    _noun(forms, word)
    if word.endswith(("ия", "ья")):
        _put(forms, word[:-1], "d:и p:и")
    if word in ("любовь", "нинель", "юдифь", "рахиль"):
        _put(forms, word[:-1], "g:и i:ью")
    if word.endswith("о") and len(word) > 3:
        _put(forms, word[:-1], _KO_STEM)
    _petrovich(forms, word, "given")
    return tuple((form, what) for form, what in forms.items() if len(form) >= min(3, len(word)))


@lru_cache(maxsize=4000)
def short_forms(word: str) -> tuple[tuple[str, str], ...]:
    """The cases of a diminutive, by rule alone."""
    forms: Forms = {word: NOMINATIVE}
    _noun(forms, word)
    if word.endswith("ек"):
        _put(forms, word[:-2] + "ьк", _HARD_M.replace("n:- ", ""))
    # Spoken vocatives: Жень, Саш.
    if word[-1] in "ая" and len(word) > 3:
        forms.setdefault(word[:-1] + ("ь" if word[-1] == "я" and word[-2] not in _VOWELS else ""), "vocative")
    return tuple((form, what) for form, what in forms.items() if len(form) >= 3)


_HUSHING = "жшчщц"
_IS_AFFECTIONATE = ("уша", "юша", "ужа", "уля", "юля", "уня", "юня", "уся", "юся", "уха", "юха")


@lru_cache(maxsize=4000)
def diminutives_of(short: str) -> tuple[str, ...]:
    """Affectionate and rough forms that Russian makes of a short name by rule: Женя gives Женечка and Женька."""
    if len(short) < 3 or short[-1] not in "ая" or short.endswith("ка"):
        return ()
    stem, soft = short[:-1], short[-1] == "я"
    if short.endswith(_IS_AFFECTIONATE):
        return (stem + "енька", stem + "ечка", stem + ("ька" if soft else "ка"))
    if stem[-1] in _VOWELS:
        return (stem + "ечка", stem + "ечке", stem + "йка", stem + "юша", stem + "юшка")
    if soft:
        return tuple(stem + end for end in ("ечка", "енька", "ька", "юша", "юшка", "юха", "юля", "юся", "ик"))
    if stem[-1] in _HUSHING:
        return tuple(stem + end for end in ("енька", "ечка", "ка", "уля", "уня", "ута", "ик"))
    return tuple(stem + end for end in ("очка", "ка", "уля", "уня", "уша", "ушка", "ик", "уська", "енька"))


_NAME_ENDS = ("хан", "бек", "джан", "жан", "султан", "мирза", "гирей", "уддин", "оддин", "улла", "али")


def shortened(word: str) -> tuple[str, ...]:
    """Names made of two, cut to the first: Зелимхан to Зелим."""
    return tuple(word[: -len(end)] for end in _NAME_ENDS if word.endswith(end) and len(word) > len(end) + 3)


@lru_cache(maxsize=4000)
def patronymic_forms(word: str) -> tuple[tuple[str, str, str], ...]:
    """(form, what, gender "m" or "f") of a folded patronymic of either gender, spoken contractions included."""
    stem = _patronymic_stem(word)
    if stem is None:
        return tuple((form, what, "") for form, what in given_forms(word))
    found: dict[str, tuple[str, str]] = {}
    for masculine, spoken in _masculine_patronymics(stem):
        forms: Forms = {}
        _put(forms, masculine, "n:- g:а d:у i:ем i:ом p:е")
        _put(forms, masculine, "n:и g:ей d:ам i:ами p:ах", "plural, ")
        for form, what in forms.items():
            found.setdefault(form, (spoken + what, "m"))
    for feminine, spoken in _feminine_patronymics(stem):
        forms = {}
        _put(forms, feminine[:-1], "n:а g:ы d:е a:у i:ой i:ою")
        _put(forms, feminine[:-1], "d:ам i:ами p:ах", "plural, ")
        for form, what in forms.items():
            found.setdefault(form, (spoken + what, "f"))
    return tuple((form, what, gender) for form, (what, gender) in found.items())


def is_patronymic(word: str) -> bool:
    """Whether a folded Russian, Ukrainian or Belarusian word ends like a patronymic in the nominative."""
    return len(word) > 4 and word.endswith(("ович", "евич", "овна", "евна", "ична", "ивна", "авич", "авна", "льич",
                                            "мич", "тич", "нтьич", "кич", "авны", "евны"))  # fmt: skip


def _patronymic_stem(word: str) -> str | None:
    for ending in ("инична", "ична"):
        if word.endswith(ending):
            return word[: -len(ending)] + "|и"
    for ending, mark in (("йович", "е"), ("ьович", "е"), ("ивна", "?"), ("овна", "о"), ("евна", "е"), ("авна", "о"),
                         ("ович", "о"), ("евич", "е"), ("авич", "о")):  # fmt: skip
        if word.endswith(ending):
            return word[: -len(ending)] + "|" + mark
    if word.endswith("ич"):
        return word[:-2] + "|и"
    return None


def _masculine_patronymics(marked: str) -> list[tuple[str, str]]:
    stem, kind = marked.split("|")
    if kind == "и":
        return [(stem + "ич", ""), (stem + "инич", "")]
    hard = stem.rstrip("ь")
    out = [(stem + "ович", ""), (stem + "евич", ""), (hard + "йович", "Ukrainian, "), (stem + "авич", "Belarusian, ")]
    out += [(hard + "ыч", "spoken, "), (hard + "ич", "spoken, ")]
    if stem.endswith(("ндр", "вл", "йл")):
        out.append((stem[:-2] + "ыч", "spoken, "))
    return [item for item in out if len(item[0]) > 4]


def _feminine_patronymics(marked: str) -> list[tuple[str, str]]:
    stem, kind = marked.split("|")
    if kind == "и":
        return [(stem + "инична", ""), (stem + "ична", ""), (stem + "ишна", "spoken, ")]
    hard = stem.rstrip("ь")
    out = [(stem + "овна", ""), (stem + "евна", ""), (hard + "ивна", "Ukrainian, "), (stem + "авна", "Belarusian, ")]
    out += [(hard + "на", "spoken, "), (hard + "вна", "spoken, "), (hard + "евна", "")]
    return [item for item in out if len(item[0]) > 4]


@lru_cache(maxsize=4000)
def surname_forms(word: str) -> tuple[tuple[str, str, str], ...]:
    """(form, what, gender "m", "f" or "" where it serves both) of a folded surname in the nominative."""
    found: dict[tuple[str, str], str] = {}
    for stem, table in _surname_tables(word):
        for gender, endings in table:
            forms: Forms = {}
            _put(forms, stem, endings, "plural, " if gender == "p" else "")
            for form, what in forms.items():
                found.setdefault((form, "" if gender == "p" else gender), what)
    told = {form for form, _ in found}
    extra: Forms = {word: NOMINATIVE}
    _dictionary(extra, word)
    _petrovich(extra, word, "surname")
    if not _is_declined_otherwise(word):
        _noun(extra, word)
        if word.endswith("о") and len(word) > 3:
            _put(extra, word[:-1], _KO_STEM)
            _put(extra, word[:-1], "n:и g:ов d:ам i:ами p:ах", "plural, ")
    for form, what in extra.items():
        if form not in told:
            found[(form, "")] = what
    return tuple((form, what, gender) for (form, gender), what in found.items() if len(form) >= min(len(word), 3))


_POSSESSIVE_TABLE = (("m", _POSSESSIVE_M), ("f", _POSSESSIVE_F), ("p", _POSSESSIVE_P))
_ADJECTIVE_TABLE = (("m", _ADJECTIVE_M), ("f", _ADJECTIVE_F), ("p", _ADJECTIVE_P))


def _surname_tables(word: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    if word.endswith(("ова", "ева", "ина", "ына", "ава", "ява")) and len(word) > 4:
        return [(word[:-1], _POSSESSIVE_TABLE)]
    if word.endswith(("ов", "ев", "ин", "ын", "ив", "ав", "яв")) and len(word) > 3:
        return [(word, _POSSESSIVE_TABLE)]
    if word.endswith(("ский", "цкий", "ская", "цкая", "ской", "цкой")):
        stem = word[:-2]
        return [(stem, _ADJECTIVE_TABLE), (stem[:-1] + "ьк", _ADJECTIVE_TABLE)]
    if word.endswith(("ський", "цький", "ська", "цька")):
        stem = word[: word.rindex("ьк")]
        return [(stem + "к", _ADJECTIVE_TABLE), (stem + "ьк", _ADJECTIVE_TABLE)]
    if word.endswith(("ска", "цка")) and len(word) > 5:
        return [(word[:-1], _ADJECTIVE_TABLE)]
    if word.endswith(("ски", "цки")):
        return [(word[:-1], _ADJECTIVE_TABLE)]
    if word.endswith(("ый", "ий", "ой", "ая", "яя")) and len(word) > 4:
        return [(word[:-2], _ADJECTIVE_TABLE)]
    if word.endswith(("ых", "их")) and len(word) > 4:
        return [(word[:-2], _ADJECTIVE_TABLE)]
    return []


def _is_declined_otherwise(word: str) -> bool:
    return word.endswith(("ова", "ева", "ская", "цкая", "ых", "их")) and len(word) > 4


def gender_of_surname(word: str) -> str | None:
    """The letter "m" or "f", where the ending tells."""
    if word.endswith(("ова", "ева", "ская", "цкая", "ина", "ына", "ая")):
        return "f"
    if word.endswith(("ов", "ев", "ский", "цкий", "ин", "ын", "ый")):
        return "m"
    return None
