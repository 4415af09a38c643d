"""Marks that keep indexers out of a vault's folder: made with it, put back by doctor, never through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import vaults

from vault.session import markers
from vault.usecases import doctor, opening


def subjects(folder: Path) -> list[tuple[str, str]]:
    with opening.open_vault(folder, vaults.CODE) as vault:
        return [(one.level, one.subject) for one in doctor.examine(vault)]


def test_a_new_vault_has_them_and_doctor_puts_them_back(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    vaults.new_vault(folder).close()
    assert not markers.missing(folder)
    assert all((folder / name).read_bytes() == b"" for name in markers.NAMES)
    found = subjects(folder)
    assert "indexers" not in {subject for _, subject in found}
    assert ("ok", "leftovers") in found
    for name in markers.NAMES[1:]:
        (folder / name).unlink()
    assert ("repaired", "indexers") in subjects(folder)
    assert not markers.missing(folder)
    assert not any(level == "damaged" for level, _ in subjects(folder))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_in_their_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / markers.NAMES[0]).symlink_to(tmp_path / "elsewhere")
    assert markers.place(tmp_path / "folder")
    assert not (tmp_path / "elsewhere").exists()


def test_where_they_cannot_be_put_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not markers.place(tmp_path / "file")
