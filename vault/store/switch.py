"""New databases beside the old ones, and the switch to them, which is whole whenever a process stops.

`catalog.db.next` and `audit.db.next` are the databases under the keys of a new root key. What counts is the header:
as long as it is that of the old root key, they are leftovers; from the moment on at which it is that of the new one,
they are the vault's databases and only wait for their names. Which of the two it is, the keys tell: a database opens
under the keys of the header that is there, or it does not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from vault.errors import Busy, Damaged, StorageFailed
from vault.store import catalogue, in_use, sqlcipher, wipe
from vault.store.durable import sync_file, sync_folder

CATALOGUE = catalogue.NAME
AUDIT = "audit.db"
NEXT = ".next"
PATIENCE_SECONDS = 1.0
"""How long an opening waits to be alone with a vault in which it finds new databases."""
_BESIDE = ("-wal", "-shm", "-journal")
_MODE = 0o600


def next_of(folder: Path, name: str) -> Path:
    """Where the new database lies."""
    return folder / (name + NEXT)


def is_pending(folder: Path) -> bool:
    """Whether there are new databases, or what an interrupted switch left of old ones."""
    return any(path.exists() for name in (CATALOGUE, AUDIT) for path in (next_of(folder, name), _old(folder, name)))


def size(folder: Path) -> int:
    """Bytes of both databases."""
    with _errors():
        return sum((folder / name).stat().st_size for name in (CATALOGUE, AUDIT))


def copy(folder: Path, name: str) -> Path:
    """A copy of a database beside it, under its old key still; nobody has the vault open. Raises StorageFailed."""
    made = next_of(folder, name)
    discard(folder, name)
    with _errors():
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _MODE)
        with os.fdopen(handle, "wb") as target, (folder / name).open("rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)
    return made


def rekey(path: Path, old: bytes, new: bytes) -> None:
    """Encrypt every page of a database anew, durably. Nobody has it open. Raises Damaged, StorageFailed."""
    db = sqlcipher.connect(path, old)
    try:
        sqlcipher.rekey(db, new, path.name)
    finally:
        db.close()
    with _errors():
        sync_file(path)
        sync_folder(path.parent)


def make_durable(folder: Path, name: str) -> None:
    """A new database that was closed is on the disk, and nothing of it lies beside it. Raises StorageFailed."""
    with _errors():
        if any((folder / (name + NEXT + suffix)).exists() for suffix in _BESIDE):
            raise StorageFailed("a new database could not be closed", hint="Repeat the command.")
        sync_file(next_of(folder, name))
        sync_folder(folder)


def discard(folder: Path, name: str) -> None:
    """Remove a new database that is not wanted. Raises StorageFailed."""
    with _errors():
        for suffix in ("", *_BESIDE):
            path = folder / (name + NEXT + suffix)
            path.unlink(missing_ok=True)


def finish(folder: Path, keys: dict[str, bytes]) -> None:
    """Bring the databases in line with the header whose keys these are, by name: finish a switch that was interrupted
    after its header was written, and drop what one left that was interrupted before.

    Nothing happens while another process has the vault open: then these are leftovers, or it is at it itself.
    Raises StorageFailed.
    """
    if not is_pending(folder):
        return
    with contextlib.suppress(Busy), in_use.alone(folder, PATIENCE_SECONDS):
        for name, key in keys.items():
            _settle(folder, name, key)


def _settle(folder: Path, name: str, key: bytes) -> None:
    made = next_of(folder, name)
    if made.exists():
        if _opens(folder / name, key):
            discard(folder, name)
        elif _opens(made, key):
            _put(folder, name)
    if _opens(folder / name, key):
        with contextlib.suppress(OSError):
            wipe.discard_link(_old(folder, name))


def _put(folder: Path, name: str) -> None:
    with _errors():
        # A process of before the switch that was killed may have left these; they are of the old file.
        for suffix in _BESIDE:
            (folder / (name + suffix)).unlink(missing_ok=True)
        with _destroying(folder / name):
            os.replace(next_of(folder, name), folder / name)
            sync_folder(folder)


@contextlib.contextmanager
def _destroying(path: Path) -> Iterator[None]:
    """Write over the file that is replaced in the body, as far as that can be done."""
    if not path.exists():
        yield
        return
    old = wipe.Held(path)
    try:
        yield
        with contextlib.suppress(OSError):
            old.overwrite()
    finally:
        old.close()


def _old(folder: Path, name: str) -> Path:
    return folder / (name + wipe.OLD)


def _opens(path: Path, key: bytes) -> bool:
    try:
        sqlcipher.connect(path, key).close()
    except Damaged:
        return False
    return True


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"the vault's databases can't be replaced: {error.strerror}",
            hint="Free disk space or check permissions, then repeat the command.",
        ) from None
