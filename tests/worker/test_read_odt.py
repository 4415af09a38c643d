"""OpenDocument files: what LibreOffice shows, in its order; what it hides is left out and said."""

from __future__ import annotations

import pytest
from makers_office import ODF, flat, odf, zipped

from vault.errors import Refused
from vault.intake.office import ODP, ODS, ODT
from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_odt
from vault.worker.refusal import Refusal

HIDDEN = (
    '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="HP" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="HC" style:family="paragraph" style:parent-style-name="HP"/>'
    '<style:style style:name="C1" style:family="paragraph" style:parent-style-name="C2"/>'
    '<style:style style:name="C2" style:family="paragraph" style:parent-style-name="C1"/>'
)
LISTS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>'
    '</text:list-style><text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/>'
    "</text:list-style>"
)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for page in document.pages for block in page.blocks]


def texts(body: str, styles: str = "") -> list[str]:
    return [text for _, text in blocks(extract(odf(body, styles=styles), ODT))]


BODY = (
    '<text:h text:outline-level="2">ПРОТОКОЛ</text:h>'
    "<text:p>Тама<text:span>ра</text:span>\n   Образцова<text:s text:c='2'/>да<text:tab/>таб<text:line-break/>низ "
    '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>сноска'
    "</text:p></text:note-body></text:note></text:p>"
    '<text:list text:style-name="L"><text:list-item><text:p>раз</text:p><text:list><text:list-item><text:p>внутри'
    "</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>два</text:p><text:p>ещё</text:p>"
    '</text:list-item></text:list><text:list text:style-name="B"><text:list-item><text:p>точка</text:p>'
    "</text:list-item></text:list>"
    "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Дата</text:p></table:table-cell>"
    "<table:table-cell><text:p>Кто</text:p></table:table-cell></table:table-row></table:table-header-rows>"
    "<table:table-row><table:table-cell table:number-columns-spanned='2'><text:p>5</text:p><text:p>марта</text:p>"
    "</table:table-cell><table:covered-table-cell/></table:table-row></table:table>"
    "<text:p>рамка<draw:frame><draw:text-box><text:p>в рамке</text:p></draw:text-box></draw:frame></text:p>"
    "<draw:frame><draw:image/><svg:title>SECRET</svg:title></draw:frame>"
    "<text:p><text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>хань</text:ruby-text></text:ruby></text:p>"
)
SHOWN = [
    ("heading", "ПРОТОКОЛ"), ("paragraph", "Тамара Образцова  да\tтаб\nниз [1]"), ("list-item", "1. раз"),
    ("list-item", "a) внутри"), ("list-item", "2. два"), ("list-item", "ещё"), ("list-item", "точка"),
    ("table-row", "Дата\tКто"), ("table-row", "5 марта"), ("paragraph", "рамка"), ("paragraph", "в рамке"),
    ("picture", ""), ("paragraph", "漢(хань)"), ("paragraph", "[1] сноска"),
]  # fmt: skip


@pytest.mark.parametrize("data", [odf(BODY, styles=LISTS), flat(BODY, LISTS)], ids=["zip", "flat"])
def test_headings_lists_tables_frames_and_notes(data: bytes) -> None:
    document = extract(data, ODT)
    assert blocks(document) == SHOWN
    assert document.pages[0].blocks[0].level == 2


def test_what_is_hidden_is_left_out_and_noted() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>SECRET</text:p></text:deletion>"
        "</text:changed-region><text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>"
        "<text:p>до <text:span text:style-name='H'>SECRET</text:span><text:change/><office:annotation><text:p>SECRET"
        "</text:p></office:annotation>после</text:p><text:p text:style-name='HC'>SECRET</text:p>"
        "<text:section text:display='none'><text:p>SECRET</text:p></text:section>"
        "<text:section text:display='condition' text:is-hidden='true'><text:p>SECRET</text:p></text:section>"
        "<text:section text:display='condition'><text:p>раздел</text:p></text:section>"
        "<text:p>SECRET<text:hidden-paragraph text:is-hidden='true'/></text:p>"
        "<text:p><text:hidden-text text:is-hidden='true'>SECRET</text:hidden-text>"
        "<text:hidden-text text:is-hidden='false'>видно</text:hidden-text></text:p>"
        "<text:p text:style-name='C1'>круг</text:p>"
        "<draw:frame><draw:object/><draw:image/></draw:frame><office:forms><text:p>SECRET</text:p></office:forms>"
    )
    document = extract(odf(body, styles=HIDDEN), ODT)
    assert [text for _, text in blocks(document)] == ["до после", "раздел", "видно", "круг"]
    notes = " ".join(document.notes)
    for part in ("deleted", "inserted", "1 comments", "not visible was left out (6 places)", "1 embedded"):
        assert part in notes


def test_headers_and_footers_of_pages_in_use_each_once() -> None:
    def master(name: str, header: str, more: str = "") -> str:
        return (
            f'<style:master-page style:name="{name}" {more}><style:header><text:p>{header}</text:p></style:header>'
            '<style:header-left style:display="false"><text:p>SECRET</text:p></style:header-left>'
            "<style:footer><text:p>низ</text:p></style:footer></style:master-page>"
        )

    masters = (
        master("Standard", "верх", 'style:next-style-name="Next"') + master("Next", "дальше") + master("No", "SECRET")
    )
    data = odf("<text:p>тело</text:p>", masters=masters)
    assert [text for _, text in blocks(extract(data, ODT))] == ["верх", "дальше", "тело", "низ"]


def test_sheets_are_pages_and_hidden_ones_are_noted() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    styles = (
        '<style:style style:name="T" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    twice = 'table:number-columns-repeated="2"'
    body = (
        '<table:table table:name="Дело"><table:table-column/><table:table-column table:visibility="collapse"/>'
        f"<table:table-row>{cell('а')}{cell('SECRET')}{cell('б', twice)}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        f'<table:table-row table:visibility="collapse">{cell("SECRET")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>'
        f'<table:table table:name="SECRET" table:style-name="T"><table:table-row>{cell("SECRET")}</table:table-row>'
        "</table:table>"
    )
    document = extract(odf(body, kind="spreadsheet", styles=styles), ODS)
    assert blocks(document) == [("heading", "Дело"), ("table-row", "а\tб\tб")]
    notes = " ".join(document.notes)
    for part in ("1 hidden sheets", "1 hidden rows", "1 hidden columns"):
        assert part in notes


def test_slides_are_pages() -> None:
    styles = (
        '<style:style style:name="S" style:family="drawing-page"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    frame = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    body = (
        f"<draw:page>{frame.format('первый')}<draw:custom-shape><text:p>фигура</text:p></draw:custom-shape>"
        f"<presentation:notes>{frame.format('SECRET')}</presentation:notes></draw:page>"
        f'<draw:page draw:style-name="S">{frame.format("SECRET")}</draw:page>'
    )
    document = extract(odf(body, kind="presentation", styles=styles), ODP)
    assert [text for _, text in blocks(document)] == ["первый", "фигура"]
    assert any("1 hidden slides" in note for note in document.notes)
    assert any("notes of 1 slides" in note for note in document.notes)


ENCRYPTED = (
    f"<manifest:manifest {ODF}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    "</manifest:manifest>"
)
DTD = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
DEEP = "<text:section>" * 240 + "<text:p>x</text:p>" + "</text:section>" * 240


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (odf("", change={"META-INF/manifest.xml": ENCRYPTED}), "encrypted"),
        (zipped({"encrypted-package": b"x", "content.xml": b"x"}), "encrypted"),
        (odf("", change={"content.xml": DTD + f"<office:document-content {ODF}/>"}), "damaged"),
        (odf("", change={"content.xml": "<broken"}), "damaged"),
        (odf("", change={"content.xml": f"<office:document-content {ODF}/>"}), "damaged"),
        (zipped({"mimetype": b"x"}), "damaged"),
        (odf("<text:p>x</text:p>")[:-30], "damaged"),
        (flat("<text:p>x</text:p>")[:-30], "damaged"),
        (odf(DEEP), "damaged"),
        (odf("<text:p>" + " " * (20 << 20) + "</text:p>"), "unreadable"),
        (odf("".join(f"<text:p>{' '.join(map(str, range(20_000)))}</text:p>" for _ in range(60))), "unreadable"),
    ],
)
def test_what_is_no_document_says_why(data: bytes, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, ODT)
    assert caught.value.kind == kind


def test_every_cut_is_damaged_and_never_a_crash() -> None:
    whole = odf("<text:p>текст</text:p>")
    for end in range(0, len(whole), 29):
        with pytest.raises(Refusal):
            read_odt.read(whole[:end])


def test_repeated_cells_and_rows_are_bounded() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    data = odf(f'<table:table table:name="a">{row}{row}</table:table>', kind="spreadsheet")
    found = read_odt.read(data)
    assert len(found["pages"][0]["blocks"]) <= 2_001
