"""Makes a vault and opens one."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault import __version__
from vault.audit.log import AuditLog
from vault.crypto import kdf, slots
from vault.crypto.kdf import Argon2Parameters
from vault.crypto.keys import VaultKeys
from vault.errors import Busy, CasevaultError, Damaged, StorageFailed, Usage, WrongSecret
from vault.formats.header import Header
from vault.model.events import Event, Writer
from vault.model.ids import new_id
from vault.session import failed_unlocks, places, remembered
from vault.store import header_file, locks, switch
from vault.store.catalogue import Catalogue
from vault.store.durable import sync_folder
from vault.usecases import headers, rollback
from vault.usecases.begun import MILLISECOND, begun
from vault.usecases.keeper import OwnKeeper
from vault.usecases.unlocked import AUDIT_NAME, OBJECTS_NAME, UnlockedVault

_BUILDING = ".casevault-init-"
_OLD_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class NewVault:
    """What `create` made."""

    id: str
    folder: Path
    format: int


def create(
    folder: Path, secrets_: Sequence[slots.Made], cost: Argon2Parameters | None = None, *, carried: bool = False
) -> NewVault:
    """Make an empty vault at `folder`, which must not exist or be empty, with a key slot for each secret.

    It is built beside its place and moved there whole. `carried` says that something of it went where a cloud copies
    it, knowingly: that is its second entry, as if the vault itself lies so. Raises Usage, SyncFolder, StorageFailed.
    """
    carried = check_place(folder) or carried
    root = kdf.random_key()
    made = tuple(slots.make(secret, root, cost) for secret in secrets_)
    keys = VaultKeys.derive(root)
    header = headers.sealed(Header(new_id("V"), tuple(map(headers.record_of, made))), keys)
    building = folder.parent / f"{_BUILDING}{secrets.token_hex(6)}.part"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        building.mkdir(mode=0o700)
        with contextlib.ExitStack() as held:
            held.enter_context(locks.shared(building))
            _fill(building, header, keys, made[0].id, carried=carried)
            if folder.is_dir():
                folder.rmdir()
            if os.name == "nt":
                held.close()  # Windows renames no folder in which a file is open
            building.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        remembered.forget(header.vault, "")
        raise StorageFailed(f"the vault can't be made there: {error.strerror}") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return NewVault(header.vault, folder, header.format)


def _sweep(parent: Path) -> None:
    """Remove what an `init` left that was killed. One that is still at work holds its lock."""
    for path in parent.glob(f"{_BUILDING}*.part"):
        if path.is_symlink() or not path.is_dir():
            continue  # not ours: a link would have us lock and empty the folder that it leads to
        # On Windows the lock is let go before the rename: there only what is old is a leftover for sure.
        if os.name == "nt" and time.time() - path.stat().st_mtime < _OLD_SECONDS:
            continue
        with contextlib.suppress(CasevaultError):
            with locks.exclusive(path):
                shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)  # Windows deletes no file that is open, such as the lock


def check_place(folder: Path) -> bool:
    """Refuse a place that is taken or that a cloud would carry off, before anybody is asked for anything. True if the
    latter was accepted."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Usage(
            "there is something at that place already",
            hint="Choose a new folder with --vault PATH; Casevault never builds over what is there.",
        )
    from vault.session import sync_folders  # what only new vaults need

    return sync_folders.refuse(folder, "the vault")


def _fill(folder: Path, header: Header, keys: VaultKeys, actor: str, *, carried: bool) -> None:
    from vault.session import markers

    markers.place(folder)
    (folder / OBJECTS_NAME).mkdir(mode=0o700)
    Catalogue.create(folder, keys.catalogue).close()
    log = AuditLog.create(folder / AUDIT_NAME, database_key=keys.audit, signing_seed=keys.audit_signing)
    vault = UnlockedVault(
        folder,
        header,
        keys,
        Catalogue.open(folder, keys.catalogue),
        log,
        writer(actor, keys),
        OwnKeeper(keys.case_wrap),
    )
    with vault:
        events = [Event("vault.init", "event", outcome="ok")]
        events += [Event("vault.sync-folder", "event", outcome="ok")] * carried
        log.append(events, vault.writer, lambda kept: headers.first(kept, header))
        rollback.begin(vault)
    header_file.write(folder, header)


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """A header that was found true, the slot that a secret opened, and the root key."""

    header: Header
    slot: str
    root: bytes


def unlock(folder: Path, secret: slots.Secret) -> Unlocked:
    """Find the root key of the vault at `folder`. Raises NoVault, WrongSecret, Damaged, NewerFormat."""
    header = header_file.read(folder)
    try:
        slot, root = slots.open_any(tuple(map(headers.slot_of, header.slots)), secret)
    except WrongSecret:
        failed_unlocks.note(header.vault, time.time_ns() // MILLISECOND)
        raise
    headers.check_mac(header, VaultKeys.derive(root))
    return Unlocked(header, slot.id, root)


def open_vault(folder: Path, secret: slots.Secret, *, accept_rollback: bool = False) -> UnlockedVault:
    """Open the vault at `folder`. Raises NoVault, WrongSecret, Damaged, NewerFormat; Rollback for an older copy,
    unless that is accepted, which is logged."""
    return opened(folder, unlock(folder, secret), accept_rollback=accept_rollback)


def opened(
    folder: Path, found: Unlocked, *, accept_rollback: bool = False, report_rollback: bool = False,
    older: bool = False,
) -> UnlockedVault:  # fmt: skip
    """The vault whose root key was found. Raises as `open_vault` does.

    With `report_rollback` an older copy opens too, and `vault.rollback` says so: for what only reports. With `older`
    a vault of an earlier format does: for what brings it up to date.
    """
    keys = VaultKeys.derive(found.root)
    switch.finish(folder, {switch.CATALOGUE: keys.catalogue, switch.AUDIT: keys.audit})
    with contextlib.ExitStack() as held:
        try:
            catalogue = Catalogue.open(folder, keys.catalogue, older=older)
            held.callback(catalogue.close)
            log = AuditLog.open(folder / AUDIT_NAME, database_key=keys.audit, signing_seed=keys.audit_signing)
            held.callback(log.close)
        except Damaged:
            _header_now(folder, found, keys)  # a vault that got a new root key in the meantime is not damaged
            raise
        # With the databases open, nobody can give the vault a new root key any more.
        header = _header_now(folder, found, keys)
        held.pop_all()
    vault = UnlockedVault(folder, header, keys, catalogue, log, writer(found.slot, keys), OwnKeeper(keys.case_wrap))
    return begun(vault, accept_rollback=accept_rollback, report_rollback=report_rollback)


def _header_now(folder: Path, found: Unlocked, keys: VaultKeys) -> Header:
    """The header as it is now: another command may have changed the key slots since the root key was found.

    Raises Busy if the vault has another root key by now.
    """
    header = header_file.read(folder)
    if header != found.header:
        try:
            headers.check_mac(header, keys)
        except Damaged:
            raise Busy(
                "the vault was given new keys by another command in the meantime", hint=headers.AGAIN
            ) from None
    return header


def writer(actor: str, keys: VaultKeys) -> Writer:
    """Who writes the log, with the key slot `actor` and in a session of its own."""
    from vault.audit.clock import boot_id

    return Writer(
        actor=actor,
        device=places.device_id(),
        session=secrets.token_hex(4),
        boot=boot_id(keys.audit_signing),
        program=__version__,
    )
