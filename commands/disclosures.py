"""`casevault disclosures`: who has what."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.app import new_app
from commands.bundle import show_disclosures
from commands.context import session_of

app = new_app()


@app.command("disclosures")
def disclosures(
    context: typer.Context,
    recipient: Annotated[str | None, typer.Option("--recipient", metavar="R", help="Of this recipient only.")] = None,
) -> None:
    """Account for everything that left: which exact bytes, to whom, when, why, with whose consent."""
    session = session_of(context)
    from vault.usecases import bundling

    with session.vault() as vault:
        found = bundling.disclosures(vault, recipient)
    show_disclosures(session, "disclosures", found)
