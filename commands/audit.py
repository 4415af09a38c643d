"""`casevault audit`: the log on this laptop."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from commands import audit_stamp, picking, shapes
from commands.app import new_app
from commands.context import Session, session_of
from commands.printing import columns
from vault.errors import Damaged, Usage
from vault.model.events import ACTIONS

app = new_app()


PEOPLE_SEE = 200


@app.command("show")
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
) -> None:
    """Show who did what, when and for which purpose. Contents and names are never in the log."""
    session = session_of(context)
    if action is not None and action not in ACTIONS:
        raise Usage("there is no such action in the log", hint="Actions are such as evidence.get or case.show.")
    first = None if since is None else moment(since, "--since")
    end = None if until is None else moment(until, "--until")
    from vault.usecases import auditing

    with session.vault() as vault:
        within = None if case is None else picking.case(session, vault, case)
        found = auditing.show(vault, case_id=within, actor=actor, action=action, since=first, until=end)
        entries = list(deque(found, limit or (None if session.console.json else PEOPLE_SEE)))
    data = [shapes.entry(one.entry, one.object_id) for one in entries]
    session.console.answer({"entries": data}, _table(session, data))


def _table(session: Session, data: list[dict[str, Any]]) -> list[str]:
    t = session.console.text
    names = ("seq", "time", "action", "phase", "outcome", "case", "object", "purpose")
    rows = [["" if one.get(name) is None else str(one[name]) for name in names] for one in data]
    for row in rows:
        row[1] = row[1][:19].replace("T", " ")
    heads = [
        t("No."), t("Time (UTC)"), t("Action"), t("Phase"), t("Outcome"), t("Case"), t("Object"), t("Purpose"),
    ]  # fmt: skip
    return columns(rows, heads)


def moment(text: str, what: str) -> datetime:
    """A day or a time as typed; without a zone it is this computer's. Raises Usage."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Usage(f"{what} is not a date", hint="Write it as 2024-03-31 or 2024-03-31T14:05.") from None


@app.command("verify")
def verify(
    context: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Only what came after the newest head that somebody vouched for.")
    ] = False,
) -> None:
    """Verify the whole log: every entry, the tree over them, the signed head, every page of the databases."""
    session = session_of(context)
    from vault.usecases import auditing

    with session.vault() as vault, session.console.progress("Verifying the log"):
        report = auditing.verify(vault, only_new=new)
        problems = [*report.problems, *(f"catalog.db: {one}" for one in vault.catalogue.page_errors())]
    data = {
        "size": report.size,
        "root": report.root.hex(),
        "checkpoint": report.checkpoint.decode("utf-8", "replace"),
        "ok": not problems,
        "problems": problems,
    }
    t = session.console.text
    line = t("The log is whole: {count} entries, root {root}.", count=report.size, root=report.root.hex())
    session.console.answer(data, problems or [line])
    if problems:
        raise Damaged("the log or a database is damaged", hint="Run 'casevault doctor' and restore from a backup.")


app.command("stamp")(audit_stamp.stamp)
