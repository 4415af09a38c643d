"""The sheets of a filing that are our own: cover, table of contents, a tab sheet before each exhibit; and the numbers
that go over all other pages. On reportlab."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_pages, write_tags
from vault.worker.refusal import Refusal

MARGIN = 72.0
SIZE = 12.0
NUMBER_SIZE, NUMBER_BASE = 10.0, 12.0  # points; from the paper's lower edge
TAB_SIZE = 40.0
TAB_COLUMN, PAGES_COLUMN, PART_COLUMN = 62.0, 74.0, 44.0  # the description has the rest
CELL_SIZE = 10.5
ROWS_A_TABLE = 40
LONGEST = 600
"""Characters of a description on a tab sheet and in the contents; the exhibit itself has all of it."""
LINES = {"court": 1, "center": 1, "title": 1, "left": 0, "right": 2, "small": 0}
"""The looks of the cover's lines, with reportlab's alignment; "blank" and "gap" are drawn otherwise."""
GAP, BLANK_HEIGHT = 16.0, 26.0
BLANK_FROM = 0.36  # of the width: where the lines to write on begin, but behind longer words
Size = tuple[float, float]
TRIAL: dict[str, Any] = {
    "paper": "Letter",
    "language": "en",
    "cover": [[look, "a"] for look in (*LINES, "blank", "gap")],
    "contents": {"title": "a", "heads": ["a", "b", "c", "d"], "rows": [["A", "b", "1", "1"]], "notes": ["a"]},
    "tabs": [{"tab": "A", "text": "я", "notes": ["a"]}],
}
"""A request that has one of everything."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was set: a PDF of the sheets and after them an overlay for each page that is to get its number; how many
    sheets; and the structure of the sheets: one element for the front, if there is one, then one for each tab."""

    pdf: bytes
    sheets: int
    elements: list[write_tags.Element]


def prepare() -> bytes:
    """Set everything once; returns the sheets, as a PDF."""
    return draw(TRIAL, [1, 2, 3], [(4, (612.0, 792.0))]).pdf


def front_count(request: dict[str, Any]) -> int:
    """How many sheets cover and contents take, whatever the numbers in them are."""
    return draw({**request, "tabs": []}, [], []).sheets


def draw(request: dict[str, Any], numbers: Sequence[int], overlays: Sequence[tuple[int, Size]]) -> Drawn:
    """request {"paper", "language", "cover": [[look, text]], "contents": {"title", "heads", "rows": [[tab,
    description, pages, part or ""]], "notes"} or null, "tabs": [{"tab", "text", "notes"}]}.

    `numbers` are those of the sheets, `overlays` (number, (width, height)) for other pages. Raises Refusal.
    """
    structure = write_tags.Structure(request["language"])
    story: list[Any] = []
    if request["cover"]:
        structure.section()
        story += _cover(request["cover"], structure)
    if request["contents"] is not None:
        structure.section()
        story += [*_break(story), *_contents(request["contents"], request["paper"], structure)]
    sections = len(structure.root.children)
    for one in request["tabs"]:
        structure.section()
        story += [*_break(story), *_tab(one, request["paper"], structure)]
    pdf, sheets = _build(story, request["paper"], numbers, overlays)
    front, tabs = structure.root.children[:sections], structure.root.children[sections:]
    first = sheets - len(tabs)
    for place, tab in enumerate(tabs):
        if {sheet for sheet, _ in _marks(tab)} != {first + place}:
            raise Refusal("lays-out-badly")
    top = [write_tags.Element("Sect", children=front)] if front else []
    return Drawn(pdf, sheets, [*top, *tabs])


def _marks(element: write_tags.Element) -> Iterator[tuple[int, int]]:
    yield from element.marks
    for child in element.children:
        yield from _marks(child)


def _break(story: list[Any]) -> list[Any]:
    from reportlab.platypus import PageBreak

    return [PageBreak()] if story else []


def _style(size: float, alignment: int = 0, *, strong: bool = False, before: float = 0.0, after: float = 0.0) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "packet", fontName=layout.STRONG if strong else layout.BODY, fontSize=size, leading=1.35 * size,
        alignment=alignment, spaceBefore=before, spaceAfter=after, splitLongWords=1,
    )  # fmt: skip


def _line(text: str, style: Any, element: write_tags.Element) -> Any:
    return write_pages.paragraph(layout.markup(text, style.fontName), style, element)


# -- the cover ---------------------------------------------------------------------------------------------------


def _cover(lines: Sequence[Sequence[str]], structure: write_tags.Structure) -> list[Any]:
    from reportlab.platypus import Spacer

    story: list[Any] = []
    for look, text in lines:
        if look == "gap":
            story.append(Spacer(1, GAP))
        elif look == "blank":
            story.append(_classes()[0](text, structure.block("P", text)))
        elif look == "title":
            story.append(
                _line(text, _style(18.0, 1, strong=True, before=14.0, after=14.0), structure.heading(1, text))
            )
        else:
            size = 9.5 if look == "small" else SIZE
            style = _style(size, LINES[look], strong=look == "court", after=4.0)
            story.append(_line(text, style, structure.block("P", text)))
    return story


@cache
def _classes() -> tuple[Any, Any]:
    from reportlab.platypus import Flowable, Table

    class Blank(Flowable):  # type: ignore[misc]
        """What is to be written in by hand: what it is, and a line."""

        def __init__(self, text: str, element: Any) -> None:
            super().__init__()
            self.text, self.element = layout.plain(text), element

        def wrap(self, width: float, _: float) -> Size:
            self.width, self.height = width, BLANK_HEIGHT
            return width, self.height

        def draw(self) -> None:
            from reportlab.pdfbase.pdfmetrics import stringWidth

            with write_tags.marked(self.canv, self.element):
                self.canv.setFont(layout.BODY, SIZE)
                self.canv.setFillGray(0)
                self.canv.drawString(0, 6.0, self.text)
            begin = stringWidth(self.text, layout.BODY, SIZE) + 8.0
            with write_tags.marked(self.canv, None):
                self.canv.setStrokeGray(0.3)
                self.canv.setLineWidth(0.6)
                self.canv.line(max(begin, self.width * BLANK_FROM), 3.0, self.width, 3.0)

    class Ruled(Table):  # type: ignore[misc]
        """A table whose lines belong to nothing."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "renderCB": _around_lines})

    return Blank, Ruled


def _around_lines(table: Any, stage: str, *_: Any) -> None:
    if stage in ("startBG", "startLines"):
        write_tags.begin(table.canv, None)
    elif stage in ("endBG", "endLines"):
        write_tags.end(table.canv)


# -- the contents ------------------------------------------------------------------------------------------------


def _contents(contents: dict[str, Any], paper: str, structure: write_tags.Structure) -> list[Any]:
    title = contents["title"]
    story = [_line(title, _style(16.0, 1, strong=True, after=14.0), structure.heading(1, title))]
    width = layout.PAGE_SIZES[paper][0] - 2 * MARGIN
    in_parts = any(row[3] for row in contents["rows"])
    widths = [TAB_COLUMN, width - TAB_COLUMN - PAGES_COLUMN - PART_COLUMN * in_parts, PAGES_COLUMN]
    widths += [PART_COLUMN] if in_parts else []
    shown = (0, 1, 2, 3) if in_parts else (0, 1, 2)
    table = structure.block("Table", "")
    heads = [contents["heads"][column] for column in shown]
    cells = [_row(table, heads, heading=True)]
    cells += [_row(table, [row[column] for column in shown], heading=False) for row in contents["rows"]]
    for start in range(0, len(cells), ROWS_A_TABLE):
        story.append(_table(cells[start : start + ROWS_A_TABLE], widths))
    for note in contents["notes"]:
        story.append(_line(note, _style(9.5, before=8.0), structure.block("P", note)))
    return story


def _row(table: write_tags.Element, texts: Sequence[str], *, heading: bool) -> list[Any]:
    line = table.add("TR")
    made = []
    for column, text in enumerate(texts):
        style = _style(CELL_SIZE, 2 if column > 1 else 0, strong=heading or column == 0)
        made.append(_line(shortened(text), style, line.add("TH" if heading else "TD", _language(text))))
    return made


def _language(text: str) -> str:
    """The language of a text that is plainly not in Latin letters; the front itself is in English."""
    found = write_tags.language_of(text, write_tags.LEAST_LETTERS)
    return "" if found == "en" else found


def _table(rows: list[list[Any]], widths: Sequence[float]) -> Any:
    from reportlab.platypus import TableStyle

    look = TableStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), layout.BODY),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, layout.RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
    )
    return _classes()[1](rows, colWidths=list(widths), style=look, splitByRow=1, hAlign="LEFT")


def shortened(text: str) -> str:
    """A description as far as there is room for it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


# -- tabs, and the paper -----------------------------------------------------------------------------------------


def _tab(tab: dict[str, Any], paper: str, structure: write_tags.Structure) -> list[Any]:
    from reportlab.platypus import Spacer

    heading, text = tab["tab"], shortened(tab["text"])
    story: list[Any] = [Spacer(1, 0.26 * layout.PAGE_SIZES[paper][1])]
    story.append(_line(heading, _style(TAB_SIZE, 1, strong=True, after=22.0), structure.heading(1, heading)))
    if text:
        story.append(_line(text, _style(14.0, 1, after=12.0), structure.block("P", text)))
    story += [_line(note, _style(SIZE, 1, after=6.0), structure.block("P", note)) for note in tab["notes"]]
    return story


def _canvas(numbers: Sequence[int], overlays: Sequence[tuple[int, Size]], count: list[int]) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    class Sheets(Canvas):  # type: ignore[misc]
        """Writes each sheet's number under it, and after all of them the overlays."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.update(invariant=1, pageCompression=1, initialFontName=layout.BODY)
            super().__init__(*args, **kwargs)
            self._marks = 0

        def next_mark(self) -> tuple[int, int]:
            """(sheet, number) of a marked stretch that begins."""
            self._marks += 1
            return count[0], self._marks - 1

        def showPage(self) -> None:
            if count[0] < len(numbers):
                self._number(numbers[count[0]])
            count[0] += 1
            self._marks = 0
            super().showPage()

        def save(self) -> None:
            for number, size in overlays:
                self.setPageSize(size)
                self._number(number)
                super().showPage()
            super().save()

        def _number(self, number: int) -> None:
            with write_tags.marked(self, None):
                self.setFont(layout.BODY, NUMBER_SIZE)
                self.setFillGray(0)
                self.drawCentredString(self._pagesize[0] / 2, NUMBER_BASE, str(number))

    return Sheets


def _build(
    story: list[Any], paper: str, numbers: Sequence[int], overlays: Sequence[tuple[int, Size]]
) -> tuple[bytes, int]:
    from reportlab import rl_config
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer
    from reportlab.platypus.doctemplate import LayoutError

    rl_config.useA85 = 0
    width, height = layout.PAGE_SIZES[paper]
    buffer, count = io.BytesIO(), [0]
    frame = Frame(
        MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    canvas = _canvas(numbers, overlays, count)
    if story:
        document = BaseDocTemplate(buffer, pagesize=(width, height))
        document.addPageTemplates([PageTemplate(frames=[frame], pagesize=(width, height))])
        try:
            document.build([*story, Spacer(1, 1)], canvasmaker=canvas)
        except LayoutError:
            raise Refusal("lays-out-badly") from None
    elif overlays:
        canvas(buffer, pagesize=(width, height)).save()
    return buffer.getvalue(), count[0]
