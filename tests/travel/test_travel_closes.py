"""`travel now` under attack and in trouble: forged headers, lost notes, agents that hang, files in the way."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import agent_tools
import pytest
import vaults
from journeys import Trustee, never, order, root_of, trustees, words

from vault.crypto import kdf, slots
from vault.errors import Damaged, StorageFailed
from vault.formats.header import SlotRecord
from vault.session import agent_place, travel_state
from vault.store import header_file
from vault.usecases import (
    agent_lock,
    doctor,
    headers,
    opening,
    travel,
    travel_end,
    travel_header,
    travel_local,
    travel_now,
    travel_return,
)  # fmt: skip
from vault.usecases.travel_look import Seen
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test puts in the way there is in no other's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def who(vault: UnlockedVault) -> list[Trustee]:
    return trustees(vault, 2)


@pytest.fixture
def ready(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> slots.Shares:
    """A vault, closed, for which a header lies ready; what opens it then."""
    made = travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    assert travel_return.prepared(vault)
    vault.close()
    return slots.Shares(tuple(words(one, who) for one in made.given))


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the sockets of agents are during a test; short, as their paths must be."""
    folder = Path(tempfile.mkdtemp(prefix="cv-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    agent_lock.lock_every()
    shutil.rmtree(folder)


def note_of(folder: Path) -> Path:
    return travel_state._folder(header_file.read(folder).vault) / "prepared"


def forged(folder: Path) -> None:
    """What somebody without a key can write: a header whose trustees hold another key."""
    other, _ = slots.make_shares(2, 3, kdf.random_key())
    travel_header.write(folder, replace(header_file.read(folder), slots=(headers.record_of(other),)))


def test_a_forged_header_does_not_lose_the_vault(vault: UnlockedVault, ready: slots.Shares) -> None:
    true = (vault.folder / travel_header.NAME).read_bytes()
    forged(vault.folder)
    for act in (travel_now.check, travel_now.close):
        with pytest.raises(Damaged, match="is another one than was prepared; nothing was done"):
            act(vault.folder)
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert not travel_return.prepared(again)
        assert [one.message for one in doctor.examine(again) if one.subject == "travel"] == [travel_return.OTHER]
    with pytest.raises(Damaged):
        travel_now.close(vault.folder)
    (vault.folder / travel_header.NAME).write_bytes(true)
    travel_now.close(vault.folder)
    opening.open_vault(vault.folder, ready).close()
    assert not travel_state._folder(vault.header.vault).exists()
    forged(vault.folder)  # nor does one that is put there afterwards
    with pytest.raises(Damaged):
        travel_now.close(vault.folder)
    opening.open_vault(vault.folder, ready).close()


def test_a_forged_header_where_none_was_prepared(vault: UnlockedVault) -> None:
    forged(vault.folder)
    assert travel_return.trouble(vault) == travel_return.OTHER
    vault.close()
    with pytest.raises(Damaged, match="has no note"):
        travel_now.close(vault.folder)
    opening.open_vault(vault.folder, vaults.CODE).close()


def test_a_note_that_is_gone_is_made_again(vault: UnlockedVault, ready: slots.Shares) -> None:
    note_of(vault.folder).unlink()
    with pytest.raises(Damaged, match="has no note") as refused:
        travel_now.close(vault.folder)
    assert "--unchecked" in refused.value.hint
    opening.open_vault(vault.folder, vaults.CODE).close()
    travel_now.close(vault.folder)
    opening.open_vault(vault.folder, ready).close()


def test_a_note_that_is_gone_blocks_nobody_for_ever(vault: UnlockedVault, ready: slots.Shares) -> None:
    note_of(vault.folder).unlink()
    assert travel_now.check(vault.folder, unchecked=True)
    travel_now.close(vault.folder, unchecked=True)
    opening.open_vault(vault.folder, ready).close()


def test_a_header_of_trustees_who_were_replaced(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    root = root_of(vault.folder)
    travel.prepare(vault, root, order(who), tmp_path / "first", never)
    first = (vault.folder / travel_header.NAME).read_bytes()
    travel.prepare(vault, root, order(who), tmp_path / "second", never)
    second = (vault.folder / travel_header.NAME).read_bytes()
    (vault.folder / travel_header.NAME).write_bytes(first)
    with pytest.raises(Damaged, match="another one"):
        travel_now.close(vault.folder)
    travel.drop_prepared(vault)
    assert not note_of(vault.folder).exists()
    (vault.folder / travel_header.NAME).write_bytes(second)
    with pytest.raises(Damaged, match="has no note"):
        travel_now.close(vault.folder)


def test_copies_of_a_vault_are_noted_beside_each_other(
    vault: UnlockedVault, who: list[Trustee], tmp_path: Path
) -> None:
    vault.close()
    shutil.copytree(vault.folder, tmp_path / "copy")
    for folder in (vault.folder, tmp_path / "copy"):
        with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as one:
            travel.prepare(one, root_of(folder), order(who), tmp_path / f"shares of {folder.name}", never)
    for folder in (vault.folder, tmp_path / "copy"):
        assert travel_now.check(folder)


def test_what_can_not_be_noted_is_not_prepared(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    folder = travel_state._folder(vault.header.vault).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"")
    with pytest.raises(StorageFailed, match="folder for state"):
        travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    assert not (vault.folder / travel_header.NAME).exists()
    assert not (tmp_path / "shares").exists()


def test_a_header_that_can_not_be_held_is_replaced(vault: UnlockedVault, ready: slots.Shares, tmp_path: Path) -> None:
    path = vault.folder / header_file.NAME
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    done = travel_now.close(vault.folder)
    assert done.overwritten is False
    assert not path.is_symlink()
    opening.open_vault(vault.folder, ready).close()


def test_a_read_only_header_is_written_over(vault: UnlockedVault, ready: slots.Shares) -> None:
    path = vault.folder / header_file.NAME
    path.chmod(0o400)
    with path.open("rb") as inode:
        before = inode.read()
        assert travel_now.close(vault.folder).overwritten is True
        inode.seek(0)
        assert inode.read() != before
    opening.open_vault(vault.folder, ready).close()


@pytest.mark.skipif(sys.platform != "linux", reason="signals and sockets as Linux has them")
def test_agents_that_hang_and_agents_of_copies(
    vault: UnlockedVault, ready: slots.Shares, tmp_path: Path, runtime: Path
) -> None:
    shutil.copytree(vault.folder, tmp_path / "copy")
    agent_tools.keep(vault.folder)
    (hangs,) = [agent_tools.process_at(path) for path in agent_tools.sockets()]
    opening.open_vault(tmp_path / "copy", vaults.CODE, accept_rollback=True).close()
    agent_tools.keep(tmp_path / "copy")
    processes = [agent_tools.process_at(path) for path in agent_tools.sockets()]
    assert len(processes) == 2
    hangs.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    done = travel_now.close(vault.folder)
    assert time.monotonic() - began < 2 * travel_local.AGENT_SECONDS
    assert done.forgotten.agent
    assert all(agent_tools.ended(one) for one in processes)
    assert [one for one in done.seen if one.kind in ("agent", "open")] == []
    opening.open_vault(vault.folder, ready).close()


@pytest.mark.skipif(sys.platform != "linux", reason="signals and sockets as Linux has them")
def test_an_agent_that_can_not_be_met_is_named(vault: UnlockedVault, ready: slots.Shares, runtime: Path) -> None:
    (place := runtime / "casevault").mkdir(mode=0o700)
    (place / (agent_place.name_of(vault.header.vault, vault.folder) + agent_place.SUFFIX)).write_text("no socket")
    done = travel_now.close(vault.folder)
    assert Seen("agent", str(vault.folder)) in done.seen
    assert not done.forgotten.done
    opening.open_vault(vault.folder, ready).close()


@pytest.mark.skipif(sys.platform != "linux", reason="signals and sockets as Linux has them")
def test_agents_are_waited_for_so_long_and_no_longer(vault: UnlockedVault, runtime: Path) -> None:
    """One that is stopped is ended by force, though only after it could have answered."""
    agent_tools.keep(vault.folder)
    (hangs,) = [agent_tools.process_at(path) for path in agent_tools.sockets()]
    hangs.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert travel_local.stop_agents(0.3) == travel_local.Agents(0, left=True)
    assert time.monotonic() - began < 10
    agent_tools.wait_for(lambda: agent_tools.ended(hangs))


@pytest.mark.parametrize("members", [{}, {"set": "7"}, {"set": -1}, {"set": 7, "need": "2"}, {"set": 7, "need": 2}])
def test_a_hostile_header_asks_for_nothing(vault: UnlockedVault, tmp_path: Path, members: dict[str, object]) -> None:
    vault.close()
    there = header_file.read(vault.folder)
    slot = SlotRecord({"id": there.slots[0].members["id"], "kind": "shares", **members})
    header_file.write(vault.folder, replace(there, slots=(slot,)))
    for act in (lambda: travel_end.request(vault.folder, tmp_path / "r"), lambda: travel_end.needed(vault.folder)):
        with pytest.raises(Damaged):
            act()
    assert not (tmp_path / "r").exists()


def test_a_secret_that_could_not_be_noted_is_named(vault: UnlockedVault, ready: slots.Shares, tmp_path: Path) -> None:
    """A slot's secret that nobody could note is named by its id all the same."""
    folder = travel_state._folder(vault.header.vault).parent
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    found = travel_local.forget(vault.folder, vault.header.vault, ["S-0000000"])
    assert travel_state.pending(vault.header.vault) == []
    assert found.secrets == 0
    assert found.kept == ("S-0000000",)
