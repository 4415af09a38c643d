"""The `extract` job: one source in, its pages of text out. Which reader, only the request decides."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from vault.worker.refusal import Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READERS = {
    "application/pdf": "read_pdf",
    DOCX: "read_docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "read_xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "read_pptx",
    "application/vnd.oasis.opendocument.text": "read_odt",
    "application/vnd.oasis.opendocument.spreadsheet": "read_odt",
    "application/vnd.oasis.opendocument.presentation": "read_odt",
    "application/rtf": "read_rtf",
    "application/x-ole-storage": "read_ole",
    "text/plain": "read_plain",
    "text/markdown": "read_text",
    "text/csv": "read_table",
    "text/tab-separated-values": "read_csv",
    "text/html": "read_page",
    "application/json": "read_chat",
    "message/rfc822": "read_mail",
    "application/mbox": "read_mail",
    "multipart/related": "read_mail",
    "image/jpeg": "read_image",
    "image/png": "read_image",
    "image/webp": "read_image",
    "image/tiff": "read_image",
    "image/gif": "read_image",
    "image/bmp": "read_image",
    "image/heic": "read_image",
}

WITH_PLACES = frozenset({"application/pdf"})
"""Types whose reader can say where on a page each word stands, if the request's "words" asks for it."""


def _reader(request: dict[str, Any]) -> Any:
    name = READERS.get(request["media_type"])
    return import_module(f"vault.worker.{name}") if name else None


def prepare(request: dict[str, Any]) -> None:
    """Load the one reader."""
    reader = _reader(request)
    if reader is not None:
        reader.prepare()


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """{"kind", "pages", "notes"} as read_blocks.py makes them."""
    reader = _reader(request)
    if reader is None:
        raise Refusal("unsupported-type")
    places = {"words": True} if request.get("words") and request["media_type"] in WITH_PLACES else {}
    header: dict[str, Any] = reader.read(blobs[0], **places)
    return header, []
