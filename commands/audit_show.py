"""`casevault audit show`: the log as a table for people, entry by entry for scripts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands import picking, shapes
from commands.context import Session, session_of
from commands.printing import one_line, size, width
from vault.errors import Usage
from vault.model.events import ACTIONS
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.model.events import Disclosure, Entry
    from vault.usecases.auditing import ShownEntry, ShownOperation, Wanted
    from vault.usecases.unlocked import UnlockedVault

PEOPLE_SEE = 200
PIPE_COLUMNS = 120
GAP = "  "
MIN_TITLE = 12
PSEUDONYM_SHOWN = 8
TIME, NUMBER, AMOUNT = 0, 1, 5
"""Places of columns."""
ENDS = {"ok": "ok", "failed": "failed", "refused": "was refused", "cancelled": "cancelled"}
"""Outcomes as people read them."""
MINUTES = len("14:05")
Row = tuple[str, ...]


def show(
    context: typer.Context,
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="Of this case only.")] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="S", help="By this key slot, such as S-4TQ8MX.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="ACTION", help="Of this kind, such as evidence.get.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day or time on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Before this day or time.")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="The newest N (people see 200, scripts all)."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every entry by itself: intents, outcomes, the log's own.")
    ] = False,
    titles: Annotated[
        bool, typer.Option("--titles", help="With the titles of the cases; each case's log says so.")
    ] = False,
) -> None:
    """Show who did what, when, in which case, why, and how it ended. Contents and names are never in the log.

    One line is one operation, in this computer's time; the program's own entries, such as daily seals, have none.
    With --all, or --json, one entry is one line.
    """
    session = session_of(context)
    if action is not None and action not in ACTIONS:
        raise Usage("there is no such action in the log", hint="Actions are such as evidence.get or case.show.")
    first = None if since is None else moment(since, "--since")
    end = None if until is None else moment(until, "--until")
    from vault.usecases import auditing

    with session.vault() as vault:
        within = None if case is None else picking.case(session, vault, case)
        wanted = auditing.Wanted(within, None if actor is None else tidy_id(actor), action, first, end)
        if session.console.json:
            entries = auditing.show(vault, wanted, limit)
            session.console.answer({"entries": [shapes.entry(one.entry, one.object_id) for one in entries]})
            return
        lines, own = _lines(session, vault, wanted, limit or PEOPLE_SEE, everything=everything)
        named = auditing.titles(vault, {line.case for line in lines if line.case}) if titles else {}
        kinds = {slot.members["id"]: slot.members["kind"] for slot in vault.header.slots}
    session.console.answer({}, _table(session, lines, kinds, named))
    if own:
        session.console.say(
            "The program's own entries, such as daily seals, not shown: {count}; see --all", count=own
        )


def moment(text: str, what: str) -> datetime:
    """A day or a time as typed; without a zone it is this computer's. Raises Usage."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Usage(f"{what} is not a date", hint="Write it as 2024-03-31 or 2024-03-31T14:05.") from None


class _Line:
    """One line: the entry that gives its time and its actor, and the cells beside them."""

    def __init__(self, entry: Entry, object_: str, amount: str, purpose: str | None, end: str) -> None:
        self.entry, self.object, self.amount, self.purpose, self.end = entry, object_, amount, purpose, end
        self.case = entry.case


def _lines(
    session: Session, vault: UnlockedVault, wanted: Wanted, newest: int, *, everything: bool
) -> tuple[Sequence[_Line], int]:
    """The lines, and how many entries of the program's own have none."""
    from vault.usecases import auditing

    if everything:
        return [_of_entry(session, one) for one in auditing.show(vault, wanted, newest)], 0
    found, own = auditing.operations_of(vault, wanted, newest)
    return [_of_operation(session, one) for one in found], own


def _of_entry(session: Session, shown: ShownEntry) -> _Line:
    entry, t = shown.entry, session.console.text
    end = t(entry.phase) if entry.outcome is None else f"{t(entry.phase)}: {t(ENDS[entry.outcome])}"
    amount = _amount(entry.count, entry.bytes)
    return _Line(entry, _object(entry, shown.object_id, entry.disclosure), amount, entry.purpose, end)


def _of_operation(session: Session, shown: ShownOperation) -> _Line:
    one, t = shown.operation, session.console.text
    count = one.count if one.count is not None else one.things if one.things > 1 else None
    end = t("not finished") if one.outcome is None else t(ENDS[one.outcome])
    object_ = _object(one.first, shown.object_id, one.disclosure, one.object)
    return _Line(one.first, object_, _amount(count, one.bytes), one.purpose, end)


def _object(entry: Entry, object_id: str | None, given: Disclosure | None, pseudonym: str | None = None) -> str:
    """What it was done to: an id, or the start of what the log calls a thing that the vault no longer holds."""
    if given is not None:
        return f"> {given.recipient}"
    pseudonym = pseudonym or entry.object
    return object_id or (f"{pseudonym[:PSEUDONYM_SHOWN]}…" if pseudonym else "")


def _amount(count: int | None, bytes_: int | None) -> str:
    return size(bytes_) if bytes_ is not None else "" if count is None else str(count)


def _table(session: Session, lines: Sequence[_Line], kinds: dict[str, str], titles: dict[str, str]) -> list[str]:
    t = session.console.text
    heads = (t("Time"), t("No."), t("Action"), t("Case"), t("Object"), t("Amount"), t("Purpose"), t("End"))
    rows: list[Row] = []
    days: list[str] = []
    for line in lines:
        day, time = _local(line.entry.time)
        kind = kinds.get(line.entry.actor)
        days.append(GAP.join([day, line.entry.actor, *([t(kind)] if kind else [])]))
        why = t(line.purpose) if line.purpose else ""
        rows.append((
            time, str(line.entry.seq), line.entry.action, line.case or "", line.object, line.amount, why, line.end,
        ))  # fmt: skip
    return _laid_out(heads, rows, days, [titles.get(line.case or "", "") for line in lines], t("Title"))


def _laid_out(
    heads: Row, rows: Sequence[Row], days: Sequence[str], titles: Sequence[str], title_head: str
) -> list[str]:
    """Columns as wide as they must be, empty ones left out, titles in what room is left; a heading for each day and
    key. Where a terminal is narrow, seconds, then amounts, then numbers give way."""
    room = shutil.get_terminal_size((PIPE_COLUMNS, 24)).columns
    kept = [i for i in range(len(heads)) if any(row[i] for row in rows)]
    for gives_way in (TIME, AMOUNT, NUMBER):
        if _width(heads, rows, kept) <= room:
            break
        if gives_way == TIME:
            rows = [(row[TIME][:MINUTES], *row[1:]) for row in rows]
        else:
            kept = [i for i in kept if i != gives_way]
    widths = [max(width(row[i]) for row in (heads, *rows)) for i in kept]
    left = max(MIN_TITLE, room - _width(heads, rows, kept) - len(GAP))
    titled = any(titles)

    def line(row: Row, title: str) -> str:
        cells = [row[i] + " " * (size_ - width(row[i])) for i, size_ in zip(kept, widths, strict=True)]
        return GAP.join([*cells, *([one_line(title, left)] if titled and title else [])]).rstrip()

    found = [line(heads, title_head)] if rows else []
    before = None
    for row, day, title in zip(rows, days, titles, strict=True):
        if day != before:
            found += ["", day] if before is not None else [day]
            before = day
        found.append(line(row, title))
    return found


def _width(heads: Row, rows: Sequence[Row], kept: Sequence[int]) -> int:
    return sum(max(width(row[i]) for row in (heads, *rows)) + len(GAP) for i in kept) - len(GAP)


def _local(time: str) -> tuple[str, str]:
    """Day and time of an entry on this computer's clock; as written, in UTC, where that can't be told."""
    try:
        here = datetime.fromisoformat(time).astimezone()
        return here.strftime("%Y-%m-%d"), here.strftime("%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return time[:10], f"{time[11:19]}Z"
