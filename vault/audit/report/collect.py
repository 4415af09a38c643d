"""Counts what the report shows while entries stream by, in memory of a few dozen bytes an entry."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import replace

from vault.audit.report import dating
from vault.audit.report.data import DAY_SECONDS, OPENS, OWN_ENDS, Activity, BadUnlocks, Left, Tally
from vault.audit.report.folding import Folding, Place, is_own
from vault.audit.report.spans import Stretches
from vault.audit.report.times import UNKNOWN_TIME as UNKNOWN_TIME
from vault.audit.report.times import local_time as local_time
from vault.audit.report.times import minutes as minutes
from vault.audit.report.times import seconds as seconds
from vault.audit.report.times import utc_text as utc_text
from vault.model.events import Entry


class Collector:
    """Feed it the entries of one log after another. `activity` is complete after `end`."""

    def __init__(self) -> None:
        self.activity = Activity()
        self._log = -1
        self._first_row = 0
        self._folding = Folding()
        self._stretches = Stretches()

    def begin(self) -> None:
        """The next log's entries follow."""
        self._end_log()
        self._log += 1

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
        self._end_unfinished(sorted({place.row for place in self._folding.open.values()}))
        dating.date(self.activity, self._log, self._first_row, self._stretches.found)
        self._folding, self._stretches = Folding(), Stretches()
        self._first_row = len(self.activity.operations)

    def _end_unfinished(self, rows: list[int]) -> None:
        """The last command of the log, if it is an export, is the one that is read here."""
        found, held = self.activity, self.activity.operations
        if rows and str(found.indexes.actions.values[held.action[rows[-1]]]) in OWN_ENDS:
            later = range(rows[-1] + 1, len(held))
            if all(held.own[row] for row in later):
                found.reading.append(rows.pop())
        for row in rows:
            held.outcome[row] = 0
        found.unfinished += rows

    def read(self, entries: Iterable[Entry]) -> None:
        """All entries of the log."""
        for entry in entries:
            self.feed(entry)

    def feed(self, entry: Entry) -> None:
        """One entry, in order."""
        self.activity.entries += 1
        at = seconds(entry.time)
        if at == UNKNOWN_TIME:
            self.activity.untimed += 1
        else:
            self._stretches.feed(entry.seq, at)
        if entry.phase == "outcome":
            place = self._folding.close(entry)
            if place is not None:
                self._close(place, entry)
                return
        place = self._folding.find(entry) if entry.phase == "intent" else None
        if place is not None:
            self._join(place, entry)
            return
        row = self._add(entry, at)
        first = True if entry.phase == "outcome" else self._folding.begin(entry, row)
        self._count(entry, row, at, first=first)

    def _join(self, place: Place, entry: Entry) -> None:
        """One more entry of a command that stands in a row already."""
        held, row = self.activity.operations, place.row
        held.after[row] = max(held.after[row], entry.seq - held.seq[row])
        thing = self.activity.indexes.objects.of(entry.object)
        if place.head and held.object[row] != thing:
            held.object[row] = 0
        elif not held.object[row]:
            held.object[row] = thing if entry.disclosure is not None else 0
        if entry.count is not None and not held.count[row]:
            held.count[row] = entry.count + 1
        if entry.bytes is not None and (place.head or not held.bytes[row]):
            held.bytes[row] = max(1, held.bytes[row]) + entry.bytes
        if entry.purpose is not None and not held.purpose[row]:
            held.purpose[row] = self.activity.indexes.purposes.of(entry.purpose)
        self._disclose(entry, row)

    def _close(self, place: Place, entry: Entry) -> None:
        held, indexes, row = self.activity.operations, self.activity.indexes, place.row
        held.after[row] = max(held.after[row], entry.seq - held.seq[row])
        if entry.count is not None and (place.head or not held.count[row]):
            held.count[row] = entry.count + 1
        if entry.bytes is not None and (place.head or not held.bytes[row]):
            held.bytes[row] = entry.bytes + 1
        for at in place.left:
            self.activity.left[at] = replace(self.activity.left[at], outcome=entry.outcome)
        if not place.head and entry.action != indexes.actions.values[held.action[row]]:
            return  # the program's own reading
        before = held.outcome[row]
        if place.head or entry.outcome != "ok" or not before:
            held.outcome[row] = indexes.outcomes.of(entry.outcome)
        if entry.outcome != "ok" and before in (0, indexes.outcomes.of("ok")) and not held.own[row]:
            self._person(entry).failed += 1
            if entry.case is not None:
                self._case(entry.case).failed += 1

    def _disclose(self, entry: Entry, row: int) -> None:
        given = entry.disclosure
        if given is None:
            return
        place = self._folding.open.get((entry.op or "", entry.case, entry.action))
        if place is not None:
            place.left.append(len(self.activity.left))
        self.activity.left.append(
            Left(row, given.recipient, given.bundle, given.profile, given.consent, entry.outcome)
        )
        self._person(entry).left += 1
        if entry.case is not None:
            self._case(entry.case).left += 1

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
        held.own.append(is_own(entry))
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

    def _count(self, entry: Entry, row: int, at: int, *, first: bool) -> None:
        activity = self.activity
        if entry.action == "vault.unlock-failed":
            self._count_unlocks(entry, at)
        elif entry.action == "clock.step":
            activity.clock_steps.append((self._log, entry.seq))
        if activity.operations.own[row]:
            activity.own += 1
            return
        self._disclose(entry, row)
        person = self._person(entry)
        if first:
            activity.done += 1
            person.operations += 1
            self._count_hour(entry, at)
        if entry.case is None:
            return
        case = self._case(entry.case)
        case.operations += 1
        person.others.add(entry.case)
        case.others.add(entry.actor)
        if entry.action in OPENS:
            for tally in (person, case):
                tally.opens += 1
                tally.without_purpose += entry.purpose is None

    def _count_hour(self, entry: Entry, at: int) -> None:
        if at == UNKNOWN_TIME:
            self.activity.untimed_done += 1
            return
        days, second = divmod(at + minutes(entry.offset) * 60, DAY_SECONDS)
        self.activity.heat[(days + 3) % 7][second // 3600] += 1

    def _count_unlocks(self, entry: Entry, at: int) -> None:
        since = at if entry.since is None else seconds(entry.since)
        if UNKNOWN_TIME in (at, since):
            return
        found = BadUnlocks(self._log, entry.seq, entry.count or 1, since, at, minutes(entry.offset))
        self.activity.unlocks.append(found)
