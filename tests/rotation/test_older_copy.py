"""A copy from before all keys were renewed: it is told, and the vault itself is not taken for a wrong one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import rotated
import vaults

from vault.errors import Rollback
from vault.session import remembered
from vault.usecases import cases, opening


def test_a_copy_with_the_old_keys_is_an_older_one(tmp_path: Path) -> None:
    folder, kept = tmp_path / "vault", tmp_path / "kept"
    vaults.new_vault(folder).close()
    shutil.copytree(folder, kept)
    with opening.open_vault(folder, vaults.CODE) as vault:
        cases.new(vault, "Дело")
    rotated.rotate(folder)
    opening.open_vault(folder, rotated.NEW_CODE).close()
    with pytest.raises(Rollback, match="before all its keys were renewed"):
        opening.open_vault(kept, vaults.CODE)
    opening.open_vault(folder, rotated.NEW_CODE).close()
    # Knowingly, it is logged and goes on; then the other one is what is not the newest.
    with opening.open_vault(kept, vaults.CODE, accept_rollback=True) as vault:
        assert [entry.action for entry in vault.log.entries() if entry.action == "vault.rollback"] == [
            "vault.rollback"
        ]
    opening.open_vault(kept, vaults.CODE).close()
    with pytest.raises(Rollback):
        opening.open_vault(folder, rotated.NEW_CODE)


def test_a_note_that_nobody_could_have_written_keeps_nobody_out(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    vaults.new_vault(folder).close()
    with opening.open_vault(folder, vaults.CODE) as vault:
        key = vault.keys.seals
        remembered.retire(vault.header.vault, "", key)
        assert remembered.is_retired(vault.header.vault, "", key)
        (note,) = remembered.folder().glob(f"{vault.header.vault}.*")
    note.write_bytes(note.read_bytes().replace(b'"renewed":true', b'"renewed":1'))
    opening.open_vault(folder, vaults.CODE).close()
    note.write_bytes(remembered.path_of(vault.header.vault, "").read_bytes())
    opening.open_vault(folder, vaults.CODE).close()
