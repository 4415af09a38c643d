"""Writes backups. A snapshot appears last and whole; what a stopped process left is swept the next time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from vault.errors import Busy, CasevaultError, StorageFailed, Usage
from vault.formats import backup_file
from vault.formats import backup_manifest as manifests
from vault.store import locks, output
from vault.store.backup_source import Readable, Unreadable, is_own_folder, open_plain
from vault.store.durable import EarlyWriter, sync_file, sync_file_system, sync_folder
from vault.store.objects import FIXED_TIME_NS, Progress, hashed_copy

PART = ".part"
GROUP_FILES, GROUP_BYTES = 256, 64 << 20
OBJECT_FOLDERS = 256
TOGETHER = 16
"""From so many new files on, the whole file system is synced once."""
_BUILDING = ".casevault-backup-"
_BUILT = re.compile(r"\.casevault-backup-[0-9a-f]{12}\.part")
_COPYING = re.compile(r"[0-9a-f]{32}\.part")
_EXPECTED = re.compile(r"\..*|lost\+found|System Volume Information|\$RECYCLE\.BIN|vault\.lock", re.IGNORECASE)
"""What systems, and programs that carry folders, put into an empty one by themselves."""


class Target(Protocol):
    """Where a snapshot is written to. Its files are made in `staging` by the caller; objects are added one by one."""

    staging: Path

    def size_of(self, name: str) -> int | None:
        """The size of an object that is there from earlier, None if there is none."""
        ...

    def digest_of(self, name: str) -> str:
        """The SHA-256 of such an object, read from the disk."""
        ...

    def add(self, name: str, size: int, source: BinaryIO, progress: Progress) -> str:
        """Copy an object of this size; returns its SHA-256. Raises Unreadable, and keeps nothing of it."""
        ...

    def again(self) -> None:
        """Forget what was staged, and begin anew."""
        ...

    def finish(self) -> None:
        """Make the snapshot appear, durable, with all that was added and staged."""
        ...


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Errors of the disk that the backup is written to."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the system refused it"
        raise StorageFailed(
            f"the backup can't be written: {reason}",
            hint="Is its disk connected, writable, with free space? Snapshots that were finished stay as they are.",
        ) from None


@contextlib.contextmanager
def repository(place: Path, vault: str, snapshot: str, *, new: bool) -> Iterator[FolderTarget]:
    """A snapshot in the repository at `place`, which is made if the folder is empty or not there and `new` allows it.

    Raises Usage if something else or another vault's backup is there, Busy if another backup is being written to it.
    """
    with told():
        _check(place, vault, new=new)
        _real_folder(place)
        with _alone(place):
            # Before anything is removed: a link in their place would have us remove it wherever that leads.
            _own_folder(place / manifests.OBJECTS)
            _own_folder(place / manifests.SNAPSHOTS)
            _sweep(place)
            _begin(place, vault)
            target = FolderTarget(place, place / manifests.SNAPSHOTS / (snapshot + PART))
            try:
                target.staging.mkdir(mode=0o700)
                yield target
            finally:
                shutil.rmtree(target.staging, ignore_errors=True)
                target.forget()


def _check(place: Path, vault: str, *, new: bool) -> None:
    """Refuse a folder that is not a repository of this vault's and can't become one."""
    owner = owner_of(place)
    if owner is not None and owner != vault:
        raise Usage(
            "the backup at that place belongs to another vault", hint="Choose another folder: each vault has its own."
        )
    if owner is None and not new:
        raise Usage(
            "there is no backup at that place any more: is its disk connected?",
            hint="Connect the disk and repeat this; to begin a new backup there, add --new.",
        )
    if owner is None and place.exists() and (not place.is_dir() or not _is_empty(place)):
        raise Usage(
            "there is something else at that place already", hint="Choose a new or an empty folder for the backup."
        )
    if owner is None and not place.parent.is_dir():
        raise Usage("the folder for the backup does not exist", hint="Is its disk connected?")


def owner_of(place: Path) -> str | None:
    """The id of the vault whose repository is at `place`, None if there is none. Raises Damaged, NewerFormat."""
    try:
        with os.fdopen(open_plain(place / manifests.MARKER), "rb") as file:
            return manifests.parse_marker(file.read(manifests.MAX_MARKER + 1))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageFailed(f"the backup can't be read: {error.strerror}") from None


def _is_empty(place: Path) -> bool:
    """But for what systems put there, and what a first backup left that was stopped before it had its marker."""
    return all(
        _EXPECTED.fullmatch(one.name) or one.name == manifests.MARKER + PART or _is_begun(one)
        for one in place.iterdir()
    )


def _is_begun(path: Path) -> bool:
    named = path.name in (manifests.OBJECTS, manifests.SNAPSHOTS)
    return named and not path.is_symlink() and path.is_dir() and not any(path.iterdir())


def _real_folder(path: Path) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if not stat.S_ISDIR(path.stat().st_mode):
        raise NotADirectoryError(0, "there is a file in the place of a folder", str(path))


def _own_folder(path: Path) -> None:
    """The same for a folder within: a link would have us write wherever it leads."""
    path.mkdir(mode=0o700, exist_ok=True)
    if not is_own_folder(path):
        raise NotADirectoryError(0, "there is something else in the place of a folder", str(path))


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locks.exclusive(place))
        except Busy:
            raise Busy("another backup is being written to that place", hint="Try again when it is done.") from None
        yield


def _sweep(place: Path) -> None:
    """Remove what stopped processes left; nobody else is writing here now. Only what has our names, and nothing
    through a link: the disk may have been in other hands."""
    for path in (place / manifests.SNAPSHOTS).iterdir():
        if path.suffix == PART and manifests.is_snapshot(path.stem) and is_own_folder(path):
            shutil.rmtree(path)
    for number in range(OBJECT_FOLDERS):
        folder = place / manifests.OBJECTS / f"{number:02x}"
        for path in folder.iterdir() if is_own_folder(folder) else ():
            if _COPYING.fullmatch(path.name) and not is_own_folder(path):
                path.unlink()


def _begin(place: Path, vault: str) -> None:
    if owner_of(place) is None:
        part = place / (manifests.MARKER + PART)
        part.unlink(missing_ok=True)
        write_new(part, manifests.dump_marker(vault))
        os.replace(part, place / manifests.MARKER)
        sync_folder(place)
        sync_folder(place.parent)


def private(path: str, flags: int) -> int:
    """An opener for files that only their owner reads: a backup is encrypted, and nobody's business all the same."""
    return os.open(path, flags, 0o600)


def write_new(path: Path, data: bytes) -> None:
    """A new file, durable. Raises OSError."""
    with open(path, "xb", opener=private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@dataclass
class FolderTarget:
    """A snapshot of a repository."""

    place: Path
    staging: Path
    _waiting: list[tuple[Path, Path, int]] = field(default_factory=list)
    _folders: set[Path] = field(default_factory=set)
    _seen: set[Path] = field(default_factory=set)
    """Folders that were found to be no links."""

    def path(self, name: str) -> Path:
        """Where an object lies."""
        return self.place.joinpath(*manifests.object_path(name).split("/"))

    def size_of(self, name: str) -> int | None:
        path = self.path(name)
        with told():
            try:
                self._own(path.parent)
                found = path.lstat()
            except FileNotFoundError:
                return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def _own(self, folder: Path) -> None:
        """Raise FileNotFoundError if it is not there, another OSError for a link in its place."""
        if folder not in self._seen:
            folder.lstat()
            _own_folder(folder)
            self._seen.add(folder)

    def digest_of(self, name: str) -> str:
        with told(), os.fdopen(open_plain(self.path(name)), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def add(self, name: str, size: int, source: BinaryIO, progress: Progress) -> str:
        final = self.path(name)
        part = final.with_suffix(PART)
        with told():
            if final.parent not in self._folders:
                _own_folder(final.parent)
                self._folders.add(final.parent)
                self._seen.add(final.parent)
            try:
                with open(part, "xb", buffering=0, opener=private) as out:
                    digest = _copied(source, cast(BinaryIO, out), size, progress)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            self._waiting.append((part, final, size))
            os.utime(part, ns=(FIXED_TIME_NS, FIXED_TIME_NS))
            if len(self._waiting) >= GROUP_FILES or sum(one[2] for one in self._waiting) >= GROUP_BYTES:
                self._settle()
        return digest

    def _settle(self) -> None:
        """Make what was copied durable, and only then give it its name."""
        if len(self._waiting) < TOGETHER or not sync_file_system(self.place):
            for part, _, _ in self._waiting:
                sync_file(part)
        while self._waiting:
            part, final, _ = self._waiting[-1]
            os.replace(part, final)
            self._waiting.pop()

    def forget(self) -> None:
        """Remove what was begun and has no name yet."""
        for part, _, _ in self._waiting:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        self._waiting.clear()

    def again(self) -> None:
        with told():
            self._settle()
            for path in self.staging.iterdir():
                path.unlink()

    def finish(self) -> None:
        with told():
            self._settle()
            for folder in (*self._folders, self.place / manifests.OBJECTS, self.staging):
                sync_folder(folder)
            # "X.part" loses its ending.
            self.staging.rename(self.staging.with_suffix(""))
            sync_folder(self.staging.parent)


def _copied(source: BinaryIO, out: BinaryIO, size: int, progress: Progress) -> str:
    digest, done = hashlib.sha256(), 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(count)

    got = hashed_copy(cast(BinaryIO, Readable(source)), digest.update, EarlyWriter(out).write, tell)
    if got != size:
        raise Unreadable
    progress(got - done)
    return digest.hexdigest()


@contextlib.contextmanager
def single_file(path: Path, vault: str, snapshot: str) -> Iterator[FileTarget]:
    """A backup in the new file `path`. Raises OutputExists, Usage."""
    output.check(path, "the backup")
    building = path.parent / f"{_BUILDING}{secrets.token_hex(6)}{PART}"
    with told():
        _sweep_files(path.parent)
        building.mkdir(mode=0o700)
        try:
            with locks.shared(building), open(building / "file", "xb", buffering=0, opener=private) as file:
                staging = building / "staging"
                staging.mkdir(mode=0o700)
                target = FileTarget(path, staging, snapshot, vault, cast(BinaryIO, file))
                target.again()
                yield target
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _sweep_files(folder: Path) -> None:
    for path in folder.glob(f"{_BUILDING}*{PART}"):
        if not _BUILT.fullmatch(path.name) or not is_own_folder(path):
            continue
        with contextlib.suppress(CasevaultError):
            with locks.exclusive(path):
                shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)  # Windows deletes no file that is open, such as the lock


@dataclass
class FileTarget:
    """A backup in one file."""

    path: Path
    staging: Path
    snapshot: str
    vault: str
    file: BinaryIO

    def size_of(self, name: str) -> int | None:
        return None

    def digest_of(self, name: str) -> str:
        raise FileNotFoundError(name)

    def add(self, name: str, size: int, source: BinaryIO, progress: Progress) -> str:
        with told():
            start = self.file.tell()
            try:
                self._write(backup_file.header(manifests.object_path(name), size))
                digest = _copied(source, self.file, size, progress)
            except Unreadable:
                self.file.seek(start)
                self.file.truncate()
                raise
            self._write(backup_file.padding(size))
        return digest

    def again(self) -> None:
        with told():
            self.file.seek(0)
            self.file.truncate()
            for path in self.staging.iterdir():
                path.unlink()
            marker = manifests.dump_marker(self.vault)
            self._write(backup_file.header(manifests.MARKER, len(marker)) + marker + backup_file.padding(len(marker)))

    def finish(self) -> None:
        with told():
            for name in (*manifests.FILES, manifests.MANIFEST):
                self._member(name)
            self._write(backup_file.END)
            os.fsync(self.file.fileno())
            if os.name == "nt":
                self.file.close()  # Windows renames no file that is open
            output.give_name(self.staging.parent / "file", self.path)
            sync_folder(self.path.parent)

    def _member(self, name: str) -> None:
        with (self.staging / name).open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            self._write(backup_file.header(manifests.snapshot_path(self.snapshot, name), size))
            _copied(source, self.file, size, lambda _: None)
            self._write(backup_file.padding(size))

    def _write(self, data: bytes) -> None:
        """All of it: a file without a buffer may take a part only."""
        view = memoryview(data)
        while len(view):
            view = view[self.file.write(view) :]
