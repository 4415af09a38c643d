"""The `join` job: one PDF of two of ours, typeset text first, pages of pixels behind it."""

from __future__ import annotations

import io
from typing import Any

from vault.worker import write_pages


def prepare(request: dict[str, Any]) -> None:
    """Load pypdf."""
    write_pages.prepare()


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Two or more blobs, PDFs as the writers make them; one blob, the first one with the others' pages at its end.

    What belongs to the first one's document as a whole, such as its structure, stays; of the others only pages come.
    """
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(blobs[0])))
    for data in blobs[1:]:
        for page in PdfReader(io.BytesIO(data)).pages:
            writer.add_page(page)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return {}, [out.getvalue()]
