"""The header is changed as a whole, by one command at a time, and an earlier one that is put back is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import vaults

from vault.crypto import slots
from vault.crypto.keys import VaultKeys
from vault.errors import Busy, Rollback, StorageFailed, Usage
from vault.formats.header import MAX_SLOTS, SlotRecord
from vault.store import header_file
from vault.usecases import headers, opening
from vault.usecases.unlocked import UnlockedVault

OTHER = slots.RecoveryCode(bytes(reversed(range(32))))
VAULT_JSON = "vault.json"


def with_root(folder: Path) -> tuple[UnlockedVault, VaultKeys, bytes]:
    found = opening.unlock(folder, vaults.CODE)
    return opening.opened(folder, found), VaultKeys.derive(found.root), found.root


def add(folder: Path) -> None:
    """A second slot, as `key add` makes one."""
    vault, keys, root = with_root(folder)
    with vault:
        more = headers.record_of(slots.make(OTHER, root))
        headers.change(vault, keys, "key.add", lambda old: (*old, more))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vaults.new_vault(tmp_path / "vault").close()
    return tmp_path / "vault"


def test_an_earlier_header_is_refused_and_opens_when_accepted(folder: Path) -> None:
    before = (folder / VAULT_JSON).read_bytes()
    add(folder)
    after = (folder / VAULT_JSON).read_bytes()
    opening.open_vault(folder, OTHER).close()
    (folder / VAULT_JSON).write_bytes(before)
    with pytest.raises(Rollback):
        opening.open_vault(folder, vaults.CODE)
    with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as vault:
        entries = [entry for entry in vault.log.entries() if entry.action == "vault.rollback"]
        assert [entry.digest for entry in entries] == [headers.digest_of(vault.header)]
    opening.open_vault(folder, vaults.CODE).close()
    # What was accepted is the newest now, and the other one has become an earlier one.
    (folder / VAULT_JSON).write_bytes(after)
    with pytest.raises(Rollback):
        opening.open_vault(folder, OTHER)


def test_a_header_that_other_tools_wrote_is_no_earlier_one(folder: Path) -> None:
    vault, keys, root = with_root(folder)
    with vault:
        more = headers.record_of(slots.make(OTHER, root))
        header_file.write(folder, headers.sealed(replace(vault.header, slots=(*vault.header.slots, more)), keys))
    opening.open_vault(folder, OTHER).close()


def test_the_log_says_which_header_it_was(folder: Path) -> None:
    add(folder)
    with opening.open_vault(folder, vaults.CODE) as vault:
        intent, outcome = [entry for entry in vault.log.entries() if entry.action == "key.add"]
        assert (intent.phase, intent.count, intent.digest) == ("intent", 2, headers.digest_of(vault.header))
        assert (outcome.phase, outcome.outcome) == ("outcome", "ok")
        assert vault.log.verify().ok


def test_a_vault_opens_with_either_header_when_the_writing_was_cut_short(folder: Path) -> None:
    vault, keys, root = with_root(folder)
    more = headers.record_of(slots.make(OTHER, root))
    (folder / "vault.json.part").mkdir()  # what the new header would be written as
    with vault, pytest.raises(StorageFailed):
        headers.change(vault, keys, "key.add", lambda old: (*old, more))
    (folder / "vault.json.part").rmdir()
    with opening.open_vault(folder, vaults.CODE) as again:
        last = [entry for entry in again.log.entries() if entry.action == "key.add"][-1]
        assert (last.phase, last.outcome) == ("outcome", "failed")
    add(folder)
    opening.open_vault(folder, OTHER).close()


def test_two_changes_at_once_lose_nothing(folder: Path) -> None:
    vault, keys, _ = with_root(folder)
    with vault:
        add(folder)
        with pytest.raises(Busy):
            headers.change(vault, keys, "key.remove", lambda old: old[:1])
    assert len(header_file.read(folder).slots) == 2


@pytest.mark.parametrize("count", [0, MAX_SLOTS + 1])
def test_no_slot_and_too_many_are_refused(folder: Path, count: int) -> None:
    vault, keys, _ = with_root(folder)
    with vault, pytest.raises(Usage):
        headers.change(vault, keys, "key.remove", lambda old: [SlotRecord(dict(old[0].members))] * count)
    opening.open_vault(folder, vaults.CODE).close()
