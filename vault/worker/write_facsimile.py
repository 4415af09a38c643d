"""The `facsimile` job: each page as pixels with solid black boxes, in a new PDF that holds pixels only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from vault.worker import read_pdf_open, read_pixels
from vault.worker.refusal import Refusal
from vault.worker.write_pixel_pdf import PixelPdf

POINTS_AN_INCH = 72.0
A4 = (595.28, 841.89)
MAX_PAGE_PIXELS = 40_000_000
LOWEST_DPI = 72.0
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
WITHHELD = "[PICTURE WITHHELD]"
WITHHELD_SIZE = 0.03
FONT = Path(__file__).resolve().parent / "fonts" / "DejaVuSans.ttf"


class Source(Protocol):
    """A document whose pages can be drawn."""

    count: int

    def size(self, index: int) -> tuple[float, float]:
        """Width and height in points, as the page will be in the new document."""

    def drawn(self, index: int, dpi: float) -> Any:
        """The page as an RGB image."""


class _Pdf:
    def __init__(self, document: Any) -> None:
        self._document = document
        self.count = len(document)

    def size(self, index: int) -> tuple[float, float]:
        with read_pdf_open.page_of(self._document, index) as page:
            width, height = page.get_size()
        if not (width >= 1 and height >= 1):
            raise Refusal("damaged")
        return width, height

    def drawn(self, index: int, dpi: float) -> Any:
        with read_pdf_open.page_of(self._document, index) as page:
            return read_pdf_open.drawn(page, dpi / POINTS_AN_INCH)


class _Picture:
    """A picture's frames, each as large as fits an A4 page held upright or sideways."""

    def __init__(self, picture: Any) -> None:
        self._picture = picture
        self.count = read_pixels.frame_count(picture)

    def size(self, index: int) -> tuple[float, float]:
        width, height = read_pixels.size(self._picture, index)
        paper = A4 if height >= width else A4[::-1]
        scale = min(paper[0] / width, paper[1] / height)
        return max(1.0, width * scale), max(1.0, height * scale)

    def drawn(self, index: int, dpi: float) -> Any:
        width, height = self.size(index)
        largest = math.ceil(width * dpi / POINTS_AN_INCH), math.ceil(height * dpi / POINTS_AN_INCH)
        return read_pixels.pixels(self._picture, index, largest)


@contextmanager
def opened(data: bytes, media_type: str) -> Iterator[Source]:
    """The pages of a PDF or a picture; raises Refusal."""
    if media_type == "application/pdf":
        with read_pdf_open.opened(data) as document:
            yield _Pdf(document)
    else:
        with read_pixels.opened(data, media_type) as picture:
            yield _Picture(picture)


def drawable(source: Source, index: int, dpi: float) -> tuple[float, float, float]:
    """(width, height, the dpi at which the page may be drawn); raises Refusal for pages of a wall's size."""
    width, height = source.size(index)
    pixels = width * height * (dpi / POINTS_AN_INCH) ** 2
    if pixels > MAX_PAGE_PIXELS:
        dpi *= math.sqrt(MAX_PAGE_PIXELS / pixels)
    if dpi < LOWEST_DPI:
        raise Refusal("page-too-large", index + 1)
    return width, height, dpi


def page_picture(source: Source, index: int, dpi: float) -> tuple[Any, float, float]:
    """(the page's pixels, its width and height in points); the preview shows what comes from here, and no other."""
    width, height, dpi = drawable(source, index, dpi)
    return source.drawn(index, dpi), width, height


def prepare(request: dict[str, Any]) -> None:
    """Load what draws, what writes, and the font of the one sentence."""
    read_pixels.prepare()
    if request["media_type"] == "application/pdf":
        read_pdf_open.prepare()
    if request["withheld"]:
        _withheld_page(LOWEST_DPI)
    from PIL import Image, ImageDraw

    blank = Image.new("RGB", (8, 8), WHITE)
    ImageDraw.Draw(blank)
    document = PixelPdf()
    document.add(blank, 8, 8)  # writes TIFF once, whose tables are loaded on first use
    bytes(document)


_font_data: list[bytes] = []


def _withheld_page(dpi: float) -> Any:
    """An A4 page that says that something is missing, whatever was there, however large it was."""
    import io

    from PIL import Image, ImageDraw, ImageFont

    if not _font_data:
        _font_data.append(FONT.read_bytes())
    width, height = (round(side * dpi / POINTS_AN_INCH) for side in A4)
    page = Image.new("RGB", (width, height), WHITE)
    font = ImageFont.truetype(io.BytesIO(_font_data[0]), round(WITHHELD_SIZE * height))
    ImageDraw.Draw(page).text((width / 2, height / 2), WITHHELD, fill=BLACK, font=font, anchor="mm")
    return page


def cover(picture: Any, boxes: list[dict[str, float]]) -> None:
    """Fill each box, given in percent from the top left, rounded outwards, with black."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    for box in boxes:
        left = math.floor(box["x"] / 100 * picture.width)
        top = math.floor(box["y"] / 100 * picture.height)
        right = math.ceil((box["x"] + box["width"]) / 100 * picture.width)
        bottom = math.ceil((box["y"] + box["height"]) / 100 * picture.height)
        draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=BLACK)


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """request {"media_type", "dpi", "pages": [page], "withheld": [page], "boxes": [{"page", "x", "y", …}]}.

    An empty "pages" means all of them; those not named are left out of the new document.

    One blob, the PDF; header {"pages": how many}. Raises Refusal, also for boxes on pages that don't exist: a
    box that was meant to hide something must not go missing.
    """
    document = PixelPdf()
    withheld = set(request["withheld"])
    with opened(blobs[0], request["media_type"]) as source:
        wanted = set(request["pages"])
        named = withheld | wanted | {box["page"] for box in request["boxes"]}
        if any(not 1 <= number <= source.count for number in named):
            raise Refusal("no-such-page", max(named))
        chosen = sorted(number - 1 for number in wanted) or range(source.count)
        for index in chosen:
            if index + 1 in withheld:
                document.add(_withheld_page(request["dpi"]), *A4)
                continue
            picture, width, height = page_picture(source, index, request["dpi"])
            cover(picture, [box for box in request["boxes"] if box["page"] == index + 1])
            document.add(picture, width, height)
        count = len(chosen)
    return {"pages": count}, [bytes(document)]
