"""Word documents: what Word shows, in its order; what it hides is left out and said."""

from __future__ import annotations

import io
import zipfile

import pytest
from makers import W, docx, paragraph

from vault.errors import Refused
from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_docx
from vault.worker.read_document import DOCX


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for page in document.pages for block in page.blocks]


def test_paragraphs_headings_lists_and_tables() -> None:
    styles = (
        f'<w:styles {W}><w:style w:styleId="a"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="Mine"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:name w:val="List"/><w:pPr><w:numPr/></w:pPr></w:style></w:styles>'
    )
    body = (
        paragraph("ПРОТОКОЛ", '<w:pStyle w:val="b"/>')
        + "<w:p><w:r><w:t>Образ</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>цова</w:t><w:tab/><w:t>Т.</w:t><w:br/>"
        "<w:t>вторая строка</w:t></w:r></w:p>"
        + paragraph("первое", '<w:pStyle w:val="c"/>')
        + paragraph("второе", '<w:numPr><w:numId w:val="1"/></w:numPr>')
        + f"<w:tbl><w:tr><w:tc>{paragraph('Дата')}</w:tc>"
        + f"<w:tc>{paragraph('Кто')}{paragraph('ещё')}</w:tc></w:tr></w:tbl>"
        + f"<w:sdt><w:sdtContent>{paragraph('в поле')}</w:sdtContent></w:sdt>"
    )
    document = extract(docx(body, styles=styles), DOCX)
    assert blocks(document) == [
        ("heading", "ПРОТОКОЛ"),
        ("paragraph", "Образцова\tТ.\nвторая строка"),
        ("list-item", "первое"),
        ("list-item", "второе"),
        ("table-row", "Дата\tКто ещё"),
        ("paragraph", "в поле"),
    ]
    assert document.pages[0].blocks[0].level == 2
    assert document.notes == ()


def test_headers_notes_and_footers_are_text() -> None:
    document = extract(
        docx(
            "<w:p><w:r><w:t>тело</w:t><w:footnoteReference w:id='2'/><w:endnoteReference w:id='1'/></w:r></w:p>",
            header1=f"<w:hdr {W}>{paragraph('верх')}</w:hdr>",
            footer1=f"<w:ftr {W}>{paragraph('низ')}</w:ftr>",
            footnotes=f'<w:footnotes {W}><w:footnote w:type="separator">{paragraph("черта")}</w:footnote>'
            f"<w:footnote w:id='2'><w:p><w:r><w:footnoteRef/><w:t> сноска</w:t></w:r></w:p></w:footnote>"
            f"<w:footnote w:id='3'>{paragraph('SECRET')}</w:footnote></w:footnotes>",
            endnotes=f"<w:endnotes {W}><w:endnote w:id='1'>{paragraph('концевая')}</w:endnote></w:endnotes>",
        ),
        DOCX,
    )
    assert [text for _, text in blocks(document)] == ["верх", "тело[1][i]", "[1] сноска", "концевая", "низ"]
    assert any("not visible" in note for note in document.notes)


def test_what_word_hides_is_left_out_and_noted() -> None:
    body = (
        "<w:p><w:r><w:t>Я </w:t></w:r><w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>видела</w:t></w:r></w:ins><w:commentRangeStart/><w:r><w:commentReference/></w:r></w:p>"
        + paragraph("SECRET", run="<w:vanish/>")
        + paragraph("видно", run='<w:vanish w:val="0"/>')
        + '<w:p><w:r><w:fldChar/></w:r><w:r><w:instrText>HYPERLINK "SECRET"</w:instrText></w:r></w:p>'
        + "<w:moveFrom><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:moveFrom>"
    )
    comments = f"<w:comments {W}><w:comment>{paragraph('SECRET')}</w:comment></w:comments>"
    document = extract(docx(body, comments=comments), DOCX)
    assert [text for _, text in blocks(document)] == ["Я видела", "видно"]
    notes = " ".join(document.notes)
    for part in ("deleted under change tracking", "inserted under change tracking", "comments", "not visible"):
        assert part in notes
    assert "SECRET" not in notes


def test_pictures_and_text_boxes() -> None:
    box = f"<w:txbxContent>{paragraph('в рамке')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><w:r><w:t>до</w:t></w:r><w:r><mc:AlternateContent {mc}>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        '<w:p><w:r><w:drawing><x descr="SECRET"/></w:drawing></w:r></w:p>'
    )
    document = extract(docx(body), DOCX)
    assert blocks(document) == [("paragraph", "до"), ("paragraph", "в рамке"), ("picture", "")]
    assert "SECRET" not in repr(document)


def test_a_strict_document_is_read_too() -> None:
    strict = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    body = f'<w:document xmlns:w="{strict.decode()}"><w:body>{paragraph("строго")}</w:body></w:document>'
    assert blocks(extract(docx("", change={"word/document.xml": body.encode()}), DOCX)) == [("paragraph", "строго")]


ENTITY = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    f"<w:document {W}><w:body>{paragraph('&e;')}</w:body></w:document>"
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 12))
    + f"]><w:document {W}><w:body>{paragraph('&a11;')}</w:body></w:document>"
)


@pytest.mark.parametrize("xml", [ENTITY, LAUGHS], ids=["entity", "laughs"])
def test_entities_are_refused(xml: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(docx("", change={"word/document.xml": xml.encode()}), DOCX)
    assert caught.value.kind == "damaged"


def test_a_zip_bomb_is_refused() -> None:
    bomb = f"<w:document {W}><w:body><!--".encode() + b" " * (20 << 20) + b"--></w:body></w:document>"
    with pytest.raises(Refused) as caught:
        extract(docx("", change={"word/document.xml": bomb}), DOCX)
    assert caught.value.kind == "unreadable"


def test_two_bodies_are_refused() -> None:
    buffer = io.BytesIO(docx(paragraph("shown here")))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(
            "word/document.xml", f"<w:document {W}><w:body>{paragraph('and there')}</w:body></w:document>"
        )
    with pytest.raises(Refused) as caught:
        extract(buffer.getvalue(), DOCX)
    assert caught.value.kind == "damaged"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "damaged"),
        (b"PK\3\4 not really", "damaged"),
        (docx(paragraph("x"))[:-40], "damaged"),
        (docx("", change={"word/document.xml": b"<broken"}), "damaged"),
        (docx("", change={"_rels/.rels": b"<Relationships/>", "word/document.xml": b""}), "damaged"),
        (OLE, "unsupported"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_no_word_document_says_why(data: bytes, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, DOCX)
    assert caught.value.kind == kind


def test_every_cut_is_damaged_and_never_a_crash() -> None:
    from vault.worker.refusal import Refusal

    whole = docx(paragraph("текст"), header1=f"<w:hdr {W}>{paragraph('верх')}</w:hdr>")
    for end in range(0, len(whole), 37):
        with pytest.raises(Refusal):
            read_docx.read(whole[:end])


def test_deep_nesting_ends() -> None:
    body = "<w:sdt><w:sdtContent>" * 240 + paragraph("глубоко") + "</w:sdtContent></w:sdt>" * 240
    try:
        document = extract(docx(body), DOCX)
    except Refused as refused:
        assert refused.kind == "damaged"  # noqa: PT017  (either is right, a crash is not)
    else:
        assert "embedded objects" in " ".join(document.notes)


def test_text_boxes_in_text_boxes_are_read_once_each() -> None:
    body, deep = paragraph("самое глубокое"), 12
    for number in range(deep):
        drawing = f"<w:pict><w:txbxContent>{paragraph(f'рамка {number}')}{body}</w:txbxContent></w:pict>"
        body = f"<w:p><w:r>{drawing}</w:r></w:p>"
    texts = [text for _, text in blocks(extract(docx(body), DOCX))]
    assert sorted(texts) == sorted(["самое глубокое", *(f"рамка {number}" for number in range(deep))])


def test_more_text_than_can_be_searched_in_time_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="million characters") as caught:
        extract(docx(paragraph(" ".join(f"слово {number}" for number in range(400_000)))), DOCX)
    assert caught.value.kind == "unreadable"


def texts(body: str, **parts: str) -> list[str]:
    return [text for _, text in blocks(extract(docx(body, **parts), DOCX))]


def level(number: int, kind: str, text: str, more: str = "") -> str:
    shape = f'<w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>{more}'
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/>{shape}</w:lvl>'


def item(text: str, number: str = "1", depth: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_lists_are_numbered_as_shown() -> None:
    levels = level(0, "decimal", "%1.") + level(1, "russianLower", "%1.%2)") + level(2, "bullet", "\uf0b7")
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>'
    )
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    body = (
        item("раз") + item("а", depth=1) + item("б", depth=1) + item("точка", depth=2) + paragraph("между") + item("")
        + item("три") + item("снова", depth=1) + item("семь", "2") + item("восемь", "2") + item("нет", "0")
        + paragraph("глава", '<w:pStyle w:val="H"/>')
    )  # fmt: skip
    assert texts(body, numbering=numbering, styles=styles) == [
        "1. раз", "1.а) а", "1.б) б", "точка", "между", "3. три", "3.а) снова", "7. семь", "8. восемь", "нет",
        "9. глава",
    ]  # fmt: skip


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_fields_show_their_results_only() -> None:
    inner = field("begin") + run("SECRET") + field("separate") + run("SECRET") + field("end")
    body = (
        f"<w:p>{run('до ')}{field('begin')}{inner}{field('separate')}{run('итог')}{field('end')}{run(' после')}</w:p>"
    )
    box = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>'
        "</w:r>"
    )
    choice = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="SECRET"/>'
        '<w:listEntry w:val="Минск"/></w:ddList></w:ffData></w:fldChar></w:r>'
    )
    body += f"<w:p>{box}{field('end')}{run(' да ')}{choice}{field('end')}</w:p>"
    assert texts(body) == ["до итог после", "\u2612 да Минск"]
    unclosed = f"<w:p>{field('begin')}{run('что бы ни было')}</w:p>"
    assert texts(unclosed) == ["что бы ни было"]


def test_a_paragraph_whose_end_is_gone_runs_on() -> None:
    for mark in ("<w:vanish/><w:specVanish/>", "<w:del/>"):
        body = f"<w:p><w:pPr><w:rPr>{mark}</w:rPr></w:pPr>{run('Образ')}</w:p>" + paragraph("цова")
        assert texts(body) == ["Образцова"]


def test_hidden_by_styles() -> None:
    styles = (
        f'<w:styles {W}><w:style w:type="character" w:styleId="C"><w:name w:val="c"/><w:rPr><w:vanish/></w:rPr>'
        '</w:style><w:style w:type="paragraph" w:styleId="P"><w:name w:val="p"/><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="q"/><w:basedOn w:val="P"/>'
        '<w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="X"><w:name w:val="x"/><w:basedOn w:val="Y"/></w:style>'
        '<w:style w:type="character" w:styleId="Y"><w:name w:val="y"/><w:basedOn w:val="X"/></w:style></w:styles>'
    )
    by_run = '<w:rStyle w:val="C"/>'
    body = (
        paragraph("SECRET", run=by_run) + paragraph("SECRET", '<w:pStyle w:val="P"/>')
        + paragraph("сын", '<w:pStyle w:val="Q"/>') + paragraph("дважды", '<w:pStyle w:val="P"/>', by_run)
        + paragraph("круг", run='<w:rStyle w:val="X"/>')
    )  # fmt: skip
    assert texts(body, styles=styles) == ["сын", "дважды", "круг"]


MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def test_one_of_several_alternatives_shows() -> None:
    known, strange = 'xmlns:a="http://schemas.microsoft.com/office/x"', 'xmlns:b="urn:strange"'
    first = f'<mc:Choice Requires="b" {strange}>{run("SECRET")}</mc:Choice>'
    second = f'<mc:Choice Requires="a" {known}>{run("да")}</mc:Choice><mc:Choice>{run("SECRET")}</mc:Choice>'
    third = f"<mc:Fallback>{run('SECRET')}</mc:Fallback>"
    both = f"<w:p><mc:AlternateContent {MC}>{first}{second}{third}</mc:AlternateContent></w:p>"
    last = (
        f"<w:p><mc:AlternateContent {MC}>{first}<mc:Fallback>{run('иначе')}</mc:Fallback></mc:AlternateContent></w:p>"
    )
    assert texts(both + last) == ["да", "иначе"]


def test_headers_of_first_and_even_pages_only_where_they_are_used() -> None:
    def header(text: str) -> str:
        return f"<w:hdr {W}>{paragraph(text)}</w:hdr>"

    references = "".join(
        f'<w:headerReference w:type="{kind}" r:id="rId{number}"/>'
        for number, kind in enumerate(("default", "first", "even"), start=1)
    )
    parts = {"header1": header("всегда"), "header2": header("первая"), "header3": header("чётная")}
    on = f"<w:settings {W}><w:evenAndOddHeaders/></w:settings>"
    assert texts(f"<w:sectPr>{references}</w:sectPr>", **parts) == ["всегда"]
    assert texts(f"<w:sectPr>{references}<w:titlePg/></w:sectPr>", **parts) == ["всегда", "первая"]
    assert texts(f"<w:sectPr>{references}</w:sectPr>", **parts, settings=on) == ["всегда", "чётная"]
    assert any(
        "not visible" in note for note in extract(docx(f"<w:sectPr>{references}</w:sectPr>", **parts), DOCX).notes
    )


def test_rows_and_cells_that_are_deleted_or_hidden() -> None:
    def cells(*words: str, more: str = "") -> str:
        return f"<w:tr>{more}{''.join(f'<w:tc>{paragraph(word)}</w:tc>' for word in words)}</w:tr>"

    body = (
        "<w:tbl>" + cells("а", "б") + cells("SECRET", more="<w:trPr><w:del/></w:trPr>")
        + cells("SECRET", more="<w:trPr><w:hidden/></w:trPr>")
        + f"<w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('SECRET')}</w:tc><w:tc>{paragraph('в')}</w:tc></w:tr>"
        + "</w:tbl>"
    )  # fmt: skip
    assert texts(body) == ["а\tб", "в"]


def test_signs_readings_equations_word_art_and_other_formats() -> None:
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    body = (
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Arial" w:char="0416"/></w:r></w:p>'
        f"<w:p><w:r><w:ruby><w:rubyPr/><w:rt>{run('хань')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r></w:p>"
        f"<w:p><m:oMath {m}><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>"
        '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textpath string="КОПИЯ"/></v:shape>'
        '</w:pict></w:r></w:p><w:altChunk r:id="x"/>'
        f"<w:p><w:smartTag><w:sdt><w:sdtPr><w:t>SECRET</w:t></w:sdtPr><w:sdtContent>{run('метка')}</w:sdtContent></w:sdt>"
        "</w:smartTag></w:p>"
    )
    document = extract(docx(body), DOCX)
    assert [text for _, text in blocks(document)] == ["\u2612Ж", "漢(хань)", "x=1", "КОПИЯ", "метка"]
    notes = " ".join(document.notes)
    assert "1 equations" in notes
    assert "1 parts in another format" in notes
