"""Turns blocks into reportlab's flowables, each of which knows its element of the document's structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_tags
from vault.worker.write_sheets import build, text_width

__all__ = ["Setting", "build", "by_text", "mark", "page_start", "prepare", "set_blocks", "text_width"]

Render = Callable[[dict[str, Any], str], str]
MAX_COLUMNS = 16
LONGEST_ROW = 1_500
ROWS_A_TABLE = 60
LONGEST_COLUMN_HEADING = 60
ROOM_FOR_FIRST_LINE = 42.0
ROOM_FOR_HEADING = 84.0
ROOM_FOR_LETTER = 12.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How blocks are set: paper, labels, what makes the markup of a block, and the structure that they go into."""

    page_size: str
    labels: dict[str, str]
    render: Render
    structure: write_tags.Structure


def prepare() -> None:
    """Load reportlab and pypdf whole, by setting one page that has everything."""
    layout.prepare()
    structure = write_tags.Structure()
    setting = Setting("A4", layout.DEFAULT_LABELS, by_text, structure)
    page = {
        "number": 1,
        "blocks": [
            {"kind": "heading", "text": "a", "level": 1},
            {"kind": "table-row", "text": "a\tb", "level": 0},
            {"kind": "table-row", "text": "\t".join("abcdefghi"), "level": 0},
            {"kind": "list-item", "text": "1. a", "level": 1},
            {"kind": "paragraph", "text": "a\nя", "level": 0},
        ],
    }
    build([*page_start(page, setting), *set_blocks(page["blocks"], setting)], "A4", structure)  # type: ignore[arg-type]


def by_text(block: dict[str, Any], font: str) -> str:
    """The plain rendering: the block's text as markup."""
    return layout.markup(block["text"], font)


@cache
def _classes() -> tuple[Any, Any, Any]:
    """Our kinds of reportlab's paragraph and table, and the mark in the margin."""
    from reportlab.platypus import Flowable, Paragraph, Table

    class Tagged(Paragraph):  # type: ignore[misc]
        """A paragraph whose parts, where it goes over a page, all belong to its one element."""

        element: Any = None
        wide = False

        @property
        def leads(self) -> bool:
            return bool(self.style.name == "heading")

        def draw(self) -> None:
            if self.frags:
                _end_lines(self.blPara, self.width)
                with write_tags.marked(self.canv, self.element):
                    super().draw()

        def split(self, *room: float) -> list[Any]:
            parts: list[Any] = super().split(*room)
            for part in parts:
                part.element = self.element
            return parts

    class Grid(Table):  # type: ignore[misc]
        """A table whose lines belong to nothing."""

        wide = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "renderCB": _around_lines})

    class Mark(Flowable):  # type: ignore[misc]
        """Has no height: the source's page number stands in the margin, beside what follows."""

        width = height = 0.0
        leads = True

        def __init__(self, text: str, element: Any) -> None:
            super().__init__()
            self.text, self.element = layout.plain(text), element

        def wrap(self, *_: float) -> tuple[float, float]:
            return 0.0, 0.0

        def draw(self) -> None:
            with write_tags.marked(self.canv, self.element):
                self.canv.setFont(layout.BODY, 7.5)
                self.canv.setFillColor(layout.GREY)
                self.canv.drawRightString(-14.0, -layout.BODY_LEADING + 3.2, self.text)
            with write_tags.marked(self.canv, None):
                self.canv.setStrokeColor(layout.RULE)
                self.canv.setLineWidth(0.5)
                self.canv.line(-10.0, -layout.BODY_LEADING, -10.0, -1.0)

    return Tagged, Grid, Mark


def _end_lines(lines: Any, width: float) -> None:
    """A blank at the end of each line but the last, so that words stay apart for who reads the file, not the page.

    A line of a single word that fills it is a piece of a longer one.
    """
    for line in lines.lines[:-1]:
        if lines.kind == 0:
            room, words = line
            if words and (len(words) > 1 or room > ROOM_FOR_LETTER):
                words[-1] += " "
        elif (
            line.words
            and not getattr(line, "lineBreak", False)
            and (len(line.words) > 1 or line.extraSpace > ROOM_FOR_LETTER)
        ):
            line.words[-1].text += " "


def _around_lines(table: Any, stage: str, *_: Any) -> None:
    if stage in ("startBG", "startLines"):
        write_tags.begin(table.canv, None)
    elif stage in ("endBG", "endLines"):
        write_tags.end(table.canv)


def paragraph(markup: str, look: Any, element: write_tags.Element) -> Any:
    """A paragraph of the structure."""
    made = _classes()[0](markup, look)
    made.element = element
    return made


def mark(text: str, structure: write_tags.Structure) -> Any:
    """A line without height that writes the source's page number into the margin, and begins its section."""
    structure.section()
    return _classes()[2](text, structure.block("P", text))


def page_start(page: dict[str, Any], setting: Setting) -> list[Any]:
    """What stands before the first block of a source page; the mark stays on the sheet of what it marks."""
    from reportlab.platypus import CondPageBreak

    heading = page["blocks"] and page["blocks"][0]["kind"] == "heading"
    room = 1.5 * ROOM_FOR_HEADING if heading else ROOM_FOR_FIRST_LINE
    return [
        _leading(CondPageBreak(room)),
        mark(setting.labels["page"].replace("{n}", str(page["number"])), setting.structure),
    ]


def _leading(flow: Any) -> Any:
    """A flowable that belongs to what follows."""
    flow.leads = True
    return flow


def title(text: str, structure: write_tags.Structure) -> Any:
    """The document's title, above all pages."""
    return paragraph(layout.markup(text, layout.STRONG), layout.style("title"), structure.heading(1, text))


def aside(text: str, structure: write_tags.Structure) -> Any:
    """What we say, in grey."""
    return paragraph(layout.markup(text), layout.style("aside"), structure.block("P", text))


def is_heading_row(texts: list[list[str]]) -> bool:
    """Whether the first row plainly names the columns: short words in each, no figures, and rows of another look."""
    first, rest = texts[0], texts[1:]
    if len(rest) < 2 or len(first) < 2:
        return False
    named = all(0 < len(cell) <= LONGEST_COLUMN_HEADING and not any(c.isdigit() for c in cell) for cell in first)
    return named and all(
        any(c.isdigit() for cell in row for c in cell) or len(row[0]) > 3 * len(first[0]) for row in rest
    )


def _table(rows: list[list[Any]], widths: list[float]) -> Any:
    from reportlab.platypus import TableStyle

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
    return _classes()[1](rows, colWidths=widths, style=look, splitByRow=1, hAlign="LEFT")


def _tables(rows: Sequence[dict[str, Any]], setting: Setting) -> list[Any]:
    """Rows of one table; what would not fit a page as a row is set as a line instead."""
    from reportlab.platypus import Spacer

    texts = [row["text"].split("\t") for row in rows]
    columns = len(texts[0])
    if columns > MAX_COLUMNS or any(sum(map(len, row)) > LONGEST_ROW for row in texts):
        lines = [{**row, "kind": "paragraph", "text": row["text"].replace("\t", " | ")} for row in rows]
        return [flow for line in lines for flow in _paragraphs(line, setting)]
    wide = layout.least_width(texts) > text_width(setting.page_size)
    room = text_width(setting.page_size, wide)
    widths = [share * room for share in layout.column_shares(texts)]
    cells = _cells_of(rows, texts, setting)
    parts = [_table(cells[start : start + ROWS_A_TABLE], widths) for start in range(0, len(cells), ROWS_A_TABLE)]
    for part in parts:
        part.wide = wide
    return [*parts, Spacer(1, 7)]


def _cells_of(rows: Sequence[dict[str, Any]], texts: list[list[str]], setting: Setting) -> list[list[Any]]:
    """A paragraph for each cell, with its element."""
    table = setting.structure.block("Table", "")
    named = is_heading_row(texts)
    looks = layout.style("cell", len(texts[0])), layout.style("column-heading", len(texts[0]))
    made = []
    for number, row in enumerate(rows):
        line = table.add("TR")
        heading = named and number == 0
        look = looks[heading]
        made.append(
            [
                paragraph(
                    setting.render(cell, look.fontName), look, setting.structure.cell(line, cell["text"], heading)
                )
                for cell in _cells(row)
            ]
        )
    return made


def _cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a row, each a block with its own marks."""
    starts = [0, *(index + 1 for index, character in enumerate(row["text"]) if character == "\t")]
    ends = [*(start - 1 for start in starts[1:]), len(row["text"])]
    return [_part(row, start, end) for start, end in zip(starts, ends, strict=True)]


def _paragraphs(block: dict[str, Any], setting: Setting) -> list[Any]:
    """A heading, list item or paragraph; a very long one in pieces that all are one element."""
    kind, level, text = block["kind"], max(1, block.get("level", 0)), block["text"]
    look = layout.style(kind, level)
    if kind == "heading":
        element = setting.structure.heading(level, text)
    elif kind == "list-item":
        element = setting.structure.item(level, text)
    else:
        element = setting.structure.block("P", text)
    if len(text) <= layout.LONGEST_PIECE:
        return [paragraph(setting.render(block, look.fontName), look, element)]
    joined = layout.style(kind, level)
    joined.spaceAfter = 0
    parts = [_part(block, start, end) for start, end in layout.pieces(text)]
    flow = [paragraph(setting.render(part, look.fontName), joined, element) for part in parts[:-1]]
    return [*flow, paragraph(setting.render(parts[-1], look.fontName), look, element)]


def _part(block: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """A stretch of a block as a block, with the marks that reach into it."""
    marks = [
        {**mark, "start": max(mark["start"], start) - start, "end": min(mark["end"], end) - start}
        for mark in block.get("marks", ())
        if mark["start"] < end and mark["end"] > start
    ]
    return {**block, "text": block["text"][start:end].rstrip(" \n"), "marks": marks}


def grouped(blocks: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The blocks of a page: each by itself, but the rows of one table, which have as many cells each, together."""
    rows: list[dict[str, Any]] = []
    for block in blocks:
        is_row = block["kind"] == "table-row"
        if rows and not (is_row and rows[-1]["text"].count("\t") == block["text"].count("\t")):
            yield rows
            rows = []
        if is_row:
            rows.append(block)
        else:
            yield [block]
    if rows:
        yield rows


def set_blocks(blocks: Sequence[dict[str, Any]], setting: Setting) -> list[Any]:
    """The flowables of all blocks of one page."""
    from reportlab.platypus import CondPageBreak

    flow: list[Any] = []
    for group in grouped(blocks):
        block = group[0]
        if block["kind"] == "table-row":
            flow += _tables(group, setting)
        elif block["kind"] == "picture":
            flow.append(aside(setting.labels["picture"], setting.structure))
        else:
            if block["kind"] == "heading":
                flow.append(_leading(CondPageBreak(ROOM_FOR_HEADING)))
            flow += _paragraphs(block, setting)
    return flow
