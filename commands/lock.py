"""`casevault lock`: end what keeps vaults open."""

from __future__ import annotations

import typer

from commands.app import new_app
from commands.context import session_of
from vault.errors import Usage

app = new_app()


@app.command("lock")
def lock(context: typer.Context) -> None:
    """Lock what 'casevault unlock' keeps open: every vault of yours, or the one that --vault names."""
    session = session_of(context)
    if session.in_shell:
        raise Usage("the shell itself has the vault open", hint="Leave the shell: that locks it.")
    from vault.usecases import agent_remote

    if session.options.vault is None:
        count = agent_remote.lock_all()
    else:
        from vault.usecases import locked

        count = int(agent_remote.lock(session.folder, locked.peek(session.folder).id))
    t = session.console.text
    lines = [t("Locked: {count}.", count=count)] if count else [t("No vault was kept open.")]
    session.console.answer({"locked": count}, lines)
