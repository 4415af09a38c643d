"""A case is shredded whole or not at all, nothing of another case is lost, and what comes after works without it."""

from __future__ import annotations

import os
import shutil
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import vaults

from vault.errors import Busy, Damaged, NotFound, Usage
from vault.model.records import Case, Evidence, Link, PersonRecord, Plan, Share
from vault.store import backup_notes, remnants, rotation_state
from vault.store.backup_notes import BackupNote
from vault.store.catalogue import Catalogue
from vault.store.objects import ObjectStore
from vault.usecases import (
    auditing,
    bundling,
    cases,
    doctor,
    extracts,
    items,
    ledger,
    opening,
    people,
    recipients,
    redacting,
    rowcheck,
    searching,
    shredding,
)  # fmt: skip
from vault.usecases.auditing import Wanted
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault

WITNESS, CLIENT = "Пупкин Василий Ильич", "Мария Зимородкова"
TEXT = "Мы встретили пупкина у киоска, и Марию Зимородкову тоже."


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[UnlockedVault]:
    with vaults.new_vault(tmp_path / "vault") as made:
        yield made


def shred(vault: UnlockedVault, case_id: str, *, keep_shared: bool = False) -> shredding.Outlook:
    found = shredding.shred(vault, case_id, purpose="other", keep_shared=keep_shared)
    assert shredding.finish(vault).clean
    assert rowcheck.all_problems(vault) == []
    assert vault.catalogue.get(Case, case_id) is None
    return found


def with_people(vault: UnlockedVault, title: str = "Дело") -> str:
    case = cases.new(vault, title).id
    people.add(vault, case, [NewPerson(WITNESS, "witness", note="свидетель"), NewPerson(CLIENT, "applicant")])
    return case


def masked(vault: UnlockedVault, case: str) -> str:
    """All that a plan of the case finds."""
    plan = redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL).plan
    return " | ".join(finding.text for finding in plan.findings)


# ---- what goes, what is told -------------------------------------------------------------------------------------


def test_all_that_went_and_all_that_is_left_elsewhere_is_told(vault: UnlockedVault, tmp_path: Path) -> None:
    case, spouse = with_people(vault), cases.new(vault, "Муж").id
    cases.link(vault, case, spouse, "spouse")
    item = vaults.add_text(vault, case, TEXT)
    lent = vaults.add_text(vault, spouse, "Письмо мужа.")
    items.share(vault, lent.id, case)
    items.get(vault, item.id, tmp_path / "copy.txt", purpose="review")
    redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, case)
    lawyer = recipients.add(vault, "lawyer", "Lawyer")
    order = bundling.Order(lawyer.id, purpose="filing", accept_weak_jail=vaults.WEAK_JAIL)
    made = bundling.create(vault, case, order, tmp_path / "b.age")
    for name, day in (("before", "2001-01-01T00:00:00Z"), ("after", "2999-01-01T00:00:00Z")):
        backup_notes.put(vault.catalogue, BackupNote(name, f"/media/{name}", day, "", 1))
    looked = shredding.look(vault, case)
    cases.close(vault, case)
    found = shred(vault, case)
    assert found == looked
    assert (found.people, found.items, found.size, found.borrowed, found.plans) == (2, 1, item.size, 1, 1)
    assert found.links == (spouse,)
    assert [one.id for one in found.disclosures] == [made.id]
    assert [copy.path for copy in found.plaintext] == [str((tmp_path / "copy.txt").resolve())]
    assert [one.place for one in found.backups] == ["/media/after"]
    assert cases.show(vault, spouse).links == []
    assert [one.id for one in items.listing(vault, spouse)] == [lent.id]
    assert vault.catalogue.count_plaintext() == 0
    assert ledger.disclosures(vault, None) == []
    assert list(vault.objects.names()) == [lent.object]
    assert [f for f in doctor.examine(vault) if f.level in ("damaged", "repaired")] == []


def test_the_log_keeps_what_it_said_and_can_be_shown_and_handed_on(vault: UnlockedVault, tmp_path: Path) -> None:
    case = with_people(vault)
    vaults.add_text(vault, case, TEXT)
    shred(vault, case)
    shown = auditing.show(vault, Wanted(case_id=case))
    assert {one.object_id for one in shown} == {None}, "nobody can say any more what the pseudonyms stand for"
    gone = [one.entry for one in shown if one.entry.action == "case.shred"]
    assert [entry.phase for entry in gone] == ["intent", "intent", "intent", "outcome", "event"]
    assert {entry.purpose for entry in gone[:3]} == {"other"}
    removed = [row for entry in gone for row in entry.rows]
    assert len(removed) == 5
    assert {row.hash for row in removed} == {None}
    assert auditing.verify(vault).ok
    assert extracts.extract(vault, case, tmp_path / "extract.json").entries == len(shown) + 1
    for act in (
        lambda: cases.show(vault, case),
        lambda: shredding.shred(vault, case),
        lambda: vault.case_keys(case),
        lambda: auditing.show(vault, Wanted(case_id="C-00000")),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_row_of_it_that_is_put_back_is_noticed(vault: UnlockedVault) -> None:
    case = with_people(vault)
    (row, *_) = vault.catalogue.db.execute("SELECT * FROM people").fetchall()
    shred(vault, case)
    vault.catalogue.db.execute("PRAGMA foreign_keys = OFF")
    vault.catalogue.db.execute(f"INSERT INTO people VALUES ({', '.join('?' * len(row))})", row)
    (problem,) = rowcheck.all_problems(vault)
    assert row[0] in problem
    assert "gone" in problem


def test_a_case_with_a_thousand_rows_needs_several_entries(vault: UnlockedVault) -> None:
    case, other = cases.new(vault, "Много").id, cases.new(vault, "Другое").id
    people.add(vault, case, [NewPerson(f"Иванов Пётр {'и' * (n % 50)}", "witness") for n in range(600)])
    shred(vault, case)
    entries = [one.entry for one in auditing.show(vault, Wanted(case_id=case, action="case.shred"))]
    assert [len(entry.rows) for entry in entries if entry.phase == "intent"] == [256, 256, 88, 0, 1]
    assert cases.show(vault, other).case.title == "Другое"


# ---- what other cases use ----------------------------------------------------------------------------------------


def test_shared_items_are_refused_with_a_list_and_nothing_is_done(vault: UnlockedVault) -> None:
    case, other = with_people(vault), cases.new(vault, "Другое").id
    item, moved = (vaults.add_text(vault, case, TEXT) for _ in range(2))
    items.share(vault, item.id, other)
    items.move(vault, moved.id, other)
    with pytest.raises(Usage) as refused:
        shredding.shred(vault, case, purpose="other")
    for name in (item.id, moved.id, other):
        assert name in refused.value.message
    assert "--keep-shared" in refused.value.hint
    assert [one.id for one in items.listing(vault, case)] == [item.id]
    assert not shredding.unfinished(vault)


def test_shared_items_stay_whole_and_their_people_stay_protected(vault: UnlockedVault, tmp_path: Path) -> None:
    case = with_people(vault)
    open_case, closed, third = (cases.new(vault, title).id for title in ("Открытое", "Закрытое", "Третье"))
    vaults.add_text(vault, case, "Только здесь: Пупкин.")
    shared, away = vaults.add_text(vault, case, TEXT), vaults.add_text(vault, case, TEXT + " Ещё раз.")
    for user in (open_case, closed):
        items.share(vault, shared.id, user)
    cases.close(vault, closed)
    items.move(vault, away.id, third)
    before = {one: masked(vault, one) for one in (open_case, third)}
    people.add(vault, third, [NewPerson(WITNESS, "witness")])
    found = shred(vault, case, keep_shared=True)
    assert [(one.evidence, one.cases, one.how) for one in found.held] == [
        (shared.id, (open_case, closed), "shared"), (away.id, (third,), "moved"),
    ]  # fmt: skip
    assert dict(found.listed) == {open_case: 2, third: 1}
    assert found.items == 1
    kept = vault.catalogue.require(Evidence, shared.id)
    assert (kept.case_id, kept.moved_from) == (open_case, "")
    assert items.problem_of(vault, kept) is None
    assert vault.catalogue.require(Evidence, away.id).moved_from == ""
    assert [one.id for one in items.listing(vault, closed)] == [shared.id]
    assert searching.find(vault, "пупкин")[1] == 2
    assert searching.find(vault, "пупкин", case_id=open_case)[1] == 1
    assert {p.name for p in redacting.people_of(vault, closed)} == {WITNESS, CLIENT}
    for user in (open_case, third):
        after = masked(vault, user)
        assert "пупкина" in after
        assert "Марию Зимородкову" in after
        assert before[user]
        for person in vault.catalogue.all(PersonRecord, case_id=user):
            assert (person.role != "applicant", person.keep, person.note) == (True, None, "")
    assert len(list(vault.objects.names())) == 2
    # They go on being protected when the case that took them over is shredded, too.
    cases.change(vault, third, title="Третье")
    shred(vault, open_case, keep_shared=True)
    assert vault.catalogue.require(Evidence, shared.id).case_id == closed
    assert {p.name for p in redacting.people_of(vault, closed)} == {WITNESS, CLIENT}


def test_translations_are_cut_off_from_originals_that_go(vault: UnlockedVault) -> None:
    case, other = cases.new(vault, "Одно").id, cases.new(vault, "Другое").id
    first, second = (vaults.add_bytes(vault, case, b"ru %d" % n) for n in range(2))
    shared = vaults.add_bytes(vault, case, b"en 1", translation_of=first.id)
    moved = vaults.add_bytes(vault, case, b"en 2", translation_of=second.id)
    items.share(vault, shared.id, other)
    items.move(vault, moved.id, other)
    found = shred(vault, case, keep_shared=True)
    assert [one.how for one in found.held] == ["shared"], "without people there is nobody to list"
    here = items.listing(vault, other)
    assert {one.id for one in here} == {shared.id, moved.id}
    assert {(one.translation_of, one.moved_from) for one in here} == {(None, "")}


def test_an_item_that_is_not_whole_stops_it(vault: UnlockedVault) -> None:
    case, other = with_people(vault), cases.new(vault, "Другое").id
    first, second = (vaults.add_bytes(vault, case, b"x" * size) for size in (10, 70_000))
    for item in (first, second):
        items.share(vault, item.id, other)
    path = vault.objects.path(second.object)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged):
        shredding.shred(vault, case, keep_shared=True)
    assert vault.catalogue.require(Case, case)
    assert set(vault.objects.names()) == {first.object, second.object}
    assert not shredding.unfinished(vault)


def test_what_another_command_adds_meanwhile_stops_it(vault: UnlockedVault) -> None:
    case, other = cases.new(vault, "Одно").id, cases.new(vault, "Другое").id
    item = vaults.add_bytes(vault, case, b"x" * 1000)
    items.share(vault, item.id, other)
    with opening.open_vault(vault.folder, vaults.CODE) as second:
        for act in (
            lambda: people.add(second, case, [NewPerson(WITNESS, "witness")]),
            lambda: vaults.add_bytes(second, case, b"y"),
            lambda: items.share(second, item.id, cases.new(second, "Новое").id),
        ):
            waiting = [act]

            def once(_: int, waiting: list[Callable[[], Any]] = waiting) -> None:
                while waiting:
                    waiting.pop()()

            with pytest.raises(Busy):
                shredding.shred(vault, case, keep_shared=True, progress=once)
            assert len(list(vault.objects.names())) == vault.catalogue.count(Evidence)
            assert rowcheck.all_problems(vault) == []
    shred(vault, case, keep_shared=True)


def test_no_case_is_shredded_while_all_keys_are_renewed(vault: UnlockedVault) -> None:
    case, other = with_people(vault), cases.new(vault, "Другое").id
    with vault.catalogue.transaction():
        rotation_state.put(vault.catalogue, other, rotation_state.CaseState("done"))
        rotation_state.note_names(vault.catalogue, case, [("00" * 8, "P-0000000")])
    with pytest.raises(Usage, match="renewal"):
        shredding.shred(vault, case)
    with vault.catalogue.transaction():
        rotation_state.clear(vault.catalogue)
    shred(vault, case)
    assert rotation_state.earlier_names(vault.catalogue, case) == {}


# ---- stopped at any moment ---------------------------------------------------------------------------------------


SEAMS: tuple[tuple[Any, str], ...] = (
    (ObjectStore, "put"), (ObjectStore, "remove"), (Catalogue, "put"), (Catalogue, "remove"), (remnants, "begin"),
    (remnants, "note_leaving"), (remnants, "forget_leaving"), (remnants, "end"), (remnants, "rewrite"),
    (remnants, "empty_log"), (UnlockedVault, "note"), (UnlockedVault, "_close_intents"),
)  # fmt: skip


def _die_at(point: int) -> None:
    """End this process right before the call with this number of any of the seams, as a kill would."""
    left = [point]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
            return function(*given, **named)

        return call

    for owner, name in SEAMS:
        setattr(owner, name, counted(getattr(owner, name)))


def _shred_and_die(folder: Path, case: str, point: int) -> None:
    try:
        with opening.open_vault(folder, vaults.CODE) as dying:
            _die_at(point)
            shredding.shred(dying, case, keep_shared=True)
            shredding.finish(dying)
            os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked for each moment")
def test_a_kill_at_any_moment_leaves_the_case_whole_or_gone(tmp_path: Path) -> None:
    with vaults.new_vault(tmp_path / "vault") as vault:
        case, other = with_people(vault), cases.new(vault, "Другое").id
        cases.link(vault, case, other, "spouse")
        item, shared = vaults.add_bytes(vault, case, b"gone"), vaults.add_bytes(vault, case, b"shared")
        own = vaults.add_bytes(vault, other, b"other")
        items.share(vault, shared.id, other)
    seen = set()
    for point in range(100):
        folder = tmp_path / str(point)
        shutil.copytree(tmp_path / "vault", folder)
        vaults.forget(folder)
        if child := os.fork():
            status = os.waitpid(child, 0)[1]
        else:
            _shred_and_die(folder, case, point)
        with opening.open_vault(folder, vaults.CODE) as after:
            seen.add(_whole_or_gone(after, case, other, {item.id, shared.id}, own.id))
        shutil.rmtree(folder)
        if os.waitstatus_to_exitcode(status) != 9:
            break
    assert os.waitstatus_to_exitcode(status) == 0
    assert point > 25
    assert seen == {True, False}


def _whole_or_gone(vault: UnlockedVault, case: str, other: str, its: set[str], own: str) -> bool:
    """Whether the case is there, after `doctor` has been at it; nothing between is."""
    levels = {one.level: one.message for one in doctor.examine(vault) if one.subject != "disk encryption"}
    assert "damaged" not in levels, levels
    assert not shredding.unfinished(vault)
    here = vault.catalogue.get(Case, case) is not None
    found = {one.id for one in vault.catalogue.all(Evidence)}
    assert found == (its | {own} if here else {own} | (its & found))
    assert vault.catalogue.count(PersonRecord) == 2, "listed here or there"
    assert vault.catalogue.count(Link) == (2 if here else 0)
    assert vault.catalogue.count(Plan) == 0
    assert vault.catalogue.count(Share) == (1 if here else 0)
    assert len(items.of_case(vault, other)) == 2
    for item in vault.catalogue.all(Evidence):
        assert items.problem_of(vault, item) is None
    # One file may be there that was written and not noted: doctor names it.
    assert len(set(vault.objects.names())) - len(found) in (0, 1)
    return here
