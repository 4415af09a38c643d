"""Ogg: Opus, Vorbis, FLAC, Speex and Theora with an empty comment; streams of other kinds stay behind.

Source: RFC 3533 (pages), RFC 7845 (Opus), the Vorbis I and Theora specifications, RFC 9639 section 10.1 (FLAC).
Streams are numbered anew, as their numbers were drawn at random when the recording was made.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from vault.worker import strip_flac
from vault.worker.refusal import Refusal

PAGE = struct.Struct("<4sBBqIIIB")
CONTINUED, BEGINS, ENDS = 1, 2, 4
NO_GRANULE = -1
MOST_STREAMS = 64
LARGEST_HEADERS = 1 << 20
NOTHING = bytes(8)  # a comment: no name of an encoder, and no lines
CRC_AT = 22
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
OPUS, VORBIS, THEORA, FLAC, SPEEX = b"OpusHead", b"\x01vorbis", b"\x80theora", b"\x7fFLAC", b"Speex   "
FLAC_HEAD = 9
SIZES = {OPUS: (19, 276), VORBIS: (30, 30), THEORA: (42, 42), FLAC: (51, 51), SPEEX: (80, 80)}
"""Of the first packet, at least and at most."""


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    granule: int
    serial: int
    table: bytes
    body: memoryview


@dataclass(slots=True)
class _Stream:
    kind: bytes
    number: int
    headers: int
    packets: list[bytes] = field(default_factory=list)
    partial: bytearray = field(default_factory=bytearray)
    sequence: int = 0


def checksum(page: bytes) -> int:
    """Ogg's: as zlib's, but from the other end of each byte, and without the two inversions."""
    rest = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(rest.to_bytes(4, "little").translate(_REVERSED), "big")


def strip(data: bytes) -> list[bytes]:
    """The pages of the new file. Raises Refusal."""
    streams: dict[int, _Stream | None] = {}
    out: list[bytes] = []
    made = 0
    for page in _pages(data):
        if page.flags & BEGINS:
            if len(streams) > MOST_STREAMS:
                raise Refusal("media-unknown")
            streams[page.serial] = stream = _begun(page, made + 1)
            made += stream is not None
        elif page.serial not in streams:
            raise Refusal("damaged")
        kept = streams[page.serial]
        if kept is not None:
            out.extend(_continued(kept, page))
    if not made or any(one is not None and len(one.packets) < one.headers for one in streams.values()):
        raise Refusal("damaged")
    return out


def _pages(data: bytes) -> Iterator[_Page]:
    view, at = memoryview(data), 0
    while at < len(data):
        if at + PAGE.size > len(data):
            raise Refusal("damaged")
        mark, version, flags, granule, serial, _, crc, count = PAGE.unpack_from(data, at)
        table = data[at + PAGE.size : at + PAGE.size + count]
        start = at + PAGE.size + count
        end = start + sum(table)
        if mark != b"OggS" or version or len(table) != count or end > len(data):
            raise Refusal("damaged")
        if checksum(data[at : at + CRC_AT] + bytes(4) + data[at + CRC_AT + 4 : end]) != crc:
            raise Refusal("damaged")
        yield _Page(flags, granule, serial, table, view[start:end])
        at = end


def _begun(page: _Page, number: int) -> _Stream | None:
    """A stream of a kind that is known; None for one that stays behind."""
    first = bytes(page.body)
    kind = next((kind for kind in SIZES if first.startswith(kind)), None)
    if kind is None:
        return None
    least, most = SIZES[kind]
    if not least <= len(first) <= most or page.table[-1] == 255:
        raise Refusal("media-unknown")
    headers = {OPUS: 2, VORBIS: 3, THEORA: 3, FLAC: 2, SPEEX: 2}[kind]
    if kind == FLAC:
        headers = 1 + int.from_bytes(first[7:9], "big")
    elif kind == SPEEX:
        headers = 2 + int.from_bytes(first[68:72], "little")
    if kind == FLAC and headers < 2:
        raise Refusal("media-unknown")
    return _Stream(kind, number, headers)


def _continued(stream: _Stream, page: _Page) -> Iterator[bytes]:
    """The new pages for one of the old: the headers' at once when the last of them is complete."""
    if len(stream.packets) == stream.headers:
        yield _page(stream, page.flags & ~BEGINS, page.granule, page.table, bytes(page.body))
        return
    at = 0
    for size in page.table:
        stream.partial += page.body[at : at + size]
        at += size
        if size < 255:
            stream.packets.append(bytes(stream.partial))
            stream.partial.clear()
    if len(stream.packets) > stream.headers or sum(map(len, stream.packets)) > LARGEST_HEADERS:
        raise Refusal("media-unknown")  # sound that begins on a page of the headers is against all five formats
    if page.flags & BEGINS:  # all streams begin before any of them goes on
        if len(stream.packets) != 1:
            raise Refusal("media-unknown")
        first = _plain_first(stream)
        yield _page(stream, BEGINS, 0, _lacing(first), first)
    elif len(stream.packets) == stream.headers:
        if stream.partial:
            raise Refusal("media-unknown")
        yield from _header_pages(stream, _plain_others(stream))


def _plain_first(stream: _Stream) -> bytes:
    first = stream.packets[0]
    if stream.kind != FLAC:
        return first
    strip_flac.described(first[FLAC_HEAD : FLAC_HEAD + 4] + bytes([first[13] | 128]) + first[14:])
    return first[:7] + b"\0\1" + first[FLAC_HEAD:]


def _plain_others(stream: _Stream) -> list[bytes]:
    _, comment, *others = stream.packets
    if stream.kind == OPUS and comment.startswith(b"OpusTags"):
        return [b"OpusTags" + NOTHING]
    if stream.kind == VORBIS and comment.startswith(b"\x03vorbis") and others[0].startswith(b"\x05vorbis"):
        return [b"\x03vorbis" + NOTHING + b"\x01", others[0]]
    if stream.kind == THEORA and comment.startswith(b"\x81theora") and others[0].startswith(b"\x82theora"):
        return [b"\x81theora" + NOTHING, others[0]]
    if stream.kind == SPEEX and not others:
        return [NOTHING]
    if stream.kind == FLAC:
        return [b"\x84" + len(NOTHING).to_bytes(3, "big") + NOTHING]
    raise Refusal("media-unknown")


def _lacing(packet: bytes) -> bytes:
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def _header_pages(stream: _Stream, packets: list[bytes]) -> Iterator[bytes]:
    table, body = b"".join(map(_lacing, packets)), b"".join(packets)
    flags = 0
    while table:
        piece, table = table[:255], table[255:]
        size = sum(piece)
        yield _page(stream, flags, 0 if piece[-1] < 255 else NO_GRANULE, piece, body[:size])
        body = body[size:]
        flags = CONTINUED if piece[-1] == 255 else 0


def _page(stream: _Stream, flags: int, granule: int, table: bytes, body: bytes) -> bytes:
    head = PAGE.pack(b"OggS", 0, flags, granule, stream.number, stream.sequence, 0, len(table))
    stream.sequence += 1
    page = head + table + body
    return page[:CRC_AT] + checksum(page).to_bytes(4, "little") + page[CRC_AT + 4 :]
