"""What each use case leaves in the log: exactly these entries, nothing personal; and no content without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlcipher_pages
import vaults

from vault import dossier
from vault.errors import CasevaultError, Damaged, LogUnavailable, NotAllowed, Usage
from vault.model.events import Entry
from vault.model.findings import Box
from vault.model.records import TABLES, Case, Evidence, PersonRecord
from vault.usecases import (
    adding,
    alarm,
    auditing,
    bundling,
    cases,
    doctor,
    extracting,
    items,
    ledger,
    opening,
    originals,
    overview,
    people,
    recipients,
    redacting,
    rowcheck,
    searching,
)
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import AUDIT_NAME, UnlockedVault


@dataclass
class World:
    """A vault with one case of each thing, open."""

    vault: UnlockedVault
    case: str
    other: str
    person: str
    item: str
    recipient: str
    finding: str
    out: Path
    source: Path

    def review(self) -> None:
        vaults.accept_all(self.vault, self.case)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> vaults.DossierVault:
    """The world once, closed; its ids stand in `items`."""
    folder = tmp_path_factory.mktemp("world") / "vault"
    with vaults.new_vault(folder) as vault:
        case, other = cases.new(vault, "Дело"), cases.new(vault, "Другое")
        (person,) = people.add(vault, case.id, [NewPerson("Заречнов Михаил Павлович", "witness")])
        item = vaults.add_text(vault, case, "Свидетель Заречнов видел повестку.", "письмо.txt", title="Письмо")
        recipient = recipients.add(vault, "lawyer", "Адвокат")
        finding = redacting.make(vault, case.id, accept_weak_jail=vaults.WEAK_JAIL).plan.findings[0].id
        known = {
            "case": case.id, "other": other.id, "person": person.id, "item": item.id, "recipient": recipient.id,
            "finding": finding,
        }  # fmt: skip
        return vaults.DossierVault(vault, case.id, known)


@pytest.fixture
def world(made: vaults.DossierVault, tmp_path: Path) -> Iterator[World]:
    copied = vaults.copy_of(made, tmp_path / "vault")
    source = tmp_path / "исходник.txt"
    source.write_text("Повестка от 31 марта")
    with copied.vault as vault:
        yield World(vault, **copied.items, out=tmp_path / "out", source=source)


def add(world: World, count: int = 1) -> None:
    files = [adding.NewFile(world.source)] * count
    assert all(one.evidence for one in adding.Adder(world.vault, world.case, adding.Provenance()).add(files))


def bundle(world: World) -> bundling.Bundle:
    order = bundling.Order(world.recipient, purpose="hearing", consent="oral", accept_weak_jail=vaults.WEAK_JAIL)
    return bundling.create(world.vault, world.case, order, world.out)


def written(world: World, act: Callable[[World], object]) -> list[str]:
    """The entries that `act` adds: action, phase, outcome, whose case (own, other or none), whether an object."""
    before = world.vault.log.head().size
    act(world)
    places = {world.case: "own", world.other: "other", None: "-"}

    def shown(one: Entry) -> str:
        parts = [one.action, one.phase, one.outcome, places.get(one.case, "new"), "object" if one.object else None]
        return " ".join(part for part in parts if part)

    return [shown(one) for one in world.vault.log.entries(after_seq=before - 1)]


def change(action: str, case: str = "own", *, obj: bool = True, times: int = 1) -> list[str]:
    """Each change has an intent; those of one operation in one case share its outcome."""
    end = f" {case}{' object' if obj else ''}"
    return [f"{action} intent{end}"] * times + [
        f"{action} outcome ok {case}" + (" object" if obj and times == 1 else "")
    ]


READS: dict[str, tuple[Callable[[World], object], list[str]]] = {
    "list cases": (lambda w: cases.listing(w.vault), change("case.list", "-", obj=False)),
    "show a case": (lambda w: cases.show(w.vault, w.case), change("case.show", obj=False)),
    "list people": (lambda w: people.listing(w.vault, w.case), change("person.list", obj=False)),
    "variants of a person": (lambda w: people.show(w.vault, w.person), change("person.variants")),
    "list items": (lambda w: items.listing(w.vault, w.case), change("evidence.list", obj=False)),
    "show an item": (lambda w: items.show(w.vault, w.item), change("evidence.show")),
    "get an item": (lambda w: items.get(w.vault, w.item, w.out), change("evidence.get")),
    "verify items": (lambda w: list(items.verify(w.vault, w.case)), change("evidence.verify", obj=False)),
    "search a case": (
        lambda w: searching.find(w.vault, "повестка", case_id=w.case), change("search", obj=False)
    ),
    "search everywhere": (
        lambda w: searching.find(w.vault, "повестка"),
        ["search intent -", "search.hit event ok own", "search outcome ok -"],
    ),
    "list recipients": (lambda w: recipients.listing(w.vault), change("recipient.list", "-", obj=False)),
    "list bundles": (lambda w: ledger.listing(w.vault, w.case), change("bundle.list", obj=False)),
    "list disclosures": (lambda w: ledger.disclosures(w.vault), change("disclosures", "-", obj=False)),
    "show a plan": (
        lambda w: redacting.show(w.vault, w.case),
        change("redact.show", obj=False) + change("redact.show", obj=False),
    ),
    "show the log": (lambda w: auditing.show(w.vault, auditing.Wanted(w.case)), ["audit.show event ok own"]),
    "status": (lambda w: overview.status(w.vault), ["vault.status event ok -"]),
    "doctor": (lambda w: list(doctor.examine(w.vault)), change("vault.doctor", "-", obj=False)),
}  # fmt: skip

CHANGES: dict[str, tuple[Callable[[World], object], list[str]]] = {
    "new case": (lambda w: cases.new(w.vault, "Новое"), change("case.new", "new", obj=False)),
    "change a case": (lambda w: cases.change(w.vault, w.case, title="x"), change("case.set", obj=False)),
    "close a case": (lambda w: cases.close(w.vault, w.case), change("case.close", obj=False)),
    "sound an alarm": (lambda w: alarm.start(w.vault, w.case, "en"), change("case.alarm", obj=False)),
    "end an alarm": (
        lambda w: (alarm.start(w.vault, w.case, "en"), alarm.end(w.vault, w.case)),
        change("case.alarm", obj=False) + change("case.alarm", obj=False),
    ),
    "link cases": (
        lambda w: cases.link(w.vault, w.case, w.other, "spouse"),
        ["case.link intent own", "case.link intent other", "case.link outcome ok own", "case.link outcome ok other"],
    ),
    "add people": (
        lambda w: people.add(w.vault, w.case, [NewPerson("A"), NewPerson("B")]), change("person.add", times=2)
    ),
    "change a person": (lambda w: people.change(w.vault, w.person, keep="agreed"), change("person.set")),
    "remove a person": (lambda w: people.remove(w.vault, w.person), change("person.remove")),
    "add items": (lambda w: add(w, 3), change("evidence.add", times=3)),
    "add a translation": (
        lambda w: vaults.add_bytes(w.vault, w.case, b"en", translation_of=w.item), change("evidence.translate")
    ),
    "change an item": (lambda w: items.change(w.vault, w.item, title="x"), change("evidence.set")),
    "remove an item": (lambda w: items.remove(w.vault, w.item), change("evidence.remove")),
    "share an item": (
        lambda w: items.share(w.vault, w.item, w.other),
        ["evidence.share intent other object", "evidence.share intent own object",
         "evidence.share outcome ok other object", "evidence.share outcome ok own object"],
    ),
    "take a shared item back": (
        lambda w: (items.share(w.vault, w.item, w.other), items.unshare(w.vault, w.item, w.other)),
        [f"evidence.{action} {end} object" for action in ("share", "unshare")
         for end in ("intent other", "intent own", "outcome ok other", "outcome ok own")],
    ),
    "move an item": (
        lambda w: items.move(w.vault, w.item, w.other),
        [*change("evidence.move"), "evidence.move intent own object", "evidence.move intent other object",
         "evidence.move outcome ok own object", "evidence.move outcome ok other object"],
    ),
    "add a recipient": (lambda w: recipients.add(w.vault, "court", "Суд"), change("recipient.add", "-")),
    "remove a recipient": (lambda w: recipients.remove(w.vault, w.recipient), change("recipient.remove", "-")),
    "plan": (
        lambda w: redacting.make(w.vault, w.case, "public", accept_weak_jail=vaults.WEAK_JAIL),
        change("redact.plan", obj=False) + change("redact.plan", obj=False),
    ),
    "accept": (
        lambda w: redacting.decide(w.vault, w.case, "accepted", [w.finding], unseen=True),
        change("redact.accept-unseen", obj=False),
    ),
    "show and reject": (
        lambda w: (redacting.show(w.vault, w.case), redacting.decide(w.vault, w.case, "rejected", [w.finding])),
        [line for action in ("show", "show", "reject") for line in change(f"redact.{action}", obj=False)],
    ),
    "accept unseen": (
        lambda w: redacting.decide(w.vault, w.case, "accepted", [], everything=True, unseen=True),
        change("redact.accept-unseen", obj=False),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*READS, *CHANGES])
def test_each_use_case_leaves_exactly_these_entries(world: World, name: str) -> None:
    act, expected = {**READS, **CHANGES}[name]
    assert written(world, act) == expected
    assert world.vault.log.verify().ok
    assert rowcheck.all_problems(world.vault) == []


def test_reading_a_waiting_item_is_logged(world: World) -> None:
    add(world)

    def read(one: World) -> None:
        vaults.read_all(one.vault, one.case)

    assert written(world, read) == change("evidence.set")
    assert extracting.pending(world.vault) == []


def test_a_bundle_is_in_the_log_with_what_left_and_for_whom(world: World) -> None:
    world.review()
    made_bundles: list[bundling.Bundle] = []
    entries = written(world, lambda w: made_bundles.append(bundle(w)))
    assert entries == [
        "bundle.create intent own",
        # Each original is read whole for the certificate of custody.
        "evidence.verify intent own object", "evidence.verify outcome ok own",
        *change("bundle.create"),
        "bundle.create outcome ok own",
    ]  # fmt: skip
    (entry,) = [one for one in world.vault.log.entries(case=world.case) if one.disclosure is not None]
    assert entry.disclosure is not None
    assert entry.disclosure.bundle == made_bundles[0].sha256
    assert (entry.disclosure.recipient, entry.disclosure.consent) == (world.recipient, "oral")
    assert (entry.purpose, entry.bytes) == ("hearing", made_bundles[0].size)


def test_a_preview_and_a_removed_original_are_logged(world: World) -> None:
    def preview(one: World) -> None:
        redacting.preview(one.vault, one.case, one.out, accept_weak_jail=vaults.WEAK_JAIL)

    assert written(world, preview) == change("redact.preview", obj=False) * 2
    add(world)
    item = list(world.vault.catalogue.all(Evidence, case_id=world.case))[-1]
    removed = written(world, lambda w: originals.remove(w.vault, item, w.source))
    assert removed == change("evidence.remove-source")


def test_what_other_cases_lend_is_told_in_their_logs_too(world: World) -> None:
    items.share(world.vault, world.item, world.other)
    lent, borrowed = "event ok own", ["intent other", "outcome ok other"]
    assert written(world, lambda w: items.listing(w.vault, w.other)) == [
        f"evidence.list {borrowed[0]}", f"evidence.list {lent}", f"evidence.list {borrowed[1]}"
    ]  # fmt: skip
    plan = written(world, lambda w: redacting.make(w.vault, w.other, accept_weak_jail=vaults.WEAK_JAIL))
    assert plan[:2] == [f"redact.plan {borrowed[0]}", f"redact.plan {lent}"]
    assert written(world, lambda w: redacting.show(w.vault, w.other))[1] == f"redact.show {lent}"
    (event,) = world.vault.log.entries(case=world.case, action="redact.show", reverse=True, limit=1)
    assert (event.phase, event.count) == ("event", 1)


def test_a_linked_case_whose_title_is_shown_is_told(world: World) -> None:
    cases.link(world.vault, world.case, world.other, "spouse")
    assert written(world, lambda w: cases.show(w.vault, w.case)) == [
        "case.show intent own", "case.list event ok other", "case.show outcome ok own"
    ]  # fmt: skip


def test_outcomes_say_how_much(world: World) -> None:
    items.get(world.vault, world.item, world.out)
    redacting.preview(world.vault, world.case, world.out.with_suffix(".pdf"), accept_weak_jail=vaults.WEAK_JAIL)
    list(items.verify(world.vault, world.case))
    world.review()
    world.out.unlink()
    made = bundle(world)
    found = {
        (entry.action, entry.count, entry.bytes)
        for entry in world.vault.log.entries(case=world.case) if entry.phase == "outcome" and entry.bytes is not None
    }  # fmt: skip
    size = world.vault.catalogue.require(Evidence, world.item).size
    assert {("evidence.get", None, size), ("evidence.verify", 1, size), ("bundle.create", 1, made.size)} <= found
    assert "redact.preview" in {action for action, _, _ in found}


def test_what_fails_is_logged_as_failed(world: World) -> None:
    path = world.vault.objects.path(world.vault.catalogue.require(Evidence, world.item).object)
    path.write_bytes(path.read_bytes()[:-1])

    def get(one: World) -> None:
        with pytest.raises(Damaged):
            items.get(one.vault, one.item, one.out)

    assert written(world, get) == ["evidence.get intent own object", "evidence.get outcome failed own object"]


@pytest.mark.parametrize(
    "act",
    [
        lambda w: people.add(w.vault, w.case, [NewPerson("")]), lambda w: cases.new(w.vault, " "),
        lambda w: recipients.add(w.vault, "spy", "x"),
        lambda w: recipients.add(w.vault, "lawyer", "x", age_key="age1x"),
        lambda w: redacting.decide(w.vault, w.case, "accepted", []), lambda w: redacting.make(w.vault, w.case, "x"),
        lambda w: redacting.add_box(w.vault, w.case, w.item, 1, Box(1, 1, 1, 1), w.person),
        lambda w: redacting.decide(w.vault, w.case, "accepted", [], everything=True),
    ],
)  # fmt: skip
def test_what_is_refused_at_once_changes_and_logs_nothing(world: World, act: Callable[[World], object]) -> None:
    def refused(one: World) -> None:
        with pytest.raises(Usage):
            act(one)

    assert written(world, refused) == []


def test_a_removed_recipient_gets_nothing(world: World) -> None:
    world.review()
    recipients.remove(world.vault, world.recipient)

    def refused(one: World) -> None:
        with pytest.raises(NotAllowed):
            bundle(one)

    assert written(world, refused) == ["bundle.create intent own", "bundle.create outcome refused own"]
    assert not world.out.exists()


# ---- no log, no content ------------------------------------------------------------------------------------------


def state(world: World) -> list[object]:
    return [record for table in TABLES for record in world.vault.catalogue.all(table)]


@pytest.mark.parametrize("name", [name for name in (*READS, *CHANGES) if name != "doctor"])
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_without_a_log_nothing_is_shown_and_nothing_changed(world: World, name: str, fault: str) -> None:
    """The log's database is really full, or really can't be written."""
    before = state(world)
    db = world.vault.log._db
    if fault == "full":
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        fill_up(world)
    else:
        db.execute("PRAGMA query_only = 1")
    act, _ = {**READS, **CHANGES}[name]
    with pytest.raises(LogUnavailable) as caught:
        act(world)
    assert "audit log" in caught.value.message
    assert not world.out.exists()
    assert state(world) == before
    db.execute("PRAGMA query_only = 0")
    assert world.vault.log.verify().ok


def test_the_doctor_still_works_and_says_so(world: World) -> None:
    """It gives no content out, and is what a person is told to run."""
    world.vault.log._db.execute("PRAGMA query_only = 1")
    found = list(doctor.examine(world.vault))
    assert [one.subject for one in found if one.level == "damaged"] == ["audit log"]
    text = " ".join(one.message + one.hint for one in found)
    assert "Заречнов" not in text
    assert "письмо" not in text


def fill_up(world: World) -> None:
    """Use what is left in the last pages."""
    for _ in range(10_000):
        try:
            world.vault.note("vault.status")
        except LogUnavailable:
            return
    raise AssertionError("the log took everything")


def test_a_log_that_is_a_folder_opens_nothing(made: vaults.DossierVault, tmp_path: Path) -> None:
    copied = vaults.copy_of(made, tmp_path / "vault")
    copied.vault.close()
    for path in copied.vault.folder.glob(f"{AUDIT_NAME}*"):
        path.unlink()
    (copied.vault.folder / AUDIT_NAME).mkdir()
    with pytest.raises((LogUnavailable, Damaged)):
        opening.open_vault(copied.vault.folder, vaults.CODE)


# ---- nothing personal --------------------------------------------------------------------------------------------


def test_nothing_personal_is_in_the_log(dossier_vault: vaults.DossierVault, tmp_path: Path) -> None:
    """Every page of the log, decrypted, against every name, identifier, file name, title and word of a search."""
    vault, case = dossier_vault.vault, dossier_vault.case_id
    secret_query = "zqxvcanary"
    searching.find(vault, secret_query)
    searching.find(vault, "Заречнов")
    people.add(vault, case, [NewPerson("Канарейкина Зоя", note="заметка")])
    people.change(vault, dossier_vault.people["P4"], note="прячется у сестры", keep="согласие")
    items.get(vault, dossier_vault.items["03-ruling.pdf"], tmp_path / "Ветлугорская.pdf")
    recipients.add(vault, "lawyer", "Адвокат Петренко", "ул. Тихая, 5")
    for failing in (lambda: items.show(vault, "Гронберг"), lambda: cases.show(vault, "Тернёва")):
        with pytest.raises(CasevaultError):
            failing()
    listed = [as_one for record in vault.catalogue.all(PersonRecord) for as_one in (record.name, *record.aliases)]
    words = {word for name in listed for word in name.split() if len(word) > 3}
    words |= {i for record in vault.catalogue.all(PersonRecord) for i in record.identifiers}
    found = list(vault.catalogue.all(Evidence))
    words |= {item.original_name for item in found} | {item.title for item in found} | {i.source for i in found}
    words |= {exhibit.name for exhibit in dossier.load().exhibits} | {
        case_.title for case_ in vault.catalogue.all(Case)
    }
    words |= {secret_query, "прячется", "согласие", "Петренко", "Тихая", "Канарейкина", "заметка", str(tmp_path)}
    plain = sqlcipher_pages.everything(vault.folder / AUDIT_NAME, vault.keys.audit)
    assert case.encode() in plain, "the pages were decrypted"
    assert len(words) > 50
    for word in words - {""}:
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            encoded = word.encode(encoding, "ignore")
            assert len(encoded) < 4 or encoded not in plain, (word, encoding)
    for item in found:
        assert item.id.encode() not in plain, "ids of objects stand there as keyed pseudonyms only"
        assert item.sha256.hex().encode() not in plain, "a hash would tell whoever has the file that it is here"


def test_the_holder_sees_which_object_an_entry_means(world: World) -> None:
    items.show(world.vault, world.item)
    shown = [
        one for one in auditing.show(world.vault, auditing.Wanted(world.case)) if one.entry.action == "evidence.show"
    ]
    assert {one.object_id for one in shown} == {world.item}
    assert world.item not in {one.entry.object for one in shown}
    items.remove(world.vault, world.item)
    (gone,) = {
        one.object_id
        for one in auditing.show(world.vault, auditing.Wanted(world.case))
        if one.entry.action == "evidence.show"
    }
    assert gone is None
