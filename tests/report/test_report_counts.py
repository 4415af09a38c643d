"""What is counted while entries go by."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import report_make
import report_sample

from vault.audit.report import drawing
from vault.audit.report.collect import UNKNOWN_TIME, Collector, seconds
from vault.audit.report.data import Activity, LogInfo, Vouched
from vault.audit.report.page_left import pairs
from vault.audit.report.shape import shape
from vault.audit.report.standing import since, standing
from vault.model.events import Disclosure, Entry, RowState

CASE, OTHER = "C-7K3Q9", "C-0ABCD"
NIGHT = datetime(2025, 1, 5, 22, 30, tzinfo=UTC)
"""A Sunday; in Berlin half past eleven at night."""


def teller() -> report_make.Year:
    return report_make.Year(random.Random(1), [CASE], ["R-5TQ2MX"])


def counted(*entries: Entry) -> Activity:
    collector = Collector()
    collector.begin()
    collector.read(entries)
    return collector.end()


def test_hours_and_days_are_the_holders() -> None:
    one = teller()
    found = counted(
        one.entry(NIGHT, "case.show", "event", CASE),
        one.entry(NIGHT + timedelta(hours=1), "case.show", "event", CASE),
    )
    assert found.heat[6][23] == 1
    assert found.heat[0][0] == 1
    assert sum(map(sum, found.heat)) == 2
    assert found.opens == Counter({date(2025, 1, 5): 1, date(2025, 1, 6): 1})


def test_what_the_program_writes_by_itself_is_no_work() -> None:
    one = teller()
    found = counted(one.entry(NIGHT, "audit.seal", "event", count=1), one.entry(NIGHT, "audit.map", "event"))
    assert sum(map(sum, found.heat)) == 0
    assert (found.entries, found.own, found.done, found.people) == (2, 2, 0, {})


def test_an_operation_is_its_intent_and_its_outcome() -> None:
    one = teller()
    entries = [*one.pair(NIGHT, "evidence.get", CASE, object="aa" * 8, size=51_200, purpose="hearing")]
    found = counted(*entries)
    held = found.operations
    assert (len(held), held.seq[0], held.after[0], held.bytes[0]) == (1, 0, 1, 51_201)
    assert found.cases[CASE].opens == 1
    assert found.cases[CASE].without_purpose == 0
    assert not found.unfinished


def test_one_outcome_ends_each_intent_of_its_operation_and_case() -> None:
    one = teller()
    op = "0123456789abcdef"
    entries = [one.entry(NIGHT, "evidence.add", "intent", case, op=op) for case in (CASE, CASE, OTHER)]
    entries.append(one.entry(NIGHT, "evidence.add", "outcome", CASE, op=op, outcome="ok", count=2))
    found = counted(*entries)
    assert [ended(found, row) for row in range(len(found.operations))] == ["ok", None]
    assert found.unfinished == [1]
    assert list(found.operations.count) == [3, 0]
    assert (found.done, found.people[one.writer[0]].operations) == (1, 1)


def ended(activity: Activity, row: int) -> object:
    return activity.indexes.outcomes.values[activity.operations.outcome[row]]


def report_of(activity: Activity) -> report_sample.Report:
    return report_sample.Report(report_sample.MADE, "0", (), (), activity)


def test_an_outcome_without_an_intent_stands_alone() -> None:
    one = teller()
    found = counted(one.entry(NIGHT, "case.set", "outcome", CASE, op="0123456789abcdef", outcome="failed"))
    assert len(found.operations) == 1
    assert ended(found, 0) == "failed"


def test_disclosures_and_those_that_failed() -> None:
    one = teller()
    left = Disclosure("R-5TQ2MX", "ab" * 32, "lawyer", "none")
    entries = [*one.pair(NIGHT, "bundle.create", CASE, disclosure=left, count=3, bytes=900, purpose="hearing")]
    entries += one.pair(NIGHT, "bundle.create", CASE, disclosure=left, ok="failed")
    found = report_of(counted(*entries))
    assert pairs(found) == Counter({("R-5TQ2MX", CASE): 1})
    first, second = shape(found)["disclosures"]
    assert first == {
        "log": 0, "seq": 0, "date": "2025-01-05T22:30:00Z", "action": "bundle.create", "recipient": "R-5TQ2MX",
        "case": CASE, "profile": "lawyer", "bundle": "ab" * 32, "items": 3, "bytes": 900, "purpose": "hearing",
        "consent": "none", "outcome": "ok",
    }  # fmt: skip
    assert (second["outcome"], second["purpose"]) == ("failed", None)
    assert found.activity.people[one.writer[0]].failed == 1


def test_failed_unlocks_count_from_their_first_try() -> None:
    one = teller()
    found = counted(
        one.entry(NIGHT, "vault.unlock-failed", "event", count=7, outcome="failed", since="2025-01-04T08:00:00.000Z")
    )
    (tries,) = found.unlocks
    assert (tries.count, tries.until - tries.since) == (7, 38 * 3600 + 1800)


def test_silences_of_a_week_and_more() -> None:
    one = teller()
    gaps = (6.9, 7.1, 30)
    at, entries = NIGHT, [one.entry(NIGHT, "case.list", "event")]
    for days in gaps:
        at += timedelta(days=days)
        entries.append(one.entry(at, "case.list", "event"))
    found = counted(*entries)
    assert [(gap.seq, round((gap.end - gap.start) / 86_400, 1)) for gap in found.silences] == [(1, 7.1), (2, 30.0)]


def test_a_time_that_no_calendar_has() -> None:
    one = teller()
    entry = one.entry(NIGHT, "case.show", "event", CASE)
    for text in ("2025-19-39T22:30:00.000Z", "2025-02-30T00:00:00.000Z", "0000-01-01T00:00:00.000Z"):
        assert seconds(text) == UNKNOWN_TIME
        found = counted(report_sample.replace(entry, time=text))
        assert (found.untimed, found.first, len(found.operations)) == (1, None, 1)
        assert found.cases[CASE].opens == 1


def test_clocks_of_1970_and_2100_do_not_squeeze_the_plots() -> None:
    days = Counter({date(2025, 3, 1) + timedelta(days=at): 20 for at in range(300)})
    days[date(1970, 1, 1)] += 1
    days[date(2100, 1, 1)] += 1
    first, last, outside = drawing.window(days)
    assert (first, last, outside) == (date(2025, 3, 1), date(2025, 12, 25), 2)
    days.clear()
    days[date(2025, 3, 1)] = 1
    assert drawing.window(days) == (date(2025, 3, 1), date(2025, 3, 1), 0)


def test_logs_are_kept_apart_and_counted_together() -> None:
    made = report_sample.report([report_make.year(600, 20), report_make.year(600, 20, seed=8)])
    held = made.activity.operations
    assert set(held.log) == {0, 1}
    assert list(held.log) == sorted(held.log)
    assert len(made.activity.people) == 2
    assert made.activity.entries == sum(info.size for info in made.logs)
    assert {one.log for one in made.flags} == {0, 1}


def log(**more: object) -> LogInfo:
    values = {"origin": "casevault/" + "0" * 32, "fingerprint": "0" * 32, "size": 100, "made": report_sample.MADE}
    return LogInfo(**{**values, **more})  # type: ignore[arg-type]


def test_how_a_log_stands() -> None:
    newest = Vouched(80, "2026-02-21T09:30:00Z", ("k",), True)
    older = Vouched(40, "2026-01-01T00:00:00Z", ("k",), True)
    found = standing(log(vouched=(newest, older), consistent_since=older.time), report_sample.MADE, 35)
    assert (found.tail, found.age_days, found.overdue, found.whole) == (20, 12, False, True)
    assert standing(log(vouched=(older,)), report_sample.MADE, 35).overdue
    never = standing(log(), report_sample.MADE, 35)
    assert (never.tail, never.age_days, never.deposit, never.overdue) == (100, None, None, True)
    assert since([found]) == older.time
    assert since([found, never]) is None


def test_an_explained_finding_does_not_count() -> None:
    finding = report_sample.Finding("overdue", "late", None, True)
    assert standing(log(findings=(finding,)), report_sample.MADE, 35).whole
    assert not standing(log(findings=(report_sample.Finding("fork", "x"),)), report_sample.MADE, 35).whole


def told(*days: float) -> Activity:
    """Openings so many days after NIGHT, in this order."""
    one = teller()
    return counted(*(one.entry(NIGHT + timedelta(days=day), "case.show", "event", CASE) for day in days))


def days_of(found: Activity) -> tuple[float, float]:
    assert found.first is not None
    assert found.last is not None
    return tuple((at - int(NIGHT.timestamp())) / 86_400 for at in (found.first, found.last))  # type: ignore[return-value]


@pytest.mark.parametrize("wrong", [1100, -9000, 40])
def test_one_command_under_a_wrong_clock_spoils_no_dates(wrong: float) -> None:
    found = told(0, 0.5, 1, wrong, 1.2, 2)
    assert days_of(found) == (0, 2)
    assert found.silences == []
    (stray,) = found.astray
    assert (stray.seq, stray.last, stray.count) == (3, 3, 1)
    assert (found.cases[CASE].first, found.cases[CASE].last) == (found.first, found.last)
    assert (found.cases[CASE].opens, sum(found.opens.values()), found.astray_opens) == (6, 5, 1)


def test_a_clock_that_was_ahead_for_long_is_believed_no_more_once_it_is_set_right() -> None:
    found = told(*(at / 10 for at in range(20)), *(700 + at / 10 for at in range(30)), 3, 4, 5)
    assert days_of(found) == (0, 5)
    assert [(one.seq, one.last, one.count) for one in found.astray] == [(20, 49, 30)]


def test_a_clock_that_died_at_the_end_takes_nothing_from_the_dates() -> None:
    found = told(*(at / 10 for at in range(60)), -9000)
    assert days_of(found) == (0, 5.9)
    assert [one.seq for one in found.astray] == [60]


def test_hours_to_and_fro_are_no_wrong_clock() -> None:
    found = told(0, 0.9, 0.1, 1.0, 9.5)
    assert found.astray == []
    assert [(gap.seq, gap.next) for gap in found.silences] == [(3, 4)]


def test_a_read_and_the_change_of_one_command_are_one() -> None:
    one = teller()
    change = (RowState("plans", "ab" * 8, "cd" * 32),)
    entries = [
        *one.pair(NIGHT, "redact.show", CASE, purpose="review"),
        *one.pair(NIGHT, "redact.show", CASE, rows=change),
        *one.pair(NIGHT, "redact.show", CASE),
    ]
    one.session = "99999999"
    entries += one.pair(NIGHT, "redact.show", CASE, rows=change)
    found = counted(*entries)
    held = found.operations
    assert list(zip(held.seq, held.after, strict=True)) == [(0, 3), (4, 1), (6, 1)]
    assert (found.done, found.cases[CASE].opens) == (3, 3)


def test_a_change_of_an_item_by_a_person_stands_alone() -> None:
    one = teller()
    change = (RowState("evidence", "ab" * 8, "cd" * 32),)
    entries = [
        *one.pair(NIGHT, "evidence.add", CASE, object="aa" * 8, rows=change),
        *one.pair(NIGHT, "evidence.set", CASE, object="aa" * 8, rows=change),
        *one.pair(NIGHT, "case.show", CASE),
        *one.pair(NIGHT, "evidence.set", CASE, object="aa" * 8, rows=change),
    ]
    found = counted(*entries)
    assert (list(found.operations.seq), found.done) == ([0, 4, 6], 3)


def test_the_export_that_is_read_is_not_unfinished() -> None:
    one = teller()
    entries = [
        *one.pair(NIGHT, "audit.export", None, ok=None),
        *one.pair(NIGHT, "case.show", CASE),
        *one.pair(NIGHT, "audit.export", None, ok=None),
        one.entry(NIGHT, "audit.seal", "event", count=1, outcome="ok"),
    ]
    found = counted(*entries)
    assert (found.unfinished, found.reading) == ([0], [2])


def test_lateness_is_no_damage() -> None:
    own, other = report_sample.Finding("overdue", "late"), report_sample.Finding("overdue", "late", other=True)
    late = standing(log(findings=(own, other)), report_sample.MADE, 35)
    assert (late.whole, late.ok, late.late) == (True, False, (own, other))
    assert standing(log(findings=(other,)), report_sample.MADE, 35).ok
    assert not standing(log(findings=(other, report_sample.Finding("seal", "x"))), report_sample.MADE, 35).ok
