"""`casevault migrate`: bring a vault of an earlier version up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.app import new_app
from commands.context import session_of
from vault.errors import Usage

app = new_app()


@app.command("migrate")
def migrate(
    context: typer.Context,
    backup: Annotated[
        str | None,
        typer.Option("--backup", metavar="DIR", help="Where the backup of before goes: a folder or a new file."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Bring a vault of an earlier version up to date, after a backup that is read back whole.

    It can be stopped and repeated at any time. Earlier versions of Casevault can't open the vault afterwards.
    """
    session = session_of(context)
    if backup is None and not dry_run:
        raise Usage("an older vault is changed only after a backup: give --backup DIR, best on another disk")
    from vault.usecases import migrating

    found = session.unlock()
    accept = session.options.accept_rollback
    if dry_run:
        versions = migrating.look(session.folder, found, accept_rollback=accept)
        done = None
    else:
        assert backup is not None
        with session.console.progress("Making a backup and checking it"):
            done = migrating.migrate(session.folder, found, Path(backup).expanduser(), accept_rollback=accept)
        versions = migrating.look(session.folder, found) if done is None else done.versions
    data = {
        "found": versions.found, "wanted": versions.wanted, "migrated": done is not None,
        "backup": None if done is None else {"path": str(done.backup), "snapshot": done.snapshot},
    }  # fmt: skip
    t, numbers = session.console.text, {"found": versions.found, "wanted": versions.wanted}
    if versions.current:
        line = t("The vault is up to date: its catalogue has version {wanted}.", **numbers)
    elif done is None:
        line = t(
            "Its catalogue would go from version {found} to {wanted}, after a backup that is checked.", **numbers
        )
    else:
        line = t("The backup is whole, and the catalogue went from version {found} to {wanted}.", **numbers)
    session.console.answer({"migration": data}, [line])
    if done is not None:
        session.console.hint("keep the backup until you have looked at the vault: casevault doctor --read-data")
