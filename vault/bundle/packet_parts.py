"""How a filing is divided into parts: between exhibits where that is possible, within one only where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BASE_BYTES = 70_000
"""What a part has of its own: fonts, numbers, structure."""
TAB_BYTES, PAGE_BYTES = 6_000, 1_600
"""What a tab sheet, and each page's number and structure, take at most."""


@dataclass(frozen=True, slots=True)
class Sized:
    """An exhibit: the bytes of its files, how many pages they have together, and what each of these takes at most,
    which may be empty while nobody needs to know."""

    size: int
    pages: int
    each: tuple[int, ...] = ()

    @property
    def whole(self) -> int:
        """Bytes with its tab sheet and its numbers, at most."""
        return self.size + TAB_BYTES + PAGE_BYTES * self.pages


@dataclass(frozen=True, slots=True)
class Span:
    """Pages [first, end) of an exhibit, from 0; `tab` where its tab sheet goes before them."""

    exhibit: int
    first: int
    end: int
    tab: bool


class PageTooLarge(Exception):
    """A page that no part can hold: of which exhibit, and which page of it, both from 0."""

    def __init__(self, exhibit: int, page: int) -> None:
        super().__init__(exhibit, page)
        self.exhibit, self.page = exhibit, page


def too_large_whole(exhibit: Sized, limit: int) -> bool:
    """Whether an exhibit fits into no part as a whole: then it is to be known what each page takes."""
    return exhibit.whole > limit - BASE_BYTES


def divided(front: int, exhibits: Sequence[Sized], limit: int) -> list[list[Span]]:
    """The spans of each part. `front` are the bytes of what stands before the first exhibit. Raises PageTooLarge."""
    full = limit - BASE_BYTES
    parts: list[list[Span]] = [[]]
    room = full - front
    for place, exhibit in enumerate(exhibits):
        if exhibit.whole > room and parts[-1]:
            parts.append([])
            room = full
        if exhibit.whole <= room:
            parts[-1].append(Span(place, 0, exhibit.pages, tab=True))
            room -= exhibit.whole
            continue
        if exhibit.whole <= full:  # it was the front that left too little
            parts.append([Span(place, 0, exhibit.pages, tab=True)])
            room = full - exhibit.whole
            continue
        room = _by_pages(parts, place, exhibit, room, full)
    return parts


def _by_pages(parts: list[list[Span]], place: int, exhibit: Sized, room: int, full: int) -> int:
    """Divide an exhibit at its pages; the room that is left in the last part."""
    first, tab = 0, True
    room -= TAB_BYTES
    for page, size in enumerate(exhibit.each):
        cost = size + PAGE_BYTES
        if cost > full - TAB_BYTES:
            raise PageTooLarge(place, page)
        if cost > room:
            # A tab sheet alone at a part's end would lead to nothing.
            if page > first:
                parts[-1].append(Span(place, first, page, tab))
                first, tab = page, False
            parts.append([])
            room = full - (TAB_BYTES if tab else 0)
        room -= cost
    parts[-1].append(Span(place, first, exhibit.pages, tab))
    return room
