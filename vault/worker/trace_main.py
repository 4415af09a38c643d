"""The `trace` job: rows of dashes on pages of a PDF or a picture, as far as they can be read from the pixels.

Request {"media_type", "pages": [number, …], "look": 0 or 1}, one blob, the file. Answer {"count", "pages":
[{"number", "rows": [cells]}]}; cells are of "0", "1" and "?", the longest row first. Pages that there are not are
left out; rows are null for one that can't be drawn, so that it does not hide what the others say. Look 0 takes a page
as it is, look 1 at another size, at which other blur and noise matters.

Nothing here knows any mark: what the rows mean is found out where no hostile file is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from vault.worker import read_pdf_open, read_pixels, trace_chains, trace_ink, write_facsimile
from vault.worker.refusal import Refusal

MILLION = 1_000_000
PDF_PIXELS = (4 * MILLION, 11 * MILLION)
"""What a page of a PDF is drawn with, at either look; A4 at 200 and at 330 dpi."""
MOST_PIXELS = 12 * MILLION
SMALL = 3 * MILLION
ENLARGED, REDUCED = 2.0, 0.5
POINTS_AN_INCH = 72.0
MOST_DPI = 400.0


def prepare(request: dict[str, Any]) -> None:
    """Load what draws and what filters, by looking at a small picture."""
    from PIL import Image

    read_pixels.prepare(request["media_type"])
    if request["media_type"] == "application/pdf":
        read_pdf_open.prepare()
    _rows(Image.new("L", (64, 64), 255).resize((80, 80), Image.Resampling.BICUBIC))


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Look at the pages. Raises Refusal, also where none of them can be drawn."""
    media_type, look = request["media_type"], request["look"]
    if media_type == "application/pdf":
        with write_facsimile.opened(blobs[0], media_type) as source:
            count = source.count
            pages = _pages(_there(request, count), lambda index: _of_pdf(source, index, look))
    else:
        with read_pixels.opened(blobs[0], media_type) as picture:
            count = read_pixels.frame_count(picture)
            pages = _pages(_there(request, count), lambda index: _of_picture(picture, index, look))
    return {"count": count, "pages": pages}, []


def _there(request: dict[str, Any], count: int) -> list[int]:
    return [number for number in request["pages"] if number <= count]


def _pages(numbers: Iterable[int], drawn: Callable[[int], Any]) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    refused: Refusal | None = None
    for number in numbers:
        rows: list[str] | None = None
        try:
            rows = _rows(drawn(number - 1))
        except Refusal as refusal:
            refused = refused or refusal
        pages.append({"number": number, "rows": rows})
    if refused is not None and all(page["rows"] is None for page in pages):
        raise refused
    return pages


def _rows(grey: Any) -> list[str]:
    return [row.cells for row in trace_chains.rows(trace_ink.shapes(trace_ink.mask(grey)))]


def _of_pdf(source: write_facsimile.Source, index: int, look: int) -> Any:
    width, height = source.size(index)
    dpi = min(MOST_DPI, POINTS_AN_INCH * math.sqrt(PDF_PIXELS[look] / (width * height)))
    return source.drawn(index, dpi).convert("L")


def _of_picture(picture: Any, index: int, look: int) -> Any:
    from PIL import Image

    width, height = read_pixels.size(picture, index)
    share = min(1.0, math.sqrt(MOST_PIXELS / (width * height)))
    largest = max(1, math.ceil(width * share)), max(1, math.ceil(height * share))
    grey = read_pixels.pixels(picture, index, largest).convert("L")
    if look == 0:
        return grey
    factor = ENLARGED if grey.width * grey.height < SMALL else REDUCED
    size = max(1, round(grey.width * factor)), max(1, round(grey.height * factor))
    return grey.resize(size, Image.Resampling.BICUBIC)
