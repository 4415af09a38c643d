"""Who has what, the states of bundles, what changed since one was made, and alarms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vaults

from vault.bundle import recall
from vault.crypto import age
from vault.errors import NotAllowed, OutputExists, Refused, Usage
from vault.formats.manifest import FIRST
from vault.formats.manifest import parse as parsed
from vault.model.records import Case, Copy, Disclosure, Evidence, Mark, RecipientRecord
from vault.store.catalogue import Put
from vault.usecases import (
    again,
    alarm,
    bundle_note,
    bundle_order,
    bundle_states,
    bundling,
    cases,
    items,
    ledger,
    people,
    recipients,
    redacting,
    rowcheck,
)
from vault.usecases.bundle_order import Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import Change, UnlockedVault, now

TEXTS = (
    "Свидетель Михаил Заречнов видел повестку. Телефон +7 900 000-01-33.",
    "Заречнов подтвердил дату.",
    "Опись без имён.",
)
TODAY = datetime.now().astimezone().date()


@dataclass
class Desk:
    """A case with three texts, a bundle of two of them made for the first lawyer, another case."""

    vault: UnlockedVault
    folder: Path
    case: str
    other: str
    first: str
    second: str
    items: tuple[str, str, str]
    bundle: str

    @property
    def given(self) -> ledger.Given:
        return ledger.require(self.vault, self.bundle)

    def review(self, profile: str = "lawyer") -> None:
        redacting.make(self.vault, self.case, profile, accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(self.vault, self.case)

    def order(self, **changed: object) -> Order:
        wanted = {"recipient": self.second, "accept_weak_jail": vaults.WEAK_JAIL, **changed}
        return Order(**wanted)

    def refusal(self, case: str | None = None, **changed: object) -> str:
        with pytest.raises(Refused) as caught:
            bundle_order.prepare(self.vault, case or self.case, self.order(**changed))
        return caught.value.kind


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> vaults.DossierVault:
    folder = tmp_path_factory.mktemp("desk") / "vault"
    with vaults.new_vault(folder) as vault:
        case, other = cases.new(vault, "Дело").id, cases.new(vault, "Дело супруга").id
        people.add(vault, case, [NewPerson("Заречнов Михаил Павлович", "witness", identifiers=("+7 900 000-01-33",))])
        found = [
            vaults.add_text(vault, case, text, f"{n}.txt", title=f"Письмо {n}", collected_at="2024-03-31").id
            for n, text in enumerate(TEXTS)
        ]
        key = age.X25519Identity.from_bytes(bytes(range(32))).recipient().to_string()
        first, second = (recipients.add(vault, "lawyer", "Адвокат", "+1 555 0100", key).id for _ in range(2))
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(vault, case)
        order = Order(
            first, purpose="hearing", consent=found[2], accept_weak_jail=vaults.WEAK_JAIL, only=(found[1], found[0]),
            deadline="2031-05-14",
        )  # fmt: skip
        bundle = bundling.create(vault, case, order, folder.parent / "first.age").id
        known = dict(zip(("other", "first", "second", "bundle", "0", "1", "2"),
                         (other, first, second, bundle, *found), strict=True))  # fmt: skip
        return vaults.DossierVault(vault, case, known)


@pytest.fixture
def desk(made: vaults.DossierVault, tmp_path: Path) -> Iterator[Desk]:
    copied = vaults.copy_of(made, tmp_path / "vault")
    ids = copied.items
    with copied.vault as vault:
        yield Desk(
            vault, tmp_path, copied.case_id, ids["other"], ids["first"], ids["second"],
            (ids["0"], ids["1"], ids["2"]), ids["bundle"],
        )  # fmt: skip
        assert vault.log.verify().ok
        assert rowcheck.all_problems(vault) == []


def test_the_ledger_says_who_has_what_and_by_whose_review(desk: Desk) -> None:
    vault = desk.vault
    (given,), loose = ledger.listing(vault, desk.case)
    record = given.record
    assert loose == []
    assert (record.recipient_id, record.purpose, record.profile, record.state) == (
        desk.first, "hearing", "lawyer", "prepared",
    )  # fmt: skip
    assert (given.version, given.form, given.deadline, given.exhibits) == (1, "age", "2031-05-14", 2)
    assert given.files == ((record.sha256.hex(), record.size),)
    assert sum(given.redactions.values()) >= 3, "two names and a number"
    assert [step.state for step in given.states] == ["prepared"]
    assert given.consent_there is True
    slots = {slot.members["id"] for slot in vault.header.slots}
    assert set(given.reviewed_by) == slots
    assert ledger.disclosures(vault, desk.second) == []
    assert [one.record.id for one in ledger.disclosures(vault, state="prepared", since=TODAY.isoformat())] == [
        desk.bundle
    ]
    later = (TODAY + timedelta(days=2)).isoformat()
    assert ledger.disclosures(vault, since=later) == ledger.disclosures(vault, state="void") == []
    with pytest.raises(Usage):
        ledger.disclosures(vault, since="вчера")


def test_consent_that_is_gone_and_bundles_of_an_earlier_version_still_list(desk: Desk) -> None:
    vault = desk.vault
    items.remove(vault, desk.items[2])
    assert desk.given.consent_there is False
    _as_of_an_earlier_version(desk)
    given = desk.given
    assert (given.version, given.form, given.files) == (1, "", ((given.record.sha256.hex(), given.record.size),))
    assert [step.state for step in given.states] == ["prepared"]
    redacting.make(vault, desk.case, accept_weak_jail=vaults.WEAK_JAIL)
    since = again.compare(vault, desk.bundle)
    assert since.kept == ((desk.items[1], "A"), (desk.items[0], "B")), "the commitments tell which is which"


def _as_of_an_earlier_version(desk: Desk) -> None:
    """Leave the bundle as one is that was made before copies were noted."""
    catalogue = desk.vault.catalogue
    record = catalogue.require(Disclosure, desk.bundle)
    old = replace(record, manifest=replace(parsed(record.manifest), version=FIRST, papers=()).dump())
    gone = [catalogue.require(Copy, desk.bundle), *catalogue.all(Mark, bundle=desk.bundle)]
    desk.vault.commit([Change("bundle.mark", desk.case, [Put(old, record)], gone)])


ALLOWED = {
    "prepared": {"handed-over", "opened", "superseded", "recall-asked", "void"},
    "handed-over": {"opened", "superseded", "recall-asked"},
    "opened": {"superseded", "recall-asked"},
    "superseded": {"recall-asked", "void"},
    "recall-asked": {"recall-confirmed"},
    "recall-confirmed": {"recall-asked"},
    "void": set(),
}
WAYS = {
    "prepared": [], "handed-over": ["handed-over"], "opened": ["handed-over", "opened"], "superseded": ["superseded"],
    "recall-asked": ["recall-asked"], "recall-confirmed": ["recall-asked", "recall-confirmed"], "void": ["void"],
}  # fmt: skip


@pytest.mark.parametrize("state", bundle_states.STATES)
def test_only_states_that_can_follow_are_taken(desk: Desk, state: str) -> None:
    for step in WAYS[state]:
        bundle_states.mark(desk.vault, desk.bundle, step)
    before = desk.given
    assert (before.record.state, [one.state for one in before.states]) == (state, ["prepared", *WAYS[state]])
    allowed = set()
    for wanted in bundle_states.STATES:
        if bundle_states.may_follow(before.record, before.states, wanted):
            allowed.add(wanted)
            continue
        with pytest.raises(Usage):
            bundle_states.mark(desk.vault, desk.bundle, wanted)
    assert allowed == ALLOWED[state]
    assert desk.given == before


def test_what_left_is_never_void_and_days_are_in_order(desk: Desk) -> None:
    vault = desk.vault
    tomorrow, yesterday = ((TODAY + timedelta(days=n)).isoformat() for n in (1, -1))
    for day in (tomorrow, yesterday, "2024-02-30", "3 марта"):
        with pytest.raises(Usage):
            bundle_states.mark(vault, desk.bundle, "handed-over", day)
    bundle_states.mark(vault, desk.bundle, "handed-over")
    done = bundle_states.mark(vault, desk.bundle, "handed-over", TODAY.isoformat())
    assert [step.at for step in done.states][2:] == [TODAY.isoformat()], "given once more, the day is corrected"
    bundle_states.mark(vault, desk.bundle, "superseded")
    with pytest.raises(Usage) as caught:
        bundle_states.mark(vault, desk.bundle, "void")
    assert "has left" in caught.value.message
    with pytest.raises(Usage):
        bundle_states.mark(vault, desk.bundle, "lost")
    entries = [one.action for one in vault.log.entries(case=desk.case) if one.phase == "intent"]
    assert entries[-3:] == ["bundle.mark"] * 3


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_recall_is_noted_with_a_text_that_names_nobody(desk: Desk, language: recall.Language) -> None:
    vault, texts = desk.vault, []
    with pytest.raises(OutputExists):
        bundle_states.recall(vault, desk.bundle, _failing)
    assert desk.given.record.state == "prepared", "without its text nothing is noted"
    done = bundle_states.recall(vault, desk.bundle, lambda one: texts.append(alarm.text_of(one, language)))
    done = bundle_states.recall(vault, desk.bundle, lambda one: texts.append(alarm.text_of(one, language)))
    assert [step.state for step in done.states] == ["prepared", "recall-asked", "recall-asked"]
    assert desk.bundle in texts[0]
    assert done.record.sha256.hex() in texts[0]
    for name in ("Дело", "Адвокат", "Заречнов", "Письмо", desk.case, desk.first, *desk.items):
        assert name not in texts[0]
    assert ("удалите" if language == "ru" else "delete") in texts[0]
    actions = [one.action for one in vault.log.entries(case=desk.case) if one.phase == "intent"]
    assert actions[-2:] == ["bundle.recall"] * 2


def _failing(_: ledger.Given) -> None:
    raise OutputExists("the output exists already")


def test_what_changed_since_is_told_exactly(desk: Desk) -> None:
    vault = desk.vault
    before = again.compare(vault, desk.bundle)
    assert before.same
    assert before.left_out == (desk.items[2],)
    assert again.order(before, desk.order(), without_missing=False).labels == before.kept
    heard = replace(before, recordings=(desk.items[0],))
    assert again.order(heard, desk.order(), without_missing=False).recordings == heard.recordings
    with pytest.raises(Refused, match="must be named again"):
        again.order(replace(heard, people=1), desk.order(), without_missing=False)
    named = desk.order(recordings=(desk.items[0],))
    assert again.order(replace(heard, people=1), named, without_missing=False).recordings == heard.recordings
    items.change(vault, desk.items[1], title="Другое название")
    items.change(vault, desk.items[0], source="мессенджер")
    new = vaults.add_text(vault, desk.case, "Новое.", "new.txt").id
    people.add(vault, desk.case, [NewPerson("Ольга Дубровина", "witness")])
    since = again.compare(vault, desk.bundle)
    assert (since.added, since.left_out, since.people, since.stale) == ((new,), (desk.items[2],), 1, True)
    assert [(one.label, one.evidence, one.what) for one in since.changed] == [
        ("A", desk.items[1], ("description",)), ("B", desk.items[0], ("details",)),
    ]  # fmt: skip
    with pytest.raises(Refused) as caught:
        again.order(since, desk.order(), without_missing=False)
    assert caught.value.kind == "stale"
    assert "redact plan" in caught.value.hint


def test_the_next_lawyer_gets_the_same_but_what_is_gone(desk: Desk) -> None:
    vault = desk.vault
    items.remove(vault, desk.items[0])
    redacting.make(vault, desk.case, accept_weak_jail=vaults.WEAK_JAIL)
    names = [f.id for f in redacting.show(vault, desk.case).plan.findings if "Заречнов" in f.text]
    redacting.decide(vault, desk.case, "rejected", names)
    since = again.compare(vault, desk.bundle)
    assert since.gone == ((desk.items[0], "B"),)
    assert since.kept == ((desk.items[1], "A"),)
    assert since.decided == len(names)
    (changed,) = since.changed
    assert (changed.what, dict(changed.after)) == (("redactions",), {})
    assert changed.before
    with pytest.raises(Usage) as caught:
        again.order(since, desk.order(), without_missing=False)
    assert "--without-missing" in caught.value.hint
    assert desk.items[0] in caught.value.message
    order = again.order(since, desk.order(replaces=desk.bundle, consent="oral"), without_missing=True)
    job = bundle_order.prepare(vault, desk.case, order)
    assert [(one.item.id, one.label) for one in job.placed] == [(desk.items[1], "A")]
    assert (job.order.profile, job.order.consent, job.order.replaces) == ("lawyer", "oral", desk.bundle)
    vault.commit(bundle_states.superseding(vault, desk.bundle))
    assert desk.given.record.state == "superseded"
    assert bundle_states.superseding(vault, desk.bundle) == bundle_states.superseding(vault, "") == []


def test_order_and_labels_stay_when_the_case_is_arranged_anew(desk: Desk) -> None:
    since = again.compare(desk.vault, desk.bundle)
    assert [label for _, label in since.kept] == ["A", "B"]
    job = bundle_order.prepare(desk.vault, desk.case, again.order(since, desk.order(), without_missing=False))
    assert [(one.item.id, one.label) for one in job.placed] == list(since.kept)
    recipients.remove(desk.vault, desk.second)
    with pytest.raises(NotAllowed):
        bundle_order.prepare(desk.vault, desk.case, again.order(since, desk.order(), without_missing=False))


def test_an_alarm_stops_what_would_leave_and_goes_back_to_what_was(desk: Desk) -> None:
    vault, texts = desk.vault, desk.folder / "texts"
    items.share(vault, desk.items[0], desk.other)
    redacting.make(vault, desk.other, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, desk.other)
    assert bundle_order.prepare(vault, desk.other, desk.order()).found
    early = alarm.start(vault, desk.case, "en", desk.folder / "early")
    assert ([one.record.id for one in early.held], early.gone) == ([desk.bundle], ())
    assert list((desk.folder / "early").iterdir()) == [], "nobody is told to delete what they never got"
    assert bundle_states.RECALL_READY not in {one.state for one in desk.given.states}
    alarm.end(vault, desk.case)
    bundle_states.mark(vault, desk.bundle, "handed-over")
    looked = alarm.look(vault, desk.case)
    found = alarm.start(vault, desk.case, "en", texts)
    assert [one.record.id for one in found.given] == [one.record.id for one in looked.given] == [desk.bundle]
    assert (found.case.status, found.others) == ("alarm", ((desk.other, 1),))
    assert {path.name for path in texts.iterdir()} == {f"{desk.bundle}.txt", alarm.INDEX_FILE}
    index = (texts / alarm.INDEX_FILE).read_text("utf-8")
    assert f"{desk.bundle}.txt  {desk.first}" in index
    assert "Адвокат" not in index
    assert (texts / f"{desk.bundle}.txt").read_text("utf-8") == alarm.text_of(found.given[0], "en")
    given = desk.given
    assert (given.record.state, given.states[-1].state) == ("handed-over", bundle_states.RECALL_READY)
    assert desk.refusal() == desk.refusal(desk.other) == "alarm"
    with pytest.raises(Refused):
        again.compare(vault, desk.bundle)
    vaults.add_bytes(vault, desk.case, b"x", "late.bin")
    away = items.move(vault, desk.items[2], desk.other)
    assert desk.refusal(desk.other, only=(away.id,)) == "alarm", "moving an item out frees nothing"
    again_started = alarm.start(vault, desk.case, "en")
    assert len([s for s in again_started.given[0].states if s.state == bundle_states.RECALL_READY]) == 1
    assert cases.close(vault, desk.case).status == "alarm-closed"
    assert desk.refusal() == "alarm"
    assert alarm.end(vault, desk.case).case.status == "closed"
    with pytest.raises(Usage):
        alarm.end(vault, desk.case)
    actions = [(one.case, one.count) for one in vault.log.entries(action="case.alarm") if one.phase == "intent"]
    assert actions[:2] == [(desk.case, 1), (desk.other, 1)]
    assert actions[-2:] == [(desk.case, None), (desk.other, None)], "an end tells no count"


def test_a_closed_case_can_be_alarmed_and_is_closed_again(desk: Desk) -> None:
    vault = desk.vault
    bundle_states.mark(vault, desk.bundle, "void")
    cases.close(vault, desk.case)
    (desk.folder / "there").mkdir()
    with pytest.raises(OutputExists):
        alarm.start(vault, desk.case, "ru", desk.folder / "there")
    assert vault.catalogue.require(Case, desk.case).status == "closed"
    found = alarm.start(vault, desk.case, "ru", desk.folder / "texts")
    assert (found.case.status, found.given, list((desk.folder / "texts").iterdir())) == ("alarm-closed", (), [])
    with pytest.raises(Usage):
        vaults.add_bytes(vault, desk.case, b"x")
    assert alarm.end(vault, desk.case).case.status == "closed"
    assert vault.catalogue.require(Evidence, desk.items[0]).case_id == desk.case


def test_an_alarm_while_a_bundle_is_made_stops_it(desk: Desk) -> None:
    job = bundle_order.prepare(desk.vault, desk.case, desk.order(only=(desk.items[2],)))
    copy = bundle_note.copy_of(job, "packet", [("0" * 64, 1)], b"")
    alarm.start(desk.vault, desk.case, "en")
    with pytest.raises(Refused) as caught:
        bundle_note.commit(job, "bundle.packet", None, copy, None)
    assert caught.value.kind == "alarm"
    alarm.end(desk.vault, desk.case)
    bundle_note.commit(job, "bundle.packet", None, copy, None)
    assert [one.id for one in alarm.look(desk.vault, desk.case).loose] == [job.bundle], (
        "a packet for nobody is listed"
    )


def test_an_alarm_lists_what_was_noted_before_it_had_the_lock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    vault, texts, real = desk.vault, desk.folder / "texts", alarm._changes
    late = [bundle_order.prepare(vault, desk.case, desk.order(only=(desk.items[2],)))]
    bundle = late[0].bundle

    def changes(*looked: Any) -> list[Change]:
        planned = real(*looked)
        while late:
            _note(late.pop(), b"late")
            bundle_states.mark(vault, bundle, "handed-over")
        return planned

    monkeypatch.setattr(alarm, "_changes", changes)
    found = alarm.start(vault, desk.case, "en", texts)
    assert {one.record.id for one in found.given} == {desk.bundle, bundle}
    assert f"{bundle}.txt" in {path.name for path in texts.iterdir()}
    (listed,) = (one for one in found.given if one.record.id == bundle)
    assert [step.state for step in listed.states] == ["prepared", "handed-over", bundle_states.RECALL_READY]
    assert [one.count for one in vault.log.entries(action="case.alarm") if one.phase == "intent"][-1] == 2


def _note(job: bundle_order.Job, content: bytes, version: int | None = None) -> Copy:
    digest = hashlib.sha256(content)
    noted = Disclosure(
        job.bundle, job.case_id, str(job.order.recipient), now(), digest.digest(), 1, "", "lawyer", "hearing", "none",
        "prepared", b"",
    )  # fmt: skip
    copy = bundle_note.copy_of(job, "age", [(digest.hexdigest(), 1)], digest.digest())
    copy = copy if version is None else replace(copy, version=version)
    return bundle_note.commit(job, "bundle.create", noted, copy, bundle_note.first_mark(job, noted.made))


def test_versions_differ_and_a_recipient_stays_who_it_was(desk: Desk) -> None:
    vault = desk.vault
    jobs = [bundle_order.prepare(vault, desk.case, desk.order(only=(desk.items[2],))) for _ in range(3)]
    # Both were counted before either was noted.
    assert [_note(job, job.bundle.encode(), version=1).version for job in jobs[:2]] == [1, 2]
    before = vault.catalogue.require(RecipientRecord, desk.second)
    other = age.X25519Identity.from_bytes(bytes(range(1, 33))).recipient().to_string()
    vault.commit([Change("recipient.add", None, [Put(replace(before, age_key=other), before)])])
    with pytest.raises(Refused) as caught:
        _note(jobs[2], b"sealed to a key of before")
    assert (caught.value.kind, len(ledger.disclosures(vault, desk.second))) == ("stale", 2)
