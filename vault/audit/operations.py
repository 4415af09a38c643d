"""Entries folded into operations: what somebody did is one thing, whatever number of entries it left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vault.model.events import Disclosure, Entry

LOOK_BACK = 5000
"""Entries that are read beyond those wanted, to find the beginnings of operations that ended among them."""

_Key = tuple[str, str | None, str]


@dataclass(slots=True)
class Operation:
    """What was done. `first` is its oldest entry that was found; `things` counts its intents, one for each thing that
    changes; `outcome` is None if it never ended: the program was stopped, or is still at work."""

    first: Entry
    things: int = 0
    object: str | None = None
    outcome: str | None = None
    count: int | None = None
    bytes: int | None = None
    purpose: str | None = None
    disclosure: Disclosure | None = None
    begun: bool = False

    def _take(self, entry: Entry) -> None:
        """An older entry of the same operation."""
        self.first = entry
        if entry.phase != "outcome":
            self.begun = True
            self.object = entry.object if self.things == 0 or self.object == entry.object else None
            self.things += 1
        else:
            self.object, self.outcome = entry.object, entry.outcome
        if entry.phase == "event":
            self.outcome = entry.outcome
        self.count = entry.count if self.count is None else self.count
        self.bytes = entry.bytes if self.bytes is None else self.bytes
        self.purpose = self.purpose or entry.purpose
        self.disclosure = self.disclosure or entry.disclosure


def fold(newest_first: Iterable[Entry], newest: int) -> list[Operation]:
    """The newest operations among entries that come newest first; in order, oldest first."""
    found: list[Operation] = []
    known: dict[_Key, Operation] = {}
    missing = beyond = 0
    for entry in newest_first:
        key = None if entry.op is None or entry.phase == "event" else (entry.op, entry.case, entry.action)
        operation = None if key is None else known.get(key)
        if operation is None:
            if len(found) == newest:
                beyond += 1
                if not missing or beyond > LOOK_BACK:
                    break
                continue
            operation = Operation(entry)
            found.append(operation)
            if key is not None:
                known[key] = operation
                missing += entry.phase == "outcome"
        elif entry.phase == "intent" and not operation.begun:
            missing -= 1
        operation._take(entry)
    return sorted(found, key=lambda one: one.first.seq)
