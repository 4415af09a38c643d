"""OpenDocument texts, tables and slides, zipped or flat: what LibreOffice shows, in document order.

Inserted under change tracking: text, and noted. Deleted, hidden, commented: left out, and noted.
"""

from __future__ import annotations

from typing import Any

from vault.worker import read_blocks, read_zip_xml
from vault.worker.read_odt_styles import STYLE, TABLE, TEXT, Styles
from vault.worker.read_odt_text import DRAW, OFFICE, Reader
from vault.worker.read_zip_xml import Archive
from vault.worker.refusal import Refusal

MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
HEADERS = ("header", "header-first", "header-left")
FOOTERS = ("footer", "footer-first", "footer-left")

prepare = read_zip_xml.prepare


def _encrypted(archive: Archive) -> bool:
    name = "META-INF/manifest.xml"
    if name not in archive.names:
        return False
    return next(archive.xml(name).iter(f"{MANIFEST}encryption-data"), None) is not None


def _zipped(data: bytes, collector: read_blocks.Collector) -> tuple[Any, Styles]:
    """(the content's root, the styles)."""
    styles = Styles()
    with Archive(data) as archive:
        if _encrypted(archive) or "encrypted-package" in archive.names:
            raise Refusal("encrypted")
        if "styles.xml" in archive.names:
            styles.learn(archive.xml("styles.xml"))
        content = archive.xml("content.xml")
        styles.learn(content)
        collector.note("macros", archive.macros())
    return content, styles


def _margins(styles: Styles, collector: read_blocks.Collector, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """Page headers or footers of the pages that may be in use, each text once."""
    blocks: list[dict[str, Any]] = []
    seen: set[str] = set()
    for page in styles.used_masters():
        for kind in kinds:
            for margin in page.findall(f"{STYLE}{kind}"):
                if margin.get(f"{STYLE}display") == "false":
                    continue
                reader = Reader(styles, collector)
                reader.content(margin)
                text = "\n".join(one["text"] for one in reader.blocks)
                blocks += reader.blocks if text not in seen else []
                seen.add(text)
    return blocks


def _changes(root: Any, collector: read_blocks.Collector) -> None:
    for region in root.iter(f"{TEXT}changed-region", f"{TABLE}tracked-changes"):
        tags = [one.tag for one in region if isinstance(one.tag, str)]
        collector.note("deletions", sum(1 for one in tags if one.endswith("deletion")))
        collector.note("insertions", sum(1 for one in tags if one.endswith("insertion")))


def _text(body: Any, styles: Styles, collector: read_blocks.Collector) -> None:
    blocks = _margins(styles, collector, HEADERS)
    reader = Reader(styles, collector)
    reader.content(body)
    blocks += [*reader.blocks, *reader.notes, *_margins(styles, collector, FOOTERS)]
    collector.add(read_blocks.page(1, "text", (0, 0), blocks))


def _sheets(body: Any, styles: Styles, collector: read_blocks.Collector) -> None:
    """A page a sheet, under its name."""
    for table in body.findall(f"{TABLE}table"):
        if styles.table_hidden(table.get(f"{TABLE}style-name") or ""):
            collector.note("hidden-sheets")
            continue
        reader = Reader(styles, collector)
        reader.rows(table, 0)
        heading = read_blocks.block("heading", table.get(f"{TABLE}name") or "?", 1)
        collector.add(
            read_blocks.page(len(collector.pages) + 1, "text", (0, 0), [heading, *reader.blocks, *reader.notes])
        )


def _slides(body: Any, styles: Styles, collector: read_blocks.Collector) -> None:
    """A page a slide."""
    for slide in body.findall(f"{DRAW}page"):
        if styles.slide_hidden(slide.get(f"{DRAW}style-name") or ""):
            collector.note("hidden-slides")
            continue
        reader = Reader(styles, collector)
        reader.content(slide)
        collector.add(read_blocks.page(len(collector.pages) + 1, "text", (0, 0), reader.blocks))


KINDS = {"text": _text, "spreadsheet": _sheets, "presentation": _slides, "drawing": _slides}


def read(data: bytes) -> dict[str, Any]:
    """One page for a text; a page a sheet or slide otherwise. Raises Refusal."""
    collector = read_blocks.Collector()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root, styles = read_zip_xml.parsed(data), Styles()
        styles.learn(root)
    else:
        root, styles = _zipped(data, collector)
    body = root.find(f"{OFFICE}body")
    kinds = (
        [(KINDS[kind], part) for kind in KINDS for part in body.findall(f"{OFFICE}{kind}")]
        if body is not None
        else []
    )
    if len(kinds) != 1:
        raise Refusal("damaged")
    _changes(root, collector)
    scripts = root.find(f"{OFFICE}scripts")
    collector.note("macros", sum(1 for _ in scripts.iter(f"{OFFICE}script")) if scripts is not None else 0)
    read_body, part = kinds[0]
    read_body(part, styles, collector)
    if not collector.pages:
        raise Refusal("empty")
    return collector.answer("odf")
