"""FLAC: what a decoder must know of the sound, and the frames, each proved by its checksums. Source: RFC 9639."""

from __future__ import annotations

from vault.worker.refusal import Refusal

STREAMINFO, STREAMINFO_SIZE = 0, 34
LAST, HEAD = 0x80, 4
LONGEST_HEADER = 16
LARGEST_FRAME = 1 << 24
ID3V1_SIZE = 128


def strip(data: bytes) -> list[bytes | memoryview]:
    """The pieces of the new file. Raises Refusal."""
    at = _after_id3(data)
    information, at = described(data, at)
    end = len(data) - ID3V1_SIZE if data[-ID3V1_SIZE:].startswith(b"TAG") else len(data)
    _prove(data, at, end)
    return [
        b"fLaC",
        bytes([LAST | STREAMINFO]) + STREAMINFO_SIZE.to_bytes(3, "big"),
        information,
        memoryview(data)[at:end],
    ]


def _after_id3(data: bytes) -> int:
    if not data.startswith(b"ID3"):
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 127
    return size + (20 if data[5] & 0x10 else 10)


def described(data: bytes, at: int = 0) -> tuple[bytes, int]:
    """(STREAMINFO, where the blocks end) of what begins with fLaC. Raises Refusal."""
    if not data.startswith(b"fLaC", at):
        raise Refusal("damaged")
    at += 4
    information = b""
    while True:
        if at + HEAD > len(data):
            raise Refusal("damaged")
        kind, size = data[at], int.from_bytes(data[at + 1 : at + HEAD], "big")
        at += HEAD
        if kind & ~LAST == STREAMINFO and not information:
            information = data[at : at + size]
        at += size
        if kind & LAST:
            break
    if len(information) != STREAMINFO_SIZE or at > len(data):
        raise Refusal("damaged")
    return information, at


def _table(polynomial: int, bits: int) -> list[int]:
    out = []
    for value in range(256):
        rest = value << (bits - 8)
        for _ in range(8):
            rest = rest << 1 ^ (polynomial if rest >> (bits - 1) & 1 else 0)
        out.append(rest & (1 << bits) - 1)
    return out


_CRC8, _CRC16 = _table(0x107, 8), _table(0x18005, 16)


def _prove(data: bytes, at: int, end: int) -> None:
    """Frames, one right behind the other, from `at` to `end`; raises Refusal for anything between or after them."""
    if not _header(data, at, end):
        raise Refusal("damaged")
    sync = data[at : at + 2]
    while at < end:
        following, rest = at, 0
        while True:
            start = following
            following = data.find(sync, start + 1, end)
            following = following if following > 0 else end
            if following - at > LARGEST_FRAME:
                raise Refusal("damaged")
            rest = _sum16(data[start:following], rest)
            if rest == 0 and (following == end or _header(data, following, end)):
                break
            if following == end:
                raise Refusal("damaged")
        at = following


def _sum16(data: bytes, rest: int) -> int:
    table = _CRC16
    for byte in data:
        rest = (rest << 8 & 0xFFFF) ^ table[rest >> 8 ^ byte]
    return rest


def _header(data: bytes, at: int, end: int) -> bool:
    """Whether a frame's header stands here, by its own checksum."""
    if at + 6 > end or data[at] != 0xFF or data[at + 1] & 0xFE != 0xF8:
        return False
    size, rate = data[at + 2] >> 4, data[at + 2] & 15
    number, first = 1, data[at + 4]
    while first & 0x80 >> number and number < 7:
        number += 1
    length = 4 + (number if first & 0x80 else 1) + {6: 1, 7: 2}.get(size, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if size == 0 or rate == 15 or at + length >= end or length > LONGEST_HEADER:
        return False
    rest = 0
    for byte in data[at : at + length]:
        rest = _CRC8[rest ^ byte]
    return rest == data[at + length]
