"""Who has a vault open: shared for as long as a database of it is open, alone to put other databases in their place.

SQLite does not survive a file that is replaced while somebody has it open: the one who closes last would remove the
write-ahead log of the new file. So whoever replaces the databases first sees to it that nobody has them open.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from vault.errors import Busy, StorageFailed
from vault.store import locks

NAME = "vault.use"
WAIT_SECONDS = 30.0
_STEP_SECONDS = 0.05
_alone: set[str] = set()
"""Folders that this process has for itself: what it opens in them needs no share of the lock."""
Release = Callable[[], None]


def share(database: Path) -> Release:
    """Say that a database of the vault is open until the function that is given back is called.

    Raises Busy if another process has the vault for itself for too long. Where no lock can be made, such as on a disk
    that can't be written, nobody can replace anything either.
    """
    folder = database.parent
    if _named(folder) in _alone or not database.exists():
        return _nothing
    try:
        handle = _opened(folder)
    except OSError:
        return _nothing
    try:
        _wait_for(handle, exclusive=False)
    except BaseException:
        os.close(handle)
        raise
    return lambda: os.close(handle)


@contextlib.contextmanager
def alone(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Have the vault for this process alone, which must not have it open itself.

    Raises Busy if another process still has it open after `wait` seconds, StorageFailed.
    """
    if _named(folder) in _alone:
        yield
        return
    try:
        handle = _opened(folder)
    except OSError as error:
        raise StorageFailed(f"the vault can't be locked: {error.strerror}") from None
    try:
        _wait_for(handle, exclusive=True, wait=wait)
        _alone.add(_named(folder))
        try:
            yield
        finally:
            _alone.discard(_named(folder))
    finally:
        os.close(handle)


def _nothing() -> None:
    pass


def _named(folder: Path) -> str:
    return os.path.realpath(folder)


def _opened(folder: Path) -> int:
    # Read only is enough for a lock, and works on a full disk once the file is there.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(folder / NAME, flags)
    except FileNotFoundError:
        return os.open(folder / NAME, flags | os.O_CREAT, 0o600)


def _wait_for(handle: int, *, exclusive: bool, wait: float = WAIT_SECONDS) -> None:
    end = time.monotonic() + wait
    while not locks.try_lock(handle, exclusive=exclusive):
        if time.monotonic() >= end:
            if exclusive:
                raise Busy(
                    "another casevault command has this vault open",
                    hint="Close it there (a shell, a running command, 'casevault lock'), then repeat this.",
                )
            raise Busy("another casevault command has this vault for itself", hint="Try again when it is done.")
        time.sleep(_STEP_SECONDS)
