"""The `trace` job: rows of dashes on pages of a PDF or a picture, as far as they can be read from the pixels.

Request {"media_type", "pages": [number, …], "look": 0 or 1}, one blob, the file. Answer {"count", "pages":
[{"number", "rows": [cells]}]}; cells are of "0", "1" and "?", the longest row first. Pages that there are not are
left out. Look 0 takes a page as it is, look 1 at another size, at which other blur and noise matters.

Nothing here knows any mark: what the rows mean is found out where no hostile file is read.
"""

from __future__ import annotations

import math
from typing import Any

from vault.worker import read_pdf_open, read_pixels, trace_chains, trace_ink, write_facsimile

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
    """Look at the pages. Raises Refusal."""
    media_type, look = request["media_type"], request["look"]
    pages = []
    if media_type == "application/pdf":
        with write_facsimile.opened(blobs[0], media_type) as source:
            count = source.count
            for number in _there(request, count):
                pages.append(_page(number, _of_pdf(source, number - 1, look)))
    else:
        with read_pixels.opened(blobs[0], media_type) as picture:
            count = read_pixels.frame_count(picture)
            for number in _there(request, count):
                pages.append(_page(number, _of_picture(picture, number - 1, look)))
    return {"count": count, "pages": pages}, []


def _there(request: dict[str, Any], count: int) -> list[int]:
    return [number for number in request["pages"] if number <= count]


def _page(number: int, grey: Any) -> dict[str, Any]:
    return {"number": number, "rows": _rows(grey)}


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
