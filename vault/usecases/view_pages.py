"""Where a page of `evidence view` lies while somebody reads it, and how it goes when whoever made it is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vault.errors import StorageFailed
from vault.model.ids import new_id
from vault.session import places
from vault.store import locks

FOLDER = "view"
LOCK = "lock"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of our own for one page. `lock` is locked for as long as this process lives, however it ends."""

    page: Path
    lock: BinaryIO

    def remove(self) -> None:
        """Delete the page and all that lies beside it. It is sealed: who finds it later can't read it."""
        with contextlib.suppress(OSError):
            self.lock.close()  # Windows deletes no file that is open
        shutil.rmtree(self.page.parent, ignore_errors=True)


def new() -> Place:
    """A place in the program's own folder, under a name that says nothing; left ones are removed first.

    Raises StorageFailed.
    """
    sweep()
    folder = places.state_folder() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for _ in range(TRIES):
            name = new_id("E").replace("E-", "EX-")
            if (lock := _locked(folder / name)) is not None:
                return Place(folder / name / f"{name}.html", lock)
    except OSError as error:
        raise StorageFailed(f"the page can't be written: {error.strerror}") from None
    raise StorageFailed("the page can't be written: its folder can't be locked")


def _locked(own: Path) -> BinaryIO | None:
    """The new folder's lock, held; None if another process took the folder for a leftover before it was."""
    own.mkdir(mode=0o700)
    try:
        lock = (own / LOCK).open("xb")
    except FileNotFoundError:
        return None
    with contextlib.suppress(OSError):
        if locks.try_lock(lock.fileno(), exclusive=True) and os.path.samestat(
            os.fstat(lock.fileno()), (own / LOCK).stat()
        ):
            return lock
    lock.close()
    return None


def is_own(path: Path) -> bool:
    """Whether a page lies where `new` puts them, under a name that was drawn."""
    return path.parent.parent == places.state_folder() / FOLDER


def sweep() -> None:
    """Remove the pages whose process is gone, at once; those that are being read stay. Never raises."""
    with contextlib.suppress(OSError, RuntimeError):
        for left in (places.state_folder() / FOLDER).iterdir():
            with contextlib.suppress(OSError):
                _remove_left(left)


def _remove_left(left: Path) -> None:
    if left.is_symlink() or not left.is_dir():
        left.unlink()
        return
    try:
        lock = (left / LOCK).open("r+b")
    except FileNotFoundError:
        shutil.rmtree(left, ignore_errors=True)
        return
    with lock:
        free = locks.try_lock(lock.fileno(), exclusive=True)
        if free and os.name != "nt":
            shutil.rmtree(left, ignore_errors=True)
    if free:
        shutil.rmtree(left, ignore_errors=True)
