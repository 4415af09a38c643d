"""Where the samples of one track of an MP4 file lie, and the tables that tell a player when to show which.

Source: ISO/IEC 14496-12, section 8.6 and 8.7.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vault.worker.refusal import Refusal
from vault.worker.strip_mp4_boxes import Boxes, box, only, plain

MOST_SAMPLES = 20_000_000
TABLES = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stps": 4}
"""Tables that are a number of entries and the entries, of so many bytes; all but the first may be missing."""


@dataclass(frozen=True, slots=True)
class Samples:
    """`before` and `behind` are boxes to write; `chunks` are (place, size) in the file, one behind the other."""

    before: bytes
    behind: bytes
    chunks: list[tuple[int, int]]
    of_one_byte: bool


def read(table: Boxes, size: int) -> Samples:
    """The samples of a track in a file of `size` bytes. Raises Refusal where they do not all lie in it."""
    before = b"".join(_table(name, content, TABLES[name]) for name, content in table if name in TABLES)
    only(table, b"stts")
    runs = _runs(only(table, b"stsc"))
    sizes, written = _sizes(table)
    places = _places(table)
    chunks = _chunks(runs, sizes, places)
    if any(at < 0 or at + long > size for at, long in chunks):
        raise Refusal("damaged")
    return Samples(before, box(b"stsc", bytes(4), _packed(runs)) + written, chunks, sizes[:1] == (1,))


def _table(name: bytes, content: memoryview, entry: int) -> bytes:
    (count,) = struct.unpack_from(">I", content, 4)
    version = content[0] & 1 if name == b"ctts" else 0
    return box(name, bytes((version, 0, 0, 0)), plain(content[4:], 4 + count * entry))


def _runs(content: memoryview) -> list[tuple[int, int, int]]:
    """(first chunk, samples of each chunk from there on, description)."""
    (count,) = struct.unpack_from(">I", content, 4)
    runs = list(struct.iter_unpack(">III", plain(content[8:], count * 12)))
    firsts = [first for first, _, _ in runs]
    if firsts[:1] not in ([1], []) or firsts != sorted(set(firsts)):
        raise Refusal("damaged")
    return [(first, many, which) for first, many, which in runs]


def _packed(runs: list[tuple[int, int, int]]) -> bytes:
    return struct.pack(">I", len(runs)) + b"".join(struct.pack(">III", *one) for one in runs)


def _sizes(table: Boxes) -> tuple[list[int] | tuple[int, int], bytes]:
    """(the sizes of the samples, or one size and how many there are; the box that says so)."""
    if any(name == b"stz2" for name, _ in table):
        raise Refusal("media-unknown")
    content = only(table, b"stsz")
    same, count = struct.unpack_from(">II", content, 4)
    if count > MOST_SAMPLES:
        raise Refusal("damaged")
    if same:
        return (same, count), box(b"stsz", bytes(4), struct.pack(">II", same, count))
    sizes = plain(content[12:], 4 * count)
    return list(struct.unpack(f">{count}I", sizes)), box(b"stsz", bytes(4), struct.pack(">II", 0, count), sizes)


def _places(table: Boxes) -> list[int]:
    wide = any(name == b"co64" for name, _ in table)
    content = only(table, b"co64" if wide else b"stco")
    (count,) = struct.unpack_from(">I", content, 4)
    return list(struct.unpack(f">{count}{'Q' if wide else 'I'}", plain(content[8:], count * (8 if wide else 4))))


def _chunks(
    runs: list[tuple[int, int, int]], sizes: list[int] | tuple[int, int], places: list[int]
) -> list[tuple[int, int]]:
    """Each chunk's place and size; all samples must be in one, and no chunk be without its samples."""
    ends = [first for first, _, _ in runs[1:]] + [len(places) + 1]
    out: list[tuple[int, int]] = []
    sample = 0
    total = sizes[1] if isinstance(sizes, tuple) else len(sizes)
    for (first, many, _), end in zip(runs, ends, strict=True):
        if many == 0 or end > len(places) + 1:
            raise Refusal("damaged")
        for place in range(first, end):
            if sample + many > total:
                raise Refusal("damaged")
            long = many * sizes[0] if isinstance(sizes, tuple) else sum(sizes[sample : sample + many])
            out.append((places[place - 1], long))
            sample += many
    if sample != total:
        raise Refusal("damaged")
    return out
