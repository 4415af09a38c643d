"""What a backup says of itself, without any key: nothing of it is proven."""

from __future__ import annotations

from pathlib import Path

from vault.errors import Damaged
from vault.formats.backup_manifest import Manifest
from vault.formats.header import Header
from vault.store import backup_source
from vault.store.backup_source import Source
from vault.usecases import backup_keys


def snapshots(place: Path) -> list[Manifest]:
    """The manifests of all snapshots that can be read, oldest first. Raises NotFound, NewerFormat, StorageFailed."""
    found = []
    with backup_source.opened(place) as source:
        for one in source.snapshots():
            try:
                found.append(backup_source.manifest(source, one))
            except Damaged:
                continue
    return found


def header(place: Path, snapshot: str | None) -> tuple[str, Header | None]:
    """The vault's id, and the header in a snapshot, the newest if none is named; None if it is missing
    or damaged. Raises NotFound, NewerFormat, StorageFailed; Damaged if no manifest can be read."""
    with backup_source.opened(place) as source:
        chosen = backup_source.newest(source, snapshot)
        if snapshot is None:
            chosen = next((one for one in reversed(source.snapshots()) if _is_readable(source, one)), chosen)
        vault = backup_source.manifest(source, chosen).vault
        try:
            return vault, backup_keys.header_of(source, chosen)
        except Damaged:
            return vault, None


def _is_readable(source: Source, snapshot: str) -> bool:
    try:
        backup_source.manifest(source, snapshot)
    except Damaged:
        return False
    return True
