"""The `docx` job: text blocks in, a Word document out that holds them and nothing else.

Only the parts that a text needs: no properties, settings, themes, identifiers of revisions, dates or fonts. Numbers
of lists stand in the text as they did in the source; numbers that count by themselves could come out as others.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from vault.worker import write_layout as layout
from vault.worker import write_pages, write_tags, write_typeset

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EPOCH = (1980, 1, 1, 0, 0, 0)
TWENTIETHS = 20  # of a point: Word's measure
MARGIN = 62.0
MAX_COLUMNS = 60
FONT = "Arial"
JOINERS = "\u200c\u200d"
_PARTS = re.compile("([\n\t])")

CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{RELATIONS}"/>'
    f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/></Types>'
)


def prepare(request: dict[str, Any]) -> None:
    """Write one document, so that all that opens files is loaded."""
    _package(_Writer("A4", "en", layout.DEFAULT_LABELS))


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """One blob, the DOCX. The request is that of `typeset`."""
    labels = {**layout.DEFAULT_LABELS, **request["labels"]}
    writer = _Writer(request["page_size"], write_typeset.language(request), labels)
    if request["title"].strip():
        writer.paragraph(request["title"], "Heading1")
    for page in request["pages"]:
        writer.page(page)
    return {}, [_package(writer)]


def shown(text: str) -> str:
    """Composed text without what XML can't hold and what does not show."""
    return "".join(
        one
        for one in unicodedata.normalize("NFC", text)
        if one in "\n\t" or one in JOINERS or (unicodedata.category(one) not in ("Cc", "Cf", "Cs") and _legal(one))
    )


def _legal(character: str) -> bool:
    return ord(character) & 0xFFFE != 0xFFFE


@dataclass
class _Writer:
    """Grows the body of the document."""

    page_size: str
    language: str
    labels: dict[str, str]
    body: list[str] = field(default_factory=list)
    wide: bool = False

    def page(self, page: dict[str, Any]) -> None:
        """One page of the source: its number, then its blocks."""
        self.paragraph(self.labels["page"].replace("{n}", str(page["number"])), "SourcePage")
        blocks = page["blocks"]
        for group in write_pages.grouped(blocks):
            if group[0]["kind"] == "table-row":
                self._table([shown(row["text"]).replace("\n", " ").split("\t") for row in group])
                continue
            (block,) = group
            if block["kind"] == "picture":
                self.paragraph(self.labels["picture"], "Aside")
            else:
                self.paragraph(block["text"], _style_of(block), _indent(block))
        if not blocks:
            self.paragraph(self.labels["picture" if page["kind"] == "picture" else "empty"], "Aside")

    def paragraph(self, text: str, style: str = "", indent: str = "") -> None:
        """A paragraph at the level of the document."""
        self._turn(False)
        self.body.append(self._paragraph(text, style, indent))

    def _paragraph(self, text: str, style: str = "", indent: str = "") -> str:
        text = shown(text)
        to_left = layout.runs_to_left(text)
        inner = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:bidi/>" if to_left else "") + indent
        return f"<w:p>{f'<w:pPr>{inner}</w:pPr>' if inner else ''}{self._run(text, to_left)}</w:p>"

    def _run(self, text: str, to_left: bool) -> str:
        own = write_tags.language_of(text[:2_000], write_tags.LEAST_LETTERS)
        look = "<w:rtl/>" if to_left else ""
        if own and own != self.language:
            look += f'<w:lang w:{"bidi" if to_left else "val"}="{own}"/>'
        signs = {"\n": "<w:br/>", "\t": "<w:tab/>"}
        parts = [
            signs.get(part) or f'<w:t xml:space="preserve">{escape(part)}</w:t>'
            for part in _PARTS.split(text)
            if part
        ]
        return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{''.join(parts)}</w:r>" if parts else ""

    def _table(self, rows: list[list[str]]) -> None:
        columns = len(rows[0])
        if columns > MAX_COLUMNS:  # more than Word takes
            for row in rows:
                self.paragraph(" | ".join(row))
            return
        self._turn(layout.least_width(rows) > self._room(False))
        widths = [round(share * self._room(self.wide) * TWENTIETHS) for share in layout.column_shares(rows)]
        named = write_pages.is_heading_row(rows)
        self.body.append(
            '<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>'
        )
        self.body += [f'<w:gridCol w:w="{width}"/>' for width in widths]
        self.body.append("</w:tblGrid>")
        for number, row in enumerate(rows):
            heading = named and number == 0
            self.body.append("<w:tr><w:trPr><w:tblHeader/></w:trPr>" if heading else "<w:tr>")
            for cell, width in zip(row, widths, strict=True):
                text = self._paragraph(cell, "ColumnHeading" if heading else "Cell")
                self.body.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{text}</w:tc>')
            self.body.append("</w:tr>")
        self.body.append('</w:tbl><w:p><w:pPr><w:pStyle w:val="Cell"/></w:pPr></w:p>')

    def _room(self, wide: bool) -> float:
        return layout.PAGE_SIZES[self.page_size][1 if wide else 0] - 2 * MARGIN

    def _turn(self, wide: bool) -> None:
        """From here on the paper stands upright or lies on its side."""
        if wide != self.wide:
            if self.body:
                self.body.append(f"<w:p><w:pPr>{self.section()}</w:pPr></w:p>")
            self.wide = wide

    def section(self) -> str:
        """The paper of what came before."""
        width, height = layout.PAGE_SIZES[self.page_size][:: -1 if self.wide else 1]
        sides = "".join(f' w:{side}="{round(MARGIN * TWENTIETHS)}"' for side in ("top", "right", "bottom", "left"))
        turned = ' w:orient="landscape"' if self.wide else ""
        return (
            f'<w:sectPr><w:pgSz w:w="{round(width * TWENTIETHS)}" w:h="{round(height * TWENTIETHS)}"{turned}/>'
            f'<w:pgMar{sides} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
        )


def _style_of(block: dict[str, Any]) -> str:
    if block["kind"] == "heading":
        return f"Heading{max(1, min(block.get('level', 1), write_tags.DEEPEST_HEADING))}"
    return "ListItem" if block["kind"] == "list-item" else ""


def _indent(block: dict[str, Any]) -> str:
    level = min(block.get("level", 1), layout.DEEPEST_INDENT)
    if block["kind"] != "list-item" or level < 2:
        return ""
    left = round(level * layout.LIST_INDENT * TWENTIETHS)
    return f'<w:ind w:left="{left}" w:hanging="{round(layout.HANGING * TWENTIETHS)}"/>'


def _styles(language: str) -> str:
    """The looks that the body names."""

    def paragraph(name: str, shown: str, inner: str, run: str = "", heading: int = 0) -> str:
        level = f'<w:outlineLvl w:val="{heading - 1}"/>' if heading else ""
        return (
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
            f'<w:next w:val="Normal"/><w:qFormat/><w:pPr>{inner}{level}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
        )

    def size(points: float) -> str:
        return f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/>'

    grey = '<w:color w:val="6B6B6B"/>'
    hanging = f'w:left="{round(layout.LIST_INDENT * TWENTIETHS)}" w:hanging="{round(layout.HANGING * TWENTIETHS)}"'
    headings = [
        paragraph(
            f"Heading{level}",
            f"heading {level}",
            '<w:keepNext/><w:spacing w:before="240" w:after="100"/>',
            "<w:b/><w:bCs/>" + size((16, 14, 12.5, 11.5, 11, 10.5)[level - 1]),
            level,
        )
        for level in range(1, write_tags.DEEPEST_HEADING + 1)
    ]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B5B5B5"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:styles xmlns:w="{MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>'
        f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>{size(10.5)}'
        f'<w:lang w:val="{escape(language)}"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:after="130" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Normal Table"/></w:style>'
        + "".join(headings)
        + paragraph("ListItem", "List Paragraph", f'<w:spacing w:after="60"/><w:ind {hanging}/>')
        + paragraph(
            "SourcePage", "Source Page", '<w:keepNext/><w:spacing w:before="160" w:after="40"/>', grey + size(8)
        )
        + paragraph("Aside", "Aside", "", grey)
        + paragraph("Cell", "Table Contents", '<w:spacing w:after="20"/>', size(9))
        + paragraph("ColumnHeading", "Table Heading", '<w:spacing w:after="20"/>', f"<w:b/><w:bCs/>{size(9)}")
        + '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:basedOn w:val="Table"/>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style></w:styles>"
    )


def _relations(pairs: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def _package(writer: _Writer) -> bytes:
    body = "".join(writer.body) + writer.section()
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/document.xml": f'<w:document xmlns:w="{MAIN}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": _relations([("styles", "styles.xml")]),
        "word/styles.xml": _styles(writer.language),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            entry.external_attr = 0
            archive.writestr(entry, (DECLARATION + text).encode("utf-8", "replace"))
    return out.getvalue()
