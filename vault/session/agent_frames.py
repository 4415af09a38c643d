"""What goes between a command and the agent: bounded frames of canonical JSON over a local stream.

A frame is its length in four bytes, big end first, and so many bytes of canonical JSON: always an object. A frame
that has begun must be whole in time, so that nobody can hold a place by sending half of one.
"""

from __future__ import annotations

import struct
import threading
import time
from typing import Any, Protocol

from vault.errors import Damaged
from vault.formats import canonical
from vault.session.agent_process import Process

PREFIX = struct.Struct(">I")
MAX_FRAME = 8 << 20
"""Bytes of one frame: what is kept beside the log is at most half of it."""
FRAME_SECONDS = 10.0
_CHUNK = 1 << 16
_WHAT = "a message between a command and the process that keeps the vault open"


class Ended(Exception):
    """The other side has gone, or took too long."""


class Stream(Protocol):
    """A local connection whose other side has been looked at."""

    def read(self, most: int, until: float | None) -> bytes:
        """Up to `most` bytes, b"" at the end. Raises Ended if none come until then (monotonic seconds)."""
        ...

    def write(self, data: bytes, until: float) -> None:
        """All of it. Raises Ended."""
        ...

    def ended(self) -> bool:
        """Whether the other side has closed it, without waiting and without reading anything."""
        ...

    def process(self) -> Process | None:
        """The process at the other side, None if it can't be told or has ended."""
        ...

    def close(self) -> None:
        """May be called twice, and while another thread reads."""
        ...


class Channel:
    """Frames over a stream. One thread reads; writes may come from several."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._writing = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        """Raises Ended; ValueError for what is no JSON or too large."""
        body = canonical.dump(message)
        if len(body) > MAX_FRAME:
            raise ValueError("a message is too large")
        with self._writing:
            self._stream.write(PREFIX.pack(len(body)) + body, time.monotonic() + FRAME_SECONDS)

    def receive(self, *, limit: int = MAX_FRAME, wait: float | None = None) -> dict[str, Any]:
        """The next message, for which `wait` seconds are given to begin (None: as long as it takes).

        Raises Ended; Damaged for bytes that are not in the form above, after which nothing more can be read.
        """
        until = None if wait is None else time.monotonic() + wait
        first = self._some(1, until)
        until = time.monotonic() + FRAME_SECONDS
        (length,) = PREFIX.unpack(first + self._some(PREFIX.size - 1, until))
        if length > limit:
            raise Damaged(f"{_WHAT} is larger than it may be")
        message = canonical.load(self._some(length, until), _WHAT, limit=limit)
        if not isinstance(message, dict):
            raise Damaged(f"{_WHAT} is not valid")
        return message

    def _some(self, size: int, until: float | None) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._stream.read(min(size - len(data), _CHUNK), until)
            if not piece:
                raise Ended
            data += piece
        return bytes(data)

    def ended(self) -> bool:
        """Whether the other side has closed it. Between an answer and the next question only."""
        return self._stream.ended()

    def process(self) -> Process | None:
        """The process at the other side, None if it can't be told or has ended."""
        return self._stream.process()

    def close(self) -> None:
        """End the connection."""
        self._stream.close()
