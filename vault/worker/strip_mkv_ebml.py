"""EBML, of which Matroska is made: elements of a kind, a size and a content. Source: RFC 8794."""

from __future__ import annotations

from collections.abc import Collection

from vault.worker.refusal import Refusal

Elements = list[tuple[int, memoryview]]

UNKNOWN = -1
MOST_ELEMENTS = 2_000_000
LIVE = (0x18538067, 0x1F43B675)
"""A segment and a cluster may be of unknown size: a cluster ends where an element of a higher level begins."""


def _size(content: memoryview, at: int) -> tuple[int, int]:
    """(the size that stands here, UNKNOWN for unknown; where it ends)."""
    length = 9 - content[at].bit_length()
    if length > 8 or at + length > len(content):
        raise Refusal("damaged")
    value = int.from_bytes(content[at : at + length], "big") & (1 << 7 * length) - 1
    return (UNKNOWN if value == (1 << 7 * length) - 1 else value), at + length


def _kind(content: memoryview, at: int) -> tuple[int, int]:
    length = 9 - content[at].bit_length()
    if length > 4 or at + length > len(content):
        raise Refusal("damaged")
    return int.from_bytes(content[at : at + length], "big"), at + length


def elements(content: memoryview, top: Collection[int] = ()) -> Elements:
    """(kind, content) of the elements that fill a stretch. Raises Refusal where they don't.

    `top` are the kinds that end a cluster of unknown size.
    """
    out: Elements = []
    at = 0
    while at < len(content):
        kind, start = _kind(content, at)
        if start >= len(content) or len(out) >= MOST_ELEMENTS:
            raise Refusal("damaged")
        size, start = _size(content, start)
        end = start + size
        if size == UNKNOWN:
            if kind not in LIVE:
                raise Refusal("damaged")
            end = len(content) if kind == LIVE[0] else _cluster_end(content, start, top)
        if end > len(content):
            raise Refusal("damaged")
        out.append((kind, content[start:end]))
        at = end
    return out


def _cluster_end(content: memoryview, at: int, top: Collection[int]) -> int:
    while at < len(content):
        kind, start = _kind(content, at)
        if kind in top:
            return at
        size, start = _size(content, start)
        if size == UNKNOWN or start + size > len(content):
            raise Refusal("damaged")
        at = start + size
    return at


def one(parts: Elements, kind: int) -> memoryview | None:
    """The content of the first element of a kind."""
    return next((content for name, content in parts if name == kind), None)


def of(parts: Elements, kind: int) -> memoryview:
    """The content of the one element of a kind. Raises Refusal for none or two."""
    found = [content for name, content in parts if name == kind]
    if len(found) != 1:
        raise Refusal("damaged")
    return found[0]


def number(content: memoryview) -> int:
    """A whole number."""
    if len(content) > 8:
        raise Refusal("damaged")
    return int.from_bytes(content, "big")


def head(kind: int, size: int) -> bytes:
    """What goes before the content of an element; the size takes eight bytes."""
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big") + (1 << 56 | size).to_bytes(8, "big")


def made(kind: int, *contents: bytes) -> bytes:
    """An element."""
    content = b"".join(contents)
    return head(kind, len(content)) + content


def whole(kind: int, value: int) -> bytes:
    """An element that is a whole number."""
    return made(kind, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))
