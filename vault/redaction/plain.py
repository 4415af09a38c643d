"""One reading of a text in which every place stays: plain spaces, dashes and digits, and letters read as digits.

Rules for numbers and dates meet this reading, so that a full-width digit or a thin space hides nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ..model.findings import Span
from .names.folding import IGNORABLE

_IGNORED = re.compile(f"[{IGNORABLE}]")
_ODD = re.compile(r"[^\x00-\x7f\u0400-\u045f]")


def without_ignorable(text: str) -> tuple[str, list[int] | None]:
    """The text without characters that print nothing, and where each character stood; None when all stay."""
    if not _IGNORED.search(text):
        return text, None
    places = [at for at, char in enumerate(text) if not _IGNORED.match(char)]
    return "".join(text[at] for at in places), places


_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT = 0xFEE0
_MINUS = "\u2212"


@lru_cache(maxsize=4000)
def _plain(char: str) -> str:
    """Digits of any script, spaces, dashes, full-width letters and signs: each as its plain one."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Zs":
        return " "
    if kind == "Pd" or char == _MINUS:
        return "-"
    return chr(ord(char) - _FULL_WIDTH_SHIFT) if ord(char) in _FULL_WIDTH else char


def plain(text: str) -> str:
    """The text in plain characters, of the same length."""
    return _ODD.sub(lambda match: _plain(match.group()), text)


_LETTERS = str.maketrans("OoОоlI|Зз", "000011133")
_MIXED_RUN = re.compile(r"(?<![^\W\dOoОоlIЗз])[+(]{0,2}(?:[\dOoОоlI|Зз][ .\-()]{0,2}){7,24}(?![^\W\dOoОоlIЗз])")
_LEAST_DIGITS = 5


def with_letters_as_digits(text: str) -> str:
    """The text with O, l, I and З read as digits in runs that are mostly digits; of the same length."""
    return _MIXED_RUN.sub(lambda match: _as_digits(match.group()), text)


def _as_digits(run: str) -> str:
    return run.translate(_LETTERS) if sum(char.isdigit() for char in run) >= _LEAST_DIGITS else run


def best(found: list[Span]) -> list[Span]:
    """Sorted spans none of which overlaps another: of those that start together the surest, as wide as all."""
    taken: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end, -one.score)):
        if taken and span.start < taken[-1].end:
            last = taken[-1]
            if (span.score, span.end - span.start) > (last.score, last.end - last.start) and span.start == last.start:
                taken[-1] = span if span.end >= last.end else widened(span, last)
            elif span.end > last.end:
                taken[-1] = widened(last, span)
            continue
        taken.append(span)
    return taken


def widened(span: Span, other: Span) -> Span:
    """The first span, as wide as both."""
    start, end = min(span.start, other.start), max(span.end, other.end)
    return Span(start, end, span.category, span.person, span.source, span.score, span.sure, span.explanation)
