"""A header that was being replaced when the process was killed, and headers that lie ready for a journey: from the
next opening on the one that is there is the newest, and any other is an older one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import vaults
from headers_stopped import OTHER, add, killed, remove_first

from vault.crypto import slots
from vault.errors import Busy, Rollback, StorageFailed, WrongSecret
from vault.store import header_file
from vault.usecases import headers, opening, travel, travel_header
from vault.usecases.travel_shares import Order
from vault.usecases.unlocked import UnlockedVault

VAULT_JSON = "vault.json"
fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the process that is killed is a fork of this one")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vaults.new_vault(tmp_path / "vault").close()
    return tmp_path / "vault"


def done(folder: Path, secret: slots.Secret) -> list[bool]:
    """Of each header that is noted whether it is known to be written."""
    with opening.open_vault(folder, secret) as vault:
        return [one.done for one in vault.log.kept.headers()]


# ---- stopped while it was changed --------------------------------------------------------------------------------


@fork
def test_a_removal_that_was_killed_once_it_was_written_holds_from_the_next_opening_on(folder: Path) -> None:
    add(folder)
    before = (folder / VAULT_JSON).read_bytes()
    killed(lambda: remove_first(folder), header_file, "write", after=True)
    with pytest.raises(WrongSecret):
        opening.unlock(folder, vaults.CODE)
    assert done(folder, OTHER) == [True, True, True]
    (folder / VAULT_JSON).write_bytes(before)
    with pytest.raises(Rollback):
        opening.open_vault(folder, vaults.CODE)


@fork
def test_a_removal_that_was_killed_before_it_was_written_is_none(folder: Path) -> None:
    add(folder)
    killed(lambda: remove_first(folder), header_file, "write", after=False)
    for _ in range(2):
        with opening.open_vault(folder, vaults.CODE) as vault:
            noted = vault.log.kept.headers()
            assert [(one.generation, one.done) for one in noted] == [(0, True), (1, True), (2, False), (3, True)]
            assert noted[3].digest == noted[1].digest
    remove_first(folder)
    with pytest.raises(WrongSecret):
        opening.unlock(folder, vaults.CODE)


@fork
def test_an_opening_goes_on_where_nothing_can_be_settled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(folder)
    killed(lambda: remove_first(folder), header_file, "write", after=True)

    def full(*_: object) -> None:
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("vault.audit.kept.Kept.put_header", full)
        assert done(folder, OTHER) == [True, True, False]
    assert done(folder, OTHER) == [True, True, True]


def test_a_change_while_another_command_opens_the_vault_is_no_older_header(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = opening.unlock(folder, vaults.CODE)
    real = opening.begun

    def late(vault: UnlockedVault, **more: bool) -> UnlockedVault:
        monkeypatch.setattr(opening, "begun", real)
        add(folder)
        return real(vault, **more)

    monkeypatch.setattr(opening, "begun", late)
    with pytest.raises(Busy):
        opening.opened(folder, found)


# ---- headers that lie ready --------------------------------------------------------------------------------------


def prepare(folder: Path) -> tuple[bytes, slots.Shares]:
    """A header for a journey, and what opens it."""
    found, texts = opening.unlock(folder, vaults.CODE), list[str]()
    with opening.opened(folder, found) as vault:
        travel.prepare(vault, found.root, Order((), 3, 2), None, lambda _, text: texts.append(text))
    return (folder / travel_header.NAME).read_bytes(), slots.Shares(tuple(texts[:2]))


def ready(vault: UnlockedVault) -> bool:
    """Whether the header that lies there is the one that the log says does."""
    there = travel_header.read(vault.folder)
    return there is not None and headers.digest_of(there) == vault.log.kept.prepared()


def test_a_prepared_header_that_was_replaced_or_dropped_is_an_older_one(folder: Path) -> None:
    (first, old), (second, new) = prepare(folder), prepare(folder)
    now = (folder / VAULT_JSON).read_bytes()
    (folder / VAULT_JSON).write_bytes(first)
    with pytest.raises(Rollback):
        opening.open_vault(folder, old)
    with opening.open_vault(folder, old, accept_rollback=True) as vault:
        assert [one.action for one in vault.log.entries()].count("vault.rollback") == 1
    (folder / VAULT_JSON).write_bytes(now)
    with pytest.raises(Rollback):
        opening.open_vault(folder, vaults.CODE)
    with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as vault:
        travel.drop_prepared(vault)
    (folder / VAULT_JSON).write_bytes(second)
    with pytest.raises(Rollback):
        opening.open_vault(folder, new)


def test_an_older_prepared_header_that_was_laid_ready_again_is_noticed_on_the_way_back(folder: Path) -> None:
    (first, old), _ = prepare(folder), prepare(folder)
    (folder / travel_header.NAME).write_bytes(first)
    travel_header.swap(folder)  # what `travel now` does, or anybody with a file manager
    with pytest.raises(Rollback):
        opening.open_vault(folder, old)


@fork
@pytest.mark.parametrize("opened_between", [False, True])
def test_a_preparation_that_was_killed_before_it_was_written_leaves_the_one_of_before(
    folder: Path, opened_between: bool
) -> None:
    first, shares = prepare(folder)
    killed(lambda: prepare(folder), travel_header, "write", after=False)
    assert (folder / travel_header.NAME).read_bytes() == first
    if opened_between:
        with opening.open_vault(folder, vaults.CODE) as vault:
            assert ready(vault)
            assert vault.log.kept.prepared_before() == ""
    travel_header.swap(folder)  # what `travel now` does, or anybody with a file manager
    for _ in range(2):
        with opening.open_vault(folder, shares) as vault:
            assert [one.action for one in vault.log.entries()].count("travel.now") == 1


@fork
def test_a_preparation_that_was_killed_once_it_was_written_replaces_the_one_of_before(folder: Path) -> None:
    first, shares = prepare(folder)
    killed(lambda: prepare(folder), travel_header, "write", after=True)
    assert (folder / travel_header.NAME).read_bytes() != first
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert ready(vault)
        assert vault.log.kept.prepared_before() == ""
    (folder / VAULT_JSON).write_bytes(first)
    with pytest.raises(Rollback):
        opening.open_vault(folder, shares)
