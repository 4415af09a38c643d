"""What exhibits say, as far as it can be compared: sure text page by page, dates as days, numbers as digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from vault.model.document import Document, Page
from vault.redaction.dates import DATE

SURE_WORD = 0.85
"""The confidence below which a word that a machine recognised on pixels is not taken for what stands there."""
NEWEST_SHORT_YEAR = 30
"""A year of two digits up to this one is of this century."""
LEAST_DIGITS = 4
"""Shorter numbers are written in words, counted and rounded as a translator likes."""
_RUSSIAN = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_UKRAINIAN = ("січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{2,12}")
_RUN = re.compile(r"\d{1,40}(?:[ \u00a0\-]{1,3}\d{1,40}){0,20}")

Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Dated:
    """A written date at [start, end) of a text: each day that it may mean, as (year, month, day)."""

    start: int
    end: int
    days: frozenset[Day]


def sure_text(page: Page) -> str:
    """The page's text with spaces in the place of words that a machine read with doubt."""
    blanked = [list(block.text) for block in page.blocks]
    for word in page.words:
        if word.confidence is not None and word.confidence < SURE_WORD:
            blanked[word.block][word.start : word.end] = " " * (word.end - word.start)
    return "\n".join(map("".join, blanked))


def whole_text(document: Document) -> str:
    """All sure text of a document."""
    return "\n".join(sure_text(page) for page in document.pages)


@cache
def _dates() -> re.Pattern[str]:
    return re.compile(DATE, re.IGNORECASE)


def dates(text: str) -> list[Dated]:
    """The dates with a day, a month and a year, in digits, Russian, Ukrainian or English, in their order."""
    found = (Dated(*match.span(), _days(match.group())) for match in _dates().finditer(text))
    return [one for one in found if one.days]


def _days(written: str) -> frozenset[Day]:
    numbers = [(int(one), len(one)) for one in _NUMBER.findall(written)]
    month = next((m for m in map(_month, _WORD.findall(written)) if m), 0)
    if month and len(numbers) == 2:
        (first, _), (year, length) = numbers
        return _real([(_year(year, length), month, first)])
    if month or len(numbers) != 3:
        return frozenset()
    (one, length), (two, _), (three, last) = numbers
    if length == 4:
        return _real([(one, two, three)])
    year = _year(three, last)
    # With full stops the day comes first; with strokes it depends on who wrote it.
    return _real([(year, two, one)] if "." in written else [(year, two, one), (year, one, two)])


def _month(word: str) -> int:
    lower = word.lower()
    for names in (_RUSSIAN, _UKRAINIAN, _ENGLISH):
        for number, start in enumerate(names, 1):
            if lower.startswith(start):
                return number
    return 0


def _year(number: int, digits: int) -> int:
    if digits > 2:
        return number
    return number + (2000 if number <= NEWEST_SHORT_YEAR else 1900)


def _real(found: list[Day]) -> frozenset[Day]:
    days = set()
    for day in found:
        try:
            date(*day)
        except ValueError:
            continue
        days.add(day)
    return frozenset(days)


def numbers(text: str) -> Iterator[tuple[int, str]]:
    """(where, digits) of numbers of LEAST_DIGITS digits or more that are no part of a date; groups are one number."""
    taken = [(one.start, one.end) for one in dates(text)]
    blank = list(text)
    for start, end in taken:
        blank[start:end] = "." * (end - start)
    for match in _RUN.finditer("".join(blank)):
        digits = "".join(_NUMBER.findall(match.group()))
        if len(digits) >= LEAST_DIGITS:
            yield match.start(), digits


def digits_of(text: str) -> str:
    """All digits of a text in their order, parted where letters stand between them."""
    return "".join(char if char.isdigit() else "/" if char.isalpha() else "" for char in text)
