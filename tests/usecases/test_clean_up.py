"""The doctor's clean-up deletes nothing that is somebody's: not beside a running move, not after older databases."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest
import vaults

from vault.errors import Busy
from vault.model.records import Case, Evidence, Plan
from vault.usecases import cases, doctor, items, opening, redacting, rowcheck
from vault.usecases.doctor import Finding
from vault.usecases.unlocked import Change, Put, UnlockedVault

SECONDS = 60
DATABASES = ("catalog.db", "audit.db")


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


def findings(vault: UnlockedVault, *, remove: bool = False) -> list[Finding]:
    """What the doctor says of leftovers and stored files; nothing may be damaged."""
    found = list(doctor.examine(vault, remove_unreferenced=remove))
    assert not [one for one in found if one.level == "damaged"]
    return [one for one in found if one.subject in ("leftovers", "stored files")]


def content(vault: UnlockedVault, item: str) -> bytes:
    with items.content(vault, vault.catalogue.require(Evidence, item)) as chunks:
        return b"".join(chunks)


def test_a_clean_up_during_a_move_loses_nothing(vault: UnlockedVault, case: Case) -> None:
    """The move waits between its new object and its row for another writer; just then the doctor cleans up."""
    other = cases.new(vault, "Другое")
    item = vaults.add_bytes(vault, case, b"precious" * 1000)
    failures: list[BaseException] = []

    def move() -> None:
        try:
            with opening.open_vault(vault.folder, vaults.CODE) as mine:
                items.move(mine, item.id, other.id)
        except BaseException as error:
            failures.append(error)

    mover = threading.Thread(target=move)
    with opening.open_vault(vault.folder, vaults.CODE) as writer:
        with writer.catalogue.transaction():
            mover.start()
            end = time.monotonic() + SECONDS
            while len(list(vault.objects.names())) < 2:
                assert time.monotonic() < end, "the move never wrote its object"
                time.sleep(0.01)
            found = findings(vault, remove=True)
        mover.join(SECONDS)
    assert failures == []
    assert [one.level for one in found if one.subject == "leftovers"] == ["warning"]
    assert vault.catalogue.require(Evidence, item.id).case_id == other.id
    assert content(vault, item.id) == b"precious" * 1000
    assert len(list(vault.objects.names())) == 1
    assert [one.level for one in findings(vault)] == ["ok", "ok"]


@pytest.mark.parametrize("wal", [True, False])
def test_files_of_rows_that_were_lost_stay(tmp_path: Path, wal: bool) -> None:
    """Older databases over a newer folder fit each other: the doctor can't know that rows are missing."""
    folder, old = tmp_path / "vault", tmp_path / "old"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Дело")
        first = vaults.add_bytes(vault, case, b"first")
    shutil.copytree(folder, old)
    with opening.open_vault(folder, vaults.CODE) as vault:
        second = vaults.add_bytes(vault, case, b"second")
        if not wal:  # databases that were copied without what stands in their write-ahead logs
            old = tmp_path / "copied"
            old.mkdir()
            for name in DATABASES:
                shutil.copy(folder / name, old / name)
    newer = {name: (folder / name).read_bytes() for name in DATABASES}
    for name in DATABASES:
        shutil.copy(old / name, folder / name)
    with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as vault:
        assert [item.id for item in vault.catalogue.all(Evidence)] == [first.id]
        found = findings(vault)
    assert [one.level for one in found] == ["ok", "warning"]
    assert "1 belong to no item" in found[1].message
    assert "--remove-unreferenced" in found[1].hint
    for name in DATABASES:
        (folder / name).write_bytes(newer[name])
    with opening.open_vault(folder, vaults.CODE, accept_rollback=True) as vault:
        assert content(vault, second.id) == b"second"


def test_they_go_when_somebody_says_so(vault: UnlockedVault, case: Case) -> None:
    item = vaults.add_bytes(vault, case, b"x")
    whole = vault.folder / "objects" / "cd" / ("cd" + "0" * 30 + ".age")
    whole.parent.mkdir(exist_ok=True)
    whole.write_bytes(b"x")
    findings(vault)
    assert whole.exists()
    assert [one.level for one in findings(vault, remove=True)] == ["ok", "repaired"]
    assert list(vault.objects.names()) == [item.object]
    assert content(vault, item.id) == b"x"


def test_a_change_that_was_rolled_back_is_logged_as_failed(vault: UnlockedVault, case: Case) -> None:
    """Also if it was to leave a row as it is, and that row is found as it was to be."""
    stale = vaults.add_bytes(vault, case, b"x")
    items.change(vault, stale.id, title="neu")
    before = vault.log.head().size
    with pytest.raises(Busy):
        vault.commit([Change("evidence.remove", case.id, [Put(case, case)], [stale], object_id=stale.id)])
    assert [one.outcome for one in vault.log.entries(after_seq=before - 1) if one.phase == "outcome"] == ["failed"]
    assert vault.catalogue.require(Evidence, stale.id).title == "neu"
    assert rowcheck.all_problems(vault) == []


def test_only_plans_that_quote_an_item_change_with_it(vault: UnlockedVault, case: Case) -> None:
    vaults.add_text(vault, case, "Звонить по телефону +7 921 555-01-23.")
    quiet = vaults.add_bytes(vault, case, b"\x00\x01")
    redacting.make(vault, case.id, accept_weak_jail=vaults.WEAK_JAIL)
    (plan,) = vault.catalogue.all(Plan)
    before = vault.log.head().size
    items.remove(vault, quiet.id)
    (intent,) = [one for one in vault.log.entries(after_seq=before - 1) if one.phase == "intent"]
    tables = {row.table for row in intent.rows}
    assert list(vault.catalogue.all(Plan)) == [plan] or "plans" in tables
    assert rowcheck.all_problems(vault) == []
