"""`casevault backup`: copies of the vault that survive the laptop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import backup_check, backup_restore, printing
from commands.app import new_app
from commands.context import Session, session_of
from commands.printing import columns
from vault.errors import PartlyDone, Usage

if TYPE_CHECKING:
    from vault.usecases.backup import Made

app = new_app()
app.command("verify")(backup_check.verify)
app.command("restore")(backup_restore.restore)


@app.command("create")
def create(
    context: typer.Context,
    dest: Annotated[
        str | None,
        typer.Argument(metavar="DEST", help="A folder for all backups, or a new file NAME.casevault-backup."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DISK", help="A removable disk, by its folder, letter or name; DEST lies on it."
        ),
    ] = None,
    as_file: Annotated[bool, typer.Option("--file", help="Write one file, whatever its name ends in.")] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", help="Remove all but the newest N once this one is whole.")
    ] = None,
    check: Annotated[bool, typer.Option("--verify", help="Read it back and verify it.")] = False,
    reread: Annotated[
        bool, typer.Option("--reread", help="Read what was copied earlier too, and copy anew what is damaged.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Begin anew where the backup that was there has disappeared.")
    ] = False,
) -> None:
    """Back the vault up: whole, encrypted as it is, while others work with it.

    Into a folder only what is new is copied. The backup opens with what opens the vault today.
    """
    session = session_of(context)
    place = _place(session, dest, to)
    from vault.usecases import backup

    with session.vault() as vault:
        if to is not None and dest is None:
            place = place / f"casevault-{vault.header.vault}"
        with session.console.progress("Backing up") as advance:
            made = backup.create(
                vault, place, advance, as_file=True if as_file else None, keep=keep, reread=reread, new=new
            )
        checked = None
        if check:
            from vault.usecases import backup_check as use

            with session.console.progress("Verifying", total=made.size) as advance:
                checked = use.verify(made.place, vault=vault, snapshot=made.id, progress=advance)
        folder = vault.folder
    shape = {"backup": {**_shape(made), "verified": None if checked is None else checked.ok}}
    session.console.answer(shape, _lines(session, made))
    _warn(session, made, folder)
    if checked is not None:
        backup_check.conclude(session, checked)
    elif not made.lost:
        session.console.hint("see whether it is whole: casevault backup verify {place}", place=made.place)
    if made.lost:
        raise PartlyDone(
            f"stored files that the vault itself has lost: {made.lost}; all else is in the backup",
            hint="'casevault doctor' names them. An earlier backup may still hold them.",
        )


def _place(session: Session, dest: str | None, to: str | None) -> Path:
    """Where the backup is to be; the folder of the disk itself if only that is named."""
    if dest is None and to is None:
        if not session.console.can_ask:
            raise Usage("DEST is missing: a folder for backups, or a new file NAME.casevault-backup")
        dest = session.console.ask("Where to? A folder, best on another disk")
    if to is None:
        return Path(str(dest)).expanduser()
    from vault.session import disks

    disk = disks.find(to)
    place = disk / (dest or "")
    if dest is not None and disk not in place.resolve().parents and disk not in place.parents:
        raise Usage("DEST does not lie on the disk that --to names", hint="Give it as a path on that disk.")
    return place


def _shape(made: Made) -> dict[str, object]:
    return {
        "id": made.id, "vault": made.vault, "path": str(made.place), "made": made.made, "items": made.items,
        "size": made.size, "copied": made.copied, "copied_size": made.copied_size, "lost": made.lost,
        "removed": made.pruned,
    }  # fmt: skip


def _lines(session: Session, made: Made) -> list[str]:
    t = session.console.text
    lines = [
        t("The backup {id} is at {place}.", id=made.id, place=made.place),
        t("Stored files: {count}, of them new: {new}; {size} copied.",
          count=made.items, new=made.copied, size=printing.size(made.copied_size)),
    ]  # fmt: skip
    if made.pruned:
        lines.append(t("Older backups removed: {count}.", count=made.pruned))
    return lines


def _warn(session: Session, made: Made, folder: Path) -> None:
    from vault.session import disks

    if disks.same(folder, made.place):
        session.console.warn(
            "This backup lies on the same disk as the vault: what happens to the one happens to the other."
        )


@app.command("list")
def listing(
    context: typer.Context,
    backup: Annotated[str, typer.Argument(metavar="BACKUP", help="The folder or file of a backup.")],
) -> None:
    """Show the snapshots that a backup holds. It needs no secret, and believes what the backup says."""
    session = session_of(context)
    from vault.usecases import backup_look

    found = backup_look.snapshots(Path(backup).expanduser())
    t = session.console.text
    data = [
        {"id": one.id, "vault": one.vault, "made": one.made, "items": one.count, "size": one.total} for one in found
    ]
    heads = [t("Snapshot"), t("Vault"), t("Stored files"), t("Size")]
    rows = [(one.id, one.vault, str(one.count), printing.size(one.total)) for one in found]
    session.console.answer({"snapshots": data}, columns(rows, heads))
