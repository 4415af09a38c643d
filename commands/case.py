"""`casevault case`: opened, listed, shown, changed, linked, closed, destroyed."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import case_alarm, case_list, case_shred, personal, picking, purposes, shapes
from commands.app import new_app
from commands.choices import CaseArgument, FromOption, PurposeOption, Tie, WordsArgument
from commands.context import session_of
from commands.personal import Field
from commands.printing import columns, size

app = new_app()
TITLE = Field("title", "Title of the case", required=True)
NOTE = Field("note", "Note (may stay empty)")


@app.command("new")
def new(context: typer.Context, title: WordsArgument = None, from_: FromOption = None) -> None:
    """Open a case. Its id, such as C-7K3Q9, says nothing about anybody.

    The title is asked for, or read from a JSON file: {"title": "…", "note": "…"}.
    """
    session = session_of(context)
    words = personal.in_line(session, title)
    texts = personal.texts(session, from_, [TITLE, NOTE], given={"title": words} if words else None)
    from vault.usecases import cases

    with session.vault() as vault:
        made = cases.new(vault, texts["title"], texts.get("note", ""))
    session.case = made.id if session.in_shell else session.case
    session.console.answer({"case": {"id": made.id}}, [made.id])
    session.console.hint("list the people of the case: casevault person add {case}", case=made.id)


@app.command("list")
def listing(context: typer.Context) -> None:
    """List all cases with their titles and how many items each holds."""
    case_list.show(session_of(context))


@app.command("show")
def show(context: typer.Context, case: CaseArgument = None, purpose: PurposeOption = None) -> None:
    """Show a case: its people, its evidence, the cases linked with it, how many bundles were made."""
    session = session_of(context)
    from vault.usecases import cases

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        view = cases.show(vault, case_id, purpose=purposes.wanted(session, vault, "case.show", purpose))
    t = session.console.text
    lines = [f"{view.case.id}  {view.case.title}  ({t(view.case.status)})", *view.case.note.splitlines()]
    lines += ["", t("People:"), *columns([(p.id, t(p.role), p.name) for p in view.people])]
    rows = [(e.id, t(e.kind), size(e.size, session.console.lang), e.title or e.original_name) for e in view.items]
    lines += ["", t("Evidence:"), *columns(rows)]
    lines += ["", t("Linked cases:"), *columns([(tie, other, title) for other, title, tie in view.links])]
    lines += ["", t("Bundles made: {count}", count=view.bundles)]
    data = {
        "case": shapes.case(view.case),
        "people": [shapes.person(person) for person in view.people],
        "evidence": [shapes.evidence(item) for item in view.items],
        "links": [{"case": other, "title": title, "as": tie} for other, title, tie in view.links],
        "bundles": view.bundles,
    }
    session.console.answer(data, lines)
    case_alarm.warn(session, view.case)


@app.command("set")
def change(context: typer.Context, case: CaseArgument = None, from_: FromOption = None) -> None:
    """Change a case's title or note, asked for or read from a JSON file: {"title": "…", "note": "…"}."""
    session = session_of(context)
    from vault.model.records import Case
    from vault.usecases import cases

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        before = vault.catalogue.require(Case, case_id)
        texts = personal.changes(
            session, from_, [TITLE, NOTE], {"title": before.title, "note": before.note},
            purposes.look(session, vault, "case.show", before.id),
        )  # fmt: skip
        after = cases.change(vault, case_id, title=texts.get("title"), note=texts.get("note"))
    session.console.answer({"case": shapes.case(after)}, [f"{after.id}  {after.title}"])


@app.command("link")
def link(
    context: typer.Context,
    case: CaseArgument = None,
    other: Annotated[str | None, typer.Argument(metavar="CASE", help="The other case.")] = None,
    tie: Annotated[
        Tie, typer.Option("--as", metavar="TIE", help="spouse, parent, child, sibling, relative or other.")
    ] = "other",
) -> None:
    """Link two cases, such as those of spouses; it is noted and logged in both."""
    session = session_of(context)
    from vault.usecases import cases

    with session.vault() as vault:
        if other is None and case is not None and session.case is not None:
            case, other = session.case, case
        first = picking.case(session, vault, case)
        ahead, _ = cases.link(vault, first, picking.other_case(session, vault, other), tie)
    data = {"link": {"case": ahead.case_id, "other": ahead.other_case, "as": ahead.tie}}
    session.console.answer(data, [f"{ahead.case_id}  {ahead.tie}  {ahead.other_case}"])
    session.console.hint("let one case use an item of the other: casevault evidence share E {case}", case=first)


@app.command("close")
def close(context: typer.Context, case: CaseArgument = None) -> None:
    """Close a case: it stays readable, nothing is added to it or exported from it any more."""
    session = session_of(context)
    from vault.usecases import cases

    with session.vault() as vault:
        closed = cases.close(vault, picking.case(session, vault, case))
    line = session.console.text("{case} is closed.", case=closed.id)
    session.console.answer({"case": shapes.case(closed)}, [line])


app.command("alarm")(case_alarm.alarm)
app.command("shred")(case_shred.shred)
