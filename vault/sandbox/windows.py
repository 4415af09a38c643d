"""Cuts a text of any length into windows that a model can take, so that no name is lost at a cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WINDOW = 6_000
"""Code points of one window, at most."""
OVERLAP = 400
"""How much of a window is seen again in the next one."""
_LEAST = WINDOW // 2
_LINE_END = re.compile(r"[\n\r\u2028\u2029]")
_SENTENCE_END = re.compile(r"[.!?…][\"'»”)]?\s")


@dataclass(frozen=True, slots=True)
class Window:
    """Code points [start, end) of the text. What begins at or after `last` is left to the next window, what ends
    at or before `first` to the one before; a name over such a border is found by both."""

    start: int
    end: int
    first: int
    last: int


def windows(text: str) -> Iterator[Window]:
    """Every window, in order. A cut falls on the end of a line, else of a sentence, else of a word, else anywhere."""
    start, first, size = 0, 0, len(text)
    while start < size:
        end = min(size, start + WINDOW)
        if end == size:
            yield Window(start, end, first, size)
            return
        end = _cut(text, start + _LEAST, end)
        back = max(start + 1, end - OVERLAP)
        following = _word_start(text, back, end)
        middle = (following + end) // 2
        yield Window(start, end, first, middle)
        start, first = following, middle


def _cut(text: str, least: int, most: int) -> int:
    for pattern in (_LINE_END, _SENTENCE_END):
        found = [match.end() for match in pattern.finditer(text, least, most)]
        if found:
            return found[-1]
    space = max(text.rfind(" ", least, most), text.rfind("\t", least, most))
    return space + 1 if space >= least else most


def _word_start(text: str, back: int, end: int) -> int:
    """The first beginning of a word from `back` on; where there is none, `back`."""
    if not text[back - 1].isalnum():
        return back
    for at in range(back, end - OVERLAP // 2):
        if not text[at].isalnum():
            return at + 1
    return back
