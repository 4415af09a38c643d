"""Which copy a page belongs to: rows of dashes, as they were read from its pixels, against the marks of known copies.

A row may be of any of a copy's rules, begin anywhere in it, be read backwards, and be wrong here and there. What
counts is how unlikely it is that a mark fits so well by chance, over everything that was tried. Where nothing is far
beyond chance, or more than one copy is, no copy is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from vault.model import copymarks

ROWS = 8
"""So many of a page's rows are compared, the longest."""
LEAST_KNOWN = 24
"""Cells that a row must tell to be compared at all."""
SURE = 33.0
"""Bits: a copy is named where chance would do it once in 2**33 tries."""
RIVAL = 9.0
"""Bits from which another copy stands in the way."""
OTHER_LEAST, OTHER_SHARE = 45, 0.85
"""A row with so many cells, so many of them told, that fits no copy at all is a mark of another origin."""
_TRIED = math.log2(len(copymarks.RULES) * copymarks.CELLS * 2)


@dataclass(frozen=True, slots=True)
class _Row:
    bits: int
    known: int
    told: int
    size: int


@dataclass(frozen=True, slots=True)
class Match:
    """A copy that fits: its id; bits beyond chance; cells that were compared, and how many of them fit."""

    copy: str
    beyond: float
    compared: int
    fitting: int


def match(rows: Sequence[str], marks: Mapping[str, bytes]) -> Match | None:
    """The one of `marks` (id → 8 bytes) that the rows of a page carry; `rows` of "0", "1", "?", the longest first."""
    looked = [row for one in rows if (row := _row(one)) is not None][:ROWS]
    if not looked or not marks:
        return None
    chance = _TRIED + math.log2(len(looked)) + math.log2(len(marks))
    streams = {copy: _streams(mark) for copy, mark in marks.items()}
    fits = {copy: [_fit(row, many) for row in looked] for copy, many in streams.items()}
    scores = {copy: sum(max(0.0, one[0] - chance) for one in many) for copy, many in fits.items()}
    first, *others = sorted(scores, key=lambda copy: -scores[copy])
    if scores[first] < SURE or any(scores[other] >= RIVAL for other in others):
        return None
    taken = [fit for fit in fits[first] if fit[0] > chance]
    for row, fit in zip(looked, fits[first], strict=True):
        if fit[0] <= chance and row.size >= OTHER_LEAST and row.told >= OTHER_SHARE * row.size:
            return None
    compared = sum(fit[1] for fit in taken)
    return Match(first, scores[first], compared, compared - sum(fit[2] for fit in taken))


def _row(cells: str) -> _Row | None:
    cells = cells[: copymarks.CELLS]
    told = len(cells) - cells.count("?")
    if told < LEAST_KNOWN:
        return None
    bits = int(cells.replace("?", "0"), 2)
    known = int(cells.replace("0", "1").replace("?", "0"), 2)
    return _Row(bits, known, told, len(cells))


def _streams(mark: bytes) -> list[int]:
    """All cells of each rule, forwards and backwards, twice over: a window of them is a shift away."""
    whole = [copymarks.cells(mark, rule) for rule in copymarks.RULES]
    return [int(cells + cells, 2) for one in whole for cells in (one, one[::-1])]


def _fit(row: _Row, streams: Sequence[int]) -> tuple[float, int, int]:
    """(bits of surprise of the best place, cells compared, cells that differ)."""
    fewest = row.told
    bits, known = row.bits, row.known
    for stream in streams:
        for _ in range(copymarks.CELLS):
            wrong = ((stream ^ bits) & known).bit_count()
            if wrong < fewest:
                fewest = wrong
            stream >>= 1
    return surprise(row.told, fewest), row.told, fewest


@cache
def surprise(told: int, wrong: int) -> float:
    """Minus the binary logarithm of the chance that of so many coin flips no more than `wrong` come out wrong."""
    return told - math.log2(sum(math.comb(told, number) for number in range(wrong + 1)))
