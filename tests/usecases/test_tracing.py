"""`bundle trace` on a vault: by hash, by the dashes of a page, and what it says where nothing is found."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pypdfium2
import pytest
import vaults
from cli_tools import Scratch
from PIL import Image
from pypdf import PdfReader, PdfWriter

from bench import trace_channels as channels
from vault.bundle import container
from vault.crypto import age, recovery
from vault.errors import Damaged
from vault.model.document import Block, Page
from vault.model.records import Copy, Disclosure
from vault.sandbox import documents
from vault.sandbox.documents import Band
from vault.store.catalogue import Put
from vault.usecases import bundling, cases, people, recipients, redacting, tracing
from vault.usecases.bundling import Bundle, Order
from vault.usecases.people import NewPerson
from vault.usecases.tracing import Holding, Traced
from vault.usecases.unlocked import Change, UnlockedVault

BLANK, BROKEN = (60.0, 60.0), (0.5, 60.0)
"""Sizes of a page without a mark, and of one that can't be drawn."""
STATEMENT = "Заявление. Меня зовут Анна Беляева. Ольга Тимченко видела, как двое вошли в дом.\n"


@dataclass
class Desk:
    """A reviewed case, of which a lawyer got a statement and a client's recording in a bundle, and a court a packet.

    `payload` is what is sealed in the bundle.
    """

    folder: Path
    vault: UnlockedVault
    case: str
    bundle: Bundle
    payload: bytes
    recording: bytes
    packet: Copy

    def trace(self, name: str, data: bytes) -> Traced:
        path = self.folder / name
        path.write_bytes(data)
        return tracing.trace(self.vault, path, accept_weak_jail=vaults.WEAK_JAIL)

    def member(self, name: str) -> bytes:
        return container.unpack(self.payload)[name]

    def merged(self, *parts: bytes | tuple[float, float]) -> bytes:
        """A PDF of the first pages of others, and of blank pages of such sizes."""
        writer = PdfWriter()
        for part in parts:
            if isinstance(part, bytes):
                writer.add_page(PdfReader(io.BytesIO(part)).pages[0])
            else:
                writer.add_blank_page(*part)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def of_bundle(self) -> bytes:
        return self.member("exhibits/A.pdf")

    def of_packet(self) -> bytes:
        page = Page(1, "text", 0, 0, (Block("paragraph", STATEMENT * 2),))
        return documents.typeset("Exhibit A", [page], band=Band("Exhibit A", self.packet.mark))

    def logged(self, start: int) -> list[str | None]:
        return [one.object for one in list(self.vault.log.entries())[start:] if one.phase == "event"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    vault = vaults.new_vault(folder / "vault")
    case = cases.new(vault, "Дело").id
    people.add(vault, case, [NewPerson("Тимченко Ольга Дмитриевна", "witness")])
    vaults.add_text(vault, case, STATEMENT * 2, title="Заявление")
    recording = _sound()
    sound = vaults.add_bytes(vault, case, recording, "запись.wav").id
    redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, case)
    key = age.X25519Identity.generate()
    to = recipients.add(vault, "lawyer", "Адвокат", age_key=key.recipient().to_string()).id
    out = folder / "bundle.age"
    order = Order(to, recordings=(sound,), accept_weak_jail=vaults.WEAK_JAIL)
    bundle = bundling.create(vault, case, order, out)
    opened = io.BytesIO()
    age.decrypt(io.BytesIO(out.read_bytes()), opened, [key])
    copy = vault.catalogue.require(Copy, bundle.id)
    part = f"{hashlib.sha256(b'part').hexdigest()} 4"
    packet = replace(
        copy, id="B-PACKETPACKET", form="packet", mark=Random(2).randbytes(8), files=(part,), payload=bytes(32)
    )
    vault.commit([Change("bundle.packet", case, [Put(packet)], object_id=packet.id)])
    return Desk(folder, vault, case, bundle, opened.getvalue(), recording, packet)


def _sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 800, "NONE", ""))
        file.writeframes(Random(1).randbytes(1600))
    return out.getvalue()


def test_what_was_handed_over_is_known_by_its_hash(desk: Desk) -> None:
    record = desk.vault.catalogue.require(Disclosure, desk.bundle.id)
    for by, data, exhibit in (
        ("file", (desk.folder / "bundle.age").read_bytes(), ""),
        ("payload", desk.payload, ""),
        ("exhibit", desk.of_bundle(), "A"),
        ("paper", desk.member("manifest.json"), ""),
        ("paper", desk.member("index.html"), ""),
        ("paper", desk.member("custody.pdf"), ""),
    ):
        found = desk.trace("leaked.bin", data).found
        assert found is not None
        assert (found.by, found.bundle, found.exhibit, found.case) == (by, desk.bundle.id, exhibit, desk.case)
        assert (found.recipient, found.made, found.pages) == (record.recipient_id, record.made, ())
    found = desk.trace("part.pdf", b"part").found
    assert found is not None
    assert (found.by, found.bundle, found.recipient, found.made) == ("file", desk.packet.id, "", "")


def test_a_file_without_a_mark_accuses_nobody_whoever_got_it(desk: Desk) -> None:
    assert desk.member("exhibits/B.wav") == desk.recording, "nothing is stripped off a clean file"
    start = sum(1 for _ in desk.vault.log.entries())
    traced = desk.trace("clip.wav", desk.recording)
    assert (traced.found, traced.why, traced.several) == (None, "unmarked", (Holding(desk.bundle.id),))
    assert desk.logged(start) == [desk.vault.pseudonym(desk.case, desk.bundle.id)]


def test_pages_are_known_by_their_dashes(desk: Desk) -> None:
    with pypdfium2.PdfDocument(desk.of_packet()) as document:
        page = document[0].render(scale=120 / 72, grayscale=True).to_pil().convert("L")
    # The page that can't be drawn hides neither those beside it nor those before it.
    for copy, data, at, looked, count in (
        (desk.packet.id, channels.scanned(page, Random(3), 110, printed=120), (1,), 1, 1),
        (desk.bundle.id, desk.merged(BLANK, desk.of_bundle(), BROKEN, BLANK, BROKEN), (2,), 3, 5),
    ):
        traced = desk.trace("IMG_0001", data)
        assert traced.found is not None
        assert (traced.found.by, traced.found.bundle, traced.found.pages) == ("mark", copy, at)
        assert traced.found.fitting >= 0.95 * traced.found.compared >= 100
        assert (traced.looked, traced.pages, traced.why, traced.several) == (looked, count, None, ())


def test_pages_of_two_copies_in_one_file_name_neither(desk: Desk) -> None:
    start = sum(1 for _ in desk.vault.log.entries())
    traced = desk.trace("merged.pdf", desk.merged(desk.of_packet(), BLANK, BLANK, BLANK, BLANK, desk.of_bundle()))
    assert (traced.found, traced.why, traced.looked, traced.pages) == (None, "several", 6, 6)
    assert traced.several == (Holding(desk.packet.id, (1,)), Holding(desk.bundle.id, (6,)))
    assert desk.logged(start) == [desk.vault.pseudonym(desk.case, one.bundle) for one in traced.several]


def test_every_trace_is_logged_and_the_copy_that_was_found_in_its_case(desk: Desk) -> None:
    start = sum(1 for _ in desk.vault.log.entries())
    desk.trace("leaked.bin", desk.payload)
    desk.trace("leaked.bin", b"something else")
    entries = [(one.action, one.phase, one.case, one.object) for one in list(desk.vault.log.entries())[start:]]
    named = desk.vault.pseudonym(desk.case, desk.bundle.id)
    around = [("bundle.trace", phase, None, None) for phase in ("intent", "outcome")]
    assert entries == [*around, ("bundle.trace", "event", desk.case, named), *around]


def test_what_several_bundles_hold_tells_nothing(desk: Desk) -> None:
    line = f"{hashlib.sha256(b'the same file').hexdigest()} 13"
    for bundle in (desk.bundle.id, desk.packet.id):
        before = desk.vault.catalogue.require(Copy, bundle)
        after = replace(before, files=(*before.files, line))
        desk.vault.commit([Change("bundle.mark", desk.case, [Put(after, before)], object_id=bundle)])
    traced = desk.trace("a.html", b"the same file")
    assert (traced.found, traced.why) == (None, "several")
    assert traced.several == tuple(Holding(one) for one in sorted((desk.bundle.id, desk.packet.id)))


def test_a_record_that_was_never_logged_accuses_nobody(desk: Desk, tmp_path: Path) -> None:
    copy = desk.vault.catalogue.require(Copy, desk.bundle.id)
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
    traced = desk.trace("blank.pdf", desk.merged(BLANK, BLANK))
    assert (traced.found, traced.why, traced.looked, traced.pages) == (None, "no-match", 2, 2)


def test_the_command_says_what_it_found_and_what_that_is_worth(desk: Desk, tmp_path: Path) -> None:
    sheet = tmp_path / "recovery.txt"
    sheet.write_text(recovery.encode(vaults.CODE.secret))
    scratch = Scratch(tmp_path, desk.vault.folder, sheet)
    files = {
        "clip.wav": desk.recording,
        "merged.pdf": desk.merged(desk.of_packet(), desk.of_bundle()),
        "page.pdf": desk.merged(BLANK, desk.of_bundle()),
        "locked.pdf": _locked(), "broken.pdf": b"%PDF-1.7\nnothing", "cut.png": _cut(),
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert scratch.json("bundle", "trace", "clip.wav")["trace"] == {
        "found": None, "why": "unmarked", "several": [{"bundle": desk.bundle.id, "pages": []}],
        "looked": 0, "pages": 0,
    }  # fmt: skip
    merged = scratch.run("bundle", "trace", "merged.pdf")
    assert f"{desk.packet.id}: pages 1\n  {desk.bundle.id}: pages 2\nPages looked at: 2 of 2." in merged.out
    page = scratch.run("bundle", "trace", "page.pdf")
    assert f"Copy {desk.bundle.id} of case {desk.case}" in page.out
    assert "The dashed rules of page 2 are those of this copy" in page.out
    assert "Its mark was read on 1, no mark on 1 of the pages.\nPages looked at: 2 of 2." in page.out
    assert "a copy, not a culprit" in page.err
    for name, code in (("locked.pdf", 14), ("broken.pdf", 14), ("cut.png", 14), ("not-there.pdf", 2), (".", 2)):
        assert scratch.run("bundle", "trace", name).code == code, name


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
