"""From words to cover to black boxes on a page of pixels, which say nothing about the words under them.

A box as wide as a name names it. So a box goes on to the end of its line or table cell, which is where other lines
end and the next cell begins, not where this line happens to end. Where the place of what stays tells the width of
what went (centred, right-aligned and justified lines), the whole line goes. A box is as high as its line.
All figures are in percent of the page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
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
SMALL_CELL_GAP = 0.8
"""Heights of a line: a gap that parts cells anywhere, and one that does where other lines have an edge too."""
EDGE = 0.25
"""Percent by which the edges of lines may differ and be the same edge."""
LEAST_SHARING = 4
"""Lines that must begin at one place, or end there, to make it an edge."""
JUSTIFIED_SHARE = 0.6
NEAR_LINES = 1.5
NEIGHBOURS = 3
SHEET = 1.41
"""Height of a page by its width where neither is known."""
TIGHT = 1.5
"""Heights of a line of type by those of its letters, which is what recognition gives."""
LEAST_PAD, PAD = 0.04, 0.18
"""Heights of a line by which a box is always, and at most, higher than it: marks over capitals reach that far."""
SAME_SIZE = 0.25
OCR_PAD = 0.35
MOST_OVERLAP = 0.2
"""Share of a word's height that may lie under a box while its letters still show whole."""
SEAM = 0.9
"""Heights between the boxes of two lines that are closed: no white stripe tells where lines break."""
HYPHENS = "-\u2010\u2011\u00ad"
SLIVER = 0.15
MARGIN = 0.3
CELL_AIR = 1.1
"""Percent between a box and the next cell, so that it does not run over the rule between them."""
FEW_LINES = 2


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
    boxes = _Places(page).boxes(gone)
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

    def __init__(self, page: Page) -> None:
        self._words = page.words
        self._rows_of_tables = {number for number, block in enumerate(page.blocks) if block.kind == "table-row"}
        self._aspect = page.height / page.width if page.width > 0 and page.height > 0 else SHEET
        upright = [n for n, word in enumerate(self._words) if not _is_sideways(word)]
        was_read = any(word.confidence is not None for word in self._words)
        rows = self._rows_of_text(page, upright) if was_read else self._rows(upright)
        starts = self._starts(rows)
        self._lines = sorted((self._line(row, starts) for row in rows), key=_middle_of)
        cells = [cell for line in self._lines for cell in line.cells]
        self._lefts = sorted(cell.left for cell in cells)
        self._rights = sorted(cell.right for cell in cells)
        widest = max((cell.right - cell.left for cell in cells), default=0.0)
        self._long = sum(1 for cell in cells if cell.right - cell.left > widest / 2)
        self._cells_by_block: dict[int, list[_Cell]] = {}
        for cell in cells:
            for block in {self._words[number].block for number in cell.numbers}:
                self._cells_by_block.setdefault(block, []).append(cell)
        self._typical = median(line.height for line in self._lines) if self._lines else 1.0

    def boxes(self, gone: set[int]) -> tuple[Box, ...]:
        out: list[Box] = []
        for place, line in enumerate(self._lines):
            for at, cell in enumerate(line.cells):
                hidden = [number for number in cell.numbers if number in gone]
                if hidden:
                    # Whatever the edges of the page say, the words themselves lie under the box.
                    left = min(self._left_end(line, at, hidden[0]), *(self._words[n].box.x for n in hidden), WHOLE)
                    right = max(self._right_end(line, at), *(_right(self._words[n].box) for n in hidden), 0.0)
                    out.append(self._over(place, left, right))
        out += [self._sideways(number) for number in gone if _is_sideways(self._words[number])]
        return tuple(_closed(out))

    # -- lines and cells -------------------------------------------------------------------------------------------

    def _rows(self, numbers: Sequence[int]) -> list[list[int]]:
        """Words that share a line, from the top down, each from left to right."""
        rows: list[list[int]] = []
        top = bottom = 0.0
        for number in sorted(numbers, key=lambda n: (_middle(self._words[n].box), self._words[n].box.x)):
            box = self._words[number].box
            shared = min(bottom, box.y + box.height) - max(top, box.y)
            if rows and shared > SAME_LINE * min(bottom - top, box.height):
                rows[-1].append(number)
            else:
                rows.append([number])
                top, bottom = box.y, box.y + box.height
        return [sorted(row, key=lambda n: self._words[n].box.x) for row in rows]

    def _rows_of_text(self, page: Page, numbers: Sequence[int]) -> list[list[int]]:
        """The lines that the recognition saw, which finds those of a skewed scan too."""
        rows: dict[tuple[int, int], list[int]] = {}
        for number in numbers:
            word = self._words[number]
            line = page.blocks[word.block].text.count("\n", 0, word.start)
            rows.setdefault((word.block, line), []).append(number)
        return [sorted(row, key=lambda n: self._words[n].box.x) for row in rows.values()]

    def _gaps(self, row: Sequence[int]) -> list[tuple[int, float]]:
        """(place in the row, the gap before the word there in heights of the line), from the second word on."""
        height = max(median(self._height(n) for n in row), SLIVER) * self._aspect
        reach = _right(self._words[row[0]].box)
        gaps = []
        for at, number in enumerate(row[1:], start=1):
            box = self._words[number].box
            gaps.append((at, (box.x - reach) / height))
            reach = max(reach, _right(box))
        return gaps

    def _height(self, number: int) -> float:
        word = self._words[number]
        return word.box.height * (1.0 if word.confidence is None else TIGHT)

    def _starts(self, rows: Sequence[Sequence[int]]) -> list[float]:
        """Where the first words of lines, and words after a gap, begin: what lines share is an edge."""
        starts = []
        for row in rows:
            starts.append(self._words[row[0]].box.x)
            starts += [self._words[row[at]].box.x for at, gap in self._gaps(row) if gap > SMALL_CELL_GAP]
        return sorted(starts)

    def _line(self, row: Sequence[int], starts: Sequence[float]) -> _Line:
        cells = [_Cell([row[0]])]
        for at, gap in self._gaps(row):
            number = row[at]
            at_edge = gap > SMALL_CELL_GAP and _shared(starts, self._words[number].box.x)
            if (gap > CELL_GAP or at_edge) and not self._is_running(row[at - 1], number):
                cells.append(_Cell())
            cells[-1].numbers.append(number)
        boxes = [self._words[number].box for number in row]
        for cell in cells:
            cell.left = self._words[cell.numbers[0]].box.x
            cell.right = max(_right(self._words[number].box) for number in cell.numbers)
        return _Line(cells, min(box.y for box in boxes), max(box.y + box.height for box in boxes))

    def _is_running(self, before: int, after: int) -> bool:
        """Whether two words were read as running text from the file itself: no gap between them is a cell's end."""
        first, second = self._words[before], self._words[after]
        return first.confidence is None and first.block == second.block and first.block not in self._rows_of_tables

    # -- where a box begins and ends -------------------------------------------------------------------------------

    def _left_end(self, line: _Line, at: int, first: int) -> float:
        """Where the box begins: at the word, unless the line's own place tells how wide its words are."""
        cell = line.cells[at]
        if _shared(self._lefts, cell.left) and not self._is_justified(cell):
            place = cell.numbers.index(first)
            # Letters stand a little to the left or right of where a word begins: other words say where that is.
            if place:
                return min(_right(self._words[cell.numbers[place - 1]].box) + 2 * SLIVER, self._words[first].box.x)
            near = [left for left in self._lefts if abs(left - cell.left) <= EDGE]
            return median(near) - EDGE + SLIVER
        if at > 0:
            return line.cells[at - 1].right + 2 * SLIVER
        before = [one.right for one in self._beside(line) if one.right <= cell.left]
        if before:
            return max(before) + 2 * SLIVER
        margin = min((one.left for other in self._others(line) for one in other.cells), default=0.0)
        return margin if margin <= cell.left + EDGE else 0.0

    def _is_justified(self, cell: _Cell) -> bool:
        """Whether this line was stretched to the width of its paragraph: the gaps between its words then tell how
        wide the words are, those under a box too."""
        blocks = {self._words[number].block for number in cell.numbers}
        rights = [one.right for block in blocks for one in self._cells_by_block[block]]
        full = sum(1 for right in rights if max(rights) - right <= 2 * EDGE)
        if len(rights) > FEW_LINES:
            return full >= JUSTIFIED_SHARE * (len(rights) - 1)  # the last line of a paragraph is short
        return _count(self._rights, cell.right) >= max(LEAST_SHARING, JUSTIFIED_SHARE * self._long)

    def _right_end(self, line: _Line, at: int) -> float:
        """Where the box ends: before the next cell or column, or else where the text of the page does."""
        cell = line.cells[at]
        after = [one.left for one in (*line.cells[at + 1 :], *self._beside(line)) if one.left > cell.right]
        column = self._next_column(line, cell)
        if after or column is not None:
            end = min([*after, *([column] if column is not None else [])])
            return end - CELL_AIR if cell.right <= end - CELL_AIR else end - 2 * SLIVER
        others = [one for other in self._others(line) for one in other.cells]
        if not others:
            return WHOLE
        margin = max(WHOLE - min(one.left for one in others), max(one.right for one in others))
        return margin + MARGIN if cell.right <= margin else WHOLE

    def _others(self, line: _Line) -> list[_Line]:
        return [other for other in self._lines if other is not line]

    def _beside(self, line: _Line) -> list[_Cell]:
        """What stands at this line's height and was not found to be of it."""
        found: list[_Cell] = []
        for other in self._others(line):
            shared = min(other.bottom, line.bottom) - max(other.top, line.top)
            if shared > MOST_OVERLAP * min(other.height, line.height):
                found += other.cells
        return found

    def _next_column(self, line: _Line, cell: _Cell) -> float | None:
        """The left edge of what stands a little higher or lower on the right, as the lines of a second column do."""
        reach = NEAR_LINES * line.height
        lefts = [
            one.left
            for other in self._others(line)
            if other.top < line.bottom + reach and other.bottom > line.top - reach
            for one in other.cells[1:]
            if one.left > cell.right + SLIVER and _shared(self._lefts, one.left)
        ]
        return min(lefts, default=None)

    def _over(self, place: int, left: float, right: float) -> Box:
        """A box over one line, as high as the line and a little more, but not into its neighbours."""
        line = self._lines[place]
        top, bottom = self._band(line)
        least = LEAST_PAD * line.height
        for other in self._lines[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]:
            if other is line or not any(one.left < right and one.right > left for one in other.cells):
                continue
            if _middle_of(other) < _middle_of(line):
                top = max(top, min(line.top - least, other.bottom))
            else:
                bottom = min(bottom, max(line.bottom + least, other.top))
        return _box(left - SLIVER, top, right, bottom)

    def _band(self, line: _Line) -> tuple[float, float]:
        """A line's height with room for what its own letters may not show: heads and tails, marks over capitals."""
        numbers = [number for cell in line.cells for number in cell.numbers]
        if all(self._words[n].confidence is None for n in numbers):
            height = self._usual_height(line)
            return min(line.top, line.bottom - (1 + PAD) * height), line.bottom + PAD * height
        # What was recognised has boxes as high as its letters; a grid of the page's own keeps that to itself.
        step = max(self._typical, SLIVER) / 2
        pad = OCR_PAD * self._typical
        return (line.top - pad) // step * step, -(-(line.bottom + pad) // step) * step

    def _usual_height(self, line: _Line) -> float:
        """The height of most words of this size elsewhere: that of one with a mark over a capital is more."""
        heights = Counter(
            round(self._words[n].box.height, 1)
            for other in self._others(line)
            for cell in other.cells
            for n in cell.numbers
            if abs(self._words[n].box.height - line.height) <= SAME_SIZE * line.height
        )
        return heights.most_common(1)[0][0] if heights else line.height

    def _sideways(self, number: int) -> Box:
        """All of a line that runs up or down the page."""
        box = self._words[number].box
        beside = [
            word.box
            for word in self._words
            if _is_sideways(word) and word.box.x < _right(box) and _right(word.box) > box.x
        ]
        left, right = min(one.x for one in beside), max(_right(one) for one in beside)
        bottom = max(one.y + one.height for one in beside)
        return _box(left - SLIVER, min(one.y for one in beside) - SLIVER, right + SLIVER, bottom + SLIVER)


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
    return word.end - word.start > 2 and word.box.height * SHEET > 2.5 * word.box.width


def _shared(values: Sequence[float], value: float) -> bool:
    """Whether enough of the sorted values are this one, give or take, to make it an edge of the page."""
    return _count(values, value) >= LEAST_SHARING


def _count(values: Sequence[float], value: float) -> int:
    return bisect_right(values, value + EDGE) - bisect_left(values, value - EDGE)


def _right(box: Box) -> float:
    return box.x + box.width


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _middle_of(line: _Line) -> float:
    return (line.top + line.bottom) / 2
