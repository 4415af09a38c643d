"""From words to cover to black boxes on a page of pixels, which say nothing about the words under them.

A box as wide as a name names it. So a box goes on to the end of its line or table cell, which is where other lines
end and the next cell begins, not where this line happens to end. Where the place of what stays tells the width of
what went (centred, right-aligned and justified lines), the whole line goes. A box is as high as its line.
All figures are in percent of the page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from vault.model.document import Page, Word
from vault.model.findings import Box

WHOLE = 100.0
SAME_LINE = 0.5
"""Share of the lower of two words that they must have in common to stand on one line."""
CELL_GAP = 1.6
SMALL_CELL_GAP = 0.6
"""Heights of a line: a gap that parts cells anywhere, and one that does where other lines have an edge too."""
EDGE = 0.25
"""Percent by which the edges of lines may differ and be the same edge."""
LEAST_SHARING = 2
"""Lines that must begin at a place, or end there, to make it an edge."""
JUSTIFIED_SHARE = 0.6
JUSTIFIED_LINES = 3
PAD = 0.12
OCR_PAD = 0.35
MOST_OVERLAP = 0.2
"""Share of a word's height that may lie under a box while its letters still show whole."""
SEAM = 0.9
"""Heights between the boxes of two lines that are closed: no white stripe tells where lines break."""
HYPHENS = "-\u2010\u2011\u00ad"
SLIVER = 0.15
MARGIN = 0.3


@dataclass(slots=True)
class _Cell:
    """Words of one line that no clear gap parts; `numbers` are their places in the page's words."""

    numbers: list[int] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0


@dataclass(slots=True)
class _Line:
    cells: list[_Cell]
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, SLIVER)


def cover(page: Page, stretches: Sequence[tuple[int, int, int]]) -> tuple[tuple[Box, ...], tuple[Word, ...]]:
    """The boxes that hide `stretches` (block, start, end), and the words of the page that no box touches.

    A word goes whole, with the other half of one that a line break parts. A stretch with a letter that has no place
    on the page can't be hidden but by the whole page.
    """
    words = page.words
    if not all(_has_places(page, stretch) for stretch in stretches):
        return (Box(0, 0, WHOLE, WHOLE),), ()
    gone = {number for stretch in stretches for number in _touched(page, stretch)}
    if not gone:
        return (), tuple(words)
    boxes = _Places(words).boxes(gone)
    return boxes, tuple(survivors(words, boxes))


def survivors(words: Iterable[Word], boxes: Sequence[Box]) -> list[Word]:
    """The words that none of `boxes` covers, wholly or in part."""
    return [word for word in words if not any(_hides(box, word.box) for box in boxes)]


def _hides(box: Box, word: Box) -> bool:
    """Whether a box reaches into a word, sideways at all or by more than the air above and below its letters."""
    across = min(box.x + box.width, word.x + word.width) - max(box.x, word.x)
    down = min(box.y + box.height, word.y + word.height) - max(box.y, word.y)
    return across > 0 and down > MOST_OVERLAP * word.height


def _has_places(page: Page, stretch: tuple[int, int, int]) -> bool:
    block, start, end = stretch
    if not 0 <= block < len(page.blocks):
        return False
    text = page.blocks[block].text[start:end]
    missing = {start + at for at, char in enumerate(text) if char.isalnum()}
    for word in page.words:
        if word.block == block:
            missing.difference_update(range(max(start, word.start), min(end, word.end)))
    return not missing


def _touched(page: Page, stretch: tuple[int, int, int]) -> set[int]:
    """The places in `page.words` of the words that a stretch reaches, and of what belongs to them."""
    block, start, end = stretch
    mine = [number for number, word in enumerate(page.words) if word.block == block]
    hit = {number for number in mine if page.words[number].start < end and page.words[number].end > start}
    text = page.blocks[block].text
    chains: list[set[int]] = []
    for number in mine:
        if chains and _is_one_word(text, page.words[max(chains[-1])], page.words[number]):
            chains[-1].add(number)
        else:
            chains.append({number})
    return {number for chain in chains if chain & hit for number in chain}


def _is_one_word(text: str, before: Word, after: Word) -> bool:
    """Whether two words are one in the text: nothing parts them, or a hyphen at the end of a line does."""
    between = text[before.end : after.start]
    last = text[before.end - 1 : before.end]
    return not between or (last in HYPHENS and between.strip(" ") == "\n")


class _Places:
    """The lines and edges of a page, found anew from where its words stand."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._upright = [n for n, word in enumerate(words) if not _is_sideways(word)]
        rows = self._rows()
        edges = self._starts_after_gaps(rows)
        self._lines = [self._line(row, edges) for row in rows]
        cells = [cell for line in self._lines for cell in line.cells]
        self._lefts = sorted(cell.left for cell in cells)
        self._cells_by_left: dict[int, list[_Cell]] = {}
        for cell in cells:
            self._cells_by_left.setdefault(round(cell.left / EDGE), []).append(cell)
        self._typical = median(line.height for line in self._lines) if self._lines else 1.0

    def boxes(self, gone: set[int]) -> tuple[Box, ...]:
        out: list[Box] = []
        for place, line in enumerate(self._lines):
            for at, cell in enumerate(line.cells):
                first = next((number for number in cell.numbers if number in gone), None)
                if first is not None:
                    left = self._left_end(line, at, first)
                    out.append(self._box(place, left, self._right_end(line, at)))
        sideways = [n for n in gone if _is_sideways(self._words[n])]
        out += [_box(*self._sideways(number)) for number in sideways]
        return tuple(_closed(out))

    # -- lines and cells -------------------------------------------------------------------------------------------

    def _rows(self) -> list[list[int]]:
        """Words that share a line, from the top down, each from left to right."""
        rows: list[list[int]] = []
        top = bottom = 0.0
        for number in sorted(self._upright, key=lambda n: (_middle(self._words[n].box), self._words[n].box.x)):
            box = self._words[number].box
            shared = min(bottom, box.y + box.height) - max(top, box.y)
            if rows and shared > SAME_LINE * min(bottom - top, box.height):
                rows[-1].append(number)
            else:
                rows.append([number])
                top, bottom = box.y, box.y + box.height
        for row in rows:
            row.sort(key=lambda n: self._words[n].box.x)
        return rows

    def _gaps(self, row: Sequence[int]) -> list[tuple[int, float]]:
        """(place in the row, the gap before the word there in heights of the line), from the second word on."""
        height = max(median(self._words[n].box.height for n in row), SLIVER) * self._aspect
        reach = _right(self._words[row[0]].box)
        gaps = []
        for at, number in enumerate(row[1:], start=1):
            box = self._words[number].box
            gaps.append((at, (box.x - reach) / height))
            reach = max(reach, _right(box))
        return gaps

    _aspect = 1.41
    """Percents of the width that one percent of the height is: on a sheet held upright."""

    def _starts_after_gaps(self, rows: Sequence[Sequence[int]]) -> list[float]:
        """Where the first words of lines, and words after a gap, begin: what two lines share is an edge."""
        starts = []
        for row in rows:
            starts.append(self._words[row[0]].box.x)
            starts += [self._words[row[at]].box.x for at, gap in self._gaps(row) if gap > SMALL_CELL_GAP]
        return sorted(starts)

    def _line(self, row: Sequence[int], starts: Sequence[float]) -> _Line:
        cells = [_Cell([row[0]])]
        for at, gap in self._gaps(row):
            left = self._words[row[at]].box.x
            at_edge = gap > SMALL_CELL_GAP and _near(starts, left) > LEAST_SHARING
            if gap > CELL_GAP or at_edge:
                cells.append(_Cell())
            cells[-1].numbers.append(row[at])
        boxes = [self._words[number].box for number in row]
        for cell in cells:
            cell.left = self._words[cell.numbers[0]].box.x
            cell.right = max(_right(self._words[number].box) for number in cell.numbers)
        return _Line(cells, min(box.y for box in boxes), max(box.y + box.height for box in boxes))

    # -- where a box begins and ends -------------------------------------------------------------------------------

    def _left_end(self, line: _Line, at: int, first: int) -> float:
        """Where the box begins: at the word, unless the line's own place tells how wide its words are."""
        cell = line.cells[at]
        aligned = _near(self._lefts, cell.left) > LEAST_SHARING - (len(self._lines) <= LEAST_SHARING)
        if aligned and not self._is_justified(cell):
            return self._words[first].box.x
        if at > 0:
            return line.cells[at - 1].right + SLIVER
        peers = [left for left in self._lefts if left <= cell.left + EDGE]
        return min(peers, default=cell.left)

    def _is_justified(self, cell: _Cell) -> bool:
        """Whether lines that begin where this one does mostly end at one place: their gaps then tell widths."""
        rights = self._rights_beside(cell.left)
        if len(rights) < JUSTIFIED_LINES:
            return False
        edge = max(rights)
        full = sum(1 for right in rights if edge - right <= 2 * EDGE)
        return full >= JUSTIFIED_LINES and full >= JUSTIFIED_SHARE * len(rights)

    def _rights_beside(self, left: float) -> list[float]:
        """Where the cells end that begin at this place."""
        key = round(left / EDGE)
        near = [cell for one in (key - 1, key, key + 1) for cell in self._cells_by_left.get(one, ())]
        return [cell.right for cell in near if abs(cell.left - left) <= EDGE]

    def _right_end(self, line: _Line, at: int) -> float:
        """Where the box ends: before the next cell, or else where the text of the page ends."""
        if at + 1 < len(line.cells):
            return line.cells[at + 1].left - SLIVER
        cell = line.cells[at]
        next_column = self._next_column(line, cell)
        if next_column is not None:
            return next_column - SLIVER
        margin = max(
            WHOLE - min(self._lefts), *(one.right for other in self._others(line) for one in other.cells[-1:])
        )
        return margin + MARGIN if cell.right <= margin else WHOLE

    def _others(self, line: _Line) -> list[_Line]:
        return [other for other in self._lines if other is not line] or [line]

    def _next_column(self, line: _Line, cell: _Cell) -> float | None:
        """The left edge of what stands beside this line a little higher or lower, as a second column does."""
        reach = 1.5 * line.height
        lefts = [
            one.left
            for other in self._lines
            if other is not line and other.top < line.bottom + reach and other.bottom > line.top - reach
            for one in other.cells
            if one.left >= cell.right + SLIVER
        ]
        return min((left for left in lefts if _near(self._lefts, left) > LEAST_SHARING), default=None)

    def _box(self, place: int, left: float, right: float) -> Box:
        """A box over one line, as high as the line and a little more, but not into its neighbours."""
        line = self._lines[place]
        top, bottom = self._band(line)
        for other in self._lines[max(0, place - 3) : place + 4]:
            if other is line or not any(one.left < right and one.right > left for one in other.cells):
                continue
            if _middle_of(other) < _middle_of(line):
                top = max(top, min(line.top, other.bottom))
            else:
                bottom = min(bottom, max(line.bottom, other.top))
        return _box(left - SLIVER, top, right, bottom)

    def _band(self, line: _Line) -> tuple[float, float]:
        """A line's height with room for what its own letters may not show: heads and tails, marks over capitals."""
        read = any(self._words[n].confidence is not None for cell in line.cells for n in cell.numbers)
        if not read:
            return line.top - PAD * line.height, line.bottom + PAD * line.height
        # What was recognised has boxes as high as its letters; a grid of the page's own keeps that to itself.
        step = max(self._typical, SLIVER) / 2
        pad = OCR_PAD * self._typical
        return (line.top - pad) // step * step, -(-(line.bottom + pad) // step) * step

    def _sideways(self, number: int) -> tuple[float, float, float, float]:
        """All of a line that runs up or down the page."""
        box = self._words[number].box
        beside = [
            word.box
            for word in self._words
            if _is_sideways(word) and word.box.x < _right(box) and _right(word.box) > box.x
        ]
        left, right = min(one.x for one in beside), max(_right(one) for one in beside)
        return left - SLIVER, min(one.y for one in beside), right + SLIVER, max(one.y + one.height for one in beside)


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    left, top = max(0.0, left), max(0.0, top)
    right, bottom = min(WHOLE, max(right, left + SLIVER)), min(WHOLE, max(bottom, top + SLIVER))
    left, top = min(left, WHOLE - SLIVER), min(top, WHOLE - SLIVER)
    return Box(left, top, right - left, bottom - top)


def _closed(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of lines one below the other without the white between them."""
    out = sorted(boxes, key=lambda box: (box.y, box.x))
    for at, (upper, lower) in enumerate(pairwise(out)):
        gap = lower.y - (upper.y + upper.height)
        beside = upper.x < _right(lower) and lower.x < _right(upper)
        if beside and 0 < gap <= SEAM * min(upper.height, lower.height):
            out[at] = Box(upper.x, upper.y, upper.width, upper.height + gap)
    return out


def _is_sideways(word: Word) -> bool:
    return word.end - word.start > 2 and word.box.height * 1.41 > 2.5 * word.box.width


def _near(values: Sequence[float], value: float) -> int:
    """How many of the sorted values are, give or take an edge's width, this one."""
    return bisect_right(values, value + EDGE) - bisect_left(values, value - EDGE)


def _right(box: Box) -> float:
    return box.x + box.width


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _middle_of(line: _Line) -> float:
    return (line.top + line.bottom) / 2
