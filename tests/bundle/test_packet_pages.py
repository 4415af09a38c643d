"""A part of a filing as a court's clerk has it: what is on which page, and that nothing else is in the file."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
import vaults
from PIL import Image, ImageChops, ImageDraw
from pypdf import PdfReader, PdfWriter

from vault.errors import Refused
from vault.model.document import Block, Page
from vault.redaction import verify
from vault.sandbox import packet
from vault.sandbox.documents import Band, facsimile, typeset
from vault.sandbox.packet import Contents, Part, Piece, Row, Stretch, Tab

WEAK = vaults.WEAK_JAIL
LETTER, WIDE = (612.0, 792.0), (792.0, 612.0)
BAND = Band("Exhibit A", bytes(range(8)))
WIDE_ROW = "\t".join(f"spalte{number}" for number in range(14))


def _typeset(*blocks: Block, size: Any = "A4") -> bytes:
    pages = (Page(1, "text", 595, 842, blocks),)
    return typeset("Показания", pages, size, band=BAND, accept_weak_jail=WEAK)


def _picture(width: int, height: int) -> bytes:
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, width - 1, height - 1), outline="red", width=9)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return facsimile(out.getvalue(), "image/png", {}, band=BAND, accept_weak_jail=WEAK)


def _turned(data: bytes, degrees: int) -> bytes:
    """The same page, to be shown turned."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.pages[0].rotate(degrees)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def exhibits() -> list[bytes]:
    rows = [Block("table-row", WIDE_ROW) for _ in range(3)]
    text = Block("paragraph", "Слово свидетеля. " * 400)
    return [
        _typeset(Block("heading", "Глава", 1), text), _typeset(text, size="Letter"), _picture(600, 800),
        _picture(900, 500), _typeset(*rows),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def part(exhibits: list[bytes]) -> Part:
    counts, sizes = packet.measure(exhibits, each=True, accept_weak_jail=WEAK)
    assert all(len(each) == count for each, count in zip(sizes, counts, strict=True))
    assert all(sum(each) >= len(data) * 0.8 for each, data in zip(sizes, exhibits, strict=True))
    rows = tuple(Row(f"Tab {label}", f"Описание {label}", "3–9", "") for label in "ABCDE" * 12)
    pieces = tuple(
        Piece(f"Tab {label}: Описание", Tab(f"Tab {label}", f"Описание {label}"), (Stretch(data, 0, count, True),))
        for label, data, count in zip("ABCDE", exhibits, counts, strict=True)
    )
    cover: Any = (("court", "IMMIGRATION COURT"), ("blank", "In the matter of"), ("title", "PROPOSED EXHIBITS"))
    contents = Contents("TABLE OF CONTENTS", ("Tab", "Description", "Pages", "Part"), rows)
    return Part("Letter", "en", 41, cover, contents, ("Cover", "Table of contents"), pieces)


@pytest.fixture(scope="module")
def made(part: Part) -> bytes:
    return packet.make(part, accept_weak_jail=WEAK)


def _texts(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in document]


def test_every_page_has_its_number_at_its_foot(part: Part, made: bytes) -> None:
    front = packet.front_pages(part, accept_weak_jail=WEAK)
    assert front == 4  # the cover, and sixty exhibits' lines
    document = pypdfium2.PdfDocument(made)
    sizes = [page.get_size() for page in document]
    counts = [sum(stretch.end - stretch.first for stretch in piece.files) for piece in part.pieces]
    assert len(document) == front + sum(counts) + len(counts)
    assert set(sizes) == {LETTER, WIDE}
    assert sizes[-1] == WIDE
    assert sizes[:front] == [LETTER] * front
    for number, page in enumerate(document, part.first):
        width, height = page.get_size()
        text = page.get_textpage()
        assert text.get_text_bounded(width / 2 - 30, 8, width / 2 + 30, 24).strip() == str(number)
        assert text.get_text_bounded(0, 0, width, 26).strip() == str(number)  # and nothing else is so low
        pixels = page.render(scale=1).to_pil().convert("L")
        foot = pixels.crop((0, int(height) - 26, int(width), int(height)))
        inked = foot.point(lambda level: 255 if level < 128 else 0).getbbox()
        assert inked is not None
        assert inked[0] > width / 2 - 20
        assert inked[2] < width / 2 + 20


def test_pages_lie_in_their_order_whole_and_never_larger_than_they_were(part: Part, made: bytes) -> None:
    texts = [" ".join(text.split()) for text in _texts(made)]
    tabs = [text for text in texts if text.startswith("Tab ") and "Описание" in text and len(text) < 40]
    assert [text[:5] for text in tabs] == [f"Tab {label}" for label in "ABCDE"]
    assert sum(text.count("свидетеля") for text in texts) == 800
    picture = texts.index(tabs[2]) + 1
    page = pypdfium2.PdfDocument(made)[picture]
    framed = page.render(scale=1).to_pil().convert("RGB")
    colours = ImageChops.subtract(framed.getchannel("R"), framed.getchannel("G"))
    red = Image.eval(colours, lambda level: 255 if level > 90 else 0).getbbox()
    assert red is not None
    assert red[0] > 10
    assert red[1] > 10
    assert red[2] < 602
    assert red[3] < 766
    assert abs((red[2] - red[0]) / (red[3] - red[1]) - 0.75) < 0.05


def test_a_page_that_is_shown_turned_stays_as_it_is_shown(exhibits: list[bytes]) -> None:
    turned = [_turned(exhibits[0], degrees) for degrees in (90, 180, 270)]
    pieces = tuple(Piece("T", None, (Stretch(data, 0, 1, True),)) for data in turned)
    document = pypdfium2.PdfDocument(
        packet.make(Part("A4", "en", 7, (), None, ("", ""), pieces), accept_weak_jail=WEAK)
    )
    assert len(document) == 3
    for number, (page, data) in enumerate(zip(document, turned, strict=True), 7):
        assert page.get_textpage().get_text_range().split()[-1] == str(number)
        shown, before = (
            one.render(scale=0.5).to_pil().convert("L") for one in (page, pypdfium2.PdfDocument(data)[0])
        )
        assert shown.size == before.size
        width, height = shown.size
        seen = ImageChops.difference(shown, before).crop((0, 0, width, height - 14))
        assert seen.getextrema()[1] < 40


def test_it_is_tagged_and_bookmarked_and_says_nothing_of_itself(part: Part, made: bytes) -> None:
    reader = PdfReader(io.BytesIO(made))
    assert not reader.metadata
    assert "/Metadata" not in reader.trailer["/Root"]
    assert "/ID" not in reader.trailer
    assert made == packet.make(part, accept_weak_jail=WEAK)
    outline = [(one.title, reader.get_destination_page_number(one)) for one in reader.outline]
    tabs = [place for place, text in enumerate(_texts(made)) if text.startswith("Tab ") and len(text) < 40]
    assert outline == [
        ("Cover", 0), ("Table of contents", 1),
        *((f"Tab {label}: Описание", place) for label, place in zip("ABCDE", tabs, strict=True)),
    ]  # fmt: skip
    root: Any = reader.trailer["/Root"]
    sections = [one.get_object() for one in root["/StructTreeRoot"]["/K"].get_object()["/K"]]
    assert [one["/S"] for one in sections] == ["/Sect"] * 11  # the front, and for each tab its sheet and its exhibit
    kinds = [kid.get_object()["/S"] for kid in sections[6]["/K"]] if isinstance(sections[6]["/K"], list) else []
    assert all(kind == "/Figure" for kind in kinds)
    rows = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert [int(number) for number in rows[::2]] == list(range(len(reader.pages)))


def test_the_leak_check_knows_its_pages_and_still_finds_who_is_named(part: Part, made: bytes) -> None:
    expected = {"structure:outline", "structure:invisible-text"}
    clean = verify.examine(made, "application/pdf", [], expected=expected, pixels=False, accept_weak_jail=WEAK)
    assert clean.leaks == ()
    names = {"P-1111111": "Ипполит Вареников", "P-2222222": "Агриппина Сидоркина", "P-3333333": "Savva Kuropatkin"}
    people = [verify.Protected(person, (name,), ()) for person, name in names.items()]
    bookmark, tab, line = names.values()
    contents = Contents("C", ("a", "b", "c", "d"), (Row("Tab A", f"Statement of {line}", "1", ""),))
    pieces = (Piece(bookmark, Tab("Tab A", f"Письмо: {tab}"), part.pieces[2].files),)
    leaking = packet.make(Part("Letter", "en", 1, (), contents, ("", "c"), pieces), accept_weak_jail=WEAK)
    seen = verify.examine(leaking, "application/pdf", people, expected=expected, pixels=False, accept_weak_jail=WEAK)
    assert {leak.form for leak in seen.leaks} == set(names)
    assert {leak.channel for leak in seen.leaks if leak.form == "P-1111111"} >= {"outline"}


def test_what_is_no_pdf_of_ours_is_refused() -> None:
    with pytest.raises(Refused):
        packet.measure([b"%PDF-1.7\n%%EOF"], accept_weak_jail=WEAK)
