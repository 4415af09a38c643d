"""What a filing asks of the jail: how many pages our PDFs have, how many sheets its front takes, one part of it.

All raise Refused, with kind damaged or unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from vault.sandbox import checked, reasons
from vault.sandbox.documents import PageSize
from vault.sandbox.jail import run
from vault.sandbox.transport import DEFAULT_LIMITS, Limits

MAX_PAGES = 5_000
LARGEST_PAGE = 512 << 20
Look = Literal["court", "center", "title", "left", "right", "small", "blank", "gap"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of contents; `part` is empty where there is one part only."""

    tab: str
    description: str
    pages: str
    part: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents: its title, the heads of its four columns, its lines, what stands under it."""

    title: str
    heads: tuple[str, str, str, str]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """The sheet before an exhibit: in large letters, as text, and in lines of their own."""

    tab: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages [first, end), from 0, of a PDF; `free_foot` where at least 24 points at its foot are free."""

    pdf: bytes
    first: int
    end: int
    free_foot: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """What follows a tab sheet; without one it goes on from the part before. `bookmark` is its title."""

    bookmark: str
    tab: Tab | None
    files: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `first` is the number of its first page; only the first part has a cover and contents."""

    paper: PageSize
    language: str
    first: int
    cover: tuple[tuple[Look, str], ...]
    contents: Contents | None
    bookmarks: tuple[str, str]
    pieces: tuple[Piece, ...]


def measure(
    pdfs: Sequence[bytes], *, each: bool = False, limits: Limits = DEFAULT_LIMITS, accept_weak_jail: bool = False
) -> tuple[list[int], list[list[int]]]:
    """The number of pages of each PDF, and with `each` how many bytes each of its pages takes at most."""
    header = run("packet", {"ask": "measure", "each": each}, pdfs, limits, accept_weak_jail=accept_weak_jail).header
    counts = [_whole(one, 1, MAX_PAGES) for one in _list(header.get("pages"), len(pdfs))]
    sizes = [
        [_whole(size, 0, LARGEST_PAGE) for size in _list(one, count if each else 0)]
        for one, count in zip(_list(header.get("sizes"), len(pdfs)), counts, strict=True)
    ]
    return counts, sizes


def front_pages(part: Part, *, limits: Limits = DEFAULT_LIMITS, accept_weak_jail: bool = False) -> int:
    """How many sheets cover and contents of a part take."""
    header = run("packet", {"ask": "front", **_sheets(part)}, (), limits, accept_weak_jail=accept_weak_jail).header
    return _whole(header.get("pages"), 0, MAX_PAGES)


def make(part: Part, *, limits: Limits = DEFAULT_LIMITS, accept_weak_jail: bool = False) -> bytes:
    """The PDF of one part."""
    blobs: dict[int, tuple[int, bytes]] = {}
    exhibits = []
    tabs = 0
    for piece in part.pieces:
        files = []
        for one in piece.files:
            place, _ = blobs.setdefault(id(one.pdf), (len(blobs), one.pdf))
            files.append({"blob": place, "first": one.first, "end": one.end, "free_foot": one.free_foot})
        exhibits.append({"tab": None if piece.tab is None else tabs, "bookmark": piece.bookmark, "files": files})
        tabs += piece.tab is not None
    request = {"ask": "part", **_sheets(part), "first": part.first, "exhibits": exhibits}
    pdfs = [pdf for _, pdf in blobs.values()]
    return checked.pdf(run("packet", request, pdfs, limits, accept_weak_jail=accept_weak_jail).blobs)


def _sheets(part: Part) -> dict[str, object]:
    contents = part.contents
    return {
        "paper": part.paper,
        "language": part.language,
        "cover": [list(line) for line in part.cover],
        "contents": None
        if contents is None
        else {
            "title": contents.title,
            "heads": list(contents.heads),
            "rows": [[row.tab, row.description, row.pages, row.part] for row in contents.rows],
            "notes": list(contents.notes),
        },
        "tabs": [asdict(piece.tab) for piece in part.pieces if piece.tab is not None],
        "bookmarks": {"cover": part.bookmarks[0], "contents": part.bookmarks[1]},
    }


def _list(untrusted: object, length: int) -> list[object]:
    if not isinstance(untrusted, list) or len(untrusted) != length:
        raise reasons.refusal("broken-answer")
    return untrusted


def _whole(untrusted: object, least: int, most: int) -> int:
    if type(untrusted) is not int or not least <= untrusted <= most:
        raise reasons.refusal("broken-answer")
    return untrusted
