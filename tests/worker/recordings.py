"""Takes recordings apart, by code that shares nothing with what strips them: what is heard and seen, as packets."""

from __future__ import annotations

import struct
from pathlib import Path

MEDIA = Path(__file__).resolve().parent / "media"


def mp4_boxes(data: bytes, start: int = 0, end: int | None = None) -> list[tuple[str, int, int]]:
    """(path, start, end) of every box that holds no others, and of those that do."""
    found: list[tuple[str, int, int]] = []
    holders = ("moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta")
    at = start
    while at + 8 <= (len(data) if end is None else end):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        name = kind.decode("latin-1")
        found.append((name, at + 8, at + size))
        if name in holders:
            found += [(f"{name}/{path}", a, b) for path, a, b in mp4_boxes(data, at + 8, at + size)]
        at += size
    return found


def mp4_samples(data: bytes) -> dict[str, list[bytes]]:
    """By handler, each sample of its tracks."""
    out: dict[str, list[bytes]] = {}
    for name, start, end in mp4_boxes(data):
        if name != "moov/trak":
            continue
        boxes = {path.removeprefix("mdia/minf/stbl/"): data[a:b] for path, a, b in mp4_boxes(data, start, end)}
        same, count = struct.unpack(">II", boxes["stsz"][4:12])
        sizes = [same] * count if same else list(struct.unpack(f">{count}I", boxes["stsz"][12:]))
        places = [at for (at,) in struct.iter_unpack(">I", boxes["stco"][8:])]
        runs = list(struct.iter_unpack(">III", boxes["stsc"][8:]))
        samples = []
        for number, at in enumerate(places, 1):
            many = [run[1] for run in runs if run[0] <= number][-1]
            for _ in range(many):
                size = sizes[len(samples)]
                samples.append(data[at : at + size])
                at += size
        out[boxes["mdia/hdlr"][8:12].decode()] = samples
    return out


def _number(data: bytes, at: int, keep: bool) -> tuple[int, int]:
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if keep:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), at + length


def mkv_elements(data: bytes) -> list[tuple[int, bytes]]:
    """(kind, content) of every element in order of the file; those that hold others come with none."""
    holders = (0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE, 0xA0, 0x1254C367, 0x7373, 0x67C8, 0x1A45DFA3,
               0x1941A469, 0x61A7, 0x1043A770, 0x45B9, 0xB6, 0x80, 0x1C53BB6B, 0xBB, 0xB7)  # fmt: skip
    out: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        kind, at = _number(data, at, True)
        size, at = _number(data, at, False)
        if kind in holders:
            out.append((kind, b""))
        else:
            out.append((kind, data[at : at + size]))
            at += size
    return out


def mkv_packets(data: bytes) -> list[tuple[int, bytes]]:
    """(track, time, flags and frames) of each block."""
    return [(body[0] & 127, body[1:]) for kind, body in mkv_elements(data) if kind in (0xA1, 0xA3)]


def ogg_pages(data: bytes) -> list[tuple[int, int, int, bytes]]:
    """(stream, granule, sequence, content) of each page."""
    out, at = [], 0
    while at < len(data):
        granule, serial, sequence = struct.unpack("<qII", data[at + 6 : at + 22])
        table = data[at + 27 : at + 27 + data[at + 26]]
        start = at + 27 + len(table)
        out.append((serial, granule, sequence, data[start : start + sum(table)]))
        at = start + sum(table)
    return out
