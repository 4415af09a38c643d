"""Times as entries say them, and as people read them."""

from __future__ import annotations

import calendar
import functools
from datetime import UTC, date, datetime, timedelta

UNKNOWN_TIME = -1 << 40
"""Stands for a time that no calendar has, such as 2025-19-39."""
_EPOCH = date(1970, 1, 1).toordinal()


@functools.lru_cache(maxsize=4096)
def _midnight(day: str) -> int | None:
    try:
        return calendar.timegm(date.fromisoformat(day).timetuple())
    except (ValueError, OverflowError):
        return None


def seconds(time: str) -> int:
    """UTC seconds since 1970 of a time as entries say it, UNKNOWN_TIME if no calendar has it."""
    midnight = _midnight(time[:10])
    try:
        hour, minute, second = int(time[11:13]), int(time[14:16]), int(time[17:19])
    except ValueError:
        return UNKNOWN_TIME
    if midnight is None or hour > 23 or minute > 59 or second > 60:
        return UNKNOWN_TIME
    return midnight + hour * 3600 + minute * 60 + second


@functools.lru_cache(maxsize=256)
def minutes(offset: str) -> int:
    """Minutes east of UTC."""
    value = int(offset[1:3]) * 60 + int(offset[4:6])
    return -value if offset[0] == "-" else value


@functools.lru_cache(maxsize=65_536)
def day_of(local: int) -> date:
    """The day of local seconds since 1970, given in whole days."""
    return date.fromordinal(max(1, min(_EPOCH + local, date.max.toordinal())))


def local_time(at: int, offset: int) -> datetime:
    """The holder's time, without zone; the nearest that Python knows."""
    return datetime(1970, 1, 1) + timedelta(seconds=max(-(10**10), min(at + offset * 60, 25 * 10**10)))


def utc_text(at: int) -> str:
    """ISO 8601 of UTC seconds, as in entries but without milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
