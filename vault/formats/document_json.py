"""A read document as compressed JSON, for the catalogue."""

from __future__ import annotations

import json
import zlib
from typing import Any, cast

from vault.errors import Damaged
from vault.model.document import Block, BlockKind, Document, Page, PageKind

MAX_BYTES = 256 << 20
_LEVEL = 3


def pack(document: Document) -> bytes:
    """Compressed JSON."""
    value = {
        "notes": list(document.notes),
        "pages": [
            [p.number, p.kind, p.width, p.height, [[b.kind, b.text, b.level] for b in p.blocks]]
            for p in document.pages
        ],
    }
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def unpack(data: bytes) -> Document:
    """The document. Raises Damaged."""
    try:
        value = json.loads(inflate(data))
        return Document(tuple(_page(page) for page in value["pages"]), tuple(value["notes"]))
    except (ValueError, KeyError, TypeError):
        raise Damaged("the extracted text of an item is damaged") from None


def inflate(data: bytes) -> bytes:
    """Decompress within bounds. Raises ValueError."""
    expander = zlib.decompressobj()
    try:
        out = expander.decompress(data, MAX_BYTES)
    except zlib.error:
        raise ValueError("not compressed data") from None
    if not expander.eof:
        raise ValueError("too large or cut off")
    return out


def _page(value: Any) -> Page:
    number, kind, width, height, blocks = value
    return Page(
        number, cast(PageKind, kind), width, height, tuple(Block(cast(BlockKind, k), t, n) for k, t, n in blocks)
    )
