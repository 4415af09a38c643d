"""Stored files: one age file each, padded, under a random name, written whole before anything refers to it.

Plaintext of an object: the file's bytes, zeros up to the padded length, and the file's length as 8 bytes (big
endian) at the very end. So `age -d` and `head -c LENGTH` give it back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import re
import secrets
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from vault.crypto import age
from vault.errors import Damaged, StorageFailed, WrongSecret
from vault.formats.padding import padded_length
from vault.store.durable import EarlyWriter, quick_turns, sync_file, sync_file_system, sync_folder

TRAILER_BYTES = 8
BUFFER_BYTES = 1 << 20
BUFFERS = 6
SMALL_BYTES = 1 << 17
FIXED_TIME_NS = 1_000_000_000 * 946_684_800  # 2000-01-01: says nothing, and every file system can hold it
GROUPED_FILES = 16
GROUPED_BYTES = 8 << 20
SUFFIX = ".age"
PART_SUFFIX = ".part"
NAME_BYTES = 16
_NAME = re.compile(r"[0-9a-f]{32}")
_ZEROS = bytes(BUFFER_BYTES)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was written: sizes in bytes, hashes raw."""

    name: str
    size: int
    sha256: bytes
    header_mac: bytes
    stored_size: int


class ObjectStore:
    """The `objects` folder of one vault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders: set[str] = set()

    def path(self, name: str) -> Path:
        """Where an object lies. Raises Damaged for a name that is none."""
        if not _NAME.fullmatch(name):
            raise Damaged("the catalogue names an object in an impossible way")
        return self.folder / name[:2] / (name + SUFFIX)

    def put(
        self,
        source: BinaryIO,
        recipients: Sequence[age.Recipient],
        progress: Progress | None = None,
        *,
        durable: bool = True,
        name: str | None = None,
    ) -> StoredObject:
        """Encrypt `source` into a new object in one pass, under a random name where none is given.

        Before a row refers to it, call `sync_folders`, or `make_durable` where it was not `durable`. Raises
        StorageFailed, and leaves nothing, if it can't.
        """
        name = name or secrets.token_hex(NAME_BYTES)
        final = self.path(name)
        part = final.with_suffix(PART_SUFFIX)
        with _storage_errors("an object"):
            if name[:2] not in self._folders:
                final.parent.mkdir(exist_ok=True)
                self._folders.add(name[:2])
            try:
                stored = _write(part, name, source, recipients, progress)
                if durable or stored.stored_size > GROUPED_BYTES:
                    sync_file(part)
                os.replace(part, final)
            except BaseException:
                part.unlink(missing_ok=True)
                self.fix_times([name[:2]])
                raise
        return stored

    def make_durable(self, objects: Sequence[StoredObject]) -> None:
        """Make new objects durable, many at the price of one: content, names, folders."""
        if len(objects) >= GROUPED_FILES and sync_file_system(self.folder):
            self.fix_times({stored.name[:2] for stored in objects})
            return
        with _storage_errors("an object"):
            for stored in objects:
                if stored.stored_size <= GROUPED_BYTES:
                    sync_file(self.path(stored.name))
        self.sync_folders(objects)

    def sync_folders(self, objects: Sequence[StoredObject]) -> None:
        """Make the entries of new objects durable, and give their folders the fixed time too."""
        with _storage_errors("the objects' folder"):
            for folder in {self.path(stored.name).parent for stored in objects}:
                sync_folder(folder)
            sync_folder(self.folder)
        self.fix_times({stored.name[:2] for stored in objects})

    def fix_times(self, prefixes: Iterable[str] | None = None) -> None:
        """Give these folders (None: all) and the one that they lie in the fixed time again: else they tell when
        something was last added or removed. What can't be set stays; nothing depends on it."""
        if prefixes is None:
            prefixes = [path.name for path in self.folder.glob("[0-9a-f][0-9a-f]")]
        for folder in (*(self.folder / prefix for prefix in prefixes), self.folder):
            with contextlib.suppress(OSError):
                os.utime(folder, ns=(FIXED_TIME_NS, FIXED_TIME_NS))

    @contextlib.contextmanager
    def open(
        self, name: str, header_mac: bytes, size: int, identities: Sequence[age.Identity], what: str
    ) -> Iterator[Iterator[bytes]]:
        """The plaintext in authenticated chunks. `what` names the item in errors.

        Raises Damaged before the first chunk if this is not the file that the row means, and while reading if a
        byte was altered, cut off or added.
        """
        try:
            handle = open_unnoticed(self.path(name))
        except FileNotFoundError:
            raise Damaged(f"the stored file of {what} is missing from the vault") from None
        except OSError as error:
            raise StorageFailed(f"the stored file of {what} can't be read: {error.strerror}") from None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Damaged(f"what lies in the place of the stored file of {what} is no file")
            yield plaintext(file, header_mac, size, identities, what)

    def remove(self, name: str) -> None:
        """Delete an object; it may be gone already."""
        with _storage_errors("an object"):
            self.path(name).unlink(missing_ok=True)
        self.fix_times([name[:2]])

    def names(self) -> Iterator[str]:
        """The names of all whole objects on disk."""
        for path in self.folder.glob(f"[0-9a-f][0-9a-f]/*{SUFFIX}"):
            yield path.stem

    def strays(self) -> Iterator[Path]:
        """Whatever lies in the folder and is no object: half-written files, and things put there by others."""
        for path in self.folder.rglob("*"):
            if path.is_dir() and path.parent == self.folder and re.fullmatch("[0-9a-f]{2}", path.name):
                continue
            if not (path.suffix == SUFFIX and _NAME.fullmatch(path.stem) and path.parent.name == path.stem[:2]):
                yield path


def open_unnoticed(path: Path, flags: int = 0) -> int:
    """A descriptor to read from, without leaving the time of it where the system allows that."""
    # Linux can read without noting when; only for whom the file belongs to, and not on every file system.
    # Without waiting: somebody may have put a pipe in the file's place, and opening one waits for a writer.
    flags |= os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    with contextlib.suppress(PermissionError):
        return os.open(path, flags | getattr(os, "O_NOATIME", 0))
    return os.open(path, flags)


def _write(
    part: Path, name: str, source: BinaryIO, recipients: Sequence[age.Recipient], progress: Progress | None
) -> StoredObject:
    with part.open("xb", buffering=0) as out:
        encryptor = age.Encryptor(EarlyWriter(cast(BinaryIO, out)), recipients)
        digest = hashlib.sha256()
        size = hashed_copy(source, digest.update, encryptor.write, progress)
        for length in _padding(size):
            encryptor.write(_ZEROS[:length])
        encryptor.write(size.to_bytes(TRAILER_BYTES, "big"))
        encryptor.close()
        os.utime(out.fileno() if os.utime in os.supports_fd else part, ns=(FIXED_TIME_NS, FIXED_TIME_NS))
        stored_size = out.tell()
    return StoredObject(name, size, digest.digest(), encryptor.header_mac, stored_size)


def _padding(size: int) -> Iterator[int]:
    left = padded_length(size + TRAILER_BYTES) - size - TRAILER_BYTES
    while left:
        step = min(left, BUFFER_BYTES)
        yield step
        left -= step


def hashed_copy(
    source: BinaryIO, digest: Callable[[memoryview], object], write: Callable[[memoryview], object],
    progress: Progress | None = None,
) -> int:  # fmt: skip
    """Read `source` to its end; hash in this thread, encrypt and write in another. Returns how many bytes there were.

    Small sources need no second thread, and only for large ones is progress told."""
    first = bytearray(SMALL_BYTES)
    got = _fill(source, first)
    if got == SMALL_BYTES:
        first += bytes(BUFFER_BYTES - SMALL_BYTES)
        got += _fill(source, first, got)
    if got < BUFFER_BYTES:
        digest(memoryview(first)[:got])
        write(memoryview(first)[:got])
        return got
    with quick_turns():
        return _copy_in_two_threads(source, first, digest, write, progress)


def _copy_in_two_threads(
    source: BinaryIO, first: bytearray, digest: Callable[[memoryview], object],
    write: Callable[[memoryview], object], progress: Progress | None,
) -> int:  # fmt: skip
    free: queue.SimpleQueue[bytearray] = queue.SimpleQueue()
    full: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
    failure: list[BaseException] = []
    for _ in range(BUFFERS):
        free.put(bytearray(BUFFER_BYTES))

    def writer() -> None:
        while (view := full.get()) is not None:
            try:
                if not failure:
                    write(view)
            except BaseException as error:
                failure.append(error)  # raised again in the caller's thread
            free.put(view.obj)  # type: ignore[arg-type]

    thread = threading.Thread(target=writer, name="encrypt", daemon=True)
    thread.start()
    size, buffer, got = 0, first, len(first)
    try:
        while got and not failure:
            view = memoryview(buffer)[:got]
            full.put(view)
            digest(view)
            size += got
            if progress:
                progress(got)
            buffer = free.get()
            got = _fill(source, buffer)
    finally:
        full.put(None)
        thread.join()
    if failure:
        raise failure[0]
    return size


def _fill(source: BinaryIO, buffer: bytearray, start: int = 0) -> int:
    view, got = memoryview(buffer)[start:], 0
    while got < len(view):
        step = source.readinto(view[got:])  # type: ignore[attr-defined]
        if not step:
            break
        got += step
    return got


def plaintext(
    file: BinaryIO, header_mac: bytes, size: int, identities: Sequence[age.Identity], what: str
) -> Iterator[bytes]:
    """What an object's file holds, as `ObjectStore.open` gives it."""
    try:
        decryptor = age.Decryptor(file, identities)
        if decryptor.header_mac != header_mac:
            raise Damaged(f"the stored file of {what} was swapped with another")
        yield from _without_padding(decryptor.chunks(), size, what)
    except OSError as error:
        raise StorageFailed(f"the stored file of {what} can't be read: {error.strerror}") from None
    except Damaged as error:
        raise Damaged(f"the stored file of {what} is damaged: {error.message}") from None
    except WrongSecret:
        raise Damaged(f"the stored file of {what} belongs to another case or was altered") from None


def _without_padding(chunks: Iterator[bytes], size: int, what: str) -> Iterator[bytes]:
    left, total, tail = size, 0, b""
    for chunk in chunks:
        total += len(chunk)
        tail = (tail + chunk)[-TRAILER_BYTES:]
        if left:
            yield chunk[:left] if left < len(chunk) else chunk
            left -= min(left, len(chunk))
    if total != padded_length(size + TRAILER_BYTES) or int.from_bytes(tail, "big") != size:
        raise Damaged(f"the stored file of {what} has another length than was recorded")


@contextlib.contextmanager
def _storage_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"{what} can't be written: {error.strerror}", hint="Free disk space or check permissions, then try again."
        ) from None
