"""Originals that lie outside the vault in plain text: still there, or deleted once the stored copy verifies.

Deleting a file does not wipe it: on an SSD, and wherever the system keeps snapshots or backups, its blocks may be
read for a long time. The commands say so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.errors import CasevaultError, StorageFailed
from vault.model.records import Evidence
from vault.usecases.unlocked import UnlockedVault

MAX_SHOWN = 200
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Lying:
    """A file outside the vault that still holds an item in plain text; `origin` is original or get."""

    path: str
    evidence_id: str
    origin: str


def still_there(vault: UnlockedVault, limit: int = MAX_SHOWN) -> list[Lying]:
    """The latest plain copies that still exist; those that are gone are forgotten."""
    copies = vault.catalogue.plaintext(limit)
    gone = [copy.path for copy in copies if not os.path.lexists(copy.path)]
    if gone:
        with vault.catalogue.transaction():
            vault.catalogue.forget_plaintext(gone)
    return [Lying(copy.path, copy.evidence_id, copy.origin) for copy in copies if copy.path not in set(gone)]


def remove(vault: UnlockedVault, item: Evidence, path: Path) -> None:
    """Delete an original after reading the stored copy to its end and finding the original unchanged.

    Raises Damaged if the stored copy is not whole, CasevaultError if the original is not the file that was added,
    StorageFailed if it can't be deleted: then it stays.
    """
    from vault.intake import source
    from vault.usecases import items

    with vault.access("evidence.remove-source", item.case_id, item.id):
        with items.content(vault, item) as chunks:
            for _ in chunks:
                pass
        with source.opened(path) as file:
            digest = hashlib.sha256()
            while chunk := file.read(BUFFER_BYTES):
                digest.update(chunk)
        if digest.digest() != item.sha256:
            raise CasevaultError("the original is no longer the file that was added: it was not deleted")
        try:
            path.unlink()
        except OSError as error:
            raise StorageFailed(f"the original can't be deleted: {error.strerror}") from None
    with vault.catalogue.transaction():
        vault.catalogue.forget_plaintext([str(path.absolute())])


def paths(copies: Sequence[Lying]) -> list[str]:
    """Their paths."""
    return [copy.path for copy in copies]
