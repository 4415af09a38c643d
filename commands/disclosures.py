"""`casevault disclosures`: who has what."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import ledger_views
from commands.app import new_app
from commands.bundle_ledger import State
from commands.context import session_of

app = new_app()


@app.command("disclosures")
def disclosures(
    context: typer.Context,
    recipient: Annotated[str | None, typer.Option("--recipient", metavar="R", help="Of this recipient only.")] = None,
    state: Annotated[
        State | None, typer.Option("--state", metavar="STATE", help="In this state only, such as handed-over.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Made on this day or later, YYYY-MM-DD.")
    ] = None,
) -> None:
    """Account for everything that left: which version, to whom, when, why, with whose consent, what became of it.

    Each file's SHA-256 and the whole history stand in 'casevault bundle list CASE', and here with --json.
    """
    session = session_of(context)
    from vault.usecases import ledger

    with session.vault() as vault:
        found = ledger.disclosures(vault, recipient, state=state, since=since)
    data = {"disclosures": [ledger_views.shape(one) for one in found]}
    session.console.answer(data, ledger_views.table(session, found))
