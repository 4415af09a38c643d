"""The rows of one sheet, as text: what is hidden is left out, empty rows and columns are dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_blocks
from vault.worker.refusal import Refusal

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MAX_CELLS = 1_000_000
MAX_COLUMN = 16_384
MAX_ROW = 1_048_576
TRUE = ("1", "true", "on")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_SPACE = re.compile(r"[\t\n\r]+")


def place(reference: str) -> tuple[int, int] | None:
    """(row, column) of "C7", counted from 1."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    row = int(found.group(2))
    return (row, column) if 0 < row <= MAX_ROW and column <= MAX_COLUMN else None


def cells_of(reference: str) -> tuple[int, int, int, int] | None:
    """(first row, first column, last row, last column) of "A1:C7"."""
    first, _, last = reference.partition(":")
    start, end = place(first), place(last or first)
    return (*start, *end) if start and end else None


def _hides(element: Any) -> bool:
    height = element.get("ht") if element.get("customHeight") in TRUE else None
    width = element.get("width") if element.tag == f"{S}col" else None
    return (element.get("hidden") or "").lower() in TRUE or _is_zero(height) or _is_zero(width)


def _is_zero(text: str | None) -> bool:
    return text is not None and bool(text) and not text.strip("0.")


@dataclass
class Sheet:
    """Takes rows and columns as they come, gives the texts of the rows at the end. Raises Refusal."""

    shown: Callable[[Any], str]
    collector: read_blocks.Collector
    _rows: list[list[tuple[int, str]]] = field(default_factory=list)
    _hidden: set[int] = field(default_factory=set)
    _areas: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _from_hidden: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    _numbers: list[int] = field(default_factory=list)
    _cells: int = 0
    _last_row: int = 0
    _left_out: set[int] = field(default_factory=set)

    def column(self, element: Any) -> None:
        """A range of columns, of which only the hidden ones matter."""
        if _hides(element):
            least, most = element.get("min") or "", element.get("max") or ""
            if least.isdigit() and most.isdigit() and len(least) < 7 and len(most) < 7:
                self._hidden.update(range(int(least), min(int(most), MAX_COLUMN) + 1))

    def merge(self, reference: str) -> None:
        """A merged range, "A1:C7"."""
        area = cells_of(reference)
        if area is not None:
            self._areas[area[:2]] = area[2:]

    def row(self, element: Any) -> None:
        """One row with its cells."""
        said = element.get("r") or ""
        number = int(said) if said.isdigit() and len(said) < 9 else self._last_row + 1
        self._last_row = number
        hidden_row = _hides(element)
        cells: list[tuple[int, str]] = []
        column, left_out = 0, False
        for cell in element.findall(f"{S}c"):
            at = place(cell.get("r") or "")
            column = at[1] if at else column + 1
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise Refusal("too-much-inside")
            text = _SPACE.sub(" ", self.shown(cell)).strip()
            if not text:
                continue
            hidden_column = column in self._hidden
            if not hidden_row and not hidden_column:
                cells.append((column, text))
            elif not self._shows_by_merging(number, column, text):
                left_out = True
                if hidden_column and not hidden_row:
                    self._left_out.add(column)
        self.collector.note("hidden-rows", int(hidden_row and left_out))
        if cells:
            self._rows.append(cells)
            self._numbers.append(number)

    def _shows_by_merging(self, row: int, column: int, text: str) -> bool:
        """The first cell of a merged range shows in the next that is not hidden, even if its own place is."""
        last_row, last_column = self._areas.get((row, column), (row, column))
        for other in range(column, last_column + 1):
            if other not in self._hidden and (last_row > row or other > column):
                self._from_hidden.setdefault(row, []).append((other, text))
                return True
        return False

    def texts(self) -> list[str]:
        """Each row that shows something: its cells joined by tabs, in columns that are used at all."""
        rows = dict(zip(self._numbers, self._rows, strict=True)) if self._from_hidden else {}
        for number, cells in self._from_hidden.items():
            rows[number] = sorted(rows.get(number, []) + cells)
        ordered = [rows[number] for number in sorted(rows)] if self._from_hidden else self._rows
        used = {column: index for index, column in enumerate(sorted({at for cells in ordered for at, _ in cells}))}
        self.collector.note("hidden-columns", len(self._left_out))
        texts = []
        length = 0
        for cells in ordered:
            parts: list[str] = []
            for column, text in sorted(cells):
                parts += [""] * (used[column] - len(parts))
                parts.append(text)
            texts.append("\t".join(parts))
            length += len(texts[-1])
            if length > read_blocks.MAX_TEXT:
                raise Refusal("too-much-text", read_blocks.MAX_TEXT // read_blocks.MILLION)
        return texts
