"""Names in a script that no rule here reads (Arabic, Hebrew, Greek, Chinese, Devanagari): searched for as listed."""

from __future__ import annotations

import re
import unicodedata

from ...model.people import Person

_READ = ("CYRILLIC", "LATIN", "GEORGIAN", "ARMENIAN", "MATHEMATICAL", "FULLWIDTH LATIN", "DIGIT")
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f"
_MIN_STEM = 5  # letters from which the last one may be an ending: Γιώργος, Γιώργου
_MIN_ALONE = 3  # letters of a part of a longer name that counts by itself
_IDEOGRAPH = "CJK"
_MIN_IDEOGRAPHS = 2
_APART = re.compile(r"[\s.,;:()\-\u2010-\u2015·・]+")
SCORE = 0.9
SCORE_ALONE = 0.4
WHY = "as listed, in its own script"


def is_foreign(name: str) -> bool:
    """Whether a letter of a name is of a script whose forms are not known here."""
    return any(char.isalpha() and not unicodedata.name(char, "").startswith(_READ) for char in name)


def without_foreign(name: str) -> str:
    """The words of a name that have forms here."""
    return " ".join(word for word in name.split() if not is_foreign(word)) if is_foreign(name) else name


def patterns_of(person: Person) -> list[tuple[re.Pattern[str], float]]:
    """What to search for, with its score: each such name whole, and its longer parts alone."""
    found: list[tuple[re.Pattern[str], float]] = []
    for name in (person.name, *person.aliases):
        words = [word for word in _APART.split(_plain(name)) if word] if is_foreign(name) else []
        if not words:
            continue
        between = rf"[\s\-.{_MARKS}]{{0,3}}"
        found.append((re.compile(between.join(map(_written, words)), re.IGNORECASE), SCORE))
        alone = [word for word in words if len(words) > 1 and is_foreign(word) and len(word) >= _least(word)]
        found += [(re.compile(_written(word), re.IGNORECASE), SCORE_ALONE) for word in alone]
    return found


def _least(word: str) -> int:
    return _MIN_IDEOGRAPHS if unicodedata.name(word[0], "").startswith(_IDEOGRAPH) else _MIN_ALONE


def _plain(name: str) -> str:
    return re.sub(f"[{_MARKS}]", "", unicodedata.normalize("NFC", name))


def _written(word: str) -> str:
    """A word with vowel marks and joiners anywhere in it, and any ending where it is long enough to have one."""
    stem = word
    ending = ""
    if len(word) >= _MIN_STEM and not unicodedata.name(word[-1], "").startswith(_IDEOGRAPH):
        stem, ending = word[:-1], r"\w{0,3}"
    return f"[{_MARKS}]{{0,3}}".join(map(re.escape, stem)) + ending
