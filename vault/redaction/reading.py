"""Reads a document as a person would: over the ends of lines, cells and pages.

A name or a number may be cut by the end of a page, with a footer and a header between its halves, or by the wrapped
cell of a table, with the neighbouring cells between them. So the whole document is searched as one text, and each
such seam once more with what stands between left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from vault.model.document import Document, Page
from vault.model.findings import Span

Analyse = Callable[[str], Sequence[Span]]
Label = Callable[[Span, str], str]

SEAM_CHARACTERS = 120
"""How much of the text on each side of a seam is read again."""
SEAM_BLOCKS = 4
"""How many blocks at the end and at the beginning of a page may be a footer or a header."""
MAX_CELLS = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one block: the page's place in the document (from 0), the block's in the page."""

    page: int
    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Strip:
    """Text of one block from `start` on."""

    page: int
    block: int
    start: int
    text: str


def read(
    document: Document, analyse: Analyse, label: Label, at_seams: Analyse | None = None
) -> Iterator[tuple[Piece, Span, str]]:
    """Every stretch that was found, with the span that it belongs to and its label. `at_seams` reads the seams,
    where that should be done otherwise."""
    seen: set[tuple[int, int, int, int, str | None]] = set()
    whole = [
        _Strip(number, place, 0, block.text)
        for number, page in enumerate(document.pages)
        for place, block in enumerate(page.blocks)
    ]
    covered: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for piece, span, name in _found(whole, "\n", analyse, label):
        covered.setdefault((piece.page, piece.block), []).append((piece.start, piece.end))
        yield piece, span, name
    for seam in _seams(document):
        for joint in ("\n", ""):
            crossing = list(_crossing(seam, joint, at_seams or analyse, label))
            # What the first reading has found on both sides needs no second finding.
            if all(_is_covered(piece, covered) for piece, _, _ in crossing):
                continue
            for piece, span, name in crossing:
                key = (piece.page, piece.block, piece.start, piece.end, span.person)
                if key not in seen:
                    seen.add(key)
                    yield piece, span, name


def _is_covered(piece: Piece, covered: dict[tuple[int, int], list[tuple[int, int]]]) -> bool:
    spans = covered.get((piece.page, piece.block), [])
    return any(start <= piece.start and piece.end <= end for start, end in spans)


def _found(strips: Sequence[_Strip], joint: str, analyse: Analyse, label: Label) -> Iterator[tuple[Piece, Span, str]]:
    starts, place = [], 0
    for strip in strips:
        starts.append(place)
        place += len(strip.text) + len(joint)
    text = joint.join(strip.text for strip in strips)
    for span in analyse(text):
        name = label(span, text[span.start : span.end])
        first = max(0, bisect_right(starts, span.start) - 1)
        for strip, start in zip(strips[first:], starts[first:], strict=True):
            if start >= span.end:
                break
            piece = _cut(strip, start, span)
            if piece is not None:
                yield piece, span, name


def _cut(strip: _Strip, start: int, span: Span) -> Piece | None:
    left, right = max(span.start, start) - start, min(span.end, start + len(strip.text)) - start
    if left >= right or not strip.text[left:right].strip():
        return None
    return Piece(strip.page, strip.block, strip.start + left, strip.start + right)


def _crossing(
    seam: tuple[_Strip, _Strip], joint: str, analyse: Analyse, label: Label
) -> Iterator[tuple[Piece, Span, str]]:
    edge = len(seam[0].text)

    def across(text: str) -> list[Span]:
        return [span for span in analyse(text) if span.start < edge and span.end > edge + len(joint)]

    yield from _found(seam, joint, across, label)


def _seams(document: Document) -> Iterator[tuple[_Strip, _Strip]]:
    for number, page in enumerate(document.pages):
        for place in range(len(page.blocks) - 1):
            if page.blocks[place].kind == page.blocks[place + 1].kind == "table-row":
                yield from _column_seams(number, page, place)
        if number + 1 < len(document.pages):
            yield from _page_seams(number, page, document.pages[number + 1])


def _page_seams(number: int, page: Page, following: Page) -> Iterator[tuple[_Strip, _Strip]]:
    last = [place for place, block in enumerate(page.blocks) if block.text][-SEAM_BLOCKS:]
    first = [place for place, block in enumerate(following.blocks) if block.text][:SEAM_BLOCKS]
    for one in last:
        for other in first:
            yield (
                _tail(number, one, 0, page.blocks[one].text),
                _head(number + 1, other, 0, following.blocks[other].text),
            )


def _column_seams(number: int, page: Page, place: int) -> Iterator[tuple[_Strip, _Strip]]:
    upper, lower = _cells(page.blocks[place].text), _cells(page.blocks[place + 1].text)
    same = len(upper) == len(lower)
    for column, (start, text) in enumerate(upper[:MAX_CELLS]):
        # Rows of one table may have lost empty cells: then any cell below may be the rest of this one.
        for other, (below, rest) in enumerate(lower[:MAX_CELLS]):
            if text and rest and (column == other or not same):
                yield _tail(number, place, start, text), _head(number, place + 1, below, rest)


def _cells(text: str) -> list[tuple[int, str]]:
    cells, start = [], 0
    for cell in text.split("\t"):
        cells.append((start, cell))
        start += len(cell) + 1
    return cells


def _tail(page: int, block: int, start: int, text: str) -> _Strip:
    kept = text[-SEAM_CHARACTERS:]
    return _Strip(page, block, start + len(text) - len(kept), kept)


def _head(page: int, block: int, start: int, text: str) -> _Strip:
    return _Strip(page, block, start, text[:SEAM_CHARACTERS])
