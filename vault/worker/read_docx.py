"""Word documents (ECMA-376): the text that a reader sees, in document order.

Inserted under change tracking: text, and noted. Deleted, hidden, commented: left out, and noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker import read_blocks
from vault.worker.read_docx_package import Package

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
PICTURES = {f"{W}drawing", f"{W}pict"}
DELETED = {f"{W}del", f"{W}moveFrom"}
INSERTED = {f"{W}ins", f"{W}moveTo"}
DELETED_TEXT = {f"{W}delText", f"{W}delInstrText"}
CHARACTERS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
MAX_DEPTH = 200
OFF = ("0", "false", "off", "none")


def prepare() -> None:
    """Load the parser and all that unpacks."""
    import zipfile
    import zlib  # noqa: F401

    import lxml.etree

    lxml.etree.fromstring(b"<warm/>")
    "warm".encode("cp437")
    assert zipfile.ZIP_DEFLATED


def _is_on(properties: Any, name: str) -> bool:
    """A toggle property: present, and not switched off."""
    found = properties.find(W + name) if properties is not None else None
    return found is not None and (found.get(f"{W}val") or "1").lower() not in OFF


class _Styles:
    """What a paragraph or character style says that matters: a heading's level, a list, hidden."""

    def __init__(self, root: Any) -> None:
        self.levels: dict[str, int] = {}
        self.lists: set[str] = set()
        self.hidden: set[str] = set()
        parents: dict[str, str] = {}
        for style in root.iter(f"{W}style") if root is not None else ():
            name = style.get(f"{W}styleId") or ""
            self._learn(name, style)
            based = style.find(f"{W}basedOn")
            if based is not None:
                parents[name] = based.get(f"{W}val") or ""
        for name in parents:
            self._inherit(name, parents)

    def _learn(self, name: str, style: Any) -> None:
        called = style.find(f"{W}name")
        title = (called.get(f"{W}val") or "").lower() if called is not None else ""
        level = style.find(f"{W}pPr/{W}outlineLvl")
        if title == "title":
            self.levels[name] = 1
        elif level is not None and (level.get(f"{W}val") or "").isdigit() and int(level.get(f"{W}val")) < 9:
            self.levels[name] = int(level.get(f"{W}val")) + 1
        elif title.startswith("heading ") and title[8:].isdigit():
            self.levels[name] = int(title[8:])
        if style.find(f"{W}pPr/{W}numPr") is not None:
            self.lists.add(name)
        if _is_on(style.find(f"{W}rPr"), "vanish"):
            self.hidden.add(name)

    def _inherit(self, name: str, parents: dict[str, str]) -> None:
        parent, seen = parents.get(name), {name}
        while parent and parent not in seen:
            if parent in self.levels:
                self.levels.setdefault(name, self.levels[parent])
            if parent in self.lists:
                self.lists.add(name)
            if parent in self.hidden:
                self.hidden.add(name)
            seen.add(parent)
            parent = parents.get(parent)


class _Reader:
    """Walks one part after the other and adds blocks."""

    def __init__(self, styles: _Styles, collector: read_blocks.Collector) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._styles = styles
        self._collector = collector
        self._boxes: list[Any] = []

    def part(self, root: Any) -> None:
        """All paragraphs and tables below `root`, then the text boxes that were met on the way."""
        self._content(root, 0)
        while self._boxes:
            self._collector.note("text-boxes")
            self._content(self._boxes.pop(0), 0)

    def _content(self, parent: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._collector.note("embedded-objects")
            return
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag in DELETED:
                self._collector.note("deletions")
            elif isinstance(child.tag, str) and child.tag != FALLBACK:
                self._content(child, depth + 1)

    def _paragraph(self, paragraph: Any) -> None:
        pictures = len(self._boxes), self._collector.notes["pictures"]
        text = "".join(self._runs(paragraph, 0)).strip("\n ")
        properties = paragraph.find(f"{W}pPr")
        style = properties.find(f"{W}pStyle") if properties is not None else None
        name = (style.get(f"{W}val") or "") if style is not None else ""
        for _ in range(self._collector.notes["pictures"] - pictures[1]):
            self.blocks.append(read_blocks.block("picture", ""))
        if not text.strip():
            return
        level = self._level(properties, name)
        if level:
            self.blocks.append(read_blocks.block("heading", text, level))
        elif name in self._styles.lists or (properties is not None and properties.find(f"{W}numPr") is not None):
            self.blocks.append(read_blocks.block("list-item", text, 1))
        else:
            self.blocks.append(read_blocks.block("paragraph", text))

    def _level(self, properties: Any, style: str) -> int:
        outline = properties.find(f"{W}outlineLvl") if properties is not None else None
        value = (outline.get(f"{W}val") or "") if outline is not None else ""
        if value.isdigit() and int(value) < 9:
            return min(6, int(value) + 1)
        return min(6, self._styles.levels.get(style, 0))

    def _table(self, table: Any) -> None:
        for row in self._children(table, f"{W}tr"):
            cells = []
            for cell in self._children(row, f"{W}tc"):
                inner = _Reader(self._styles, self._collector)
                inner.part(cell)
                self.blocks += [one for one in inner.blocks if one["kind"] == "picture"]
                parts = [one["text"] for one in inner.blocks if one["text"]]
                self._collector.note("table-in-table", int(any(one["kind"] == "table-row" for one in inner.blocks)))
                cells.append(" ".join(parts).replace("\t", " ").replace("\n", " "))
            if any(cells):
                self.blocks.append(read_blocks.block("table-row", "\t".join(cells)))

    def _children(self, parent: Any, tag: str) -> Iterator[Any]:
        """Children of one kind, also inside content controls and insertions."""
        for child in parent:
            if child.tag == tag:
                yield child
            elif child.tag in DELETED:
                self._collector.note("deletions")
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", *INSERTED):
                yield from self._children(child, tag)

    def _runs(self, parent: Any, depth: int) -> Iterator[str]:
        for child in parent:
            tag = child.tag
            if not isinstance(tag, str) or tag in (f"{W}pPr", FALLBACK) or depth > MAX_DEPTH:
                continue
            if tag in DELETED:
                self._collector.note("deletions")
            elif tag == f"{W}r":
                yield from self._run(child, depth)
            else:
                self._collector.note("insertions", int(tag in INSERTED))
                self._collector.note("comments", int(tag == f"{W}commentReference"))
                yield from self._runs(child, depth + 1)

    def _hidden(self, run: Any) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        style = properties.find(f"{W}rStyle")
        own = properties.find(f"{W}vanish")
        if own is not None:
            return _is_on(properties, "vanish")
        return style is not None and style.get(f"{W}val") in self._styles.hidden

    def _run(self, run: Any, depth: int) -> Iterator[str]:
        if self._hidden(run):
            self._collector.note("hidden-text", int(run.find(f"{W}t") is not None))
            return
        for child in run:
            yield from self._piece(child, depth)

    def _piece(self, child: Any, depth: int) -> Iterator[str]:
        tag = child.tag
        if tag in (f"{W}t", MATH_TEXT):
            yield child.text or ""
        elif tag in CHARACTERS:
            yield CHARACTERS[tag]
        elif tag == f"{W}sym":
            yield "\u25aa"
        elif tag in DELETED_TEXT:
            self._collector.note("deletions")
        elif tag == f"{W}commentReference":
            self._collector.note("comments")
        elif tag == f"{W}object":
            self._collector.note("embedded-objects")
        elif tag in PICTURES:
            self._drawing(child)
        elif isinstance(tag, str) and tag not in (f"{W}rPr", f"{W}instrText", FALLBACK):
            for inner in child:
                yield from self._piece(inner, depth + 1) if depth < MAX_DEPTH else ()

    def _drawing(self, drawing: Any) -> None:
        boxes = _outermost_boxes(drawing)
        self._boxes += boxes
        self._collector.note("pictures", int(not boxes))


def _outermost_boxes(drawing: Any) -> list[Any]:
    """The text boxes of a drawing in order, not those inside them: they come when their own drawing is read."""
    found, waiting = [], list(reversed(drawing))
    while waiting:
        element = waiting.pop()
        if element.tag == f"{W}txbxContent":
            found.append(element)
        elif element.tag != FALLBACK:
            waiting.extend(reversed(element))
    return found


def _notes(root: Any) -> Iterator[Any]:
    """Footnotes and endnotes, without the two that only draw lines."""
    for note in root:
        if note.get(f"{W}type") not in ("separator", "continuationSeparator", "continuationNotice"):
            yield note


def read(data: bytes) -> dict[str, Any]:
    """One page: headers, body, footnotes, endnotes, footers. Raises Refusal."""
    collector = read_blocks.Collector()
    with Package(data) as package:
        reader = _Reader(_Styles(package.styles()), collector)
        for root in package.headers():
            reader.part(root)
        reader.part(package.body())
        for root in package.footnotes():
            for note in _notes(root):
                reader.part(note)
        for root in package.footers():
            reader.part(root)
        collector.note("embedded-objects", package.embedded())
    collector.add(read_blocks.page(1, "text", (0, 0), reader.blocks))
    return collector.answer("docx")
