"""A packet of a case: what guards it, what is written, what stays in the vault, and nothing where it fails."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import vaults

from vault.bundle import court_rules, packet_note
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
STATEMENT = f"Я, свидетель {WITNESS}, видел задержание на площади. " * 8
TRANSLATION = "I saw the arrest in the square. The people stood there for an hour. " * 8
ALPHABETS = " ".join(
    chr(code) for start in (0x391, 0x400, 0x531, 0x10D0, 0x1E00) for code in range(start, start + 38)
)
"""So many letters that their font makes a page large."""
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


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    base = tmp_path_factory.mktemp("packets")
    (base / "out").mkdir()
    with vaults.new_vault(base / "vault") as vault:
        case = cases.new(vault, "Дело").id
        people.add(vault, case, people.parse(json.dumps([{"name": WITNESS, "role": "witness"}]).encode()))
        added = [
            vaults.add_text(vault, case, STATEMENT, "statement.txt", title="Показания", language="ru"),
            vaults.add_text(vault, case, ALPHABETS, "letters.txt", title="Прописи", language="ru"),
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


def _own_rules(folder: Path, name: str, part_bytes: int) -> Path:
    """A folder of rules like those for the courts of the United States, with smaller parts."""
    rules = json.loads((court_rules.FOLDER / "us-immigration-court.json").read_bytes())
    (folder / f"{name}.json").write_text(json.dumps({**rules, "name": name, "part_bytes": part_bytes}))
    return folder


@pytest.fixture(scope="module")
def handed(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> packets.Packet:
    """A packet for somebody, in parts, with a cover of its own."""
    order = replace(ORDER, recipient=ready.recipient, consent="oral", without=(ready.items[1],))
    wish = Wish("small", cover=("In removal proceedings", "", "A 000 000 000"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(court_rules, "FOLDER", _own_rules(tmp_path_factory.mktemp("rules"), "small", 110_000))
        return packets.create(ready.vault, ready.case, order, wish, ready.folder / "handed")


def _texts(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def _pages(folder: Path, made: packets.Packet) -> list[str]:
    return [text for part in made.parts for text in _texts((folder / part.name).read_bytes())]


def test_it_is_open_pdfs_whose_numbers_go_on_and_a_note_beside_them(ready: Ready, handed: packets.Packet) -> None:
    folder = ready.folder / "handed"
    names = [part.name for part in handed.parts]
    stems = {re.sub(r"_Part[0-9]+\.pdf$", "", name) for name in names}
    assert len(stems) == 1
    assert re.fullmatch(r"EX-[0-9A-HJKMNP-TV-Z]{6}", stems.pop())
    assert len(names) > 1
    assert [name[9:] for name in names] == [f"_Part{n}.pdf" for n in range(1, len(names) + 1)]
    assert sorted(path.name for path in folder.iterdir()) == sorted((*names, "READ-FIRST.txt"))
    for part in handed.parts:
        data = (folder / part.name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (part.sha256, part.size)
        assert part.size <= 110_000
    texts = _pages(folder, handed)
    assert len(texts) == sum(part.pages for part in handed.parts) == handed.exhibits[-1].last
    assert [text.split()[-1] for text in texts] == [str(number) for number in range(1, len(texts) + 1)]


def test_the_contents_tell_where_each_exhibit_is(ready: Ready, handed: packets.Packet) -> None:
    texts = _pages(ready.folder / "handed", handed)
    # The translation right before its original; each exhibit behind its own sheet, in one part.
    assert [one.evidence for one in handed.exhibits] == [ready.items[2], ready.items[0]]
    assert handed.exhibits[0].first == 3
    assert handed.exhibits[1].first == handed.exhibits[0].last + 1
    assert all(len(one.parts) == 1 for one in handed.exhibits)
    for one in handed.exhibits:
        sheet = " ".join(texts[one.first - 1].split())
        assert sheet.startswith(f"Exhibit {one.label} {one.description} Tab {one.label} ")
        # The sheet says what the exhibit's own pages say.
        assert all(f"Exhibit {one.label}" in texts[page] for page in range(one.first, one.last))
        assert sheet.endswith(f"Pages {one.first}–{one.last} {one.first}")
        assert f"{one.first}–{one.last}" in texts[1]
    assert "Part" in texts[1]
    assert "Translation of Exhibit" in texts[handed.exhibits[0].first - 1]
    assert "In removal proceedings" in texts[0]
    assert "In the matter of" not in texts[0]
    note = (ready.folder / "handed" / "READ-FIRST.txt").read_text("utf-8")
    flat = " ".join(note.split())
    whole = " ".join(texts)
    assert "Check this packet against" in note
    assert handed.parts[0].name in note
    assert not any(word in whole for word in ("READ THIS FIRST", "practice manual", handed.rules.as_of))
    assert WITNESS.split()[1] not in whole + note
    assert {"no-certificate", "description-language"} <= {one.code for one in handed.warnings}
    # Beside it stands all that the terminal tells.
    assert all(one.text in flat for one in handed.warnings)
    taken = {one.label: dict(one.redactions) for one in handed.exhibits}
    assert taken == {"A": {}, "B": {"PERSON": STATEMENT.count(WITNESS)}}
    assert f"- Exhibit B: names of people: {taken['B']['PERSON']} " in flat
    assert "Items of the case that are not in it: 1." in flat
    assert "stands in no ledger" not in note


def test_the_ledger_and_the_log_know_of_it_and_status_of_the_open_files(ready: Ready, handed: packets.Packet) -> None:
    catalogue = ready.vault.catalogue
    noted = catalogue.require(Disclosure, handed.id)
    first = handed.parts[0]
    assert (noted.sha256.hex(), noted.size, noted.state) == (first.sha256, first.size, "prepared")
    assert (noted.recipient_id, noted.purpose, noted.consent) == (ready.recipient, "filing", "oral")
    listed = manifests.parse(noted.manifest)
    assert [one.label for one in listed.exhibits] == [one.label for one in handed.exhibits]
    copy = catalogue.require(Copy, handed.id)
    assert (copy.form, copy.words) == ("packet", 0)
    assert copy.files == tuple(f"{part.sha256} {part.size}" for part in handed.parts)
    assert copy.items == tuple(one.evidence for one in handed.exhibits)
    assert [one.state for one in catalogue.all(Mark, bundle=handed.id)] == ["prepared"]
    entries = [one for one in ready.vault.log.entries(case=ready.case) if one.action == "bundle.packet"]
    assert entries[0].phase == "intent"
    assert any(one.disclosure is not None and one.disclosure.bundle == first.sha256 for one in entries)
    lying = {(one.path, one.evidence_id) for one in originals.still_there(ready.vault) if one.origin == "packet"}
    assert (str((ready.folder / "handed").resolve()), ready.case) in lying


def test_without_a_recipient_only_the_copys_mark_is_noted(ready: Ready) -> None:
    before = {one.id for one in ready.vault.catalogue.all(Disclosure)}
    order = replace(ORDER, only=(ready.items[0],))
    made = packets.create(ready.vault, ready.case, order, Wish(paper="A4"), ready.folder / "alone")
    (part,) = made.parts
    assert re.fullmatch(r"EX-[0-9A-HJKMNP-TV-Z]{6}\.pdf", part.name)
    document = pypdfium2.PdfDocument((ready.folder / "alone" / part.name).read_bytes())
    assert {(round(width), round(height)) for width, height in (page.get_size() for page in document)} == {(595, 842)}
    assert "In the matter of" in document[0].get_textpage().get_text_range()
    assert {one.id for one in ready.vault.catalogue.all(Disclosure)} == before
    assert len(ready.vault.catalogue.require(Copy, made.id).mark) == 8
    assert (made.recipient, made.left_out) == (None, 2)
    assert "no-translation" in {one.code for one in made.warnings}
    assert "stands in no ledger" in " ".join((ready.folder / "alone" / "READ-FIRST.txt").read_text("utf-8").split())


def test_what_lies_beside_it_tells_of_pages_withheld_and_points_at_nobody() -> None:
    about = packet_note.About(
        ["a listed person is spelt otherwise"], {"A": {"page withheld": 2, "PERSON": 1}, "B": {}}
    )
    text = packet_note.note(court_rules.load("us-immigration-court"), ["EX-1.pdf"], date(2026, 12, 1), about)
    flat = " ".join(text.split())
    assert "Exhibit A: names of people: 1; pages withheld: 2" in flat
    assert "Pages withheld: 2. Whoever gets the packet sees an empty page in place of each." in flat
    assert "Exhibit B" not in flat


def test_a_page_that_no_part_can_hold_stops_it(ready: Ready, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(court_rules, "FOLDER", _own_rules(tmp_path, "tiny", 100_000))
    before = ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))
    with pytest.raises(Refused, match=r"page 1 of exhibit [A-D], made from E-") as found:
        packets.rehearse(ready.vault, ready.case, replace(ORDER, only=(ready.items[1],)), Wish("tiny"))
    assert found.value.kind == "too-large"
    assert (ready.leftovers(), len(list(ready.vault.catalogue.all(Copy)))) == before


@pytest.mark.parametrize("named", ["cover", "cover in small letters", "folder", "folder in Latin letters"])
def test_nobody_is_named_on_the_cover_or_by_the_folder(ready: Ready, named: str) -> None:
    out, cover = ready.folder / "papers", ()
    if named.startswith("cover"):
        cover = (f"Statement of {WITNESS}" if named == "cover" else "For the Court", "statement of varenikov1")
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


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"lines": []}', b'{"lines": "x"}', b'{"lines": [1]}', b'{"lines": ["x"], "more": 1}', b"\xff\xfe",
     json.dumps({"lines": ["x" * 201]}).encode(), json.dumps({"lines": ["x"] * 41}).encode(), b"[" * 100_000],
)  # fmt: skip
def test_a_cover_of_another_form_is_refused(data: bytes) -> None:
    assert packets.read_cover('{"lines": ["  Дело  №1 ", ""]}'.encode()) == ("Дело №1", "")
    with pytest.raises(Usage):
        packets.read_cover(data)
