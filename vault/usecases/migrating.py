"""A vault of an earlier format is brought up to date: after a backup that was found whole, one version after another.

Each step is one transaction of the catalogue, logged, so that a stopped one leaves the version before. The header and
the audit log have had one format so far: a header of another one is refused by `vault/formats/header.py`.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.model.events import Event
from vault.store import in_use, schema
from vault.usecases import agent_remote, opening, rowcheck
from vault.usecases.opening import Unlocked
from vault.usecases.unlocked import UnlockedVault

ACTION = "vault.migrate"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Versions:
    """The version of the catalogue that a vault has, and the one that this program reads and writes."""

    found: int
    wanted: int

    @property
    def current(self) -> bool:
        """Whether there is nothing to do."""
        return self.found == self.wanted


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done: from which version to which, and the backup of before (where, and which snapshot in it)."""

    versions: Versions
    backup: Path
    snapshot: str


def look(folder: Path, found: Unlocked, *, accept_rollback: bool = False) -> Versions:
    """What there is to do. Nothing is changed. Raises NewerFormat, and what `opening.opened` does."""
    with opening.opened(folder, found, accept_rollback=accept_rollback, older=True) as vault:
        return _versions(vault)


def migrate(
    folder: Path, found: Unlocked, backup_to: Path, *, accept_rollback: bool = False,
    progress: Progress | None = None, wait: float = in_use.WAIT_SECONDS,
) -> Migrated | None:  # fmt: skip
    """Make a backup at `backup_to`, read it back whole, then bring the vault up to date; None if it is already.

    Nothing is changed before the backup is found whole. This process must not have the vault open. Raises Busy if
    another one has, Damaged if the vault or the backup is not whole, and what `backup.create` does.
    """
    agent_remote.lock(folder, found.header.vault)
    with (
        in_use.alone(folder, wait),
        opening.opened(folder, found, accept_rollback=accept_rollback, older=True) as vault,
    ):
        versions = _versions(vault)
        if versions.current:
            return None
        _refuse_damaged(vault)
        snapshot = _backed_up(vault, backup_to, progress)
        while not _versions(vault).current:
            _step(vault)
        _refuse_damaged(vault)
    return Migrated(versions, backup_to, snapshot)


def _versions(vault: UnlockedVault) -> Versions:
    with vault.catalogue.reading():
        return Versions(schema.version(vault.catalogue.db), schema.CURRENT)


def _refuse_damaged(vault: UnlockedVault) -> None:
    found = [*vault.catalogue.page_errors(), *vault.log.verify().problems, *rowcheck.all_problems(vault)]
    if found:
        raise Damaged(
            f"the vault is damaged: {found[0]}",
            hint="Restore it from a backup with the version of Casevault that made it. Keep this folder as it is.",
        )


def _backed_up(vault: UnlockedVault, dest: Path, progress: Progress | None) -> str:
    """Make a backup and read it back, every byte; the snapshot's id. Raises Damaged if it is not whole."""
    from vault.usecases import backup, backup_check

    made = backup.create(vault, dest, progress)
    checked = backup_check.verify(dest, vault=vault, snapshot=made.id, progress=progress)
    if not checked.ok or not checked.sealed or checked.unproven or made.lost:
        raise Damaged(
            "the backup is not whole: the vault was left as it is",
            hint="'casevault backup verify' says what is wrong with it.",
        )
    return made.id


def _step(vault: UnlockedVault) -> None:
    """One version on: the intent into the log, then the tables in one transaction, then the outcome."""
    op, target = secrets.token_hex(8), _versions(vault).found + 1
    logged = False
    try:
        with vault.catalogue.transaction():
            vault.log.append([Event(ACTION, "intent", op=op, count=target)], vault.writer)
            logged = True
            schema.step(vault.catalogue.db)
    except BaseException as error:
        if logged and not isinstance(error, StorageFailed):
            with contextlib.suppress(CasevaultError):
                _close(vault, op, target, "ok" if _versions(vault).found == target else "failed")
        raise
    _close(vault, op, target, "ok")


def _close(vault: UnlockedVault, op: str, target: int, outcome: str) -> None:
    vault.log.append([Event(ACTION, "outcome", op=op, count=target, outcome=outcome)], vault.writer)
