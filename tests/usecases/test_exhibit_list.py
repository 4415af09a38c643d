"""The order, labels, descriptions and certificates of exhibits: chosen once, kept, never lost and never doubled."""

from __future__ import annotations

import io
import itertools
import random
from dataclasses import replace
from datetime import date

import pytest
import vaults

from vault.errors import NotFound, Refused, Usage
from vault.formats import manifest as manifests
from vault.model.events import MAX_ROWS
from vault.model.records import Case, Evidence, ExhibitNote
from vault.usecases import cases, exhibit_list, exhibit_notes, items, people, rowcheck
from vault.usecases.adding import Adder, NewFile, Provenance
from vault.usecases.exhibit_list import Placed, arranged
from vault.usecases.exhibit_notes import Choices
from vault.usecases.people_file import NewPerson
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


def item(vault: UnlockedVault, case: Case, title: str, **given: str | None) -> str:
    made: Evidence = vaults.add_bytes(vault, case, title.encode(), "a.bin", title=title, **given)
    return made.id


def choose(vault: UnlockedVault, case: Case, choices: Choices) -> int:
    return exhibit_notes.choose(vault, case.id, choices, accept_weak_jail=vaults.WEAK_JAIL)


def listed(vault: UnlockedVault, case: Case) -> list[Placed]:
    return arranged(vault, case.id, items.of_case(vault, case.id))


def shown(vault: UnlockedVault, case: Case) -> list[tuple[str, str, str | None, str | None]]:
    return [(p.label, p.item.title, p.translation_of, p.certificate_of) for p in listed(vault, case)]


def test_translations_and_their_certificates_stand_right_before_the_original(
    vault: UnlockedVault, case: Case
) -> None:
    post = item(vault, case, "post")
    ruling = item(vault, case, "ruling")
    certificate = item(vault, case, "certificate")
    item(vault, case, "photo")
    english = item(vault, case, "ruling in English", translation_of=ruling)
    assert [title for _, title, *_ in shown(vault, case)] == [
        "post", "ruling in English", "ruling", "certificate", "photo",
    ]  # fmt: skip
    assert (
        choose(vault, case, Choices(order=[certificate, english, ruling], certificates={certificate: english})) == 3
    )
    assert shown(vault, case) == [
        ("A", "ruling in English", "C", None),
        ("B", "certificate", None, "A"),
        ("C", "ruling", None, None),
        ("D", "post", None, None),
        ("E", "photo", None, None),
    ]
    # Without its original a translation stands where it was put, and its certificate behind it.
    some = [one for one in items.of_case(vault, case.id) if one.id != ruling]
    assert [(p.label, p.item.title, p.translation_of) for p in arranged(vault, case.id, some)] == [
        ("A", "ruling in English", None), ("B", "certificate", None), ("C", "post", None), ("D", "photo", None),
    ]  # fmt: skip
    # A paper that holds both a translation and its certificate is one exhibit.
    choose(vault, case, Choices(order=[post], certificates={english: english, certificate: ""}))
    assert shown(vault, case)[:3] == [
        ("A", "post", None, None), ("B", "ruling in English", "C", None), ("C", "ruling", None, None),
    ]  # fmt: skip


def test_no_item_is_lost_or_doubled_whatever_was_chosen(vault: UnlockedVault, case: Case) -> None:
    ids = [item(vault, case, str(number)) for number in range(9)]
    rows = [vault.catalogue.require(Evidence, one) for one in ids]
    wild = random.Random(7)
    for _ in range(300):
        tied = [
            replace(row, translation_of=wild.choice([None, *ids])) if wild.random() < 0.6 else row for row in rows
        ]
        noted = {
            one: ExhibitNote(f"{one}@{case.id}", case.id, one, wild.randrange(4), "", "", "", wild.choice(["", *ids]))
            for one in wild.sample(ids, wild.randrange(9))
        }
        for label, one in zip(["B", "D", "ZZ9"], noted, strict=False):
            noted[one] = replace(noted[one], label=label)
        vault.catalogue.all = lambda *_, noted=noted, **__: iter(noted.values())  # type: ignore[method-assign]
        some = wild.sample(tied, wild.randrange(1, 10))
        found = arranged(vault, case.id, [*some, *some[:2]])
        assert sorted(p.item.id for p in found) == sorted(one.id for one in some)
        labels = [p.label for p in found]
        assert len(set(labels)) == len(labels)
        assert all(map(manifests.is_label, labels))
        assert all(p.label == noted[p.item.id].label for p in found if p.item.id in noted and noted[p.item.id].label)
        assert {p.translation_of for p in found} | {p.certificate_of for p in found} <= {None, *labels}
        assert all(p.label not in (p.translation_of, p.certificate_of) for p in found)
        assert arranged(vault, case.id, some) == found
    del vault.catalogue.all


def test_labels_are_kept_for_the_next_export_and_given_to_nothing_else(vault: UnlockedVault, case: Case) -> None:
    first, second, third = (item(vault, case, str(number)) for number in range(3))
    choose(vault, case, Choices(labels={second: " b7 ", third: "A"}))
    assert [(p.item.id, p.label) for p in listed(vault, case)] == [(first, "B"), (second, "B7"), (third, "A")]
    # Left out of one export, its label is still its own.
    (alone,) = arranged(vault, case.id, [vault.catalogue.require(Evidence, first)])
    assert alone.label == "B"
    choose(vault, case, Choices(labels={second: "A", third: "B7"}))
    assert [p.label for p in listed(vault, case)] == ["B", "A", "B7"]
    for label in ("A", "NUL", "COM1", "ABCDE", "1A", "A1234", "А", "A B", "../A", "É"):  # one is Cyrillic
        with pytest.raises(Usage):
            choose(vault, case, Choices(labels={first: label}))
    with pytest.raises(Usage):
        choose(vault, case, Choices(order=[first, first]))
    with pytest.raises(Usage):
        choose(vault, case, Choices(certificates={first: second, second: third}))
    other = cases.new(vault, "Другое")
    stranger = item(vault, other, "stranger")
    for bad in (
        Choices(order=[stranger]), Choices(labels={stranger: "C"}), Choices(certificates={first: stranger}),
        Choices(forget=["E-000000000"]), Choices(descriptions={stranger: "x"}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            choose(vault, case, bad)
    assert [p.label for p in listed(vault, case)] == ["B", "A", "B7"]
    choose(vault, case, Choices(labels={second: ""}, forget=[third]))
    assert [p.label for p in listed(vault, case)] == ["A", "B", "C"]
    assert list(vault.catalogue.all(ExhibitNote)) == []


def test_a_description_is_kept_unless_it_names_somebody(vault: UnlockedVault, case: Case) -> None:
    people.add(vault, case.id, [
        NewPerson("Громова Мария Ильинична", "applicant"),
        NewPerson("Ветлугорская Лидия Аркадьевна", "witness", identifiers=("+7 900 000-01-44",)),
    ])  # fmt: skip
    one = item(vault, case, "Пост", captured_at="2024-03-02T10:00", collected_at="2024-05-01")
    (placed,) = listed(vault, case)
    assert (placed.description, placed.date) == ("Пост", "2024-03-02")
    # The day on which it was collected is not its own.
    other = item(vault, case, "Письмо", collected_at="2024-05-01")
    assert [p.date for p in listed(vault, case) if p.item.id == other] == [""]
    items.remove(vault, other)
    good = "Declaration of a witness,\nfor Maria Gromova"
    choose(vault, case, Choices(descriptions={one: good}, dates={one: date(2023, 3, 12).isoformat()}))
    (placed,) = listed(vault, case)
    assert (placed.description, placed.date) == ("Declaration of a witness, for Maria Gromova", "2023-03-12")
    for text in (
        "Показания Лидии Ветлугорской", "Declaration of L. Vetlugorskaya", "Показания Ветлугорскои",
        "Лида Ветлугорская",
        "call +7 (900) 000 01 44", "Declaration of\nLidia\nVetlugorskaya", "letter of lidia1", "Лидин дневник",
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            choose(vault, case, Choices(descriptions={one: text}, labels={one: "Q"}))
        assert caught.value.kind == "leak"
        assert "етлугор" not in caught.value.message + caught.value.hint
    assert listed(vault, case) == [placed]
    people.add(vault, case.id, [NewPerson("Ли Анна", "other")])
    for label in ("LI", "LI1", "ANNA"):
        with pytest.raises(Refused, match=f"the label {label} names somebody"):
            choose(vault, case, Choices(labels={one: label}))
    assert listed(vault, case) == [placed]
    with pytest.raises(Usage):
        choose(vault, case, Choices(descriptions={one: "x" * 501}))
    with pytest.raises(Usage):
        choose(vault, case, Choices(dates={one: "12 марта"}))
    choose(vault, case, Choices(descriptions={one: ""}, dates={one: ""}))
    assert listed(vault, case)[0].description == "Пост"
    assert rowcheck.problems(vault, case.id) == []


def test_what_leaves_a_case_leaves_no_row_behind(vault: UnlockedVault, case: Case) -> None:
    other = cases.new(vault, "Другое")
    original, paper = item(vault, case, "original"), item(vault, case, "certificate")
    english = item(vault, case, "english", translation_of=original)
    moved = item(vault, case, "moved")
    items.share(vault, original, other.id)
    choose(vault, case, Choices(
        order=[moved, original], labels={original: "K", moved: "M"}, certificates={paper: english},
    ))  # fmt: skip
    choose(vault, other, Choices(descriptions={original: "Lent"}, labels={original: "A"}))
    assert {note.id for note in vault.catalogue.all(ExhibitNote, case_id=other.id)} == {f"{original}@{other.id}"}
    assert next(iter(listed(vault, other))).description == "Lent"
    assert {p.label for p in listed(vault, case)} == {"K", "M", "A", "B"}
    items.unshare(vault, original, other.id)
    assert list(vault.catalogue.all(ExhibitNote, case_id=other.id)) == []
    items.remove(vault, english)
    assert {note.evidence_id for note in vault.catalogue.all(ExhibitNote)} == {original, moved}
    items.move(vault, moved, other.id)
    assert [note.evidence_id for note in vault.catalogue.all(ExhibitNote)] == [original]
    assert listed(vault, other)[0].label == "A"
    for one in (case, other):
        assert rowcheck.problems(vault, one.id) == []


def test_an_order_of_more_items_than_one_entry_holds(vault: UnlockedVault, case: Case) -> None:
    count = MAX_ROWS + 5
    files = [NewFile(None, io.BytesIO(b"%d" % number), "a.bin") for number in range(count)]
    made = [str(one.evidence and one.evidence.id) for one in Adder(vault, case.id, Provenance()).add(files)]
    assert choose(vault, case, Choices(order=made[::-1])) == count
    assert [p.item.id for p in listed(vault, case)] == made[::-1]
    assert list(itertools.islice((p.label for p in listed(vault, case)), 24, 28)) == ["Y", "Z", "AA", "AB"]
    assert choose(vault, case, Choices(order=made[::-1])) == 0
    assert choose(vault, case, Choices(order=[])) == count
    assert exhibit_list.notes(vault, case.id) == {}
    assert rowcheck.problems(vault, case.id) == []
