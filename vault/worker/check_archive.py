"""ZIP files and what is built on them: names, comments, times, hidden bytes, and each member in turn."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from vault.worker.refusal import Refusal

from .check_office import check_part, is_office
from .check_scan import MAX_DEPTH, Scan

MAX_MEMBERS = 20_000
FIXED_DATES = frozenset(((1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0)))

_ENCRYPTED = 0x1
# Elements of our own writer whose names sound like Мария and Коля; nothing but the bare name at a tag's start.
_OWN_ELEMENTS = re.compile(rb"</?w:(?:pgMar|gridCol)(?=[ />])")
_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"


def check_zip(scan: Scan, data: bytes, where: str) -> None:
    """Report all leaks of a ZIP. Raises Refusal: encrypted, damaged, dangerous, too-much-inside."""
    from .check_kinds import check_inside

    if scan.depth >= MAX_DEPTH:
        raise Refusal("too-much-inside")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError):
        raise Refusal("damaged") from None
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refusal("too-much-inside")
    _around(scan, data, archive, where)
    office = is_office([m.filename for m in members])
    for number, member in enumerate(members, 1):
        place = f"{where}, member {number}" if where else f"member {number}"
        _entry(scan, data, member, place)
        if member.is_dir():
            continue
        body = _body(scan, archive, member)
        if office:
            check_part(scan, member.filename, body, place)
            body = _OWN_ELEMENTS.sub(b"<w:p", body)
        check_inside(scan, body, place, "text")


def _around(scan: Scan, data: bytes, archive: zipfile.ZipFile, where: str) -> None:
    place = where or "archive"
    if archive.comment:
        scan.structure("zip-comment", place)
        scan.raw("zip:comment", place, archive.comment)
    names = [m.filename for m in archive.infolist()]
    if len(set(names)) != len(names):
        scan.structure("zip-duplicate", place)
    first = data.find(_LOCAL)
    if first > 0:
        scan.structure("zip-before-start", place)
        scan.raw("zip:before-start", place, data[:first])
    packed = sum(1 for _ in re.finditer(re.escape(_CENTRAL), data))
    if packed < len(names):
        raise Refusal("damaged")
    _gaps(scan, data, archive, place)


def _gaps(scan: Scan, data: bytes, archive: zipfile.ZipFile, place: str) -> None:
    """Bytes between the members that no directory entry covers."""
    spans = []
    for member in archive.infolist():
        start = member.header_offset
        if data[start : start + 4] != _LOCAL:
            raise Refusal("damaged")
        name, extra = struct.unpack("<HH", data[start + 26 : start + 30])
        end = start + 30 + name + extra + member.compress_size
        spans.append((start, end + (24 if member.flag_bits & 8 else 0)))
        scan.raw("zip:extra", place, data[start + 30 + name : start + 30 + name + extra])
        scan.raw("zip:name", place, data[start + 30 : start + 30 + name])
    at = 0
    for start, end in sorted(spans):
        if start > at:
            scan.structure("zip-hidden-bytes", place)
            scan.raw("zip:hidden", place, data[at:start])
        at = max(at, end)
    if at < archive.start_dir:
        scan.structure("zip-hidden-bytes", place)
        scan.raw("zip:hidden", place, data[at : archive.start_dir])


def _entry(scan: Scan, data: bytes, member: zipfile.ZipInfo, place: str) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise Refusal("encrypted")
    name = member.orig_filename
    scan.text("zip:name", place, name)
    if not member.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for charset in ("utf-8", "cp866", "cp1251"):
            scan.text("zip:name", place, raw.decode(charset, "replace"))
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name[:3]:
        scan.structure("zip-path", place)
    if member.comment:
        scan.structure("zip-comment", place)
        scan.raw("zip:comment", place, member.comment)
    if member.extra:
        scan.structure("zip-extra", place)
        scan.raw("zip:extra", place, member.extra)
    if member.date_time not in FIXED_DATES:
        scan.structure("zip-date", place)


def _body(scan: Scan, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    scan.spend(member.file_size)
    try:
        with archive.open(member) as stream:
            body = stream.read(member.file_size + 1)
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError, RuntimeError, struct.error):
        raise Refusal("damaged") from None
    if len(body) != member.file_size:
        raise Refusal("damaged")
    return body
