"""New files outside the vault: whole or not at all, never over an existing one, never into a cloud folder."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import queue
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from vault.errors import OutputExists, StorageFailed, Usage
from vault.store import header_file
from vault.store.durable import EarlyWriter, quick_turns, sync_folder

TOGETHER = 16
"""Chunks of 64 KiB that go from one thread of `pour` to the others in one piece."""
MAX_WAITING = 4
"""Such pieces that may wait for each of them."""

Progress = Callable[[int], None]


def check(path: Path, what: str) -> None:
    """Refuse an output path early: it exists, its folder does not, or that belongs to a vault."""
    if path.exists() or path.is_symlink():
        raise OutputExists(f"{what} exists already")
    if not path.parent.is_dir():
        raise Usage(f"the folder for {what} does not exist")
    refuse_inside_vault(path, what)


def refuse_inside_vault(path: Path, what: str) -> None:
    """Raise Usage if `path` lies in the folder of a vault: plain files there would travel with it unseen."""
    if any(_is_vault(folder) for folder in path.resolve().parents):
        raise Usage(f"{what} would lie inside a vault's folder", hint="Choose a folder outside it.")


def _is_vault(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / header_file.NAME).exists() and (folder / "objects").is_dir()
    return False


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when the body has ended well; readable by its owner alone.

    Until then it lies beside that name, at the path that the file object's `name` gives.
    """
    part = path.parent / f".casevault-{secrets.token_hex(6)}.part"
    try:
        with open(part, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        give_name(part, path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageFailed(f"the output can't be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def new_files(paths: Sequence[Path]) -> Iterator[list[BinaryIO]]:
    """Several files that belong together: all appear when the body has ended well, or none is left.

    A body that notes them calls `settle` first: then nothing is left to do after it but to give the names.
    """
    parts = [path.parent / f".casevault-{secrets.token_hex(6)}.part" for path in paths]
    made: list[os.stat_result] = []
    whole = False
    try:
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(open(part, "xb", opener=_private)) for part in parts]
            yield list(files)
            settle(files)
        made = [part.lstat() for part in parts]
        for part, path in zip(parts, paths, strict=True):
            give_name(part, path)
        for folder in {path.parent for path in paths}:
            sync_folder(folder)
        whole = True
    except OSError as error:
        raise StorageFailed(f"the output can't be written: {error.strerror}") from None
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
        if not whole:
            for path, mine in zip(paths, made, strict=False):
                _remove_own(path, mine)


def settle(files: Sequence[BinaryIO]) -> None:
    """Make files durable, and end them. Raises OSError where the disk has no room for the last of them."""
    for file in files:
        if not file.closed:
            file.flush()
            os.fsync(file.fileno())
            file.close()


def settle_folder(building: Path, path: Path) -> None:
    """The same for a folder that `new_folder` gave, whose files are durable. Raises OutputExists, OSError."""
    refuse_taken([path])
    sync_folder(building)


def refuse_taken(paths: Sequence[Path]) -> None:
    """Raise OutputExists if another program took one of these names meanwhile."""
    for path in paths:
        if path.exists() or path.is_symlink():
            raise OutputExists("the output exists already")


def _remove_own(path: Path, mine: os.stat_result) -> None:
    """Take back a name that was given; one that another program gave to its own file stays."""
    with contextlib.suppress(OSError):
        if os.path.samestat(path.lstat(), mine):
            path.unlink()


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that appears under its name only when the body has ended well; it is given under another one."""
    building = path.parent / f".casevault-{secrets.token_hex(6)}.part"
    named = whole = False
    try:
        building.mkdir(mode=0o700)
        yield building
        if path.exists():
            raise OutputExists("the folder exists already")
        building.rename(path)
        named = True
        sync_folder(path.parent)
        whole = True
    except OSError as error:
        raise StorageFailed(f"the folder can't be written: {error.strerror}") from None
    finally:
        if not whole:
            shutil.rmtree(path if named else building, ignore_errors=True)


def write_in(folder: Path, name: str, data: bytes) -> None:
    """A new file in a new folder, made durable; `name`, which may have a folder in it, is ours or was checked."""
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    with open(target, "xb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def give_name(part: Path, path: Path) -> None:
    """Give a finished file its name, never over another one. Raises OutputExists, OSError."""
    # A plain rename would replace a file that appeared meanwhile; a hard link can't. Windows' rename can't either.
    try:
        if os.name == "nt":
            part.rename(path)
        else:
            os.link(part, path)
    except FileExistsError:
        raise OutputExists("the output exists already") from None
    except OSError:
        # A file system without hard links, such as a USB stick's.
        if path.exists():
            raise OutputExists("the output exists already") from None
        part.rename(path)


def pour(
    chunks: Iterator[bytes], file: BinaryIO, digest: Callable[[bytes], object], progress: Progress | None = None
) -> None:
    """Write all chunks and feed them to `digest`. This thread decrypts the next ones, two others hash and write."""
    failure: list[BaseException] = []
    stages = [_Stage("hash", digest, failure), _Stage("write", EarlyWriter(file).write, failure)]
    try:
        with quick_turns():
            for some in batched(chunks):
                piece = b"".join(some)
                for stage in stages:
                    stage.waiting.put(piece)
                if failure:
                    break
                if progress:
                    progress(len(piece))
    finally:
        for stage in stages:
            stage.end()
    if failure:
        raise failure[0]


class _Stage:
    """A thread that does one thing with each piece, in order; what fails is kept for the caller's thread."""

    def __init__(self, name: str, act: Callable[[bytes], object], failure: list[BaseException]) -> None:
        self.waiting: queue.Queue[bytes | None] = queue.Queue(MAX_WAITING)
        self._act, self._failure = act, failure
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (piece := self.waiting.get()) is not None:
            try:
                if not self._failure:
                    self._act(piece)
            except BaseException as error:
                self._failure.append(error)

    def end(self) -> None:
        """Let it finish what is waiting."""
        self.waiting.put(None)
        self._thread.join()


def batched(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Chunks, TOGETHER at a time."""
    while some := list(itertools.islice(chunks, TOGETHER)):
        yield some


class ChunkReader(io.RawIOBase):
    """Chunks as something that can be read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not len(self._left):
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
