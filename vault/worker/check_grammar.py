"""Enough grammar of names to tell whether a given name stands inside somebody else's full name."""

from __future__ import annotations

import re

from . import check_skeleton as sk
from .check_words import NOT_A_SURNAME

_ADJECTIVAL = re.compile(r"(?:[оеё]в|[иы]н|ск|цк)(|а|у|ым|им|е|ой|ою|ы|ых|ыми|ий|ого|ому|ом|ая|ую|ие|их)$")
_FIXED = re.compile(
    r"(?:енко|[уюа]к|ич|ян|янц|дзе|швили|их|ых|ман|берг|штейн|лер|нер|ер|ель|ец|ко|ло|аго|ия|ва|уа)(?:а|у|ом|ем|е|я|ю|ца|цу)?$"
)
PATRONYMIC = re.compile(
    r"(?:[оеё]вич|ьич|[иы]ч)(?:|а|у|ем|е)$|(?:[оеё]вн|ичн|иничн)(?:а|ы|е|у|ой|ою)$|vi[ct]?ch$|vna$"
)
_PAIRED = (("ом", ("ом", "ем", "ым", "им")), ("ем", ("ом", "ем", "ым", "им")), ("а", ("а", "я")), ("я", ("а", "я")),
           ("у", ("у", "ю")), ("ю", ("у", "ю")), ("е", ("е",)))  # fmt: skip
_CASES = (  # endings of a patronymic and of the given name that stands before it in the same case
    ("вна", "аяь"), ("вны", "ыи"), ("вне", "еи"), ("вну", "уюь"), ("вной", "йю"), ("вною", "юй"), ("ична", "аяь"),
    ("ичны", "ыи"), ("ичне", "еи"), ("ичну", "уюь"), ("ичной", "йю"), ("ча", "аяыи"), ("чу", "уюе"), ("чем", "мй"),
    ("че", "е"), ("ч", "бвгджзклмнпрстфхцчшщйьая"),
)  # fmt: skip


def is_title(word: str) -> bool:
    return word[:1].isupper() and not word.isupper()


def is_surname(given: str, word: str) -> bool:
    """Whether a capitalised neighbour reads as the surname that goes with a given name of another person."""
    if not is_title(word) or len(word) < 3:
        return False
    low = word.casefold()
    if not sk.is_cyrillic(low):
        return not sk.is_cyrillic(given.casefold()) and low not in NOT_A_SURNAME
    adjectival = _ADJECTIVAL.search(low)
    if adjectival:
        return _agrees(given.casefold(), adjectival.group(1))
    return (len(low) > 4 and bool(_FIXED.search(low))) or _masculine_pair(given.casefold(), low)


def _agrees(given: str, tail: str) -> bool:
    """Whether a given name and an adjectival surname can stand in one case: Ольге Петровой, not Ольге Петрова."""
    if not sk.is_cyrillic(given):
        return True
    last = given[-1]
    fits = {
        "а": ("а", "", "ая", "ий"), "я": ("а", "", "ая", "ий", "ого"), "у": ("у", "ую", "ому"),
        "ю": ("у", "ую", "ому"),
        "е": ("ой", "е", "ом", "им"), "и": ("ой", "ы", "ий"), "ы": ("ой", "ий", "ы"), "й": ("", "ой", "ою", "ий"),
        "м": ("ым", "им"),
    }.get(last, ("", "ий", "ой"))  # fmt: skip
    if last in "ая":
        fits = (*fits, "а", "ого")
    return tail in fits


def _masculine_pair(given: str, surname: str) -> bool:
    """Whether a man's given name and any capitalised noun stand in one case: Виктор Бут, Виктору Буту."""
    hard = "бвгджзклмнпрстфхцчшщй"
    if given[-1] in hard and not given.endswith(("ом", "ем")):
        return surname[-1] in hard
    if len(given) < 4 or (given[-1] in "ая" and given[-2] not in hard):
        return False
    ending = next((e for e in _PAIRED if given.endswith(e[0])), None)
    return ending is not None and ending[0] not in "аяе" and surname.endswith(ending[1])


def same_case(given: str, patronymic: str) -> bool:
    """Whether a word can be the given name of this patronymic; in Latin script every word can."""
    for ending, last in _CASES:
        if patronymic.endswith(ending):
            return given[-1] in last
    return True
