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
    from vault.usecases import agent_lock, view_pages

    view_pages.sweep()

    if session.options.vault is None:
        done = agent_lock.lock_every()
    else:
        from vault.usecases import locked

        done = agent_lock.lock(session.folder, locked.peek(session.folder).id)
    t = session.console.text
    lines = [t("Locked: {count}.", count=done.count)] if done.count else []
    if not done.count and not done.left:
        lines = [t("No vault was kept open.")]
    session.console.answer({"locked": done.count, "killed": done.killed, "left": len(done.left)}, lines)
    if done.killed:
        session.console.warn(
            "{count} did not answer and had to be ended by force: no last entry is in the log.", count=done.killed
        )
    if done.left:
        session.console.warn("Still open: {count}.", count=len(done.left))
        raise done.left[0]
