"""Counts what the report shows while entries stream by, in memory of a few dozen bytes an entry."""

from __future__ import annotations

import bisect
import calendar
import functools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from vault.audit.report.data import (
    AUTOMATIC,
    DAY_SECONDS,
    OPENS,
    Activity,
    BadUnlocks,
    Left,
    Silence,
    Tally,
)
from vault.model.events import Entry

UNKNOWN_TIME = -1 << 40
"""Stands for a time that no calendar has, such as 2025-19-39."""
SILENCE_SECONDS = 7 * DAY_SECONDS
MAX_SILENCES = 1000
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


class Collector:
    """Feed it the entries of one log after another. `activity` is complete after `end`."""

    def __init__(self) -> None:
        self.activity = Activity()
        self._log = -1
        self._first_row = 0
        self._open: dict[tuple[str, str | None, str], list[int]] = {}
        self._before: tuple[int, int] | None = None

    def begin(self) -> None:
        """The next log's entries follow."""
        self._end_log()
        self._log += 1
        self._first_row = len(self.activity.operations)

    def offset_at(self, seq: int) -> int:
        """The offset, in minutes, of the operation that this entry of the current log begins or belongs to."""
        held = self.activity.operations
        at = bisect.bisect_right(held.seq, seq, lo=self._first_row) - 1
        return held.offset[at] if at >= self._first_row else 0

    def end(self) -> Activity:
        """No more entries."""
        self._end_log()
        return self.activity

    def _end_log(self) -> None:
        self.activity.unfinished += sorted(row for rows in self._open.values() for row in rows)
        self._open.clear()
        self._before = None

    def read(self, entries: Iterable[Entry]) -> None:
        """All entries of the log."""
        for entry in entries:
            self.feed(entry)

    def feed(self, entry: Entry) -> None:
        """One entry, in order."""
        self.activity.entries += 1
        at = seconds(entry.time)
        self._note_silence(entry, at)
        if entry.phase == "outcome":
            rows = self._open.pop((entry.op or "", entry.case, entry.action), None)
            if rows is not None:
                self._close(rows, entry)
                return
        row = self._add(entry, at)
        if entry.phase == "intent":
            self._open.setdefault((entry.op or "", entry.case, entry.action), []).append(row)
        self._count(entry, row, at)

    def _note_silence(self, entry: Entry, at: int) -> None:
        if at == UNKNOWN_TIME:
            self.activity.untimed += 1
            return
        before = self._before
        if before is not None and at - before[0] > SILENCE_SECONDS and len(self.activity.silences) < MAX_SILENCES:
            self.activity.silences.append(Silence(self._log, before[1], before[0], at))
        # A clock that was set ahead and back again must not hide what comes after it.
        self._before = (at, entry.seq)

    def _close(self, rows: list[int], entry: Entry) -> None:
        held = self.activity.operations
        outcome = self.activity.indexes.outcomes.of(entry.outcome)
        alone = len(rows) == 1
        for row in rows:
            held.outcome[row] = outcome
            held.after[row] = entry.seq - held.seq[row]
            if alone and entry.count is not None:
                held.count[row] = entry.count + 1
            if alone and entry.bytes is not None:
                held.bytes[row] = entry.bytes + 1
        if entry.outcome != "ok":
            self._person(entry).failed += 1
            if entry.case is not None:
                self._case(entry.case).failed += 1

    def _add(self, entry: Entry, at: int) -> int:
        held, indexes = self.activity.operations, self.activity.indexes
        held.log.append(self._log)
        held.seq.append(entry.seq)
        held.time.append(at)
        held.offset.append(minutes(entry.offset))
        held.action.append(indexes.actions.of(entry.action))
        held.phase.append(indexes.phases.of(entry.phase))
        held.context.append(indexes.contexts.of((entry.actor, entry.device, entry.session, entry.program)))
        held.case.append(indexes.cases.of(entry.case))
        held.object.append(indexes.objects.of(entry.object))
        held.purpose.append(indexes.purposes.of(entry.purpose))
        held.outcome.append(indexes.outcomes.of(entry.outcome))
        held.after.append(0)
        held.count.append(0 if entry.count is None else entry.count + 1)
        held.bytes.append(0 if entry.bytes is None else entry.bytes + 1)
        return len(held.seq) - 1

    def _person(self, entry: Entry) -> Tally:
        found = self.activity.people.get(entry.actor)
        if found is None:
            found = self.activity.people[entry.actor] = Tally()
        return found

    def _case(self, case: str) -> Tally:
        found = self.activity.cases.get(case)
        if found is None:
            found = self.activity.cases[case] = Tally()
        return found

    def _count(self, entry: Entry, row: int, at: int) -> None:
        activity = self.activity
        if entry.disclosure is not None:
            given = entry.disclosure
            activity.left.append(Left(row, given.recipient, given.bundle, given.profile, given.consent))
        if entry.action == "vault.unlock-failed":
            self._count_unlocks(entry, at)
        elif entry.action == "clock.step":
            activity.clock_steps.append((self._log, entry.seq))
        activity.programs.setdefault(entry.program, at)
        person = self._person(entry)
        tallies = [person] if entry.case is None else [person, self._case(entry.case)]
        opened = entry.action in OPENS and entry.case is not None
        for tally in tallies:
            tally.operations += 1
            tally.opens += opened
            tally.left += entry.disclosure is not None
            tally.without_purpose += opened and entry.purpose is None
        if entry.case is not None:
            person.others.add(entry.case)
            tallies[1].others.add(entry.actor)
        if at != UNKNOWN_TIME:
            self._count_time(entry, at, opened, tallies)

    def _count_time(self, entry: Entry, at: int, opened: bool, tallies: list[Tally]) -> None:
        activity = self.activity
        days, second = divmod(at + minutes(entry.offset) * 60, DAY_SECONDS)
        day = day_of(days)
        if entry.action not in AUTOMATIC:
            activity.heat[(days + 3) % 7][second // 3600] += 1
        if opened:
            activity.opens[day] += 1
        for tally in tallies:
            if opened:
                tally.days[day] += 1
            tally.first = at if tally.first is None or at < tally.first else tally.first
            tally.last = at if tally.last is None or at > tally.last else tally.last
        activity.first = at if activity.first is None or at < activity.first else activity.first
        activity.last = at if activity.last is None or at > activity.last else activity.last

    def _count_unlocks(self, entry: Entry, at: int) -> None:
        since = at if entry.since is None else seconds(entry.since)
        if UNKNOWN_TIME in (at, since):
            return
        found = BadUnlocks(self._log, entry.seq, entry.count or 1, since, at, minutes(entry.offset))
        self.activity.unlocks.append(found)
