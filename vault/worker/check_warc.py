"""Web archives: the records of a WARC with the headers of the web in them, and files packed with gzip."""

from __future__ import annotations

import re
import zlib

from vault.worker.refusal import Refusal

from .check_scan import MAX_UNPACKED, Scan

MAX_RECORDS = 200_000
_VERSION = re.compile(rb"WARC/\d\.\d\r?\n")
_LENGTH = re.compile(rb"(?mi)^Content-Length:\s{0,4}(\d{1,12})\s*$")
_TYPE = re.compile(rb"(?mi)^Content-Type:\s{0,4}([^\r\n;]{1,100})")
_ENCODING = re.compile(rb"(?mi)^Content-Encoding:\s{0,4}([\w, -]{1,60})")
_CHUNKED = re.compile(rb"(?mi)^Transfer-Encoding:[^\r\n]{0,60}chunked")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def check_gzip(scan: Scan, data: bytes, where: str) -> None:
    """Search the members of a gzip file as one file, and the names and comments in their headers."""
    from .check_kinds import check_any

    out, at = bytearray(), 0
    while data[at : at + 2] == b"\x1f\x8b":
        _gzip_header(scan, data[at : at + 4096], where or "gzip")
        reader = zlib.decompressobj(31)
        try:
            piece = reader.decompress(data[at:], MAX_UNPACKED - scan.unpacked + 1)
        except zlib.error:
            raise Refusal("damaged") from None
        scan.spend(len(piece))
        if not reader.eof:
            raise Refusal("damaged")
        out += piece
        at = len(data) - len(reader.unused_data)
    rest = data[at:]
    if rest.strip(b"\0"):
        scan.structure("after-end", where or "gzip")
        scan.raw("after-end", where or "gzip", rest)
    scan.depth += 1
    check_any(scan, bytes(out), where, "text")
    scan.depth -= 1


def _gzip_header(scan: Scan, head: bytes, where: str) -> None:
    if len(head) < 10:
        raise Refusal("damaged")
    flags = head[3]
    if flags & 0x1C:
        end = 10
        if flags & 4:
            end += 2 + int.from_bytes(head[10:12], "little")
        for flag in (8, 16):
            if flags & flag:
                end = head.find(b"\0", end) + 1 or len(head)
        scan.structure("gzip-name", where)
        scan.raw("gzip:name", where, head[10:end])


def check_warc(scan: Scan, data: bytes, where: str) -> None:
    """Search each record: its own headers, those of the web, and what was stored, as a file. Raises Refusal."""
    at, number = 0, 0
    while at < len(data):
        match = _VERSION.match(data, at)
        if match is None:
            if data[at:].strip():
                scan.raw("warc:between", where or "archive", data[at:])
            break
        number += 1
        if number > MAX_RECORDS:
            raise Refusal("too-much-inside")
        end = _HEAD_END.search(data, at)
        if end is None:
            raise Refusal("damaged")
        head = data[at : end.start()]
        length = _LENGTH.search(head)
        if length is None or end.end() + int(length.group(1)) > len(data):
            raise Refusal("damaged")
        place = f"{where}, record {number}" if where else f"record {number}"
        scan.raw("warc:header", place, head)
        body = data[end.end() : end.end() + int(length.group(1))]
        _record(scan, head, body, place)
        at = end.end() + int(length.group(1))
        while data[at : at + 1] in (b"\r", b"\n"):
            at += 1


def _record(scan: Scan, head: bytes, body: bytes, place: str) -> None:
    from .check_kinds import check_inside

    kind = _TYPE.search(head)
    if kind and kind.group(1).strip().startswith(b"application/http"):
        end = _HEAD_END.search(body)
        web = body[: end.start()] if end else body
        scan.raw("warc:web-header", place, web)
        body = body[end.end() :] if end else b""
        if _CHUNKED.search(web):
            body = _joined(body)
        encoding = _ENCODING.search(web)
        packed = encoding.group(1).strip().lower() if encoding else b""
        if packed in (b"gzip", b"x-gzip", b"deflate"):
            body = scan.inflate(body, 47) or scan.inflate(body, -15) or body
        elif packed and packed != b"identity":
            scan.structure("packed-unread", place)
    if body:
        scan.spend(len(body))
        check_inside(scan, body, place, "text")


def _joined(body: bytes) -> bytes:
    out, at = bytearray(), 0
    for _ in range(MAX_RECORDS):
        line = body.find(b"\r\n", at)
        if line < 0:
            break
        try:
            size = int(body[at:line].split(b";")[0].strip() or b"0", 16)
        except ValueError:
            return body  # stored already joined, whatever the header says
        if size <= 0:
            break
        out += body[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
    return bytes(out)
