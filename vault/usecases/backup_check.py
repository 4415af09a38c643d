"""Checks backups: every byte without any key; with one also that nobody but the vault can have written them.

What is missing or altered is reported, not raised, and all else is still checked. The hashes of a manifest alone show
damage, not forgery: who writes the files anew writes the hashes anew. That takes the manifest's seal.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from vault.audit import verify as log_check
from vault.crypto import slots
from vault.crypto.keys import VaultKeys, WorkingKeys
from vault.crypto.signing import NoteKey
from vault.errors import CasevaultError, Damaged, NewerFormat, NotFound, Usage, WrongSecret
from vault.formats import backup_manifest as manifests
from vault.formats.backup_manifest import Manifest
from vault.formats.header import Header
from vault.store import auditdb, backup_source
from vault.store.backup_source import COPY_BYTES, Source
from vault.store.objects import plaintext
from vault.usecases import backup, backup_keys, backup_room, rowcheck
from vault.usecases.unlocked import UnlockedVault, now

MAX_PROBLEMS = 1000
"""Problems that are named; what comes after is counted."""
Progress = Callable[[int], None]
_ITEMS = """SELECT object, evidence.id, case_id, header_mac, size, sha256 FROM evidence ORDER BY object"""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file of the backup (its path with slashes), or with what is in it."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Verified:
    """`snapshots` are those that were looked at, oldest first, `newest` the one whose contents were. `files` and
    `size` (bytes) count what was read. `sealed`: the seals of the manifests and both databases were checked;
    `opened`: every item was decrypted and compared with its row too. `unproven` are snapshots under other keys, whose
    seals could not be checked. `count` counts all problems, of which `problems` are the first."""

    place: Path
    vault: str
    snapshots: tuple[Manifest, ...]
    newest: str
    files: int
    size: int
    sealed: bool
    opened: bool
    unproven: tuple[str, ...]
    problems: tuple[Problem, ...]
    count: int

    @property
    def ok(self) -> bool:
        """Whether all that was looked at is whole."""
        return not self.count


@dataclass
class _Findings:
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    bad: set[str] = field(default_factory=set)
    """Snapshots that are not whole."""

    def add(self, path: str, message: str, *snapshots: str) -> None:
        self.count += 1
        self.bad.update(snapshots)
        if self.count <= MAX_PROBLEMS:
            self.problems.append(Problem(path, message))


def size_of(place: Path, snapshot: str | None = None) -> int:
    """About how many bytes a check of it reads; 0 if that can't be told."""
    with contextlib.suppress(CasevaultError), backup_source.opened(place) as source:
        return backup_source.manifest(source, backup_source.newest(source, snapshot)).total
    return 0


def verify(
    place: Path, secret: slots.Secret | None = None, *, vault: UnlockedVault | None = None,
    snapshot: str | None = None, progress: Progress | None = None,
) -> Verified:  # fmt: skip
    """Check every snapshot, or one, byte for byte. With a secret of its day, or the vault's own keys, the seals, the
    newest snapshot's databases, its log, its rows and each of its items too, as far as those keys go.

    With `vault` the check is logged there, and what was found whole is noted. Raises NotFound, WrongSecret,
    NewerFormat, StorageFailed; Usage for another vault's backup.
    """
    place = place.expanduser().absolute()
    with contextlib.ExitStack() as held:
        outcome = None if vault is None else held.enter_context(vault.access("backup.verify", None))
        run = _Check(held.enter_context(backup_source.opened(place)), secret, vault, progress or (lambda _: None))
        found = run.check(snapshot)
        if vault is not None and outcome is not None:
            outcome.count, outcome.size = found.count, found.size
            for one in found.snapshots:
                if one.id not in run.findings.bad and found.sealed and one.id not in found.unproven:
                    backup.note(vault, one, place, now())
    return found


@dataclass
class _Check:
    source: Source
    secret: slots.Secret | None
    vault: UnlockedVault | None
    progress: Progress
    findings: _Findings = field(default_factory=_Findings)
    files: int = 0
    size: int = 0

    def check(self, snapshot: str | None) -> Verified:
        """Everything, in order."""
        for path, message in self.source.faults:
            self.findings.add(path or self.source.place.name, message)
        chosen = self._manifests(snapshot)
        newest = chosen[-1]
        if self.vault is not None and newest.vault != self.vault.header.vault:
            raise Usage("that is the backup of another vault", hint="Name its own vault with --vault PATH, or none.")
        if self.source.owner and self.source.owner != newest.vault:
            self.findings.add(manifests.MARKER, "names another vault than the snapshots do")
        if len({one.vault for one in chosen}) > 1:
            self.findings.add(manifests.SNAPSHOTS, "there are snapshots of different vaults", *(x.id for x in chosen))
        keys, header = self._keys(newest)
        unproven = () if keys is None else tuple(self._unproven(chosen, keys))
        for one in chosen:
            self._files(one)
        items = False
        with contextlib.ExitStack() as held:
            rows: Iterator[_Item] = iter(())
            if keys is not None and newest.id not in unproven:
                found = self._databases(newest, keys, header, held)
                items = found is not None
                rows = found or rows
            self._objects(chosen, newest, rows, items)
        return Verified(
            self.source.place, newest.vault, tuple(chosen), newest.id, self.files, self.size, keys is not None, items,
            unproven, tuple(self.findings.problems), self.findings.count,
        )  # fmt: skip

    def _manifests(self, snapshot: str | None) -> list[Manifest]:
        found, last = [], None
        for one in [snapshot] if snapshot else self.source.snapshots():
            try:
                found.append(backup_source.manifest(self.source, backup_source.newest(self.source, one)))
                self.files += 1
            except (NewerFormat, NotFound):
                raise
            except CasevaultError as error:
                self.findings.add(manifests.snapshot_path(one, manifests.MANIFEST), error.message, one)
                last = error
        if not found:
            raise last or NotFound("the backup holds no finished snapshot yet")
        return found

    def _keys(self, newest: Manifest) -> tuple[WorkingKeys | None, Header | None]:
        """The keys to check with: by the secret, or those of the open vault."""
        try:
            if self.secret is not None:
                found = backup_keys.unlock(self.source, newest.id, self.secret)
                return VaultKeys.derive(found.root), found.header
            if self.vault is not None:
                return self.vault.keys, backup_keys.header_of(self.source, newest.id)
        except Damaged as error:
            self.findings.add(manifests.snapshot_path(newest.id, manifests.HEADER), error.message, newest.id)
        return None, None

    def _unproven(self, chosen: list[Manifest], keys: WorkingKeys) -> Iterator[str]:
        """The snapshots whose seals can't be checked; those whose seals are wrong are problems."""
        for one in chosen:
            if backup_keys.is_ours(keys, one):
                continue
            own = None
            if self.secret is not None:
                # Before its keys were renewed the vault had others, and a header of its own for them.
                with contextlib.suppress(CasevaultError):
                    own = VaultKeys.derive(backup_keys.unlock(self.source, one.id, self.secret).root)
            path = manifests.snapshot_path(one.id, manifests.MANIFEST)
            if own is not None and backup_keys.is_ours(own, one):
                continue
            if own is None and one is not chosen[-1]:
                yield one.id
            else:
                self.findings.add(path, "its seal does not fit: it was altered, or another vault made it", one.id)

    def _files(self, manifest: Manifest) -> None:
        for wanted in manifest.files:
            path = manifests.snapshot_path(manifest.id, wanted.name)
            with self._reporting(path, manifest.id), self.source.open(path) as file:
                self._compare(path, file, wanted.sha256, manifest.id)
        if manifest.missing:
            where = manifests.snapshot_path(manifest.id, manifests.LIST)
            self.findings.add(
                where,
                f"stored files that were missing from the vault when this was made: {manifest.missing}",
                manifest.id,
            )

    def _compare(self, path: str, file: BinaryIO, wanted: str, *snapshots: str) -> None:
        if self._digest(file) != wanted:
            self.findings.add(path, "is not as it was written", *snapshots)

    def _digest(self, file: BinaryIO) -> str:
        reader = _Hashing(file, self.progress)
        reader.rest()
        self.files, self.size = self.files + 1, self.size + reader.size
        return reader.digest.hexdigest()

    @contextlib.contextmanager
    def _reporting(self, path: str, *snapshots: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            self.findings.add(path, "is missing", *snapshots)
        except OSError as error:
            self.findings.add(path, f"can't be read: {error.strerror}", *snapshots)
        except Damaged as error:
            self.findings.add(path, error.message, *snapshots)

    def _databases(
        self, manifest: Manifest, keys: WorkingKeys, header: Header | None, held: contextlib.ExitStack
    ) -> Iterator[_Item] | None:
        """Check pages, log and rows. The items to be decrypted, None if these keys or the damage do not allow it."""
        paths = [manifests.snapshot_path(manifest.id, name) for name in (manifests.CATALOGUE, manifests.AUDIT)]
        before, items = self.findings.count, None
        in_file = isinstance(self.source, backup_source.FileSource)
        folder = held.enter_context(backup_room.room()) if in_file else self.source.place
        with self._reporting(paths[1], manifest.id):
            db = held.enter_context(backup_keys.log(self.source.on_disk(paths[1], folder), keys))
            self._log(paths[1], db, manifest, keys, header)
        with self._reporting(paths[0], manifest.id):
            there = held.enter_context(backup_keys.catalogue(self.source.on_disk(paths[0], folder), keys))
            for error in there.page_errors():
                self.findings.add(paths[0], error, manifest.id)
            if isinstance(keys, VaultKeys) and header is not None and self.findings.count == before:
                view = held.enter_context(backup_keys.whole(folder, header, keys, there, db))
                for problem in rowcheck.all_problems(view):
                    self.findings.add(paths[0], problem, manifest.id)
                items = _items(view)
        return items

    def _log(
        self, path: str, db: auditdb.Connection, manifest: Manifest, keys: WorkingKeys, header: Header | None
    ) -> None:
        key = self._log_key(db, keys)
        if key is None:
            return
        report = log_check.run(db, key, None)
        for problem in report.problems:
            self.findings.add(path, problem, manifest.id)
        if (report.size, report.root.hex()) != (manifest.log_size, manifest.log_root):
            self.findings.add(path, "is of another moment than the manifest says", manifest.id)
        if header is not None and not backup_keys.is_known(header, db):
            self.findings.add(path, "does not know the header that lies beside it", manifest.id)

    def _log_key(self, db: auditdb.Connection, keys: WorkingKeys) -> NoteKey | None:
        if isinstance(keys, VaultKeys):
            return backup_keys.log_key(db, keys)
        return None if self.vault is None else self.vault.log.key

    def _objects(self, chosen: list[Manifest], newest: Manifest, rows: Iterator[_Item], opened: bool) -> None:
        """Every object once, whichever snapshots name it; what the rows of the newest say of it beside."""
        with contextlib.ExitStack() as held:
            named = itertools.groupby(
                heapq.merge(*(self._listed(one, held) for one in chosen)), key=lambda entry: entry[0]
            )
            row = next(rows, None)
            for name, entries in named:
                wanted: dict[str, list[str]] = {}
                for _, digest, snapshot in entries:
                    wanted.setdefault(digest, []).append(snapshot)
                while row is not None and row.object < name:
                    self._unlisted(row, newest)
                    row = next(rows, None)
                item = row if row is not None and row.object == name else None
                self._object(name, wanted, item, newest)
                row = next(rows, None) if item is not None else row
            while row is not None:
                self._unlisted(row, newest)
                row = next(rows, None)

    def _unlisted(self, row: _Item, newest: Manifest) -> None:
        self.findings.add(row.id, "its stored file is not in this backup", newest.id)

    def _listed(self, manifest: Manifest, held: contextlib.ExitStack) -> Iterator[tuple[str, str, str]]:
        path, count = manifests.snapshot_path(manifest.id, manifests.LIST), 0
        try:
            # A list that is missing or altered was reported with the other files.
            with contextlib.suppress(OSError, Damaged):
                file = held.enter_context(self.source.open(path))
                for name, digest in manifests.parse_list(file, manifest.id):
                    count += 1
                    yield name, digest, manifest.id
        finally:
            if count != manifest.count:
                self.findings.add(path, f"its number of stored files is {count}, not {manifest.count}", manifest.id)

    def _object(self, name: str, wanted: dict[str, list[str]], item: _Item | None, newest: Manifest) -> None:
        path = manifests.object_path(name)
        everybody = [one for some in wanted.values() for one in some]
        with self._reporting(path, *everybody), self.source.open(path) as file:
            reader = _Hashing(file, self.progress)
            problem = None if item is None else item.problem(reader)
            reader.rest()
            self.files, self.size = self.files + 1, self.size + reader.size
            found = reader.digest.hexdigest()
            for digest, snapshots in wanted.items():
                if digest != found:
                    of = "" if item is None else f" ({item.id})"
                    self.findings.add(path, f"is not as it was written{of}", *snapshots)
                    problem = None
            if problem is not None and item is not None:
                self.findings.add(item.id, problem, newest.id)


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what goes by."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file, self._progress = file, progress
        self.digest, self.size = hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        got = int(self._file.readinto(buffer))  # type: ignore[attr-defined]
        self.digest.update(buffer[:got])
        self.size += got
        self._progress(got)
        return got

    def rest(self) -> None:
        """Read what was left."""
        buffer = bytearray(COPY_BYTES)
        while self.readinto(memoryview(buffer)):
            pass


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as its row says, and the vault to open it with."""

    object: str
    id: str
    case_id: str
    header_mac: bytes
    size: int
    sha256: bytes
    view: UnlockedVault

    def problem(self, file: io.RawIOBase) -> str | None:
        """Decrypt it whole; what is wrong with it, None if nothing."""
        digest = hashlib.sha256()
        try:
            identity = self.view.identity(self.case_id)
            for chunk in plaintext(cast(BinaryIO, file), self.header_mac, self.size, [identity], self.id):
                digest.update(chunk)
        except (Damaged, NotFound, WrongSecret) as error:
            return error.message
        return None if digest.digest() == self.sha256 else "is not the one that was added"


def _items(view: UnlockedVault) -> Iterator[_Item]:
    with view.catalogue.reading():
        for name, item, case, header_mac, size, sha256 in view.catalogue.db.execute(_ITEMS):
            yield _Item(str(name), str(item), str(case), bytes(header_mac), int(size), bytes(sha256), view)
