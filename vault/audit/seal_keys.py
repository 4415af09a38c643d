"""The seal key of a log, on this device and outside the vault: copies and backups of the vault must not hold it.

One small file a log in the state folder, of a fixed length, written over in place: an old key is to be gone from the
disk, and a rename would leave it in a free block. What the disk's own controller or a journal keeps of it is out of
reach. The key in it is wrapped under a key of the vault (RFC 3394), so that the file alone tells nothing, and all of
it bears a MAC under that key, so that nobody without the vault's keys can have days left out or counted anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vault.crypto import kdf
from vault.errors import Busy, Damaged, StorageFailed
from vault.formats import canonical
from vault.session import places
from vault.store import locks
from vault.store.durable import sync_folder

FILE_BYTES = 1024


@dataclass(frozen=True, slots=True, repr=False)
class SealKey:
    """The chain's statement as JSON members, the epoch that is to be sealed next, and its key."""

    statement: dict[str, Any]
    epoch: int
    key: bytes


def _folder(log: str) -> Path:
    return places.state_folder() / "seals" / hashlib.sha256(log.encode()).hexdigest()[:16]


@contextlib.contextmanager
def held(log: str) -> Iterator[bool]:
    """Only one process seals at a time: True for whoever may. False too where nothing can be kept on this device."""
    folder = _folder(log)
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(locks.exclusive(folder))
            mine = True
        except (OSError, Busy, StorageFailed):
            mine = False
        yield mine


def exists(log: str) -> bool:
    """Whether this device has a key for the log."""
    return (_folder(log) / "key").exists()


def read(log: str, wrap: bytes) -> SealKey | None:
    """The key, or None if there is none here that `wrap` opens."""
    try:
        data = (_folder(log) / "key").read_bytes()
        value = canonical.load(data.rstrip(b" "), "the seal key", limit=FILE_BYTES)
        if not kdf.same(bytes.fromhex(value.pop("mac")), _mac(wrap, value)):
            return None
        key = kdf.unwrap(wrap, bytes.fromhex(value["key"]))
        statement, epoch = value["statement"], value["epoch"]
    except (OSError, Damaged, AttributeError, KeyError, TypeError, ValueError):
        return None
    if key is None or not isinstance(statement, dict) or type(epoch) is not int or epoch < 0:
        return None
    return SealKey(statement, epoch, key)


def _mac(wrap: bytes, members: dict[str, Any]) -> bytes:
    return kdf.hmac_sha256(kdf.hkdf(wrap, "casevault/v1/seal/file"), canonical.dump(members))


def write(log: str, wrap: bytes, new: SealKey) -> None:
    """Put a key in the place of the one before it, durably. Raises StorageFailed."""
    members = {"epoch": new.epoch, "key": kdf.wrap(wrap, new.key).hex(), "statement": new.statement, "v": 1}
    data = canonical.dump({**members, "mac": _mac(wrap, members).hex()}).ljust(FILE_BYTES)
    folder = _folder(log)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(folder / "key", flags, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
    except OSError as error:
        raise StorageFailed(f"the key of the log's seals can't be kept: {error.strerror}") from None


def forget(log: str) -> None:
    """Remove the key of a log that is not used any more."""
    folder = _folder(log)
    for name in ("key", locks.NAME):
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
