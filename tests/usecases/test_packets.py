"""A packet of a case: what guards it, what is written, what stays in the vault, and nothing where it fails."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
import pytest
import vaults
from PIL import Image

from vault.bundle import court_rules
from vault.errors import NotAllowed, OutputExists, Refused, SyncFolder, Usage
from vault.formats import manifest as manifests
from vault.model.records import Copy, Disclosure, Mark, RecipientRecord
from vault.usecases import (
    cases,
    originals,
    packets,
    people,
    recipients,
    redacting,
)
from vault.usecases.bundle_order import Order
from vault.usecases.packets import Wish
from vault.usecases.unlocked import UnlockedVault

WITNESS = "Ипполит Вареников"
STATEMENT = f"Я, свидетель {WITNESS}, видел задержание на площади. " * 30
TRANSLATION = "I saw the arrest in the square. The people stood there for an hour. " * 30
ORDER = Order(None, purpose="filing", accept_weak_jail=vaults.WEAK_JAIL)


@dataclass
class Ready:
    vault: UnlockedVault
    case: str
    recipient: str
    items: list[str]
    folder: Path

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def _photo(width: int, height: int, seed: int) -> bytes:
    picture = Image.effect_noise((width, height), 40 + seed).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60)
    return out.getvalue()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    base = tmp_path_factory.mktemp("packets")
    (base / "out").mkdir()
    with vaults.new_vault(base / "vault") as vault:
        case = cases.new(vault, "Дело").id
        people.add(vault, case, people.parse(json.dumps([{"name": WITNESS, "role": "witness"}]).encode()))
        added = [
            vaults.add_text(vault, case, STATEMENT, "statement.txt", title="Показания", language="ru"),
            vaults.add_bytes(vault, case, _photo(900, 560, 1), "wide.jpg", title="Площадь", kind="photo"),
            vaults.add_bytes(vault, case, _photo(560, 700, 2), "tall.jpg", title="Двор", kind="photo"),
        ]
        added.append(
            vaults.add_text(
                vault,
                case,
                TRANSLATION,
                "translation.txt",
                title="Translation",
                language="en",
                kind="translation",
                translation_of=added[0].id,
            )
        )
        vaults.read_all(vault, case)
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(vault, case)
        court = recipients.add(vault, "court", "Immigration court").id
        yield Ready(vault, case, court, [one.id for one in added], base / "out")


@pytest.fixture(scope="module")
def handed(ready: Ready) -> packets.Packet:
    """A packet for somebody, with a cover of its own."""
    order = replace(ORDER, recipient=ready.recipient, consent="oral")
    wish = Wish(cover=("In removal proceedings", "", "A 000 000 000"))
    return packets.create(ready.vault, ready.case, order, wish, ready.folder / "handed")


def _texts(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def test_it_is_one_open_pdf_and_a_note_beside_it(ready: Ready, handed: packets.Packet) -> None:
    folder = ready.folder / "handed"
    (part,) = handed.parts
    assert re.fullmatch(r"EX-[0-9A-HJKMNP-TV-Z]{6}\.pdf", part.name)
    assert sorted(path.name for path in folder.iterdir()) == sorted((part.name, "READ-FIRST.txt"))
    data = (folder / part.name).read_bytes()
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (part.sha256, part.size)
    texts = _texts(data)
    assert len(texts) == part.pages == handed.exhibits[-1].last
    # The translation right before its original; each exhibit behind its own sheet.
    assert [one.evidence for one in handed.exhibits] == [ready.items[n] for n in (3, 0, 1, 2)]
    assert [one.first for one in handed.exhibits] == [3, *(one.last + 1 for one in handed.exhibits[:-1])]
    for one in handed.exhibits:
        sheet = " ".join(texts[one.first - 1].split())
        assert sheet.startswith(f"Tab {one.label} {one.description}")
        assert sheet.endswith(f"Pages {one.first}–{one.last} {one.first}")
        assert f"{one.first}–{one.last}" in texts[1]
    assert "Translation of Tab B" in texts[handed.exhibits[0].first - 1]
    assert "In removal proceedings" in texts[0]
    assert "In the matter of" not in texts[0]
    note = (folder / "READ-FIRST.txt").read_text("utf-8")
    whole = " ".join(texts)
    assert "Check this packet against" in note
    assert part.name in note
    assert not any(word in whole for word in ("READ THIS FIRST", "practice manual", handed.rules.as_of))
    assert WITNESS.split()[1] not in whole + note
    assert {"no-certificate"} <= {one.code for one in handed.warnings}


def test_the_ledger_and_the_log_know_of_it_and_status_of_the_open_files(ready: Ready, handed: packets.Packet) -> None:
    catalogue = ready.vault.catalogue
    noted = catalogue.require(Disclosure, handed.id)
    (part,) = handed.parts
    assert (noted.sha256.hex(), noted.size, noted.state) == (part.sha256, part.size, "prepared")
    assert (noted.recipient_id, noted.purpose, noted.consent) == (ready.recipient, "filing", "oral")
    listed = manifests.parse(noted.manifest)
    assert [one.label for one in listed.exhibits] == [one.label for one in handed.exhibits]
    copy = catalogue.require(Copy, handed.id)
    assert (copy.form, copy.files, copy.words) == ("packet", (f"{part.sha256} {part.size}",), 0)
    assert copy.items == tuple(one.evidence for one in handed.exhibits)
    assert [one.state for one in catalogue.all(Mark, bundle=handed.id)] == ["prepared"]
    entries = [one for one in ready.vault.log.entries(case=ready.case) if one.action == "bundle.packet"]
    assert [one.phase for one in entries][:1] == ["intent"]
    assert any(one.disclosure is not None and one.disclosure.bundle == part.sha256 for one in entries)
    lying = [one for one in originals.still_there(ready.vault) if one.origin == "packet"]
    assert (str((ready.folder / "handed").resolve()), ready.case) in {(one.path, one.evidence_id) for one in lying}


def _own_rules(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, part_bytes: int) -> None:
    """Rules like those for no court in particular, with smaller parts."""
    rules = json.loads((court_rules.FOLDER / "generic-a4.json").read_bytes())
    (folder / f"{name}.json").write_text(json.dumps({**rules, "name": name, "part_bytes": part_bytes}))
    monkeypatch.setattr(court_rules, "FOLDER", folder)


def test_parts_end_between_exhibits_and_count_on(
    ready: Ready, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small = json.loads((court_rules.FOLDER / "generic-a4.json").read_bytes()) | {
        "name": "small",
        "part_bytes": 330_000,
    }
    (tmp_path / "small.json").write_text(json.dumps(small))
    monkeypatch.setattr(court_rules, "FOLDER", tmp_path)
    before = {one.id for one in ready.vault.catalogue.all(Disclosure)}
    made = packets.create(ready.vault, ready.case, ORDER, Wish("small"), ready.folder / "parts")
    assert len(made.parts) > 1
    assert [part.name[-10:] for part in made.parts] == [f"_Part{n}.pdf" for n in range(1, len(made.parts) + 1)]
    number = 0
    for part in made.parts:
        data = (ready.folder / "parts" / part.name).read_bytes()
        assert len(data) == part.size <= 330_000
        for page in pypdfium2.PdfDocument(data):
            number += 1
            width = page.get_size()[0]
            foot = page.get_textpage().get_text_bounded(width / 2 - 40, 6, width / 2 + 40, 25)
            assert foot.strip() == str(number)
    assert number == made.exhibits[-1].last == sum(part.pages for part in made.parts)
    assert [one.parts for one in made.exhibits] == sorted(one.parts for one in made.exhibits)
    assert all(len(one.parts) == 1 for one in made.exhibits)
    contents = _texts((ready.folder / "parts" / made.parts[0].name).read_bytes())[1]
    assert "Part" in contents
    # Nobody was named: the copy's mark is known, and nothing was handed to anybody.
    assert {one.id for one in ready.vault.catalogue.all(Disclosure)} == before
    assert len(ready.vault.catalogue.require(Copy, made.id).files) == len(made.parts)


def test_a_page_that_no_part_can_hold_stops_it(ready: Ready, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _own_rules(monkeypatch, tmp_path, "tiny", 200_000)
    before = ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))
    with pytest.raises(Refused, match=r"page 1 of exhibit [A-D], made from E-") as found:
        packets.create(
            ready.vault, ready.case, replace(ORDER, only=(ready.items[1],)), Wish("tiny"), ready.folder / "tiny"
        )
    assert found.value.kind == "too-large"
    assert (ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))) == before


@pytest.mark.parametrize("named", ["cover", "folder", "folder in Latin letters"])
def test_nobody_is_named_on_the_cover_or_by_the_folder(ready: Ready, named: str) -> None:
    out, cover = ready.folder / "papers", ()
    if named == "cover":
        cover = (f"Statement of {WITNESS}",)
    else:
        out = ready.folder / ("Вареников" if named == "folder" else "Varenikov exhibits")
    before = ready.leftovers()
    with pytest.raises(Refused) as found:
        packets.create(ready.vault, ready.case, ORDER, Wish(cover=cover), out)
    assert found.value.kind == "leak"
    assert ready.leftovers() == before


def test_what_guards_a_bundle_guards_a_packet(ready: Ready) -> None:
    vault, out = ready.vault, ready.folder / "never"
    before = ready.leftovers()

    def refused(error: type[Exception], order: Order = ORDER, wish: Wish | None = None, to: Path = out) -> Exception:
        with pytest.raises(error) as found:
            packets.create(vault, ready.case, order, wish or Wish(), to)
        return found.value

    refused(OutputExists, to=ready.folder)
    refused(Usage, to=ready.folder / "missing" / "deeper")
    refused(Usage, to=vault.folder / "inside")
    refused(Usage, wish=Wish("no-such-court"))
    refused(Usage, replace(ORDER, purpose="curiosity"))
    refused(Usage, replace(ORDER, recordings=(ready.items[0],)))
    refused(Usage, replace(ORDER, without=tuple(ready.items)))
    gone = recipients.add(vault, "lawyer", "Gone").id
    recipients.remove(vault, gone)
    refused(NotAllowed, replace(ORDER, recipient=gone))
    cloud = ready.folder / "Dropbox"
    (cloud / ".dropbox.cache").mkdir(parents=True)
    refused(SyncFolder, to=cloud / "packet")
    other = cases.new(vault, "Без просмотра").id
    vaults.add_text(vault, other, "Звоните мне: +7 921 555-01-23. " * 20)
    redacting.make(vault, other, accept_weak_jail=vaults.WEAK_JAIL)
    with pytest.raises(Refused) as found:
        packets.create(vault, other, ORDER, Wish(), out)
    assert found.value.kind == "unreviewed"
    assert ready.leftovers() == sorted([*before, "Dropbox"])
    assert vault.catalogue.get(RecipientRecord, gone) is not None


def test_a_rehearsal_tells_the_same_and_writes_nothing(ready: Ready, handed: packets.Packet) -> None:
    before = ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))
    told = packets.rehearse(
        ready.vault, ready.case, ORDER, Wish(cover=("In removal proceedings", "", "A 000 000 000"))
    )
    assert [(one.label, one.first, one.last) for one in told.exhibits] == [
        (one.label, one.first, one.last) for one in handed.exhibits
    ]
    assert [part.pages for part in told.parts] == [part.pages for part in handed.parts]
    assert (ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))) == before


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"lines": []}', b'{"lines": "x"}', b'{"lines": [1]}', b'{"lines": ["x"], "more": 1}', b"\xff\xfe",
     json.dumps({"lines": ["x" * 201]}).encode(), json.dumps({"lines": ["x"] * 41}).encode(), b"[" * 100_000],
)  # fmt: skip
def test_a_cover_of_another_form_is_refused(data: bytes) -> None:
    assert packets.read_cover('{"lines": ["  Дело  №1 ", ""]}'.encode()) == ("Дело №1", "")
    with pytest.raises(Usage):
        packets.read_cover(data)
