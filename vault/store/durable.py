"""Makes files durable: one by one, a folder, a whole file system, or early while more is still being written."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

EARLY_BYTES = 16 << 20
SWITCH_SECONDS = 0.0002
_START_WRITING = 2  # SYNC_FILE_RANGE_WRITE of sync_file_range(2)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable. Windows has no such call: its rename is journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file_system(folder: Path) -> bool:
    """Linux: write out the whole file system that `folder` is on, in one go. False where that can't be done."""
    syncfs = _c_function("syncfs")
    if syncfs is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        return bool(syncfs(handle) == 0)
    finally:
        os.close(handle)


class EarlyWriter:
    """Passes writes on, and has the system start on them at once, so that the sync at the end finds little left."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._range = _c_function("sync_file_range")
        self._done = self._started = 0

    def write(self, data: bytes | memoryview) -> int:
        """All of it: a file without a buffer may take a part only, as the last of a full disk's space."""
        view = memoryview(data).cast("B")
        count = len(view)
        while len(view):
            view = view[self._file.write(view) :]
        self._done += count
        if self._range is not None and self._done - self._started >= EARLY_BYTES:
            import ctypes

            # Only a hint: whether it took hold does not matter, the sync at the end is what counts.
            start, length = ctypes.c_int64(self._started), ctypes.c_int64(self._done - self._started)
            self._range(self._file.fileno(), start, length, ctypes.c_uint(_START_WRITING))
            self._started = self._done
        return count


@functools.cache
def _c_function(name: str) -> Any:
    if sys.platform != "linux":
        return None
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        return getattr(ctypes.CDLL(None), name)
    return None


@contextlib.contextmanager
def quick_turns() -> Iterator[None]:
    """Let two threads that share one large copy take turns often: one encrypts while it holds the interpreter, the
    other needs it for a moment between two long calls outside of it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
