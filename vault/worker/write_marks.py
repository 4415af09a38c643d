"""The bands of a page that is made for one copy: the exhibit's label, the page's number, and dashed rules that carry
the copy's mark.

A rule is a row of cells, a short or a long dash in the middle of each. All sheets of all copies have the same bands
in the same places, so no text moves: who cites a page of one copy cites that page of all. What the cells say comes
with the request; nothing here knows whose they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PITCH, SHORT, LONG, THICK = 7.0, 2.3, 4.9, 1.2  # points
WIDEST_AS_IS = 842.0  # points; on wider pages, which are printed smaller, everything grows along
TEXT_SIZE = 8.0
TEXT_BASE = 32.0  # points from the top of a sheet to the foot of the band's text
TOP_RULE, BOTTOM_RULE = 39.0, 44.0  # from the sheet's edges; what is under the lower one stays free
RIGHT_RULE = 36.0
STRIP_TOP, STRIP_BOTTOM, STRIP_SIDE = 42.0, 48.0, 24.0  # what a page of pixels grows by
STRIP_INSET = 30.0
LEAST_WIDTH = 260.0
PIXELS_A_POINT = 4
TEXT_HEIGHT = 1.5 * TEXT_SIZE
FONT = Path(__file__).resolve().parent / "fonts" / "DejaVuSans.ttf"

_font_data: list[bytes] = []

Dash = tuple[float, float, float, float]
"""Left, bottom, width and height in points from the lower left."""


@dataclass(frozen=True, slots=True)
class Band:
    """What the bands of a document say. Cells are "0" and "1"; `total` 0 stands for the document's own count."""

    text: str
    top: str
    bottom: str
    right: str
    first: int
    total: int

    def number(self, place: int, count: int) -> str:
        """What stands on page `place`, counted from 1, of `count`."""
        return f"{self.first + place - 1} / {self.total or self.first + count - 1}"


def of_request(request: dict[str, Any]) -> Band | None:
    """The band that a request asks for, and the font that it may need."""
    asked = request.get("band")
    return None if asked is None else Band(**asked)


def prepare() -> None:
    """Load the font while files can be read, and what draws with it."""
    if not _font_data:
        _font_data.append(FONT.read_bytes())
    text_picture("1", 1.0)


def _row(cells: str, start: float, end: float, scale: float) -> Iterator[tuple[float, float]]:
    """(where each dash begins, how long it is) along a rule."""
    pitch = PITCH * scale
    for number in range(int((end - start) // pitch)):
        length = (LONG if cells[number % len(cells)] == "1" else SHORT) * scale
        yield start + (number + 0.5) * pitch - length / 2, length


def _across(cells: str, left: float, right: float, middle: float, scale: float) -> Iterator[Dash]:
    for begin, length in _row(cells, left, right, scale):
        yield begin, middle - THICK * scale / 2, length, THICK * scale


def _down(cells: str, top: float, bottom: float, middle: float, scale: float) -> Iterator[Dash]:
    for begin, length in _row(cells, 0.0, top - bottom, scale):
        yield middle - THICK * scale / 2, top - begin - length, THICK * scale, length


def on_sheet(canvas: Any, band: Band, number: str, sides: Sequence[float], font: str) -> None:
    """Draw the bands on a reportlab canvas. `sides` are the text's left and right, and its distance from top and
    bottom, in points."""
    width, height = canvas._pagesize
    left, right, top, bottom = sides
    canvas.setFillGray(0)
    for dash in (
        *_across(band.top, left, width - right, height - TOP_RULE, 1.0),
        *_across(band.bottom, left, width - right, BOTTOM_RULE, 1.0),
        *_down(band.right, height - top, bottom, width - RIGHT_RULE, 1.0),
    ):
        canvas.rect(*dash, stroke=0, fill=1)
    canvas.setFont(font, TEXT_SIZE)
    canvas.drawString(left, height - TEXT_BASE, band.text)
    canvas.drawRightString(width - right, height - TEXT_BASE, number)


@dataclass(frozen=True, slots=True)
class Frame:
    """The page around a picture: its size, and where the picture's lower left corner is, in points."""

    width: float
    height: float
    left: float
    bottom: float
    scale: float


def frame(width: float, height: float) -> Frame:
    """The page that a picture of this size gets: as large as it was, and strips for the bands around it."""
    scale = max(1.0, max(width, LEAST_WIDTH) / WIDEST_AS_IS)
    wide = max(width, LEAST_WIDTH)
    left = (wide - width) / 2 + STRIP_SIDE * scale
    tall = height + (STRIP_TOP + STRIP_BOTTOM) * scale
    return Frame(wide + 2 * STRIP_SIDE * scale, tall, left, STRIP_BOTTOM * scale, scale)


def operators(band: Band, around: Frame) -> bytes:
    """The rules around a picture as operators of a page's content."""
    scale = around.scale
    inset = STRIP_INSET * scale
    top = around.height - STRIP_TOP * scale
    dashes = (
        *_across(band.top, inset, around.width - inset, top + 8.0 * scale, scale),
        *_across(band.bottom, inset, around.width - inset, around.bottom - 8.0 * scale, scale),
        *_down(band.right, top, around.bottom, around.width - STRIP_SIDE * scale / 2, scale),
    )
    return b"\n".join([b"q 0 g", *(b"%.2f %.2f %.2f %.2f re" % dash for dash in dashes), b"f Q"])


def text_place(around: Frame) -> tuple[float, float, float]:
    """(left, bottom, width) of the picture of the band's text, whose height follows from its pixels."""
    inset = STRIP_INSET * around.scale
    return inset, around.height - (STRIP_TOP - 12.0) * around.scale, around.width - 2 * inset


def band_picture(band: Band, number: str, around: Frame) -> Any:
    """The text of the upper band as pixels, label at the left and number at the right."""
    from PIL import Image

    points = text_place(around)[2] / around.scale
    label, count = text_picture(band.text, points - 60.0), text_picture(number, points)
    page = Image.new("RGB", (round(points * PIXELS_A_POINT), label.height), (255, 255, 255))
    page.paste(label, (0, 0))
    page.paste(count, (page.width - count.width, 0))
    return page


def text_picture(text: str, widest: float) -> Any:
    """One line of text, black on white, cut off where it is wider than `widest` points."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(io.BytesIO(_font_data[0]), round(TEXT_SIZE * PIXELS_A_POINT))
    width = max(1, min(int(font.getlength(text)) + 2, round(widest * PIXELS_A_POINT)))
    picture = Image.new("RGB", (width, round(TEXT_HEIGHT * PIXELS_A_POINT)), (255, 255, 255))
    ImageDraw.Draw(picture).text((1, TEXT_SIZE * PIXELS_A_POINT * 1.2), text, fill=(0, 0, 0), font=font, anchor="ls")
    return picture
