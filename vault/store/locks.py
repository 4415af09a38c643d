"""One lock file beside the vault's databases: shared while objects are written, exclusive to clean up.

SQLite queues the writers of the databases by itself; this lock only keeps a clean-up from taking another
process's half-written objects for leftovers.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vault.errors import Busy, StorageFailed

NAME = "vault.lock"


@contextlib.contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Held while objects are written; any number of processes may hold it."""
    with _opened(folder) as file:
        if not _lock(file.fileno(), exclusive=False, wait=True):
            raise StorageFailed("the vault can't be locked: the system refused it")
        yield


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Held to clean up. Raises Busy at once if another process is writing."""
    with _opened(folder) as file:
        if not _lock(file.fileno(), exclusive=True, wait=False):
            raise Busy("another casevault command is writing to this vault")
        yield


def try_lock(handle: int, *, exclusive: bool) -> bool:
    """Lock an open file at once; False if another one holds it. It goes when the file is closed."""
    return _lock(handle, exclusive=exclusive, wait=False)


def _open_no_link(path: Path) -> int:
    # A link planted under this name would have us make an empty file wherever it leads.
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[BinaryIO]:
    try:
        handle = _open_no_link(folder / NAME)
    except OSError as error:
        raise StorageFailed(f"the vault can't be locked: {error.strerror}") from None
    with os.fdopen(handle, "ab") as file:
        yield file


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _SHARED, _EXCLUSIVE, _NO_WAIT = 0, 2, 1

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p), ("internal_high", ctypes.c_void_p), ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD), ("event", wintypes.HANDLE),
        )  # fmt: skip

    def _lock(handle: int, *, exclusive: bool, wait: bool) -> bool:
        # The lock goes with the handle when the file is closed (LockFileEx, Win32 documentation).
        flags = (_EXCLUSIVE if exclusive else _SHARED) | (0 if wait else _NO_WAIT)
        file = wintypes.HANDLE(msvcrt.get_osfhandle(handle))
        return bool(ctypes.windll.kernel32.LockFileEx(file, flags, 0, 1, 0, ctypes.byref(_Overlapped())))
else:
    import fcntl

    def _lock(handle: int, *, exclusive: bool, wait: bool) -> bool:
        mode = (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(handle, mode)
        except BlockingIOError:
            return False
        return True
