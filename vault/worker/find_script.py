"""Which stretches of a text are for whose models: English ones read a third of a Russian text as names.

A stretch is a run of lines or words of one script. A few words of the other script inside a sentence stay part of
it, so that the models see whole sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Script = Literal["cyrillic", "latin"]

FEW = 3
"""So many words of the other script in a row do not end a stretch."""
_WORD = re.compile(
    "(?P<cyrillic>[\u0400-\u052f][\u0400-\u052f\u0300\u0301'\u2019\u02bc-]{0,60})"
    "|(?P<latin>[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'\u2019\u02bc-]{0,60})"
)
_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_BREAK = re.compile(r"\n[ \t]*\n")


def segments(text: str, script: Script) -> Iterator[tuple[int, int]]:
    """The stretches [start, end) of `text` for the models of `script`, in order, not overlapping."""
    yield from _joined(text, _lines(text, script))


def _lines(text: str, script: Script) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        yield from _runs(text, line.start(), line.end(), script)


def _runs(text: str, begin: int, end: int, script: Script) -> Iterator[tuple[int, int]]:
    """The runs of `script` in one line, with the few foreign words and the signs inside or beside them."""
    start: int | None = None
    foreign = own = 0
    left = begin  # where the last foreign word before this run ended
    last = begin
    for word in _WORD.finditer(text, begin, end):
        if word.lastgroup == script:
            if start is None:
                start, own = left, 0
            own, foreign, last = own + 1, 0, word.end()
        else:
            foreign += 1
            if start is not None and foreign > FEW:
                yield start, last
                start = None
            if start is None:
                left = word.end()
    if start is not None:
        yield start, end if not foreign or own > 2 * foreign else last


def _joined(text: str, runs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Lines that follow each other are read as one: a name may go over the end of a line."""
    held: tuple[int, int] | None = None
    for run in runs:
        if held is not None and not text[held[1] : run[0]].strip() and not _BREAK.search(text, held[1], run[0]):
            held = (held[0], run[1])
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held
