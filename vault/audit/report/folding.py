"""Which entries belong to one command: an intent and its outcomes, and what the same command logs besides.

A command that reads before it changes logs both under one name, such as `bundle.create`; an item that was added is
then read by the program itself. Changes are known by the rows that their intents plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.audit.report.data import AUTOMATIC
from vault.model.events import Entry

TEXTS = "texts"
"""The table that only the program's own reading of an item writes."""
ADDS = frozenset({"evidence.add", "evidence.translate"})


@dataclass(slots=True)
class Place:
    """Where an open operation stands: its row, whether it is the one that the row is named after, and its lines in
    the accounting of disclosures."""

    row: int
    head: bool
    left: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Command:
    session: str
    action: str
    op: str | None
    until: int
    reads: bool
    rows: dict[str | None, int] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)


def is_own(entry: Entry) -> bool:
    """Whether the program wrote it by itself."""
    if entry.action in AUTOMATIC:
        return True
    return entry.action == "evidence.set" and any(row.table == TEXTS for row in entry.rows)


class Folding:
    """The commands of one log. Feed it every entry in order."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str | None, str], Place] = {}
        self._reads: dict[tuple[str, str, str | None], _Command] = {}
        self._last: _Command | None = None

    def close(self, entry: Entry) -> Place | None:
        """What an outcome ends."""
        read = self._reads.get((entry.session, entry.action, entry.case))
        if read is not None and read.op == entry.op:
            del self._reads[entry.session, entry.action, entry.case]
        self._follow(entry)
        return self.open.pop((entry.op or "", entry.case, entry.action), None)

    def find(self, entry: Entry) -> Place | None:
        """The place of an intent that continues a command; None if it stands in a row of its own."""
        key = (entry.op or "", entry.case, entry.action)
        place = self.open.get(key)
        if place is None:
            command = self._continued(entry)
            if command is None:
                return None
            place = self.open[key] = Place(command.rows[entry.case], head=False)
        if place.head and self._last is not None and entry.object is not None and entry.action in ADDS:
            self._last.added.add(entry.object)
        self._follow(entry)
        return place

    def begin(self, entry: Entry, row: int) -> bool:
        """Note an intent or an event in its new row; whether it is the first of its command."""
        last = self._last
        if entry.phase == "event":
            if entry.action in AUTOMATIC or entry.action == "search.hit":
                self._follow(entry)
                return False
            self._last = None
            return True
        self.open[entry.op or "", entry.case, entry.action] = Place(row, head=True)
        if last is not None and last.op == entry.op and last.session == entry.session:
            last.rows[entry.case] = row
            last.until = entry.seq
            first = False
        else:
            last = self._last = _Command(entry.session, entry.action, entry.op, entry.seq, not entry.rows)
            last.rows[entry.case] = row
            first = True
        if entry.action in ADDS and entry.object is not None:
            last.added.add(entry.object)
        if not entry.rows:
            self._reads[entry.session, entry.action, entry.case] = last
        return first

    def _continued(self, entry: Entry) -> _Command | None:
        if not entry.rows:
            return None
        read = self._reads.get((entry.session, entry.action, entry.case))
        if read is not None and read.reads and read.op != entry.op:
            read.reads = False
            return read
        last = self._last
        if (
            last is None
            or last.session != entry.session
            or last.until + 1 != entry.seq
            or entry.case not in last.rows
        ):
            return None
        if entry.action == last.action and last.reads:
            last.reads = False
            return last
        if entry.action == "evidence.set" and (is_own(entry) or entry.object in last.added):
            return last
        return None

    def _follow(self, entry: Entry) -> None:
        last = self._last
        if last is not None and last.session == entry.session and last.until + 1 == entry.seq:
            last.until = entry.seq
