"""What models take for names, as proposals beside those of the rules. Never sure: a model gives no reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..model.findings import Found, NameLabel, Span
from .names.context import with_address

Finder = Callable[[str], Sequence[Found]]

SOURCE = "model"
CATEGORIES: dict[NameLabel, str] = {
    "PERSON": "PERSON",
    "PLACE": "PLACE",
    "ORGANISATION": "ORGANISATION",
    "DATE": "DATE",
    "NATIONALITY": "NATIONALITY",
    "QUANTITY": "QUANTITY",
    "CODE": "CODE",
    "MISC": "MISC",
}
NOT_PEOPLE = frozenset(CATEGORIES.values()) - {"PERSON"}
"""What is proposed in `public` only."""
_EXPLANATIONS = {
    "PERSON": "a person's name, says a model",
    "PLACE": "a place, says a model",
    "ORGANISATION": "an organisation, says a model",
}
_OTHER = "narrows somebody down, says a model"
_MAX_WORD = 60
_EDGE = re.compile(r"[\w\u0300\u0301]")


def spans(text: str, found: Iterable[Found]) -> list[Span]:
    """Proposals, sorted, widened to whole words; those of one category that touch each other are one."""
    made = [span for one in found if (span := _span(text, one)) is not None]
    made.sort(key=lambda span: (span.start, -span.end))
    out: list[Span] = []
    for span in made:
        at = next((n for n in range(len(out) - 1, max(-1, len(out) - 4), -1) if _one_thing(out[n], span)), None)
        if at is None:
            out.append(span)
        else:
            out[at] = replace(out[at], end=max(out[at].end, span.end), score=max(out[at].score, span.score))
    return out


def _one_thing(one: Span, other: Span) -> bool:
    return one.category == other.category and other.start < one.end


def _span(text: str, one: Found) -> Span | None:
    start, end = one.start, one.end
    while start < end and not _EDGE.match(text[start]):
        start += 1
    while start < end and not _EDGE.match(text[end - 1]):
        end -= 1
    if not any(char.isalnum() for char in text[start:end]):
        return None
    category = CATEGORIES[one.label]
    start, end = _whole_words(text, start, end)
    if category == "PERSON":
        start = with_address(text, start)
    return Span(start, end, category, None, SOURCE, one.score, False, _EXPLANATIONS.get(category, _OTHER))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    least, most = max(0, start - _MAX_WORD), min(len(text), end + _MAX_WORD)
    while start > least and _EDGE.match(text[start]) and _EDGE.match(text[start - 1]):
        start -= 1
    while end < most and _EDGE.match(text[end - 1]) and _EDGE.match(text[end]):
        end += 1
    return start, end


def between(text: str, span: Span, known: Sequence[tuple[int, int]]) -> list[Span]:
    """What a model's person that runs over several people already found leaves between them: they stay apart."""
    out = []
    for start, end in _gaps(span, known):
        stripped = text[start:end].strip(" \t\n\xa0,;.-–—()«»\"'")
        if len(stripped) > 1 and any(char.isupper() for char in stripped):
            first = text.index(stripped, start)
            out.append(replace(span, start=first, end=first + len(stripped)))
    return out


def _gaps(span: Span, touched: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps, at = [], span.start
    for start, end in touched:
        if start > at:
            gaps.append((at, start))
        at = max(at, end)
    if at < span.end:
        gaps.append((at, span.end))
    return gaps
