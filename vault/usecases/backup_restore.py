"""Makes a vault of a backup, at a new place: built beside it, every file verified while it is written, moved whole.

What comes out is a copy of its own: it has a new instance id, so that it is not taken for an older copy of the vault
that this computer has seen, and its seals begin anew. Its next log entry says what it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from vault.audit.log import AuditLog
from vault.crypto import slots
from vault.crypto.keys import VaultKeys
from vault.errors import CasevaultError, Damaged, OlderFormat, StorageFailed, Usage
from vault.formats import backup_manifest as manifests
from vault.formats.backup_manifest import Manifest
from vault.model.events import MAX_NUMBER, Event
from vault.session import markers, remembered
from vault.store import backup_source, locks
from vault.store.backup_source import Source
from vault.store.backup_target import private
from vault.store.catalogue import Catalogue
from vault.store.durable import EarlyWriter, sync_file, sync_file_system, sync_folder
from vault.store.objects import FIXED_TIME_NS, hashed_copy
from vault.usecases import backup, backup_keys, backup_room, doctor, opening, outputs, rollback
from vault.usecases.doctor import Finding
from vault.usecases.keeper import OwnKeeper
from vault.usecases.opening import Unlocked
from vault.usecases.unlocked import AUDIT_NAME, OBJECTS_NAME, UnlockedVault, now

_BUILDING = ".casevault-restore-"
_BUILT = re.compile(r"\.casevault-restore-[0-9a-f]{12}\.part")
_PARTLY = (
    "'casevault backup verify' names all that is damaged. Try an earlier snapshot or another copy; with --partly all "
    "else is restored."
)
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """The vault that was made: `made` is the moment whose state it has (ISO 8601), `items` how many stored files were
    put back, `lost` the objects that the backup does not have whole, `findings` what the doctor says of the vault.
    `older`: its catalogue is of an earlier version and was not examined; it has to be migrated."""

    folder: Path
    vault: str
    instance: str
    snapshot: str
    made: str
    items: int
    size: int
    lost: tuple[str, ...]
    findings: tuple[Finding, ...]
    older: bool


def restore(
    place: Path, out: Path, secret: slots.Secret, *, snapshot: str | None = None, partly: bool = False,
    progress: Progress | None = None,
) -> Restored:  # fmt: skip
    """Make the vault of a snapshot, the newest if none is named, at `out`, which must not exist.

    With `partly` stored files that are missing or altered are left out. Raises OutputExists, SyncFolder, NotFound,
    WrongSecret, NewerFormat, Damaged for whatever is not as it was written, StorageFailed: then nothing stays.
    """
    place, out = place.expanduser().absolute(), out.expanduser().absolute()
    outputs.check_folder(out, "the restored vault")
    if place.resolve() in out.resolve().parents:
        raise Usage("the vault would lie inside the backup", hint="Choose a folder outside it.")
    backup_room.sweep()
    with backup_source.opened(place) as source:
        chosen = backup_source.newest(source, snapshot)
        manifest = backup_source.manifest(source, chosen)
        found = backup_keys.unlock(source, chosen, secret)
        keys = VaultKeys.derive(found.root)
        if not backup_keys.is_ours(keys, manifest) or manifest.vault != found.header.vault:
            raise Damaged("the manifest of the snapshot was altered: its seal does not fit", hint=_PARTLY)
        _check_space(out.parent, manifest)
        with _building(out) as folder:
            lost = _Copy(source, manifest, folder, partly, progress or (lambda _: None)).all()
            instance = _begin(folder, found, keys, manifest)
            try:
                _move(folder, out)
            except BaseException:
                remembered.forget(manifest.vault, instance)
                raise
    findings, older = _examine(out, found, manifest, place, whole=not lost)
    items = manifest.count - len(lost)
    return Restored(
        out, manifest.vault, instance, chosen, manifest.made, items, manifest.total, tuple(lost), findings, older
    )


def _check_space(folder: Path, manifest: Manifest) -> None:
    """Refuse what can't fit before hours are spent on it."""
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < manifest.total:
            raise StorageFailed(
                f"the vault takes {_gigabytes(manifest.total)} GB and the disk has {_gigabytes(free)} GB free",
                hint="Choose another disk, or free space.",
            )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f}"


@contextlib.contextmanager
def _building(out: Path) -> Iterator[Path]:
    """A folder beside the place where the vault is to be; gone at the end if it was not moved there."""
    folder = out.parent / f"{_BUILDING}{secrets.token_hex(6)}.part"
    try:
        _sweep(out.parent)
        folder.mkdir(mode=0o700)
        with contextlib.ExitStack() as held:
            held.enter_context(locks.shared(folder))
            if os.name == "nt":
                held.close()  # Windows renames no folder in which a file is open
            yield folder
    except OSError as error:
        raise StorageFailed(f"the vault can't be restored there: {error.strerror}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what a restore left that was killed. One that is still at work holds its lock."""
    for path in parent.glob(f"{_BUILDING}*.part"):
        if not _BUILT.fullmatch(path.name) or not backup_source.is_own_folder(path) or os.name == "nt":
            continue
        with contextlib.suppress(CasevaultError), locks.exclusive(path):
            shutil.rmtree(path, ignore_errors=True)


@dataclass
class _Copy:
    """The writing of all files of a snapshot into a new folder."""

    source: Source
    manifest: Manifest
    folder: Path
    partly: bool
    progress: Progress

    def all(self) -> list[str]:
        """Returns the objects that are missing or altered. Raises Damaged for them if nothing may be left out."""
        for wanted in self.manifest.files:
            path = manifests.snapshot_path(self.manifest.id, wanted.name)
            self._one(path, self.folder / wanted.name, wanted.sha256)
            sync_file(self.folder / wanted.name)
        lost = self._objects()
        (self.folder / manifests.LIST).unlink()
        markers.place(self.folder)
        return lost

    def _objects(self) -> list[str]:
        lost: list[str] = []
        made: set[Path] = set()
        objects = self.folder / OBJECTS_NAME
        objects.mkdir(mode=0o700)
        with (self.folder / manifests.LIST).open("rb") as listed:
            for name, digest in manifests.parse_list(listed, self.manifest.id):
                path = manifests.object_path(name)
                target = self.folder.joinpath(*path.split("/"))
                if target.parent not in made:
                    target.parent.mkdir(mode=0o700)
                    made.add(target.parent)
                try:
                    self._one(path, target, digest)
                except Damaged:
                    if not self.partly:
                        raise
                    target.unlink(missing_ok=True)
                    lost.append(name)
        self._settle(objects, made)
        return lost

    def _settle(self, objects: Path, made: set[Path]) -> None:
        """Make all objects durable, and let no time tell anything."""
        if not sync_file_system(objects):
            for folder in made:
                for path in folder.iterdir():
                    sync_file(path)
        for folder in (*made, objects):
            sync_folder(folder)
            os.utime(folder, ns=(FIXED_TIME_NS, FIXED_TIME_NS))

    def _one(self, path: str, target: Path, digest: str) -> None:
        """Copy one file. Raises Damaged if it is missing or is not what was written; OSError for the new place."""
        found = hashlib.sha256()
        with contextlib.ExitStack() as held:
            out = held.enter_context(open(target, "xb", buffering=0, opener=private))
            try:
                file = held.enter_context(self.source.open(path))
            except FileNotFoundError:
                raise Damaged(f"{path} is missing from the backup", hint=_PARTLY) from None
            except OSError as error:
                raise Damaged(f"{path} can't be read: {error.strerror}", hint=_PARTLY) from None
            reading = cast(BinaryIO, backup_source.Readable(file))
            try:
                size = hashed_copy(reading, found.update, EarlyWriter(cast(BinaryIO, out)).write)
            except backup_source.Unreadable as error:
                raise Damaged(f"{path} can't be read: {error}", hint=_PARTLY) from None
        self.progress(size)
        if found.hexdigest() != digest:
            raise Damaged(f"{path} is not as it was written", hint=_PARTLY)
        os.utime(target, ns=(FIXED_TIME_NS, FIXED_TIME_NS))


def _begin(folder: Path, found: Unlocked, keys: VaultKeys, manifest: Manifest) -> str:
    """Make it a copy of its own, and say so in its log. Returns its instance."""
    catalogue = Catalogue.open(folder, keys.catalogue, older=True)
    with contextlib.ExitStack() as held:
        held.callback(catalogue.close)
        log = AuditLog.open(folder / AUDIT_NAME, database_key=keys.audit, signing_seed=keys.audit_signing)
        held.pop_all()
    writer = opening.writer(found.slot, keys)
    with UnlockedVault(folder, found.header, keys, catalogue, log, writer, OwnKeeper(keys.case_wrap)) as vault:
        event = Event(
            "backup.restore", "event", count=manifest.count, bytes=min(manifest.total, MAX_NUMBER),
            since=f"{manifest.made[:-1]}.000Z", outcome="ok",
        )  # fmt: skip
        vault.log.append([event], vault.writer)
        return rollback.new_instance(vault)


def _move(folder: Path, out: Path) -> None:
    if out.exists():
        raise Usage("something has appeared at the place for the vault")
    sync_folder(folder)
    folder.rename(out)
    sync_folder(out.parent)


def _examine(
    out: Path, found: Unlocked, manifest: Manifest, place: Path, *, whole: bool
) -> tuple[tuple[Finding, ...], bool]:
    """What the doctor says of the restored vault, but for this machine; and whether it has to be migrated first."""
    try:
        with opening.opened(out, found) as vault:
            if whole:
                backup.note(vault, manifest, place, now())
            return tuple(one for one in doctor.examine(vault) if one.level == "damaged"), False
    except OlderFormat:
        return (), True
