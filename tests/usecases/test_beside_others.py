"""Two commands at once: no false alarm of tampering, no reading lost to a change of another item."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
import vaults

from vault.model.records import Case, Evidence, ExtractedText
from vault.usecases import cases, extracting, items, opening, rowcheck, searching
from vault.usecases.unlocked import Put, UnlockedVault

SECONDS = 60


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


def test_a_change_while_rows_are_compared_is_no_tampering(vault: UnlockedVault, case: Case) -> None:
    """Another process changes rows without pause while this one compares them with the log."""
    ids = [vaults.add_bytes(vault, case, b"x").id for _ in range(5)]
    stop = threading.Event()
    failures: list[BaseException] = []
    rounds: list[int] = []

    def edit() -> None:
        try:
            with opening.open_vault(vault.folder, vaults.CODE) as mine:
                while not stop.is_set():
                    items.change(mine, ids[len(rounds) % len(ids)], title=f"n{len(rounds)}")
                    rounds.append(1)
        except BaseException as error:
            failures.append(error)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        alarms = []
        end = time.monotonic() + SECONDS
        while len(rounds) < 40 and not failures:
            alarms += rowcheck.all_problems(vault)
            assert time.monotonic() < end
    finally:
        stop.set()
        editor.join(SECONDS)
    assert failures == []
    assert alarms == []


def test_what_is_wrong_is_still_found(vault: UnlockedVault, case: Case) -> None:
    item = vaults.add_bytes(vault, case, b"x")
    with vault.catalogue.transaction():
        vault.catalogue.put(Put(replace(item, title="forged"), item))
    assert len(rowcheck.all_problems(vault)) == 1


def test_one_item_that_others_change_does_not_stop_the_reading_of_the_rest(vault: UnlockedVault, case: Case) -> None:
    names = ("stays", "changed", "gone", "moved", "read")
    waiting = {name: vaults.add_bytes(vault, case, f"Слово {name}".encode(), f"{name}.txt") for name in names}
    other = cases.new(vault, "Другое")
    with opening.open_vault(vault.folder, vaults.CODE) as another:
        items.change(another, waiting["changed"].id, title="Neu")
        items.remove(another, waiting["gone"].id)
        items.move(another, waiting["moved"].id, other.id)
        for _ in extracting.read(another, [waiting["read"]], accept_weak_jail=vaults.WEAK_JAIL):
            pass
    done = list(extracting.read(vault, waiting.values(), accept_weak_jail=vaults.WEAK_JAIL))
    assert {one.evidence.id for one in done} == {waiting[name].id for name in names if name != "gone"}
    state = {name: vault.catalogue.get(Evidence, waiting[name].id) for name in names}
    assert {name: found.text_state for name, found in state.items() if found} == {
        "stays": "read", "changed": "read", "moved": "pending", "read": "read",
    }  # fmt: skip
    assert state["changed"] is not None
    assert state["changed"].title == "Neu"
    assert vault.catalogue.get(ExtractedText, waiting["moved"].id) is None
    assert searching.find(vault, "слово", case_id=case.id)[1] == 3
    assert rowcheck.all_problems(vault) == []
    vaults.read_all(vault, other.id)
    assert searching.find(vault, "слово", case_id=other.id)[1] == 1
    assert extracting.pending(vault) == []


def test_what_lies_not_in_the_document_is_tried_again(vault: UnlockedVault, case: Case) -> None:
    """A stored file that can't be read now, such as one whose disk is away, is no document that was refused."""
    item = vaults.add_bytes(vault, case, "Слово".encode(), "a.txt")
    path = vault.objects.path(item.object)
    away = path.rename(path.with_suffix(".away"))
    (first,) = extracting.read(vault, [item], accept_weak_jail=vaults.WEAK_JAIL)
    assert first.evidence.text_state == "pending"
    assert "missing" in first.evidence.text_note
    before = vault.log.head().size
    assert [one.evidence for one in extracting.read(vault, [first.evidence], accept_weak_jail=vaults.WEAK_JAIL)] == [
        first.evidence
    ]
    assert vault.log.head().size == before
    away.rename(path)
    vaults.read_all(vault, case.id)
    now = vault.catalogue.require(Evidence, item.id)
    assert (now.text_state, now.text_note) == ("read", "")
    broken = vaults.add_bytes(vault, case, b"%PDF-1.7\nbroken", "b.pdf")
    (refused,) = extracting.read(vault, [broken], accept_weak_jail=vaults.WEAK_JAIL)
    assert refused.evidence.text_state == "refused"
