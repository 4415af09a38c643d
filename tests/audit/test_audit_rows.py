"""What the log says of the catalogue's rows, also when a process stopped between intent and outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_make import WRITER, hexed, new_log, raw

from vault.audit.log import AuditLog
from vault.errors import Damaged
from vault.model.events import Event, ExpectedRow, RowState

CASE = "C-7K3Q9"
ROW = ("people", hexed("row", 32))
OTHER = ("evidence", hexed("other", 32))
A, B, C = hexed("a"), hexed("b"), hexed("c")


@pytest.fixture
def log(tmp_path: Path):
    found = new_log(tmp_path)
    yield found
    found.close()


def state(value: str | None, row: tuple[str, str] = ROW) -> RowState:
    return RowState(*row, value)


def intent(op: str, *rows: RowState, case: str | None = CASE) -> Event:
    return Event("person.set", "intent", case=case, op=hexed(op, 16), rows=rows)


def outcome(op: str, how: str = "ok", *rows: RowState, case: str | None = CASE) -> Event:
    return Event("person.set", "outcome", case=case, op=hexed(op, 16), outcome=how, rows=rows)


def expected(log: AuditLog, *events: Event, case: str | None = CASE) -> dict:
    for event in events:
        log.append([event], WRITER)
    return log.case_rows(case)


def test_nothing_logged(log: AuditLog) -> None:
    assert log.case_rows(CASE) == {}
    assert log.case_rows(None) == {}


def test_a_change_settles(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A), state(B, OTHER)), outcome("1"))
    assert found == {ROW: ExpectedRow(A), OTHER: ExpectedRow(B)}
    assert found[ROW].accepts(A)
    assert not found[ROW].accepts(B)
    assert not found[ROW].accepts(None)


def test_stopped_between_intent_and_outcome(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), outcome("1"), intent("2", state(B)))
    assert found[ROW] == ExpectedRow(A, frozenset({B}))
    assert found[ROW].accepts(A)
    assert found[ROW].accepts(B)
    assert not found[ROW].accepts(None)
    found = expected(log, intent("3", state(None)))
    assert found[ROW].accepts(None)
    assert not found[ROW].accepts(C)


def test_stopped_while_a_row_was_made(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)))
    assert found[ROW] == ExpectedRow(None, frozenset({A}))


@pytest.mark.parametrize("how", ["failed", "refused", "cancelled"])
def test_a_failed_change_leaves_the_old(log: AuditLog, how: str) -> None:
    found = expected(log, intent("1", state(A)), outcome("1"), intent("2", state(B)), outcome("2", how))
    assert found[ROW] == ExpectedRow(A)


def test_removed(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), outcome("1"), intent("2", state(None)), outcome("2"))
    assert found[ROW] == ExpectedRow(None)
    assert not found[ROW].accepts(A)


def test_a_settled_change_ends_older_open_ones(log: AuditLog) -> None:
    """The old state of a process that stopped can't be put back for ever."""
    found = expected(log, intent("1", state(A)), intent("2", state(B)), outcome("2"))
    assert found[ROW] == ExpectedRow(B)


def test_a_newer_open_change_stays_open(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), intent("2", state(B)), outcome("1"))
    assert found[ROW] == ExpectedRow(A, frozenset({B}))


def test_an_overtaken_outcome_settles_nothing(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), intent("2", state(B)), outcome("2"), outcome("1"))
    assert found[ROW] == ExpectedRow(B)
    found = expected(log, intent("3", state(C)), outcome("3"))
    assert found[ROW] == ExpectedRow(C)


def test_an_outcome_may_say_itself_what_became(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), outcome("1", "ok", state(B)))
    assert found[ROW] == ExpectedRow(B)


def test_an_outcome_with_rows_but_no_plan(log: AuditLog) -> None:
    found = expected(log, intent("1"), outcome("1", "ok", state(B)))
    assert found[ROW] == ExpectedRow(B)


def test_events_settle_at_once(log: AuditLog) -> None:
    found = expected(log, Event("case.new", "event", case=CASE, rows=(state(A),)))
    assert found[ROW] == ExpectedRow(A)
    found = expected(log, Event("case.set", "event", case=CASE, rows=(state(B),), outcome="failed"))
    assert found[ROW] == ExpectedRow(A)


def test_a_large_change_in_several_intents(log: AuditLog) -> None:
    found = expected(log, intent("1", state(A)), intent("1", state(B, OTHER)), outcome("1"))
    assert found == {ROW: ExpectedRow(A), OTHER: ExpectedRow(B)}


def test_cases_are_apart(log: AuditLog) -> None:
    log.append([intent("1", state(A)), intent("2", state(B), case="C-0ABCD")], WRITER)
    log.append([intent("3", state(C), case=None)], WRITER)
    log.append([outcome("1"), outcome("2", case="C-0ABCD"), outcome("3", case=None)], WRITER)
    assert log.case_rows(CASE) == {ROW: ExpectedRow(A)}
    assert log.case_rows("C-0ABCD") == {ROW: ExpectedRow(B)}
    assert log.case_rows(None) == {ROW: ExpectedRow(C)}


def test_a_lost_entry_of_the_case_is_noticed(log: AuditLog, tmp_path: Path) -> None:
    expected(log, intent("1", state(A)), outcome("1"), intent("2", state(B)), outcome("2"))
    with raw(tmp_path) as db:
        db.execute("DELETE FROM entries WHERE seq = 3")
    with pytest.raises(Damaged, match="lost"):
        log.case_rows(CASE)
    with raw(tmp_path) as db:
        db.execute("DELETE FROM entries WHERE seq = 1")
    with pytest.raises(Damaged, match="lost"):
        log.case_rows(CASE)
