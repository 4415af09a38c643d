"""The redaction engine without a vault, for a text: everything that is proposed goes, since nobody reviews here.

A long text goes through the engine in windows, so that what it costs at any time doesn't grow with its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vault.errors import Usage
from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine, redact
from vault.redaction.found import Finder
from vault.redaction.labels import Labels

WINDOW = 200_000
"""Code points that the engine is given at once."""
MARGIN = 1_000
"""Code points on either side that it sees too, so that a name at a cut is found whole."""
_CUT_WITHIN = 20_000
UNREADABLE = "UNREADABLE"
_BROKEN_WORD = re.compile(r"[\w'’\-]{0,60}(?:\ufffd[\w'’\-]{0,60})+")


@dataclass(frozen=True, slots=True)
class RedactedText:
    """The findings of a text (offsets in code points) and the text without them."""

    spans: tuple[Span, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next `size` code points of a text: their findings, with offsets of the whole text, and what is left."""

    size: int
    spans: tuple[Span, ...]
    text: str


class TextRedactor:
    """The engine for a list of people, built once for many texts; each text has labels of its own.

    `finder` asks the models (`models.finder`); it may serve several redactors, one after the other.
    """

    def __init__(self, people: Sequence[Person], profile: str = "lawyer", finder: Finder | None = None) -> None:
        if profile not in PROFILES:
            raise Usage("there is no such profile", hint=f"Profiles are: {', '.join(sorted(PROFILES))}.")
        self._people = list(people)
        self._engine = Engine(self._people, PROFILES[profile], finder)

    def redact(self, text: str) -> RedactedText:
        """Find and replace."""
        found = list(self.pieces(text))
        return RedactedText(tuple(s for piece in found for s in piece.spans), "".join(piece.text for piece in found))

    def pieces(self, text: str) -> Iterator[Piece]:
        """The same bit by bit, in order; joined they are the whole."""
        labels = Labels(self._people)
        labels.avoid(text)
        start = 0
        while start < len(text):
            end = _cut(text, start + WINDOW)
            seen_from = max(0, start - MARGIN)
            spans = [_moved(span, seen_from) for span in self._analysed(text[seen_from : end + MARGIN])]
            own = [replace(s, start=max(s.start, start)) for s in spans if s.start < end and s.end > start]
            end = max([end, *(span.end for span in own)])
            left = redact(text[start:end], [_moved(span, -start) for span in own], labels)
            yield Piece(end - start, tuple(own), left)
            start = end

    def _analysed(self, text: str) -> list[Span]:
        spans = self._engine.analyse(text)
        if "\ufffd" not in text or self._engine.profile.categories is not None:
            return spans
        return _with_unreadable(text, spans)


def _moved(span: Span, by: int) -> Span:
    return replace(span, start=span.start + by, end=span.end + by)


def _cut(text: str, wanted: int) -> int:
    """Where to end a window: behind a paragraph, a line, a sentence or a word, whichever comes first; else there."""
    if wanted >= len(text):
        return len(text)
    least = wanted - _CUT_WITHIN
    for mark in ("\n\n", "\n", ". ", " "):
        found = text.rfind(mark, least, wanted)
        if found >= 0:
            return found + len(mark)
    return wanted


def _with_unreadable(text: str, spans: Sequence[Span]) -> list[Span]:
    """Words in which a character could not be read go too: nobody can tell whose name they are."""
    broken = [
        Span(*match.span(), UNREADABLE, None, "encoding", 1.0, False, "a character of this word could not be read")
        for match in _BROKEN_WORD.finditer(text)
    ]
    out: list[Span] = []
    for span in sorted((*spans, *broken), key=lambda one: (one.start, -one.end)):
        if out and span.start < out[-1].end:
            kept = out[-1] if out[-1].category != UNREADABLE else span
            out[-1] = replace(kept, start=out[-1].start, end=max(out[-1].end, span.end))
        else:
            out.append(span)
    return out
