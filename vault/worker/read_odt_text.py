"""Paragraphs, lists, tables and frames of OpenDocument content, as they show.

Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vault.worker import read_blocks
from vault.worker.read_odt_styles import PRESENTATION, TABLE, TEXT, Counter, Styles, whole
from vault.worker.refusal import Refusal

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
MAX_DEPTH = 200
MAX_SPACES = 200
MAX_CELLS_A_ROW = 1_000
MAX_REPEATED_ROWS = 1_000
MAX_CELLS = 1_000_000

PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
OBJECTS = {f"{DRAW}object", f"{DRAW}object-ole", f"{DRAW}applet", f"{DRAW}plugin", f"{DRAW}floating-frame"}
SILENT = {
    f"{TEXT}tracked-changes", f"{TEXT}sequence-decls", f"{TEXT}user-field-decls", f"{TEXT}variable-decls",
    f"{TEXT}dde-connection-decls", f"{TEXT}alphabetical-index-auto-mark-file", f"{TEXT}script", f"{OFFICE}forms",
    f"{OFFICE}scripts", f"{OFFICE}event-listeners", f"{TEXT}toc-mark", f"{TEXT}note-class",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}title",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}desc",
    f"{TEXT}table-of-content-source", f"{TEXT}illustration-index-source", f"{TEXT}table-index-source",
    f"{TEXT}object-index-source", f"{TEXT}user-index-source", f"{TEXT}alphabetical-index-source",
    f"{TEXT}bibliography-source", f"{TABLE}named-expressions", f"{TABLE}content-validations",
    f"{TABLE}calculation-settings", f"{TABLE}database-ranges", f"{TABLE}data-pilot-tables", f"{TABLE}scenario",
    f"{TABLE}detective", f"{TABLE}tracked-changes", f"{TABLE}label-ranges", f"{PRESENTATION}header-decl",
    f"{PRESENTATION}footer-decl", f"{PRESENTATION}date-time-decl", f"{TABLE}table-source", f"{TABLE}dde-links",
}  # fmt: skip
ROW_GROUPS = {f"{TABLE}table-{kind}" for kind in ("header-rows", "rows", "row-group", "header-columns", "columns",
                                                 "column-group")}  # fmt: skip
NO_CELLS = ("collapse", "filter")
_SPACE = re.compile("[ \t\r\n]+")


class Reader:
    """Walks content and adds blocks; notes collect in `notes` until the caller asks for them."""

    def __init__(self, styles: Styles, collector: read_blocks.Collector) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self._styles = styles
        self._collector = collector
        self._note = collector.note
        self._anchored: list[Any] = []
        self._counters: dict[str, Counter] = {}
        self._by_id: dict[str, Counter] = {}
        self._outline = Counter(styles.outline)
        self._lists: list[tuple[Counter, int]] = []
        self._pending: str | None = None
        self._cells = 0
        self._cited = {"footnote": 0, "endnote": 0}

    def content(self, parent: Any, depth: int = 0) -> None:
        """All that shows below `parent`."""
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in parent:
            if isinstance(child.tag, str):
                self._element(child, depth)

    def _element(self, child: Any, depth: int) -> None:
        tag = child.tag
        if tag in PARAGRAPHS:
            self._paragraph(child)
        elif tag == f"{TEXT}list":
            self._list(child, depth)
        elif tag == f"{TEXT}numbered-paragraph":
            self.content(child, depth + 1)
        elif tag == f"{TABLE}table":
            self._table(child, depth)
        elif tag == f"{TEXT}section" and _not_displayed(child):
            self._note("hidden-text")
        elif tag == f"{OFFICE}annotation":
            self._note("comments")
        elif tag == f"{PRESENTATION}notes":
            self._note("speaker-notes", int(any((one.text or "").strip() for one in child.iter(f"{TEXT}p"))))
        elif tag.startswith(DRAW):
            self._drawing(child, depth)
        elif tag not in SILENT:
            self.content(child, depth + 1)

    def _paragraph(self, element: Any) -> None:
        self._collector.watch(self.blocks)
        style = element.get(f"{TEXT}style-name") or ""
        number = self._number(element, style)
        gone = self._styles.hidden("paragraph", style) or any(
            one.get(f"{TEXT}is-hidden", "true") == "true" for one in element.iter(f"{TEXT}hidden-paragraph")
        )
        text = "".join(self._inline(element, 0)).strip("\n ")
        self._note("hidden-text", int(gone and bool(text.strip())))
        anchored, self._anchored = self._anchored, []
        if not gone and text.strip():
            level = min(6, whole(element.get(f"{TEXT}outline-level"), 10, 1)) if element.tag == f"{TEXT}h" else 0
            kind = "heading" if level else "paragraph" if number is None else "list-item"
            text = f"{number} {text}" if number else text
            self.blocks.append(read_blocks.block(kind, text, level or int(number is not None)))
        for drawing in anchored if not gone else ():
            self._drawing(drawing, 1)

    def _number(self, element: Any, style: str) -> str | None:
        """The number before a paragraph, "" for a bullet or the item's later paragraphs; None outside of lists."""
        if self._lists:
            number, self._pending = self._pending or "", None
            return number
        if element.tag == f"{TEXT}h" and element.get(f"{TEXT}is-list-header") != "true" and self._styles.outline:
            level = whole(element.get(f"{TEXT}outline-level"), 10, 1)
            start = element.get(f"{TEXT}start-value") if element.get(f"{TEXT}restart-numbering") == "true" else None
            return self._outline.next(level, start)
        return None

    def _inline(self, element: Any, depth: int) -> Iterator[str]:
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        yield _SPACE.sub(" ", element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                yield from self._inline_element(child, depth)
            yield _SPACE.sub(" ", child.tail or "")

    def _inline_element(self, child: Any, depth: int) -> Iterator[str]:
        tag = child.tag
        if tag == f"{TEXT}s":
            yield " " * whole(child.get(f"{TEXT}c"), MAX_SPACES, 1)
        elif tag == f"{TEXT}tab":
            yield "\t"
        elif tag == f"{TEXT}line-break":
            yield "\n"
        elif tag == f"{TEXT}span" and self._styles.hidden("text", child.get(f"{TEXT}style-name") or ""):
            self._note("hidden-text", int(bool("".join(child.itertext()).strip())))
        elif tag == f"{TEXT}hidden-text":
            gone = child.get(f"{TEXT}is-hidden", "true") == "true"
            self._note("hidden-text", int(gone))
            yield "" if gone else child.text or child.get(f"{TEXT}string-value") or ""
        elif tag == f"{TEXT}note":
            yield self._footnote(child, depth)
        elif tag == f"{OFFICE}annotation":
            self._note("comments")
        elif tag.startswith(DRAW) and tag != f"{DRAW}a":
            self._anchored.append(child)
        else:
            yield from self._inline_rarer(child, depth)

    def _inline_rarer(self, child: Any, depth: int) -> Iterator[str]:
        if child.tag == f"{TEXT}ruby":
            base, above = child.find(f"{TEXT}ruby-base"), child.find(f"{TEXT}ruby-text")
            yield from self._inline(base, depth + 1) if base is not None else ()
            reading = "".join(self._inline(above, depth + 1)) if above is not None else ""
            yield f"({reading})" if reading.strip() else ""
        elif child.tag in PARAGRAPHS:  # never well-formed, yet shown
            yield "\n"
            yield from self._inline(child, depth + 1)
        elif child.tag not in SILENT:
            yield from self._inline(child, depth + 1)

    def _footnote(self, note: Any, depth: int) -> str:
        """The mark in the text; what the note says waits for the end. In brackets, apart from the word before."""
        citation, body = note.find(f"{TEXT}note-citation"), note.find(f"{TEXT}note-body")
        kind = "endnote" if note.get(f"{TEXT}note-class") == "endnote" else "footnote"
        self._cited[kind] += 1
        shown = "".join(citation.itertext()).strip() if citation is not None else ""
        mark = f"[{shown or self._cited[kind]}]"
        inner = Reader(self._styles, self._collector)
        if body is not None:
            inner.content(body, depth + 1)
        if inner.blocks:
            inner.blocks[0] = {**inner.blocks[0], "text": f"{mark} {inner.blocks[0]['text']}"}
        self.notes += inner.blocks + inner.notes
        return mark

    def _list(self, element: Any, depth: int) -> None:
        outer = self._lists[-1] if self._lists else None
        counter = self._counter(element, outer)
        self._lists.append((counter, outer[1] + 1 if outer else 1))
        for item in element:
            if item.tag == f"{TEXT}list-item":
                self._pending = counter.next(self._lists[-1][1], item.get(f"{TEXT}start-value"))
                self.content(item, depth + 1)
            elif item.tag == f"{TEXT}list-header":
                self._pending = None
                self.content(item, depth + 1)
        self._lists.pop()
        self._pending = None

    def _counter(self, element: Any, outer: tuple[Counter, int] | None) -> Counter:
        name = element.get(f"{TEXT}style-name") or ""
        if outer is not None:
            if name in self._styles.lists:
                outer[0].levels = self._styles.lists[name]
            return outer[0]
        if not name:
            inside = next(element.iter(*PARAGRAPHS), None)
            name = self._styles.list_of(inside.get(f"{TEXT}style-name") or "") if inside is not None else ""
        goes_on = element.get(f"{TEXT}continue-list")
        if goes_on in self._by_id:
            counter = self._by_id[goes_on]
        elif element.get(f"{TEXT}continue-numbering") == "true" and name in self._counters:
            counter = self._counters[name]
        else:
            counter = Counter(self._styles.lists.get(name, {}))
        self._counters[name] = counter
        if element.get(XML_ID):
            self._by_id[element.get(XML_ID)] = counter
        return counter

    def _drawing(self, element: Any, depth: int) -> None:
        tags = {child.tag for child in element}
        if element.tag == f"{DRAW}frame":
            if f"{DRAW}text-box" in tags:
                self._note("text-boxes")
                self.content(element.find(f"{DRAW}text-box"), depth + 1)
            elif f"{TABLE}table" in tags:
                self.content(element, depth + 1)
            elif tags & OBJECTS:
                self._note("embedded-objects")
            elif f"{DRAW}image" in tags:
                self.blocks.append(read_blocks.block("picture", ""))
                self._note("pictures")
        elif element.tag in (f"{DRAW}control", f"{DRAW}image"):
            self._note("embedded-objects" if element.tag == f"{DRAW}control" else "pictures")
        elif element.tag in (f"{DRAW}g", f"{DRAW}a", f"{DRAW}page", f"{DRAW}page-thumbnail"):
            self.content(element, depth + 1)
        else:
            before = len(self.blocks)
            self.content(element, depth + 1)
            self._note("text-boxes", int(len(self.blocks) > before))

    def _table(self, table: Any, depth: int) -> None:
        if self._styles.table_hidden(table.get(f"{TABLE}style-name") or ""):
            self._note("hidden-text")
            return
        self.rows(table, depth)

    def rows(self, table: Any, depth: int) -> None:
        """A table's rows, each a block; hidden rows and columns are noted."""
        hidden = _hidden_columns(table)
        found = False
        for row in _below(table, f"{TABLE}table-row", 0):
            times = min(MAX_REPEATED_ROWS, whole(row.get(f"{TABLE}number-rows-repeated"), LARGEST, 1))
            cells, left_out = self._row(row, hidden, depth)
            found = found or left_out
            if not any(cell.strip() for cell in cells):
                continue
            if row.get(f"{TABLE}visibility") in NO_CELLS:
                self._note("hidden-rows")
                continue
            text = "\t".join(cells)
            self.blocks += [read_blocks.block("table-row", text) for _ in range(times)]
        self._note("hidden-columns", int(found))
        shapes = table.find(f"{TABLE}shapes")
        if shapes is not None:
            self.content(shapes, depth + 1)

    def _row(self, row: Any, hidden: list[tuple[int, int]], depth: int) -> tuple[list[str], bool]:
        cells: list[str] = []
        column, left_out = 0, False
        for cell in row:
            if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                continue
            times = max(1, whole(cell.get(f"{TABLE}number-columns-repeated"), LARGEST, 1))
            text = self._cell(cell, depth)
            seen = sum(1 for one in range(column, column + min(times, MAX_CELLS_A_ROW)) if not _within(one, hidden))
            left_out = left_out or (not seen and bool(text.strip()))
            column += times
            cells += [text] * min(seen, MAX_CELLS_A_ROW - len(cells))
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise Refusal("too-much-inside")
        while cells and not cells[-1]:
            cells.pop()
        return cells, left_out

    def _cell(self, cell: Any, depth: int) -> str:
        outer, self.blocks = self.blocks, []
        lists, self._lists = self._lists, []
        self.content(cell, depth + 1)
        inner, self.blocks, self._lists = self.blocks, outer, lists
        self.blocks += [one for one in inner if one["kind"] == "picture"]
        self._note("table-in-table", int(any(one["kind"] == "table-row" for one in inner)))
        return " ".join(one["text"].replace("\t", " ").replace("\n", " ") for one in inner if one["text"])


LARGEST = 100_000_000


def _not_displayed(section: Any) -> bool:
    display: str | None = section.get(f"{TEXT}display")
    return display == "none" or (display == "condition" and str(section.get(f"{TEXT}is-hidden")) == "true")


def _below(parent: Any, tag: str, depth: int) -> Iterator[Any]:
    """Rows or columns of a table, also in its groups and header rows, not those of tables inside."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in ROW_GROUPS and depth < MAX_DEPTH:
            yield from _below(child, tag, depth + 1)


def _hidden_columns(table: Any) -> list[tuple[int, int]]:
    """[first, end) of the columns that do not show."""
    found, column = [], 0
    for one in _below(table, f"{TABLE}table-column", 0):
        times = max(1, whole(one.get(f"{TABLE}number-columns-repeated"), LARGEST, 1))
        if one.get(f"{TABLE}visibility") in NO_CELLS:
            found.append((column, column + times))
        column += times
    return found


def _within(column: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= column < end for first, end in ranges)
