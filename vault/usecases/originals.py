"""Originals that lie outside the vault in plain text: still there, or deleted once the stored copy verifies.

Deleting a file does not wipe it: on an SSD, and wherever the system keeps snapshots or backups, its blocks may be
read for a long time. The commands say so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vault.errors import CasevaultError, StorageFailed
from vault.model.records import Evidence
from vault.store.catalogue import PlaintextCopy
from vault.usecases.unlocked import UnlockedVault

MAX_CHECKED = 100_000
"""Plain copies that are looked for at a time: a second or two on a slow disk."""
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Lying:
    """A file outside the vault that still holds an item in plain text; `origin` is original, get or preview. What
    a preview shows is of a whole case: then `evidence_id` is the case's."""

    path: str
    evidence_id: str
    origin: str


def still_there(vault: UnlockedVault, limit: int = MAX_CHECKED) -> list[Lying]:
    """The plain copies that still exist, the latest first; those that are gone are forgotten. Of more than `limit`
    the older ones are not looked for."""
    copies = vault.catalogue.plaintext(limit)
    gone = {copy.path for copy in copies if not os.path.lexists(copy.path)}
    if gone:
        with vault.catalogue.transaction():
            vault.catalogue.forget_plaintext(sorted(gone))
    return [Lying(copy.path, copy.evidence_id, copy.origin) for copy in copies if copy.path not in gone]


def noted_path(path: Path) -> str:
    """A path as the catalogue notes it: where the bytes lie, not a link that leads there."""
    try:
        found = path.resolve()
    except (OSError, RuntimeError, ValueError):
        found = path.absolute()
    return str(found).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def note(vault: UnlockedVault, file: BinaryIO, out: Path, about: str, origin: str) -> str:
    """Note a plain copy before it is written (`file`, see `output.new_file`): should this process be stopped,
    `status` still knows of what it left. Returns the unfinished file's path, to forget once it has its name."""
    unfinished = noted_path(Path(file.name))
    with vault.catalogue.transaction():
        vault.catalogue.note_plaintext([PlaintextCopy(path, about, origin) for path in (unfinished, noted_path(out))])
    return unfinished


def forget(vault: UnlockedVault, path: str) -> None:
    """A noted file is gone."""
    with vault.catalogue.transaction():
        vault.catalogue.forget_plaintext([path])


def remove(vault: UnlockedVault, item: Evidence, path: Path) -> None:
    """Delete an original after reading the stored copy to its end and finding the original unchanged.

    Raises Damaged if the stored copy is not whole, CasevaultError if the original is not the file that was added or
    is a link to it, StorageFailed if it can't be deleted: then it stays.
    """
    from vault.intake import source
    from vault.usecases import items

    noted = noted_path(path)
    with vault.access("evidence.remove-source", item.case_id, item.id):
        _refuse_link(path)
        with items.content(vault, item) as chunks:
            for _ in chunks:
                pass
        with source.opened(path) as file:
            digest = hashlib.sha256()
            while chunk := file.read(BUFFER_BYTES):
                digest.update(chunk)
            read = file.stat()
        if digest.digest() != item.sha256:
            raise CasevaultError("the original is no longer the file that was added: it was not deleted")
        unlink_if_still(path, read)
    forget(vault, noted)


def _refuse_link(path: Path) -> None:
    from vault.intake import source

    with contextlib.suppress(OSError):
        if source.is_link(path.lstat()):
            raise CasevaultError(
                "the original is a link: deleting it would leave the file that it leads to, so neither was deleted",
                hint="Name the file itself.", kind="source",
            )  # fmt: skip


def unlink_if_still(path: Path, read: os.stat_result) -> None:
    """Delete the file that was read, but not another that has taken its name since. Raises CasevaultError."""
    try:
        found = path.lstat()
        unchanged = (found.st_size, found.st_mtime_ns) == (read.st_size, read.st_mtime_ns)
        if not (unchanged and os.path.samestat(found, read)):
            raise CasevaultError("the original was replaced while it was checked: it was not deleted")
        path.unlink()
    except OSError as error:
        raise StorageFailed(f"the original can't be deleted: {error.strerror}") from None
