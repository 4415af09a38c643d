"""Turns blocks into reportlab's flowables and those into a clean PDF: page marks, tables, footers."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from vault.worker import write_layout as layout
from vault.worker.refusal import Refusal

Render = Callable[[dict[str, Any], str], str]
MAX_COLUMNS = 10
LONGEST_ROW = 1_500
ROWS_A_TABLE = 60
KEPT_OF_PAGE = ("/Type", "/Parent", "/Contents", "/MediaBox")
KEPT_RESOURCES = ("/Font", "/XObject", "/ExtGState")
ROOM_FOR_FIRST_LINE = 42.0
ROOM_FOR_HEADING = 84.0


def prepare() -> None:
    """Load reportlab and pypdf whole, by setting one page that has everything."""
    layout.prepare()
    story = blocks_as_flowables(
        [
            {"kind": "heading", "text": "a", "level": 1},
            {"kind": "table-row", "text": "a\tb", "level": 0},
            {"kind": "paragraph", "text": "a\nя", "level": 0},
        ],
        450.0,
        layout.DEFAULT_LABELS,
        by_text,
    )
    build([mark("p. 1"), *story], "A4", "")


def by_text(block: dict[str, Any], font: str) -> str:
    """The plain rendering: the block's text as markup."""
    return layout.markup(block["text"], font)


def mark(text: str) -> Any:
    """An invisible line that writes the source's page number into the margin, beside what follows."""
    from reportlab.platypus import Flowable

    class Mark(Flowable):  # type: ignore[misc]
        width = height = 0.0

        def wrap(self, *_: float) -> tuple[float, float]:
            return 0.0, 0.0

        def draw(self) -> None:
            self.canv.setFont(layout.BODY, 7.5)
            self.canv.setFillColor(layout.GREY)
            self.canv.drawRightString(-14.0, -layout.BODY_LEADING + 3.2, layout.plain(text))
            self.canv.setStrokeColor(layout.RULE)
            self.canv.setLineWidth(0.5)
            self.canv.line(-10.0, -layout.BODY_LEADING, -10.0, -1.0)

    return Mark()


def page_start(page: dict[str, Any], labels: dict[str, str]) -> list[Any]:
    """What stands before the first block of a source page; the mark stays on the sheet of what it marks."""
    from reportlab.platypus import CondPageBreak

    heading = page["blocks"] and page["blocks"][0]["kind"] == "heading"
    room = 1.5 * ROOM_FOR_HEADING if heading else ROOM_FOR_FIRST_LINE
    return [CondPageBreak(room), mark(labels["page"].replace("{n}", str(page["number"])))]


def _table(rows: list[list[str]], shares: list[float], width: float) -> Any:
    from reportlab.platypus import Paragraph, Table, TableStyle

    cell = layout.style("cell")
    data = [[Paragraph(text, cell) for text in [*row, *[""] * (len(shares) - len(row))]] for row in rows]
    look = TableStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), layout.BODY),
            ("GRID", (0, 0), (-1, -1), 0.4, layout.RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return Table(data, colWidths=[share * width for share in shares], style=look, splitByRow=1, hAlign="LEFT")


def _tables(rows: Sequence[dict[str, Any]], width: float, render: Render) -> list[Any]:
    """Rows of one table; what would not fit a page as a row is set as a line instead."""
    from reportlab.platypus import Spacer

    texts = [row["text"].split("\t") for row in rows]
    fits = all(len(row) <= MAX_COLUMNS and sum(map(len, row)) <= LONGEST_ROW for row in texts)
    if not fits:
        lines = [{**row, "text": row["text"].replace("\t", " | ")} for row in rows]
        return [flow for line in lines for flow in _paragraphs(line, layout.style("paragraph"), render)]
    cells = [[render(cell, layout.BODY) for cell in _cells(row)] for row in rows]
    shares = layout.column_shares(texts)
    parts = [
        _table(cells[start : start + ROWS_A_TABLE], shares, width) for start in range(0, len(cells), ROWS_A_TABLE)
    ]
    return [*parts, Spacer(1, 7)]


def _cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a row, each a block with its own marks."""
    starts = [0, *(index + 1 for index, character in enumerate(row["text"]) if character == "\t")]
    ends = [*(start - 1 for start in starts[1:]), len(row["text"])]
    return [_part(row, start, end) for start, end in zip(starts, ends, strict=True)]


def _paragraphs(block: dict[str, Any], look: Any, render: Render) -> list[Any]:
    from reportlab.platypus import Paragraph

    if len(block["text"]) <= layout.LONGEST_PIECE:
        return [Paragraph(render(block, look.fontName), look)]
    joined = layout.style(block["kind"], block.get("level", 0))
    joined.spaceAfter = 0
    parts = [_part(block, start, end) for start, end in layout.pieces(block["text"])]
    flow = [Paragraph(render(part, look.fontName), joined) for part in parts[:-1]]
    return [*flow, Paragraph(render(parts[-1], look.fontName), look)]


def _part(block: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """A stretch of a block as a block, with the marks that reach into it."""
    marks = [
        {**mark, "start": max(mark["start"], start) - start, "end": min(mark["end"], end) - start}
        for mark in block.get("marks", ())
        if mark["start"] < end and mark["end"] > start
    ]
    return {**block, "text": block["text"][start:end].rstrip(" \n"), "marks": marks}


def blocks_as_flowables(
    blocks: Sequence[dict[str, Any]], width: float, labels: dict[str, str], render: Render
) -> list[Any]:
    """All blocks of one page, `width` points wide; `render` makes the markup of one block."""
    from reportlab.platypus import CondPageBreak, Paragraph

    flow: list[Any] = []
    rows: list[dict[str, Any]] = []
    for block in blocks:
        if block["kind"] == "table-row":
            if rows and rows[-1]["text"].count("\t") != block["text"].count("\t"):
                flow += _tables(rows, width, render)
                rows = []
            rows.append(block)
            continue
        if rows:
            flow += _tables(rows, width, render)
            rows = []
        if block["kind"] == "picture":
            flow.append(Paragraph(layout.markup(labels["picture"]), layout.style("aside")))
        else:
            if block["kind"] == "heading":
                flow.append(CondPageBreak(ROOM_FOR_HEADING))
            flow += _paragraphs(block, layout.style(block["kind"], max(1, block.get("level", 0))), render)
    return flow + (_tables(rows, width, render) if rows else [])


def text_width(page_size: str) -> float:
    """Points between the margins."""
    return layout.PAGE_SIZES[page_size][0] - layout.MARGIN_LEFT - layout.MARGIN_RIGHT


def _numbering_canvas(running_title: str) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    class Numbering(Canvas):  # type: ignore[misc]
        """Holds all pages back until their number is known, then writes "3 / 7" under each."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.update(invariant=1, pageCompression=1, initialFontName=layout.BODY)
            super().__init__(*args, **kwargs)
            self._held: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._held.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, held in enumerate(self._held, start=1):
                self.__dict__.update(held)
                self._footer(number, len(self._held))
                super().showPage()
            super().save()

        def _footer(self, number: int, count: int) -> None:
            width = self._pagesize[0]
            self.setFont(layout.BODY, 7.5)
            self.setFillColor(layout.GREY)
            self.drawRightString(width - layout.MARGIN_RIGHT, 30.0, f"{number} / {count}")
            if running_title:
                self.drawString(layout.MARGIN_LEFT, 30.0, running_title)

    return Numbering


def build(story: list[Any], page_size: str, running_title: str) -> bytes:
    """Set the story and give back a PDF with nothing in it but its pages; raises Refusal."""
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer
    from reportlab.platypus.doctemplate import LayoutError

    width, height = layout.PAGE_SIZES[page_size]
    buffer = io.BytesIO()
    frame = Frame(
        layout.MARGIN_LEFT,
        layout.MARGIN_BOTTOM,
        text_width(page_size),
        height - layout.MARGIN_TOP - layout.MARGIN_BOTTOM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document = BaseDocTemplate(buffer, pagesize=(width, height))
    document.addPageTemplates([PageTemplate(id="page", frames=[frame])])
    try:
        document.build([*story, Spacer(1, 1)], canvasmaker=_numbering_canvas(running_title))
    except LayoutError:
        raise Refusal("lays-out-badly") from None
    return _bare(buffer.getvalue())


def _bare(pdf: bytes) -> bytes:
    """The same pages in a file without information dictionary, identifiers, comments or dates."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        corners: Any = page["/MediaBox"]
        kept = {NameObject(key): resources.raw_get(key) for key in KEPT_RESOURCES if key in resources}
        for key in [key for key in page if key not in KEPT_OF_PAGE]:
            del page[key]
        page[NameObject("/Resources")] = DictionaryObject(kept)
        page[NameObject("/MediaBox")] = ArrayObject(corners)
        writer.add_page(page)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
