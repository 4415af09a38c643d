"""Reads backups: a folder with many snapshots, or one file with one. Nothing is written, nothing is believed."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from vault.errors import Damaged, NotFound, StorageFailed
from vault.formats import backup_file, backup_manifest
from vault.store.objects import open_unnoticed

COPY_BYTES = 1 << 20
MAX_SNAPSHOTS = 100_000
SUFFIX = ".casevault-backup"
"""What the name of a backup in one file ends in."""
_NAME_SURROGATE = 0x2000_0000
"""The bit of reparse tags that lead elsewhere, as junctions do (IsReparseTagNameSurrogate, ntifs.h)."""


class Source(Protocol):
    """A backup to read from. `faults` is what is wrong with it as a whole: path and message; `owner` the id of the
    vault that its marker names, empty if that can't be read."""

    place: Path
    faults: list[tuple[str, str]]
    owner: str

    def snapshots(self) -> list[str]:
        """The ids of its snapshots, oldest first."""
        ...

    def open(self, path: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """A file of the backup by its path with slashes; objects are asked for in ascending order of their names.

        Raises FileNotFoundError, OSError.
        """
        ...

    def on_disk(self, path: str, folder: Path) -> Path:
        """Where a file of a snapshot lies by itself; if it does not, it is written to `folder`. Raises OSError."""
        ...


def opened(place: Path) -> contextlib.AbstractContextManager[Source]:
    """The backup at `place`, a folder or a file. Raises NotFound, NewerFormat, StorageFailed."""
    if place.is_dir():
        return contextlib.nullcontext(_folder(place))
    if not place.exists():
        raise NotFound("there is no backup at that place", hint="Is its disk connected?")
    return _file(place)


def _folder(place: Path) -> Source:
    found = FolderSource(place)
    found.faults += _faults_of_marker(found)
    if found.faults and not found.snapshots():
        raise NotFound("that folder is no backup", hint="Name the folder that 'casevault backup create' was given.")
    return found


@contextlib.contextmanager
def _file(place: Path) -> Iterator[Source]:
    try:
        file = os.fdopen(open_plain(place), "rb", buffering=0)
    except OSError as error:
        raise StorageFailed(f"the backup can't be read: {error.strerror}") from None
    with file:
        found = FileSource(place, cast(BinaryIO, file))
        try:
            found.scan()
        except OSError as error:
            raise StorageFailed(f"the backup can't be read: {error.strerror}") from None
        found.faults += _faults_of_marker(found)
        if found.faults and not found.snapshots():
            raise Damaged("that file is no backup, or one that was cut off", hint="")
        yield found


def _faults_of_marker(source: Source) -> list[tuple[str, str]]:
    try:
        source.owner = backup_manifest.parse_marker(read(source, backup_manifest.MARKER, backup_manifest.MAX_MARKER))
    except FileNotFoundError:
        return [(backup_manifest.MARKER, "is missing")]
    except OSError as error:
        return [(backup_manifest.MARKER, f"can't be read: {error.strerror}")]
    except Damaged as error:
        return [(backup_manifest.MARKER, error.message)]
    return []


def read(source: Source, path: str, limit: int) -> bytes:
    """A small file of a backup, and one byte more than `limit` if it is larger. Raises OSError."""
    with source.open(path) as file:
        return file.read(limit + 1)


def open_plain(path: Path) -> int:
    """A descriptor of a plain file, and of nothing else that may lie there under its name. Raises OSError."""
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise FileNotFoundError(0, "it is a link", str(path))
    handle = open_unnoticed(path, getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "it is no plain file", str(path))
    return handle


def is_own_folder(path: Path) -> bool:
    """Whether a folder lies there itself: no link, no junction that leads to another one. Raises OSError but for
    what is not there."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and not getattr(found, "st_reparse_tag", 0) & _NAME_SURROGATE


class Unreadable(Exception):
    """What was to be copied can't be read whole; nothing is wrong with where it was to be copied to."""


class Readable(io.RawIOBase):
    """Tells errors of what is read from those of what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            return int(self._file.readinto(buffer))  # type: ignore[attr-defined]
        except OSError as error:
            raise Unreadable(error.strerror) from None


@dataclass
class FolderSource:
    """A repository."""

    place: Path
    faults: list[tuple[str, str]] = field(default_factory=list)
    owner: str = ""
    _own: set[Path] = field(default_factory=set)
    """Folders that were found to be no links."""

    def snapshots(self) -> list[str]:
        try:
            names = [one.name for one in (self.place / backup_manifest.SNAPSHOTS).iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageFailed(f"the backup can't be read: {error.strerror}") from None
        return sorted(filter(backup_manifest.is_snapshot, names))[-MAX_SNAPSHOTS:]

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        with os.fdopen(open_plain(self._path(path)), "rb") as file:
            yield file

    def on_disk(self, path: str, folder: Path) -> Path:
        return self._path(path)

    def _path(self, path: str) -> Path:
        """Where it lies: within, and not where a link in the place of a folder leads. Raises OSError."""
        *folders, name = path.split("/")
        place = self.place
        for one in folders:
            place /= one
            if place not in self._own:
                if not is_own_folder(place):
                    place.lstat()
                    raise OSError(0, "there is a link in the place of its folder", str(place))
                self._own.add(place)
        return place / name


@dataclass
class FileSource:
    """A backup in one file."""

    place: Path
    file: BinaryIO
    faults: list[tuple[str, str]] = field(default_factory=list)
    owner: str = ""
    _members: dict[str, tuple[int, int]] = field(default_factory=dict)
    _objects: int = 0
    _at: tuple[int, str, int, int] | None = None

    def scan(self) -> None:
        """Find where everything but the objects lies. What does not belong there is skipped, block by block."""
        place, broken, last = 0, False, ""
        self._end = os.fstat(self.file.fileno()).st_size
        while (found := self._member(place)) is not None:
            start, name, size, after = found
            if start != place and not broken:
                self.faults.append(("", f"there is something else at byte {place} of the file"))
                broken = True
            if not self._is_padded(start + backup_file.BLOCK + size, after):
                self.faults.append((name, "there is something else between it and what follows"))
            if not name.startswith(backup_manifest.OBJECTS):
                if name in self._members:
                    self.faults.append((name, "is there twice"))
                self._members[name] = (start + backup_file.BLOCK, size)
            elif name <= last:
                self.faults.append((name, "is in the wrong place"))
            else:
                last = name
            place = after
        self.file.seek(place)
        if self.file.read(len(backup_file.END) + 1) != backup_file.END and not broken:
            self.faults.append(("", "the file was cut off, or something was added at its end"))

    def _is_padded(self, start: int, end: int) -> bool:
        """Whether nothing but zeros follows a member."""
        self.file.seek(start)
        return not self.file.read(end - start).strip(b"\0")

    def _member(self, place: int) -> tuple[int, str, int, int] | None:
        """The next member at or after `place`: where its header starts, name, size, and where the next one starts."""
        while place + backup_file.BLOCK <= self._end:
            self.file.seek(place)
            found = backup_file.parse(self.file.read(backup_file.BLOCK))
            if found is not None:
                after = place + backup_file.BLOCK + found[1] + len(backup_file.padding(found[1]))
                if after <= self._end:
                    return place, found[0], found[1], after
            place += backup_file.BLOCK
        return None

    def snapshots(self) -> list[str]:
        found = {backup_file.snapshot_of(name) for name in self._members}
        return sorted(one for one in found if one is not None)

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        start, size = self._members[path] if path in self._members else self._object(path)
        yield cast(BinaryIO, io.BufferedReader(_Slice(self.file, start, size), COPY_BYTES))

    def _object(self, path: str) -> tuple[int, int]:
        """Objects lie in the order of their names, and are asked for in it."""
        at = self._at
        if at is None or at[1] > path:
            at = self._member(0)
        while at is not None and (at[1] < path or not at[1].startswith(backup_manifest.OBJECTS)):
            at = self._member(at[3])
        self._at = at
        if at is None or at[1] != path:
            raise FileNotFoundError(0, "it is not there", path)
        return at[0] + backup_file.BLOCK, at[2]

    def on_disk(self, path: str, folder: Path) -> Path:
        target = folder / path.rpartition("/")[2]
        with self.open(path) as file, target.open("xb") as out:
            shutil.copyfileobj(file, out, COPY_BYTES)
        return target


class _Slice(io.RawIOBase):
    """So many bytes of a file from a place on, whatever else is read from it in between."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._place, self._end = file, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._place)
        data = self._file.read(min(len(buffer), self._end - self._place))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def manifest(source: Source, snapshot: str) -> backup_manifest.Manifest:
    """The manifest of a snapshot. Raises Damaged, NewerFormat, StorageFailed."""
    path = backup_manifest.snapshot_path(snapshot, backup_manifest.MANIFEST)
    try:
        return backup_manifest.parse(read(source, path, backup_manifest.MAX_MANIFEST), snapshot)
    except FileNotFoundError:
        raise Damaged(f"{path} is missing", hint="") from None
    except OSError as error:
        raise StorageFailed(f"{path} can't be read: {error.strerror}") from None


def newest(source: Source, snapshot: str | None) -> str:
    """The snapshot that is meant: the one that is named, else the newest. Raises NotFound."""
    there = source.snapshots()
    if snapshot is not None and snapshot not in there:
        raise NotFound("the backup has no such snapshot", hint="'casevault backup list BACKUP' shows those it has.")
    if not there:
        raise NotFound("the backup holds no finished snapshot yet")
    return snapshot or there[-1]
