"""The shipped dossier is run through everything; then every entry of the log is searched for names and titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import sqlcipher_pages
import vaults
from auditing_office import Auditor

from vault import dossier
from vault.crypto import age
from vault.crypto.slots import RecoveryCode
from vault.errors import CasevaultError
from vault.model import events
from vault.model.records import Evidence
from vault.usecases import (
    adding,
    again,
    alarm,
    auditing,
    bundle_states,
    bundling,
    cases,
    depositing,
    doctor,
    extracts,
    items,
    ledger,
    log_state,
    opening,
    originals,
    overview,
    people,
    policies,
    proofs,
    receiving,
    recipients,
    redacting,
    searching,
    stamping,
)  # fmt: skip
from vault.usecases.people_file import NewPerson
from vault.usecases.unlocked import AUDIT_NAME, UnlockedVault

SHIPPED = dossier.load()
MINE = {
    "Замятина Лукерья Фоминична", "Дело Замятиной о выдворении", "Адвокатское бюро Колокольникова",
    "Pelham Street 77, Springfield", "Тётка с рынка опознала Зобова", "скан-паспорта-Зобова.txt", "Зобовых",
}  # fmt: skip
"""Names, titles, notes, an address, a file and a search that this test adds to those of the dossier."""
MEMBERS = {one.name for one in fields(events.Entry)} | {one.name for one in fields(events.Disclosure)}
CODES = " ".join(
    {*events.ACTIONS, *events.PURPOSES, *events.OUTCOMES, *events.PROFILES, *events.PHASES, *MEMBERS, "witness"}
)
HEX_ONLY = re.compile(r"[0-9a-f]*", re.ASCII)


def words() -> set[str]:
    """What names somebody, or something of the dossier: whole texts, and their words where no code holds them."""
    whole = {exhibit.name for exhibit in SHIPPED.exhibits} | {exhibit.title for exhibit in SHIPPED.exhibits}
    whole |= {exhibit.source for exhibit in SHIPPED.exhibits} | MINE
    for person in SHIPPED.people:
        whole |= {person.name, *person.aliases, *person.identifiers}
    stems = {stem for stems in dossier.load_truth().stems.values() for stem in stems}
    parts = {part for text in whole for part in re.findall(r"[\w@-]{4,}", text)} | stems
    return {text for text in whole if text} | {part for part in parts if _names_something(part.casefold())}


def _names_something(part: str) -> bool:
    return len(part) > 3 and part not in CODES and HEX_ONLY.fullmatch(part) is None


@pytest.fixture(scope="module")
def used(reviewed_dossier: vaults.StoredDossier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnlockedVault]:
    """The dossier's vault after every command that there is."""
    base = tmp_path_factory.mktemp("used")
    made = vaults.copy_of(reviewed_dossier, base / "vault")
    vault = made.vault
    with pytest.raises(CasevaultError):
        opening.open_vault(vault.folder, RecoveryCode(bytes(32)))
    vault.close()
    with opening.open_vault(vault.folder, vaults.CODE) as vault:
        _read(vault, made)
        _change(vault, made, base)
        _hand_over(vault, made, base)
        _audit(vault, made, base)
        yield vault


def _read(vault: UnlockedVault, made: vaults.DossierVault) -> None:
    case = made.case_id
    cases.listing(vault)
    cases.show(vault, case, purpose="review")
    people.listing(vault, case)
    for person in made.people.values():
        people.show(vault, person)
    items.listing(vault, case)
    for item in made.items.values():
        items.show(vault, item, purpose="hearing")
    for query in ("Зобовых", "повестка", SHIPPED.people[1].name):
        searching.find(vault, query, case_id=case, purpose="review")
        searching.find(vault, query)
    redacting.show(vault, case, purpose="review")
    list(items.verify(vault, case))
    overview.status(vault)
    list(doctor.examine(vault, read_data=True))


def _change(vault: UnlockedVault, made: vaults.DossierVault, base: Path) -> None:
    other = cases.new(vault, "Дело Замятиной о выдворении", "Тётка с рынка опознала Зобова")
    cases.change(vault, made.case_id, title="Дело Замятиной о выдворении")
    cases.link(vault, made.case_id, other.id, "spouse")
    cases.show(vault, other.id)
    (person,) = people.add(vault, other.id, [NewPerson("Замятина Лукерья Фоминична", "witness")])
    people.change(vault, person.id, aliases=("Зобовых",), keep="Тётка с рынка опознала Зобова")
    people.remove(vault, person.id)
    source = base / "скан-паспорта-Зобова.txt"
    source.write_text("Зобов видел повестку")
    provenance = adding.Provenance(title="Тётка с рынка опознала Зобова", given_by="Замятина Лукерья Фоминична")
    (added,) = adding.Adder(vault, other.id, provenance).add([adding.NewFile(source)])
    assert added.evidence is not None
    item = added.evidence.id
    vaults.read_all(vault, other.id)
    items.change(vault, item, note="Зобовых", source="Pelham Street 77, Springfield")
    items.get(vault, item, base / "скан-паспорта-Зобова-2.txt", purpose="translation")
    vaults.add_bytes(vault, other.id, b"Zobov saw the summons", "Zobov.txt", translation_of=item)
    originals.remove(vault, vault.catalogue.require(Evidence, item), source)
    shared = made.items[SHIPPED.exhibits[0].name]
    items.share(vault, shared, other.id)
    items.listing(vault, other.id)
    redacting.make(vault, other.id, "public", purpose="filing", accept_weak_jail=vaults.WEAK_JAIL)
    items.unshare(vault, shared, other.id)
    loose = vaults.add_bytes(vault, other.id, b"x", "скан-паспорта-Зобова.txt").id
    items.move(vault, loose, made.case_id)
    items.remove(vault, loose)
    cases.close(vault, other.id)


def _hand_over(vault: UnlockedVault, made: vaults.DossierVault, base: Path) -> None:
    case = made.case_id
    redacting.make(vault, case, purpose="hearing", accept_weak_jail=vaults.WEAK_JAIL)
    out = base / "Замятина Лукерья.pdf"
    redacting.preview(vault, case, out, purpose="hearing", accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, case)
    lawyer = recipients.add(vault, "lawyer", "Адвокатское бюро Колокольникова", "Pelham Street 77, Springfield")
    picked = tuple(made.items[name] for name in ("02-blog.txt", "05-summons-en.txt"))
    wanted = bundling.Order(
        lawyer.id, purpose="hearing", consent=picked[0], only=picked, accept_weak_jail=vaults.WEAK_JAIL
    )
    bundle = bundling.create(vault, case, wanted, base / "Замятина.age")
    receiving.verify(base / "Замятина.age", [age.ScryptIdentity(str(bundle.words))])
    ledger.listing(vault, case)
    ledger.disclosures(vault)
    bundle_states.mark(vault, bundle.id, "handed-over")
    bundle_states.recall(vault, bundle.id, lambda given: None)
    again.compare(vault, bundle.id, purpose="handover")
    alarm.start(vault, case, "ru", base / "отзывы-Замятиной")
    alarm.end(vault, case)
    recipients.listing(vault)
    recipients.remove(vault, lawyer.id)
    with pytest.raises(CasevaultError):
        bundling.create(vault, case, wanted, base / "Замятина-2.age")


def _audit(vault: UnlockedVault, made: vaults.DossierVault, base: Path) -> None:
    auditor = Auditor(base, "Колокольников")
    known = auditor.note_in(vault)
    policies.replace(vault, b'[purposes]\nrequired = ["case.show"]\n')
    export = base / "журнал-Замятиной.age"
    depositing.export(vault, known.id, export)
    auditor.cosign(export)
    depositing.accept(vault, next(base.glob("*.cosigned")))
    extracts.extract(vault, made.case_id, base / "дело-Замятиной.json")
    proofs.proof(vault, 0)
    stamping.request(vault, base / "Замятина.tsq")
    wanted = auditing.Wanted(made.case_id)
    auditing.show(vault, wanted)
    auditing.titles(vault, [one.operation.first.case or "" for one in auditing.operations_of(vault, wanted, 50)[0]])
    assert auditing.verify(vault).ok
    assert not log_state.read(vault).wrong


def test_every_kind_of_entry_was_written(used: UnlockedVault) -> None:
    found = {entry.action for entry in used.log.entries()}
    assert found >= {
        "vault.init", "vault.status", "vault.doctor", "vault.unlock-failed", "case.new", "case.list", "case.show",
        "case.set", "case.link", "case.close", "person.add", "person.list", "person.set", "person.remove",
        "person.variants", "evidence.add", "evidence.list", "evidence.show", "evidence.get", "evidence.set",
        "evidence.move", "evidence.remove", "evidence.verify", "evidence.share", "evidence.unshare",
        "evidence.translate", "evidence.remove-source", "search", "search.hit", "recipient.add", "recipient.list",
        "recipient.remove", "redact.plan", "redact.show", "redact.preview", "redact.accept", "redact.reject",
        "redact.add", "bundle.create", "bundle.list", "disclosures", "audit.show", "audit.policy", "audit.map",
        "audit.chain", "audit.export", "audit.accept", "audit.extract", "audit.stamp",
    }  # fmt: skip
    assert {entry.outcome for entry in used.log.entries()} >= {"ok", "failed", "refused"}


def test_no_entry_holds_a_name_a_file_name_or_a_title(used: UnlockedVault) -> None:
    wanted = {word.casefold() for word in words()}
    assert len(wanted) > 100
    entries = 0
    for case_part, log_part in used.log.stored():
        for part in (case_part, log_part):
            text = part.decode("ascii").casefold()
            found = [word for word in wanted if word in text]
            assert found == [], text
        entries += 1
    assert entries == used.log.head().size > 250


def test_no_page_of_the_log_s_database_holds_one(used: UnlockedVault) -> None:
    plain = sqlcipher_pages.everything(used.folder / AUDIT_NAME, used.keys.audit)
    assert b"evidence.remove-source" in plain, "the pages were decrypted"
    for word in words() | {word.casefold() for word in words()}:
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            encoded = word.encode(encoding, "ignore")
            assert len(encoded) < 5 or encoded not in plain, (word, encoding)


def test_ids_of_people_and_items_stand_there_as_pseudonyms_only(used: UnlockedVault) -> None:
    ids = {item.id for item in used.catalogue.all(Evidence)}
    ids |= {finding.id for finding in redacting.current(used, cases.listing(used)[0].case.id).plan.findings[:1]}
    text = b"\n".join(part for pair in used.log.stored() for part in pair).decode()
    consents = {entry.disclosure.consent for entry in used.log.entries() if entry.disclosure}
    assert len(consents) == 1
    for one in ids - consents:
        assert f'"{one}"' not in text


def test_reads_were_logged_before_and_say_how_they_ended(used: UnlockedVault) -> None:
    begun: set[tuple[str, str | None, str]] = set()
    for entry in used.log.entries():
        if entry.op is None or entry.phase == "event":
            continue
        key = (entry.op, entry.case, entry.action)
        if entry.phase == "intent":
            begun.add(key)
        else:
            begun.remove(key)
    assert begun == set()
