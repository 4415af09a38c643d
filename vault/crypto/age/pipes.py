"""Reading and writing in full: what `read` and `write` of a raw file leave open, closed here once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

READ_AHEAD: Final = 8192


class ByteSource(Protocol):
    """Anything opened for reading in binary; `readinto` is used where it exists."""

    def read(self, size: int, /) -> bytes | None: ...


class ByteSink(Protocol):
    """Anything opened for writing in binary. The buffer given is only valid during the call."""

    def write(self, data: memoryview, /) -> int | None: ...


def write_all(out: ByteSink, data: bytes | memoryview) -> None:
    """Write every byte, however little a raw file takes at a time."""
    view = memoryview(data)
    while view:
        written = out.write(view)
        # A buffered file may return None for "all of it"; nothing else that blocks does.
        view = view[len(view) if written is None else written :]


def read_full(source: ByteSource, view: memoryview) -> int:
    """Fill `view` and return the number of bytes, which is smaller only at the end of the source."""
    readinto: Callable[[memoryview], int | None] | None = getattr(source, "readinto", None)
    filled = 0
    while filled < len(view):
        count: int | None
        if readinto is not None:
            count = readinto(view[filled:])
        else:
            data = source.read(len(view) - filled)
            count = None if data is None else len(data)
            view[filled : filled + len(data or b"")] = data or b""
        if count is None:
            # Taking "nothing yet" for the end would cut a file short unnoticed.
            raise BlockingIOError("the source is in non-blocking mode")
        if count == 0:
            break
        filled += count
    return filled


class ByteReader:
    """A source with a little read-ahead, for the parts of a file that are lines.

    Whoever wraps a source in this reads it to its end through this: the read-ahead is not given back.
    """

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._ahead = b""
        self._at = 0
        self._ended = False

    def peek(self, size: int) -> bytes:
        """Up to `size` bytes, fewer only at the end of the source, without consuming them."""
        self._load(size)
        return self._ahead[self._at : self._at + size]

    def skip(self, size: int) -> None:
        """Consume `size` bytes that `peek` has shown."""
        self._at += size

    def line(self, limit: int) -> bytes:
        """The next line with its LF; without one if the source ends or the line is longer than `limit` bytes."""
        end = self._ahead.find(b"\n", self._at, self._at + limit)
        if end < 0:
            self._load(limit)
            end = self._ahead.find(b"\n", self._at, self._at + limit)
        stop = end + 1 if end >= 0 else self._at + limit
        line = self._ahead[self._at : stop]
        self._at += len(line)
        return line

    def readinto(self, view: memoryview) -> int:
        """Fill `view`; fewer bytes only at the end of the source."""
        ready = self._ahead[self._at : self._at + len(view)]
        view[: len(ready)] = ready
        self._at += len(ready)
        return len(ready) + read_full(self._source, view[len(ready) :])

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, fewer only at the end of the source."""
        buffer = bytearray(size)
        return bytes(memoryview(buffer)[: self.readinto(memoryview(buffer))])

    def _load(self, size: int) -> None:
        """Read until `size` bytes stand ahead or the source ends."""
        missing = size - (len(self._ahead) - self._at)
        if missing <= 0 or self._ended:
            return
        parts = [self._ahead[self._at :]]
        while missing > 0 and not self._ended:
            data = self._source.read(max(READ_AHEAD, missing))
            if data is None:
                raise BlockingIOError("the source is in non-blocking mode")
            self._ended = not data
            parts.append(data)
            missing -= len(data)
        self._ahead, self._at = b"".join(parts), 0
