"""Backups of a vault in use: whole, incremental, restorable; refused where they must not lie; never half there."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import pytest
import vaults
from backup_tools import contents, everything, files, fill, object_path, restored

from vault.errors import Busy, Locked, OutputExists, SyncFolder, Usage
from vault.formats import backup_manifest as manifests
from vault.model.records import Evidence
from vault.session import sync_folders
from vault.store import backup_notes, locks
from vault.usecases import backup, backup_check, backup_restore, backups, cases, items, opening
from vault.usecases.unlocked import UnlockedVault, now


def test_a_folder_of_backups_gives_each_day_back(vault: UnlockedVault, tmp_path: Path) -> None:
    case, place = fill(vault), tmp_path / "backups"
    monday, before = backup.create(vault, place), contents(vault)
    inodes = {path: (place / path).stat().st_ino for path in files(place)}
    vaults.add_bytes(vault, case, b"tuesday")
    items.remove(vault, next(iter(before)))
    tuesday = backup.create(vault, place)
    assert (monday.copied, tuesday.copied) == (4, 1)
    # Nothing that was there was touched.
    assert {path: (place / path).stat().st_ino for path in inodes} == inodes
    found = everything(place)
    assert [one.id for one in found.snapshots] == [monday.id, tuesday.id]
    assert found.size > 1_500_000
    with restored(place, tmp_path / "monday", monday.id) as one, restored(place, tmp_path / "tuesday") as other:
        assert contents(one) == before
        assert contents(other) == contents(vault)
        assert one.log.kept.instance() != other.log.kept.instance() != ""
        assert {entry.action for entry in one.log.entries()} >= {"backup.create", "backup.restore"}
        # The copies go on as vaults: they take items, and back themselves up to the same place.
        vaults.add_bytes(one, cases.new(one, "Новое дело").id, b"more")
        backup.create(one, place)
    everything(place)
    assert all(entry.outcome != "failed" for entry in vault.log.entries(action="backup.create"))


def test_one_file_is_a_tar_archive_of_a_folder(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault)
    place = tmp_path / "friday.casevault-backup"
    made = backup.create(vault, place)
    everything(place)
    assert place.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    with restored(place, tmp_path / "restored") as other:
        assert contents(other) == contents(vault)
    with tarfile.open(place) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    everything(tmp_path / "unpacked")
    listed = (tmp_path / "unpacked" / manifests.snapshot_path(made.id, manifests.LIST)).read_text("ascii")
    pairs = [line.split("  ") for line in listed.splitlines()]
    assert len(pairs) == 4
    for digest, path in pairs:
        assert hashlib.sha256((tmp_path / "unpacked" / path).read_bytes()).hexdigest() == digest
    with pytest.raises(OutputExists):
        backup.create(vault, place)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_the_list_of_objects_is_one_for_sha256sum(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10, 20))
    made = backup.create(vault, tmp_path / "backups")
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    listed = manifests.snapshot_path(made.id, manifests.LIST)
    done = subprocess.run(["sha256sum", "--strict", "-c", listed], cwd=tmp_path / "backups", capture_output=True)
    assert done.returncode == 0
    assert done.stdout.count(b": OK") == 2


def test_while_others_write(tmp_path: Path) -> None:
    """Items come and go while snapshots are taken; each is one moment, with rows, log and objects that fit."""
    vaults.new_vault(tmp_path / "vault").close()
    failed: list[BaseException] = []
    stop = threading.Event()

    def work() -> None:
        try:
            with opening.open_vault(tmp_path / "vault", vaults.CODE) as other:
                case = cases.new(other, "Дело")
                while not stop.is_set():
                    item = vaults.add_bytes(other, case, os.urandom(5000))
                    vaults.add_bytes(other, case, os.urandom(100))
                    items.remove(other, item.id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        with opening.open_vault(tmp_path / "vault", vaults.CODE) as vault:
            made = [backup.create(vault, tmp_path / "backups") for _ in range(6)]
            made.append(backup.create(vault, tmp_path / "all.casevault-backup"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert made[-1].items > made[0].items
    for one in made[:-1]:
        assert one.lost == 0
        everything(tmp_path / "backups", one.id)
    everything(tmp_path / "all.casevault-backup")


def test_an_item_that_is_removed_before_its_turn(vault: UnlockedVault, tmp_path: Path) -> None:
    """The databases are taken anew, so that no snapshot names what is not in it."""
    fill(vault, (2_000_000,) * 3)
    removed: list[str] = []

    def remove_one(_: int) -> None:
        if not removed:
            with opening.open_vault(tmp_path / "vault", vaults.CODE) as other:
                # The last in the order of names: it is not copied yet.
                item = max(other.catalogue.all(Evidence), key=lambda one: one.object)
                removed.append(item.id)
                items.remove(other, item.id)

    for place in (tmp_path / "backups", tmp_path / "one.casevault-backup"):
        removed.clear()
        made = backup.create(vault, place, lambda count: remove_one(count) if count else None)
        assert removed
        assert made.lost == 0
        assert everything(place).snapshots[0].count == made.items == vault.catalogue.count(Evidence)


def test_what_the_vault_has_lost(vault: UnlockedVault, tmp_path: Path) -> None:
    case, place = fill(vault, (100, 200)), tmp_path / "backups"
    backup.create(vault, place)
    kept = next(iter(vault.catalogue.all(Evidence)))
    gone = vaults.add_bytes(vault, case, b"never backed up")
    for item in (kept, gone):
        vault.objects.path(item.object).unlink()
    made = backup.create(vault, place)
    # What an earlier backup has is in the new one too; what is nowhere is told.
    assert (made.items, made.lost) == (2, 1)
    found = backup_check.verify(place, vaults.CODE)
    assert any("missing from the vault" in one.message for one in found.problems)
    assert any(one.path == gone.id for one in found.problems)
    result = backup_restore.restore(place, tmp_path / "restored", vaults.CODE)
    assert [one.subject for one in result.findings] == [gone.id]
    with opening.open_vault(tmp_path / "restored", vaults.CODE) as other:
        assert items.problem_of(other, other.catalogue.require(Evidence, kept.id)) is None


def test_old_snapshots_go_when_that_is_said(vault: UnlockedVault, tmp_path: Path) -> None:
    case, place = fill(vault, (100,)), tmp_path / "backups"
    first = backup.create(vault, place)
    gone = next(iter(vault.catalogue.all(Evidence)))
    items.remove(vault, gone.id)
    kept = vaults.add_bytes(vault, case, b"stays")
    backup.create(vault, place)
    assert object_path(place, gone.object).exists()
    third = backup.create(vault, place, keep=2)
    assert (first.pruned, third.pruned) == (0, 1)
    assert not object_path(place, gone.object).exists()
    assert object_path(place, kept.object).exists()
    assert len(everything(place).snapshots) == 2
    assert first.id not in {one.id for one in backup_notes.all_notes(vault.catalogue)}
    # A snapshot that can't be read may name anything: then nothing goes.
    damaged = place / manifests.snapshot_path(third.id, manifests.MANIFEST)
    damaged.write_bytes(b"{}\n")
    items.remove(vault, kept.id)
    backup.create(vault, place, keep=2)
    assert object_path(place, kept.object).exists()


def test_what_was_left_by_a_stopped_backup(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (3000, 4000))
    place, item = tmp_path / "backups", next(iter(vault.catalogue.all(Evidence)))
    made = backup.create(vault, place)
    shutil.rmtree(place / manifests.SNAPSHOTS / made.id)
    object_path(place, item.object).write_bytes(b"\0" * item.stored_size)  # the right size, other bytes
    (place / manifests.SNAPSHOTS / f"{made.id}.part").mkdir()
    (place / manifests.SNAPSHOTS / f"{made.id}.part" / "catalog.db").write_bytes(b"half")
    object_path(place, item.object).with_suffix(".part").write_bytes(b"half")
    again = backup.create(vault, place)
    assert again.copied == 1
    everything(place)
    assert not any(name.endswith(".part") for name in files(place))


def test_damage_in_the_backup_is_repaired_from_the_vault(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (3000,))
    place, item = tmp_path / "backups", next(iter(vault.catalogue.all(Evidence)))
    backup.create(vault, place)
    path = object_path(place, item.object)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert backup.create(vault, place).copied == 0
    assert not backup_check.verify(place).ok
    assert backup.create(vault, place, reread=True).copied == 1
    assert path.read_bytes() == whole
    everything(place)


def test_places_that_are_refused(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10,))
    for inside in (vault.folder, vault.folder / "backups", vault.folder.parent):
        with pytest.raises(Usage, match="neither inside"):
            backup.create(vault, inside)
    with vaults.new_vault(tmp_path / "other") as other:
        with pytest.raises(Usage, match="inside a vault"):
            backup.create(other, vault.folder / "backups")
        backup.create(other, tmp_path / "theirs")
        theirs = files(tmp_path / "theirs")
        with pytest.raises(Usage, match="another vault"):
            backup.create(vault, tmp_path / "theirs")
        assert files(tmp_path / "theirs") == theirs
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(Usage, match="something else"):
        backup.create(vault, tmp_path / "full")
    with pytest.raises(Usage, match="does not exist"):
        backup.create(vault, tmp_path / "nowhere" / "backups")
    with pytest.raises(Usage, match="--keep"):
        backup.create(vault, tmp_path / "x.casevault-backup", keep=3)
    (tmp_path / "Dropbox").mkdir()
    cloud = tmp_path / "Dropbox" / "backups"
    with pytest.raises(SyncFolder):
        backup.create(vault, cloud)
    with sync_folders.accepting(lambda path: None):
        backup.create(vault, cloud)
    everything(cloud)


def test_a_first_backup_that_was_stopped_before_it_had_its_marker_is_begun_again(
    vault: UnlockedVault, tmp_path: Path
) -> None:
    fill(vault, (10,))
    place = tmp_path / "backups"
    for name in (manifests.OBJECTS, manifests.SNAPSHOTS):
        (place / name).mkdir(parents=True)
    (place / (manifests.MARKER + ".part")).write_bytes(b"{")
    (place / manifests.OBJECTS / "00").mkdir()
    with pytest.raises(Usage, match="something else"):  # without its marker no backup has objects
        backup.create(vault, place)
    (place / manifests.OBJECTS / "00").rmdir()
    backup.create(vault, place)
    everything(place)


def test_a_disk_that_is_not_there(vault: UnlockedVault, tmp_path: Path) -> None:
    """The folder that it is mounted to is there, and empty: nothing may be written to that."""
    fill(vault, (10,))
    place = tmp_path / "disk"
    place.mkdir()
    backup.create(vault, place)
    place.rename(tmp_path / "pulled out")
    place.mkdir()
    with pytest.raises(Usage, match="is its disk connected"):
        backup.create(vault, place)
    assert files(place) == set()
    backup.create(vault, place, new=True)
    everything(place)


def test_two_at_once(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10,))
    place = tmp_path / "backups"
    backup.create(vault, place)
    with locks.exclusive(place), pytest.raises(Busy, match="another backup"):
        backup.create(vault, place)
    assert len(everything(place).snapshots) == 1


def test_a_link_in_the_repository_leads_nowhere(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10,))
    place, elsewhere = tmp_path / "backups", tmp_path / "elsewhere"
    elsewhere.mkdir()
    backup.create(vault, place)
    item = next(iter(vault.catalogue.all(Evidence)))
    folder = place / "objects" / item.object[:2]
    shutil.rmtree(folder)
    folder.symlink_to(elsewhere)
    with pytest.raises(backup.StorageFailed):
        backup.create(vault, place)
    assert files(elsewhere) == set()


def test_what_the_vault_remembers(vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert backups.read(vault).due == ""
    case, place = fill(vault, (10,)), tmp_path / "backups"
    assert backups.read(vault).due == "none"
    made = backup.create(vault, place)
    assert (backups.read(vault).due, backups.read(vault).verified) == ("unverified", None)
    backup_check.verify(place, vault=vault)
    state = backups.read(vault)
    assert (state.due, state.verified, state.place) == ("", made.made, str(place))
    monkeypatch.setattr(backups, "REMIND_ITEMS", 1)
    assert (backups.read(vault).due, backups.read(vault).items) == ("", 0)
    while now() == made.made:  # both hold whole seconds
        time.sleep(0.02)
    vaults.add_bytes(vault, case, b"later")
    assert (backups.read(vault).due, backups.read(vault).items) == ("many", 1)
    old = backup_notes.BackupNote(made.id, str(place), "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", 1)
    backup_notes.put(vault.catalogue, old)
    assert backups.read(vault).due == "old"
    # Damage is no verification.
    vaults.add_bytes(vault, case, b"x")
    second = backup.create(vault, place)
    (place / manifests.snapshot_path(second.id, manifests.CATALOGUE)).write_bytes(b"")
    assert not backup_check.verify(place, vault=vault).ok
    note = backup_notes.get(vault.catalogue, second.id)
    assert note is not None
    assert note.verified == ""


def test_keys_that_open_no_case_make_a_backup(vault: UnlockedVault, tmp_path: Path) -> None:
    """What an agent hands out is enough: no root key, no case's key."""
    from vault.crypto.keys import WorkingKeys

    fill(vault, (10, 20))
    whole = vault.keys
    vault.keys = WorkingKeys(whole.catalogue, whole.audit, whole.rows, whole.audit_map, whole.seals)

    class Shut:
        def __getattr__(self, name: str) -> object:
            raise Locked("a case's key was asked for")

    vault.keeper = Shut()  # type: ignore[assignment]
    backup.create(vault, tmp_path / "backups")
    found = backup_check.verify(tmp_path / "backups", vault=vault)
    assert (found.ok, found.sealed, found.opened) == (True, True, False)
    everything(tmp_path / "backups")
