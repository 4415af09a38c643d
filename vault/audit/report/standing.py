"""How each log stands: whole or not, vouched for since when, how old its last deposit, how long its tail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vault.audit.report.collect import UNKNOWN_TIME, local_time, seconds
from vault.audit.report.data import DAY_SECONDS, Finding, LogInfo, Report, Vouched

OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Standing:
    """One log. `deposit` is the newest head that somebody cosigned; `age_days` counts from it to the report."""

    info: LogInfo
    deposit: Vouched | None
    age_days: int | None
    tail: int
    overdue: bool

    @property
    def whole(self) -> bool:
        """Whether the check found nothing that counts. Lateness is no damage."""
        return not self.counting

    @property
    def ok(self) -> bool:
        """Whether nothing is left to explain of this log; that another one is late says nothing against it."""
        return all(one.accepted or (one.kind == OVERDUE and one.other) for one in self.info.findings)

    @property
    def late(self) -> tuple[Finding, ...]:
        """What was said of deposits that came late, of this log or of others."""
        return tuple(one for one in self.info.findings if one.kind == OVERDUE and not one.accepted)

    @property
    def counting(self) -> int:
        """How many findings nobody has explained."""
        return sum(not one.accepted and one.kind != OVERDUE for one in self.info.findings)


def standing(info: LogInfo, made: str, overdue_days: int) -> Standing:
    """`made` is the time of the report."""
    deposit = max(info.vouched, key=lambda one: (one.size, one.time), default=None)
    age = None
    if deposit is not None:
        newest = max(seconds(one.time) for one in info.vouched)
        age = max(0, seconds(made) - newest) // DAY_SECONDS
    tail = info.size - (max(0, min(deposit.size, info.size)) if deposit else 0)
    return Standing(info, deposit, age, tail, age is None or age > overdue_days)


def standings(report: Report) -> tuple[Standing, ...]:
    """One a log, in the order of the report."""
    return tuple(standing(info, report.made, report.policy.overdue_days) for info in report.logs)


def since(found: Sequence[Standing]) -> str | None:
    """From when on all logs are vouched for: the latest of them, None if one never was."""
    times = [one.info.consistent_since for one in found]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def utc(time: str) -> datetime | None:
    """A time of an entry or a cosignature, as UTC without zone; None if no calendar has it."""
    at = seconds(time)
    return None if at == UNKNOWN_TIME else local_time(at, 0)
