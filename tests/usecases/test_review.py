"""What a reviewer may rely on: a number is one finding for good, and nothing is let go that nobody has looked at."""

from __future__ import annotations

import hmac
import io
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import growth
import pytest
import vaults
from PIL import Image

from vault.bundle.commitment import opening_key
from vault.errors import NotFound, Refused, Usage
from vault.model import languages
from vault.model.findings import Box
from vault.model.records import Evidence
from vault.redaction import fingerprint
from vault.redaction.plan import PICTURE, Finding
from vault.store.catalogue import Put
from vault.usecases import bundling, cases, items, people, recipients, redacting
from vault.usecases.bundling import Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import Change, UnlockedVault

WITNESS = "Тимченко Ольга Дмитриевна"


@dataclass
class Desk:
    """A case with an applicant and a witness, and the reviewer at work on it."""

    vault: UnlockedVault
    case: str
    witness: str
    recipient: str
    folder: Path

    def add(self, text: str, **provenance: str | None) -> str:
        return vaults.add_text(self.vault, self.case, text, **provenance).id

    def photo(self) -> str:
        out = io.BytesIO()
        Image.new("RGB", (60, 40), "white").save(out, "PNG")
        item = vaults.add_bytes(self.vault, self.case, out.getvalue(), "photo.png")
        vaults.read_all(self.vault, self.case)
        return item.id

    def plan(self, profile: str = "lawyer") -> dict[str, Finding]:
        made = redacting.make(self.vault, self.case, profile, accept_weak_jail=vaults.WEAK_JAIL)
        return {finding.id: finding for finding in made.plan.findings}

    def now(self) -> dict[str, Finding]:
        return {one.id: one for one in redacting.current(self.vault, self.case).plan.findings}

    def show(self) -> None:
        redacting.show(self.vault, self.case)

    def preview(self) -> None:
        out = self.folder / "preview.pdf"
        redacting.preview(self.vault, self.case, out, accept_weak_jail=vaults.WEAK_JAIL)
        out.unlink()

    def decide(self, state: str, *ids: str, **how: bool) -> redacting.Review:
        return redacting.decide(self.vault, self.case, state, ids, **how)  # type: ignore[arg-type]

    def bundle(self, name: str = "bundle.age") -> bundling.Bundle:
        order = Order(self.recipient, accept_weak_jail=vaults.WEAK_JAIL)
        return bundling.create(self.vault, self.case, order, self.folder / name)

    def actions(self) -> list[str]:
        return [entry.action for entry in self.vault.log.entries()]


@pytest.fixture
def desk(vault: UnlockedVault, tmp_path: Path) -> Desk:
    case = cases.new(vault, "Дело").id
    listed = [NewPerson("Беляева Анна Игоревна", "applicant"), NewPerson(WITNESS, "witness")]
    _, witness = people.add(vault, case, listed)
    recipient = recipients.add(vault, "lawyer", "Адвокат")
    return Desk(vault, case, witness.id, recipient.id, tmp_path)


def number_of(found: dict[str, Finding], text: str) -> str:
    (name,) = [one.id for one in found.values() if text in one.text]
    return name


# ---- a number is one finding -------------------------------------------------------------------------------------


def test_a_printed_number_is_never_another_finding(desk: Desk) -> None:
    """The printout of the first plan must not let the witness go when the plan was made anew."""
    desk.add("Пришёл Чагай с другом.\n\nСвидетель Ольга Тимченко всё видела. Судья Иван Петров вёл дело.")
    before = desk.plan()
    judge, witness = number_of(before, "Петров"), number_of(before, "Тимченко")
    people.add(desk.vault, desk.case, [NewPerson("Руслан Чагай", "relative")])
    after = desk.plan()
    assert all(after[name].text == before[name].text for name in set(before) & set(after))
    assert (number_of(after, "Петров"), number_of(after, "Тимченко")) == (judge, witness)
    assert int(number_of(after, "Чагай")[2:]) > max(one.number for one in before.values())


def test_a_number_is_not_given_again_when_its_finding_is_gone(desk: Desk) -> None:
    first = desk.add("Ольга Тимченко была там.")
    last = desk.add("И Тимченко молчала.")
    used = set(desk.plan())
    items.remove(desk.vault, last)
    desk.add("Потом пришла Тимченко Ольга.")
    after = desk.plan()
    assert used & set(after) == {one.id for one in after.values() if one.evidence == first}
    assert min(one.number for one in after.values() if one.evidence != first) > max(int(name[2:]) for name in used)


def test_plans_of_two_profiles_share_no_number(desk: Desk) -> None:
    desk.add("Ольга Тимченко была там в 2019 году.")
    lawyer, public = set(desk.plan()), set(desk.plan("public"))
    assert lawyer
    assert public
    assert not lawyer & public
    desk.show()
    with pytest.raises(NotFound):
        desk.decide("rejected", *lawyer)


def test_marks_and_boxes_keep_their_numbers(desk: Desk) -> None:
    item, photo = desk.add("Рыжая всё видела. Ольга Тимченко молчала."), desk.photo()
    desk.plan()
    redacting.add_text(desk.vault, desk.case, item, 1, "Рыжая", desk.witness)
    redacting.add_box(desk.vault, desk.case, photo, 1, Box(10, 10, 5, 5), desk.witness)
    before = {one.id: (one.text, one.box) for one in desk.now().values()}
    people.add(desk.vault, desk.case, [NewPerson("Руслан Чагай", "relative")])
    assert {one.id: (one.text, one.box) for one in desk.plan().values()} == before


# ---- nothing is let go unseen ------------------------------------------------------------------------------------


def test_what_was_not_shown_since_the_plan_is_not_decided(desk: Desk) -> None:
    desk.add("Свидетель Ольга Тимченко всё видела.")
    (name,) = desk.plan()
    for state in ("accepted", "rejected"):
        with pytest.raises(Usage, match=name) as caught:
            desk.decide(state, name)
        assert "Тимченко" not in caught.value.message + caught.value.hint
    with pytest.raises(Usage, match=name):
        desk.decide("rejected", name, unseen=True)
    desk.show()
    assert desk.decide("rejected", name).plan.findings[0].state == "rejected"
    people.add(desk.vault, desk.case, [NewPerson("Руслан Чагай", "relative")])
    desk.plan()
    with pytest.raises(Usage, match=name):
        desk.decide("rejected", name)
    assert desk.decide("accepted", name, unseen=True).plan.findings[0].state == "accepted"
    assert "redact.accept-unseen" in desk.actions()


def test_a_picture_leaves_only_after_a_look_at_its_pixels(desk: Desk) -> None:
    photo = desk.photo()
    (name,) = desk.plan()
    desk.show()
    assert not desk.now()[name].seen, "a list of text shows no pixel"
    for how in ({}, {"everything": True}):
        with pytest.raises(Usage, match="shown"):
            desk.decide("rejected", *(() if how else (name,)), **how)
    desk.preview()
    redacting.add_box(desk.vault, desk.case, photo, 1, Box(10, 10, 30, 30), desk.witness)
    with pytest.raises(Usage, match=name):
        desk.decide("rejected", name)  # nobody has seen what that box covers
    desk.preview()
    assert desk.decide("rejected", name).plan.findings[0].state == "rejected"
    assert desk.bundle().exhibits


def test_a_picture_may_be_withheld_from_a_list(desk: Desk) -> None:
    desk.photo()
    (name,) = desk.plan()
    desk.show()
    desk.decide("accepted", everything=True)
    assert desk.now()[name].state == "accepted"
    assert "redact.accept-unseen" not in desk.actions()


def test_letting_go_unseen_takes_in_no_listed_name_and_no_picture(desk: Desk) -> None:
    desk.add("Свидетель Ольга Тимченко всё видела. Судья Иван Петров вёл дело.")
    desk.photo()
    found = desk.plan()
    judge, witness = number_of(found, "Петров"), number_of(found, "Тимченко")
    (picture,) = [one.id for one in found.values() if one.category == PICTURE]
    with pytest.raises(Usage, match="never shown"):
        desk.decide("rejected", everything=True)
    review = desk.decide("rejected", everything=True, unseen=True)
    assert set(review.left_open) == {witness, picture}
    assert {name: one.state for name, one in desk.now().items()} == {
        judge: "rejected", witness: "proposed", picture: "proposed",
    }  # fmt: skip
    assert desk.actions()[-2:] == ["redact.reject-unseen"] * 2
    with pytest.raises(Refused) as caught:
        desk.bundle()
    assert caught.value.kind == "unreviewed"


# ---- what a review is bound to -----------------------------------------------------------------------------------


def test_any_change_of_the_rules_is_another_engine(tmp_path: Path) -> None:
    package = tmp_path / "vault"
    for name in ("redaction", "worker"):
        shutil.copytree(fingerprint.FOLDER.parent / name, package / name)
    rules = package / "redaction"
    assert fingerprint.of(rules, package) == fingerprint.digest()
    seen = {fingerprint.digest()}
    for name in ("redaction/quasi_ru_words.tsv", "redaction/names/forms.py", "worker/find_russian.py"):
        path = package / name
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(fingerprint.of(rules, package))
    assert len(seen) == 4


def test_the_engines_hash_is_cheap() -> None:
    assert growth.least_seconds(lambda: fingerprint.of(fingerprint.FOLDER, fingerprint.FOLDER.parent), 0.2) < 0.2


def test_a_review_does_not_outlive_the_rules(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("Ольга Тимченко была там.")
    desk.plan()
    desk.show()
    desk.decide("accepted", everything=True)
    assert not redacting.current(desk.vault, desk.case).stale
    monkeypatch.setattr(fingerprint, "digest", lambda: "0" * 64)
    assert redacting.current(desk.vault, desk.case).stale
    with pytest.raises(Refused) as caught:
        desk.bundle()
    assert caught.value.kind == "stale"


def test_a_decision_that_is_taken_meanwhile_is_not_left_out_of_a_bundle(desk: Desk) -> None:
    desk.add("Приходил Иван Петров.")
    name = number_of(desk.plan(), "Петров")
    desk.show()
    desk.decide("rejected", name)
    order = Order(desk.recipient, accept_weak_jail=vaults.WEAK_JAIL)
    with pytest.raises(Refused, match="the review went on") as caught:
        bundling.create(
            desk.vault, desk.case, order, desk.folder / "bundle.age", lambda _: desk.decide("accepted", name) and None
        )
    assert caught.value.kind == "stale"
    assert not (desk.folder / "bundle.age").exists()


# ---- what two bundles tell of each other -------------------------------------------------------------------------


def test_commitments_of_two_bundles_can_not_be_compared_and_each_is_opened(desk: Desk) -> None:
    item = desk.add("Ничего личного.")
    desk.plan()
    made = [desk.bundle(f"{n}.age") for n in range(2)]
    found = [bundle.exhibits[0].exhibit.commitment for bundle in made]
    record = desk.vault.catalogue.require(Evidence, item)
    assert len({*found, record.commitment.hex()}) == 3
    for bundle, told in zip(made, found, strict=True):
        key = opening_key(record.commitment_key, bundle.id)
        assert hmac.digest(key, record.sha256, "sha256").hex() == told


# ---- what stays blinds the check to nothing else -----------------------------------------------------------------


def test_a_street_that_stays_does_not_let_a_name_pass(desk: Desk) -> None:
    hidden = "%D0%A2%D0%B8%D0%BC%D1%87%D0%B5%D0%BD%D0%BA%D0%BE"
    desk.add(f"Фамилия свидетеля: {hidden}.\n\nАдрес: ул. Тимченко, д. 5, кв. 3.")
    found = desk.plan()
    desk.show()
    desk.decide("accepted", everything=True)
    street = number_of(found, "ул. Тимченко")
    for state in ("accepted", "rejected"):
        desk.decide(state, street)
        with pytest.raises(Refused, match=desk.witness) as caught:
            desk.bundle()
        assert caught.value.kind == "leak"


def test_a_street_that_stays_stays(desk: Desk) -> None:
    desk.add("Свидетель Ольга Тимченко молчала.\n\nАдрес: ул. Тимченко, д. 5, кв. 3.", title="Улица Тимченко")
    found = desk.plan()
    desk.show()
    desk.decide("accepted", everything=True)
    in_title = [one.id for one in found.values() if one.page == 0]
    assert in_title
    desk.decide("rejected", number_of(found, "ул. Тимченко"), *in_title)
    (made,) = desk.bundle().exhibits
    assert made.exhibit.title == "Улица Тимченко"


# ---- titles, languages, kinds ------------------------------------------------------------------------------------


def test_a_title_is_reviewed_like_any_other_text(desk: Desk) -> None:
    item = desk.add(
        "Рыжая всё видела. А той, что с рынка, не было.",
        title="Письмо рыжей и той, что с рынка, соседки Ольги Тимченко",
    )
    desk.plan()
    desk.show()
    desk.decide("accepted", everything=True)
    assert any(one.page == 0 and "Тимченко" in one.text for one in desk.now().values())
    for words in ("Рыжая", "той, что с рынка"):
        redacting.add_text(desk.vault, desk.case, item, 1, words, desk.witness)
    with pytest.raises(Refused) as caught:
        desk.bundle()
    assert caught.value.kind == "unreviewed", "the same words stand in the title"
    desk.show()
    desk.decide("accepted", everything=True)
    with pytest.raises(Refused) as caught:
        desk.bundle()
    assert caught.value.kind == "leak", "another form of the marked word does"
    redacting.add_text(desk.vault, desk.case, item, 0, "рыжей", desk.witness)
    (made,) = desk.bundle().exhibits
    for gone in ("рыж", "рынка", "Тимч"):
        assert gone not in made.exhibit.title
    assert made.exhibit.title.startswith("Письмо [WITNESS 1] и")
    order = Order(desk.recipient, accept_weak_jail=vaults.WEAK_JAIL)
    (listed,) = bundling.outline(bundling.prepare(desk.vault, desk.case, order))
    assert listed.title == made.exhibit.title


def test_marked_words_are_asked_about_in_items_that_come_later(desk: Desk) -> None:
    item = desk.add("Всё видела та, что с рынка.")
    desk.plan()
    redacting.add_text(desk.vault, desk.case, item, 1, "с рынка", desk.witness)
    later = desk.add("Потом пришла та, что с рынка. А с рынканом не говорили.")
    found = [one for one in desk.plan().values() if one.evidence == later and "рынка" in one.text]
    assert [(one.state, one.seen, one.person) for one in found] == [("proposed", False, desk.witness)]


def test_who_is_found_in_two_documents_is_asked_about_in_a_third(desk: Desk) -> None:
    one = desk.add("Мать соседа, Зурихан Вахаевна Тамаева, звонила вечером. Потом пришла Анна Беляева.")
    two = desk.add("I spoke to Ms Zurikhan Tamaeva in the morning. She was crying.")
    three = desk.add("12:01 - Аня: зурихан лежит в больнице\n12:02 - Аня: ходила к Зурихане с передачей, анна болеет")
    found = desk.plan()
    assert any("Зурихан" in f.text for f in found.values() if f.evidence == one)
    assert any("Zurikhan" in f.text for f in found.values() if f.evidence == two)
    mine = [f for f in found.values() if f.evidence == three]
    assert [f.text for f in mine if f.text.lower().startswith("зурихан")] == ["зурихан", "Зурихане"]
    (small,) = [f for f in mine if f.text == "зурихан"]
    assert (small.state, small.person, small.sure) == ("proposed", None, False)
    assert small.explanation == "a name that stands in another document of the case"
    assert not any("анна" in f.text or "передач" in f.text for f in mine), "who stays, and everyday words"
    desk.show()
    desk.decide("accepted", small.id)
    assert desk.plan()[small.id].state == "accepted"


def test_a_name_that_was_rejected_is_not_followed_into_other_documents(desk: Desk) -> None:
    desk.add("Пришла соседка, Зурихан Тамаева, потом все ушли.")
    found = desk.plan()
    desk.show()
    later = desk.add("12:01 - Аня: сегодня видела там зурихан, всё хорошо")
    across = [f for f in desk.plan().values() if f.evidence == later]
    assert [f.text for f in across if "зурихан" in f.text] == ["зурихан"]
    desk.show()
    desk.decide("rejected", number_of(found, "Зурихан"), across[-1].id)
    desk.add("12:02 - Аня: опять видела там зурихан, всё хорошо")
    states = [f.state for f in desk.plan().values() if f.text == "зурихан"]
    assert "proposed" not in states


def test_rejections_that_are_open_again_are_told(desk: Desk) -> None:
    desk.add("Пришла соседка, Зурихан Тамаева, потом все ушли.")
    name = number_of(desk.plan(), "Зурихан")
    desk.show()
    desk.decide("rejected", name)
    assert redacting.make(desk.vault, desk.case, accept_weak_jail=vaults.WEAK_JAIL).reopened == ()
    people.add(desk.vault, desk.case, [NewPerson("Горохов Пётр Ильич", "witness")])
    assert redacting.make(desk.vault, desk.case, accept_weak_jail=vaults.WEAK_JAIL).reopened == (name,)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("ru", "ru"), ("Русский", "ru"), ("ce, ru", "ce, ru"), ("UZ-cyrl", "uz-Cyrl"), ("ru-RU", "ru-RU"), ("", ""),
     ("от Гулбахор", None), ("ru-Gulbahor", None), ("Olga", None), ("ru ru-x-olga", None)],
)  # fmt: skip
def test_languages_are_codes(typed: str, kept: str | None) -> None:
    assert languages.tags(typed) == kept


def test_a_language_that_is_none_does_not_leave(desk: Desk) -> None:
    item = desk.add("Ничего личного.")
    record = desk.vault.catalogue.require(Evidence, item)
    noted = replace(record, language="от Гулбахор", kind="от Гулбахор")  # as an older program took it
    desk.vault.commit([Change("evidence.set", desk.case, [Put(noted, record)], object_id=item)])
    desk.plan()
    (made,) = desk.bundle().exhibits
    assert (made.exhibit.language, made.exhibit.kind) == ("", "other")


# ---- what protects nobody, or hides nothing ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["???", "12345", "🦊", "— —"])
def test_somebody_who_can_not_be_found_is_not_listed(desk: Desk, name: str) -> None:
    for act in (
        lambda: people.add(desk.vault, desk.case, [NewPerson(name, "witness")]),
        lambda: people.add(desk.vault, desk.case, [NewPerson("Анна", "witness", aliases=(name,))]),
        lambda: people.change(desk.vault, desk.witness, name=name),
    ):
        with pytest.raises(Usage, match="letters"):
            act()
    assert len(people.listing(desk.vault, desk.case)) == 2


def test_a_box_too_small_to_hide_anything_is_refused(desk: Desk) -> None:
    photo = desk.photo()
    before = desk.plan()
    for box in (Box(0, 0, 1e-9, 1e-9), Box(10, 10, 0.05, 50), Box(10, 10, 50, 0.05)):
        with pytest.raises(Usage, match="too small"):
            redacting.add_box(desk.vault, desk.case, photo, 1, box, desk.witness)
    assert desk.now() == before


def test_a_language_that_is_none_is_not_taken(desk: Desk) -> None:
    with pytest.raises(Usage, match="language") as caught:
        desk.add("Ничего личного.", language="от Гулбахор")
    assert "Гулбахор" not in caught.value.message + caught.value.hint
    item = desk.add("Ничего личного.", language="Русский, ce")
    assert desk.vault.catalogue.require(Evidence, item).language == "ru, ce"
    with pytest.raises(Usage, match="language"):
        items.change(desk.vault, item, language="Olga")
