"""Plain copies outside the vault: all are known, by the place where the bytes lie; links are not deleted for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import vaults

from vault.errors import CasevaultError, Usage
from vault.model.records import Case, Evidence
from vault.store.catalogue import PlaintextCopy
from vault.usecases import adding, cases, items, originals, overview, redacting
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


def add(vault: UnlockedVault, case: Case, path: Path) -> Evidence:
    (added,) = adding.Adder(vault, case.id, adding.Provenance()).add([adding.NewFile(path)])
    assert added.evidence is not None
    return added.evidence


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A file in a folder of its own, and a link to it elsewhere."""
    (tmp_path / "stick").mkdir()
    real, link = tmp_path / "stick" / "summons.txt", tmp_path / "link.txt"
    real.write_bytes(b"content")
    link.symlink_to(real)
    return real, link


def test_a_link_is_noted_where_the_bytes_lie_and_not_deleted(
    vault: UnlockedVault, case: Case, linked: tuple[Path, Path]
) -> None:
    real, link = linked
    item = add(vault, case, link)
    assert [one.path for one in originals.still_there(vault)] == [str(real.resolve())]
    with pytest.raises(CasevaultError, match="link"):
        originals.remove(vault, item, link)
    assert link.is_symlink()
    assert real.read_bytes() == b"content"
    link.unlink()
    assert [one.path for one in originals.still_there(vault)] == [str(real.resolve())]
    originals.remove(vault, item, real)
    assert not real.exists()
    assert originals.still_there(vault) == []


def test_a_file_that_took_the_name_of_the_one_that_was_read_stays(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    for one in (path, other):
        one.write_bytes(b"same")
        os.utime(one, ns=(10**18, 10**18))
    read = path.stat()
    other.replace(path)
    with pytest.raises(CasevaultError, match="replaced"):
        originals.unlink_if_still(path, read)
    assert path.read_bytes() == b"same"
    originals.unlink_if_still(path, path.stat())
    assert not path.exists()


def test_all_copies_are_looked_for_and_counted(vault: UnlockedVault, tmp_path: Path) -> None:
    kept = [tmp_path / f"kept{n}" for n in range(250)]
    for path in kept:
        path.write_bytes(b"x")
    copies = [PlaintextCopy(str(path), "E-1", "original") for path in kept]
    copies += [PlaintextCopy(str(tmp_path / f"gone{n}"), "E-1", "original") for n in range(500)]
    with vault.catalogue.transaction():
        vault.catalogue.note_plaintext(copies)
    found = overview.status(vault)
    assert {one.path for one in found.plaintext} == {str(path) for path in kept}
    assert found.plaintext_count == vault.catalogue.count_plaintext() == 250
    assert len(originals.still_there(vault, 10)) == 10


def test_a_preview_is_a_plain_copy(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    vaults.add_text(vault, case, "Звонить по телефону +7 921 555-01-23.")
    redacting.make(vault, case.id, accept_weak_jail=vaults.WEAK_JAIL)
    out = tmp_path / "preview.pdf"
    redacting.preview(vault, case.id, out, accept_weak_jail=vaults.WEAK_JAIL)
    (found,) = originals.still_there(vault)
    assert (found.path, found.evidence_id, found.origin) == (str(out.resolve()), case.id, "preview")
    assert vault.catalogue.count_plaintext() == 1


def test_nothing_is_written_into_a_vault(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    item = vaults.add_bytes(vault, case, b"x")
    before = sorted(vault.folder.rglob("*"))
    (tmp_path / "way").symlink_to(vault.folder / "objects")
    for out in (vault.folder / "out", vault.folder / "objects" / "out", tmp_path / "way" / "out"):
        with pytest.raises(Usage, match="inside a vault"):
            items.get(vault, item.id, out)
    assert sorted(vault.folder.rglob("*")) == before
    items.get(vault, item.id, vault.folder.parent / "out")
