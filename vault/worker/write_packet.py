"""The `packet` job: sheets of our own and the pages of exhibits' PDFs become one filing, page after page numbered.

Three things are asked of it: how many pages PDFs have (`measure`), how many sheets the front takes (`front`), and one
part of the filing (`part`). Its input are PDFs of our own writers; what a page looks like is not changed, only where
it lies on the paper.
"""

from __future__ import annotations

import io
from typing import Any

from vault.worker import write_packet_pages, write_packet_sheets, write_pages
from vault.worker.refusal import Refusal

MAX_PAGES = 5_000


def prepare(request: dict[str, Any]) -> None:
    """Load reportlab, pypdf, the fonts and encodings, by making one part that has everything."""
    write_pages.prepare()
    sheets = write_packet_sheets.prepare()
    files = [{"blob": 0, "first": 0, "end": 1, "free_foot": True}]
    exhibit = {"tab": 0, "bookmark": "я", "files": files}
    bookmarks = {"cover": "a", "contents": "b"}
    trial = {**write_packet_sheets.TRIAL, "first": 1, "bookmarks": bookmarks, "exhibits": [exhibit]}
    _measure([write_packet_pages.part(trial, [sheets])], each=True)


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """request {"ask": "measure", "each": bool}: header {"pages": [count], "sizes": [[bytes of each page]]}, the
    latter empty unless `each`; {"ask": "front", …}: header {"pages": count}; {"ask": "part", …}: one blob, the PDF.

    What the latter two need stands in write_packet_sheets.py and write_packet_pages.py. Raises Refusal.
    """
    if request["ask"] == "measure":
        return _measure(blobs, bool(request["each"])), []
    if request["ask"] == "front":
        return {"pages": write_packet_sheets.front_count(request)}, []
    return {}, [write_packet_pages.part(request, blobs)]


def _measure(blobs: list[bytes], each: bool) -> dict[str, Any]:
    counts, sizes = [], []
    for data in blobs:
        reader = write_packet_pages.opened(data)
        count = len(reader.pages)
        if not 0 < count <= MAX_PAGES:
            raise Refusal("too-many-pages", MAX_PAGES)
        counts.append(count)
        sizes.append([_alone(reader, number) for number in range(count)] if each else [])
    return {"pages": counts, "sizes": sizes}


def _alone(reader: Any, number: int) -> int:
    """Bytes of a file that holds this page only: at most what the page adds to another one."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    write_packet_pages.keep(writer, reader.pages[number])
    out = io.BytesIO()
    writer.write(out)
    return len(out.getvalue())
