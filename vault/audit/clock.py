"""The clocks of an entry: wall time, its offset from UTC, monotonic time, and which boot that counts from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from vault.crypto.signing import keyed_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_BYTES = 4


class Clock(Protocol):
    """Where the log reads time from; tests put their own in its place."""

    def wall(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...

    def offset(self) -> int:
        """Minutes that local time is ahead of UTC."""
        ...

    def monotonic(self) -> int:
        """Milliseconds since some fixed moment of this boot."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> int:
        return time.time_ns() // 1_000_000

    def offset(self) -> int:
        return time.localtime().tm_gmtoff // 60

    def monotonic(self) -> int:
        return time.monotonic_ns() // 1_000_000


def time_text(milliseconds: int) -> str:
    """`2026-11-21T21:27:22.123Z`."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def text_time(text: str) -> int:
    """Milliseconds since 1970-01-01 UTC of a time as `time_text` writes it."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def moment_text(moment: datetime) -> str:
    """A moment as it is written in entries, for comparing. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone says nothing")
    return time_text((moment - _EPOCH) // timedelta(milliseconds=1))


def offset_text(minutes: int) -> str:
    """`+03:00`."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def boot_id(signing_seed: bytes) -> str:
    """Which run of the machine this is, as keyed hex: equal within a boot of it, meaningless to anyone else.

    Linux names its boots. Elsewhere the moment of the boot stands for it, to the minute: a clock that is set, and a
    sleep on systems whose monotonic clock stops then, look like a new boot. Readers take it as a hint, no more.
    """
    try:
        name = _BOOT_ID.read_bytes().strip()
    except OSError:
        name = str(round((time.time() - time.monotonic()) / 60)).encode()
    return keyed_id(signing_seed, b"casevault/v1/audit-boot", name, length=BOOT_BYTES).hex()
