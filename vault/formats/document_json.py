"""A read document as compressed JSON, for the catalogue."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import Any, cast

from vault.errors import Damaged
from vault.model.document import Block, BlockKind, Document, Look, Page, PageKind, Part, Word
from vault.model.findings import Box

MAX_BYTES = 256 << 20
_LEVEL = 3


def pack(document: Document) -> bytes:
    """Compressed JSON."""
    value: dict[str, Any] = {"notes": list(document.notes), "pages": [_packed(page) for page in document.pages]}
    if document.parts:
        value["parts"] = [asdict(part) for part in document.parts]
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def unpack(data: bytes) -> Document:
    """The document. Raises Damaged."""
    try:
        value = json.loads(inflate(data))
        pages, notes = tuple(_page(page) for page in value["pages"]), tuple(value["notes"])
        parts = tuple(Part(**{**part, "path": tuple(part["path"])}) for part in value.get("parts", ()))
        return Document(pages, notes, parts)
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


def _packed(page: Page) -> list[Any]:
    """Five values, and a sixth only for a page that has more than text, as most have not."""
    plain = [page.number, page.kind, page.width, page.height, [[b.kind, b.text, b.level] for b in page.blocks]]
    more: dict[str, Any] = {
        "words": [[w.block, w.start, w.end, *_sides(w.box), w.confidence] for w in page.words],
        "unsure": [_sides(box) for box in page.unsure],
        "faces": [_sides(box) for box in page.faces],
        "looked": list(page.looked),
        "part": page.part,
        "density": page.density,
        "likeness": page.likeness,
    }
    more = {name: value for name, value in more.items() if value}
    return [*plain, more] if more else plain


def _sides(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


def _page(value: Any) -> Page:
    number, kind, width, height, blocks, *rest = value
    more = rest[0] if rest else {}
    return Page(
        number,
        cast(PageKind, kind),
        width,
        height,
        tuple(Block(cast(BlockKind, k), t, n) for k, t, n in blocks),
        tuple(Word(b, s, e, Box(x, y, w, h), sure) for b, s, e, x, y, w, h, sure in more.get("words", ())),
        tuple(Box(*sides) for sides in more.get("unsure", ())),
        tuple(Box(*sides) for sides in more.get("faces", ())),
        tuple(cast(Look, look) for look in more.get("looked", ())),
        more.get("part", 0),
        more.get("density", 0.0),
        more.get("likeness", ""),
    )
