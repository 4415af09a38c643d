"""A stream of RTF text on its way into blocks: the body, a header, a footnote or a text box."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_blocks


@dataclass
class Flow:
    """`kind` is "body", "header", "footer", "note" or "box"; `beside` waits for the end of its paragraph."""

    kind: str = "body"
    mark: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    beside: list[dict[str, Any]] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _cell: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)

    def text(self, text: str) -> None:
        """Letters of the current paragraph."""
        self._text.append(text)

    def _taken(self) -> str:
        text = "".join(self._text).strip("\n ")
        self._text.clear()
        return text

    def paragraph(self, level: int, listed: bool, in_table: bool) -> None:
        """The paragraph ends."""
        text = self._taken()
        if in_table:
            self._cell.append(text)
        else:
            self._add_row()
            self._add(text, level, listed)
        self._add_beside()

    def _add(self, text: str, level: int, listed: bool) -> None:
        if not text.strip():
            return
        if listed:
            number, tab, rest = text.partition("\t")
            if tab and len(number) <= 12:
                text = f"{number} {rest}" if any(one.isalnum() for one in number) else rest
        kind = "heading" if level else "list-item" if listed else "paragraph"
        self.blocks.append(
            read_blocks.block(kind, self.mark + text.lstrip() if self.mark else text, level or int(listed))
        )
        self.mark = ""

    def _add_beside(self) -> None:
        beside, self.beside = self.beside, []
        self.blocks += beside

    def cell(self, nested: bool) -> None:
        """A cell ends; one of a table inside a cell is only a piece of that."""
        self._cell.append(self._taken())
        if not nested:
            self._cells.append(" ".join(one for one in self._cell if one).replace("\t", " ").replace("\n", " "))
            self._cell = []

    def row(self, collector: read_blocks.Collector, nested: bool) -> None:
        """A row ends."""
        if nested:
            collector.note("table-in-table")
        else:
            self._add_row()
            self._add_beside()

    def _add_row(self) -> None:
        if self._cell:
            self.cell(nested=False)
        if any(self._cells):
            self.blocks.append(read_blocks.block("table-row", "\t".join(self._cells)))
        self._cells = []

    def end(self) -> None:
        """Nothing more comes."""
        text = self._taken()
        if self._cell or self._cells:
            self._cell.append(text)
            self._add_row()
        else:
            self._add(text, 0, False)
        self._add_beside()
