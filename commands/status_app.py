"""The typer side of `casevault status`."""

from __future__ import annotations

import typer

from commands import status as status_command
from commands.app import new_app
from commands.context import session_of

app = new_app()


@app.command("status")
def status(context: typer.Context) -> None:
    """Show what the vault holds and what needs attention: keys, plain copies, the log."""
    status_command.show(session_of(context))
