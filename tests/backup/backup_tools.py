"""What the tests of backups share: a vault with items, and what a restored one must have in common with it."""

from __future__ import annotations

import os
from pathlib import Path

import vaults

from vault.formats import backup_manifest as manifests
from vault.model.records import Case, Evidence
from vault.usecases import backup_check, backup_restore, cases, items
from vault.usecases.backup_check import Verified
from vault.usecases.unlocked import UnlockedVault

SIZES = (0, 1000, 70_000, 1_500_000)


def fill(vault: UnlockedVault, sizes: tuple[int, ...] = SIZES) -> Case:
    """A case with one item of each size."""
    case = cases.new(vault, "Дело о повестке")
    for size in sizes:
        vaults.add_bytes(vault, case, os.urandom(size))
    return case


def contents(vault: UnlockedVault) -> dict[str, bytes]:
    """Every item's bytes, decrypted."""
    found = {}
    for item in vault.catalogue.all(Evidence):
        with items.content(vault, item) as chunks:
            found[item.id] = b"".join(chunks)
    return found


def everything(place: Path, snapshot: str | None = None) -> Verified:
    """A whole check with the secret; it must go all the way."""
    found = backup_check.verify(place, vaults.CODE, snapshot=snapshot)
    assert found.problems == ()
    assert found.ok
    assert found.sealed
    assert found.opened
    assert found.unproven == ()
    return found


def restored(place: Path, out: Path, snapshot: str | None = None) -> UnlockedVault:
    """The restored vault, open; the doctor had nothing to say."""
    from vault.usecases import opening

    made = backup_restore.restore(place, out, vaults.CODE, snapshot=snapshot)
    assert made.findings == ()
    assert made.lost == ()
    return opening.open_vault(out, vaults.CODE)


def object_path(place: Path, name: str) -> Path:
    """Where an object lies in a repository."""
    return place.joinpath(*manifests.object_path(name).split("/"))


def files(folder: Path) -> set[str]:
    """Every file below a folder, by its path with slashes."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
