"""Appending to and reading from the audit log, by one process and by two."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from audit_make import CASES, DATABASE_KEY, SEED, WRITER, new_log, open_log, raw, some_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault.audit import heads
from vault.audit.log import PAGE_ENTRIES, AuditLog
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged, LogUnavailable, NewerFormat
from vault.model.events import Event


class Hands:
    """A clock set by hand."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def wall(self) -> int:
        return int(self.now.timestamp() * 1000)

    def offset(self) -> int:
        return 180

    def monotonic(self) -> int:
        return 5


@pytest.fixture
def log(tmp_path: Path):
    found = new_log(tmp_path)
    yield found
    found.close()


def test_what_is_appended_is_read(log: AuditLog, tmp_path: Path) -> None:
    events = some_events(50)
    written = log.append(events, WRITER)
    assert [entry.seq for entry in written] == list(range(50))
    for event, entry in zip(events, written, strict=True):
        assert all(getattr(entry, field.name) == getattr(event, field.name) for field in fields(Event))
    other = open_log(tmp_path)
    assert list(other.entries()) == written
    assert other.head() == log.head()
    assert other.verify().ok
    other.close()


def test_an_empty_log_and_an_empty_append(log: AuditLog) -> None:
    assert log.head().size == 0
    assert log.head().root == merkle.EMPTY_ROOT
    assert log.append([], WRITER) == []
    assert list(log.entries()) == []
    report = log.verify()
    assert (report.ok, report.size, report.root, report.problems) == (True, 0, merkle.EMPTY_ROOT, ())


def test_cases_count_for_themselves(log: AuditLog) -> None:
    for event in some_events(40):
        log.append([event], WRITER)
    for case in CASES:
        numbers = [entry.n for entry in log.entries(case=case)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert log.case_heads()[case].n == len(numbers)
    assert {entry.n for entry in log.entries() if entry.case is None} == {None}


def test_head_is_a_checkpoint_under_a_name_without_people(log: AuditLog, tmp_path: Path) -> None:
    log.append(some_events(3), WRITER)
    head = log.head()
    key = signing.parse_verifier(log.verifier)
    assert heads.open_checkpoint(head.checkpoint, key) == head
    name, size, _ = head.checkpoint.decode().split("\n")[:3]
    assert size == "3"
    assert name.startswith("casevault/")
    assert len(name) == len("casevault/") + 32
    again = AuditLog.create(tmp_path / "other.db", database_key=DATABASE_KEY, signing_seed=SEED)
    assert again.verifier != log.verifier
    again.close()


def test_proofs(log: AuditLog) -> None:
    sizes, leaves = {}, []
    for start in range(0, 45, 5):
        log.append(some_events(5, start=start), WRITER)
        sizes[log.head().size] = log.head().root
    with_leaf = {entry.case: log.case_heads()[entry.case] for entry in log.entries() if entry.case}
    head = log.head()
    for case, last in with_leaf.items():
        seq = [entry.seq for entry in log.entries(case=case)][-1]
        merkle.verify_inclusion(last.last, seq, head.size, log.inclusion_proof(seq), head.root)
        leaves.append(last.last)
    assert len(set(leaves)) == 3
    for old, root in sizes.items():
        merkle.verify_consistency(old, head.size, root, head.root, log.consistency_proof(old))
    with pytest.raises(ValueError, match="no such leaf"):
        log.inclusion_proof(head.size)
    with pytest.raises(ValueError, match="no proof"):
        log.consistency_proof(0)


def test_filters(tmp_path: Path) -> None:
    start = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    clock = Hands(start)
    log = new_log(tmp_path, clock=clock)
    other = replace(WRITER, actor="S-0TH3RS")
    for hour in range(24):
        clock.now = start + timedelta(hours=hour)
        log.append(some_events(4, start=hour * 4), WRITER if hour % 3 else other)
    everything = list(log.entries())
    assert len(everything) == 96
    assert everything[0].time == "2026-11-21T09:00:00.000Z"
    assert everything[0].offset == "+03:00"
    for found, fits in (
        (log.entries(case="C-7K3Q9"), lambda one: one.case == "C-7K3Q9"),
        (log.entries(case="C-N0NES"), lambda one: False),
        (log.entries(actor="S-0TH3RS"), lambda one: one.actor == "S-0TH3RS"),
        (log.entries(action="evidence.add"), lambda one: one.action == "evidence.add"),
        (log.entries(action="evidence"), lambda one: False),
        (log.entries(since=start + timedelta(hours=5)), lambda one: one.seq >= 20),
        (log.entries(until=start + timedelta(hours=5)), lambda one: one.seq < 20),
        (log.entries(since=datetime(2026, 11, 22, tzinfo=timezone(timedelta(hours=3)))), lambda one: one.seq >= 48),
        (log.entries(after_seq=90), lambda one: one.seq > 90),
        (
            log.entries(case="C-0ABCD", actor="S-7K3Q9N", action="evidence.get", after_seq=10),
            lambda one: (one.case, one.actor, one.action) == ("C-0ABCD", "S-7K3Q9N", "evidence.get") and one.seq > 10,
        ),
    ):
        assert list(found) == [one for one in everything if fits(one)]
    assert list(log.entries(reverse=True)) == everything[::-1]
    assert list(log.entries(reverse=True, limit=7)) == everything[:-8:-1]
    assert list(log.entries(limit=0)) == []
    assert len(list(log.entries(case="C-7K3Q9", limit=3))) == 3
    with pytest.raises(ValueError, match="time zone"):
        log.entries(since=datetime(2026, 11, 21))
    log.close()


@pytest.mark.parametrize("year", [1970, 2100])
def test_a_clock_that_is_wrong(tmp_path: Path, year: int) -> None:
    log = new_log(tmp_path, clock=Hands(datetime(year, 1, 1, tzinfo=UTC)))
    log.append(some_events(3), WRITER)
    assert next(log.entries()).time == f"{year}-01-01T00:00:00.000Z"
    assert log.verify().ok
    log.close()


def test_reading_goes_on_while_others_write(log: AuditLog) -> None:
    log.append(some_events(PAGE_ENTRIES + 10), WRITER)
    reader = log.entries()
    first = next(reader)
    log.append(some_events(5), WRITER)
    assert first.seq == 0
    assert [entry.seq for entry in reader] == list(range(1, PAGE_ENTRIES + 10))
    backwards = log.entries(reverse=True)
    assert next(backwards).seq == PAGE_ENTRIES + 14
    log.append(some_events(5), WRITER)
    assert [entry.seq for entry in backwards] == list(range(PAGE_ENTRIES + 13, -1, -1))


def test_two_open_logs_take_turns(log: AuditLog, tmp_path: Path) -> None:
    other = open_log(tmp_path)
    for turn in range(10):
        (log if turn % 2 else other).append(some_events(3, start=turn * 3), WRITER)
    assert log.head() == other.head()
    assert log.head().size == 30
    assert log.verify().ok
    assert other.verify().ok
    other.close()


_CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from audit_make import WRITER, open_log, some_events
log = open_log(Path(sys.argv[2]))
sys.stdin.readline()
for start in range(0, 120, 3):
    written = log.append(some_events(3, start=start), WRITER)
    assert [entry.seq for entry in written] == list(range(written[0].seq, written[0].seq + 3))
log.close()
"""


def test_two_processes_at_once(log: AuditLog, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CHILD, str(Path(__file__).parent), str(tmp_path)]
    root = Path(__file__).parents[2]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, cwd=root, text=True) for _ in range(2)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for start in range(0, 60, 3):
        log.append(some_events(3, start=start), WRITER)
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert log.head().size == 2 * 120 + 60
    report = log.verify()
    assert report.problems == ()
    assert sum(head.n for head in log.case_heads().values()) == sum(entry.case is not None for entry in log.entries())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 40), max_size=8))
def test_any_batches_verify(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = new_log(folder)
    kept = []
    for size in sizes:
        log.append(some_events(size, start=log.head().size), WRITER)
        kept.append(log.head())
    assert log.verify().problems == ()
    assert all(log.verify(head).problems == () for head in kept)
    assert log.head().size == sum(sizes)
    log.close()


def test_nothing_is_written_if_one_event_does_not_fit(log: AuditLog) -> None:
    log.append(some_events(2), WRITER)
    before = log.head()
    bad = Event("search", "event")
    object.__setattr__(bad, "object", "Olga")
    with pytest.raises(ValueError, match="does not take"):
        log.append([*some_events(2), bad], WRITER)
    assert log.head() == before
    assert len(list(log.entries())) == 2
    log.append(some_events(2, start=2), WRITER)
    assert log.verify().ok


def test_create_never_writes_over_a_log(log: AuditLog, tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable):
        new_log(tmp_path)
    assert log.verify().ok


def test_another_seed_is_noticed(log: AuditLog, tmp_path: Path) -> None:
    log.append(some_events(2), WRITER)
    other = AuditLog.open(tmp_path / "audit.db", database_key=DATABASE_KEY, signing_seed=bytes(32))
    with pytest.raises(Forged):
        other.head()
    with pytest.raises(Forged):
        other.append(some_events(2), WRITER)
    assert not other.verify().ok
    other.close()
    assert log.verify().ok


def test_another_database_key_is_noticed(log: AuditLog, tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="audit log"):
        AuditLog.open(tmp_path / "audit.db", database_key=bytes(32), signing_seed=SEED)


def test_a_newer_format_is_refused(log: AuditLog, tmp_path: Path) -> None:
    with raw(tmp_path) as db:
        db.execute("UPDATE meta SET value = '2' WHERE key = 'format'")
    with pytest.raises(NewerFormat):
        open_log(tmp_path)
