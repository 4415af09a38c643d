"""Names and numbers that a page break, a wrapped table cell or a column cuts in two.

The halves then don't follow one another in the text, so no closing of gaps meets them: a margin mark or a
footer stands between the pages, and the rest of the line between the two lines of a cell. Every word of a
line is therefore tried with every word of the lines below it. To stay precise the two must give a listed name
in exact code, and without a hyphen at the cut they must also look like one word: "Ковал" and "ьчука".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from . import check_ids
from . import check_skeleton as sk
from .check_people import INFLECTED, People, is_foreign, is_short
from .check_text import normalise
from .check_words import FUNCTION_WORDS

BELOW = 2  # lines below a line in which a cell may go on
EDGE_LINES = 5  # lines at a page's end and start that may be halves: footers and running heads among them
EDGE_WORDS = 12  # words at the end and start of a paragraph that stands in one long line
LONG_LINE = 300  # characters from which a line is a paragraph and no row of cells
MIN_JOINED = 5  # letters of a name cut with a hyphen
MIN_JOINED_BARE = 6  # and of one cut without
MIN_HALF_NUMBER = 2
MIN_NUMBER = 7
COUNTRY_CODE = 2  # digits that may stand before the ten of a phone number
ENDING = 2  # consonants that a case ending adds

_HALF = re.compile(r"([^\W_]+(?:['’ʼ‘`´][^\W_]+)*)([-\u00ad\u2010\u2011\u00ac\ufffe]?)")
_DIGITS = re.compile(r"\d(?:[\d\s\-\u2010-\u2015().]*\d)?")
_MARK = re.compile(r"\s*(?:p\. ?\d+|\d+ / \d+|Exhibit [A-Z]{1,4}\d{0,3})\s*")


@dataclass(frozen=True, slots=True)
class Half:
    """A word of a line, whether a hyphen follows it, and the consonants of its codes by kind."""

    text: str
    hyphen: bool
    keys: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Joiner:
    """The listed people and identifiers, prepared for halves."""

    people: People
    identifiers: Sequence[tuple[str, str]]  # (person id, identifier)
    _stems: dict[str, set[str]] = field(default_factory=lambda: {"fine": set(), "coarse": set()})
    _begin: dict[str, set[str]] = field(default_factory=dict)
    _numbers: list[tuple[str, str]] = field(default_factory=list)
    _codes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for part in self.people.parts:
            for reading in () if is_foreign(part.plain) or is_short(part) else sk.scripts(part.plain)[:1]:
                if sk.is_cyrillic(reading):
                    self._stems["fine"].update(sk.consonants(s) for s in sk.stems(sk.fine(reading)))
                for code in sk.coarse(reading):
                    self._stems["coarse"].update(sk.consonants(s) for s in sk.stems(code))
        self._begin = {k: {s[:n] for s in stems for n in range(len(s) + 1)} for k, stems in self._stems.items()}
        for form, identifier in self.identifiers:
            self._numbers += [(form, n) for n in check_ids.number_forms(identifier) if len(n) >= MIN_NUMBER]
            needle = check_ids.compact(identifier)
            if len(needle) >= check_ids.MIN_PACKED and not needle.isdigit():
                self._codes.append((form, needle))

    def within(self, text: str) -> Iterator[tuple[str, int]]:
        """(word, part) and (person id, -1) of all that is cut between a line and the lines below it."""
        lines = [line for line in text.splitlines() if line.strip()]
        for at, line in enumerate(lines[:-1]):
            below = lines[at + 1 : at + 1 + BELOW]
            yield from self._pairs([line], below)

    def between(self, above: Sequence[str], below: Sequence[str]) -> Iterator[tuple[str, int]]:
        """The same for the end of one page and the start of the next, given as their lines."""
        yield from self._pairs(above, below)

    def _pairs(self, above: Sequence[str], below: Sequence[str]) -> Iterator[tuple[str, int]]:
        first = [half for line in above for half in self._halves(line, last=True)]
        if any(self._may_begin(half) for half in first):
            second = [half for line in below for half in self._halves(line, last=False)]
            for a in first:
                if self._may_begin(a):
                    yield from self._names(a, second)
        for form in self._identifiers(above, below):
            yield form, -1

    def _halves(self, line: str, last: bool) -> list[Half]:
        found = _halves(line)
        if len(line) > LONG_LINE:
            return found[-EDGE_WORDS:] if last else found[:EDGE_WORDS]
        return found

    def _may_begin(self, half: Half) -> bool:
        if not half.hyphen and (len(half.text) < 2 or half.text.islower()):
            return False
        return any(key in self._begin[kind] for kind, key in half.keys)

    def _names(self, a: Half, second: Sequence[Half]) -> Iterator[tuple[str, int]]:
        for b in second:
            if not _one_word(a, b) or not self._key_fits(a, b):
                continue
            whole = a.text + b.text
            alone = {*self.people.rate(a.text), *(self.people.rate(b.text) if len(b.text) > 1 else ())}
            for number, rank in self.people.rate(whole).items():
                if rank <= INFLECTED and number not in alone and not is_short(self.people.parts[number]):
                    yield whole, number

    def _key_fits(self, a: Half, b: Half) -> bool:
        keys = dict(b.keys)
        for kind, key in a.keys:
            if kind in keys:
                whole = _closed(key, keys[kind])
                if any(whole[: len(whole) - n] in self._stems[kind] for n in range(ENDING + 1)):
                    return True
        return False

    def _identifiers(self, above: Sequence[str], below: Sequence[str]) -> Iterator[str]:
        if self._numbers:
            first, second = ({n for line in lines for n in _numbers(line)} for lines in (above, below))
            for form, number in self._numbers:
                if any(_completes(a, b, number) for a in first for b in second):
                    yield form
        if self._codes:
            first, second = ({w for line in x for w in _compact_words(line)} for x in (above, below))
            for form, needle in self._codes:
                cuts = range(MIN_HALF_NUMBER, len(needle) - MIN_HALF_NUMBER + 1)
                if any(needle[:at] in first and needle[at:] in second for at in cuts):
                    yield form


def edge(text: str) -> tuple[list[str], list[str]]:
    """A page's first and last lines without its own marks (p. 2, 1 / 2, Exhibit B)."""
    lines = [line for line in text.splitlines() if line.strip() and not _MARK.fullmatch(line)]
    return lines[:EDGE_LINES], lines[-EDGE_LINES:]


def one_line(above: str, below: str) -> str:
    """Two lines as one, a hyphen at the cut taken away."""
    above, below = above.rstrip(), below.lstrip()
    return above[:-1] + below if above.endswith(_HYPHENS) else f"{above} {below}"


_HYPHENS = ("-", "\u00ad", "\u2010", "\u2011", "\u00ac", "\ufffe")


@lru_cache(maxsize=64)
def _halves(line: str) -> list[Half]:
    """A line is met as often as there are lines above it in which a cell may begin."""
    found = []
    soft = line.replace("\u00ad", "-").replace("\ufffe", "-")
    for match in _HALF.finditer(normalise(soft)):
        text = match.group(1)
        if text.isdigit():
            continue
        found.append(Half(text, bool(match.group(2)), _keys(text.casefold())))
    return found


@lru_cache(maxsize=sk.MAX_KNOWN)
def _keys(folded: str) -> tuple[tuple[str, str], ...]:
    if sk.is_cyrillic(folded):
        return (("fine", sk.consonants(sk.fine(folded))),)
    return tuple(("coarse", sk.consonants(code)) for code in sk.coarse(folded)[:1])


def _one_word(a: Half, b: Half) -> bool:
    """Whether two halves may be one word by how they are written."""
    size = len(a.text) + len(b.text)
    if sk.is_cyrillic(a.text.casefold()) != sk.is_cyrillic(b.text.casefold()):
        return False
    if a.hyphen:
        return size >= MIN_JOINED
    same = b.text.islower() or (a.text.isupper() and b.text.isupper() and len(a.text) > 1)
    return size >= MIN_JOINED_BARE and len(b.text) > 1 and same and b.text.casefold() not in FUNCTION_WORDS


def _closed(first: str, second: str) -> str:
    return first + second[1:] if first and second and first[-1] == second[0] else first + second


@lru_cache(maxsize=64)
def _numbers(line: str) -> list[str]:
    return [re.sub(r"\D", "", m.group()) for m in _DIGITS.finditer(line)]


@lru_cache(maxsize=64)
def _compact_words(line: str) -> frozenset[str]:
    return frozenset(check_ids.compact(word) for word in line.split())


def _completes(a: str, b: str, number: str) -> bool:
    at = len(number) - len(b)
    if not number.endswith(b) or not MIN_HALF_NUMBER <= at <= len(number) - MIN_HALF_NUMBER:
        return False
    return a.endswith(number[:at]) and len(a) <= at + COUNTRY_CODE
