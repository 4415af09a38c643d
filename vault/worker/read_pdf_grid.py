"""Tables that are drawn with lines: which word stands in which cell.

A line of text in one cell and a line in the next have nothing to do with each other, so a cell is read as a whole.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from vault.worker import read_pdf_columns, read_pdf_run
from vault.worker.read_pdf_run import Run
from vault.worker.read_pdf_words import Place, Word

NEAR = 3.0  # points
SHORTEST = 5.0
MAX_SEGMENTS = 8_000
MAX_LINES = 300
FEW_COLUMNS = 8
LEAST_FILLED = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """A level or upright line: `at` across it, from `start` to `end` along it."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines of a page, in points from its top left corner."""

    level: tuple[Rule, ...] = ()
    upright: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: the places of its lines, and the lines."""

    columns: list[float]
    rows: list[float]
    rules: Rules

    def holds(self, word: Word) -> bool:
        across, down = _middle(word)
        return self.columns[0] <= across <= self.columns[-1] and self.rows[0] <= down <= self.rows[-1]

    def cell(self, word: Word) -> tuple[int, int]:
        """(row, column) of the first of the cells that are one with that which the word stands in."""
        across, down = _middle(word)
        row = min(bisect_right(self.rows, down), len(self.rows) - 1) - 1
        column = min(bisect_right(self.columns, across), len(self.columns) - 1) - 1
        while row > 0 and not _drawn(self.rules.level, self.rows[row], across):
            row -= 1
        while column > 0 and not _drawn(self.rules.upright, self.columns[column], down):
            column -= 1
        return row, column


def _middle(word: Word) -> tuple[float, float]:
    return (word.left + word.right) / 2, (word.top + word.bottom) / 2


def _drawn(rules: tuple[Rule, ...], at: float, along: float) -> bool:
    return any(abs(rule.at - at) <= NEAR and rule.start - NEAR <= along <= rule.end + NEAR for rule in rules)


def find(page: Any) -> Rules:
    """The lines that are drawn on a page; none where there are so many that they are a drawing."""
    import pypdfium2.raw as raw

    place = Place(page)
    level: list[Rule] = []
    upright: list[Rule] = []
    for count, (first, second) in enumerate(_segments(raw, page)):
        if count >= MAX_SEGMENTS:
            return Rules()
        left, top, right, bottom = place.box(*first, *second)
        if right - left >= SHORTEST and bottom - top <= 1:
            level.append(Rule((top + bottom) / 2, left, right))
        elif bottom - top >= SHORTEST and right - left <= 1:
            upright.append(Rule((left + right) / 2, top, bottom))
    return Rules(_merged(level), _merged(upright))


def _segments(raw: Any, page: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight stretches of all paths that leave ink, as pairs of points in the page's own coordinates."""
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_SEGMENTS)):
        path = raw.FPDFPage_GetObject(page.raw, index)
        if not path or raw.FPDFPageObj_GetType(path) != raw.FPDF_PAGEOBJ_PATH:
            continue
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        if not (fill.value or stroke.value) or not raw.FPDFPageObj_GetMatrix(path, matrix):
            continue
        start = before = (0.0, 0.0)
        for number in range(min(raw.FPDFPath_CountSegments(path), MAX_SEGMENTS)):
            segment = raw.FPDFPath_GetPathSegment(path, number)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                yield before, point
            before = point
            if raw.FPDFPathSegment_GetClose(segment):
                yield point, start


def _merged(rules: list[Rule]) -> tuple[Rule, ...]:
    """Lines that go on in one another, or lie side by side as the two edges of a thin bar, as one."""
    merged: list[Rule] = []
    group: list[Rule] = []
    for rule in [*sorted(rules, key=lambda one: one.at), None]:
        if rule is not None and (not group or rule.at - group[0].at <= NEAR):
            group.append(rule)
            continue
        at = median(one.at for one in group) if group else 0.0
        reach = None
        for one in sorted(group, key=lambda other: other.start):
            if reach is not None and one.start <= reach + NEAR:
                reach = max(reach, one.end)
                merged[-1] = Rule(at, merged[-1].start, reach)
            else:
                reach = one.end
                merged.append(Rule(at, one.start, one.end))
        group = [rule] if rule is not None else []
    return tuple(merged) if len(merged) <= MAX_LINES else ()


def _grids(rules: Rules) -> list[Grid]:
    """Lines that cross or touch belong together; at least two cells in all."""
    lines = [(rule, True) for rule in rules.level] + [(rule, False) for rule in rules.upright]
    group = list(range(len(lines)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for first, (level, is_level) in enumerate(lines):
        if not is_level:
            break
        for second in range(len(rules.level), len(lines)):
            upright = lines[second][0]
            across = level.start - NEAR <= upright.at <= level.end + NEAR
            if across and upright.start - NEAR <= level.at <= upright.end + NEAR:
                group[root(first)] = root(second)
    found = []
    for one in sorted({root(index) for index in range(len(lines))}):
        members = [line for index, line in enumerate(lines) if root(index) == one]
        own = Rules(tuple(r for r, flat in members if flat), tuple(r for r, flat in members if not flat))
        if own.level and own.upright:
            columns, rows = _places(own.upright, own.level), _places(own.level, own.upright)
            if len(columns) > 2 and len(rows) > 1:
                found.append(Grid(columns, rows, own))
    return found


def _places(across: tuple[Rule, ...], along: tuple[Rule, ...]) -> list[float]:
    """Where the lines stand, and where those that cross them end: a table may be open at its sides."""
    edges = [min(rule.start for rule in along), max(rule.end for rule in along)]
    places: list[float] = []
    for place in sorted([*(rule.at for rule in across), *edges]):
        if not places or place - places[-1] > NEAR:
            places.append(place)
    return places


def tables(words: list[Word], rules: Rules) -> tuple[list[tuple[float, list[Run]]], list[Word]]:
    """([(top of a table, its rows in order)], the words that stand in none)."""
    grids = sorted(_grids(rules), key=lambda one: (one.rows[-1] - one.rows[0]) * (one.columns[-1] - one.columns[0]))
    inside: list[list[Word]] = [[] for _ in grids]
    outside: list[Word] = []
    for word in words:
        home = next((number for number, grid in enumerate(grids) if grid.holds(word)), None)
        (outside if home is None else inside[home]).append(word)
    found = [(grid.rows[0], _rows(grid, own)) for grid, own in zip(grids, inside, strict=True) if own]
    return found, outside


def _rows(grid: Grid, words: list[Word]) -> list[Run]:
    cells: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        cells.setdefault(grid.cell(word), []).append(word)
    texts = {place: _cell(own) for place, own in cells.items()}
    columns = sorted({column for _, column in texts})
    rows = sorted({row for row, _ in texts})
    # In the boxes of a form rows share no columns: there each row has its own.
    strewn = len(columns) > FEW_COLUMNS and len(texts) < LEAST_FILLED * len(columns) * len(rows)
    made = []
    for row in rows:
        run = Run()
        own = [column for column in columns if not strewn or (row, column) in texts]
        for number, column in enumerate(own):
            run.add(texts.get((row, column), Run()), "\t" if number else "")
        made.append(run)
    return made


def _cell(words: list[Word]) -> Run:
    run = Run()
    for line in read_pdf_columns.rows(words):
        part = read_pdf_run.of_row(line, median(word.height for word in line))
        if run.text:
            read_pdf_run.join(run, part)
        else:
            run.add(part)
    return run
