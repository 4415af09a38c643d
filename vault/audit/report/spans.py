"""From when until when a log goes, and where it is silent, though its clock may have been wrong for a while.

The order of entries is sure, their times are not. Where times jump, the log falls into stretches; those that fit
together in their order and hold the most entries are believed, the others are named and left out of all dates.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from vault.audit.report.data import DAY_SECONDS

MOST_SHARE = 10
"""The stretches up to the log's end are believed, if they hold one in so many of the entries of the longest line."""


@dataclass(slots=True)
class Stretch:
    """Entries `seq` to `last` without a jump of more than a day. Times are UTC in seconds."""

    seq: int
    last: int
    start: int
    end: int
    low: int
    high: int
    count: int = 1


class Stretches:
    """Feed it the times of one log's entries in their order."""

    def __init__(self) -> None:
        self.found: list[Stretch] = []
        self._at: Stretch | None = None

    def feed(self, seq: int, at: int) -> None:
        """One entry with a real time."""
        one = self._at
        if one is None or not -DAY_SECONDS <= at - one.end <= DAY_SECONDS:
            self._at = Stretch(seq, seq, at, at, at, at)
            self.found.append(self._at)
            return
        one.last, one.end = seq, at
        one.count += 1
        if at > one.high:
            one.high = at
        elif at < one.low:
            one.low = at


def split(found: Sequence[Stretch]) -> tuple[list[Stretch], list[Stretch]]:
    """Those that are believed, and those whose times others undo."""
    if not found:
        return [], []
    best, before = _lines(found)
    # What comes later is right, as a rule: a clock is set right before it is used on.
    end = len(found) - 1
    top = max(range(len(found)), key=lambda at: (best[at], at))
    if best[end] * MOST_SHARE < best[top]:
        end = top
    kept = set()
    while end >= 0:
        kept.add(end)
        end = before[end]
    return (
        [one for at, one in enumerate(found) if at in kept],
        [one for at, one in enumerate(found) if at not in kept],
    )


def _lines(found: Sequence[Stretch]) -> tuple[list[int], list[int]]:
    """For each stretch, the entries of the longest line that ends with it, and its predecessor there (-1: none)."""
    best: list[int] = []
    before: list[int] = []
    highs: list[int] = []  # rising, as are the lengths of the lines that end so high
    ends: list[int] = []
    for at, one in enumerate(found):
        place = bisect.bisect_right(highs, one.low + DAY_SECONDS) - 1
        before.append(ends[place] if place >= 0 else -1)
        best.append(one.count + (best[ends[place]] if place >= 0 else 0))
        place = bisect.bisect_left(highs, one.high)
        if place and best[ends[place - 1]] > best[at]:
            continue
        stop = place
        while stop < len(highs) and best[ends[stop]] <= best[at]:
            stop += 1
        if stop == place and place < len(highs) and highs[place] == one.high:
            continue
        highs[place:stop] = [one.high]
        ends[place:stop] = [at]
    return best, before
