"""Text put together from words, which keeps where in it each of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vault.worker.read_pdf_words import Word

TOUCHING = 0.08
Placed = tuple[int, int, Word]
"""Code points [start, end) of a text, and the word that stands there."""

_HYPHEN = re.compile(r"\w[-\u2010]$")
_RANGE = re.compile(r"\d\u2013$")


@dataclass(slots=True)
class Run:
    """A stretch of text and its words."""

    text: str = ""
    words: list[Placed] = field(default_factory=list)

    def add(self, other: Run, between: str = "") -> None:
        """Put `other` after what there is."""
        start = len(self.text) + len(between)
        self.text += between + other.text
        self.words += [(first + start, end + start, word) for first, end, word in other.words]

    def drop_last(self) -> None:
        """Take the last character away."""
        self.text = self.text[:-1]
        most = len(self.text)
        self.words = [(first, min(end, most), word) for first, end, word in self.words if first < most]


def of_word(word: Word) -> Run:
    """One word."""
    return Run(word.text, [(0, len(word.text), word)])


def of_row(words: list[Word], size: float) -> Run:
    """Words of one line; a sign that touches the word before it stays at it."""
    run, reach = Run(), 0.0
    for word in words:
        touching = word.left - reach < TOUCHING * size and not word.text[0].isalnum()
        run.add(of_word(word), "" if touching or not run.text else " ")
        reach = max(reach, word.right)
    return run


def join(run: Run, second: Run) -> None:
    """Put a line of the same paragraph after `run`; a hyphen goes where a small letter continues the word.

    Before a capital or figure it stays, as in a double surname, and no space comes in between.
    """
    hyphen = bool(_HYPHEN.search(run.text))
    first = second.text[:1]
    if hyphen and first.islower():
        run.drop_last()
    goes_on = first.isdigit() and (hyphen or bool(_RANGE.search(run.text)))
    run.add(second, "" if goes_on or (hyphen and first.isalpha()) else " ")
