"""From words with places to blocks in reading order: columns, lines, tables, headings, lists, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from vault.worker import read_blocks, read_pdf_columns, read_pdf_grid, read_pdf_run
from vault.worker.read_pdf_run import Placed, Run
from vault.worker.read_pdf_words import Word

Laid = tuple[dict[str, Any], list[Placed]]
"""A block, and its words with their places in its text."""

CELL_GAP = 1.6
EVEN_GAPS = 0.5
LEAST_GAPS = 3
WIDEST_STRETCH = 6.0
NEXT_LINE = 3.5
LEAST_LINE_NUMBERS = 10
WIDEST_STEP = 3.6
SAME_STEP = 1.12
PARAGRAPH_GAP = 1.45
SHORT_LINE = 0.82
INDENT = 1.2
SIZES_OF_HEADINGS = ((1.6, 1), (1.35, 2), (1.18, 3))
BOLD_LEVEL = 3
MOST_BOLD_LINES = 3
MOST_BOLD = 0.35
LONGEST_HEADING = 200

_MARKER = r"[•●▪◦‣·○■□–—*]|\d{1,3}(?:\.\d{1,3}){0,4}[.)]|\(\w{1,4}\)|[a-zа-яё]\)|[a-h]\.|[ivx]{1,5}\)"
_LIST_ITEM = re.compile(rf"^(?:{_MARKER})(?:\s|$)")
_ONLY_MARKER = re.compile(rf"^(?:{_MARKER})$")
_DEPTH = re.compile(r"^\d{1,3}((?:\.\d{1,3}){0,4})")
_SENTENCE_END = re.compile(r"[.!?:;…]['\"»”)]*$")
_LABEL = re.compile(r"[^\W\d_a-z\u0430-\u045f][^:.!?]{0,28}:(?:\s|$)")
_HYPHEN = re.compile(r"\w[-\u2010]$")


@dataclass(slots=True)
class Line:
    """One line; more than one cell makes it a row of a table."""

    cells: list[Run]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False

    @property
    def text(self) -> str:
        return "\t".join(cell.text for cell in self.cells)

    @property
    def run(self) -> Run:
        """The whole line, tabs between its cells."""
        whole = Run()
        for number, cell in enumerate(self.cells):
            whole.add(cell, "\t" if number else "")
        return whole


def _gaps(row: list[Word]) -> list[tuple[float, float]]:
    """(start, end) of the white before each word but the first."""
    gaps = []
    reach = row[0].right
    for word in row[1:]:
        gaps.append((reach, word.left))
        reach = max(reach, word.right)
    return gaps


def _is_stretched(gaps: list[tuple[float, float]], size: float) -> bool:
    """Whether the words stand far apart only because the line was stretched to the full width: evenly."""
    widths = [end - start for start, end in gaps]
    return len(widths) >= LEAST_GAPS and max(widths) - min(widths) <= EVEN_GAPS * size


def _goes_down(gap: tuple[float, float], near: list[list[tuple[float, float]]]) -> bool:
    """Whether the white of a gap goes on in the line above or below, as it does between columns."""
    least = 0.5 * (gap[1] - gap[0])
    return any(min(gap[1], end) - max(gap[0], start) >= least for gaps in near for start, end in gaps)


@dataclass(frozen=True, slots=True)
class _Around:
    """The gaps of a line's neighbours, whether one of them is running text, and the sides of all lines."""

    gaps: list[list[tuple[float, float]]]
    prose: bool
    sides: tuple[float, float]


def _is_full(row: list[Word], sides: tuple[float, float], height: float) -> bool:
    return row[0].left - sides[0] < 4 * height and sides[1] - row[-1].right < height


def _line(row: list[Word], around: _Around) -> Line:
    height = median(word.height for word in row)
    size = median(word.size or word.height for word in row)
    gaps = _gaps(row)
    marked = bool(_ONLY_MARKER.match(row[0].text))
    plain = _is_stretched(gaps[marked:], height)
    full = _is_full(row, around.sides, height)
    cells = [[row[0]]]
    for number, (word, gap) in enumerate(zip(row[1:], gaps, strict=True)):
        wide = gap[1] - gap[0] > CELL_GAP * height and not plain and not (marked and number == 0)
        # A blank in a line of running text is no column, nor are a few words that were drawn out to fill a line.
        few = full and len(gaps) < LEAST_GAPS and gap[1] - gap[0] < WIDEST_STRETCH * height
        if wide and (not (few or around.prose) or _goes_down(gap, around.gaps)):
            cells.append([word])
        else:
            cells[-1].append(word)
    return Line(
        [read_pdf_run.of_row(cell, height) for cell in cells],
        row[0].left,
        min(word.top for word in row),
        max(word.right for word in row),
        max(word.bottom for word in row),
        size,
        all(word.bold for word in row),
    )


def _lines(words: list[Word]) -> list[Line]:
    rows = read_pdf_columns.rows(words)
    gaps = [_gaps(row) for row in rows]
    sides = min(word.left for word in words), max(word.right for word in words)
    heights = [median(word.height for word in row) for row in rows]
    prose = [
        _is_full(row, sides, height) and len(row) > LEAST_GAPS and all(b - a <= CELL_GAP * height for a, b in own)
        for row, own, height in zip(rows, gaps, heights, strict=True)
    ]
    lines = []
    for index, row in enumerate(rows):
        near = [
            other
            for other in (index - 1, index + 1)
            if 0 <= other < len(rows) and abs(rows[other][0].bottom - row[0].bottom) < NEXT_LINE * heights[index]
        ]
        starts = row[0].left - sides[0] < 6 * heights[index]
        around = _Around([gaps[other] for other in near], starts and any(prose[other] for other in near), sides)
        lines.append(_line(row, around))
    return [line for line in lines if line.text.strip()]


def _line_numbers(words: list[Word]) -> list[Word]:
    """The numbers that count a page's lines in its margin: one below the other, each by one more."""
    found: list[Word] = []
    best: list[Word] = []
    for row in read_pdf_columns.rows(words):
        first = row[0]
        number = int(first.text) if first.text.isdecimal() and len(first.text) <= 3 else None
        apart = len(row) == 1 or row[1].left - first.right > 0.5 * first.height
        if number is None or not apart:
            continue
        follows = (
            found and number == int(found[-1].text) + 1 and abs(first.right - found[-1].right) < 2 * first.height
        )
        found = [*found, first] if follows else [first]
        best = max(best, found, key=len)
    if len(best) < LEAST_LINE_NUMBERS:
        return []
    edge = max(one.right for one in best)
    known = {id(one) for one in best}
    return (
        best
        if all(
            word.left > edge or id(word) in known
            for word in words
            if word.bottom > best[0].top and word.top < best[-1].bottom
        )
        else []
    )


class _Flow:
    """Decides, line by line, whether a paragraph goes on."""

    def __init__(self, lines: list[Line], body: float, bold_body: bool) -> None:
        self._left = min(line.left for line in lines)
        self._right = max(line.right for line in lines)
        steps = [b.top - a.top for a, b in pairwise(lines) if 0 < b.top - a.top < 3 * max(a.size, 1)]
        self._step = median(steps) if steps else 1.2 * body
        down = [0.0, *(below.bottom - above.bottom for above, below in pairwise(lines)), 0.0]
        self._steps = {id(line): (down[index], down[index + 1]) for index, line in enumerate(lines)}
        self._body = body
        levels = [self._level_by_size(line) for line in lines]
        if not bold_body:
            self._add_bold(lines, levels)
        self._levels = {id(line): level for line, level in zip(lines, levels, strict=True)}

    def _level_by_size(self, line: Line) -> int:
        if len(line.cells) > 1 or len(line.text) > LONGEST_HEADING:
            return 0
        return next((level for ratio, level in SIZES_OF_HEADINGS if line.size >= ratio * self._body), 0)

    def _add_bold(self, lines: list[Line], levels: list[int]) -> None:
        """A few bold lines by themselves are a heading; one that fills its width and goes on is not."""
        start = 0
        while start < len(lines):
            stop = start
            while stop < len(lines) and lines[stop].bold and len(lines[stop].cells) == 1 and not levels[stop]:
                stop += 1
            text = " ".join(line.text for line in lines[start:stop])
            few = 0 < stop - start <= MOST_BOLD_LINES and len(text) <= LONGEST_HEADING
            if few and any(one.isalpha() for one in text) and not self._runs_on(lines, start, stop):
                levels[start:stop] = [BOLD_LEVEL] * (stop - start)
            start = max(stop, start + 1)

    def _runs_on(self, lines: list[Line], start: int, stop: int) -> bool:
        """Whether the bold lines are the beginning or end of a sentence that is not bold."""
        before = lines[start - 1].text if start else ""
        after = lines[stop].text if stop < len(lines) else ""
        full = lines[stop - 1].right - self._left > SHORT_LINE * (self._right - self._left)
        hangs = bool(before) and self._near(lines[start - 1], lines[start]) and not _SENTENCE_END.search(before)
        hangs = hangs and lines[start - 1].right - self._left > SHORT_LINE * (self._right - self._left)
        return hangs or (full and after[:1].islower()) or bool(_HYPHEN.search(lines[stop - 1].text))

    def _near(self, above: Line, line: Line) -> bool:
        return line.top - above.top <= PARAGRAPH_GAP * max(self._step, 0.9 * line.size)

    def level(self, line: Line) -> int:
        """1 to 3 for a heading, else 0."""
        return self._levels[id(line)]

    def _in_step(self, above: Line, line: Line) -> bool:
        """Whether widely set lines keep their distance, as they do inside a paragraph."""
        step = line.bottom - above.bottom
        if step > WIDEST_STEP * line.size or above.right - self._left < SHORT_LINE * (self._right - self._left):
            return False
        before, after = self._steps[id(above)][0], self._steps[id(line)][1]  # of the lines before and after these
        return any(0 < step <= SAME_STEP * one for one in (before, after))

    def goes_on(self, above: Line, line: Line) -> bool:
        """Whether `line` continues the paragraph that `above` is the latest line of."""
        if len(above.cells) > 1 or len(line.cells) > 1 or _LIST_ITEM.match(line.text):
            return False
        if self.level(above) != self.level(line) or not (self._near(above, line) or self._in_step(above, line)):
            return False
        if _HYPHEN.search(above.text) and line.text[:1].islower():
            return True
        if _LABEL.match(line.text):
            return False  # however long what stands after the label above: its length must not decide this
        width = max(1.0, self._right - self._left)
        short = (above.right - self._left) / width < SHORT_LINE
        if short and not self.level(line) and (_SENTENCE_END.search(above.text) or not line.text[:1].islower()):
            return False
        indented = line.left - self._left > INDENT * line.size and line.left - above.left > 0.6 * line.size
        return not (indented and bool(_SENTENCE_END.search(above.text)))


def _block(kind: str, run: Run, level: int = 0) -> Laid:
    return read_blocks.block(kind, run.text, level), run.words


def _of_kind(run: Run, cells: int, level: int) -> Laid:
    if cells > 1:
        return _block("table-row", run)
    if level:
        return _block("heading", run, level)
    if _LIST_ITEM.match(run.text):
        depth = _DEPTH.match(run.text)
        return _block("list-item", run, 1 + (depth[1].count(".") if depth else 0))
    return _block("paragraph", run)


def _blocks_of(lines: list[Line], body: float, bold_body: bool) -> list[tuple[float, Laid]]:
    flow = _Flow(lines, body, bold_body)
    blocks: list[tuple[float, Laid]] = []
    start = above = lines[0]
    run = start.run
    for line in lines[1:]:
        if flow.goes_on(above, line):
            read_pdf_run.join(run, line.run)
        else:
            blocks.append((start.top, _of_kind(run, len(start.cells), flow.level(start))))
            start, run = line, line.run
        above = line
    return [*blocks, (start.top, _of_kind(run, len(start.cells), flow.level(start)))]


def _insert(placed: list[tuple[float, Laid]], top: float, new: list[Laid]) -> None:
    """Put blocks before the first that begins further down."""
    at = next((index for index, (other, _) in enumerate(placed) if other > top), len(placed))
    placed[at:at] = [(top, one) for one in new]


def laid(words: list[Word], pictures: Sequence[float], rules: read_pdf_grid.Rules | None = None) -> list[Laid]:
    """The blocks of one page with their words.

    `pictures` are the tops of the pictures inside the text, in points; `rules` the lines drawn on the page.
    """
    for word in words:
        word.text = read_blocks.clean(word.text)  # a block's text is cleaned too: no place may move by that
    words = [word for word in words if word.text]
    upright = [word for word in words if word.upright]
    numbers = _line_numbers(upright) if upright else []
    taken = {id(one) for one in numbers}
    upright = [word for word in upright if id(word) not in taken]
    tables, flowing = read_pdf_grid.tables(upright, rules or read_pdf_grid.Rules())
    placed: list[tuple[float, Laid]] = []
    if flowing:
        parts = [lines for region in read_pdf_columns.regions(flowing) if (lines := _lines(region))]
        sizes = [line.size for part in parts for line in part for _ in line.text]
        body = max(1.0, median(sizes)) if sizes else 1.0
        bold = sum(len(word.text) for word in flowing if word.bold) > MOST_BOLD * len(sizes)
        for part in parts:
            placed.extend(_blocks_of(part, body, bold))
    for top, rows in sorted(tables, key=lambda one: one[0]):
        _insert(placed, top, [_of_row(row) for row in rows if row.text.strip()])
    for top in sorted(pictures):
        _insert(placed, top, [_block("picture", Run())])
    result = [one for _, one in placed]
    for rest in (numbers, [word for word in words if not word.upright]):
        run = Run()
        for word in rest:
            run.add(read_pdf_run.of_word(word), " " if run.text else "")
        result += [_block("paragraph", run)] if rest else []
    return result


def _of_row(row: Run) -> Laid:
    return _block("table-row" if "\t" in row.text else "paragraph", row)


def blocks(words: list[Word], pictures: Sequence[float]) -> list[dict[str, Any]]:
    """The blocks of one page alone."""
    return [block for block, _ in laid(words, pictures)]
