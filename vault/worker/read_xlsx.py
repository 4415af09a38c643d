"""Spreadsheets (ECMA-376): each sheet that shows is a page under its name, each row that shows a table row.

Formulas give the value that was saved with them. Hidden sheets, rows and columns, comments, charts: left out, noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_blocks, read_xlsx_format, read_zip_xml
from vault.worker.read_xlsx_drawings import drawn
from vault.worker.read_xlsx_rows import S, Sheet
from vault.worker.read_zip_xml import RELATION, Archive, parsed, streamed
from vault.worker.refusal import Refusal

MAX_STRINGS = 2_000_000
MAX_FORMATS = 100_000
TRUE = ("1", "true", "on")
# &L &C &R part a page header; the others are fonts, sizes, colours and fields.
_HEADER_CODE = re.compile(r'&(?:[LCR]|"[^"]*"|K[0-9A-F+-]{6}|[0-9]{1,3}|[A-Z&])', re.IGNORECASE)


def prepare() -> None:
    """Load the parser and all that unpacks."""
    read_zip_xml.prepare()
    read_xlsx_format.number(1.5, "yyyy", False)


@dataclass
class Book:
    """What all sheets share."""

    archive: Archive
    collector: read_blocks.Collector
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    epoch_1904: bool = False

    def shown(self, cell: Any) -> str:
        """The text that a cell shows."""
        kind = cell.get("t") or "n"
        value = cell.find(f"{S}v")
        raw = (value.text or "") if value is not None else ""
        code = self._format(cell.get("s") or "0")
        if kind == "s":
            text = self.strings[int(raw)] if raw.isdigit() and len(raw) < 9 and int(raw) < len(self.strings) else ""
        elif kind == "inlineStr":
            text = rich(cell.find(f"{S}is"))
        elif kind == "b":
            text = "TRUE" if raw == "1" else "FALSE" if raw else ""
        elif kind in ("str", "e"):
            text = raw
        elif kind == "d":
            text = raw.replace("T", " ")
        else:
            return self._number(raw, code)
        if text and read_xlsx_format.shows_nothing(code):
            self.collector.note("hidden-text")
            return ""
        return read_xlsx_format.text(text, code)

    def _format(self, style: str) -> str:
        known = style.isdigit() and len(style) < 7 and int(style) < len(self.formats)
        return self.formats[int(style)] if known else "General"

    def _number(self, raw: str, code: str) -> str:
        try:
            value = float(raw) if raw and len(raw) < 64 else None
        except ValueError:
            return raw
        if value is None or value != value or value in (float("inf"), float("-inf")):
            return raw
        if code == "General":
            return read_xlsx_format.general(value)
        if read_xlsx_format.shows_nothing(code):
            self.collector.note("hidden-text")
            return ""
        return read_xlsx_format.number(value, code, self.epoch_1904)


def rich(element: Any) -> str:
    """The text of a string with or without runs; readings above the line are left out, as they mostly do not show."""
    if element is None:
        return ""
    parts = [one.text or "" for one in element.findall(f"{S}t")]
    parts += [one.text or "" for run in element.findall(f"{S}r") for one in run.findall(f"{S}t")]
    return "".join(parts)


def _strings(archive: Archive, name: str | None) -> list[str]:
    found: list[str] = []
    if name is None:
        return found
    for one in streamed(archive.usual(name), f"{S}si"):
        found.append(rich(one))
        if len(found) > MAX_STRINGS:
            raise Refusal("too-much-inside")
    return found


def _formats(archive: Archive, name: str | None) -> list[str]:
    """The number format of each cell style."""
    if name is None:
        return []
    root = archive.xml(name)
    own = {one.get("numFmtId") or "": one.get("formatCode") or "" for one in root.iter(f"{S}numFmt")}
    styles = root.find(f"{S}cellXfs")
    found = []
    for one in styles if styles is not None else ():
        number = one.get("numFmtId") or "0"
        built_in = (
            read_xlsx_format.BUILT_IN.get(int(number), "General") if number.isdigit() and len(number) < 5 else ""
        )
        found.append(own.get(number) or built_in or "General")
        if len(found) > MAX_FORMATS:
            raise Refusal("too-much-inside")
    return found


def _margin(root: Any, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """A sheet's page header or footer, which shows in print."""
    texts: list[str] = []
    for kind in kinds:
        for one in root.findall(f"{S}{kind}"):
            text = _HEADER_CODE.sub(lambda found: _section(found.group()), one.text or "").strip()
            if text and text not in texts:
                texts.append(text)
    return [read_blocks.block("paragraph", text) for text in texts]


def _section(code: str) -> str:
    return "&" if code == "&&" else "\t" if code.upper() in ("&C", "&R") else ""


def _sheet(book: Book, name: str, part: str) -> list[dict[str, Any]]:
    data = book.archive.usual(part)
    if b"<!DOCTYPE" in data:
        raise Refusal("dangerous")
    sheet = Sheet(book.shown, book.collector)
    if b"mergeCell" in data and b"hidden" in data:
        for one in streamed(data, f"{S}mergeCell"):
            sheet.merge(one.get("ref") or "")
    margins: list[Any] = []  # they come after the rows
    for element in streamed(data, f"{S}row", f"{S}col", f"{S}headerFooter"):
        if element.tag == f"{S}row":
            sheet.row(element)
        elif element.tag == f"{S}col":
            sheet.column(element)
        else:
            margins.append(parsed(read_zip_xml.written(element)))
    blocks = [read_blocks.block("heading", name, 1)]
    for one in margins:
        blocks += _margin(one, ("oddHeader", "evenHeader", "firstHeader"))
    blocks += [read_blocks.block("table-row", text) for text in sheet.texts()]
    blocks += drawn(book.archive, part, book.collector)
    for one in margins:
        blocks += _margin(one, ("oddFooter", "evenFooter", "firstFooter"))
    return blocks


def _comments(archive: Archive, part: str, collector: read_blocks.Collector) -> None:
    for _, kind, path in archive.related(part):
        if kind == "comments":
            collector.note("comments", sum(1 for _ in archive.xml(path).iter(f"{S}comment")))
        elif kind in ("oleObject", "package", "control"):
            collector.note("embedded-objects")


def read(data: bytes) -> dict[str, Any]:
    """A page for each sheet. Raises Refusal."""
    collector = read_blocks.Collector()
    with Archive(data) as archive:
        main = archive.main("xl/workbook.xml")
        root = archive.xml(main)
        if root.tag != f"{S}workbook":
            raise Refusal("unsupported-type" if "xl/workbook.bin" in archive.names else "damaged")
        related = archive.related(main)
        of_kind = {kind: path for _, kind, path in reversed(related)}
        book = Book(archive, collector)
        properties = root.find(f"{S}workbookPr")
        book.epoch_1904 = properties is not None and (properties.get("date1904") or "") in TRUE
        book.strings = _strings(archive, of_kind.get("sharedStrings"))
        book.formats = _formats(archive, of_kind.get("styles"))
        parts = {identifier: (kind, path) for identifier, kind, path in related}
        for entry in root.iter(f"{S}sheet"):
            _add(book, entry, parts)
        collector.note("macros", archive.macros())
    if not collector.pages:
        raise Refusal("empty")
    return collector.answer("xlsx")


def _add(book: Book, entry: Any, parts: dict[str, tuple[str, str]]) -> None:
    collector = book.collector
    if (entry.get("state") or "visible") != "visible":
        collector.note("hidden-sheets")
        return
    kind, part = parts.get(entry.get(f"{RELATION}id") or "", ("", ""))
    name = entry.get("name") or "?"
    if kind == "worksheet":
        blocks = _sheet(book, name, part)
        _comments(book.archive, part, collector)
    elif kind == "chartsheet":
        blocks = [read_blocks.block("heading", name, 1)]
        collector.note("charts")
    else:
        raise Refusal("damaged")
    collector.add(read_blocks.page(len(collector.pages) + 1, "text", (0, 0), blocks))
