"""Reads one file to the end: its text, the files inside it, and what can be recognised on pages of pixels.

Every file gets a process of its own, and so does every few pages that are looked at. A file inside that can't be
read is named with the reason, and the rest goes on.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from vault.errors import Refused
from vault.intake import media
from vault.model.document import Block, Document, Look, Page, Part
from vault.model.findings import Box
from vault.sandbox import checked, documents, reasons, unpacking

if TYPE_CHECKING:
    from vault.sandbox import looking

Opened = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens the file anew, from its start: it is read once for each process."""
Progress = Callable[[int, int], None]
"""Pages looked at so far, and of how many."""

MAX_DEPTH = 4
"""Containers inside one another: a mail in an archive with a document, and one more."""
MAX_PARTS = 2_000
PAGES_A_PROCESS = 4
PROCESSES = 2
EXPLAINED = 0.6
"""Share of a region that nobody read for sure, under words that the page has as text, above which they explain it."""
_HEAD = 64 * 1024
INSIDE = "Files inside"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is read: `looks` at pages of pixels, and at `every_page` that can be drawn where all are to leave as
    pixels; `words` asks for the places of words on pages of text too."""

    looks: tuple[Look, ...] = ()
    words: bool = False
    every_page: bool = False
    accept_weak_jail: bool = False
    progress: Progress | None = None


def opened(data: bytes) -> Opened:
    """A file that is in memory."""
    return lambda: nullcontext(io.BytesIO(data))


def read(source: Opened, media_type: str, name: str, wish: Wish) -> Document:
    """The whole document, parts included. Raises Refused if the file itself can't be read."""
    reader = _Reader(wish)
    pages, found = reader.file(source, media_type, name, ())
    if not pages:
        raise reasons.refusal("empty")
    parts = tuple(reader.parts) if len(reader.parts) > 1 else ()
    unread = sum(1 for part in parts if part.reason)
    notes = [*found, reasons.note("parts-unread", unread)] if unread else found
    return Document(tuple(pages), tuple(dict.fromkeys(notes)), parts)


class _Reader:
    """Numbers the pages through while it goes into what is inside."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.parts: list[Part] = []
        self._pages = 0
        self._characters = 0

    def file(self, source: Opened, media_type: str, name: str, path: tuple[int, ...]) -> tuple[list[Page], list[str]]:
        """Its pages and notes, its parts' behind its own."""
        place = len(self.parts)
        self.parts.append(Part(path, name, media_type))
        pages: list[Page] = []
        notes: list[str] = []
        inside: list[unpacking.Member] = []
        if media_type in media.READABLE:
            own = self._own(source, media_type)
            pages, notes = list(own.pages), list(own.notes)
        if media_type in media.CONTAINERS:
            with source() as stream:
                unpacked = unpacking.unpack(stream, media_type, accept_weak_jail=self.wish.accept_weak_jail)
            inside, notes = list(unpacked.members), [*notes, *unpacked.notes]
        elif media_type not in media.READABLE:
            raise reasons.refusal("unsupported-type")
        first = self._pages + 1
        listed = len(pages)
        if inside:
            pages.append(Page(0, "text", 0, 0, ()))  # the list of what is inside, written when its pages are known
        pages = [replace(page, number=first + n, part=place) for n, page in enumerate(pages)]
        self._count(pages)
        self.parts[place] = replace(self.parts[place], first=first if pages else 0, count=len(pages))
        lines: list[str] = []
        behind: list[Page] = []
        for number, member in enumerate(inside):
            new, line = self._member(member, (*path, number))
            behind += new
            lines.append(line)
        if inside:
            blocks = [Block("heading", INSIDE, 2), *(Block("list-item", line) for line in lines)]
            pages[listed] = replace(pages[listed], blocks=tuple(blocks))
        return [*pages, *behind], notes

    def _member(self, member: unpacking.Member, path: tuple[int, ...]) -> tuple[list[Page], str]:
        """The pages of a file inside, and the line that tells of it, with its place in `parts`."""
        place, before, characters = len(self.parts), self._pages, self._characters
        kind = member.media_type or media.sniff(member.data[:_HEAD], member.name)
        try:
            if member.reason:
                raise Refused(member.reason, kind="unreadable")
            if len(path) > MAX_DEPTH or place >= MAX_PARTS:
                raise reasons.refusal("too-much-inside")
            new, _ = self.file(opened(member.data), kind, member.name, path)
        except Refused as refused:
            del self.parts[place:]
            self._pages, self._characters = before, characters
            self.parts.append(Part(path, member.name, kind, reason=f"{refused.kind}: {refused.message}"))
            return [], f"{place}. {member.name}: left out, {refused.message}"
        if not new:
            return [], f"{place}. {member.name}: empty"
        last = new[-1].number
        where = f"page {before + 1}" if last == before + 1 else f"pages {before + 1}\u2013{last}"
        return new, f"{place}. {member.name}: {where}"

    def _own(self, source: Opened, media_type: str) -> Document:
        with source() as stream:
            document = documents.extract(
                stream, media_type, words=self.wish.words, accept_weak_jail=self.wish.accept_weak_jail
            )
        every = self.wish.every_page and media_type in media.DRAWABLE
        unread = [page.number for page in document.pages if every or page.kind == "picture"]
        if not unread or not self.wish.looks:
            return document
        seen = dict(self._look(source, media_type, unread))
        pages = [_with(page, seen[page.number]) if page.number in seen else page for page in document.pages]
        return replace(document, pages=tuple(pages))

    def _look(self, source: Opened, media_type: str, numbers: Sequence[int]) -> Iterator[tuple[int, looking.Looked]]:
        from vault.sandbox import looking

        wish = self.wish
        chunks = [numbers[start : start + PAGES_A_PROCESS] for start in range(0, len(numbers), PAGES_A_PROCESS)]

        def look(chunk: Sequence[int]) -> dict[int, looking.Looked]:
            with source() as stream:
                return looking.look(
                    stream, media_type, chunk, ocr="ocr" in wish.looks, faces="faces" in wish.looks,
                    accept_weak_jail=wish.accept_weak_jail,
                )  # fmt: skip

        done = 0
        with ThreadPoolExecutor(PROCESSES, "look") as pool:
            for start in range(0, len(chunks), PROCESSES):  # no further than that, should one of them fail
                for found in pool.map(look, chunks[start : start + PROCESSES]):
                    done += len(found)
                    if wish.progress:
                        wish.progress(done, len(numbers))
                    yield from found.items()

    def _count(self, pages: Sequence[Page]) -> None:
        self._pages += len(pages)
        self._characters += sum(len(page.text) for page in pages)
        if self._pages > checked.MAX_PAGES:
            raise reasons.refusal("too-many-pages", checked.MAX_PAGES)
        if self._characters > checked.MAX_TEXT:
            raise reasons.refusal("too-much-text", checked.MAX_TEXT // 1_000_000)


def _with(page: Page, seen: looking.Looked) -> Page:
    """The page with what was recognised on it behind what it says itself, unless both say the same."""
    kept = [number for number in range(len(seen.blocks)) if not _says_the_same(page, seen, number)]
    place = {number: len(page.blocks) + new for new, number in enumerate(kept)}
    words = [replace(word, block=place[word.block]) for word in seen.words if word.block in place]
    own = [word.box for word in page.words]
    return replace(
        page,
        blocks=(*page.blocks, *(seen.blocks[number] for number in kept)),
        words=(*page.words, *words),
        # What shows a picture is not explained by words, which may lie unseen beneath it.
        unsure=tuple(b for b in seen.unsure if _share(b, own) < EXPLAINED or any(_meet(b, o) for o in page.unsure)),
        faces=seen.faces,
        looked=seen.looked,
    )


def _says_the_same(page: Page, seen: looking.Looked, number: int) -> bool:
    """Whether each word that was recognised in a block is one that the page has there as text.

    Only then: what a page says of its letters and what these look like may differ, and either may name somebody.
    """
    text = seen.blocks[number].text
    mine = [word for word in seen.words if word.block == number]
    return bool(mine) and all(
        any(
            own.box.y < word.box.y + word.box.height
            and word.box.y < own.box.y + own.box.height
            and _share(word.box, [own.box]) > EXPLAINED
            and _letters(page.blocks[own.block].text[own.start : own.end]) == _letters(text[word.start : word.end])
            for own in page.words
        )
        for word in mine
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).casefold()))


def _share(box: Box, words: Sequence[Box]) -> float:
    """How much of a region is under words that the page itself has; overlapping ones count twice, which is little."""
    covered = sum(
        max(0.0, min(box.x + box.width, w.x + w.width) - max(box.x, w.x))
        * max(0.0, min(box.y + box.height, w.y + w.height) - max(box.y, w.y))
        for w in words
    )
    return covered / max(box.width * box.height, 1e-9)


def _meet(one: Box, other: Box) -> bool:
    return min(one.x + one.width, other.x + other.width) > max(one.x, other.x) and min(
        one.y + one.height, other.y + other.height
    ) > max(one.y, other.y)


def part(source: Opened, document: Document, place: int, *, accept_weak_jail: bool = False) -> tuple[Opened, str]:
    """One of the document's files, to be drawn: how to open it, and its media type. Raises Refused."""
    wanted = document.parts[place]
    kind = document.parts[0].media_type
    for depth, number in enumerate(wanted.path):
        with source() as stream:
            members = unpacking.unpack(stream, kind, accept_weak_jail=accept_weak_jail).members
        if number >= len(members) or members[number].reason:
            raise reasons.refusal("damaged")
        source = opened(members[number].data)
        path = wanted.path[: depth + 1]
        kind = next(one.media_type for one in document.parts if one.path == path)
    return source, wanted.media_type
