"""What has a date: the span of a log, its silences, the days of openings; times that are wrong are left out."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from vault.audit.report.data import DAY_SECONDS, OPENS, Activity, Astray, Silence, Tally
from vault.audit.report.spans import Stretch, split
from vault.audit.report.times import UNKNOWN_TIME, day_of

SILENCE_SECONDS = 7 * DAY_SECONDS
MAX_SILENCES = 1000


def date(activity: Activity, log: int, first_row: int, found: Sequence[Stretch]) -> None:
    """Complete `activity` with the dates of the log whose rows begin at `first_row`."""
    kept, astray = split(found)
    activity.astray += [Astray(log, one.seq, one.last, one.count, one.low, one.high) for one in astray]
    for before, after in pairwise(kept):
        if after.start - before.end > SILENCE_SECONDS and len(activity.silences) < MAX_SILENCES:
            activity.silences.append(Silence(log, before.last, before.end, after.start, after.seq))
    for one in kept:
        activity.first = one.low if activity.first is None else min(activity.first, one.low)
        activity.last = one.high if activity.last is None else max(activity.last, one.high)
    _rows(activity, first_row, astray)


def _rows(activity: Activity, first_row: int, astray: Sequence[Stretch]) -> None:
    held, indexes = activity.operations, activity.indexes
    opens = {at for at, action in enumerate(indexes.actions.values) if action in OPENS}
    starts, ends = [one.seq for one in astray], [one.last for one in astray]
    seen: set[int] = set()
    for row in range(first_row, len(held)):
        at, context, case = held.time[row], held.context[row], held.case[row]
        wrong = at == UNKNOWN_TIME
        if starts and not wrong:
            place = bisect.bisect_right(starts, held.seq[row]) - 1
            wrong = place >= 0 and held.seq[row] <= ends[place]
        actor, _, _, program = cast(tuple[str, str, str, str], indexes.contexts.values[context])
        if context not in seen and not wrong:
            seen.add(context)
            known = activity.programs.get(program, UNKNOWN_TIME)
            activity.programs[program] = at if known == UNKNOWN_TIME else known
        if held.own[row]:
            continue
        opened = bool(case) and held.action[row] in opens
        if wrong:
            activity.programs.setdefault(program, UNKNOWN_TIME)
            activity.astray_opens += opened and at != UNKNOWN_TIME
            continue
        day = day_of((at + held.offset[row] * 60) // DAY_SECONDS) if opened else None
        if day is not None:
            activity.opens[day] += 1
        _tally(activity.people[actor], at)
        if day is not None:
            activity.people[actor].days[day] += 1
        if case:
            tally = activity.cases[str(indexes.cases.values[case])]
            _tally(tally, at)
            if day is not None:
                tally.days[day] += 1


def _tally(tally: Tally, at: int) -> None:
    if tally.first is None or at < tally.first:
        tally.first = at
    if tally.last is None or at > tally.last:
        tally.last = at
