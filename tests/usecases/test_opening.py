"""Making and opening vaults: whole or not at all, anywhere but in a cloud, with the right secret only."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import vaults

from vault.crypto import kdf, recovery, slots, words
from vault.crypto.kdf import Argon2Parameters
from vault.errors import (
    CasevaultError,
    Damaged,
    LogUnavailable,
    NoVault,
    StorageFailed,
    Usage,
    WrongSecret,
)
from vault.model.records import Case
from vault.session import machine, markers, places
from vault.store import locks
from vault.usecases import cases, doctor, items, locked, opening, overview


def test_a_new_vault_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "vault"
    made = opening.create(folder, [vaults.CODE])
    assert {path.name for path in folder.iterdir()} == {
        "vault.json",
        "catalog.db",
        "audit.db",
        "objects",
        "vault.lock",
        "vault.use",
        *markers.NAMES,
    }
    assert list(folder.parent.iterdir()) == [folder]
    assert os.name == "nt" or stat.S_IMODE(folder.stat().st_mode) == 0o700
    peeked = locked.peek(folder)
    assert (peeked.id, peeked.format, peeked.kinds) == (made.id, 1, ("recovery",))
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.header.vault == made.id
        assert [entry.action for entry in vault.log.entries()] == ["vault.init"]
        assert not [one for one in doctor.examine(vault, read_data=True) if one.level in ("damaged", "repaired")]


def test_a_passphrase_and_a_code_open_the_same_vault(tmp_path: Path) -> None:
    """The one test here that pays for Argon2, at the lowest cost that a header may ask for."""
    passphrase = slots.Passphrase(words.generate(words.PASSPHRASE_WORDS))
    folder = tmp_path / "vault"
    opening.create(folder, [passphrase, vaults.CODE], Argon2Parameters(kdf.MIN_MEMORY_KIB, kdf.MIN_PASSES, 1))
    with opening.open_vault(folder, passphrase) as vault:
        case = cases.new(vault, "Дело")
        by_passphrase = vault.writer.actor
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.catalogue.get(Case, case.id) == case
        assert vault.writer.actor != by_passphrase
        status = overview.status(vault)
    assert status.weakest is not None
    assert status.weakest.kind == "passphrase"


def test_a_wrong_code_and_a_missing_vault_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NoVault):
        opening.open_vault(tmp_path / "vault", vaults.CODE)
    vaults.new_vault(tmp_path / "vault").close()
    with pytest.raises(WrongSecret):
        opening.open_vault(tmp_path / "vault", slots.RecoveryCode(recovery.generate()))


@pytest.mark.parametrize(
    "name", ["what? mode=memory", "100%41", "a#b&c=d", "с пробелом", "Дело", "'quotes\"", "файл:memory:"]
)
@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_a_vault_may_lie_under_any_name(tmp_path: Path, name: str) -> None:
    """Two of them side by side, so that a name cut off at a sign would mix them up."""
    for folder in (
        tmp_path / name,
        tmp_path / (name + " 2"),
        tmp_path / name.split("?")[0].split("#")[0].strip() / "x",
    ):
        with vaults.new_vault(folder) as vault:
            item = vaults.add_bytes(vault, cases.new(vault, name), b"content of " + str(folder).encode())
        with opening.open_vault(folder, vaults.CODE) as vault:
            assert vault.catalogue.count(Case) == 1
            out = tmp_path / "out"
            items.get(vault, item.id, out)
            assert out.read_bytes() == b"content of " + str(folder).encode()
            out.unlink()


@pytest.mark.parametrize("what", ["file", "folder with something", "vault"])
def test_nothing_is_built_over_what_is_there(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "vault"
    if what == "file":
        folder.write_bytes(b"precious")
    elif what == "vault":
        vaults.new_vault(folder).close()
    else:
        folder.mkdir()
        (folder / "precious").write_bytes(b"x")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(Usage, match="something at that place"):
        opening.create(folder, [vaults.CODE])
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    vaults.new_vault(tmp_path / "vault").close()


def failing(calls: int, error: BaseException, real: Callable[..., object]) -> Callable[..., object]:
    """The real call, but for the one that fails."""
    left = [calls]

    def call(*arguments: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise error
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("name", ["fsync", "replace", "mkdir", "rename"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_vault_that_could_not_be_finished_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException
) -> None:
    """The system refuses a call, at each place where the program makes it."""
    folder = tmp_path / "vault"
    failures = 0
    for calls in range(1, 8):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, failing(calls, error, getattr(os, name)))
            try:
                opening.create(folder, [vaults.CODE])
            except (StorageFailed, LogUnavailable, KeyboardInterrupt):
                failures += 1
        if folder.exists():
            # It was not asked so often, or failed after the vault was in its place: then it is a whole one.
            opening.open_vault(folder, vaults.CODE).close()
            shutil.rmtree(folder)
        assert list(tmp_path.iterdir()) == []
    assert failures


def test_two_at_one_place_do_not_mix(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    codes = [slots.RecoveryCode(bytes([n]) * 32) for n in range(4)]
    made: list[slots.RecoveryCode] = []

    def make(code: slots.RecoveryCode) -> None:
        try:
            opening.create(folder, [code])
            made.append(code)
        except CasevaultError:
            pass

    threads = [threading.Thread(target=make, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    opening.open_vault(folder, made[0]).close()
    assert list(tmp_path.iterdir()) == [folder]


def test_leftovers_of_a_killed_init_go_and_one_at_work_stays(tmp_path: Path) -> None:
    dead, alive = tmp_path / ".casevault-init-aaaa.part", tmp_path / ".casevault-init-bbbb.part"
    for path in (dead, alive):
        path.mkdir()
        (path / "catalog.db").write_bytes(b"half")
    with locks.shared(alive):
        vaults.new_vault(tmp_path / "vault").close()
        assert alive.is_dir()
        assert not dead.exists()


@pytest.mark.parametrize("name", ["catalog.db", "audit.db"])
def test_a_missing_or_foreign_database_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "vault"
    vaults.new_vault(folder).close()
    vaults.new_vault(tmp_path / "other").close()
    (folder / name).replace(tmp_path / "kept")
    expected = {"catalog.db": "catalog.db", "audit.db": "audit"}[name]
    with pytest.raises(Damaged, match=expected):
        opening.open_vault(folder, vaults.CODE)
    (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(Damaged, match=expected):
        opening.open_vault(folder, vaults.CODE)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises((LogUnavailable, StorageFailed, Damaged)):
        opening.open_vault(folder, vaults.CODE)


# ---- this device --------------------------------------------------------------------------------------------------


def test_the_device_keeps_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    first = places.device_id()
    assert re.fullmatch("[0-9a-f]{8,32}", first)
    assert places.device_id() == first
    (places.state_folder() / "device").write_text("nonsense")
    second = places.device_id()
    assert second != first
    assert places.device_id() == second


def test_a_device_that_can_remember_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    assert set(places.device_id()) == {"0"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one fixed warning")
def test_warnings_of_the_machine_name_what_to_do() -> None:
    for warning in machine.warnings():
        assert warning.subject
        assert warning.hint


def test_init_follows_no_planted_link(tmp_path: Path) -> None:
    victim, room = tmp_path / "victim", tmp_path / "room"
    victim.mkdir()
    room.mkdir()
    (victim / "precious").write_bytes(b"x")
    (room / ".casevault-init-aaaa.part").symlink_to(victim)
    planted = room / ".casevault-init-bbbb.part"
    planted.mkdir()
    (planted / locks.NAME).symlink_to(victim / "made")
    vaults.new_vault(room / "vault").close()
    assert [path.name for path in victim.iterdir()] == ["precious"]
    with pytest.raises(StorageFailed), locks.shared(planted):
        pass
    assert not (victim / "made").exists()
