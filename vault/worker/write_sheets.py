"""Sheets of paper: the story of flowables becomes a tagged PDF with nothing in it but its pages."""

from __future__ import annotations

import io
from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_marks, write_tags
from vault.worker.refusal import Refusal

KEPT_OF_PAGE = ("/Type", "/Parent", "/Contents", "/MediaBox")
KEPT_RESOURCES = ("/Font", "/XObject", "/ExtGState")
TALL, WIDE = "tall", "wide"


def text_width(page_size: str, wide: bool = False) -> float:
    """Points between the margins; `wide` is the sheet turned on its side."""
    return layout.PAGE_SIZES[page_size][1 if wide else 0] - layout.MARGIN_LEFT - layout.MARGIN_RIGHT


def _canvas(band: write_marks.Band | None) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    class Sheets(Canvas):  # type: ignore[misc]
        """Holds all sheets back until their number is known, then writes "3 / 7" under each, or the bands."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.update(invariant=1, pageCompression=1, initialFontName=layout.BODY)
            super().__init__(*args, **kwargs)
            self._held: list[dict[str, Any]] = []
            self._marks = 0

        def next_mark(self) -> tuple[int, int]:
            """(sheet, number) of a marked stretch that begins."""
            self._marks += 1
            return len(self._held), self._marks - 1

        def showPage(self) -> None:
            self._held.append(dict(self.__dict__))
            self._startPage()
            self._marks = 0

        def save(self) -> None:
            for number, held in enumerate(self._held, start=1):
                self.__dict__.update(held)
                with write_tags.marked(self, None):
                    self._footer(number, len(self._held))
                super().showPage()
            super().save()

        def _footer(self, number: int, count: int) -> None:
            if band is not None:
                sides = layout.MARGIN_LEFT, layout.MARGIN_RIGHT, layout.MARGIN_TOP, layout.MARGIN_BOTTOM
                write_marks.on_sheet(self, band, band.number(number, count), sides, layout.BODY)
                return
            self.setFont(layout.BODY, 7.5)
            self.setFillColor(layout.GREY)
            self.drawRightString(self._pagesize[0] - layout.MARGIN_RIGHT, 30.0, f"{number} / {count}")

    return Sheets


def _turned(story: list[Any]) -> tuple[list[Any], bool]:
    """The story with breaks where the paper turns, and whether it begins on its side.

    What leads to a wide table, a heading or the mark of a page, goes over to its sheet. Flowables say `wide` True or
    False, or nothing where either will do, and `leads` where they belong to what follows.
    """
    from reportlab.platypus import NextPageTemplate, PageBreak

    out: list[Any] = []
    wide = first = False
    for flow in story:
        now = getattr(flow, "wide", None)
        if now is not None and now != wide:
            at = len(out)
            while at and getattr(out[at - 1], "leads", False):
                at -= 1
            first = first or at == 0
            out[at:at] = [NextPageTemplate(WIDE if now else TALL), PageBreak()] if at else []
            wide = now
        out.append(flow)
    return out, first


def _templates(page_size: str) -> list[Any]:
    """A sheet upright and one on its side, for tables of many columns."""
    from reportlab.platypus import Frame, PageTemplate

    sides = layout.PAGE_SIZES[page_size]
    made = []
    for name, (width, height) in ((TALL, sides), (WIDE, sides[::-1])):
        frame = Frame(
            layout.MARGIN_LEFT,
            layout.MARGIN_BOTTOM,
            text_width(page_size, name == WIDE),
            height - layout.MARGIN_TOP - layout.MARGIN_BOTTOM,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        made.append(PageTemplate(id=name, frames=[frame], pagesize=(width, height)))
    return made


def build(
    story: list[Any], page_size: str, structure: write_tags.Structure, band: write_marks.Band | None = None
) -> bytes:
    """Set the story, whose flowables carry the elements of `structure`; raises Refusal."""
    from reportlab import rl_config
    from reportlab.platypus import BaseDocTemplate, Spacer
    from reportlab.platypus.doctemplate import LayoutError

    rl_config.useA85 = 0
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=layout.PAGE_SIZES[page_size])
    story, on_side = _turned(story)
    document.addPageTemplates(_templates(page_size)[:: -1 if on_side else 1])
    try:
        document.build([*story, Spacer(1, 1)], canvasmaker=_canvas(band))
    except LayoutError:
        raise Refusal("lays-out-badly") from None
    return _bare(buffer.getvalue(), structure)


def _bare(pdf: bytes, structure: write_tags.Structure) -> bytes:
    """The same pages, tagged, in a file without information dictionary, identifiers, comments or dates."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
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
    write_tags.write(writer, structure)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
