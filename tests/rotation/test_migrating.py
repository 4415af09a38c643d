"""A vault of the first version is brought up to date after a backup that was read back; until then none opens it."""

from __future__ import annotations

import shutil
from pathlib import Path

import cli_tools
import pytest
import vaults

from vault.crypto import recovery
from vault.errors import Busy, Damaged, NewerFormat, OlderFormat, StorageFailed
from vault.model.records import Case, Evidence, PersonRecord, RecipientRecord
from vault.store import schema
from vault.usecases import backup, backup_restore, doctor, items, migrating, opening, searching
from vault.usecases.unlocked import UnlockedVault

FIXTURE = Path(__file__).with_name("vault-version-1")
FILM, BYTES = "film.bin", b"\x00\x01" * 500


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The vault, on a device of its own: what another one remembers of it is newer than it is."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    shutil.copytree(FIXTURE, tmp_path / "vault")
    return tmp_path / "vault"


def _version(folder: Path) -> int:
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found, older=True) as vault:
        return schema.version(vault.catalogue.db)


def _check(vault: UnlockedVault) -> None:
    assert [one for one in doctor.examine(vault, read_data=True) if one.level == "damaged"] == []
    assert (vault.catalogue.count(Case), vault.catalogue.count(PersonRecord)) == (2, 2)
    assert vault.catalogue.count(RecipientRecord) == 1
    (film,) = vault.catalogue.all(Evidence, original_name=FILM)
    with items.content(vault, film) as chunks:
        assert b"".join(chunks) == BYTES
    assert searching.find(vault, "повестка")[1] > 0


def test_a_version_1_vault_comes_up_to_date(old: Path, tmp_path: Path) -> None:
    found = opening.unlock(old, vaults.CODE)
    with pytest.raises(OlderFormat, match="earlier version") as refused:
        opening.opened(old, found)
    assert "casevault migrate --backup" in refused.value.hint
    assert migrating.look(old, found) == migrating.Versions(1, schema.CURRENT)
    done = migrating.migrate(old, found, tmp_path / "backup")
    assert done is not None
    assert done.versions == migrating.Versions(1, schema.CURRENT)
    with opening.open_vault(old, vaults.CODE) as vault:
        _check(vault)
        logged = [(one.phase, one.count, one.outcome) for one in vault.log.entries(action="vault.migrate")]
        assert logged == [
            ("intent", 2, None), ("outcome", 2, "ok"), ("intent", 3, None), ("outcome", 3, "ok"),
        ]  # fmt: skip
        actions = [one.action for one in vault.log.entries()]
        assert actions.index("backup.create") < actions.index("backup.verify") < actions.index("vault.migrate")
        vaults.add_bytes(vault, next(vault.catalogue.all(Case)), b"later")
    assert migrating.migrate(old, found, tmp_path / "backup") is None
    # The backup is the vault as it was: whoever restores it migrates again.
    restored = tmp_path / "restored"
    assert backup_restore.restore(tmp_path / "backup", restored, vaults.CODE).older
    assert _version(restored) == 1


def test_nothing_is_changed_without_a_whole_backup(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = opening.unlock(old, vaults.CODE)
    with monkeypatch.context() as patch:
        _spoil_copies(patch)
        with pytest.raises(Damaged):
            migrating.migrate(old, found, tmp_path / "backup")
    assert _version(old) == 1
    with monkeypatch.context() as patch:
        patch.setattr(schema, "step", _full_disk)
        with pytest.raises(StorageFailed):
            migrating.migrate(old, found, tmp_path / "backup-2")
    assert _version(old) == 1
    with opening.opened(old, found, older=True), pytest.raises(Busy):
        migrating.migrate(old, found, tmp_path / "backup-3", wait=0.1)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "step", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            migrating.migrate(old, found, tmp_path / "backup-4")
    assert _version(old) == 1
    assert migrating.migrate(old, found, tmp_path / "backup-5") is not None
    with opening.open_vault(old, vaults.CODE) as vault:
        _check(vault)


def _spoil_copies(patch: pytest.MonkeyPatch) -> None:
    """A disk that gives back something else than what was written to it."""
    real = backup.create

    def create(vault: UnlockedVault, dest: Path, *more: object) -> backup.Made:
        made = real(vault, dest, *more)  # type: ignore[arg-type]
        path = max((one for one in dest.rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)
        return made

    patch.setattr(backup, "create", create)


def _full_disk(_: object) -> int:
    raise StorageFailed("the disk is full")


def _interrupted(db: object) -> int:
    raise KeyboardInterrupt


def test_a_later_version_is_refused(old: Path) -> None:
    found = opening.unlock(old, vaults.CODE)
    with opening.opened(old, found, older=True) as vault:
        vault.catalogue.db.execute(f"PRAGMA user_version = {schema.CURRENT + 1}")
    for work in (opening.opened, migrating.look):
        with pytest.raises(NewerFormat, match=f"version {schema.CURRENT + 1}"):
            work(old, found)


def test_commands_say_what_to_do(old: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "code"
    sheet.write_text(recovery.encode(vaults.CODE.secret))

    def run(*words: str) -> cli_tools.Done:
        return cli_tools.run("--vault", old, "--recovery-file", sheet, "--no-input", "--json", *words)

    for words in (
        "status",
        "case list",
        "doctor",
        "audit show",
        "key list",
        "recipient list",
        "key rotate --no-recovery",
    ):
        done = run(*words.split())
        assert (done.code, done.error["kind"]) == (1, "older-format"), words
        assert "casevault migrate --backup" in done.error["hint"]
    assert run("migrate").code == 2
    wanted = {"found": 1, "wanted": schema.CURRENT}
    assert run("migrate", "--dry-run").json["migration"] == {**wanted, "migrated": False, "backup": None}
    assert run("status").error["kind"] == "older-format"
    done = run("migrate", "--backup", str(tmp_path / "backup")).json["migration"]
    assert (done["migrated"], done["found"]) == (True, 1)
    assert run("status").json["cases"] == 2
    assert run("migrate", "--backup", str(tmp_path / "backup")).json["migration"]["migrated"] is False
