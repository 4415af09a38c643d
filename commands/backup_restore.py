"""`casevault backup restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import backup_secret, paths, printing
from commands.backup_check import SnapshotOption
from commands.context import Session, session_of
from vault.errors import Damaged, PartlyDone

if TYPE_CHECKING:
    from vault.crypto.slots import Secret
    from vault.usecases.backup_restore import Restored


def restore(
    context: typer.Context,
    backup: Annotated[str, typer.Argument(metavar="BACKUP", help="The folder or file of a backup.")],
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="A new folder for the vault.")] = None,
    snapshot: SnapshotOption = None,
    partly: Annotated[
        bool, typer.Option("--partly", help="Leave out stored files that are missing or damaged in the backup.")
    ] = False,
) -> None:
    """Make a vault of a backup, at a new place. It opens with what opened the vault on the day of the backup."""
    session = session_of(context)
    place = Path(backup).expanduser()
    target = Path(paths.needed(session, out)).expanduser()
    from vault.usecases import backup_check, backup_restore, outputs

    outputs.check_folder(target, "the restored vault")
    total = backup_check.size_of(place, snapshot) or None
    there = backup_secret.of(session, place, snapshot)

    def run(secret: Secret) -> Restored:
        with session.console.progress("Restoring", total=total) as advance:
            return backup_restore.restore(place, target, secret, snapshot=snapshot, partly=partly, progress=advance)

    secret = there.given()
    made = there.asked(run) if secret is None else run(secret)
    session.console.answer({"vault": shape(made)}, _lines(session, made))
    _conclude(session, made)


def shape(made: Restored) -> dict[str, object]:
    """The JSON form."""
    return {
        "id": made.vault, "path": str(made.folder), "instance": made.instance, "snapshot": made.snapshot,
        "state_of": made.made, "items": made.items, "lost": list(made.lost),
        "findings": [{"subject": one.subject, "message": one.message} for one in made.findings],
        "migrate": made.older,
    }  # fmt: skip


def _lines(session: Session, made: Restored) -> list[str]:
    t = session.console.text
    return [
        t("The vault {id} is at {folder}.", id=made.vault, folder=made.folder),
        t("Stored files: {count}, {size} in all, each compared with what the backup says of it.",
          count=made.items, size=printing.size(made.size)),
        t("It is as it was on {moment} (UTC); what was done after that is not in it.",
          moment=made.made[:16].replace("T", " ")),
    ]  # fmt: skip


def _conclude(session: Session, made: Restored) -> None:
    console = session.console
    for one in made.findings:
        subject, message = console.library(one.subject), console.library(one.message)
        console.warn("{subject}: {problem}", subject=subject, problem=message)
    if made.older:
        console.warn("It was made by an earlier version: casevault migrate --backup DIR brings it up to date.")
    if made.lost:
        raise PartlyDone(f"stored files that are not whole in the backup and were left out: {len(made.lost)}")
    if made.findings:
        raise Damaged("the vault is restored as it was, and something in it was damaged already")
    console.hint(
        "work with it: casevault --vault {folder} status. Use one copy only, never both.", folder=made.folder
    )
