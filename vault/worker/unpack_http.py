"""An HTTP answer as it was stored: its status, type and body, made plain within bounds (RFC 9112, RFC 9110)."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from vault.worker.unpack_members import MAX_RATIO, RATIO_MATTERS_FROM

MAX_HEADER = 1 << 18
MAX_FIELDS = 1_000
MAX_CODINGS = 3
MAX_CHUNKS = 1_000_000
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? {1,3}(\d{3})")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]{0,20}(?:;[^\r\n]{0,300})?\r\n")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`stored` holds the body in each form that its digest may be of; `reason` is why it can't be made plain."""

    status: int
    media_type: str
    body: bytes
    stored: tuple[bytes, ...]
    reason: str = ""


def fields(head: bytes) -> dict[str, str]:
    """Named fields, the names in small letters; the first of a name counts, folded lines are joined."""
    found: dict[str, str] = {}
    last = ""
    for line in head.split(b"\r\n")[1 : MAX_FIELDS + 1]:
        text = line.decode("utf-8", "replace")
        if text[:1] in (" ", "\t") and last:
            found[last] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        last = name if colon and name not in found else ""
        if last:
            found[last] = value.strip()
    return found


def essence(content_type: str) -> str:
    """The media type without its parameters; "" where it has no such form."""
    name = content_type.split(";", 1)[0].strip().lower()
    return name if _TYPE.fullmatch(name) else ""


def answer(block: bytes, room: int) -> HttpAnswer | None:
    """The answer, None where the block is none. Its body has at most `room` bytes."""
    status = _STATUS.match(block)
    if status is None:
        return None
    end = block.find(b"\r\n\r\n", 0, MAX_HEADER)
    head, body = (block[:end], block[end + 4 :]) if end >= 0 else (block.rstrip(b"\r\n"), b"")
    named = fields(head)
    stored = [body]
    if "chunked" in named.get("transfer-encoding", "").lower():
        joined = _joined(body)
        if joined is not None:  # many archivers join the chunks and leave the header
            body = joined
            stored.append(body)
    body, reason = _decoded(body, named.get("content-encoding", ""), room)
    stored.append(body)
    return HttpAnswer(int(status.group(1)), essence(named.get("content-type", "")), body, tuple(stored), reason)


def _joined(body: bytes) -> bytes | None:
    out = bytearray()
    position = 0
    for _ in range(MAX_CHUNKS):
        size = _CHUNK.match(body, position)
        if size is None:
            return None
        length = int(size.group(1), 16)
        if not length:
            return bytes(out)
        out += body[size.end() : size.end() + length]
        position = size.end() + length + 2
        if body[position - 2 : position] != b"\r\n":
            return None
    return None


def _decoded(body: bytes, codings: str, room: int) -> tuple[bytes, str]:
    """(plain body, "") or (b"", reason)."""
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    if len(names) > MAX_CODINGS:
        return b"", "too-much-inside"
    for name in reversed(names):
        if name in ("identity", "none", "utf-8"):
            continue
        if name not in ("gzip", "x-gzip", "deflate"):
            return b"", "packing-method"
        plain = _inflated(body, room)
        if plain is None:
            continue  # stored plain, with the header of the wire
        if len(plain) > room or (len(plain) > RATIO_MATTERS_FROM and len(plain) > MAX_RATIO * max(1, len(body))):
            return b"", "too-much-inside"
        body = plain
    return body, ""


def _inflated(body: bytes, room: int) -> bytes | None:
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        expander = zlib.decompressobj(bits)
        try:
            plain = expander.decompress(body, room + 1)
        except zlib.error:
            continue
        if expander.eof or len(plain) > room:
            return plain
    return None
