"""Sound and film: everything in the file beside sound and pictures. What is heard and seen is not searched."""

from __future__ import annotations

import re
import struct

from .check_scan import Scan

MAX_BOXES = 200_000
MAX_NESTED = 12
MAX_SEARCHED = 64 << 20  # bytes of a file that are searched whole
_HOLDERS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst", b"edts", b"dinf", b"moof",
                      b"traf", b"meco", b"gmhd", b"tref"))  # fmt: skip
_COORDINATES = frozenset((b"\xa9xyz", b"loci", b"GPSI"))
_DATA = frozenset((b"mdat", b"free", b"skip", b"wide"))
_EBML_HOLDERS = frozenset((0x18538067, 0x1549A966, 0x1254C367, 0x7373, 0x67C8, 0x63C0, 0x1941A469, 0x61A7, 0x1654AE6B,
                           0xAE, 0x1043A770, 0x45B9, 0xB6, 0x80, 0x114D9B74, 0x1A45DFA3))  # fmt: skip
_EBML_DATA = frozenset((0x1F43B675, 0x1C53BB6B, 0xEC))
_TEXT_FRAME = re.compile(rb"[A-Z][A-Z0-9]{2,3}")


def sniff_media(data: bytes) -> str:
    """mp4, mp3, ogg, flac, mkv, riff, asf, or nothing."""
    if data[4:8] == b"ftyp" or data[4:8] in (b"moov", b"mdat", b"wide"):
        return "mp4"
    if data[:3] == b"ID3" or (len(data) > 4 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return "mp3"
    if data[:4] == b"RIFF" and data[8:12] in (b"WAVE", b"AVI "):
        return "riff"
    heads = (
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"\x1a\x45\xdf\xa3", "mkv"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    )
    return next((kind for head, kind in heads if data.startswith(head)), "")


def check_media(scan: Scan, data: bytes, where: str) -> None:
    """Search the metadata of a recording, and the whole file as bytes where it is not too large."""
    kind = sniff_media(data)
    walk = {"mp4": _mp4, "mp3": _mp3, "ogg": _ogg, "mkv": _mkv, "riff": _riff, "flac": _flac}.get(kind)
    if walk is not None:
        walk(scan, data, where)
    scan.structure("not-heard", where)  # nobody listened to it or watched it
    if len(data) <= MAX_SEARCHED:
        scan.raw("media:bytes", where, data)
    else:
        scan.raw("media:bytes", where, data[: MAX_SEARCHED // 2])
        scan.raw("media:bytes", where, data[-MAX_SEARCHED // 2 :])
        scan.structure("not-searched", where)


def _found(scan: Scan, where: str, body: bytes) -> None:
    if body.strip(b"\0 "):
        scan.structure("media:metadata", where)
        scan.raw("media:metadata", where, body)


def boxes(data: bytes, at: int = 0, end: int | None = None) -> list[tuple[bytes, int, int]]:
    """(kind, start, end) of the contents of the boxes of an ISO file between two places, as far as they fit."""
    end = len(data) if end is None else end
    found = list[tuple[bytes, int, int]]()
    while at + 8 <= end and len(found) < MAX_BOXES:
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        start = at + 8
        if size == 1 and at + 16 <= end:
            size, start = struct.unpack(">Q", data[at + 8 : at + 16])[0], at + 16
        size = end - at if size == 0 else size
        if size < start - at or at + size > end:
            found.append((b"rest", at, end))
            break
        found.append((kind, start, at + size))
        at += size
    return found


def _mp4(scan: Scan, data: bytes, where: str, start: int = 0, end: int | None = None, depth: int = 0) -> None:
    for kind, first, last in boxes(data, start, end):
        if kind in _COORDINATES:
            scan.structure("media:location", where)
        if kind in _HOLDERS and depth < MAX_NESTED:
            _mp4(scan, data, where, first, last, depth + 1)
        elif kind == b"meta":
            _found(scan, where, data[first:last])
        elif kind in (b"uuid", b"XMP_", b"rest", b"keys", b"hdlr", b"name", b"udta") or kind[:1] == b"\xa9":
            body = data[first:last]
            if kind == b"hdlr":
                scan.raw("media:metadata", where, body)
            else:
                _found(scan, where, body)
        elif kind in _DATA and kind != b"mdat":
            if data[first:last].strip(b"\0"):
                scan.structure("media:hidden-bytes", where)
        elif depth > 1 and kind in (b"data", b"mean", b"cprt", b"titl", b"auth", b"dscp", b"loci"):
            _found(scan, where, data[first:last])


def _mp3(scan: Scan, data: bytes, where: str) -> None:
    if data[:3] == b"ID3" and len(data) >= 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        body = data[10 : 10 + size]
        _found(scan, where, body.replace(b"\xff\x00", b"\xff") if data[5] & 0x80 else body)
        _id3(scan, where, body, data[3])
    if data[-128:-125] == b"TAG":
        _found(scan, where, data[-125:])
    at = data.rfind(b"APETAGEX")
    if at >= 0:
        _found(scan, where, data[max(0, at - 65536) :])


def _id3(scan: Scan, where: str, body: bytes, version: int) -> None:
    at, head = 0, 6 if version == 2 else 10
    while at + head <= len(body) and _TEXT_FRAME.fullmatch(body[at : at + (3 if version == 2 else 4)]):
        if version == 2:
            size = int.from_bytes(body[at + 3 : at + 6], "big")
        elif version == 4:
            size = sum((b & 0x7F) << s for b, s in zip(body[at + 4 : at + 8], (21, 14, 7, 0), strict=True))
        else:
            size = int.from_bytes(body[at + 4 : at + 8], "big")
        frame = body[at + head : at + head + size]
        charset = {1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(frame[0] if frame else 0, "cp1251")
        scan.text("media:metadata", where, frame[1:].decode(charset, "replace").replace("\0", " "))
        if body[at : at + 4] in (b"APIC", b"GEOB"):
            _picture(scan, where, frame)
        at += head + max(size, 1)


def _picture(scan: Scan, where: str, frame: bytes) -> None:
    from .check_kinds import check_inside

    starts = [i for i in (frame.find(b"\xff\xd8\xff"), frame.find(b"\x89PNG")) if i >= 0]
    if starts:
        check_inside(scan, frame[min(starts) :], f"{where}, cover", "media:metadata")


def _ogg(scan: Scan, data: bytes, where: str) -> None:
    packets, at = bytearray(), 0
    for _ in range(64):  # the comments stand in the first pages
        if data[at : at + 4] != b"OggS" or at + 27 > len(data):
            break
        count = data[at + 26]
        table = data[at + 27 : at + 27 + count]
        start = at + 27 + count
        packets += data[start : start + sum(table)]
        at = start + sum(table)
    for sign in (b"\x03vorbis", b"OpusTags", b"Speex   ", b"\x81theora"):
        place = packets.find(sign)
        if place >= 0:
            _found(scan, where, _comments(bytes(packets[place + len(sign) :])))


def _comments(packet: bytes) -> bytes:
    """The texts of a Vorbis comment (xiph.org/vorbis/doc/v-comment.html), a line each; all of one that is broken."""
    texts, at, left = [], 0, 1
    while left:
        size = int.from_bytes(packet[at : at + 4], "little")
        if at + 4 + size > len(packet):
            return packet
        texts.append(packet[at + 4 : at + 4 + size])
        at += 4 + size
        left -= 1
        if len(texts) == 1:  # after the program's name comes how many there are
            left = int.from_bytes(packet[at : at + 4], "little")
            at += 4
    return b"\n".join(texts).strip(b"\n")


def _flac(scan: Scan, data: bytes, where: str) -> None:
    at = 4
    while at + 4 <= len(data):
        kind, size = data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4], "big")
        if kind not in (0, 1, 3):
            _found(scan, where, data[at + 4 : at + 4 + size])
            if kind == 6:
                _picture(scan, where, data[at + 4 : at + 4 + size])
        if data[at] & 0x80:
            break
        at += 4 + size


def _riff(scan: Scan, data: bytes, where: str) -> None:
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack("<4sI", data[at : at + 8])
        is_data = kind in (b"data", b"fmt ", b"idx1", b"fact") or data[at + 8 : at + 12] in (b"movi", b"hdrl")
        if not is_data:
            _found(scan, where, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2


def _mkv(scan: Scan, data: bytes, where: str) -> None:
    waiting, met = [(0, len(data), 0)], 0
    while waiting and met < MAX_BOXES:
        at, end, depth = waiting.pop()
        while at < end and met < MAX_BOXES:
            met += 1
            number, at = _vint(data, at, keep=True)
            size, at = _vint(data, at, keep=False)
            if number < 0 or size < 0:
                break
            last = min(end, at + size)
            if number in _EBML_HOLDERS and depth < MAX_NESTED:
                waiting.append((at, last, depth + 1))
            elif number not in _EBML_DATA and depth > 1 and last - at > 3:
                body = data[at:last]
                scan.raw("media:metadata", where, body)
                if number in (0x45A3, 0x4487, 0x7BA9, 0x466E, 0x467E):
                    scan.structure("media:metadata", where)
            at = last


def _vint(data: bytes, at: int, *, keep: bool) -> tuple[int, int]:
    """A number of variable length of EBML (RFC 8794, 4) and where it ends; -1 where there is none."""
    if at >= len(data) or data[at] == 0:
        return -1, len(data)
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if not keep:
        value &= (1 << (7 * length)) - 1
        if value == (1 << (7 * length)) - 1:
            value = len(data)  # of unknown size: to the end
    return value, at + length
