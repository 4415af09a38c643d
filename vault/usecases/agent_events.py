"""Events of the log and errors as they go between a command and the agent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from vault.errors import CasevaultError, Damaged
from vault.model.events import Disclosure, Event, RowState, Writer

_MEMBERS = (
    "action", "phase", "case", "object", "op", "count", "bytes", "purpose", "outcome", "digest", "since",
)  # fmt: skip
BROKEN = "a message between a command and the process that keeps the vault open is not valid"


def event_members(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    members = {name: getattr(event, name) for name in _MEMBERS}
    members["rows"] = [[row.table, row.row, row.hash] for row in event.rows] or None
    given = event.disclosure
    members["disclosure"] = given and [given.recipient, given.bundle, given.profile, given.consent]
    return {name: value for name, value in members.items() if value is not None}


def event_of(untrusted: object) -> Event:
    """The event that JSON says: an Event checks every value itself. Raises Damaged."""
    try:
        members = dict(untrusted)  # type: ignore[call-overload]
        rows = tuple(RowState(*row) for row in members.pop("rows", ()))
        given = members.pop("disclosure", None)
        return Event(**members, rows=rows, disclosure=given and Disclosure(*given))
    except (TypeError, ValueError):
        raise Damaged(BROKEN) from None


def writer_members(writer: Writer) -> dict[str, str]:
    """Who writes, as JSON."""
    return {field.name: getattr(writer, field.name) for field in dataclasses.fields(writer)}


def writer_of(untrusted: object) -> Writer:
    """The same, the other way. Raises Damaged."""
    try:
        return Writer(**untrusted)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Damaged(BROKEN) from None


def error_members(error: CasevaultError) -> dict[str, Any]:
    """An error as JSON. Its message never holds a name or a secret."""
    return {"class": type(error).__name__, "message": error.message, "hint": error.hint, "kind": error.kind}


def error_of(untrusted: object) -> CasevaultError:
    """The error of that class that a message tells, or Damaged where it tells none."""
    found = untrusted if isinstance(untrusted, dict) else {}
    classes: list[type[CasevaultError]] = [CasevaultError, *_below(CasevaultError)]
    made = next((one for one in classes if one.__name__ == found.get("class")), Damaged)
    return made(
        str(found.get("message", BROKEN)), hint=str(found.get("hint", "")), kind=str(found.get("kind", made.kind))
    )


def _below(base: type[CasevaultError]) -> Iterator[type[CasevaultError]]:
    for one in base.__subclasses__():
        yield one
        yield from _below(one)
