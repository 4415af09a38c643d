"""`bundle trace` on a vault: by hash, by the dashes of a page, and what it says where nothing is found."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pypdfium2
import pytest
import vaults
from cli_tools import new_scratch
from PIL import Image
from pypdf import PdfReader, PdfWriter

from bench import trace_channels as channels
from vault.bundle import container
from vault.crypto import age
from vault.errors import Damaged
from vault.model.records import Copy, Disclosure
from vault.store.catalogue import Put
from vault.usecases import bundling, cases, people, recipients, redacting, tracing
from vault.usecases.bundling import Bundle, Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import Change, UnlockedVault

STATEMENT = "Заявление. Меня зовут Анна Беляева. Ольга Тимченко видела, как двое вошли в дом.\n"


@dataclass
class Desk:
    """A reviewed case, of which two lawyers got a bundle each; `payloads` are what is sealed in them."""

    folder: Path
    vault: UnlockedVault
    case: str
    bundles: list[Bundle] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)

    def trace(self, name: str, data: bytes) -> tracing.Traced:
        path = self.folder / name
        path.write_bytes(data)
        return tracing.trace(self.vault, path, accept_weak_jail=vaults.WEAK_JAIL)

    def member(self, number: int, name: str) -> bytes:
        return container.unpack(self.payloads[number])[name]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    vault = vaults.new_vault(folder / "vault")
    made = Desk(folder, vault, cases.new(vault, "Дело").id)
    people.add(vault, made.case, [NewPerson("Тимченко Ольга Дмитриевна", "witness")])
    vaults.add_text(vault, made.case, STATEMENT * 2, title="Заявление")
    redacting.make(vault, made.case, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, made.case)
    for number in range(2):
        key = age.X25519Identity.generate()
        to = recipients.add(vault, "lawyer", f"Адвокат {number}", age_key=key.recipient().to_string())
        out = folder / f"{number}.age"
        order = Order(to.id, accept_weak_jail=vaults.WEAK_JAIL)
        made.bundles.append(bundling.create(vault, made.case, order, out))
        opened = io.BytesIO()
        age.decrypt(io.BytesIO(out.read_bytes()), opened, [key])
        made.payloads.append(opened.getvalue())
    return made


def test_what_was_handed_over_is_known_by_its_hash(desk: Desk) -> None:
    for number, made in enumerate(desk.bundles):
        for by, data, exhibit in (
            ("file", (desk.folder / f"{number}.age").read_bytes(), ""),
            ("payload", desk.payloads[number], ""),
            ("exhibit", desk.member(number, "exhibits/A.pdf"), "A"),
            ("paper", desk.member(number, "manifest.json"), ""),
            ("paper", desk.member(number, "index.html"), ""),
        ):
            found = desk.trace("leaked.bin", data).found
            assert found is not None
            assert (found.by, found.bundle, found.exhibit, found.case) == (by, made.id, exhibit, desk.case)
            record = desk.vault.catalogue.require(Disclosure, made.id)
            assert (found.recipient, found.made, found.page) == (record.recipient_id, record.made, 0)


def test_pages_are_known_by_their_dashes(desk: Desk) -> None:
    for number, made in enumerate(desk.bundles):
        writer = PdfWriter()
        writer.add_blank_page(595, 842)
        for page in PdfReader(io.BytesIO(desk.member(number, "exhibits/A.pdf"))).pages:
            writer.add_page(page)
        saved = io.BytesIO()
        writer.write(saved)
        with pypdfium2.PdfDocument(saved.getvalue()) as document:
            page = document[1].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
        data, at = (channels.warped(page, Random(3), (1800, 2400)), 1) if number else (saved.getvalue(), 2)
        found = desk.trace("IMG_0001", data).found
        assert found is not None
        assert (found.by, found.bundle, found.page) == ("mark", made.id, at)
        assert found.fitting >= 0.95 * found.compared >= 100


def test_every_trace_is_logged_and_the_copy_that_was_found_in_its_case(desk: Desk) -> None:
    start = sum(1 for _ in desk.vault.log.entries())
    desk.trace("leaked.bin", desk.payloads[1])
    desk.trace("leaked.bin", b"something else")
    entries = [(one.action, one.phase, one.case, one.object) for one in list(desk.vault.log.entries())[start:]]
    named = desk.vault.pseudonym(desk.case, desk.bundles[1].id)
    around = [("bundle.trace", phase, None, None) for phase in ("intent", "outcome")]
    assert entries == [*around, ("bundle.trace", "event", desk.case, named), *around]


def test_what_several_bundles_hold_tells_nothing(desk: Desk) -> None:
    copy = desk.vault.catalogue.require(Copy, desk.bundles[0].id)
    line = f"{hashlib.sha256(b'the same recording').hexdigest()} 18"
    for bundle in desk.bundles:
        before = desk.vault.catalogue.require(Copy, bundle.id)
        after = replace(before, files=(*before.files, line))
        desk.vault.commit([Change("bundle.mark", desk.case, [Put(after, before)], object_id=bundle.id)])
    traced = desk.trace("a.mp3", b"the same recording")
    assert (traced.found, traced.why) == (None, "several")
    assert traced.several == tuple(sorted(one.id for one in desk.bundles))
    alone = replace(copy, id="B-PACKETPACKET", form="packet", files=(f"{hashlib.sha256(b'part').hexdigest()} 4",))
    desk.vault.commit([Change("bundle.packet", desk.case, [Put(alone)], object_id=alone.id)])
    found = desk.trace("part.pdf", b"part").found
    assert found is not None
    assert (found.bundle, found.recipient, found.made) == (alone.id, "", "")


def test_a_record_that_was_never_logged_accuses_nobody(desk: Desk, tmp_path: Path) -> None:
    copy = desk.vault.catalogue.require(Copy, desk.bundles[0].id)
    forged = replace(copy, files=(*copy.files, f"{hashlib.sha256(b'planted').hexdigest()} 7"))
    with desk.vault.catalogue.transaction():
        desk.vault.catalogue.put(Put(forged, copy))
    try:
        with pytest.raises(Damaged, match="does not fit the audit log"):
            desk.trace("planted", b"planted")
    finally:
        with desk.vault.catalogue.transaction():
            desk.vault.catalogue.put(Put(copy, forged))


@pytest.mark.parametrize(("name", "data", "why"), [("a.txt", b"words", "no-pages"), ("empty", b"", "no-pages")])
def test_what_has_no_pages_names_nobody(desk: Desk, name: str, data: bytes, why: str) -> None:
    traced = desk.trace(name, data)
    assert (traced.found, traced.why, traced.looked) == (None, why, 0)


def test_pages_without_a_mark_name_nobody_and_are_counted(desk: Desk) -> None:
    writer = PdfWriter()
    for _ in range(6):
        writer.add_blank_page(60, 60)
    out = io.BytesIO()
    writer.write(out)
    traced = desk.trace("blank.pdf", out.getvalue())
    assert (traced.found, traced.why, traced.looked, traced.pages) == (None, "no-match", 6, 6)


def test_the_command_says_what_it_found_and_what_that_is_worth(desk: Desk, tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path / "scratch")
    note = scratch.folder / "note.txt"
    note.write_bytes(b"words")
    assert scratch.json("bundle", "trace", note)["trace"] == {"found": None, "several": []}
    for name, data, code in (
        ("locked.pdf", _locked(), 14), ("broken.pdf", b"%PDF-1.7\nnothing", 14), ("cut.png", _cut(), 14),
    ):  # fmt: skip
        (scratch.folder / name).write_bytes(data)
        assert scratch.run("bundle", "trace", name).code == code, name
    assert scratch.run("bundle", "trace", "not-there.pdf").code == 2
    assert scratch.run("bundle", "trace", ".").code == 2


def _locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _cut() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 40).save(out, "PNG")
    return out.getvalue()[:5_000]
