"""Makes backups of an open vault, while others go on working with it.

A snapshot is one moment of both databases: the catalogue's write lock is held only until both are pinned by a read
transaction each, so that every row in the one has its entry in the other; then they are copied as of that moment,
without holding anybody up. Objects never change, so those that are there already are not copied again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from vault import __version__
from vault.audit.kept import Kept
from vault.errors import Busy, CasevaultError, Damaged, StorageFailed, Usage
from vault.formats import backup_manifest as manifests
from vault.formats.backup_manifest import File, Manifest
from vault.model.events import Head
from vault.session import sync_folders
from vault.store import auditdb, backup_notes, backup_source, backup_target, header_file, output, sqlcipher
from vault.store.backup_notes import BackupNote
from vault.store.backup_source import SUFFIX, Unreadable, open_plain
from vault.store.backup_target import Target, private, told
from vault.usecases import backup_keys, backup_prune, backup_room, headers
from vault.usecases.unlocked import AUDIT_NAME, UnlockedVault

RETAKES = 20
"""How often the databases are taken anew because an item was removed before its object was copied."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished snapshot. `items` and `size` (bytes) are of all that is in it, `copied` and `copied_size` of the
    objects that were new; `lost` counts objects that the vault has not whole, `pruned` are snapshots removed."""

    id: str
    vault: str
    place: Path
    made: str
    items: int
    size: int
    copied: int
    copied_size: int
    lost: int
    pruned: int


class _Gone(Exception):
    """An item was removed since the databases were taken."""


def create(
    vault: UnlockedVault, dest: Path, progress: Progress | None = None, *, as_file: bool | None = None,
    keep: int | None = None, reread: bool = False, new: bool = False,
) -> Made:  # fmt: skip
    """Add a snapshot to the repository at `dest`, or write one to the new file `dest`.

    It is a file if `as_file` says so, or by default if the name ends in `.casevault-backup`. `keep` removes all but
    so many snapshots once the new one is whole; `reread` reads what was copied earlier too, and copies anew what is
    not whole; `new` begins anew where a repository has disappeared. `progress` is called with bytes done. No root key
    is needed. Raises Usage, OutputExists, SyncFolder, StorageFailed, Busy, Damaged, LogUnavailable.
    """
    dest = dest.expanduser().absolute()
    whole = dest.name.endswith(SUFFIX) and not dest.is_dir() if as_file is None else as_file
    check_place(vault.folder, dest)
    if keep is not None and (whole or keep < 1):
        raise Usage("--keep is for a folder of backups, and keeps one at least")
    moment = datetime.now(UTC)
    snapshot = f"{moment.strftime('%Y%m%dT%H%M%S.%f')[:-3]}Z-{secrets.token_hex(4)}"
    backup_room.sweep()
    known = {one.place for one in backup_notes.all_notes(vault.catalogue)}
    with vault.access("backup.create", None) as outcome, contextlib.ExitStack() as held:
        target: Target
        if whole:
            target = held.enter_context(backup_target.single_file(dest, vault.header.vault, snapshot))
        else:
            may = new or str(dest) not in known
            target = held.enter_context(backup_target.repository(dest, vault.header.vault, snapshot, new=may))
        run = _Run(vault, target, snapshot, moment.strftime("%Y-%m-%dT%H:%M:%SZ"), dest, reread, progress or _quiet)
        manifest = run.make()
        outcome.count, outcome.size = manifest.count, manifest.total
        note(vault, manifest, dest)
        pruned = 0 if keep is None else backup_prune.keep_newest(vault, dest, keep, snapshot)
    return Made(
        snapshot, vault.header.vault, dest, manifest.made, manifest.count, manifest.total, run.copied,
        run.copied_size, manifest.missing, pruned,
    )  # fmt: skip


def _quiet(_: int) -> None:
    pass


def check_place(folder: Path, dest: Path) -> None:
    """Refuse a place inside the vault, around it, inside another one, or where a cloud would carry it off."""
    ours, there = folder.resolve(), dest.resolve()
    if there == ours or ours in there.parents or there in ours.parents:
        raise Usage(
            "a backup can lie neither inside the vault's folder nor around it",
            hint="Choose a folder of its own, best on another disk.",
        )
    output.refuse_inside_vault(dest, "the backup")
    sync_folders.refuse(dest, "the backup")


def note(vault: UnlockedVault, manifest: Manifest, place: Path, verified: str | None = None) -> None:
    """Remember a snapshot in the vault, and when it was found whole. A vault that can't be written to remembers
    nothing; the snapshot is there all the same."""
    with contextlib.suppress(Busy, StorageFailed):
        before = backup_notes.get(vault.catalogue, manifest.id)
        when = verified or (before.verified if before else "")
        backup_notes.put(vault.catalogue, BackupNote(manifest.id, str(place), manifest.made, when, manifest.total))


@dataclass
class _Run:
    """One making of a snapshot."""

    vault: UnlockedVault
    target: Target
    snapshot: str
    made: str
    dest: Path
    reread: bool
    progress: Progress
    copied: int = 0
    copied_size: int = 0

    def make(self) -> Manifest:
        """Everything up to the finished snapshot. Raises Busy if items are removed faster than it goes."""
        for _ in range(RETAKES):
            try:
                return self._once()
            except _Gone:
                self.copied = self.copied_size = 0
                self.target.again()
        raise Busy("items were removed again and again while the backup was made", hint="Try again in a moment.")

    def _once(self) -> Manifest:
        staging = self.target.staging
        head, instance, generation = _take(self.vault, staging, self.progress)
        count = size = lost = 0
        with (
            told(),
            open(staging / manifests.LIST, "xb", opener=private) as listed,
            _known(self.vault, self.dest) as known,
        ):
            for name, length in _objects(self.vault, staging):
                digest = self._object(name, length, known(name))
                if digest is None:
                    lost += 1
                    continue
                listed.write(manifests.line(name, digest))
                count, size = count + 1, size + length
            listed.flush()
            os.fsync(listed.fileno())
        with told():
            files = tuple(_file(staging / name) for name in manifests.FILES)
        manifest = Manifest(
            self.snapshot, self.vault.header.vault, instance, generation, head.size, head.root.hex(), self.made,
            __version__, files, count, size, lost,
        )  # fmt: skip
        manifest = manifest.with_mac(backup_keys.mac(self.vault.keys, manifest))
        with told():
            backup_target.write_new(staging / manifests.MANIFEST, manifest.dump())
        self.target.finish()
        return manifest

    def _object(self, name: str, size: int, known: str | None) -> str | None:
        """The SHA-256 of an object that is in the backup now; None if the vault does not have it whole."""
        there = self.target.size_of(name) == size
        if there and known is not None and not self.reread:
            return known
        if there:
            # Left by a copy that was stopped, or to be read again: what it must be is what the vault has.
            found = self.target.digest_of(name)
            wanted = known or self._digest(name, size)
            if wanted in (None, found):
                return found if wanted else None
        try:
            with _stored(self.vault, name, size) as source:
                digest = self.target.add(name, size, source, self.progress)
        except (OSError, Unreadable):
            self._missing(name)
            return None
        self.copied, self.copied_size = self.copied + 1, self.copied_size + size
        return digest

    def _digest(self, name: str, size: int) -> str | None:
        try:
            with _stored(self.vault, name, size) as source:
                return hashlib.file_digest(source, "sha256").hexdigest()
        except (OSError, Unreadable):
            self._missing(name)
            return None

    def _missing(self, name: str) -> None:
        """An object is not there: its item was removed meanwhile, or the vault has lost it."""
        if not self.vault.catalogue.refers_to(name):
            raise _Gone


@contextlib.contextmanager
def _stored(vault: UnlockedVault, name: str, size: int) -> Iterator[BufferedReader]:
    """The raw bytes of an object. Raises OSError, Unreadable if it has another size than was recorded."""
    with os.fdopen(open_plain(vault.objects.path(name)), "rb") as file:
        if os.fstat(file.fileno()).st_size != size:
            raise Unreadable
        yield file


def _take(vault: UnlockedVault, staging: Path, progress: Progress) -> tuple[Head, str, int]:
    """Copy both databases and the header as of one moment. Returns the log's head, the vault's instance, and how
    often its header had changed."""
    with contextlib.ExitStack() as opened:
        catalogue = opened.enter_context(
            contextlib.closing(sqlcipher.connect(vault.folder / manifests.CATALOGUE, vault.keys.catalogue))
        )
        log = opened.enter_context(contextlib.closing(auditdb.connect(vault.folder / AUDIT_NAME, vault.keys.audit)))
        with vault.catalogue.transaction():
            # The header too is only ever changed under this lock.
            header = header_file.read(vault.folder)
            opened.enter_context(sqlcipher.pinned(catalogue, manifests.CATALOGUE))
            opened.enter_context(auditdb.snapshot(log))
            head, kept = auditdb.read_head(log), Kept(log)
        noted = kept.headers()
        if header != vault.header and headers.digest_of(header) not in (*(x.digest for x in noted), kept.prepared()):
            raise Damaged("the vault's header (vault.json) was altered: the audit log does not know it")
        with told():
            backup_target.write_new(staging / manifests.HEADER, header.dump())
            for db, name, key in (
                (catalogue, manifests.CATALOGUE, vault.keys.catalogue), (log, manifests.AUDIT, vault.keys.audit)
            ):  # fmt: skip
                sqlcipher.copy(db, staging / name, key, lambda: progress(0))
        return head, kept.instance(), noted[-1].generation if noted else 0


def _objects(vault: UnlockedVault, staging: Path) -> Iterator[tuple[str, int]]:
    """Name and size of every object that the copied catalogue names, in the order of their names."""
    db = sqlcipher.connect_read_only(staging / manifests.CATALOGUE, vault.keys.catalogue)
    with contextlib.closing(db), sqlcipher.translated(manifests.CATALOGUE):
        for name, size in db.execute("SELECT object, stored_size FROM evidence ORDER BY object"):
            yield str(name), int(size)


def _file(path: Path) -> File:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(path.name, os.fstat(file.fileno()).st_size, digest)


@contextlib.contextmanager
def _known(vault: UnlockedVault, dest: Path) -> Iterator[Callable[[str], str | None]]:
    """A function that gives the SHA-256 of an object as it was copied earlier, None for others. It must be asked in
    the order of the names.

    What the newest snapshot says is taken if its seal and its list's hash fit: then we wrote it ourselves.
    """
    with contextlib.ExitStack() as held:
        pairs: Iterator[tuple[str, str]] = iter(())
        if dest.is_dir():
            source = backup_source.FolderSource(dest)
            for snapshot in reversed(source.snapshots()):
                path = _trusted_list(vault, source, snapshot)
                if path is not None:
                    pairs = manifests.parse_list(held.enter_context(path.open("rb")), snapshot)
                    break
        at = next(pairs, None)

        def known(name: str) -> str | None:
            nonlocal at
            while at is not None and at[0] < name:
                at = next(pairs, None)
            return at[1] if at is not None and at[0] == name else None

        yield known


def _trusted_list(vault: UnlockedVault, source: backup_source.FolderSource, snapshot: str) -> Path | None:
    try:
        manifest = backup_source.manifest(source, snapshot)
        path = source.on_disk(manifests.snapshot_path(snapshot, manifests.LIST), source.place)
        fits = backup_keys.is_ours(vault.keys, manifest) and _file(path) == manifest.file(manifests.LIST)
    except (CasevaultError, OSError):
        return None
    return path if fits else None
