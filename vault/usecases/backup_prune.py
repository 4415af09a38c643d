"""Removes old snapshots of a repository, and the objects that no snapshot names any more."""

from __future__ import annotations

import contextlib
import heapq
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from vault.errors import CasevaultError
from vault.formats import backup_manifest as manifests
from vault.store import backup_notes, backup_source
from vault.store.backup_source import FolderSource, is_own_folder
from vault.store.backup_target import OBJECT_FOLDERS, PART, told
from vault.store.objects import SUFFIX
from vault.usecases.unlocked import UnlockedVault

_OBJECT = re.compile(r"[0-9a-f]{32}")


def keep_newest(vault: UnlockedVault, place: Path, keep: int, made: str) -> int:
    """Keep the snapshot `made` and the newest others, `keep` in all. Returns how many were removed.

    The caller holds the repository's lock. No object is removed if a snapshot that is kept can't be read: what it
    names is not known then. Raises StorageFailed.
    """
    source = FolderSource(place)
    folder = place / manifests.SNAPSHOTS
    others = [one for one in source.snapshots() if one != made and is_own_folder(folder / one)]
    old = others[: max(0, len(others) - (keep - 1))]
    with told():
        for snapshot in old:
            # Its manifest goes first: what is stopped here is no snapshot any more, and is swept.
            gone = folder / (snapshot + PART)
            (folder / snapshot).rename(gone)
            shutil.rmtree(gone)
        backup_notes.drop(vault.catalogue, old)
        _remove_unnamed(source)
    return len(old)


def _remove_unnamed(source: FolderSource) -> None:
    with contextlib.ExitStack() as held, contextlib.suppress(CasevaultError):
        lists = [_listed(source, snapshot, held) for snapshot in source.snapshots()]
        named = heapq.merge(*lists)
        at = next(named, "")
        for name in _there(source.place):
            while at and at < name:
                at = next(named, "")
            if at != name:
                source.place.joinpath(*manifests.object_path(name).split("/")).unlink(missing_ok=True)


def _listed(source: FolderSource, snapshot: str, held: contextlib.ExitStack) -> Iterator[str]:
    path = manifests.snapshot_path(snapshot, manifests.LIST)
    manifest = backup_source.manifest(source, snapshot)
    file = held.enter_context(source.open(path))
    # A list that was cut at a line's end would let go what the rest of it names.
    if os.fstat(file.fileno()).st_size != manifest.count * manifests.LINE_BYTES:
        raise CasevaultError("a list of objects is damaged")
    return (name for name, _ in manifests.parse_list(file, snapshot))


def _there(place: Path) -> Iterator[str]:
    """The names of the objects in a repository, in their order."""
    for number in range(OBJECT_FOLDERS):
        folder = place / manifests.OBJECTS / f"{number:02x}"
        paths = folder.iterdir() if is_own_folder(folder) else ()
        names = (path.stem for path in paths if path.suffix == SUFFIX)
        yield from sorted(name for name in names if _OBJECT.fullmatch(name) and name.startswith(folder.name))
