"""Items of evidence through the whole vault: in, found, out byte for byte; shared, moved, translated, removed."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
import vaults

from vault.errors import CasevaultError, Damaged, NotFound, OutputExists, SyncFolder, Usage
from vault.formats.padding import padded_length
from vault.model.records import Case, Evidence, ExtractedText, Share
from vault.store.objects import BUFFER_BYTES
from vault.usecases import adding, cases, doctor, items, opening, originals, overview, rowcheck, searching
from vault.usecases.adding import Adder, NewFile, Provenance
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


@pytest.fixture
def other(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Другое дело")


def got(vault: UnlockedVault, item: Evidence, out: Path) -> bytes:
    items.get(vault, item.id, out)
    data = out.read_bytes()
    out.unlink()
    return data


# ---- in and out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", [0, 1, 65_528, 65_529, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, adding.SMALL_BYTES,
             adding.SMALL_BYTES + 1, 3 * adding.SMALL_BYTES + 7],
)  # fmt: skip
def test_a_file_comes_back_byte_for_byte(vault: UnlockedVault, case: Case, tmp_path: Path, size: int) -> None:
    source = tmp_path / "исходный файл.bin"
    source.write_bytes(os.urandom(size))
    before = source.read_bytes()
    (added,) = Adder(vault, case.id, Provenance()).add([NewFile(source)])
    assert added.evidence is not None
    assert got(vault, added.evidence, tmp_path / "out") == before == source.read_bytes()
    assert added.evidence.original_name == "исходный файл.bin"
    assert added.evidence.size == size
    assert [one.problem for one in items.verify(vault, case.id)] == [None]


def test_many_at_once_with_some_that_can_not_be_added(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    files = []
    for n in range(30):
        path = tmp_path / f"{n}.txt"
        path.write_text(f"текст {n % 20}")
        files.append(NewFile(path))
    bad = [NewFile(tmp_path), NewFile(tmp_path / "none"), NewFile(tmp_path / ("x" * 300))]
    results = list(Adder(vault, case.id, Provenance()).add([*files[:10], *bad, *files[10:]]))
    assert [result.file for result in results] == [*files[:10], *bad, *files[10:]]
    assert [result.error is not None for result in results] == [False] * 10 + [True] * 3 + [False] * 20
    good = [result for result in results if result.evidence is not None]
    by_hash: dict[bytes, str] = {}
    for result in good:
        assert result.evidence is not None
        assert result.duplicate_of == by_hash.get(result.evidence.sha256)
        by_hash.setdefault(result.evidence.sha256, result.evidence.id)
    assert vault.catalogue.count(Evidence) == 30
    assert len(list(vault.objects.names())) == 30
    assert not list(vault.objects.strays())


def test_a_duplicate_in_another_case_is_not_told(vault: UnlockedVault, case: Case, other: Case) -> None:
    vaults.add_bytes(vault, case, b"same")
    adder = Adder(vault, other.id, Provenance())
    (added,) = adder.add([NewFile(None, io.BytesIO(b"same"), "x")])
    assert added.duplicate_of is None


def test_provenance_is_kept_and_checked(vault: UnlockedVault, case: Case) -> None:
    given = {
        "kind": "summons", "title": " Пове\u0301стка\x00 ", "source": "почта", "note": "n\nm", "given_by": "сестра",
        "collected_at": "2024-03-31", "captured_at": "2024-03-31T14:05", "language": "ru",
    }  # fmt: skip
    item = vaults.add_bytes(vault, case, b"x", "a/b", **given)
    assert item.title == "Пове\u0301стка"
    assert {name: getattr(item, name) for name in given if name != "title"} == {
        name: text for name, text in given.items() if name != "title"
    }
    for wrong in (
        {"kind": "sumons"},
        {"collected_at": "31.3.2024"},
        {"captured_at": "soon"},
        {"title": "x" * 20_001},
    ):
        with pytest.raises(Usage):
            vaults.add_bytes(vault, case, b"x", **wrong)
    assert vault.catalogue.count(Evidence) == 1


def test_commitments_tell_nothing_without_their_key(vault: UnlockedVault, case: Case) -> None:
    first, second = vaults.add_bytes(vault, case, b"same"), vaults.add_bytes(vault, case, b"same")
    assert first.sha256 == second.sha256
    assert first.commitment != second.commitment
    assert first.commitment_key != second.commitment_key


def test_an_output_that_exists_or_a_cloud_is_refused(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    item = vaults.add_bytes(vault, case, b"x")
    (tmp_path / "out").write_bytes(b"precious")
    with pytest.raises(OutputExists):
        items.get(vault, item.id, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"precious"
    with pytest.raises(Usage):
        items.get(vault, item.id, tmp_path / "none" / "out")
    (tmp_path / "Dropbox").mkdir()
    with pytest.raises(SyncFolder):
        items.get(vault, item.id, tmp_path / "Dropbox" / "out")
    assert list((tmp_path / "Dropbox").iterdir()) == []


def test_ids_that_are_none(vault: UnlockedVault) -> None:
    for call in (items.show, items.remove, items.change):
        with pytest.raises(NotFound):
            call(vault, "E-000000000")
    with pytest.raises(NotFound):
        cases.show(vault, "C-00000")


def test_plain_copies_are_listed_until_they_are_gone(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    source = tmp_path / "original"
    source.write_bytes(b"x" * 100)
    (added,) = Adder(vault, case.id, Provenance()).add([NewFile(source)])
    assert added.evidence is not None
    items.get(vault, added.evidence.id, tmp_path / "copy")
    assert {one.origin for one in overview.status(vault).plaintext} == {"original", "get"}
    (tmp_path / "copy").unlink()
    assert [one.path for one in originals.still_there(vault)] == [str(source)]
    originals.remove(vault, added.evidence, source)
    assert not source.exists()
    assert originals.still_there(vault) == []


def test_an_original_that_is_not_the_one_stays(vault: UnlockedVault, case: Case, tmp_path: Path) -> None:
    source = tmp_path / "original"
    source.write_bytes(b"x" * 100)
    (added,) = Adder(vault, case.id, Provenance()).add([NewFile(source)])
    assert added.evidence is not None
    source.write_bytes(b"y" * 100)
    with pytest.raises(CasevaultError, match="no longer the file"):
        originals.remove(vault, added.evidence, source)
    assert source.exists()
    source.write_bytes(b"x" * 100)
    path = vault.objects.path(added.evidence.object)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged):
        originals.remove(vault, added.evidence, source)
    assert source.exists()


# ---- damage ------------------------------------------------------------------------------------------------------


def test_one_damaged_item_is_named_and_the_others_stay_readable(
    vault: UnlockedVault, case: Case, tmp_path: Path
) -> None:
    found = [vaults.add_bytes(vault, case, os.urandom(70_000)) for _ in range(5)]
    hurt = [vault.objects.path(item.object) for item in found]
    flipped = bytearray(hurt[0].read_bytes())
    flipped[-100] ^= 1
    hurt[0].write_bytes(flipped)
    hurt[1].write_bytes(hurt[1].read_bytes()[:-1])
    hurt[2].write_bytes(hurt[3].read_bytes())
    for item in found[:3]:
        with pytest.raises(Damaged, match=item.id):
            items.get(vault, item.id, tmp_path / "out")
        assert list(tmp_path.glob("out*")) == []
        assert list(tmp_path.glob(".casevault*")) == []
    for item in found[3:]:
        assert len(got(vault, item, tmp_path / "out")) == 70_000
    assert [one.problem is None for one in items.verify(vault)] == [False] * 3 + [True] * 2
    damaged = [one.subject for one in doctor.examine(vault, read_data=True) if one.level == "damaged"]
    assert damaged == [item.id for item in found[:3]]


def test_objects_of_two_cases_can_not_be_exchanged(
    vault: UnlockedVault, case: Case, other: Case, tmp_path: Path
) -> None:
    """Nor can their rows: the row's header MAC and the case's key both speak against it."""
    first, second = vaults.add_bytes(vault, case, b"a" * 999), vaults.add_bytes(vault, other, b"b" * 999)
    paths = [vault.objects.path(item.object) for item in (first, second)]
    data = [path.read_bytes() for path in paths]
    paths[0].write_bytes(data[1])
    paths[1].write_bytes(data[0])
    for item in (first, second):
        with pytest.raises(Damaged):
            items.get(vault, item.id, tmp_path / "out")
    # Even a row that names the other case's file, with its MAC, does not open it.
    lured = replace(first, object=second.object, header_mac=second.header_mac)
    paths[1].write_bytes(data[1])
    with pytest.raises(Damaged, match="another case"), items.content(vault, lured) as chunks:
        next(chunks)


def test_a_row_with_another_hash_is_noticed_at_the_end(vault: UnlockedVault, case: Case) -> None:
    item = vaults.add_bytes(vault, case, b"a" * 999)
    assert items.problem_of(vault, item) is None
    problem = items.problem_of(vault, replace(item, sha256=bytes(32)))
    assert problem is not None
    assert "not the one that was added" in problem


def test_doctor_removes_leftovers_and_names_strangers(vault: UnlockedVault, case: Case) -> None:
    item = vaults.add_bytes(vault, case, b"x")
    store = vault.folder / "objects"
    half = store / "ab" / ("a" * 32 + ".part")
    whole = store / "cd" / ("cd" + "0" * 30 + ".age")
    for path in (half, whole):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (store / "notes.txt").write_bytes(b"mine")
    (vault.folder / "vault.json.part").write_bytes(b"half")
    found = {one.subject: one for one in doctor.examine(vault, remove_unreferenced=True)}
    assert found["leftovers"].level == "repaired"
    assert "3 half-written" in found["leftovers"].message
    assert not half.exists()
    assert not whole.exists()
    assert (store / "notes.txt").exists()
    assert list(vault.objects.names()) == [item.object]
    again = [one for one in doctor.examine(vault) if one.subject in ("leftovers", "stored files")]
    assert [one.level for one in again] == ["ok", "warning"]


# ---- search ------------------------------------------------------------------------------------------------------


def test_items_are_found_by_text_title_note_and_name(vault: UnlockedVault, case: Case, other: Case) -> None:
    item = vaults.add_text(
        vault, case, "Ему вручили повестку.", "письмо-сестры.txt", title="Ёлка", note="взято у соседки"
    )
    elsewhere = vaults.add_text(vault, other, "Повестка другого дела.")
    for query in ("повестки", "елка", "ЁЛКА", "соседка", "сестра"):
        hits, total = searching.find(vault, query, case_id=case.id)
        assert [hit.evidence.id for hit in hits] == [item.id], query
        assert total == 1
    hits, _ = searching.find(vault, "повестка")
    assert {hit.evidence.id for hit in hits} == {item.id, elsewhere.id}
    assert all("повестк" in hit.snippet.casefold() for hit in hits)
    with pytest.raises(Usage):
        searching.find(vault, " \x00 ")


def test_a_changed_title_is_found_and_the_old_one_not(vault: UnlockedVault, case: Case) -> None:
    item = vaults.add_bytes(vault, case, b"x", title="старое")
    changed = items.change(vault, item.id, title="новое", collected_at="2024-01-01", sha256="ignored")
    assert changed.title == "новое"
    assert changed.sha256 == item.sha256
    assert searching.find(vault, "старое")[1] == 0
    assert searching.find(vault, "новое")[1] == 1
    with pytest.raises(Usage):
        items.change(vault, item.id, collected_at="yesterday")


# ---- shared, moved, translated, removed --------------------------------------------------------------------------


def test_a_shared_item_is_used_without_a_copy(vault: UnlockedVault, case: Case, other: Case, tmp_path: Path) -> None:
    item = vaults.add_text(vault, case, "Общий текст.")
    items.share(vault, item.id, other.id)
    assert [one.id for one in items.listing(vault, other.id)] == [item.id]
    assert len(list(vault.objects.names())) == 1
    for again in (other.id, case.id):
        with pytest.raises(Usage):
            items.share(vault, item.id, again)
    with pytest.raises(Usage, match="shared"):
        items.remove(vault, item.id)
    with pytest.raises(Usage, match="shared"):
        items.move(vault, item.id, other.id)
    assert vault.catalogue.count(Share) == 1
    assert rowcheck.all_problems(vault) == []


def test_a_moved_item_is_encrypted_for_its_new_case(
    vault: UnlockedVault, case: Case, other: Case, tmp_path: Path
) -> None:
    item = vaults.add_text(vault, case, "Повестка переезжает.", title="Ёлка")
    old = vault.objects.path(item.object)
    moved = items.move(vault, item.id, other.id)
    assert moved.id == item.id
    assert moved.object != item.object
    assert not old.exists()
    assert got(vault, moved, tmp_path / "out") == "Повестка переезжает.".encode()
    with pytest.raises(Damaged), items.content(vault, replace(moved, case_id=case.id)) as chunks:
        next(chunks)
    assert items.listing(vault, case.id) == []
    assert [one.id for one in items.listing(vault, other.id)] == [item.id]
    assert vault.catalogue.require(ExtractedText, item.id).case_id == other.id
    for query in ("повестка", "елка"):
        assert searching.find(vault, query, case_id=case.id)[1] == 0
        assert searching.find(vault, query, case_id=other.id)[1] == 1
    assert rowcheck.all_problems(vault) == []


def test_a_damaged_item_does_not_move(vault: UnlockedVault, case: Case, other: Case) -> None:
    item = vaults.add_bytes(vault, case, b"x" * 70_000)
    path = vault.objects.path(item.object)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged):
        items.move(vault, item.id, other.id)
    assert vault.catalogue.require(Evidence, item.id).case_id == case.id
    assert list(vault.objects.names()) == [item.object]


def test_a_translation_hangs_on_its_original(vault: UnlockedVault, case: Case, other: Case) -> None:
    original = vaults.add_bytes(vault, case, b"ru")
    translation = vaults.add_bytes(vault, case, b"en", translation_of=original.id)
    with pytest.raises(Usage, match="translation"):
        items.remove(vault, original.id)
    with pytest.raises(NotFound):
        vaults.add_bytes(vault, other, b"en", translation_of=original.id)
    with pytest.raises(NotFound):
        vaults.add_bytes(vault, case, b"en", translation_of="E-000000000")
    items.remove(vault, translation.id)
    items.remove(vault, original.id)
    assert items.listing(vault, case.id) == []
    assert list(vault.objects.names()) == []
    assert rowcheck.all_problems(vault) == []


def test_a_closed_case_takes_nothing_and_stays_readable(
    vault: UnlockedVault, case: Case, other: Case, tmp_path: Path
) -> None:
    item = vaults.add_text(vault, case, "Текст.")
    elsewhere = vaults.add_bytes(vault, other, b"x")
    cases.close(vault, case.id)
    for act in (
        lambda: vaults.add_bytes(vault, case, b"y"),
        lambda: items.move(vault, elsewhere.id, case.id),
        lambda: items.share(vault, elsewhere.id, case.id),
    ):
        with pytest.raises(Usage, match="closed"):
            act()
    assert got(vault, item, tmp_path / "out") == "Текст.".encode()
    assert [one.id for one in items.listing(vault, case.id)] == [item.id]


# ---- after a restart ---------------------------------------------------------------------------------------------


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Дело", "заметка")
        item = vaults.add_text(vault, case, "Повестка.")
        spouse = cases.new(vault, "Муж")
        cases.link(vault, case.id, spouse.id, "spouse")
        child = cases.new(vault, "Сын")
        cases.link(vault, case.id, child.id, "parent")
    with opening.open_vault(folder, vaults.CODE) as vault:
        view = cases.show(vault, case.id)
        assert view.case == case
        assert [one.id for one in view.items] == [item.id]
        assert {link[1:] for link in view.links} == {("Муж", "spouse"), ("Сын", "parent")}
        assert [link[2] for link in cases.show(vault, child.id).links] == ["child"]
        for bad in ((case.id, case.id), (case.id, spouse.id), (spouse.id, case.id)):
            with pytest.raises(Usage):
                cases.link(vault, *bad, "other")
        assert items.text_of(vault, item) == "Повестка."
        assert [summary.items for summary in cases.listing(vault)] == [1, 0, 0]
        assert cases.change(vault, case.id, title="Новое").note == "заметка"
        assert rowcheck.all_problems(vault) == []
        assert item.stored_size > padded_length(item.size)
