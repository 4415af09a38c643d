"""From words with places to blocks in reading order: columns, lines, rows of a table, paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from vault.worker import read_blocks
from vault.worker.read_pdf_words import Word

CELL_GAP = 1.6
SAME_LINE = 0.5
GUTTER = 0.9
COLUMN_LINES = 5
COLUMN_SHARE = 0.25
COLUMN_WORDS = 3
PARAGRAPH_GAP = 1.45
SHORT_LINE = 0.82
INDENT = 1.2
SIZES_OF_HEADINGS = ((1.6, 1), (1.35, 2), (1.18, 3))
LONGEST_HEADING = 200
MAX_CUTS = 12

_LIST_ITEM = re.compile(r"^(?:[•●▪◦‣·–—*]|\d{1,3}(?:\.\d{1,3})*[.)]|[a-zа-яё][.)])(?:\s|$)")
_SENTENCE_END = re.compile(r"[.!?:;…]['\"»”)]*$")
_HYPHEN = re.compile(r"\w[-\u2010]$")

WordAt = tuple[int, int, Word]
"""Code points [start, end) of a block's text, and the word that they are."""
Laid = tuple[dict[str, Any], list[WordAt]]


@dataclass(slots=True)
class Line:
    """One line; more than one cell makes it a row of a table. `words` says where in `text` each word begins."""

    cells: list[str]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    words: list[tuple[int, Word]]

    @property
    def text(self) -> str:
        return "\t".join(self.cells)


def _rows(words: list[Word]) -> list[list[Word]]:
    """Words that share a line, top to bottom, each from left to right."""
    rows: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.left)):
        if rows:
            top, bottom = spans[-1]
            shared = min(bottom, word.bottom) - max(top, word.top)
            if shared > SAME_LINE * min(bottom - top, word.height):
                rows[-1].append(word)
                continue
        rows.append([word])
        spans.append((word.top, word.bottom))
    for row in rows:
        row.sort(key=lambda one: one.left)
    return rows


def _line(row: list[Word]) -> Line:
    size = median(word.height for word in row)
    cells = [row[0].text]
    words, length = [(0, row[0])], len(row[0].text)
    reach = row[0].right
    for word in row[1:]:
        gap = word.left - reach
        if gap > CELL_GAP * size:
            cells.append(word.text)
            length += 1
        else:
            space = "" if gap < 0.08 * size and not word.text[0].isalnum() else " "
            cells[-1] += space + word.text
            length += len(space)
        words.append((length, word))
        length += len(word.text)
        reach = max(reach, word.right)
    return Line(cells, row[0].left, min(w.top for w in row), reach, max(w.bottom for w in row), size, words)


def _gutter(words: list[Word]) -> float | None:
    """Where a column ends and the next begins, or None where the words are one column or a table."""
    size = median(word.height for word in words)
    left, right = min(w.left for w in words), max(w.right for w in words)
    reach = left
    best: tuple[float, float] | None = None
    for word in sorted(words, key=lambda one: one.left):
        if word.left - reach > GUTTER * size:
            width = word.left - reach
            if best is None or width > best[0]:
                best = (width, (word.left + reach) / 2)
        reach = max(reach, word.right)
    if best is None:
        return None
    for part in (
        [word for word in words if word.left < best[1]],
        [word for word in words if word.left >= best[1]],
    ):
        rows = _rows(part)
        width = max(w.right for w in part) - min(w.left for w in part)
        if len(rows) < COLUMN_LINES or width < COLUMN_SHARE * (right - left):
            return None
        if len(part) < COLUMN_WORDS * len(rows):
            return None
    return best[1]


def _bands(words: list[Word]) -> list[list[Word]]:
    """Parts of a page that a horizontal stripe of white separates."""
    size = median(word.height for word in words)
    bands: list[list[Word]] = []
    reach = float("-inf")
    for word in sorted(words, key=lambda one: one.top):
        if not bands or word.top - reach > 0.6 * size:
            bands.append([])
        bands[-1].append(word)
        reach = max(reach, word.bottom)
    return bands


def regions(words: list[Word], depth: int = 0) -> list[list[Word]]:
    """The columns of a page in reading order; a page without columns is one region."""
    if len(words) < 2 * COLUMN_LINES * COLUMN_WORDS or depth > MAX_CUTS:
        return [words]
    cut = _gutter(words)
    if cut is not None:
        sides = [word for word in words if word.left < cut], [word for word in words if word.left >= cut]
        return [region for side in sides for region in regions(side, depth + 1)]
    bands = _bands(words)
    parts = [(band, _gutter(band) if len(band) >= 2 * COLUMN_LINES * COLUMN_WORDS else None) for band in bands]
    if all(gutter is None for _, gutter in parts):
        return [words]
    result: list[list[Word]] = []
    plain: list[Word] = []
    for band, gutter in parts:
        if gutter is None:
            plain.extend(band)
            continue
        if plain:
            result.append(plain)
            plain = []
        result.extend(regions(band, depth + 1))
    return [*result, plain] if plain else result


def join(first: str, second: str) -> str:
    """Two lines of one paragraph; a hyphen at the break goes where a small letter continues the word.

    Before a capital it stays, as in a double surname, and no space comes in between.
    """
    if _HYPHEN.search(first) and second[:1].islower():
        return first[:-1] + second
    if _HYPHEN.search(first) and second[:1].isupper():
        return first + second
    return f"{first} {second}"


class _Flow:
    """Decides, line by line, whether a paragraph goes on."""

    def __init__(self, lines: list[Line], body: float) -> None:
        self._lines = lines
        self._body = body
        self._left = min(line.left for line in lines)
        self._right = max(line.right for line in lines)
        steps = [b.top - a.top for a, b in pairwise(lines) if 0 < b.top - a.top < 3 * max(a.size, 1)]
        self._step = median(steps) if steps else 1.2 * body

    def level(self, line: Line) -> int:
        """1 to 3 for a heading, else 0."""
        if len(line.cells) > 1 or len(line.text) > LONGEST_HEADING:
            return 0
        for ratio, level in SIZES_OF_HEADINGS:
            if line.size >= ratio * self._body:
                return level
        return 0

    def goes_on(self, above: Line, line: Line) -> bool:
        """Whether `line` continues the paragraph that `above` is the latest line of."""
        if len(above.cells) > 1 or len(line.cells) > 1 or _LIST_ITEM.match(line.text):
            return False
        if self.level(above) != self.level(line):
            return False
        if line.top - above.top > PARAGRAPH_GAP * max(self._step, 0.9 * line.size):
            return False
        if _HYPHEN.search(above.text) and line.text[:1].islower():
            return True
        width = max(1.0, self._right - self._left)
        short = (above.right - self._left) / width < SHORT_LINE
        if short and (_SENTENCE_END.search(above.text) or not line.text[:1].islower()):
            return False
        indented = line.left - self._left > INDENT * line.size and line.left - above.left > 0.6 * line.size
        return not (indented and bool(_SENTENCE_END.search(above.text)))


def _blocks_of(lines: list[Line], body: float) -> list[tuple[float, Laid]]:
    flow = _Flow(lines, body)
    blocks: list[tuple[float, Laid]] = []
    text, above, start = "", lines[0], lines[0]
    places: list[WordAt] = []

    def end() -> None:
        level = flow.level(start)
        if len(start.cells) > 1:
            block = read_blocks.block("table-row", text)
        elif level:
            block = read_blocks.block("heading", text, level)
        elif _LIST_ITEM.match(text):
            block = read_blocks.block("list-item", text, 1)
        else:
            block = read_blocks.block("paragraph", text)
        blocks.append((start.top, (block, places)))

    for line in lines:
        if not text:
            text = line.text
        elif flow.goes_on(above, line):
            text = join(text, line.text)
            places = _shortened(places, len(text) - len(line.text))
        else:
            end()
            text, start, places = line.text, line, []
        shift = len(text) - len(line.text)
        places.extend((shift + at, shift + at + len(word.text), word) for at, word in line.words)
        above = line
    end()
    return blocks


def _shortened(places: list[WordAt], end: int) -> list[WordAt]:
    """The words of a text of which a hyphen at the end is gone."""
    return [(at, min(until, end), word) for at, until, word in places]


def blocks(words: list[Word], pictures: list[float]) -> list[dict[str, Any]]:
    """The blocks of one page; `pictures` are the tops of the pictures inside the text, in points."""
    return [block for block, _ in laid(words, pictures)]


def laid(words: list[Word], pictures: list[float]) -> list[Laid]:
    """The blocks of one page, each with its words and where in its text these stand."""
    for word in words:
        word.text = read_blocks.clean(word.text)  # a block's text is cleaned too: no place may move by that
    words = [word for word in words if word.text]
    upright = [word for word in words if word.upright]
    placed: list[tuple[float, Laid]] = []
    if upright:
        parts = [[_line(row) for row in _rows(region)] for region in regions(upright)]
        sizes = [line.size for part in parts for line in part for _ in line.text]
        body = max(1.0, median(sizes))
        for part in parts:
            placed.extend(_blocks_of(part, body))
    for top in sorted(pictures):
        at = next((index for index, (other, _) in enumerate(placed) if other > top), len(placed))
        placed.insert(at, (top, (read_blocks.block("picture", ""), [])))
    result = [one for _, one in placed]
    sideways, text = [], ""
    for word in words:
        if not word.upright:
            text += f" {word.text}" if text else word.text
            sideways.append((len(text) - len(word.text), len(text), word))
    return [*result, (read_blocks.block("paragraph", text), sideways)] if sideways else result
