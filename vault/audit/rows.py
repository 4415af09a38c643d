"""What each row of the catalogue must be, as the log tells it.

A change is logged as an intent with the planned new state of its rows, and an outcome with the same `op`. Between
them the catalogue is written. So, for one row, in the order of the log:

- an outcome `ok` settles what its intents planned (or what it says itself, where it has rows of its own);
- any other outcome takes the plan back: the old state stays;
- an intent without an outcome is a process that stopped in between: old and new state are both right, until
  the next change of the row is settled. Intents are written inside the catalogue's own write transaction, so their
  order is that of the changes: the outcome of an overtaken change, should it still come, settles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vault.errors import Damaged
from vault.model.events import Entry, ExpectedRow, RowState

Row = tuple[str, str]


@dataclass(slots=True)
class _State:
    settled: str | None = None
    plans: dict[str, str | None] = field(default_factory=dict)
    """Open plans, by op, in the order in which they were made."""


def complete(found: Iterable[Entry], count: int) -> Iterator[Entry]:
    """Pass a case's entries on, and raise Damaged unless they are numbered 1, 2, … `count`."""
    n = 0
    for entry in found:
        n += 1
        if entry.n != n:
            raise Damaged(f"the audit log has lost entry {n} of case {entry.case}")
        yield entry
    if n != count:
        raise Damaged(f"the audit log has lost the entries of a case after its entry {n}")


def expected(found: Iterable[Entry]) -> dict[Row, ExpectedRow]:
    """What the rows named in these entries must be now."""
    states: dict[Row, _State] = {}
    plans: dict[str, dict[Row, str | None]] = {}
    for entry in found:
        if entry.phase == "intent" and entry.op is not None:
            for row, state in _by_row(entry.rows):
                plans.setdefault(entry.op, {})[row] = state
                states.setdefault(row, _State()).plans[entry.op] = state
        elif entry.phase == "outcome" and entry.op is not None:
            planned = plans.pop(entry.op, {})
            if entry.outcome == "ok":
                said = dict(_by_row(entry.rows))
                _settle(states, {row: said.pop(row, state) for row, state in planned.items()}, entry.op)
                _settle(states, said, None)
            else:
                for row in planned:
                    states[row].plans.pop(entry.op, None)
        elif entry.outcome in (None, "ok"):
            _settle(states, dict(_by_row(entry.rows)), None)
    return {row: ExpectedRow(state.settled, frozenset(state.plans.values())) for row, state in states.items()}


def _by_row(rows: Iterable[RowState]) -> Iterator[tuple[Row, str | None]]:
    return (((one.table, one.row), one.hash) for one in rows)


def _settle(states: dict[Row, _State], changes: dict[Row, str | None], op: str | None) -> None:
    """Settle rows as the operation `op` planned them; None: without a plan."""
    for row, value in changes.items():
        state = states.setdefault(row, _State())
        if op is not None and op not in state.plans:
            continue
        # Plans older than this one belong to processes that stopped: their rows have been written over.
        order = list(state.plans)
        newer = order[order.index(op) + 1 :] if op is not None else []
        state.plans = {other: state.plans[other] for other in newer}
        state.settled = value
