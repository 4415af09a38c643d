"""An older copy of the vault that is put back is noticed by what this device remembers, and used only knowingly."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
import vaults

from vault.audit.clock import time_text
from vault.crypto.keys import VaultKeys, WorkingKeys
from vault.errors import CasevaultError, Rollback
from vault.model.events import Entry, Event
from vault.session import places, remembered
from vault.session.remembered import Remembered, Untrusted
from vault.usecases import cases, doctor, headers, keeper, opening, rollback
from vault.usecases.unlocked import UnlockedVault

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
STATE = Remembered(
    "V-ABCDEFGH1234", "", 7, bytes(range(32)), 2, "2026-11-21T21:27:22.123Z", "2026-11-21T21:30:00.000Z"
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device of its own for each test."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "device"))
    return places.state_folder()


@pytest.fixture
def folder(tmp_path: Path, state: Path) -> Path:
    with vaults.new_vault(tmp_path / "vault") as vault:
        cases.new(vault, "First")
    return tmp_path / "vault"


def copied(folder: Path, name: str) -> Path:
    shutil.copytree(folder, folder.parent / name)
    return folder.parent / name


def put_back(copy: Path, folder: Path, *names: str) -> None:
    """The whole copy, or some of its files, where the vault is."""
    if not names:
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
    for name in names:
        shutil.copy(copy / name, folder / name)
        for ending in ("-wal", "-shm"):
            (folder / (name + ending)).unlink(missing_ok=True)


def work(folder: Path, title: str = "Another", **options: bool) -> None:
    with opening.open_vault(folder, vaults.CODE, **options) as vault:
        cases.new(vault, title)


def entries(folder: Path, action: str) -> list[Entry]:
    with opening.open_vault(folder, vaults.CODE) as vault:
        return [entry for entry in vault.log.entries() if entry.action == action]


def file_of(folder: Path) -> Path:
    (path,) = [path for path in (places.state_folder() / "remembered").iterdir() if path.name.startswith("V-")]
    return path


# ---- older copies ------------------------------------------------------------------------------------------------


def test_an_older_copy_is_named_with_dates_and_opens_only_knowingly(folder: Path) -> None:
    older = copied(folder, "older")
    for _ in range(2):
        work(folder)
    with opening.open_vault(folder, vaults.CODE) as vault:
        newest, size = vault.log.last(), vault.log.head().size
        root = vault.log.head().root
    with pytest.raises(Rollback, match="older copy of the vault") as told:
        opening.open_vault(older, vaults.CODE)
    assert newest is not None
    assert newest.time[:16].replace("T", " ") in told.value.message
    assert f"has seen {size}" in told.value.message
    assert "--accept-rollback" in told.value.hint
    with opening.open_vault(older, vaults.CODE, accept_rollback=True) as vault:
        (entry,) = [entry for entry in vault.log.entries() if entry.action == "vault.rollback"]
        assert (entry.count, entry.digest, entry.since) == (size, root.hex(), newest.time)
        assert vault.log.verify().ok
    # From now on this one is the newest, also while its log is shorter than the other one was; that one went another
    # way.
    work(older)
    with pytest.raises(Rollback):
        opening.open_vault(folder, vaults.CODE)
    assert len(entries(older, "vault.rollback")) == 1


def test_nothing_is_written_into_an_older_copy_that_is_refused(folder: Path) -> None:
    older = copied(folder, "older")
    work(folder)
    before = {path.name: path.read_bytes() for path in older.iterdir() if path.is_file()}
    with pytest.raises(Rollback):
        opening.open_vault(older, vaults.CODE)
    assert {path.name: path.read_bytes() for path in older.iterdir() if path.is_file()} == before


def test_a_copy_that_was_used_elsewhere_is_told_though_it_is_longer(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copied(folder, "other")
    work(folder)
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "another device"))
    for _ in range(4):
        work(other)
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "device"))
    with pytest.raises(Rollback, match="not the one that was used last"):
        opening.open_vault(other, vaults.CODE)
    work(folder)


def test_two_copies_side_by_side_on_one_device_are_noticed(folder: Path) -> None:
    other = copied(folder, "other")
    work(other)
    with pytest.raises(Rollback):
        opening.open_vault(folder, vaults.CODE)
    work(other)


def test_a_vault_of_before_is_no_older_copy(folder: Path, state: Path) -> None:
    with opening.open_vault(folder, vaults.CODE) as vault:
        vault.log._db.execute("DELETE FROM kept WHERE kind = 'seen'")  # no version noted that, once
        vault.on_written = None
    shutil.rmtree(state)  # another computer, which never saw it
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert (vault.memory, vault.rollback) == ("first", None)
    assert not entries(folder, "vault.forgotten")


def test_a_computer_that_has_not_seen_a_vault_that_others_have_says_so_once(folder: Path, state: Path) -> None:
    older = copied(folder, "older")
    work(folder)
    # A new laptop, or this one with everything gone that it remembered, its own id too: both look the same.
    shutil.rmtree(state)
    with opening.open_vault(older, vaults.CODE) as vault:
        assert (vault.memory, vault.rollback) == ("elsewhere", None)
        (told,) = [one for one in doctor.examine(vault) if one.subject == "older copies"]
        assert (told.level, "others have" in told.message) == ("warning", True)
        assert "On a new computer that is as it should be" in told.hint
    assert [(one.outcome, one.count) for one in entries(older, "vault.forgotten")] == [("ok", 1)]
    with opening.open_vault(older, vaults.CODE) as vault:
        assert vault.memory == "kept"
    # From now on this computer notices older copies, and takes its own id for granted.
    work(older)
    assert len(entries(older, "vault.forgotten")) == 1


def test_an_older_header_in_newer_databases_and_an_older_log_under_a_newer_header(folder: Path) -> None:
    older = copied(folder, "older")
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        from vault.crypto import slots

        more = headers.record_of(slots.make(slots.RecoveryCode(bytes(32)), found.root))
        headers.change(vault, VaultKeys.derive(found.root), "key.add", lambda old: (*old, more))
    newer = copied(folder, "newer")
    put_back(older, folder, "vault.json")
    with pytest.raises(Rollback, match=r"vault\.json"):
        opening.open_vault(folder, vaults.CODE)
    put_back(newer, folder, "vault.json")
    put_back(older, folder, "audit.db", "catalog.db")
    with pytest.raises(Rollback, match="older copy of the vault"):
        opening.open_vault(folder, vaults.CODE)


def test_what_the_log_keeps_of_the_header_is_put_back_alone(folder: Path) -> None:
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        for _ in range(2):
            headers.change(vault, VaultKeys.derive(found.root), "key.change", lambda old: old[::-1])
        assert [kept.generation for kept in vault.log.kept.headers()] == [0, 1, 2]
    with opening.open_vault(folder, vaults.CODE) as vault:
        # As an old page of that table in its place would: the entries and the signed head stay the newest.
        vault.log._db.execute("DELETE FROM kept WHERE kind = 'header' AND size > 0")
        vault.on_written = None
    with pytest.raises(Rollback, match="its own key slots"):
        opening.open_vault(folder, vaults.CODE)
    with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as vault:
        assert vault.log.kept.headers()[-1].generation == 3
    opening.open_vault(folder, vaults.CODE).close()


def test_doctor_reports_an_older_copy_and_writes_nothing_into_the_memory(folder: Path) -> None:
    older = copied(folder, "older")
    work(folder)
    before = file_of(folder).read_bytes()
    with opening.opened(older, opening.unlock(older, vaults.CODE), report_rollback=True) as vault:
        assert vault.rollback is not None
        found = [one for one in doctor.examine(vault) if one.subject == "older copies"]
    assert [(one.level, one.message.startswith("this is an older copy")) for one in found] == [("damaged", True)]
    assert file_of(folder).read_bytes() == before
    with pytest.raises(Rollback):
        opening.open_vault(older, vaults.CODE)
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert [one.level for one in doctor.examine(vault) if one.subject == "older copies"] == ["ok"]


# ---- two instances -----------------------------------------------------------------------------------------------


def test_a_restored_copy_is_an_instance_of_its_own(folder: Path) -> None:
    backup = copied(folder, "backup")
    work(folder)
    # What a restore does: the root key is known, and the choice is made by restoring.
    with opening.opened(backup, opening.unlock(backup, vaults.CODE), report_rollback=True) as vault:
        assert vault.rollback is not None
        made = rollback.new_instance(vault)
        assert vault.log.kept.instance() == made
    work(backup)
    work(folder)
    work(backup)
    older = copied(backup, "older still")
    work(backup)
    with pytest.raises(Rollback):
        opening.open_vault(older, vaults.CODE)
    # The one that it came from may be right too: whoever uses it is told, once, that the other one was used later.
    told = []
    for _ in range(2):
        with opening.open_vault(folder, vaults.CODE) as vault:
            told.append([one.message for one in doctor.examine(vault) if "was used later" in one.message])
    assert [len(messages) for messages in told] == [1, 0]


# ---- what the device keeps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", [b"", b"{}", b"\x00" * 300, b"[" * 5000, b"x" * 100_000])
def test_a_planted_memory_is_told_and_locks_nobody_out(folder: Path, planted: bytes) -> None:
    file_of(folder).write_bytes(planted)
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.memory == "altered"
    assert [entry.outcome for entry in entries(folder, "vault.forgotten")] == ["ok"]
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.memory == "kept"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files in folders")
@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_something_else_in_its_place_is_told_and_waits_for_nobody(folder: Path, tmp_path: Path, kind: str) -> None:
    path = file_of(folder)
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(b"{}")
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "link": lambda: path.symlink_to(tmp_path / "elsewhere")}[
        kind
    ]()
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.memory == ("unkept" if kind == "folder" else "altered")
    assert (tmp_path / "elsewhere").read_bytes() == b"{}"


def test_a_forged_or_moved_memory_is_not_believed(state: Path) -> None:
    remembered.make_folder()
    assert remembered.write(STATE, KEY)
    assert remembered.read(STATE.vault, "", KEY) == STATE
    with pytest.raises(Untrusted):
        remembered.read(STATE.vault, "", OTHER_KEY)
    path = remembered.path_of(STATE.vault, "")
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(Untrusted):
            remembered.read(STATE.vault, "", KEY)
    other = "V-ABCDEFGH1235"
    remembered.path_of(other, "").write_bytes(data)
    with pytest.raises(Untrusted):
        remembered.read(other, "", KEY)
    for name in ("../x", "V-ABCDEFGH1234/..", ""):
        with pytest.raises((Untrusted, ValueError)):
            remembered.path_of(name, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead")
def test_it_is_for_its_owner_alone_and_leaves_no_parts(folder: Path) -> None:
    path = file_of(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (path.parent / f"{path.name}.0badc0de.part").write_bytes(b"left by a killed process")
    work(folder)
    assert not list(path.parent.glob("*.part"))
    assert len(path.read_bytes()) < 1024


def test_a_memory_that_was_deleted_is_told_and_logged(folder: Path) -> None:
    older = copied(folder, "older")
    work(folder)
    file_of(folder).unlink()
    with opening.open_vault(older, vaults.CODE) as vault:
        assert vault.memory == "gone"
    assert len(entries(older, "vault.forgotten")) == 1


def test_a_device_that_can_keep_nothing_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    with vaults.new_vault(tmp_path / "vault") as vault:
        assert not rollback.remember(vault)
        assert [one.level for one in doctor.examine(vault) if one.subject == "older copies"] == ["warning"]
    with opening.open_vault(tmp_path / "vault", vaults.CODE) as vault:
        assert vault.memory == "first"
        assert not [entry for entry in vault.log.entries() if entry.action == "vault.forgotten"]


def test_what_a_failed_init_leaves(tmp_path: Path, state: Path) -> None:
    (tmp_path / "parent").write_bytes(b"")
    with pytest.raises(CasevaultError):
        opening.create(tmp_path / "parent" / "vault", [vaults.CODE])
    assert not list(state.rglob("V-*"))


# ---- several at once ---------------------------------------------------------------------------------------------


def test_commands_that_end_in_any_order_never_lower_it(folder: Path) -> None:
    first = opening.open_vault(folder, vaults.CODE)
    second = opening.open_vault(folder, vaults.CODE)
    cases.new(first, "One")
    late = Remembered(
        first.header.vault,
        "",
        first.log.head().size,
        first.log.head().root,
        0,
        "",
        time_text(time.time_ns() // 10**6),
    )
    for number in range(3):
        cases.new(second, f"Two {number}")
    second.close()
    with opening.open_vault(folder, vaults.CODE) as vault:
        newest = remembered.read(vault.header.vault, "", vault.keys.seals)
        assert newest is not None
        # The first one's note comes late, as of a process that was held up right before it wrote.
        rollback._written(late, vault.keys.seals, force=False)
        assert remembered.read(vault.header.vault, "", vault.keys.seals) == newest
    first.close()
    again = threading.Thread(target=work, args=(folder,))
    again.start()
    work(folder)
    again.join()
    opening.open_vault(folder, vaults.CODE).close()


def test_a_vault_that_stays_open_is_remembered_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "EVERY_SECONDS", 0.0)
    with opening.open_vault(folder, vaults.CODE) as vault:
        cases.new(vault, "Seen at once")
        noted = remembered.read(vault.header.vault, "", vault.keys.seals)
        assert noted is not None
        assert (noted.size, noted.root) == (vault.log.head().size, vault.log.head().root)


def test_the_working_keys_are_enough(folder: Path) -> None:
    found = opening.unlock(folder, vaults.CODE)
    older = copied(folder, "older")
    work(folder)
    for place, is_older in ((folder, False), (older, True)):
        with opening.opened(place, found, report_rollback=True) as vault:
            keys = VaultKeys.derive(found.root)
            few = WorkingKeys(keys.catalogue, keys.audit, keys.rows, keys.audit_map, keys.seals)
            bare = UnlockedVault(
                place, vault.header, few, vault.catalogue, vault.log, vault.writer, keeper.OwnKeeper(keys.case_wrap)
            )
            rollback.check(bare, report=True)
            assert (bare.rollback is not None) == is_older
            assert rollback.remember(bare) != is_older


@pytest.mark.skipif(sys.platform == "win32", reason="its clock of the processor is too coarse")
def test_a_look_costs_little_in_a_long_log(tmp_path: Path) -> None:
    with vaults.new_vault(tmp_path / "vault") as vault:
        rollback.remember(vault)
        event = Event("vault.status", "event", outcome="ok")
        for size in (500, 5000):
            vault.log.append([event] * size, vault.writer)
            took = []
            for _ in range(5):
                began = time.process_time()
                rollback.check(vault)
                took.append(time.process_time() - began)
            assert vault.memory == "kept"
            assert min(took) < 0.005
