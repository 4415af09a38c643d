"""`casevault doctor`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from commands import evidence_add, extras_hint
from commands.app import new_app
from commands.context import Session, session_of
from vault.errors import Damaged

if TYPE_CHECKING:
    from vault.usecases.doctor import Finding
    from vault.usecases.unlocked import UnlockedVault

app = new_app()


@app.command("doctor")
def doctor(
    context: typer.Context,
    read_data: Annotated[
        bool, typer.Option("--read-data", help="Read every stored byte too; takes as long as the disk needs.")
    ] = False,
    remove_unreferenced: Annotated[
        bool,
        typer.Option(
            "--remove-unreferenced", help="Delete stored files that no item names. Only if no item is missing."
        ),
    ] = False,
) -> None:
    """Check databases, log and stored files, remove leftovers, and say what this computer can't protect."""
    session = session_of(context)
    from vault.usecases import doctor as use
    from vault.usecases import extracting, view_pages

    view_pages.sweep()

    with _opened(session) as vault:
        with session.console.progress("Examining the vault") as advance:
            findings = list(
                use.examine(vault, read_data=read_data, remove_unreferenced=remove_unreferenced, progress=advance)
            )
        damaged = [one for one in findings if one.level == "damaged"]
        if not damaged:
            evidence_add.read_texts(session, vault, extracting.pending(vault), session.weak_jail())
    data = [
        {"level": one.level, "subject": one.subject, "message": one.message, "hint": _hint(one)} for one in findings
    ]
    lines = [line for one in findings for line in _lines(session, one)]
    session.console.answer({"findings": data, "ok": not damaged}, lines)
    if damaged:
        raise Damaged(f"{len(damaged)} things are damaged", hint="Each line above says how to go on.")


@contextlib.contextmanager
def _opened(session: Session) -> Iterator[UnlockedVault]:
    """The open vault. What keeps it shut says how to go on; its usual hint is this very command."""
    from vault.usecases.doctor import WITHOUT_IT

    with contextlib.ExitStack() as stack:
        try:
            vault = stack.enter_context(session.vault(report_rollback=True))
        except Damaged as error:
            if error.hint != Damaged.hint:
                raise
            raise type(error)(error.message, hint=WITHOUT_IT) from None
        yield vault


def _lines(session: Session, one: Finding) -> list[str]:
    t, library = session.console.text, session.console.library
    mark = {"ok": t("fine"), "warning": t("beware"), "damaged": t("DAMAGED"), "repaired": t("repaired")}[one.level]
    lines = [f"{mark:9} {library(one.subject)}: {library(one.message)}"]
    more = [library(one.hint), extras_hint.line_for(one.hint)]
    return [*lines, *(f"{'':9}   {line}" for line in more if line)]


def _hint(one: Finding) -> str:
    return f"{one.hint} {extras_hint.line_for(one.hint)}".rstrip()
