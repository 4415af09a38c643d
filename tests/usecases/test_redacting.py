"""From findings to a sealed bundle on a small case: what is refused, what goes, and what a reviewer may let stay."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import vaults

import tools
from vault.crypto import age
from vault.errors import (
    Damaged,
    NotAllowed,
    NotFound,
    OutputExists,
    Refused,
    SyncFolder,
    Usage,
    WrongSecret,
)  # fmt: skip
from vault.model.findings import Box
from vault.model.records import Disclosure, Evidence
from vault.redaction.plan import PICTURE
from vault.store import output
from vault.usecases import bundling, cases, items, ledger, people, receiving, recipients, redacting
from vault.usecases.bundling import Bundle, Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault

TEXT = """Показания по делу Тернёвой.

Свидетель Михаил Заречнов видел Дарью Тернёву у военкомата. Позвоните Заречнову: +7 900 000-01-33.

Дарья Тернёва отказалась от повестки.
"""
TITLE = "Показания Михаила Заречнова"
PEOPLE = [
    NewPerson("Тернёва Дарья Андреевна", "applicant"),
    NewPerson("Заречнов Михаил Павлович", "witness", aliases=("Миша",), identifiers=("+7 900 000-01-33",)),
]


IDENTITY = age.X25519Identity.from_bytes(bytes(range(32)))


@dataclass
class Small:
    """A case with one text, reviewed and ready to leave."""

    vault: UnlockedVault
    case: str
    item: str
    witness: str
    recipient: str
    folder: Path

    def plan(self) -> redacting.Review:
        return redacting.make(self.vault, self.case, accept_weak_jail=vaults.WEAK_JAIL)

    def order(self, **changed: object) -> Order:
        return Order(**{"recipient": self.recipient, "accept_weak_jail": vaults.WEAK_JAIL, **changed})  # type: ignore[arg-type]

    def bundle(self, name: str = "bundle.age", **changed: object) -> Bundle:
        return bundling.create(self.vault, self.case, self.order(**changed), self.folder / name)

    def refused(self, **changed: object) -> str:
        """The kind of the refusal; nothing is written and nothing noted."""
        with pytest.raises(Refused) as caught:
            self.bundle("refused.age", **changed)
        assert not list(self.folder.glob("refused*"))
        assert not list(self.folder.glob(".casevault*"))
        assert self.vault.catalogue.count(Disclosure) == 0
        return caught.value.kind

    def opened(self, bundle: Bundle) -> str:
        """All text that a recipient sees, of every file in it."""
        out = self.folder / "opened"
        identity = age.ScryptIdentity(bundle.words) if bundle.words else IDENTITY
        receiving.unpack(self.folder / "bundle.age", [identity], out, bundle.fingerprint)
        return visible(out)


def visible(folder: Path) -> str:
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".pdf":
            command = [tools.program("pdftotext"), "-layout", str(path), "-"]
            texts.append(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode())
        elif path.is_file():
            texts.append(path.read_text("utf-8"))
    return " ".join(" ".join(texts).split())


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> vaults.DossierVault:
    folder = tmp_path_factory.mktemp("small") / "vault"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Дело").id
        _, witness = people.add(vault, case, PEOPLE)
        item = vaults.add_text(
            vault,
            case,
            TEXT,
            "показания.txt",
            title=TITLE,
            kind="letter",
            captured_at="2024-03-30",
            collected_at="2024-03-31",
        )
        recipient = recipients.add(vault, "lawyer", "Адвокат", age_key=IDENTITY.recipient().to_string())
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(vault, case)
        known = {"case": case, "item": item.id, "witness": witness.id, "recipient": recipient.id}
        return vaults.DossierVault(vault, case, known)


@pytest.fixture
def small(reviewed: vaults.DossierVault, tmp_path: Path) -> Iterator[Small]:
    copied = vaults.copy_of(reviewed, tmp_path / "vault")
    with copied.vault as vault:
        yield Small(vault, folder=tmp_path, **copied.items)


# ---- what leaves -------------------------------------------------------------------------------------------------


def test_a_reviewed_case_leaves_without_the_witness(small: Small) -> None:
    told = recipients.add(small.vault, "court", "Суд")
    bundle = small.bundle(recipient=told.id, purpose="hearing", consent="oral")
    assert bundle.words is not None
    assert len(bundle.words.split()) == 6
    text = small.opened(bundle)
    for gone in ("Заречнов", "Михаил", "000-01-33", "Zarechnov", "показания.txt"):
        assert gone not in text, gone
    assert "Дарья Тернёва отказалась от повестки." in text
    assert "Свидетель [WITNESS 1] видел Дарью Тернёву у военкомата." in text
    with pytest.raises(WrongSecret):
        receiving.verify(small.folder / "bundle.age", [age.ScryptIdentity("six other words than these ones")])
    (exhibit,) = bundle.exhibits
    assert exhibit.evidence == small.item
    assert exhibit.exhibit.title == "Показания [WITNESS 1]", "a title passes the engine too, with the same labels"
    assert exhibit.exhibit.date == "2024-03-30", "the day it was captured, not the one it was collected on"
    assert exhibit.exhibit.redactions["PERSON"] >= 2
    ((given,), _) = ledger.listing(small.vault, small.case)
    noted = given.record
    assert (noted.id, noted.sha256.hex(), noted.state) == (bundle.id, bundle.sha256, "prepared")
    assert noted.manifest.decode().count("Заречнов") == 0
    assert ledger.disclosures(small.vault, told.id) == [given]
    assert ledger.disclosures(small.vault, small.recipient) == []


def test_a_rejected_finding_stays_and_the_rest_goes(small: Small) -> None:
    redacting.make(small.vault, small.case, accept_weak_jail=vaults.WEAK_JAIL)
    plan = redacting.show(small.vault, small.case).plan
    stays = [f.id for f in plan.findings if f.text == "Заречнову"]
    assert stays
    redacting.decide(small.vault, small.case, "rejected", stays)
    text = small.opened(small.bundle())
    assert "Позвоните Заречнову" in text
    assert "Михаил Заречнов" not in text
    assert "000-01-33" not in text


def test_somebody_who_is_kept_with_a_reason_stays(small: Small) -> None:
    people.change(small.vault, small.witness, keep="согласен выступить в суде")
    small.plan()
    vaults.accept_all(small.vault, small.case)
    text = small.opened(small.bundle())
    assert "Михаил Заречнов" in text
    assert "согласен выступить" not in text


def test_the_applicant_goes_too_in_a_public_export(small: Small) -> None:
    redacting.make(small.vault, small.case, "public", accept_weak_jail=vaults.WEAK_JAIL)
    review = redacting.show(small.vault, small.case, "public")
    redacting.decide(small.vault, small.case, "accepted", [f.id for f in review.plan.findings], profile="public")
    text = small.opened(small.bundle(profile="public"))
    for gone in ("Тернёв", "Дарь", "Заречнов"):
        assert gone not in text


def test_to_a_key_and_not_to_another(small: Small) -> None:
    hybrid = age.HybridIdentity.generate()
    one = recipients.add(small.vault, "lawyer", "Другой", age_key=hybrid.recipient().to_string())
    bundle = small.bundle(recipient=one.id)
    assert bundle.words is None
    path = small.folder / "bundle.age"
    with pytest.raises(WrongSecret):
        receiving.verify(path, [IDENTITY])
    received = receiving.verify(path, [hybrid])
    assert (received.sha256, received.proven) == (bundle.sha256, False)
    assert receiving.verify(path, [IDENTITY, hybrid], bundle.fingerprint.lower()).proven


def test_a_bundle_is_read_strictly(small: Small) -> None:
    small.bundle()
    identity = IDENTITY
    path = small.folder / "bundle.age"
    whole = path.read_bytes()
    with pytest.raises(Damaged) as caught:
        receiving.verify(path, [identity], "0000 " * 8)
    assert caught.value.kind == "forged"
    for bad in (whole[:-1], whole + b"x", whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:]):
        path.write_bytes(bad)
        with pytest.raises(Damaged):
            receiving.unpack(path, [identity], small.folder / "opened")
        assert not (small.folder / "opened").exists()
    path.write_bytes(whole)
    (small.folder / "opened").mkdir()
    with pytest.raises(OutputExists):
        receiving.unpack(path, [identity], small.folder / "opened")
    with pytest.raises(SyncFolder):
        receiving.unpack(path, [identity], small.folder / "Dropbox" / "opened")
    with pytest.raises(Usage):
        receiving.unpack(path, [identity], small.folder / "none" / "opened")
    with pytest.raises(Usage):
        receiving.verify(small.folder / "none.age", [identity])


def test_a_payload_that_is_no_bundle_is_damage(small: Small) -> None:
    identity = age.X25519Identity.generate()
    path = small.folder / "letter.age"
    with output.new_file(path) as file:
        writer = age.Encryptor(file, [identity.recipient()])
        writer.write(b"just a letter")
        writer.close()
    with pytest.raises(Damaged):
        receiving.verify(path, [identity])


def test_the_choice_of_items(small: Small) -> None:
    extra = vaults.add_text(small.vault, small.case, "Ничего личного.", "b.txt")
    small.plan()
    vaults.accept_all(small.vault, small.case)
    for only, expected in (((extra.id,), [extra.id]), ((extra.id, small.item, extra.id), [extra.id, small.item])):
        order = small.order(only=only)
        assert [one.id for one in bundling.prepare(small.vault, small.case, order).found] == expected
    left = bundling.prepare(small.vault, small.case, small.order(without=(small.item,)))
    assert [one.id for one in left.found] == [extra.id]
    assert left.left_out == 1
    for wrong in ({"only": ("E-000000000",)}, {"without": ("E-000000000",)}, {"without": (extra.id, small.item)}):
        with pytest.raises(Usage):
            bundling.prepare(small.vault, small.case, small.order(**wrong))


def test_consent_and_purpose_are_checked(small: Small) -> None:
    assert (
        bundling.prepare(small.vault, small.case, small.order(consent=small.item.lower())).order.consent == small.item
    )
    with pytest.raises(Usage, match="consent"):
        bundling.prepare(small.vault, small.case, small.order(consent="written"))
    with pytest.raises(Usage, match="purpose"):
        bundling.prepare(small.vault, small.case, small.order(purpose="because"))


# ---- what is refused ---------------------------------------------------------------------------------------------


def test_without_a_plan_nothing_leaves(vault: UnlockedVault, tmp_path: Path) -> None:
    case = cases.new(vault, "Дело")
    vaults.add_text(vault, case, "Текст.")
    one = recipients.add(vault, "lawyer", "Адвокат")
    with pytest.raises(Refused, match="no redaction plan") as refused:
        bundling.create(vault, case.id, Order(one.id), tmp_path / "out.age")
    assert (refused.value.kind, list(tmp_path.glob("out*"))) == ("unreviewed", [])
    empty = cases.new(vault, "Пустое")
    with pytest.raises(Usage, match="nothing to export"):
        bundling.create(vault, empty.id, Order(one.id), tmp_path / "out.age")


def test_undecided_findings_are_refused(small: Small) -> None:
    vaults.add_text(small.vault, small.case, "Потом снова пришёл Заречнов.", "b.txt")
    small.plan()
    assert small.refused() == "unreviewed"
    assert bundling.prepare(small.vault, small.case, small.order(only=(small.item,))), "what was reviewed may leave"


@pytest.mark.parametrize("change", ["person", "alias", "keep", "remove person", "item", "title", "remove item"])
def test_a_review_does_not_outlive_what_it_was_made_for(small: Small, change: str) -> None:
    vault = small.vault
    if change == "person":
        people.add(vault, small.case, [NewPerson("Ветлугорская Лидия", "witness")])
    elif change == "alias":
        people.change(vault, small.witness, aliases=("Михон",))
    elif change == "keep":
        people.change(vault, small.witness, keep="согласен")
    elif change == "remove person":
        people.remove(vault, small.witness)
    elif change == "item":
        vaults.add_text(vault, small.case, "Ещё текст.", "b.txt")
    elif change == "title":
        items.change(vault, small.item, title="Показания Миши")
    else:
        extra = vaults.add_text(vault, small.case, "Ещё текст.", "b.txt")
        small.plan()
        vaults.accept_all(vault, small.case)
        items.remove(vault, extra.id)
    assert redacting.current(vault, small.case).stale
    assert small.refused() == "stale"
    with pytest.raises(Refused) as caught:
        redacting.decide(vault, small.case, "accepted", ["F-1"])
    assert caught.value.kind == "stale"
    small.plan()
    assert not redacting.current(vault, small.case).stale


def test_a_new_person_is_looked_for_and_old_decisions_stay(small: Small) -> None:
    before = [f.state for f in redacting.current(small.vault, small.case).plan.findings]
    people.add(small.vault, small.case, [NewPerson("Военкоматов Пётр", "witness")])
    vaults.add_text(small.vault, small.case, "Пётр Военкоматов молчал.", "b.txt")
    review = small.plan()
    assert [f.state for f in review.plan.of(small.item)] == before
    assert review.plan.undecided({item.id for item in items.of_case(small.vault, small.case)}) >= 1
    assert small.refused() == "unreviewed"


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "empty.txt"), (b"%PDF-1.7 nothing more", "broken.pdf"), (b"\0\x01\x02\x03" * 99, "noise.bin"),
     (b"PK\x03\x04" + bytes(50), "archive.zip")],
    ids=["empty", "broken", "noise", "archive"],
)  # fmt: skip
def test_what_can_not_be_redacted_is_refused_by_name(small: Small, data: bytes, name: str) -> None:
    item = vaults.add_bytes(small.vault, small.case, data, name)
    vaults.read_all(small.vault, small.case)
    small.plan()
    vaults.accept_all(small.vault, small.case)
    with pytest.raises(Refused, match=item.id) as caught:
        small.bundle("x.age")
    assert caught.value.kind == "unreadable"
    assert name not in caught.value.message
    assert bundling.prepare(small.vault, small.case, small.order(without=(item.id,))).left_out == 1


def test_an_item_that_was_not_read_yet_is_read_for_the_plan(small: Small) -> None:
    item = vaults.add_bytes(small.vault, small.case, "Заречнов снова здесь.".encode(), "b.txt")
    assert item.text_state == "pending"
    assert small.refused() == "stale"
    assert small.plan().plan.of(item.id)
    assert small.vault.catalogue.require(Evidence, item.id).text_state == "read"


def test_a_number_that_a_reviewer_left_stays_in_that_item_alone(small: Small) -> None:
    plan = redacting.current(small.vault, small.case).plan
    number = [f.id for f in plan.findings if f.person == small.witness and f.category != "PERSON"]
    assert number
    redacting.decide(small.vault, small.case, "rejected", number)
    text = small.opened(small.bundle())
    assert "+7 900 000-01-33" in text
    assert "Заречнов" not in text


def test_a_rejected_name_is_asked_again_when_that_person_is_listed(small: Small) -> None:
    """It was left in when nobody knew that it is somebody to protect."""
    vaults.add_text(small.vault, small.case, "Приходила Лариса Тавсултанова и всё рассказала.")
    small.plan()
    before = redacting.show(small.vault, small.case).plan
    left = [f.id for f in before.findings if "Лариса" in f.text]
    assert left
    redacting.decide(small.vault, small.case, "rejected", left)
    people.add(small.vault, small.case, [people.NewPerson("Тавсултанова Лариса Исаевна", "witness")])
    small.plan()
    after = redacting.current(small.vault, small.case).plan
    found = [f for f in after.findings if "Лариса" in f.text]
    assert found
    assert all(f.state == "proposed" for f in found)


def test_a_leak_is_refused(small: Small) -> None:
    """A name that is written as a web address writes it: only the check reads that."""
    item = vaults.add_text(small.vault, small.case, "Ссылка: %D0%97%D0%B0%D1%80%D0%B5%D1%87%D0%BD%D0%BE%D0%B2 и всё.")
    small.plan()
    vaults.accept_all(small.vault, small.case)
    with pytest.raises(Refused) as caught:
        small.bundle("refused.age")
    assert caught.value.kind == "leak"
    told = f"{caught.value} {caught.value.hint}"
    assert f"made from {item.id}," in told
    assert f"redact add {item.id} --page 1" in told
    assert f"--text --person {small.witness}" in told
    assert "Заречн" not in told
    assert "Заречнов" not in caught.value.message + caught.value.hint
    assert small.witness in caught.value.message
    assert not (small.folder / "refused.age").exists()
    assert small.vault.catalogue.count(Disclosure) == 0


def test_a_closed_case_and_a_removed_recipient_get_nothing(small: Small) -> None:
    recipients.remove(small.vault, small.recipient)
    with pytest.raises(NotAllowed):
        small.bundle()
    active = recipients.add(small.vault, "lawyer", "Другой")
    cases.close(small.vault, small.case)
    with pytest.raises(Usage, match="closed"):
        small.bundle(recipient=active.id)
    with pytest.raises(Usage, match="closed"):
        small.plan()
    assert not (small.folder / "bundle.age").exists()


def test_an_output_that_exists_or_a_cloud_is_refused(small: Small) -> None:
    (small.folder / "bundle.age").write_bytes(b"precious")
    with pytest.raises(OutputExists):
        small.bundle()
    assert (small.folder / "bundle.age").read_bytes() == b"precious"
    (small.folder / "OneDrive").mkdir()
    with pytest.raises(SyncFolder):
        small.bundle("OneDrive/bundle.age")


# ---- reviewing ---------------------------------------------------------------------------------------------------


def test_findings_that_nobody_saw_are_not_accepted_in_passing(small: Small) -> None:
    vaults.add_text(small.vault, small.case, "Заречнов и снова Заречнов.", "b.txt")
    small.plan()
    with pytest.raises(Usage, match="never shown"):
        redacting.decide(small.vault, small.case, "accepted", [], everything=True)
    redacting.show(small.vault, small.case)
    redacting.decide(small.vault, small.case, "accepted", [], everything=True)
    assert {f.state for f in redacting.current(small.vault, small.case).plan.findings} == {"accepted"}


def test_people_of_the_case_that_lends_an_item_are_protected(small: Small) -> None:
    other = cases.new(small.vault, "Другое дело")
    people.add(small.vault, other.id, [
        NewPerson("Ветлугорская Лидия Аркадьевна", "applicant"),
        NewPerson("Гронберг Герман", "witness", keep="agreed"),
    ])  # fmt: skip
    lent = vaults.add_text(small.vault, other, "Лидия Ветлугорская и Герман Гронберг.", "b.txt", title="Лидия")
    items.share(small.vault, lent.id, small.case)
    small.plan()
    vaults.accept_all(small.vault, small.case)
    text = small.opened(small.bundle())
    for gone in ("Ветлугорск", "Гронберг", "Лиди"):
        assert gone not in text


def test_words_marked_by_hand_do_not_leave(small: Small) -> None:
    before = small.opened(small.bundle())
    assert "у военкомата" in before
    redacting.add_text(small.vault, small.case, small.item, 1, "видел\nДарью Тернёву у  военкомата", small.witness)
    small.plan()  # kept when the plan is made anew
    vaults.accept_all(small.vault, small.case)
    marked = [f for f in redacting.current(small.vault, small.case).plan.findings if f.source == "reviewer"]
    assert [(f.state, f.label) for f in marked] == [("accepted", "[WITNESS 1]")]
    (small.folder / "bundle.age").unlink()
    shutil.rmtree(small.folder / "opened")
    after = small.opened(small.bundle())
    assert "у военкомата" not in after
    assert "отказалась от повестки" in after
    with pytest.raises(NotFound):
        redacting.add_text(small.vault, small.case, small.item, 2, "повестки", small.witness)
    people.add(small.vault, small.case, [NewPerson("Ещё Один Человек", "witness")])
    with pytest.raises(Refused) as caught:
        redacting.add_text(small.vault, small.case, small.item, 1, "повестки", small.witness)
    assert caught.value.kind == "stale"


def test_boxes_belong_on_pictures_and_pages(small: Small) -> None:
    for box in (Box(-1, 0, 5, 5), Box(0, 0, 0, 5), Box(99, 0, 5, 5), Box(0, 0, 5, 101), Box(float("nan"), 0, 5, 5)):
        with pytest.raises((Usage, NotFound)):
            redacting.add_box(small.vault, small.case, small.item, 1, box, small.witness)
    with pytest.raises(NotFound):
        redacting.add_box(small.vault, small.case, small.item, 1, Box(1, 1, 5, 5), small.witness)


def test_a_page_that_nobody_looked_at_is_withheld(dossier_vault: vaults.DossierVault) -> None:
    vault, case = dossier_vault.vault, dossier_vault.case_id
    photo = dossier_vault.items["07-protest.jpg"]
    plan = redacting.current(vault, case).plan
    (picture,) = [f.id for f in plan.of(photo) if f.category == PICTURE]
    for box in (Box(99, 0, 5, 5), Box(0, 0, 0, 5), Box(float("nan"), 0, 5, 5)):
        with pytest.raises(Usage):
            redacting.add_box(vault, case, photo, 1, box, dossier_vault.people["P4"])
    with pytest.raises(NotFound):
        redacting.add_box(vault, case, photo, 2, Box(1, 1, 5, 5), dossier_vault.people["P4"])
    people.add(vault, case, [NewPerson("Новый Человек", "witness")])
    redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    (again,) = [f for f in redacting.current(vault, case).plan.of(photo) if f.category == PICTURE]
    assert again.id == picture
    assert again.state == "proposed", "whoever looked at it did not look for the new person"


# ---- people ------------------------------------------------------------------------------------------------------


def test_a_case_has_one_applicant(small: Small) -> None:
    for act in (
        lambda: people.add(small.vault, small.case, [NewPerson("B", "applicant")]),
        lambda: people.change(small.vault, small.witness, role="applicant"),
        lambda: people.add(small.vault, cases.new(small.vault, "x").id, [NewPerson("A", "applicant")] * 2),
        lambda: people.add(small.vault, small.case, []),
        lambda: people.change(small.vault, small.witness, role="spy"),
        lambda: people.change(small.vault, small.witness, name=" "),
        lambda: people.change(small.vault, small.witness, keep=""),
    ):
        with pytest.raises(Usage):
            act()


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"5", b'"x"', b"[[]]", b"[{}]", b'{"name":5}', b'{"name":"x","role":"spy"}',
     b'{"name":"x","aliases":"y"}', b'{"name":"x","aliases":[5]}', b'{"name":"x","keep":5}',
     b'{"name":"x","keep":""}',
     b'{"name":"x","keep":" "}', b'{"name":"x","alias":[]}', b'{"name":""}', b'{"name":"' + b"x" * 301 + b'"}',
     b"[" * 100_000, b'[{"name":"x"},' * 1001 + b'{"name":"x"}]', b'{"name":"x","identifiers":[""]}'],
    ids=range(20),
)  # fmt: skip
def test_a_people_file_is_read_strictly(data: bytes) -> None:
    with pytest.raises(Usage) as caught:
        people.parse(data)
    assert "x" * 20 not in caught.value.message


def test_a_people_file_may_hold_one_or_many() -> None:
    (one,) = people.parse('{"name": " Заречнов ", "role": "witness", "keep": "согласен"}'.encode())
    assert (one.name, one.role, one.keep) == ("Заречнов", "witness", "согласен")
    assert len(people.parse(b'[{"name":"A"},{"name":"B"}]')) == 2
