"""Which office document a file is, by the names of the first members of its zip, or by the root of its XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
RTF = "application/rtf"
OLE = "application/x-ole-storage"
OFFICE = frozenset({DOCX, XLSX, PPTX, ODT, ODS, ODP, RTF})

_LOCAL = b"PK\x03\x04"
_SIZES_FOLLOW = 0x08
_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_OPEN = (("opendocument.text", ODT), ("opendocument.spreadsheet", ODS), ("opendocument.presentation", ODP))
_FLAT = re.compile(
    rb'<office:document\s[^>]{0,8000}?office:mimetype\s*=\s*["\'](application/vnd\.oasis\.[a-z.-]{1,60})'
)


def members(head: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, the first bytes as stored) of the members that begin in `head`, in their order in the file."""
    place = 0
    while head[place : place + 4] == _LOCAL and place + 30 <= len(head):
        flags = int.from_bytes(head[place + 6 : place + 8], "little")
        size = int.from_bytes(head[place + 18 : place + 22], "little")
        name_length = int.from_bytes(head[place + 26 : place + 28], "little")
        start = place + 30 + name_length + int.from_bytes(head[place + 28 : place + 30], "little")
        yield head[place + 30 : place + 30 + name_length].decode("utf-8", "replace"), head[start : start + 200]
        if flags & _SIZES_FOLLOW and not size:
            place = head.find(_LOCAL, start)
            if place < 0:
                return
        else:
            place = start + size


def of_zip(head: bytes) -> str:
    """The type of an office document in a zip; "" for any other zip."""
    names: list[str] = []
    for name, stored in members(head):
        if name == "mimetype" and not names:
            told = stored.decode("ascii", "replace")
            return next((kind for mark, kind in _OPEN if told.startswith("application/vnd.oasis." + mark)), "")
        names.append(name)
    if not any(name.startswith(("[Content_Types].xml", "_rels/.rels")) for name in names):
        begins = names[0] if names and names[0].endswith((".xml", ".rels")) else ""
        return next((kind for folder, kind in _FOLDERS if begins.startswith(folder)), "")
    return next((kind for folder, kind in _FOLDERS if any(name.startswith(folder) for name in names)), "")


def may_be_package(head: bytes) -> bool:
    """Whether a zip begins as office documents do, or so oddly that its first member has no name."""
    first = next((name for name, _ in members(head)), "")
    return not first or first.startswith(("[Content_Types].xml", "_rels/", "docProps/", "customXml/"))


def of_xml(start: bytes) -> str:
    """The type of an OpenDocument file that is one XML text; "" for any other XML."""
    found = _FLAT.search(start)
    told = found.group(1).decode("ascii") if found else ""
    return next((kind for mark, kind in _OPEN if told.startswith("application/vnd.oasis." + mark)), "")
