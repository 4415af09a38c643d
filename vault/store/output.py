"""New files outside the vault: whole or not at all, never over an existing one, never into a cloud folder."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from vault.errors import OutputExists, StorageFailed, Usage
from vault.store.objects import sync_folder

MAX_WAITING = 64
"""Chunks of 64 KiB between the two threads of `pour`."""


def check(path: Path, what: str) -> None:
    """Refuse an output path early: it exists, or its folder does not."""
    if path.exists() or path.is_symlink():
        raise OutputExists(f"{what} exists already")
    if not path.parent.is_dir():
        raise Usage(f"the folder for {what} does not exist")


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
        _give_name(part, path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageFailed(f"the output can't be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _give_name(part: Path, path: Path) -> None:
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


def pour(chunks: Iterator[bytes], file: BinaryIO, progress: Callable[[int], None] | None = None) -> None:
    """Write all chunks; this thread decrypts and hashes the next ones while another writes."""
    waiting: queue.Queue[bytes | None] = queue.Queue(MAX_WAITING)
    failure: list[BaseException] = []

    def writer() -> None:
        while (chunk := waiting.get()) is not None:
            try:
                if not failure:
                    file.write(chunk)
            except BaseException as error:
                failure.append(error)  # raised again in the caller's thread

    thread = threading.Thread(target=writer, name="write", daemon=True)
    thread.start()
    try:
        for chunk in chunks:
            waiting.put(chunk)
            if failure:
                break
            if progress:
                progress(len(chunk))
    finally:
        waiting.put(None)
        thread.join()
    if failure:
        raise failure[0]


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
