"""The worker's end of the pipe: one request in, one answer out.

Request:  b"CVQ1", u32 length, JSON header, then for each of header["blobs"] blobs: chunks of u32 length and
bytes, ended by a chunk of length 0.
Answer:   b"CVA1", u32 length, JSON header, u32 number of blobs, for each a u64 length and the bytes. Then EOF.
A session (the header says "session": true) is the same again and again: after the worker's first answer, which only
says that it is ready, each further request has one answer, until the end of the input.
All numbers are big-endian. `vault/sandbox/frames.py` is the other end; the two share no code on purpose.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

REQUEST_MAGIC = b"CVQ1"
ANSWER_MAGIC = b"CVA1"
MAX_CHUNK = 1 << 20


class BrokenRequest(Exception):
    """The request ended early or does not follow the form."""


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BrokenRequest
    return data


def read_next(stream: BinaryIO) -> dict[str, Any] | None:
    """The JSON header of a session's next request, None at the end of the session; raises BrokenRequest."""
    magic = stream.read(4)
    return _header_after(magic, stream) if magic else None


def read_header(stream: BinaryIO) -> dict[str, Any]:
    """The JSON header; raises BrokenRequest."""
    return _header_after(_exactly(stream, 4), stream)


def _header_after(magic: bytes, stream: BinaryIO) -> dict[str, Any]:
    if magic != REQUEST_MAGIC:
        raise BrokenRequest
    (length,) = struct.unpack(">I", _exactly(stream, 4))
    header = json.loads(_exactly(stream, length))
    if not isinstance(header, dict):
        raise BrokenRequest
    return header


def read_blob(stream: BinaryIO) -> bytes:
    """One blob, to its closing empty chunk; raises BrokenRequest."""
    blob = bytearray()
    while True:
        (length,) = struct.unpack(">I", _exactly(stream, 4))
        if length == 0:
            return bytes(blob)
        if length > MAX_CHUNK:
            raise BrokenRequest
        blob += _exactly(stream, length)


def write_answer(stream: BinaryIO, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send the one answer."""
    encoded = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    stream.write(ANSWER_MAGIC + struct.pack(">I", len(encoded)) + encoded + struct.pack(">I", len(blobs)))
    for blob in blobs:
        stream.write(struct.pack(">Q", len(blob)))
        stream.write(blob)
    stream.flush()
