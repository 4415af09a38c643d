"""Markup cut into its pieces, for XML and HTML alike: tolerant, without entities of its own, linear in its input."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MAX_TAG = 200_000  # characters of one tag, which a data URI may fill
_ATTRIBUTE = re.compile(r"""([^\s=/>"'<]{1,200})\s{0,8}(?:=\s{0,8}("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_RAW = ("script", "style", "textarea", "xmp")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of markup. `name` is a tag's, without a slash; `text` what is written in a text or a comment."""

    kind: Literal["open", "close", "text", "comment"]
    name: str = ""
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    empty: bool = False  # closed in itself


def pieces(text: str, is_html: bool = False) -> Iterator[Piece]:
    """The markup's pieces in order; a tag that is never closed is text."""
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            yield Piece("text", text=html.unescape(text[at:]))
            return
        if start > at:
            yield Piece("text", text=html.unescape(text[at:start]))
        piece, at = _tag(text, start)
        yield piece
        if is_html and piece.kind == "open" and piece.name.lower() in _RAW and not piece.empty:
            end = _closing(text, at, piece.name.lower())
            yield Piece("text", text=text[at:end])
            at = end


def _tag(text: str, start: int) -> tuple[Piece, int]:
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")):
        if text.startswith(opening, start):
            end = text.find(closing, start + len(opening))
            end = len(text) if end < 0 else end
            kind: Literal["text", "comment"] = "text" if opening == "<![CDATA[" else "comment"
            return Piece(kind, text=text[start + len(opening) : end]), min(len(text), end + len(closing))
    end = _tag_end(text, start + 1)
    inside = text[start + 1 : end]
    if end < 0 or not re.match(r"/?[A-Za-z_]", inside):
        return Piece("text", text="<"), start + 1
    if inside.startswith("/"):
        return Piece("close", name=inside[1:].split()[0] if inside[1:].split() else ""), end + 1
    name = re.match(r"[^\s/>]+", inside)
    found = tuple(
        (m.group(1), html.unescape((m.group(2) or "").strip("\"'")))
        for m in _ATTRIBUTE.finditer(inside, name.end() if name else 0)
    )
    return Piece("open", name.group() if name else "", attributes=found, empty=inside.endswith("/")), end + 1


def _tag_end(text: str, at: int) -> int:
    """Where a tag's > stands, quoted ones passed over; -1 where there is none near enough."""
    quote, limit = "", min(len(text), at + MAX_TAG)
    while at < limit:
        letter = text[at]
        if quote:
            at = text.find(quote, at, limit)
            if at < 0:
                return -1
            quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter == ">":
            return at
        elif letter == "<":
            return -1  # what came before was no tag
        at += 1
    return -1


def _closing(text: str, at: int, name: str) -> int:
    found = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, at)
    return found.start() if found else len(text)


def local(name: str) -> str:
    """A name without its prefix, casefolded: w:vanish → vanish."""
    return name.rpartition(":")[2].lower()
