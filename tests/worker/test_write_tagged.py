"""The typeset PDF's structure, the Word document and the plain text: what a reader gets, and nothing else."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from makers import docx as made_docx
from makers import paragraph
from pypdf import PdfReader

from vault.errors import Refused
from vault.model.document import Block, Page
from vault.redaction import verify
from vault.redaction.plain_text import plain_text
from vault.sandbox import checked
from vault.sandbox.documents import docx, extract, typeset

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STORY = "Свидетель показала, что [WITNESS 1] 5 марта 2022 года находилась на площади. "
BLOCKS = (
    Block("heading", "ПРОТОКОЛ № 5-123", 1),
    Block("heading", "Обстоятельства", 4),
    Block("paragraph", STORY * 4),
    Block("list-item", "1. Первое & <b>второе</b>", 1),
    Block("list-item", "1.1. Глубже", 2),
    Block("list-item", "2. Третье", 1),
    Block("table-row", "Дата\tСобытие"),
    Block("table-row", "5 марта\tзадержание"),
    Block("table-row", "7 марта\tосвобождение"),
    Block("paragraph", "This paragraph is in English and says so."),
    Block("picture", ""),
)
PAGES = (Page(3, "text", 595, 842, BLOCKS), Page(4, "text", 595, 842, ()))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def tree(data: bytes) -> tuple[str, list[Any]]:
    """(kind, children) from the root of the structure down."""
    root: Any = PdfReader(io.BytesIO(data)).trailer["/Root"]["/StructTreeRoot"]

    def walk(element: Any) -> tuple[str, list[Any]]:
        kids = _object(element.get("/K", []))
        kids = [_object(kid) for kid in (kids if isinstance(kids, list) else [kids])]
        return str(element["/S"])[1:], [walk(kid) for kid in kids if isinstance(kid, dict) and "/S" in kid]

    return walk(_object(root["/K"]))


def kinds(node: tuple[str, list[Any]]) -> list[str]:
    return [node[0], *(kind for child in node[1] for kind in kinds(child))]


class TestTags:
    def test_blocks_are_what_they_are(self) -> None:
        kind, sections = tree(typeset("", PAGES))
        assert (kind, [one[0] for one in sections]) == ("Document", ["Sect", "Sect"])
        cells = [("TR", [("TH", []), ("TH", [])]), *[("TR", [("TD", []), ("TD", [])])] * 2]
        item = ("LI", [("LBody", [])])
        deeper = ("LI", [("LBody", [("L", [item])])])
        assert sections[0][1] == [
            ("P", []), ("H1", []), ("H2", []), ("P", []), ("L", [deeper, item]),
            ("Table", cells), ("P", []), ("P", []),
        ]  # fmt: skip

    def test_each_mark_has_its_owner(self) -> None:
        reader = PdfReader(io.BytesIO(typeset("T", [Page(n, "text", 0, 0, BLOCKS * 3) for n in range(1, 4)])))
        root: Any = reader.trailer["/Root"]
        numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        assert len(reader.pages) > 3
        for sheet, page in enumerate(reader.pages):
            body = page.get_contents().get_data()  # type: ignore[union-attr]
            marks = [int(one) for one in re.findall(rb"/MCID (\d+)", body)]
            assert marks == list(range(len(marks)))
            assert body.count(b"BDC") + body.count(b"BMC") == body.count(b"EMC")
            assert numbers[2 * sheet] == sheet == page["/StructParents"]
            owners = _object(numbers[2 * sheet + 1])
            assert len(owners) == len(marks)
            for number, owner in enumerate(owners):
                kids = _object(_object(owner)["/K"])
                kids = [_object(kid) for kid in (kids if isinstance(kids, list) else [kids])]
                own = [
                    kid if isinstance(kid, int) else kid["/MCID"]
                    for kid in kids
                    if not hasattr(kid, "get") or "/MCID" in kid
                ]
                assert number in own

    def test_everything_that_is_drawn_is_marked(self) -> None:
        for page in PdfReader(io.BytesIO(typeset("T", PAGES))).pages:
            depth = 0
            for operator in re.findall(rb"\b(BDC|BMC|EMC|Tj|TJ|S)\b", page.get_contents().get_data()):  # type: ignore[union-attr]
                depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
                assert depth == 1 or operator == b"EMC"

    def test_a_paragraph_over_two_sheets_is_one_element(self) -> None:
        data = typeset("", [Page(1, "text", 0, 0, (Block("paragraph", STORY * 36), Block("paragraph", STORY * 36)))])
        assert len(PdfReader(io.BytesIO(data)).pages) == 2
        assert kinds(tree(data)) == ["Document", "Sect", "P", "P", "P"]

    def test_languages(self) -> None:
        root: Any = PdfReader(io.BytesIO(typeset("", PAGES))).trailer["/Root"]
        assert root["/Lang"] == "ru"
        assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
        assert b"(en)" in typeset("", PAGES)  # the one paragraph
        assert PdfReader(io.BytesIO(typeset("", PAGES, language="uk"))).trailer["/Root"]["/Lang"] == "uk"  # type: ignore[index]
        assert PdfReader(io.BytesIO(typeset("", PAGES, language="(x) /A"))).trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]

    def test_nothing_of_the_structure_holds_text(self) -> None:
        data = typeset("T", PAGES)
        for key in (b"/ActualText", b"/Alt", b"/E ", b"/T ", b"/ID", b"/A ", b"/Title", b"Date"):
            assert key not in data

    @pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler-utils is not installed")
    def test_another_program_reads_the_structure(self, tmp_path: Path) -> None:
        path = tmp_path / "out.pdf"
        path.write_bytes(typeset("", PAGES))
        done = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, check=True)
        text = done.stdout.decode()
        assert done.stderr == b""
        assert '"p. 3"' in text
        assert (STORY * 4).strip() in text  # words at the ends of lines stay apart
        assert re.search(r'TH:\n\s+/Scope /Column\n\s+"Дата"', text)
        assert "1 / 1" not in text  # the number of the sheet is no part of the document

    def test_a_table_too_wide_for_an_upright_sheet_lies(self) -> None:
        rows = tuple(
            Block("table-row", "\t".join(f"{word}{n}" for n in range(14))) for word in ("Наименование", "дело") * 2
        )
        blocks = (Block("paragraph", STORY), Block("heading", "Таблица", 1), *rows, Block("paragraph", STORY))
        pages = PdfReader(io.BytesIO(typeset("", [Page(1, "text", 0, 0, blocks)]))).pages
        turned = [page.mediabox.width > page.mediabox.height for page in pages]
        assert turned == [False, True, False]
        assert "Таблица" in pages[1].extract_text()
        last = PdfReader(io.BytesIO(typeset("", [Page(1, "text", 0, 0, rows)]))).pages
        assert [page.mediabox.width > page.mediabox.height for page in last] == [True]

    def test_a_long_table_is_one_table(self) -> None:
        rows = tuple(Block("table-row", f"{n}\t{STORY}") for n in range(150))
        data = typeset("", [Page(1, "text", 0, 0, rows)])
        found = kinds(tree(data))
        assert (found.count("Table"), found.count("TR"), found.count("TD")) == (1, 150, 300)
        assert len(PdfReader(io.BytesIO(data)).pages) > 3

    def test_what_can_not_be_shown_is_counted(self) -> None:
        text = PdfReader(io.BytesIO(typeset("", [Page(1, "text", 0, 0, (Block("paragraph", "中中𝐀 ы́"),))]))).pages[0]
        assert "CAN'T BE SHOWN: 2]" in text.extract_text()
        assert "A ы" in text.extract_text()
        turned = typeset("", [Page(1, "text", 0, 0, (Block("paragraph", "اسم"),))])
        assert "RIGHT-TO-LEFT" in PdfReader(io.BytesIO(turned)).pages[0].extract_text()


class TestWord:
    def test_it_is_read_again_as_it_was(self) -> None:
        document = extract(docx("Приложение", PAGES), DOCX)
        found = [(block.kind, block.text) for page in document.pages for block in page.blocks]
        assert ("heading", "ПРОТОКОЛ № 5-123") in found
        assert ("table-row", "5 марта\tзадержание") in found
        texts = " ".join(text for _, text in found)
        for part in ("Приложение", "p. 3", "1. Первое & <b>второе</b>", "p. 4", "[PICTURE WITHHELD]", "[NO TEXT"):
            assert part in texts
        assert texts.count("[WITNESS 1]") == 4

    def test_the_package_holds_nothing_else(self) -> None:
        data = docx("", PAGES)
        assert data == docx("", PAGES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.comment == b""
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert all(not entry.extra and not entry.comment for entry in archive.infolist())
            names = set(archive.namelist())
            everything = b"".join(archive.read(name) for name in names)
        assert names == {
            "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels",
            "word/styles.xml",
        }  # fmt: skip
        for unwanted in (b"rsid", b"creator", b"Microsoft", b"python", b"docProps", b"custom"):
            assert unwanted not in everything

    def test_the_leak_check_finds_nothing_in_it(self) -> None:
        people = [verify.Protected("p1", ("Тамара Образцова",), ())]
        assert verify.check_file(docx("", PAGES), DOCX, people) == []

    def test_languages_directions_and_characters(self) -> None:
        blocks = (
            Block("paragraph", STORY),
            Block("paragraph", "اسم الشاهد هنا كتب"),
            Block("paragraph", "a\x00\ufffe\ud800\u202eb\nc\td"),
        )
        with zipfile.ZipFile(io.BytesIO(docx("", [Page(1, "text", 0, 0, blocks)]))) as archive:
            body = ElementTree.fromstring(archive.read("word/document.xml"))
            styles = archive.read("word/styles.xml")
        assert b'<w:lang w:val="ru"/>' in styles
        _, _, arabic, odd = body.iter(f"{W}p")
        assert arabic.find(f".//{W}bidi") is not None
        assert [child.tag for child in odd.iter() if child.tag in (f"{W}br", f"{W}tab")] == [f"{W}br", f"{W}tab"]
        assert "".join(odd.itertext()) == "abcd"

    def test_wide_tables_lie_and_rows_of_words_too(self) -> None:
        rows = tuple(Block("table-row", "\t".join(["Наименование"] * 14)) for _ in range(3))
        blocks = (Block("paragraph", STORY), *rows, Block("paragraph", STORY))
        with zipfile.ZipFile(io.BytesIO(docx("", [Page(1, "text", 0, 0, blocks)]))) as archive:
            body = ElementTree.fromstring(archive.read("word/document.xml"))
        sheets = [one.get(f"{W}orient") for one in body.iter(f"{W}pgSz")]
        assert sheets == [None, "landscape", None]

    @pytest.mark.parametrize("blobs", [(), (b"PK\x03\x04",), (b"%PDF",), (made_docx(paragraph("a")),) * 2])
    def test_only_one_package_is_taken(self, blobs: tuple[bytes, ...]) -> None:
        with pytest.raises(Refused):
            checked.docx(blobs)


def test_plain_text() -> None:
    assert plain_text("Приложение", PAGES).decode().split("\n\n")[:3] == ["Приложение", "[p. 3]", "ПРОТОКОЛ № 5-123"]
    lines = plain_text("", PAGES).decode().split("\n")
    at = lines.index("Дата\tСобытие")
    assert lines[at : at + 4] == ["Дата\tСобытие", "5 марта\tзадержание", "7 марта\tосвобождение", ""]
    assert lines[-4:] == ["[p. 4]", "", "[NO TEXT ON THIS PAGE]", ""]
    hidden = Page(1, "text", 0, 0, (Block("paragraph", "a\u200bb\x00\r\nc\ud800\u202e"),))
    assert plain_text("", [hidden]) == b"[p. 1]\n\nab\nc\n"
