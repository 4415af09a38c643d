"""A clock that a script moves, in place of the system's."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

MILLISECONDS = 1000


@dataclass
class Hand:
    """`seconds` of POSIX time; the monotonic clock began when the hand did."""

    seconds: float
    start: float = 0.0

    def __post_init__(self) -> None:
        self.start = self.start or self.seconds

    def wall(self) -> int:
        return int(self.seconds * MILLISECONDS)

    def offset(self) -> int:
        return 180

    def monotonic(self) -> int:
        return int((self.seconds - self.start) * MILLISECONDS)


@contextlib.contextmanager
def clock_of(hand: Hand) -> Iterator[None]:
    """Whoever asks the system for the time gets the hand's."""
    real, real_ns = time.time, time.time_ns
    time.time, time.time_ns = lambda: hand.seconds, lambda: int(hand.seconds * 1e9)
    try:
        yield
    finally:
        time.time, time.time_ns = real, real_ns
