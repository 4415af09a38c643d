"""Ink that no word accounts for: handwriting, stamps, signatures, other scripts, lost letters.

The sheet without its words is looked at in cells of an eighth of a line. What hangs together is one mark. Rules of
forms, specks, black bars and photographs are no writing; everything else that is left is not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vault.worker.look_ocr_engine import Line
from vault.worker.look_ocr_image import Rect, Sheet

CELLS_A_LINE = 8
DEFAULT_LINE = 0.14
"""Of an inch: the height of a line of 11 points, where no word was read to measure."""
INKED = 225
"""A cell's mean grey below which there is ink in it."""
SPECK = 3
ISOLATED = 6
RULE_CELLS, RULE_THICK = 30, 3
SPREAD, SPREAD_FILL = 14 * CELLS_A_LINE, 0.3
TICK_BOX = 18
BAR_FILL, BAR_SIDE = 0.85, 6
PHOTO_SIDE, PHOTO_MIDTONES = 48, 0.35
DARK, PALE = 110, 235
BESIDE = 0.3
LETTERS_IN_ROW, LETTER_GAP, LETTER_SHIFT, LARGEST_LETTER = 3, 5.0, 0.5, 10
"""So many marks of a letter's size on one level, in line heights apart and up or down, are letters of one word."""
MAX_MARKS = 20_000
_RUN = re.compile(b"\xff+")


@dataclass(slots=True)
class _Mark:
    """Cells that hang together: edges, how many are inked, and the runs of a row each (y, start, end)."""

    left: int
    top: int
    right: int
    bottom: int
    count: int
    runs: list[tuple[int, int, int]]

    def add(self, other: _Mark) -> None:
        self.left, self.top = min(self.left, other.left), min(self.top, other.top)
        self.right, self.bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        self.count += other.count
        self.runs += other.runs

    @property
    def sides(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Left:
    """`regions` to distrust; `beside` the indexes (line, word) of words that a piece of ink touches; `spaced` rows of
    letters wide apart, which no second look may clear: whatever it reads letter by letter is no word."""

    regions: list[Rect]
    beside: set[tuple[int, int]]
    spaced: list[Rect]


def line_height(lines: Sequence[Line], sheet: Sheet) -> float:
    """Of a usual line, in pixels."""
    heights = sorted(line.height for line in lines if sum(word.letters for word in line.words) > 2)
    return max(8.0, heights[len(heights) // 2] if heights else DEFAULT_LINE * sheet.dpi)


def erased(sheet: Sheet, lines: Sequence[Line], height: float) -> Any:
    """The picture with white in the place of each word."""
    from PIL import ImageDraw

    picture = sheet.picture.copy()
    pen = ImageDraw.Draw(picture)
    margin = 0.14 * height
    for line in lines:
        for word in line.words:
            left, top, right, bottom = word.box
            pen.rectangle((left - margin, top - margin, right + margin, bottom + margin), fill=255)
    return picture


def left_over(sheet: Sheet, lines: Sequence[Line]) -> Left:
    """What ink is left beside these lines."""
    height = line_height(lines, sheet)
    picture = erased(sheet, lines, height)
    cell = max(2, round(height / CELLS_A_LINE))
    small = picture.reduce(cell)
    mask = _without_rules(small.point(lambda value: 255 if value < INKED else 0))
    regions: list[Rect] = []
    beside: set[tuple[int, int]] = set()
    marks = _marks(mask)
    for mark in marks:
        wide, tall = mark.sides
        alone = wide <= ISOLATED and tall <= ISOLATED
        if max(wide, tall) <= SPECK or (alone and min(wide, tall) < SPECK) or _is_no_writing(mark, small, mask):
            continue
        for piece in _pieces(mark):
            rect = (float(piece[0] * cell), float(piece[1] * cell), float(piece[2] * cell), float(piece[3] * cell))
            touched = _touched(rect, lines, height)
            beside |= touched
            if touched or not alone:
                regions.append(rect)
    return Left(regions, beside, _spaced_letters(marks, small, mask, cell))


def _spaced_letters(marks: Sequence[_Mark], small: Any, mask: Any, cell: int) -> list[Rect]:
    """Rows of marks that are letters wide apart, as in the fields of a form. One such mark alone is none.

    An O looks like a box to be ticked, so these belong to a row, but don't make one.
    """
    letters = [mark for mark in marks if SPECK <= max(mark.sides) <= LARGEST_LETTER and min(mark.sides) > 1]
    rows: list[list[_Mark]] = []
    latest: list[list[_Mark]] = []  # rows that a letter further right may still belong to
    for mark in sorted(letters, key=lambda one: one.left):
        latest = [row for row in latest if mark.left - row[-1].right <= LETTER_GAP * CELLS_A_LINE]
        level = (row for row in latest if abs(_height_of(row[-1]) - _height_of(mark)) <= LETTER_SHIFT * CELLS_A_LINE)
        row = next(level, None)
        if row is None:
            row = []
            rows.append(row)
            latest.append(row)
        row.append(mark)
    return [
        (
            float(row[0].left * cell),
            float(min(one.top for one in row) * cell),
            float(max(one.right for one in row) * cell),
            float(max(one.bottom for one in row) * cell),
        )
        for row in rows
        if sum(not _is_no_writing(one, small, mask) for one in row) >= LETTERS_IN_ROW
    ]


def _height_of(mark: _Mark) -> float:
    return (mark.top + mark.bottom) / 2


def _pieces(mark: _Mark) -> list[tuple[int, int, int, int]]:
    """The mark's edges; of one that spreads wide and thin, as a frame does, those of its parts by lines."""
    wide, tall = mark.sides
    if max(wide, tall) < SPREAD or min(wide, tall) < 3 * CELLS_A_LINE or mark.count > SPREAD_FILL * wide * tall:
        return [(mark.left, mark.top, mark.right, mark.bottom)]
    bands: dict[int, list[tuple[int, int, int]]] = {}
    for run in mark.runs:
        bands.setdefault(run[0] // CELLS_A_LINE, []).append(run)
    found: list[tuple[int, int, int, int]] = []
    for _, runs in sorted(bands.items()):
        top, bottom = min(run[0] for run in runs), max(run[0] for run in runs) + 1
        start, end = -1, -1
        for _, left, right in sorted(runs, key=lambda run: run[1:]):
            if left > end + CELLS_A_LINE and end >= 0:
                found.append((start, top, end, bottom))
                start = left
            start = left if start < 0 else start
            end = max(end, right)
        found.append((start, top, end, bottom))
    return found


def _touched(rect: Rect, lines: Sequence[Line], height: float) -> set[tuple[int, int]]:
    """Words on whose line the ink stands, close enough to be a letter of theirs."""
    near = BESIDE * height
    found = set()
    for number, line in enumerate(lines):
        top, bottom = line.box[1], line.box[3]
        if min(bottom, rect[3]) - max(top, rect[1]) < 0.4 * min(height, rect[3] - rect[1]):
            continue
        for place, word in enumerate(line.words):
            if rect[0] - near < word.box[2] and word.box[0] - near < rect[2]:
                found.add((number, place))
    return found


def _is_no_writing(mark: _Mark, small: Any, mask: Any) -> bool:
    wide, tall = mark.sides
    thin, long = min(wide, tall), max(wide, tall)
    if thin <= RULE_THICK and (long > RULE_CELLS or wide == long):
        return True  # a rule, a dash
    edge = mark.left <= 1 or mark.top <= 1 or mark.right >= mask.width - 1 or mark.bottom >= mask.height - 1
    if edge and thin <= CELLS_A_LINE and long > 3 * CELLS_A_LINE:
        return True  # the shadow of a paper's edge
    fill = mark.count / (wide * tall)
    area = (mark.left, mark.top, mark.right, mark.bottom)
    counts = small.crop(area).histogram()
    total = sum(counts)
    if long <= TICK_BOX and 1.4 * thin >= long and thin >= 5 and _is_hollow(mark, mask):
        return True
    if fill > BAR_FILL and thin >= BAR_SIDE and sum(counts[:DARK]) > BAR_FILL * total:
        return True
    return bool(thin >= PHOTO_SIDE and sum(counts[DARK:PALE]) > PHOTO_MIDTONES * total)


def _is_hollow(mark: _Mark, mask: Any) -> bool:
    """Whether it is a frame with nothing in it: a box to be ticked."""
    inner = mask.crop((mark.left + 2, mark.top + 2, mark.right - 2, mark.bottom - 2))
    return bool(inner.width > 0 and inner.height > 0 and inner.getextrema()[1] == 0)


def _without_rules(mask: Any) -> Any:
    """Without long thin lines, level or upright: those of tables and forms. What crosses them stays."""
    from PIL import Image, ImageChops

    level = _level_rules(mask)
    upright = _level_rules(mask.transpose(Image.Transpose.TRANSPOSE)).transpose(Image.Transpose.TRANSPOSE)
    return ImageChops.subtract(ImageChops.subtract(mask, level), upright)


def _level_rules(mask: Any) -> Any:
    from PIL import Image

    width, height = mask.size
    data = mask.tobytes()
    out = bytearray(len(data))
    for y in range(height):
        for run in _RUN.finditer(data, y * width, (y + 1) * width):
            long = run.end() - run.start()
            if long < RULE_CELLS:
                continue
            for away in (-RULE_THICK, RULE_THICK):
                other = y + away
                start = run.start() + away * width
                inked = data.count(255, start, start + long) if 0 <= other < height else 0
                if inked <= 0.3 * long:
                    out[run.start() : run.end()] = b"\xff" * long
                    break
    return Image.frombytes("L", mask.size, bytes(out))


def _marks(mask: Any) -> list[_Mark]:
    """What hangs together, gaps of a cell or two bridged. Counts are those of the bridged cells."""
    from PIL import ImageFilter

    joined = mask.filter(ImageFilter.MaxFilter(3))
    width, height = joined.size
    data = joined.tobytes()
    parents: list[int] = []
    marks: list[_Mark] = []
    above: list[tuple[int, int, int]] = []
    for y in range(height):
        row: list[tuple[int, int, int]] = []
        for run in _RUN.finditer(data, y * width, (y + 1) * width):
            start, end = run.start() - y * width, run.end() - y * width
            own = len(parents)
            parents.append(own)
            marks.append(_Mark(start, y, end, y + 1, end - start, [(y, start, end)]))
            row.append((start, end, own))
        _join(above, row, parents)
        above = row
        if len(parents) > 50 * MAX_MARKS:
            break
    whole: dict[int, _Mark] = {}
    for number, mark in enumerate(marks):
        root = _root(parents, number)
        if root in whole:
            whole[root].add(mark)
        else:
            whole[root] = mark
    # The bridging made each a cell larger on every side.
    return [
        _Mark(m.left + 1, m.top + 1, max(m.left + 2, m.right - 1), max(m.top + 2, m.bottom - 1), m.count, m.runs)
        for m in whole.values()
    ]


def _join(above: list[tuple[int, int, int]], row: list[tuple[int, int, int]], parents: list[int]) -> None:
    """Runs that touch from row to row belong together."""
    at = 0
    for start, end, own in row:
        while at < len(above) and above[at][1] < start:
            at += 1
        step = at
        while step < len(above) and above[step][0] <= end:
            parents[_root(parents, own)] = _root(parents, above[step][2])
            step += 1


def _root(parents: list[int], one: int) -> int:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one
