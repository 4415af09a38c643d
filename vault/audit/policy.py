"""The policy file: who must cosign, where a purpose is asked for, when a deposit is overdue, what is flagged.

One TOML file for the vault and for the auditor's machine; docs/audit-policy.md lists every member with its default.
What is not known is refused, so that a slip of the pen can't switch anything off.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from vault.audit import tlog_policy
from vault.errors import Usage

MAX_BYTES = 16 << 10
"""Python's reader of TOML takes time with the square of some hostile texts."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = (
    "bulk", "clock-back", "dormant", "failed-unlocks", "first-time", "hours", "new-recipient", "quick-export", "slow",
    "version",
)  # fmt: skip
"""The kinds of flags, `vault/audit/flags.py`."""
PURPOSE_ACTIONS = (
    "bundle.create", "case.show", "case.shred", "evidence.get", "evidence.show", "evidence.view", "redact.plan",
    "redact.preview", "redact.show", "search",
)  # fmt: skip
"""The actions for which a purpose can be asked for."""
DEFAULT_REQUIRED = frozenset({"bundle.create", "case.shred"})
DEFAULT_OVERDUE_DAYS = 35
ENTRIES_ZONE = "entries"
DAY_MINUTES = 24 * 60
MAX_ZONE_MINUTES = 14 * 60
_HOURS = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])", re.ASCII)
_ZONE = re.compile(r"([+-])([01][0-9]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Thresholds of the flags. `work_hours` are minutes of the local day, end exclusive, and may pass midnight;
    `zone` is minutes ahead of UTC, None for each entry's own; `work_days` counts from Monday, 0."""

    off: frozenset[str] = frozenset()
    work_days: frozenset[int] = frozenset(range(7))
    work_hours: tuple[int, int] = (7 * 60, 22 * 60)
    zone: int | None = None
    bulk_minutes: int = 120
    bulk_files: int = 80
    bulk_cases: int = 15
    bulk_out_cases: int = 6
    bulk_hits: int = 600
    slow_days: int = 7
    slow_out_cases: int = 30
    first_time_days: int = 7
    dormant_days: int = 180
    failed_unlocks: int = 5
    failed_minutes: int = 15
    quick_minutes: int = 10
    quick_files: int = 10
    quick_rest_days: int = 7
    new_recipient_days: int = 14
    clock_back_seconds: int = 120

    def works_at(self, moment: datetime, offset: str) -> bool:
        """Whether a moment (UTC) of an entry with this offset of local time lies within working hours."""
        minutes = _ahead(offset) if self.zone is None else self.zone
        shift, minute = divmod(moment.hour * 60 + moment.minute + minutes, DAY_MINUTES)
        day = (moment.weekday() + shift) % 7
        start, end = self.work_hours
        if start < end:
            return start <= minute < end and day in self.work_days
        # Past midnight: the morning belongs to the day before.
        return (minute >= start and day in self.work_days) or (minute < end and (day - 1) % 7 in self.work_days)


def _ahead(offset: str) -> int:
    """Minutes of an entry's offset, such as +03:00."""
    minutes = int(offset[1:3]) * 60 + int(offset[4:])
    return -minutes if offset[0] == "-" else minutes


BOUNDS: Mapping[str, tuple[int, int]] = {
    "bulk_minutes": (1, 7 * DAY_MINUTES),
    "bulk_files": (1, 10**6),
    "bulk_cases": (1, 10**6),
    "bulk_out_cases": (1, 10**6),
    "bulk_hits": (1, 10**6),
    "slow_days": (1, 366),
    "slow_out_cases": (1, 10**6),
    "first_time_days": (1, 366),
    "dormant_days": (1, 3660),
    "failed_unlocks": (1, 10**6),
    "failed_minutes": (1, 7 * DAY_MINUTES),
    "quick_minutes": (1, 7 * DAY_MINUTES),
    "quick_files": (1, 10**6),
    "quick_rest_days": (1, 3660),
    "new_recipient_days": (1, 366),
    "clock_back_seconds": (1, 366 * 24 * 3600),
}
MAX_OVERDUE_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy. `quorum` is None where no cosignature is asked for; `text` is the file as it was given."""

    text: str = ""
    quorum: tlog_policy.Policy | None = None
    required: frozenset[str] = DEFAULT_REQUIRED
    overdue_days: int = DEFAULT_OVERDUE_DAYS
    flags: FlagRules = field(default_factory=FlagRules)

    def asks_purpose(self, action: str) -> bool:
        """Whether a purpose must be named for this action."""
        return action in self.required


def parse(untrusted: str | bytes) -> Policy:
    """Read a policy file; an empty one is the default policy. Raises Usage, without what the file says."""
    text = _text(untrusted)
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"the policy is not valid TOML{_line(error)}") from None
    except (ValueError, RecursionError):
        raise _wrong("the policy is not valid TOML") from None
    _known(tables, ("cosignatures", "purposes", "deposit", "flags"), "the policy")
    cosignatures = _table(tables, "cosignatures", ("quorum",))
    purposes = _table(tables, "purposes", ("required",))
    deposit = _table(tables, "deposit", ("overdue_days",))
    return Policy(
        text=text,
        quorum=_quorum(cosignatures["quorum"]) if "quorum" in cosignatures else None,
        required=_words(purposes["required"], PURPOSE_ACTIONS, "[purposes] required")
        if "required" in purposes
        else DEFAULT_REQUIRED,
        overdue_days=_number(deposit["overdue_days"], (1, MAX_OVERDUE_DAYS), "[deposit] overdue_days")
        if "overdue_days" in deposit
        else DEFAULT_OVERDUE_DAYS,
        flags=_flags(_table(tables, "flags", [one.name for one in fields(FlagRules)])),
    )


def _text(untrusted: str | bytes) -> str:
    if len(untrusted) > MAX_BYTES:
        raise _wrong(f"the policy is larger than {MAX_BYTES >> 10} KiB")
    if isinstance(untrusted, str):
        return untrusted
    try:
        return untrusted.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("the policy is not in UTF-8") from None


def _line(error: tomllib.TOMLDecodeError) -> str:
    # Its message ends in "(at line 3, column 7)"; the rest may quote the file.
    found = re.search(r"at line ([0-9]{1,6}), column", str(error))
    return f" in line {found[1]}" if found else ""


def _wrong(message: str, hint: str = "docs/audit-policy.md lists every member and what it takes.") -> Usage:
    return Usage(message, hint=hint)


def _known(found: Mapping[str, Any], names: tuple[str, ...] | list[str], where: str) -> None:
    if not set(found) <= set(names):
        raise _wrong(f"there is a member in {where} that is not known", f"Its members are: {', '.join(names)}.")


def _table(tables: Mapping[str, Any], name: str, members: tuple[str, ...] | list[str]) -> dict[str, Any]:
    found = tables.get(name, {})
    if not isinstance(found, dict):
        raise _wrong(f"[{name}] of the policy is not a table")
    _known(found, members, f"[{name}] of the policy")
    return found


def _number(value: object, bounds: tuple[int, int], what: str) -> int:
    if type(value) is not int or not bounds[0] <= value <= bounds[1]:
        raise _wrong(f"{what} of the policy is a whole number from {bounds[0]} to {bounds[1]}")
    return value


def _words(value: object, known: tuple[str, ...], what: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one in known for one in value):
        raise _wrong(f"{what} of the policy lists words that are not known", f"They are: {', '.join(known)}.")
    return frozenset(value)


def _quorum(value: object) -> tlog_policy.Policy:
    what = "[cosignatures] quorum of the policy"
    if not isinstance(value, str):
        raise _wrong(f"{what} is a text of the form C2SP tlog-policy")
    try:
        return tlog_policy.parse(value if value.endswith("\n") else value + "\n")
    except Usage as error:
        raise _wrong(error.message) from None


def _flags(found: Mapping[str, Any]) -> FlagRules:
    readers: dict[str, Callable[[Any], Any]] = {
        "off": lambda value: _words(value, KINDS, "[flags] off"),
        "work_days": lambda value: frozenset(map(DAYS.index, _words(value, DAYS, "[flags] work_days"))),
        "work_hours": _hours,
        "zone": _zone,
    }
    values: dict[str, Any] = {
        name: readers[name](value) if name in readers else _number(value, BOUNDS[name], f"[flags] {name}")
        for name, value in found.items()
    }
    return FlagRules(**values)


def _hours(value: object) -> tuple[int, int]:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if start < DAY_MINUTES and end <= DAY_MINUTES and start != end:
            return start, end
    raise _wrong("[flags] work_hours of the policy has the form 09:00-18:00")


def _zone(value: object) -> int | None:
    if value == ENTRIES_ZONE:
        return None
    match = _ZONE.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        minutes = int(match[2]) * 60 + int(match[3])
        if minutes <= MAX_ZONE_MINUTES:
            return -minutes if match[1] == "-" else minutes
    raise _wrong('[flags] zone of the policy is "entries" or of the form +03:00')
