"""Reads a document as a person would: over the ends of lines, cells and pages.

A name or a number may be cut by the end of a page, with a footer and a header between its halves, or by the wrapped
cell of a table, with the neighbouring cells between them. So the whole document is searched as one text, and each
such seam once more with what stands between left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from vault.model.document import Document, Page
from vault.model.findings import Span

Analyse = Callable[[str], Sequence[Span]]
Label = Callable[[Span, str], str]

SEAM_CHARACTERS = 60
"""How much of the text on each side of a seam is read again."""
LAST_LINES, FIRST_LINES = 60, 15
"""How many lines at the end and at the beginning of a page may hold the halves of a word with a hyphen: what
stands between them are footnotes, a footer, a header."""
LAST_BARE, FIRST_BARE = 20, 6
"""The same where no hyphen says that a word is cut."""
LAST_ANY, FIRST_ANY = 4, 4
"""The same where nothing at all says so."""
COLUMN_END = 3
"""Lines at the foot of a column that may go on in a line at the head of the next one."""
MAX_CELLS = 12
PERSON = "PERSON"
MAX_REMEMBERED = 20_000
"""Seams whose reading is kept: tables repeat themselves."""


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


@dataclass(frozen=True, slots=True)
class _Seam:
    """Stretches that may go on in one another, and how to read them: with a line's end between or nothing.

    `listed_only`: nothing says that a word is cut here, so only what names somebody listed is one.
    """

    strips: tuple[_Strip, ...]
    joint: str
    listed_only: bool = False


_HYPHEN = re.compile("[-\\u00ad\\u2010\\u2011\\u00ac\\ufffe]$")
_CUT_NUMBER = re.compile(r"[\d(+][\s\-./()]{0,3}$")
_WHOLE_NUMBER = re.compile(r"(?:\d[ \-()/]{0,2}){9}\.$")  # and a full stop: it goes on nowhere
_WHOLE_ABROAD = re.compile(r"(?:\d[ \-()/]{0,2}){11}$")  # with its country's code: a date goes on nowhere in it
_DATE = re.compile(r"\d{1,2}(?:[ \xa0][^\W\d_]|\.\d{1,2}\.\d|/\d{1,2}/\d)")
_REST_OF_NUMBER = re.compile(r"[\s\-./()]{0,3}\d")
_OF_AN_ADDRESS = re.compile(r"[@_./:=]")
_GLUED = re.compile("run together with|too many for|broken up|another spelling of")
_WHOLE_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,10}>?$")
_WORD_AT_END = re.compile(r"([^\W\d_][^\W_]{0,40})\W{0,2}$")
_WORD_AT_START = re.compile(r"\W{0,2}([^\W\d_][^\W_]{0,40})")
_LONGEST_MIDDLE = 12
"""Letters of a piece in the middle of a word that three lines of a cell share."""


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
    known: dict[str, Sequence[Span]] = {}

    def read_seam(text: str) -> Sequence[Span]:
        if len(known) > MAX_REMEMBERED:
            known.clear()
        if text not in known:
            known[text] = (at_seams or analyse)(text)
        return known[text]

    for seam in _seams(document):
        crossing = list(_crossing(seam, read_seam, label))
        # What the first reading has found on both sides needs no second finding.
        if all(_is_covered(piece, covered) for piece, _, _ in crossing):
            continue
        for piece, span, name in crossing:
            if _is_glued(seam, span, [one for one, other, _ in crossing if other is span], covered):
                continue
            key = (piece.page, piece.block, piece.start, piece.end, span.person)
            if key not in seen:
                seen.add(key)
                yield piece, span, name


def _is_glued(
    seam: _Seam, span: Span, pieces: Sequence[Piece], covered: dict[tuple[int, int], list[tuple[int, int]]]
) -> bool:
    """Whether a name that is whole on its own side only looks like one with more letters because we joined them."""
    if seam.joint or _HYPHEN.search(seam.strips[0].text.rstrip()) or not _GLUED.search(span.explanation):
        return False
    return any(_is_covered(piece, covered) for piece in pieces)


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
    crosses = span.start < start or span.end > start + len(strip.text)
    if crosses and span.category == PERSON and not any(map(str.isalpha, strip.text[left:right])):
        return None  # a date or a number below a name is no part of it
    return Piece(strip.page, strip.block, strip.start + left, strip.start + right)


def _crossing(seam: _Seam, analyse: Analyse, label: Label) -> Iterator[tuple[Piece, Span, str]]:
    edge = len(seam.strips[0].text)
    far = sum(len(strip.text) + len(seam.joint) for strip in seam.strips[:-1])

    def across(text: str) -> list[Span]:
        spans = [span for span in analyse(text) if span.start < edge and span.end > far]
        return [span for span in spans if span.person is not None] if seam.listed_only else spans

    yield from _found(seam.strips, seam.joint, across, label)


def _seams(document: Document) -> Iterator[_Seam]:
    for number, page in enumerate(document.pages):
        for rows in _tables(page):
            yield from _table_seams(number, page, rows)
        if number + 1 < len(document.pages):
            yield from _page_seams(number, page, document.pages[number + 1])


# -- pages -----------------------------------------------------------------------------------------------------------


def _page_seams(number: int, page: Page, following: Page) -> Iterator[_Seam]:
    """By position: footnotes and running heads stand between the halves, however many there are."""
    last = [one for place in reversed(range(len(page.blocks))) for one in reversed(_cells_of(number, page, place))]
    first = [one for place in range(len(following.blocks)) for one in _cells_of(number + 1, following, place)]
    for far, above in enumerate(last[:LAST_LINES]):
        hyphen = bool(_HYPHEN.search(above.text.rstrip()))
        for deep, below in enumerate(first[:FIRST_LINES]):
            near = far < LAST_ANY and deep < FIRST_ANY
            if hyphen or near or (far < LAST_BARE and deep < FIRST_BARE):
                yield from _joined(above, below, near=near)


def _cells_of(number: int, page: Page, place: int) -> list[_Strip]:
    cells = _cells(page.blocks[place].text)[:MAX_CELLS]
    return [_Strip(number, place, start, text) for start, text in cells if text.strip()]


# -- tables and columns ----------------------------------------------------------------------------------------------


def _tables(page: Page) -> Iterator[list[int]]:
    """The places of rows that follow one another."""
    place = 0
    while place < len(page.blocks):
        rows = list(takewhile(lambda one: page.blocks[one].kind == "table-row", range(place, len(page.blocks))))
        if len(rows) > 1:
            yield rows
        place += len(rows) + 1


def _table_seams(number: int, page: Page, rows: list[int]) -> Iterator[_Seam]:
    texts = [_cells(page.blocks[row].text)[:MAX_CELLS] for row in rows]
    for at in range(len(rows) - 1):
        for column, other in _neighbours(len(texts[at]), len(texts[at + 1])):
            upper = _Strip(number, rows[at], *texts[at][column])
            lower = _Strip(number, rows[at + 1], *texts[at + 1][other])
            yield from _joined(upper, lower, near=len(texts[at]) == len(texts[at + 1]))
            if at + 2 < len(rows) and _is_middle(upper.text, lower.text) and other < len(texts[at + 2]):
                rest = _Strip(number, rows[at + 2], *texts[at + 2][other])
                yield _Seam((_tail(upper), lower, _head(rest)), "")
    # Two columns whose lines are level look like a table: the foot of one goes on at the head of the next.
    for column in range(max(map(len, texts)) - 1):
        feet = [at for at in range(len(rows)) if column < len(texts[at])][-COLUMN_END:]
        heads = [at for at in range(len(rows)) if column + 1 < len(texts[at])][:COLUMN_END]
        for foot in feet:
            for head in heads:
                above = _Strip(number, rows[foot], *texts[foot][column])
                yield from _joined(above, _Strip(number, rows[head], *texts[head][column + 1]), near=False)


def _neighbours(upper: int, lower: int) -> Iterator[tuple[int, int]]:
    """Which cells of a row may go on in which of the next: the same ones, or those that lost neighbours explain."""
    lost = lower - upper
    for column in range(upper):
        for other in range(max(0, column + min(0, lost)), min(lower, column + max(0, lost) + 1)):
            yield column, other


def _is_middle(upper: str, middle: str) -> bool:
    """Whether a cell holds nothing but a piece of a word that began above it."""
    piece = _HYPHEN.sub("", middle.strip())
    return 0 < len(piece) <= _LONGEST_MIDDLE and piece.isalpha() and bool(_WORD_AT_END.search(upper))


def _cells(text: str) -> list[tuple[int, str]]:
    cells, start = [], 0
    for cell in text.split("\t"):
        cells.append((start, cell))
        start += len(cell) + 1
    return cells


# -- one seam --------------------------------------------------------------------------------------------------------


def _joined(above: _Strip, below: _Strip, *, near: bool) -> Iterator[_Seam]:
    """How two stretches may be one: not at all, as two words of one name or number, or as halves of a word."""
    first, second = above.text.rstrip(), below.text.lstrip()
    if not first or not second:
        return
    strips = (_tail(above), _head(below))
    if _HYPHEN.search(first):
        yield _Seam(strips, "")
        yield _Seam(strips, "\n")
        return
    number = bool(_CUT_NUMBER.search(first) and _REST_OF_NUMBER.match(second))
    tail = first[-SEAM_CHARACTERS:]
    if number and (_WHOLE_NUMBER.search(tail) or (_DATE.match(second) and _WHOLE_ABROAD.search(tail))):
        return
    one, other = _WORD_AT_END.search(first[-SEAM_CHARACTERS:]), _WORD_AT_START.match(second)
    if number:
        yield _Seam(strips, "\n")
    if not number and not (one and other):
        return
    began = one is not None and not one.group(1)[0].islower()
    goes_on = other is not None and (not other.group(1)[0].isupper() or other.group(1).isupper())
    address = _OF_AN_ADDRESS.search(first.split()[-1]) or _OF_AN_ADDRESS.search(second.split()[0])
    if address and not goes_on and _WHOLE_ADDRESS.search(first):
        address = None  # a mail's addresses stand one below the other, each with a capital word before it
    if number or address or (began and goes_on):
        yield _Seam(strips, "")
    elif near:
        yield _Seam(strips, "", listed_only=True)
    if not number and (near or (began and not goes_on)):
        yield _Seam(strips, "\n", listed_only=not began)


def _tail(strip: _Strip) -> _Strip:
    text = strip.text
    start = max(0, len(text) - SEAM_CHARACTERS)
    if start:
        space = text.find(" ", start, start + SEAM_CHARACTERS // 2)
        start = space + 1 if space >= 0 else start
    return _Strip(strip.page, strip.block, strip.start + start, text[start:])


def _head(strip: _Strip) -> _Strip:
    end = min(len(strip.text), SEAM_CHARACTERS)
    if end < len(strip.text):
        space = strip.text.rfind(" ", SEAM_CHARACTERS // 2, end)
        end = space if space >= 0 else end
    return _Strip(strip.page, strip.block, strip.start, strip.text[:end])
