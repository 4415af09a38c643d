"""Clocks that a suspend can't stop: how long the vault may still be open."""

from __future__ import annotations

import sys
import time

SLEPT_SECONDS = 2.0
"""By so much the clock that counts sleep must get ahead of the one that does not, to say that the machine slept."""
GAP_SECONDS = 60.0
"""A tick that comes later than this after the one before: the machine, or this process, stood still."""


def asleep_and_awake() -> float:
    """Seconds since the machine began, those of its sleep too."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # goes on in sleep there: clock_gettime(3)
    if sys.platform == "win32":
        import ctypes

        ticks = ctypes.WinDLL("kernel32").GetTickCount64
        ticks.restype = ctypes.c_ulonglong
        return float(ticks()) / 1000
    return time.monotonic()


def awake() -> float:
    """The same without sleep."""
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_UPTIME_RAW)
    if sys.platform == "win32":
        import ctypes

        told = ctypes.c_ulonglong()
        ctypes.WinDLL("kernel32").QueryUnbiasedInterruptTime(ctypes.byref(told))
        return float(told.value) / 10_000_000
    return time.monotonic()


class Deadline:
    """An end by two clocks: the one that counts sleep, and the wall's. Setting the wall's back gains nothing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.again()

    def again(self) -> None:
        """Count from now."""
        self._until = asleep_and_awake() + self.seconds
        self._wall = time.time() + self.seconds

    @property
    def left(self) -> float:
        """Seconds left by the clock that is further; 0 if it is over."""
        return max(0.0, min(self._until - asleep_and_awake(), self._wall - time.time()))


class Sleep:
    """Notices that the machine was asleep, or that this process was stopped."""

    def __init__(self) -> None:
        self._ahead = asleep_and_awake() - awake()
        self._last = awake()

    def noticed(self) -> bool:
        """Whether it was since the last time that this was asked."""
        ahead, now = asleep_and_awake() - awake(), awake()
        slept = ahead - self._ahead > SLEPT_SECONDS or now - self._last > GAP_SECONDS
        self._ahead, self._last = ahead, now
        return slept
