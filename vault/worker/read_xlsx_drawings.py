"""Drawings of DrawingML: text in shapes shows, pictures and charts are counted. For sheets and slides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker import read_blocks
from vault.worker.read_docx_runs import children
from vault.worker.read_zip_xml import RELATION, Archive
from vault.worker.refusal import Refusal

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
MAX_DEPTH = 200


def paragraph_text(paragraph: Any) -> str:
    """The text of an a:p; fields show what was saved with them."""
    parts = []
    for one in paragraph:
        if one.tag in (f"{A}r", f"{A}fld"):
            parts += [text.text or "" for text in one.findall(f"{A}t")]
        elif one.tag == f"{A}br":
            parts.append("\n")
        elif isinstance(one.tag, str) and one.tag.endswith("}m"):
            parts += [text.text or "" for text in one.iter() if str(text.tag).endswith("}t")]
    return "".join(parts).strip("\n ")


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


class Drawings:
    """Walks shapes in their order and gives blocks. `titles` makes headings of slides' title places."""

    def __init__(self, archive: Archive, part: str, collector: read_blocks.Collector) -> None:
        self._archive = archive
        self._parts = {identifier: path for identifier, _, path in archive.related(part)}
        self._collector = collector

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """The blocks of all shapes below."""
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in children(parent):
            name = _name(child)
            if self._hidden(child):
                self._collector.note("hidden-text", int(any((one.text or "").strip() for one in child.iter(f"{A}t"))))
            elif name == "txBody":
                yield from self._text(child, parent)
            elif name == "tbl" and child.tag == f"{A}tbl":
                yield from self._table(child)
            elif name == "pic":
                self._collector.note("pictures")
                yield read_blocks.block("picture", "")
            elif child.tag == CHART:
                self._collector.note("charts")
            elif child.tag == DIAGRAM:
                yield from self._diagram(child)
            elif name == "oleObj":
                self._collector.note("embedded-objects")
            else:
                yield from self.blocks(child, depth + 1)

    def _hidden(self, shape: Any) -> bool:
        for one in shape:
            if _name(one).startswith("nv") and _name(one).endswith("Pr"):
                return any(_name(inner) == "cNvPr" and inner.get("hidden") in ("1", "true") for inner in one)
        return False

    def _text(self, body: Any, shape: Any) -> Iterator[dict[str, Any]]:
        place = next((one.get("type") or "" for one in shape.iter() if _name(one) == "ph"), "")
        level = {"title": 1, "ctrTitle": 1}.get(place, 0)
        for paragraph in body.findall(f"{A}p"):
            text = paragraph_text(paragraph)
            if text.strip():
                yield read_blocks.block("heading" if level else "paragraph", text, level)

    def _table(self, table: Any) -> Iterator[dict[str, Any]]:
        for row in table.findall(f"{A}tr"):
            cells = []
            for cell in row.findall(f"{A}tc"):
                merged = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
                texts = [] if merged else [paragraph_text(one) for one in cell.iter(f"{A}p")]
                cells.append(" ".join(text.replace("\t", " ").replace("\n", " ") for text in texts if text))
            if any(cells):
                yield read_blocks.block("table-row", "\t".join(cells))

    def _diagram(self, element: Any) -> Iterator[dict[str, Any]]:
        path = self._parts.get(element.get(f"{RELATION}dm") or "")
        for paragraph in self._archive.xml(path).iter(f"{A}p") if path else ():
            text = paragraph_text(paragraph)
            if text.strip():
                yield read_blocks.block("paragraph", text)


def drawn(archive: Archive, part: str, collector: read_blocks.Collector) -> list[dict[str, Any]]:
    """What is drawn over a sheet: text of its shapes, noted as text boxes."""
    blocks: list[dict[str, Any]] = []
    for _, kind, path in archive.related(part):
        if kind == "drawing":
            found = list(Drawings(archive, path, collector).blocks(archive.xml(path)))
            collector.note("text-boxes", sum(1 for one in found if one["kind"] != "picture"))
            blocks += found
    return blocks
