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
