"""Destroys the bytes of a file that is replaced, as far as a program can: they are written over where they lay.

A rename leaves the old file's bytes on the disk. So the old file is held open while it is replaced, then written over
through that handle. SSDs, snapshots and file systems that never write in place keep older bytes all the same: whoever
calls this says so.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

OLD = ".old.part"
MAX_BYTES = 1 << 30
_STEP = 1 << 20
_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Held:
    """The file that stood at a path when this was made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._link: Path | None = None
        if os.name == "nt":
            # Windows replaces no file that is open; a second name keeps the old one within reach.
            self._link = path.with_name(path.name + OLD)
            discard_link(self._link)
            os.link(path, self._link)
        else:
            self._handle = _open(path)

    def overwrite(self) -> bool:
        """Write over it, if another file stands in its place now; True if that was done and is on the disk.

        Raises OSError.
        """
        if self._link is not None:
            if self._is_there(self._link.stat()):
                return False
            destroy(self._link)
            self._link = None
            return True
        if self._handle is None or self._is_there(os.fstat(self._handle)):
            return False
        fill(self._handle)
        return True

    def _is_there(self, held: os.stat_result) -> bool:
        # What still stands at the path is in use: it must not lose a byte.
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(held, self._path.stat())
        return False

    def close(self) -> None:
        """Let go of it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self._link is not None:
            with contextlib.suppress(OSError):
                discard_link(self._link)


def _open(path: Path) -> int:
    try:
        return os.open(path, _FLAGS)
    except PermissionError:
        if path.is_symlink():
            raise
        path.chmod(0o600)  # read-only, but ours: it is about to be destroyed
        return os.open(path, _FLAGS)


@contextlib.contextmanager
def holding(path: Path) -> Iterator[Held | None]:
    """Hold on to the file at `path` while the body replaces it; None if it can't be held: what replaces it must not
    wait for that, on a disk without hard links under Windows for one."""
    held = None
    with contextlib.suppress(OSError):
        held = Held(path)
    try:
        yield held
    finally:
        if held is not None:
            held.close()


def destroy(path: Path) -> None:
    """Write over a file and delete it. A link is deleted alone, and so is what has another name. Raises OSError."""
    handle = None
    with contextlib.suppress(FileNotFoundError):
        if not path.is_symlink() and path.stat().st_nlink == 1:
            handle = _open(path)
    if handle is not None:
        try:
            fill(handle)
        finally:
            os.close(handle)
    path.unlink(missing_ok=True)


def discard_link(link: Path) -> None:
    """Remove what an earlier `Held` left: its bytes too, unless they are those of a file in use. Raises OSError."""
    destroy(link)


def fill(handle: int) -> None:
    """Random bytes over all of an open file, and onto the disk; its length stays. Raises OSError."""
    left = min(os.fstat(handle).st_size, MAX_BYTES)
    os.lseek(handle, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(handle, os.urandom(min(left, _STEP)))
    os.fsync(handle)
