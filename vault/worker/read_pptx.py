"""Slides (ECMA-376): each slide that is shown is a page, its title a heading. Speaker's notes are left out, noted."""

from __future__ import annotations

from typing import Any

from vault.worker import read_blocks, read_zip_xml
from vault.worker.read_xlsx_drawings import Drawings
from vault.worker.read_zip_xml import RELATION, Archive
from vault.worker.refusal import Refusal

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
OFF = ("0", "false", "off")

prepare = read_zip_xml.prepare


def _behind(archive: Archive, part: str, collector: read_blocks.Collector, seen: set[str]) -> list[dict[str, Any]]:
    """What layout and master draw behind a slide, each once in a document: places for text show only there."""
    blocks: list[dict[str, Any]] = []
    for _, kind, path in archive.related(part):
        if kind not in ("slideLayout", "slideMaster") or path in seen:
            continue
        seen.add(path)
        root = archive.xml(path)
        for shape in list(root.iter(f"{P}sp")):
            if next(shape.iter(f"{P}ph"), None) is not None:
                shape.getparent().remove(shape)
        blocks += Drawings(archive, path, collector).blocks(root)
        if kind == "slideLayout" and (root.get("showMasterSp") or "1") not in OFF:
            blocks += _behind(archive, path, collector, seen)
    return blocks


def _slide(archive: Archive, part: str, collector: read_blocks.Collector, seen: set[str]) -> None:
    root = archive.xml(part)
    if root.tag != f"{P}sld":
        raise Refusal("damaged")
    if (root.get("show") or "1") in OFF:
        collector.note("hidden-slides")
        return
    blocks = list(Drawings(archive, part, collector).blocks(root))
    if (root.get("showMasterSp") or "1") not in OFF:
        blocks += _behind(archive, part, collector, seen)
    for _, kind, path in archive.related(part):
        if kind == "notesSlide":
            said = any((one.text or "").strip() for one in archive.xml(path).iter(f"{A}t"))
            collector.note("speaker-notes", int(said))
        elif kind == "comments":
            collector.note("comments", max(1, sum(1 for _ in archive.xml(path))))
    collector.add(read_blocks.page(len(collector.pages) + 1, "text", (0, 0), blocks))


def read(data: bytes) -> dict[str, Any]:
    """A page for each slide. Raises Refusal."""
    collector = read_blocks.Collector()
    with Archive(data) as archive:
        main = archive.main("ppt/presentation.xml")
        root = archive.xml(main)
        if root.tag != f"{P}presentation":
            raise Refusal("damaged")
        parts = {identifier: path for identifier, kind, path in archive.related(main) if kind == "slide"}
        seen: set[str] = set()
        for entry in root.iter(f"{P}sldId"):
            part = parts.get(entry.get(f"{RELATION}id") or "")
            if part is None:
                raise Refusal("damaged")
            _slide(archive, part, collector, seen)
        collector.note("macros", archive.macros())
    if not collector.pages:
        raise Refusal("empty")
    return collector.answer("pptx")
