"""The parent's end of the worker's pipe. The form stands in `vault/worker/frames.py`; no code is shared.

Everything that is read here was written by a process that a hostile document may own.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

REQUEST_MAGIC = b"CVQ1"
ANSWER_MAGIC = b"CVA1"
CHUNK = 1 << 18
MAX_HEADER_BYTES = 128 << 20
MAX_BLOBS = 10_000
MAX_CONTAINERS = 4_000_000
MAX_VALUES = 12_000_000
"""Signs of JSON, wherever they stand: Python makes far more of an empty list than the two bytes that it is written
in. A document with as much text and as many words as may be has less than half of that."""


class BrokenAnswer(Exception):
    """The answer does not follow the form; its bytes are never part of the message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: bounded in size and strict JSON, but not yet believed."""

    header: dict[str, object]
    blobs: tuple[bytes, ...]


def request_start(header: dict[str, object]) -> bytes:
    """The bytes that go before the first blob."""
    encoded = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    return REQUEST_MAGIC + struct.pack(">I", len(encoded)) + encoded


def blob_chunks(source: bytes | BinaryIO) -> Iterator[bytes]:
    """One blob as length-prefixed chunks and the closing empty one."""
    if isinstance(source, bytes):
        pieces: Iterator[bytes] = (source[start : start + CHUNK] for start in range(0, len(source), CHUNK))
    else:
        pieces = iter(lambda: source.read(CHUNK), b"")
    for piece in pieces:
        yield struct.pack(">I", len(piece)) + piece
    yield struct.pack(">I", 0)


def _refuse_constant(name: str) -> NoReturn:
    raise BrokenAnswer


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise BrokenAnswer
    return mapping


def parse_answer(untrusted: Sequence[bytes]) -> Answer:
    """Split the bytes of a whole answer; raises BrokenAnswer on anything but the one exact form."""
    data = memoryview(b"".join(untrusted))
    if len(data) < 8 or data[:4] != ANSWER_MAGIC:
        raise BrokenAnswer
    (length,) = struct.unpack(">I", data[4:8])
    if length > MAX_HEADER_BYTES or len(data) < 12 + length:
        raise BrokenAnswer
    header = _parse_header(bytes(data[8 : 8 + length]))
    (count,) = struct.unpack(">I", data[8 + length : 12 + length])
    if count > MAX_BLOBS:
        raise BrokenAnswer
    position = 12 + length
    blobs: list[bytes] = []
    for _ in range(count):
        if len(data) < position + 8:
            raise BrokenAnswer
        (size,) = struct.unpack(">Q", data[position : position + 8])
        position += 8
        if size > len(data) - position:
            raise BrokenAnswer
        blobs.append(bytes(data[position : position + size]))
        position += size
    if position != len(data):
        raise BrokenAnswer
    return Answer(header, tuple(blobs))


def read_answer(exactly: Callable[[int], bytes], bound: int, most_blobs: int = 0) -> Answer:
    """One answer of a session, of at most `bound` bytes and so many blobs; `exactly` gives so many bytes or raises.

    Raises BrokenAnswer on anything but the one exact form.
    """
    start = exactly(8)
    if start[:4] != ANSWER_MAGIC:
        raise BrokenAnswer
    (length,) = struct.unpack(">I", start[4:])
    if length > bound:
        raise BrokenAnswer
    header = _parse_header(exactly(length))
    (count,) = struct.unpack(">I", exactly(4))
    if count > most_blobs:
        raise BrokenAnswer
    blobs: list[bytes] = []
    left = bound - length
    for _ in range(count):
        (size,) = struct.unpack(">Q", exactly(8))
        left -= size
        if left < 0:
            raise BrokenAnswer
        blobs.append(exactly(size))
    return Answer(header, tuple(blobs))


def _parse_header(untrusted_json: bytes) -> dict[str, object]:
    containers = untrusted_json.count(b"[") + untrusted_json.count(b"{")
    if containers > MAX_CONTAINERS or containers + untrusted_json.count(b",") > MAX_VALUES:
        raise BrokenAnswer
    try:
        header = json.loads(
            untrusted_json.decode("ascii"), parse_constant=_refuse_constant, object_pairs_hook=_no_twins
        )
    except (ValueError, RecursionError):
        raise BrokenAnswer from None
    if not isinstance(header, dict):
        raise BrokenAnswer
    return header
