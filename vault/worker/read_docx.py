"""Word documents (ECMA-376): the text that a reader sees, in document order.

Inserted under change tracking: text, and noted. Deleted, hidden, commented: left out, and noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker import read_blocks, read_zip_xml
from vault.worker.read_docx_package import FOREIGN, OBJECTS, Package
from vault.worker.read_docx_runs import (
    DELETED,
    INSERTED,
    MAX_DEPTH,
    Context,
    Runs,
    children,
    fields_are_whole,
    note_mark,
)
from vault.worker.read_docx_styles import BODY_TEXT, Numbering, Styles, numbered, toggled, value
from vault.worker.read_zip_xml import RELATION
from vault.worker.refusal import Refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FOREIGN_PARTS = {f"{W}altChunk", f"{W}subDoc"}
LINES_ONLY = ("separator", "continuationSeparator", "continuationNotice")

prepare = read_zip_xml.prepare


class _Reader:
    """Walks one part after the other and adds blocks."""

    def __init__(self, context: Context) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._context = context
        self._waiting = ""  # of a paragraph whose end is hidden or deleted: it runs on into the next

    def part(self, root: Any) -> None:
        """All paragraphs and tables below `root`, which is a part of its own."""
        self._context.fields.clear()
        self._context.fields_hold = fields_are_whole(root)
        self.flow(root)

    def flow(self, root: Any) -> None:
        """All paragraphs and tables below `root`."""
        self._content(root, 0)
        self._run_on()

    def _run_on(self) -> None:
        text, self._waiting = self._waiting.strip("\n "), ""
        if text:
            self.blocks.append(read_blocks.block("paragraph", text))

    def _content(self, parent: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in children(parent):
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._run_on()
                self._table(child)
            elif child.tag in DELETED:
                self._context.collector.note("deletions")
            elif child.tag in FOREIGN_PARTS:
                self._context.collector.note("foreign-parts")
            elif child.tag not in (f"{W}sectPr", f"{W}sdtPr"):
                self._content(child, depth + 1)

    def _paragraph(self, paragraph: Any) -> None:
        self._context.collector.watch(self.blocks)
        properties = paragraph.find(f"{W}pPr")
        style = value(properties, f"{W}pStyle") or self._context.styles.default
        runs = Runs(self._context, style)
        text = self._waiting + runs.text(paragraph)
        self._waiting = ""
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if self._mark_is_gone(mark):
            self._waiting = text
        else:
            self._add(text.strip("\n "), properties, style)
        self._beside(runs)

    def _mark_is_gone(self, mark: Any) -> bool:
        if mark is None:
            return False
        deleted = any(mark.find(tag) is not None for tag in DELETED)
        self._context.collector.note("deletions", int(deleted))
        return deleted or toggled(mark, "vanish") is True

    def _beside(self, runs: Runs) -> None:
        """Pictures, text boxes and drawn words come after the paragraph that they are anchored in."""
        collector = self._context.collector
        collector.note("pictures", runs.pictures)
        self.blocks += [read_blocks.block("picture", "") for _ in range(runs.pictures)]
        outside, self._context.fields = self._context.fields, []
        for box in runs.boxes:
            collector.note("text-boxes")
            inner = _Reader(self._context)
            inner.flow(box)
            self.blocks += inner.blocks
        self._context.fields = outside
        self.blocks += [read_blocks.block("paragraph", line) for line in runs.lines if line.strip()]

    def _number(self, properties: Any, style: str) -> str | None:
        """The paragraph's number as shown, "" for a bullet; None where it is in no list."""
        own, of_style = numbered(properties), self._context.styles.number(style)
        found = own or of_style
        if found is None:
            return None
        name, level = found[0] or (of_style[0] if of_style else ""), found[1]
        if name == "0":
            return None
        styles = [] if own is not None and own[0] else self._context.styles.ancestors(style)
        return self._context.numbering.next(name, level, styles)

    def _add(self, text: str, properties: Any, style: str) -> None:
        number = self._number(properties, style)  # an empty paragraph counts, too
        if not text.strip():
            return
        level = self._level(properties, style)
        text = f"{number} {text}" if number else text
        kind = "heading" if level else "paragraph" if number is None else "list-item"
        self.blocks.append(read_blocks.block(kind, text, level or int(number is not None)))

    def _level(self, properties: Any, style: str) -> int:
        outline = value(properties, f"{W}outlineLvl")
        if outline.isdigit():
            return min(6, int(outline) + 1) if int(outline) < BODY_TEXT else 0
        return self._context.styles.level(style)

    def _table(self, table: Any) -> None:
        for row in self._below(table, f"{W}tr"):
            if self._is_gone(row):
                continue
            cells = []
            for cell in self._below(row, f"{W}tc"):
                if cell.find(f"{W}tcPr/{W}cellDel") is not None:
                    self._context.collector.note("deletions")
                    continue
                cells.append(self._cell(cell))
            if any(cells):
                self.blocks.append(read_blocks.block("table-row", "\t".join(cells)))

    def _is_gone(self, row: Any) -> bool:
        properties = row.find(f"{W}trPr")
        deleted = properties is not None and properties.find(f"{W}del") is not None
        hidden = toggled(properties, "hidden") is True
        self._context.collector.note("deletions", int(deleted))
        self._context.collector.note("hidden-text", int(hidden and not deleted))
        return deleted or hidden

    def _cell(self, cell: Any) -> str:
        inner = _Reader(self._context)
        inner.flow(cell)
        self.blocks += [one for one in inner.blocks if one["kind"] == "picture"]
        rows = any(one["kind"] == "table-row" for one in inner.blocks)
        self._context.collector.note("table-in-table", int(rows))
        return " ".join(one["text"].replace("\t", " ").replace("\n", " ") for one in inner.blocks if one["text"])

    def _below(self, parent: Any, tag: str, depth: int = 0) -> Iterator[Any]:
        """Children of one kind, also inside content controls and insertions."""
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in children(parent):
            if child.tag == tag:
                yield child
            elif child.tag in DELETED:
                self._context.collector.note("deletions")
            elif child.tag not in (f"{W}tblPr", f"{W}tblGrid", f"{W}trPr", f"{W}sdtPr"):
                self._context.collector.note("insertions", int(child.tag in INSERTED))
                yield from self._below(child, tag, depth + 1)


def _margins(context: Context, kind: str) -> list[dict[str, Any]]:
    """The page headers or footers that some page shows, each text once."""
    settings = context.package.first("settings")
    both = toggled(settings, "evenAndOddHeaders") is True
    shown: list[str] = []
    for section in context.package.body.iter(f"{W}sectPr"):
        for one in section.findall(f"{W}{kind}Reference"):
            used = {"first": toggled(section, "titlePg") is True, "even": both}
            if used.get(one.get(f"{W}type") or "", True):
                shown.append(one.get(f"{RELATION}id") or "")
    blocks: list[dict[str, Any]] = []
    seen: set[str] = set()
    for identifier in dict.fromkeys(shown):
        root = context.package.target(identifier)
        if root is None:
            continue
        reader = _Reader(context)
        reader.part(root)
        text = "\n".join(one["text"] for one in reader.blocks)
        blocks += reader.blocks if text not in seen else []
        seen.add(text)
    unused = [one for one in context.package.identifiers(kind) if one not in shown]
    context.collector.note("hidden-text", sum(1 for one in unused if _has_text(context.package.target(one))))
    return blocks


def _has_text(root: Any) -> bool:
    return root is not None and any((one.text or "").strip() for one in root.iter(f"{W}t"))


def _notes(context: Context, kind: str) -> list[dict[str, Any]]:
    """The footnotes or endnotes that the text refers to, in its order and with its numbers."""
    root = context.package.first(kind)
    known = {one.get(f"{W}id") or "": one for one in root if isinstance(one.tag, str)} if root is not None else {}
    blocks: list[dict[str, Any]] = []
    for number, identifier in enumerate(context.referred[kind], start=1):
        if identifier not in known:
            continue
        reader = _Reader(context)
        reader.part(known[identifier])
        if any(True for _ in known[identifier].iter(f"{W}footnoteRef", f"{W}endnoteRef")) and reader.blocks:
            first = reader.blocks[0]
            reader.blocks[0] = {**first, "text": f"{note_mark(kind, number)} {first['text'].lstrip()}"}
        blocks += reader.blocks
    left = [one for name, one in known.items() if name not in context.referred[kind]]
    unseen = sum(1 for one in left if one.get(f"{W}type") not in LINES_ONLY and _has_text(one))
    context.collector.note("hidden-text", unseen)
    return blocks


def read(data: bytes) -> dict[str, Any]:
    """One page: headers, body, footnotes, endnotes, footers. Raises Refusal."""
    collector = read_blocks.Collector()
    with Package(data) as package:
        styles = Styles(package.first("styles"))
        context = Context(package, styles, Numbering(package.first("numbering")), collector)
        blocks = _margins(context, "header")
        reader = _Reader(context)
        reader.part(package.body)
        blocks += [*reader.blocks, *_notes(context, "footnotes"), *_notes(context, "endnotes")]
        blocks += _margins(context, "footer")
        collector.note("embedded-objects", max(0, package.count(*OBJECTS) - collector.notes["embedded-objects"]))
        collector.note("foreign-parts", max(0, package.count(*FOREIGN) - collector.notes["foreign-parts"]))
        collector.note("hidden-text", package.count("glossaryDocument"))
        collector.note("macros", package.macros())
    collector.add(read_blocks.page(1, "text", (0, 0), blocks))
    return collector.answer("docx")
