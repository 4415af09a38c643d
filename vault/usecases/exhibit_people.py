"""What exhibits say of the same listed person: how the name is spelt, days of birth, numbers of papers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vault.model.document import Document
from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction import freetext
from vault.redaction.identifiers import find_identifiers
from vault.redaction.names.matcher import Match, Matcher
from vault.usecases.exhibit_facts import LEAST_DIGITS, Day, dates, sure_text

REACH, LONGEST = 120, 40
"""Characters behind a name within which a number or a day of birth is that person's."""
ONE_FOR_LIFE = frozenset({
    "A_NUMBER", "SNILS", "TAX_NUMBER", "SSN", "PERSONAL_NUMBER", "UNHCR_NUMBER", "PASSPORT", "MILITARY_ID",
    "DRIVING_LICENCE", "CERTIFICATE", "MIGRATION_CARD", "HEALTH_INSURANCE",
})  # fmt: skip
"""Papers of which a person has mostly one, compared by what exactly they are: a second passport is another kind."""
UNTOLD = frozenset({"machine-readable zone"})

Field = Literal["birth", "number"]


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A listed person's name in an unlisted spelling, on a page of an exhibit."""

    label: str
    page: int
    person: str


@dataclass(frozen=True, slots=True)
class Differing:
    """Exhibits that say different things of one person: a day of birth, or the number of one kind of paper."""

    what: Field
    kind: str
    person: str
    places: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _Said:
    """What was found of all people: by person and kind, each value with the places where it stands."""

    births: dict[str, list[tuple[frozenset[Day], str, int]]] = field(default_factory=dict)
    numbers: dict[tuple[str, str], list[tuple[str, str, int]]] = field(default_factory=dict)


def compared(
    people: Sequence[Person], documents: Iterable[tuple[str, Document]]
) -> tuple[list[Misspelt], list[Differing]]:
    """Compare what (label, document) say of the listed people."""
    matcher, said = Matcher(people), _Said()
    misspelt: list[Misspelt] = []
    for label, document in documents:
        for page in document.pages:
            text = sure_text(page)
            names = _names(matcher, text)
            misspelt += [Misspelt(label, page.number, one) for one in sorted({p for _, _, p, bad in names if bad})]
            _collect(said, label, page.number, text, names)
    return misspelt, [*_births(said), *_numbers(said)]


def _names(matcher: Matcher, text: str) -> list[tuple[int, int, str, bool]]:
    """(start, end, person, whether misspelt) of the names that are one person's alone."""
    matches = [m for m in matcher.matches(text) if m.span.sure and not m.conflict]
    found = []
    for run in _overlapping(matches):
        for match in run:
            better = (m for m in run if m.span.person != match.span.person and not m.erring)
            if any(_meet(m, match) and m.span.score >= match.span.score for m in better):
                continue
            found.append((match.span.start, match.span.end, str(match.span.person), bool(match.erring)))
    return sorted(found)


def _overlapping(matches: Sequence[Match]) -> Iterator[list[Match]]:
    """The matches in runs that hang together; `matches` are sorted by their start."""
    run: list[Match] = []
    end = -1
    for match in matches:
        if run and match.span.start >= end:
            yield run
            run = []
        run.append(match)
        end = max(end, match.span.end)
    if run:
        yield run


def _meet(one: Match, other: Match) -> bool:
    return one.span.start < other.span.end and other.span.start < one.span.end


def _collect(said: _Said, label: str, page: int, text: str, names: Sequence[tuple[int, int, str, bool]]) -> None:
    for start, end in _stretches(text, names):
        part = text[start:end]
        near = [(at - start, to - start, who, bad) for at, to, who, bad in names if start <= at < end]
        # What stands behind somebody else's name is not this person's.
        others = [(s.start, s.end, "", False) for s in freetext.find_names(part) if not _is_over(s, near)]
        _collect_near(said, label, page, part, sorted([*near, *others]))


def _stretches(text: str, names: Sequence[tuple[int, int, str, bool]]) -> Iterator[tuple[int, int]]:
    """The parts of a text that lie within the reach of a name and hold a number: the rest need not be searched."""
    merged: list[tuple[int, int]] = []
    for start, end, _, _ in names:
        stop = min(len(text), end + REACH + LONGEST)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return (one for one in merged if sum(map(str.isdigit, text[one[0] : one[1]])) >= LEAST_DIGITS)


def _collect_near(said: _Said, label: str, page: int, text: str, names: Sequence[tuple[int, int, str, bool]]) -> None:
    starts = [start for start, *_ in names]
    for span in find_identifiers(text):
        if not span.sure or (span.category != "BIRTH_DATE" and span.category not in ONE_FOR_LIFE):
            continue
        place = bisect_right(starts, span.start) - 1
        if place < 0 or span.start - names[place][1] > REACH or "\n\n" in text[names[place][1] : span.start]:
            continue
        person = names[place][2]
        if not person:
            continue
        if span.category == "BIRTH_DATE":
            found = dates(text[span.start : span.end])
            if len(found) == 1:
                said.births.setdefault(person, []).append((found[0].days, label, page))
        elif kind := _kind(span):
            number = "".join(filter(str.isdigit, text[span.start : span.end]))
            said.numbers.setdefault((person, kind), []).append((number, label, page))


def _is_over(span: Span, names: Sequence[tuple[int, int, str, bool]]) -> bool:
    return any(start < span.end and span.start < end for start, end, *_ in names)


def _kind(span: Span) -> str:
    """What paper it is, by the rule that found it."""
    told = span.explanation.split(",")[0]
    return "" if told in UNTOLD else told


def _births(said: _Said) -> Iterator[Differing]:
    for person, found in sorted(said.births.items()):
        days = frozenset.intersection(*(one for one, _, _ in found))
        if not days:
            yield Differing("birth", "", person, _places((label, page) for _, label, page in found))


def _numbers(said: _Said) -> Iterator[Differing]:
    for (person, kind), found in sorted(said.numbers.items()):
        if len({number for number, _, _ in found}) > 1:
            yield Differing("number", kind, person, _places((label, page) for _, label, page in found))


def _places(found: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(dict.fromkeys(found))
