"""Web archives (WARC 1.0 and 1.1, ISO 28500): what a browser was given. Also single files packed by gzip.

Kept are answers that hold a page, a picture, a document or a recording. Left out, and counted: what only makes a page
look or run, redirections, refusals of the server, and repeats.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from vault.worker import unpack_http
from vault.worker.refusal import Refusal
from vault.worker.unpack_members import MAX_ALL, MAX_RATIO, RATIO_MATTERS_FROM, Members

GZIP, START = b"\x1f\x8b", b"WARC/1."
MAX_HEADER = 1 << 16
MAX_RECORDS = 200_000
SMALLEST_PICTURE = 200  # bytes; below that it is a dot that counts visitors
PIECE = 1 << 16
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?")
_LENGTH = re.compile(r"\d{1,12}")
_PAGES = ("text/html", "application/xhtml+xml")
_ONLY_FOR_THE_BROWSER = re.compile(
    r"text/(?:css|javascript|event-stream|xml)|image/(?:svg\+xml|x-icon|vnd\.microsoft\.icon)|font/[a-z0-9.+-]{1,40}"
    r"|application/(?:(?:x-)?javascript|ecmascript|(?:[a-z0-9.-]{1,40}\+)?json|(?:rss\+|atom\+)?xml|wasm|manifest"
    r"|x-mpegurl|vnd\.apple\.mpegurl|dash\+xml|(?:x-)?font-[a-z0-9.+-]{1,40}|vnd\.ms-fontobject)"
)
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}


@dataclass(frozen=True, slots=True)
class Record:
    """The fields by their names in small letters, and the block as it stands in the file."""

    fields: dict[str, str]
    block: bytes


def prepare() -> None:
    """Load what is used late."""
    "a".encode("idna")  # urllib's import of it is lazy
    for name in _DIGESTS:
        hashlib.new(name)


def unpack(data: bytes, media_type: str) -> Members:
    """The members of a web archive; of another gzip file the one that it holds. Raises Refusal."""
    members = Members()
    if data.startswith(GZIP) and media_type == "application/gzip":
        inner = _inflated(data, members)
        if not inner.startswith(START):
            members.add("", inner)
            return members
        data = inner
    add_all(members, data)
    return members


def add_all(members: Members, data: bytes) -> None:
    """Add everything that was archived in this file, packed or not."""
    if data.startswith(GZIP):
        data = _inflated(data, members)
    if not data.startswith(START):
        raise Refusal("damaged")
    for record in _records(data, members):
        _add(members, record)


def _inflated(data: bytes, members: Members) -> bytes:
    """Every member of a gzip file, one after the other."""
    out = bytearray()
    position = 0
    while data.startswith(GZIP, position):
        expander = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            while not expander.eof and position < len(data):
                piece = data[position : position + PIECE]
                out += expander.decompress(piece, MAX_ALL + 1 - len(out))
                position += len(piece) - len(expander.unused_data)
                if len(out) > MAX_ALL or (len(out) > RATIO_MATTERS_FROM and len(out) > MAX_RATIO * len(data)):
                    raise Refusal("too-much-inside")
        except zlib.error:
            pass
        if not expander.eof and not out:
            raise Refusal("damaged")
        if not expander.eof:
            members.note("damaged-records")
            break
        while data.startswith(b"\0", position):
            position += 1
    return bytes(out)


def _records(data: bytes, members: Members) -> Iterator[Record]:
    position = count = 0
    while position < len(data):
        while data[position : position + 1] in (b"\r", b"\n"):
            position += 1
        if position == len(data):
            return
        end = data.find(b"\r\n\r\n", position, position + MAX_HEADER)
        if end < 0 or not data.startswith(START, position):
            members.note("damaged-records")
            return
        fields = unpack_http.fields(data[position:end])
        length = fields.get("content-length", "")
        if not _LENGTH.fullmatch(length) or end + 4 + int(length) > len(data):
            members.note("damaged-records")
            return
        count += 1
        if count > MAX_RECORDS:
            raise Refusal("too-much-inside")
        position = end + 4 + int(length)
        yield Record(fields, data[end + 4 : position])


def _add(members: Members, record: Record) -> None:
    kind = record.fields.get("warc-type", "").lower()
    if kind in ("warcinfo", "request", "metadata"):
        return
    if kind not in ("response", "resource", "conversion"):
        members.note("page-resources")  # revisit: the same as before; continuation: a piece of another
        return
    members.note("cut-short", int("warc-truncated" in record.fields))
    media_type = unpack_http.essence(record.fields.get("content-type", ""))
    if kind == "response" and media_type == "application/http":
        answer = unpack_http.answer(record.block, members.room)
        if answer is None:
            members.note("damaged-records")
            return
        digests_fit = _fit(record, answer.stored)
        status, media_type, body, reason = answer.status, answer.media_type, answer.body, answer.reason
    else:
        digests_fit = _fit(record, (record.block,))
        status, body, reason = 200, record.block, ""
    wanted = 200 <= status < 300 and (body or reason) and not _ONLY_FOR_THE_BROWSER.fullmatch(media_type)
    if not wanted or (media_type.startswith("image/") and len(body) < SMALLEST_PICTURE and not reason):
        members.note("page-resources")
        return
    members.note("digest-mismatch", int(not digests_fit))
    if reason:
        members.refuse(_name(record), reason)
    else:
        members.add(_name(record), body, "text/html" if media_type in _PAGES else "")


def _name(record: Record) -> str:
    """The page's address, readable, and when it was saved."""
    address = record.fields.get("warc-target-uri", "").strip("<>")
    with contextlib.suppress(UnicodeDecodeError):
        address = unquote(address, errors="strict")
    date = record.fields.get("warc-date", "")
    return f"{address} ({date})" if _DATE.fullmatch(date) else address


def _fit(record: Record, payloads: tuple[bytes, ...]) -> bool:
    """Whether the record's digests are right. Programs differ in what they take for the payload: any will do."""
    block = record.fields.get("warc-block-digest", "")
    payload = record.fields.get("warc-payload-digest", "")
    return _is(block, (record.block,)) and _is(payload, payloads)


def _is(digest: str, candidates: tuple[bytes, ...]) -> bool:
    name, _, value = digest.lower().partition(":")
    make = _DIGESTS.get(name.replace("-", ""))
    if not digest or make is None:
        return not digest
    value = value.strip().rstrip("=")
    for data in candidates:
        made = make(data).digest()
        if value in (made.hex(), base64.b32encode(made).decode("ascii").lower().rstrip("=")):
            return True
    return False
