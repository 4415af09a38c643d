"""The `look` job: what is written on some pages of a PDF or a picture, and where faces are.

Request {"media_type", "pages": [number, …], "ocr": bool, "faces": bool, "dpi"}, one blob, the document. Answer
{"pages": [{"number", "blocks", "words", "unsure", "faces", "looked"}]}; words are [block, start, end, x, y, width,
height, confidence], all places in percent of the pixels that a facsimile of the page would show.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from vault.worker import look_ocr, read_pdf_open, read_pixels, write_facsimile
from vault.worker.refusal import Refusal

_faces: list[Callable[[Any], list[tuple[float, float, float, float]]]] = []


def prepare(request: dict[str, Any]) -> None:
    """Load what draws the pages and what looks at them. Raises Refusal."""
    read_pixels.prepare(request["media_type"])
    if request["media_type"] == "application/pdf":
        read_pdf_open.prepare()
    if request["ocr"]:
        look_ocr.prepare()
    if request["faces"]:
        module = import_module("vault.worker.look_faces")
        module.prepare()
        _faces.append(module.faces)


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Look at each page that was asked for. Raises Refusal, also for a page that there is not."""
    pages = []
    with write_facsimile.opened(blobs[0], request["media_type"]) as source:
        for number in request["pages"]:
            if not 1 <= number <= source.count:
                raise Refusal("no-such-page", number)
            pages.append(_page(source, number, request))
    return {"pages": pages}, []


def _page(source: write_facsimile.Source, number: int, request: dict[str, Any]) -> dict[str, Any]:
    picture, width, _ = write_facsimile.page_picture(source, number - 1, request["dpi"])
    found: dict[str, Any] = {"number": number, "blocks": [], "words": [], "unsure": [], "faces": [], "looked": []}
    if request["ocr"]:
        dpi = picture.width / (width / write_facsimile.POINTS_AN_INCH)
        found.update(look_ocr.read(picture, dpi))
        found["looked"].append("ocr")
    if request["faces"]:
        found["faces"] = [[round(side, 3) for side in box] for box in _faces[0](picture)]
        found["looked"].append("faces")
    return found
