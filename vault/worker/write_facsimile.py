"""The `facsimile` job: each page as pixels with solid black boxes, in a new PDF that holds those and, where asked
for, what can be read on them as an invisible text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from vault.worker import read_pdf_open, read_pixels, write_marks, write_pixel_pdf
from vault.worker.refusal import Refusal
from vault.worker.write_glyphless import Placed
from vault.worker.write_pixel_pdf import PixelPdf

POINTS_AN_INCH = 72.0
A4 = (595.28, 841.89)
MAX_PAGE_PIXELS = 40_000_000
LOWEST_DPI = 72.0
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
WITHHELD = "[PICTURE WITHHELD]"
WITHHELD_SIZE = 0.03
INK_CONTRAST = 32
INSET = 0.2
ENOUGH_WORDS, LEAST_INKED = 20, 0.5
LEGIBLE_DPI = 100.0
STEPS = ((1.0, 75), (1.0, 50), (0.75, 50), (0.75, 35), (0.5, 35))
"""Shares of the dpi and qualities of JPEG, tried in turn until a copy is small enough. What is grey is never made
black and white for that: letters that hardly show in a grey field would come out plain."""
KIB = 1024
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
    read_pixels.prepare(request["media_type"])
    if request["media_type"] == "application/pdf":
        read_pdf_open.prepare()
    if request["withheld"]:
        _withheld_page(LOWEST_DPI)
    if request.get("band"):
        write_marks.prepare()
    from PIL import Image, ImageDraw

    blank = Image.new("RGB", (8, 8), WHITE)
    ImageDraw.Draw(blank)
    document = PixelPdf()
    document.add(blank.resize((6, 6)), 8, 8, [Placed("a", 0, 0, 9, 9)])  # TIFF's tables are loaded on first use
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


def _in_words(request: dict[str, Any]) -> dict[int, list[Placed]]:
    """The words of each page, in their order; taken out of the request, where they need several times the memory."""
    words: dict[int, list[Placed]] = {}
    given = request.get("words", [])
    for one in given:
        place = Placed(one["text"].strip(), one["x"], one["y"], one["width"], one["height"])
        if place.text:
            words.setdefault(one["page"], []).append(place)
    given.clear()
    return words


def inked(picture: Any, word: Placed) -> bool:
    """Whether something can be told apart from its ground where the word stands, in a picture in grey."""
    inset = INSET * word.height if any(character.isalnum() for character in word.text) else 0.0
    left, right = (int(one / 100 * picture.width) for one in (word.x, word.x + word.width))
    top, bottom = (int(one / 100 * picture.height) for one in (word.y + inset, word.y + word.height - inset))
    left, top = max(0, left), max(0, top)
    right, bottom = min(picture.width, right + 1), min(picture.height, bottom + 1)
    if right <= left or bottom <= top:
        return False
    darkest, lightest = picture.crop((left, top, right, bottom)).getextrema()
    return bool(lightest - darkest >= INK_CONTRAST)


def _is_under(word: Placed, boxes: list[dict[str, float]]) -> bool:
    across, down = word.x + word.width / 2, word.y + word.height / 2
    return any(
        box["x"] <= across <= box["x"] + box["width"] and box["y"] <= down <= box["y"] + box["height"]
        for box in boxes
    )


class _Job:
    """One request on its source; `made` draws all pages anew, so that never more than one is in memory."""

    def __init__(self, request: dict[str, Any], source: Source) -> None:
        self._source = source
        self._dpi = request["dpi"]
        self._withheld = set(request["withheld"])
        self._words = _in_words(request)
        self._band = write_marks.of_request(request)
        self._boxes: dict[int, list[dict[str, float]]] = {}
        for box in request["boxes"]:
            self._boxes.setdefault(box["page"], []).append(box)
        wanted = set(request["pages"])
        named = self._withheld | wanted | set(self._boxes) | set(self._words)
        if any(not 1 <= number <= source.count for number in named):
            raise Refusal("no-such-page", max(named))
        self.numbers = sorted(wanted) or range(1, source.count + 1)

    def made(self, share: float, quality: int, largest: int | None) -> bytes | None:
        """The document at a share of its dpi, None where it gets larger than `largest`."""
        document = PixelPdf(self._band, len(self.numbers))
        for number in self.numbers:
            if number in self._withheld:
                document.add(_withheld_page(self._dpi * share), *A4)
            else:
                self._add(document, number, share, quality)
            if largest is not None and document.size > largest:
                return None
        data = bytes(document)
        return data if largest is None or len(data) <= largest else None

    def _add(self, document: PixelPdf, number: int, share: float, quality: int) -> None:
        picture, width, height = page_picture(self._source, number - 1, self._dpi)
        boxes = self._boxes.get(number, [])
        cover(picture, boxes)
        kind = write_pixel_pdf.look(picture)
        if share < 1:
            picture = picture.resize([max(1, round(side * share)) for side in picture.size])
        words = self._readable(number, write_pixel_pdf.shown(picture, kind), boxes)
        document.add(picture, width, height, words, kind=kind, quality=quality)

    def _readable(self, number: int, picture: Any, boxes: list[dict[str, float]]) -> list[Placed]:
        """The page's words that show. Raises Refusal where most don't: the page is not what it was read as."""
        words = [word for word in self._words.get(number, ()) if not _is_under(word, boxes)]
        shown = [word for word in words if inked(picture, word)]
        if len(words) >= ENOUGH_WORDS and len(shown) < LEAST_INKED * len(words):
            raise Refusal("page-blank", number)
        return shown


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """request {"media_type", "dpi", "pages": [page], "withheld": [page], "boxes": [{"page", "x", "y", …}], "words":
    [{"page", "text", "x", "y", "width", "height"}] in percent and reading order, "largest": bytes or null,
    "band": that of write_marks.py or null}.

    An empty "pages" means all of them; those not named are left out of the new document. "words", "largest" and
    "band" may be missing.

    One blob, the PDF; header {"pages": how many}. Raises Refusal, also for boxes on pages that don't exist: a
    box that was meant to hide something must not go missing.
    """
    largest = request.get("largest")
    with opened(blobs[0], request["media_type"]) as source:
        job = _Job(request, source)
        steps = [step for step in STEPS if step[0] == 1 or step[0] * request["dpi"] >= LEGIBLE_DPI]
        for share, quality in steps if largest is not None else steps[:1]:
            made = job.made(share, quality, largest)
            if made is not None:
                return {"pages": len(job.numbers)}, [made]
    raise Refusal("cannot-fit", (largest or 0) // KIB)
