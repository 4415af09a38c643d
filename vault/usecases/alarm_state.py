"""Whether an alarm stops what would leave a case. The case's status says so, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable

from vault.errors import Refused
from vault.model.records import Case, Evidence
from vault.store.catalogue import Catalogue

OPEN, CLOSED = "open", "closed"
ALARM, ALARM_CLOSED = "alarm", "alarm-closed"
"""Of an open case, to which something may still be added, and of a closed one."""
STATUSES = (ALARM, ALARM_CLOSED)
_WITH = {OPEN: ALARM, CLOSED: ALARM_CLOSED}
_WITHOUT = {ALARM: OPEN, ALARM_CLOSED: CLOSED}
MAX_NAMED = 10
"""Items that one error names."""


def is_on(status: str) -> bool:
    """Whether this status is one of an alarm."""
    return status in _WITHOUT


def is_open(status: str) -> bool:
    """Whether something may be added to a case with this status."""
    return without_alarm(status) == OPEN


def with_alarm(status: str) -> str:
    """The status of the same case under an alarm."""
    return _WITH.get(status, status)


def without_alarm(status: str) -> str:
    """The status that the case had before its alarm, or would have without it."""
    return _WITHOUT.get(status, status)


def closed(status: str) -> str:
    """The status of a case that is closed: an alarm goes on."""
    return ALARM_CLOSED if is_on(status) else CLOSED


def refuse_case(case: Case) -> None:
    """Raise Refused (alarm) if nothing may leave this case."""
    if is_on(case.status):
        raise Refused(
            f"exports of case {case.id} are frozen by an alarm",
            kind="alarm",
            hint=f"Nothing leaves this case until the alarm ends: casevault case alarm {case.id} --end",
        )


def refuse_items(catalogue: Catalogue, case_id: str, found: Iterable[Evidence]) -> None:
    """Raise Refused (alarm) if an item that is to leave belongs to another case under alarm, or came from one."""
    for other, held in sorted(_held(catalogue, case_id, found).items()):
        listed = ", ".join(held[:MAX_NAMED]) + (" …" if len(held) > MAX_NAMED else "")
        raise Refused(
            f"{len(held)} of the items are of case {other}, whose exports are frozen by an alarm: {listed}",
            kind="alarm",
            hint=f"Leave them out with --without ID, or end the alarm: casevault case alarm {other} --end",
        )


def _held(catalogue: Catalogue, case_id: str, found: Iterable[Evidence]) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    known: dict[str, bool] = {}
    for item in found:
        for other in _cases_of(item) - {case_id}:
            if other not in known:
                case = catalogue.get(Case, other)
                known[other] = case is not None and is_on(case.status)
            if known[other]:
                held.setdefault(other, []).append(item.id)
    return held


def _cases_of(item: Evidence) -> set[str]:
    return {str(item.case_id), *item.moved_from.split()}
