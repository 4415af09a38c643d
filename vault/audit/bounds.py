"""Times that cosignatures exclude: the laptop's clock is its owner's, that of a cosigner is not.

An entry under a head that was cosigned is no later than the cosignature; one after the entry that took the
cosignature in (`audit.accept`) is no earlier. Both clocks may be off by some minutes, and a cosigner's may be wrong
too: so this is something to ask about, and no proof that the log was changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vault.audit.clock import moment_text

TOLERANCE = 3600
"""Seconds by which two honest clocks may differ, with some room."""
MAX_SECONDS = 1 << 37
"""POSIX seconds: later times are not read as times."""
MAX_OUT = 50
_NEVER = "~"
"""Later than any time, as text."""


@dataclass(frozen=True, slots=True)
class OutOfBounds:
    """Entries from `seq` on, `count` of them in a row of the log, whose times lie beyond `bound` (UTC): `late` after
    it, else before it. `time` is that of the first."""

    seq: int
    count: int
    time: str
    bound: str
    late: bool


class TimeBounds:
    """Takes the times of entries in order. `cosigned`: size of each cosigned head, and when (POSIX seconds)."""

    def __init__(self, cosigned: Iterable[tuple[int, int]] = ()) -> None:
        by_size: dict[int, int] = {}
        for size, at in cosigned:
            if at <= MAX_SECONDS:
                by_size[size] = min(at, by_size.get(size, at))
        self._taken = {size: _text(at - TOLERANCE) for size, at in by_size.items()}
        # The bound of an entry is the earliest cosignature of any head that covers it.
        self._later: list[tuple[int, str]] = []
        earliest = _NEVER
        for size in sorted(by_size, reverse=True):
            earliest = min(earliest, _text(by_size[size] + TOLERANCE))
            self._later.append((size, earliest))
        self._floor = ""
        self._ceiling = self._later[-1][1] if self._later else _NEVER
        self._found: list[OutOfBounds] = []

    def feed(self, seq: int, time: str, accepted: int | None = None) -> None:
        """Take an entry's time; `accepted` is the size of the head whose cosignature it took in, if it did."""
        while self._later and self._later[-1][0] <= seq:
            self._later.pop()
            self._ceiling = self._later[-1][1] if self._later else _NEVER
        if time > self._ceiling:
            self._note(seq, time, self._ceiling, late=True)
        elif time < self._floor:
            self._note(seq, time, self._floor, late=False)
        if accepted is not None and accepted in self._taken:
            self._floor = max(self._floor, self._taken[accepted])

    def _note(self, seq: int, time: str, bound: str, *, late: bool) -> None:
        last = self._found[-1] if self._found else None
        if last is not None and (last.bound, last.late, last.seq + last.count) == (bound, late, seq):
            self._found[-1] = OutOfBounds(last.seq, last.count + 1, last.time, bound, late)
        elif len(self._found) < MAX_OUT:
            self._found.append(OutOfBounds(seq, 1, time, bound, late))

    def end(self) -> tuple[OutOfBounds, ...]:
        """What lies outside, at most MAX_OUT runs of entries."""
        return tuple(self._found)


def _text(seconds: int) -> str:
    return moment_text(datetime.fromtimestamp(max(0, seconds), UTC))
