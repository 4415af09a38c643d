"""What is counted while entries go by."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import report_make
import report_sample

from vault.audit.report import drawing
from vault.audit.report.collect import UNKNOWN_TIME, Collector, seconds
from vault.audit.report.data import Activity, LogInfo, Vouched
from vault.audit.report.page_left import pairs
from vault.audit.report.shape import shape
from vault.audit.report.standing import since, standing
from vault.model.events import Disclosure, Entry

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
    assert found.entries == 2


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
