"""Spreadsheets and slides: what shows, by sheet and slide; what is hidden is left out and said."""

from __future__ import annotations

import pytest
from makers_office import P, S, cell, pptx, relations, row, shape, xlsx, zipped

from vault.errors import Refused
from vault.intake.office import OLE, PPTX, XLSX
from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_pptx, read_xlsx, read_xlsx_format
from vault.worker.refusal import Refusal

STRINGS = "<si><t>Тамара</t></si><si><r><t>Образ</t></r><r><t>цова</t></r><rPh><t>SECRET</t></rPh></si>"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"


def blocks(document: Document, page: int = 0) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.pages[page].blocks]


def data(*rows: str) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"


def test_a_sheet_is_a_page_with_its_rows() -> None:
    first = data(
        row(2, cell("B2", "0", kind="s"), cell("D2", "1", kind="s")),
        row(5, cell("B5", "строка", kind="inlineStr"), cell("D5", "1", kind="b"), cell("E5", "#N/A", kind="e")),
        row(6, '<c r="B6" t="str"><f>SECRET</f><v>итог</v></c>', cell("D6", "44625", style=1), "<c r='XFD6'/>"),
    )
    document = extract(xlsx(first, data(), strings=STRINGS, formats=("dd.mm.yyyy",)), XLSX)
    assert blocks(document) == [
        ("heading", "Лист1"), ("table-row", "Тамара\tОбразцова"), ("table-row", "строка\tTRUE\t#N/A"),
        ("table-row", "итог\t05.03.2022"),
    ]  # fmt: skip
    assert blocks(document, 1) == [("heading", "Лист2")]
    assert document.notes == ()


def test_what_is_hidden_is_left_out_and_noted() -> None:
    sheet = (
        '<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/></cols>'
        + data(
            row(1, cell("A1", "1"), cell("B1", "777"), cell("D1", "4"), cell("E1", "777")),
            row(2, cell("A2", "777"), attributes='hidden="1"'),
            row(3, cell("A3", "777"), attributes='ht="0" customHeight="1"'),
            row(4, cell("A4", "777", style=1), cell("D4", "5")),
            row(5, cell("B5", "видно", kind="inlineStr")),
        )
        + '<mergeCells><mergeCell ref="B5:D5"/></mergeCells>'
    )
    found = extract(xlsx(sheet, ("hidden", data()), ("veryHidden", data()), formats=(";;;",)), XLSX)
    assert blocks(found)[1:] == [("table-row", "1\t4"), ("table-row", "\t5"), ("table-row", "\tвидно")]
    notes = " ".join(found.notes)
    for part in ("2 hidden sheets", "2 hidden rows", "2 hidden columns", "not visible was left out (1 places)"):
        assert part in notes


def test_page_headers_text_boxes_comments_and_charts() -> None:
    drawing = (
        f'<d:wsDr xmlns:d="{DRAWING}" {P}><d:sp><d:nvSpPr><d:cNvPr descr="SECRET"/></d:nvSpPr><d:txBody><a:p><a:r>'
        "<a:t>в рамке</a:t></a:r></a:p></d:txBody></d:sp><d:pic/><d:graphicFrame>"
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/></d:graphicFrame></d:wsDr>'
    )
    sheet = data(row(1, cell("A1", "1"))) + (
        '<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Дело&amp;RЛист &amp;P</oddHeader>'
        "<oddFooter>&amp;Cконец &amp;&amp; всё</oddFooter></headerFooter>"
    )
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            {"rId1": ("drawing", "../drawings/d.xml"), "rId2": ("comments", "../comments1.xml")}
        ),
        "xl/drawings/d.xml": drawing,
        "xl/comments1.xml": f"<comments {S}><commentList><comment><text><t>SECRET</t></text></comment></commentList>"
        "</comments>",
        "xl/vbaProject.bin": b"x",
    }
    document = extract(xlsx(sheet, more=more), XLSX)
    assert [text for _, text in blocks(document)] == ["Лист1", "Дело\tЛист", "1", "в рамке", "", "конец & всё"]
    notes = " ".join(document.notes)
    for part in ("1 comments", "1 charts", "1 pictures", "programs inside", "text boxes were read (1)"):
        assert part in notes


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [  # as LibreOffice 7.4 shows them
        (4015123456, '0000" "000000', "4015 123456"), (44625, "dd.mm.yyyy", "05.03.2022"),
        (1234567.891, "#,##0.00", "1,234,567.89"), (0.25, "0%", "25%"), (3.14159, "0.00", "3.14"),
        (44625, "[$-419]d mmmm yyyy;@", "5 марта 2022"), (17, '"№ "0', "№ 17"),
        (12345678901, "000\\-000\\-000\\ 00", "123-456-789 01"), (0.75, "h:mm", "18:00"), (1.5, "[h]:mm", "36:00"),
        (1500, '#,##0 "руб."', "1,500 руб."), (79125550142, "+0 (000) 000-00-00", "+7 (912) 555-01-42"),
        (2.5, "0.##", "2.5"), (0, "#", ""), (44625.604, "m/d/yyyy h:mm AM/PM", "3/5/2022 2:29 PM"),
        (123456, "0.0,", "123.5"), (0.1, "General", "0.1"), (0, '0.00;(0.00);"нет"', "нет"),
        (-3.5, '0.00;(0.00);"нет"', "(3.50)"), (7, "00", "07"), (-7, "0", "-7"), (1e300, "dd.mm.yyyy", "1e+300"),
        (12, "", "12"), (5, "# ?/?", "5"),
    ],
)  # fmt: skip
def test_numbers_show_as_their_format_says(value: float, code: str, shown: str) -> None:
    assert read_xlsx_format.number(value, code, False) == shown


def test_dates_of_the_other_epoch() -> None:
    assert read_xlsx_format.number(0, "yyyy-mm-dd", True) == "1904-01-01"
    book = xlsx(data(row(1, cell("A1", "1", style=1))), formats=("d.m.yyyy",), dates='date1904="1"')
    assert blocks(extract(book, XLSX))[1][1] == "2.1.1904"


def test_slides() -> None:
    table = (
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>а</a:t></a:r></a:p>"
        "</a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>б</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>"
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )
    slide = (
        shape("Заголовок", place="title") + shape("раз", "два") + f"<p:grpSp>{shape('в группе')}</p:grpSp>" + table
    ) + shape("SECRET", hidden=True)
    layout = f"<p:sldLayout {P}><p:cSld><p:spTree>{shape('Образец', place='body')}{shape('ДЕЛО')}</p:spTree></p:cSld>"
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations(
            {"rId1": ("slideLayout", "../layout.xml"), "rId2": ("notesSlide", "../notes.xml")}
        ),
        "ppt/layout.xml": layout + "</p:sldLayout>",
        "ppt/notes.xml": f"<p:notes {P}>{shape('SECRET')}</p:notes>",
    }
    document = extract(pptx(slide, f'show="0"|{shape("SECRET")}', shape("третий"), more=more), PPTX)
    assert blocks(document) == [
        ("heading", "Заголовок"), ("paragraph", "раз"), ("paragraph", "два"), ("paragraph", "в группе"),
        ("table-row", "а\tб"), ("paragraph", "ДЕЛО"),
    ]  # fmt: skip
    assert blocks(document, 1) == [("paragraph", "третий")]
    notes = " ".join(document.notes)
    for part in ("1 hidden slides", "notes of 1 slides", "not visible"):
        assert part in notes


DTD = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
ROWS = data(row(1, cell("A1", "1")))
PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MANY = "<row>" + "<c/>" * 1_000 + "</row>"


@pytest.mark.parametrize(
    ("source", "media_type", "kind"),
    [
        (PROTECTED, XLSX, "unsupported"), (PROTECTED + "EncryptedPackage".encode("utf-16-le"), XLSX, "encrypted"),
        (PROTECTED, OLE, "unsupported"), (PROTECTED + "EncryptedPackage".encode("utf-16-le"), OLE, "encrypted"),
        (xlsx(ROWS)[:-30], XLSX, "damaged"), (b"PK\3\4", XLSX, "damaged"), (zipped({"a": b""}), XLSX, "damaged"),
        (xlsx(ROWS, more={"xl/worksheets/sheet1.xml": DTD + f"<worksheet {S}>&b;</worksheet>"}), XLSX, "damaged"),
        (xlsx(ROWS, more={"xl/sharedStrings.xml": DTD + f"<sst {S}><si><t>&b;</t></si></sst>"}), XLSX, "damaged"),
        (xlsx(ROWS, more={"xl/worksheets/sheet1.xml": f"<worksheet {S}><sheetData>"}), XLSX, "damaged"),
        (xlsx(("hidden", ROWS)), XLSX, "damaged"),
        (xlsx(data(*(MANY for _ in range(1_100)))), XLSX, "unreadable"),
        (xlsx(data(), more={"xl/worksheets/sheet1.xml": f"<worksheet {S}>" + " " * (9 << 20) + "</worksheet>"}), XLSX,
         "unreadable"),
        (pptx(shape("x"))[:-30], PPTX, "damaged"), (pptx(), PPTX, "damaged"), (xlsx(ROWS), PPTX, "damaged"),
        (pptx("<x>" * 230 + shape("x") + "</x>" * 230), PPTX, "damaged"),
        (pptx(shape("x")), XLSX, "damaged"),
    ],
)  # fmt: skip
def test_what_is_broken_or_protected_says_why(source: bytes, media_type: str, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(source, media_type)
    assert caught.value.kind == kind


def test_odd_numbers_and_places_harm_nothing() -> None:
    odd = data(
        row(1, cell("A1", "999999999999", kind="s"), cell("ZZZZ9", "b", kind="inlineStr"), cell("B1", "nan")),
        '<row r="99999999999"><c r="" s="99999"><v>1e999</v></c><c><v>x</v></c></row>',
    )
    found = read_xlsx.read(xlsx(odd, formats=("0" * 600, "[", '"', "\\")))
    assert found["pages"][0]["blocks"][1]["text"]


@pytest.mark.parametrize(("reader", "whole"), [(read_xlsx, xlsx(ROWS)), (read_pptx, pptx(shape("x")))])
def test_every_cut_is_damaged_and_never_a_crash(reader: object, whole: bytes) -> None:
    for end in range(0, len(whole), 61):
        with pytest.raises(Refusal):
            reader.read(whole[:end])  # type: ignore[attr-defined]
