"""What a restored vault is: a copy of its own, with a chain of seals of its own; and disks that fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import backup_small_disk
import pytest
import vaults
from auditing_office import clock
from backup_tools import contents, fill, restored

from tools import missing
from vault.errors import OlderFormat, StorageFailed
from vault.session import disks
from vault.store import sqlcipher
from vault.store.catalogue import Catalogue
from vault.usecases import backup, backup_check, backup_restore, keygen, opening, recipients, sealing
from vault.usecases.unlocked import UnlockedVault


def test_its_seals_begin_anew_and_name_the_chain_before(
    vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same computer, where the key of the old chain lies: both copies keep a chain of their own."""
    hands = clock(monkeypatch)
    public = keygen.make(tmp_path / "auditor", classic=True)
    recipients.add(vault, "auditor", "Auditor", "", public.age, public.verifier)
    hands.forward(3.1)
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        sealed = sealing.state(again)
        assert (sealed.sealed, sealed.key) == (3, True)
    backup.create(vault, tmp_path / "backups")
    hands.forward(4)
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert sealing.state(again).sealed == 7
    with restored(tmp_path / "backups", tmp_path / "restored") as other:
        state = sealing.state(other)
        assert state.chain != sealed.chain
        assert (state.sealed, state.due, state.key) == (0, 0, True)
        held = sealing.seal_keys.read(sealing.place(other), other.keys.seals)
        assert held is not None
        assert held.statement["old"] == {"chain": sealed.chain, "epoch": 2}
    hands.forward(1)
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert (sealing.state(again).chain, sealing.state(again).sealed) == (sealed.chain, 8)
    with opening.open_vault(tmp_path / "restored", vaults.CODE) as other:
        assert (sealing.state(other).chain, sealing.state(other).sealed) == (state.chain, 1)


def test_a_vault_of_an_earlier_version(tmp_path: Path) -> None:
    """It is backed up before it is migrated, and restored as it was."""
    with vaults.new_vault(tmp_path / "vault") as vault:
        fill(vault, (10,))
        with vault.catalogue.transaction():
            for table in ("slot_notes", "backups", "rotation"):
                vault.catalogue.db.execute(f"DROP TABLE {table}")
            vault.catalogue.db.execute("PRAGMA user_version = 1")
        with pytest.raises(OlderFormat):
            opening.open_vault(tmp_path / "vault", vaults.CODE)
        backup.create(vault, tmp_path / "backups")
        assert backup_check.verify(tmp_path / "backups", vault=vault).opened
    made = backup_restore.restore(tmp_path / "backups", tmp_path / "restored", vaults.CODE)
    assert (made.older, made.findings) == (True, ())
    with pytest.raises(OlderFormat):
        opening.open_vault(tmp_path / "restored", vaults.CODE)


def test_the_copy_in_a_backup_is_as_encrypted_as_the_vault(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10,))
    made = backup.create(vault, tmp_path / "backups")
    folder = tmp_path / "backups" / "snapshots" / made.id
    for name, key in (("catalog.db", vault.keys.catalogue), ("audit.db", vault.keys.audit)):
        data = (folder / name).read_bytes()
        assert not data.startswith(b"SQLite format 3")
        assert b"CREATE TABLE" not in data
        # Another salt than the vault's own file has, so that equal pages differ.
        assert data[:16] != (vault.folder / name).read_bytes()[:16]
        sqlcipher.connect_read_only(folder / name, key).close()
    assert sorted(path.name for path in folder.iterdir()) == [
        "audit.db", "catalog.db", "manifest.json", "objects.sha256", "vault.json",
    ]  # fmt: skip
    there = Catalogue(sqlcipher.connect_read_only(folder / "catalog.db", vault.keys.catalogue))
    with pytest.raises(StorageFailed, match="readonly"), there.transaction():
        there.db.execute("DELETE FROM cases")
    there.close()


def test_full_disks_and_disks_that_are_pulled_out(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("a small disk is made on Linux only")
    for way in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        probe = [*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(probe, capture_output=True, timeout=60).returncode == 0:
            break
    else:
        missing("no tmpfs can be mounted here, so a full disk can't be tried")
    paths = os.pathsep.join(str(Path(__file__).resolve().parents[up]) for up in (0, 1, 2))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*way, sys.executable, backup_small_disk.__file__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(line.split(" ", 1) for line in done.stdout.replace("one file", "one-file").splitlines())
    assert "No space left" in told["full"] or "is full" in told["full"]
    assert "GB free" in told["restore"]


def test_a_disk_by_its_name(tmp_path: Path) -> None:
    assert disks.find(os.path.abspath(os.sep)) == Path(os.path.abspath(os.sep))
    for named in (str(tmp_path), "NO-SUCH-DISK", "~/nowhere"):
        with pytest.raises(disks.NotFound):
            disks.find(named)
    assert disks.same(tmp_path, tmp_path / "not" / "there" / "yet")


def test_contents_of_an_empty_vault(vault: UnlockedVault, tmp_path: Path) -> None:
    backup.create(vault, tmp_path / "empty.casevault-backup")
    with restored(tmp_path / "empty.casevault-backup", tmp_path / "out") as other:
        assert contents(other) == {}
