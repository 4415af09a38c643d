"""`casevault backup verify`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import backup_secret, printing
from commands.context import Session, session_of
from vault.errors import CasevaultError, Damaged, Locked

if TYPE_CHECKING:
    from vault.crypto.slots import Secret
    from vault.usecases.backup_check import Verified
    from vault.usecases.unlocked import UnlockedVault

MAX_SHOWN = 200
SnapshotOption = Annotated[
    str | None, typer.Option("--snapshot", metavar="ID", help="One snapshot, as 'backup list' shows them.")
]


def verify(
    context: typer.Context,
    backup: Annotated[str, typer.Argument(metavar="BACKUP", help="The folder or file of a backup.")],
    snapshot: SnapshotOption = None,
    without_secret: Annotated[
        bool, typer.Option("--without-secret", help="Only compare every byte with the backup's own hashes.")
    ] = False,
) -> None:
    """Verify a backup, every byte of it; the vault need not be there.

    With a secret that opened the vault on its day it also decrypts everything and compares it with the log.
    """
    session = session_of(context)
    place = Path(backup).expanduser()
    there = backup_secret.of(session, place, snapshot)
    secret = None if without_secret else there.given()
    with _at_hand(session, there.vault, secret) as vault:
        if secret is None and vault is None and not without_secret and there.can_ask:
            found = there.asked(lambda typed: _with(session, place, snapshot, typed, there.vault))
        else:
            found = _run(session, place, snapshot, secret, vault)
    session.console.answer({"backup": shape(found)}, _lines(session, found))
    conclude(session, found)


def _with(session: Session, place: Path, snapshot: str | None, secret: Secret, vault_id: str) -> Verified:
    with _at_hand(session, vault_id, secret) as vault:
        return _run(session, place, snapshot, secret, vault)


def _run(
    session: Session, place: Path, snapshot: str | None, secret: Secret | None, vault: UnlockedVault | None
) -> Verified:
    from vault.usecases import backup_check

    with session.console.progress("Verifying", total=backup_check.size_of(place, snapshot) or None) as advance:
        return backup_check.verify(place, secret, vault=vault, snapshot=snapshot, progress=advance)


@contextlib.contextmanager
def _at_hand(session: Session, vault_id: str, secret: Secret | None) -> Iterator[UnlockedVault | None]:
    """The vault that this is a backup of, where it is on this computer and opens without asking: it notes the result.

    It need not be there, and what keeps it shut is no fault of the backup's.
    """
    from vault.usecases import locked, opening

    with contextlib.ExitStack() as held:
        vault = None
        try:
            if locked.peek(session.folder).id == vault_id:
                if secret is None:
                    vault = held.enter_context(session.unasked())
                else:
                    vault = held.enter_context(opening.open_vault(session.folder, secret))
        except Locked:
            pass
        except CasevaultError as error:
            if error.kind != "no-vault":
                console = session.console
                console.say("Not noted in the vault: {reason}", reason=console.library(error.message))
        yield vault


def shape(found: Verified) -> dict[str, object]:
    """The JSON form."""
    return {
        "path": str(found.place), "vault": found.vault, "snapshots": [one.id for one in found.snapshots],
        "newest": found.newest, "files": found.files, "size": found.size, "seals_checked": found.sealed,
        "items_opened": found.opened, "unproven": list(found.unproven),
        "problems": [{"path": one.path, "message": one.message} for one in found.problems],
        "problem_count": found.count, "ok": found.ok,
    }  # fmt: skip


def _lines(session: Session, found: Verified) -> list[str]:
    t = session.console.text
    newest = next(one for one in found.snapshots if one.id == found.newest)
    return [
        t("Backup of the vault {id}. Snapshots: {count}, the newest of {moment} (UTC).",
          id=found.vault, count=len(found.snapshots), moment=newest.made[:16].replace("T", " ")),
        t("Files read: {count}, {size} in all.", count=found.files, size=printing.size(found.size)),
    ]  # fmt: skip


def conclude(session: Session, found: Verified) -> None:
    """Say what was found and what it does not prove. Raises Damaged if anything is wrong."""
    console = session.console
    for one in found.problems[:MAX_SHOWN]:
        console.warn("{path}: {problem}", path=one.path, problem=console.library(one.message))
    if not found.ok:
        raise Damaged(
            f"missing or altered in the backup: {found.count}",
            hint="All else is whole. If the vault still is, 'casevault backup create DEST --reread' repairs it.",
        )
    if found.opened:
        console.say("Every byte is as it was written, by this vault; every item opens and is the one that was added.")
    elif found.sealed:
        console.say("Every byte is as it was written, by this vault. Items were not decrypted: that takes a secret.")
    else:
        console.warn(
            "Every byte fits the backup's own hashes. That shows damage, not forgery: without a secret nobody can "
            "tell whether the vault wrote it, or that it opens."
        )
    for snapshot in found.unproven:
        console.warn("{id} is under other keys: its seal was not checked. Name it with --snapshot.", id=snapshot)
