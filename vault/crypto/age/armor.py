"""Armor: an age file as text, strict PEM (RFC 7468, section 3, figure 3) of "AGE ENCRYPTED FILE".

One spelling only, so that an armored file can't be changed unnoticed either: lines of 64 characters, one shorter or
equal last line, canonical base64. Allowed besides are CRLF line ends, and a little white space before and after.
"""

from __future__ import annotations

import binascii
from typing import Final

from vault.crypto.age.faults import armor_fault
from vault.crypto.age.pipes import ByteReader, ByteSink, ByteSource, write_all

BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
END: Final = b"-----END AGE ENCRYPTED FILE-----"
COLUMNS: Final = 64
LINE_BYTES: Final = 48
MAX_WHITESPACE: Final = 1024

_BLOCK_LINES: Final = 8192
_LINE_SIZE: Final = COLUMNS + 1
_MAX_LINE: Final = COLUMNS + 2
_WHITESPACE: Final = b" \t\r\n\v\f"


def looks_armored(untrusted_start: bytes) -> bool:
    """Whether a file that starts with these bytes (MAX_WHITESPACE and some) is meant as armor."""
    return untrusted_start.lstrip(_WHITESPACE).startswith(b"-----")


class ArmorWriter:
    """Writes what it is given as armor. `close` writes the last line and leaves `out` open."""

    def __init__(self, out: ByteSink) -> None:
        self._out = out
        self._rest = bytearray()
        write_all(out, BEGIN + b"\n")

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`."""
        self._rest += data
        for start in range(0, len(self._rest) - LINE_BYTES + 1, _BLOCK_LINES * LINE_BYTES):
            block = self._rest[start : start + _BLOCK_LINES * LINE_BYTES]
            self._write_lines(block[: len(block) // LINE_BYTES * LINE_BYTES])
        del self._rest[: len(self._rest) // LINE_BYTES * LINE_BYTES]
        return len(data)

    def close(self) -> None:
        """Write what is left of the last line, and the closing line."""
        self._write_lines(self._rest)
        self._rest.clear()
        write_all(self._out, END + b"\n")

    def _write_lines(self, block: bytearray) -> None:
        text = binascii.b2a_base64(block, newline=False)
        lines = [text[at : at + COLUMNS] for at in range(0, len(text), COLUMNS)]
        if lines:
            write_all(self._out, b"\n".join(lines) + b"\n")


class ArmorReader:
    """The bytes inside an armored file. Reads its source to the end; raises Damaged where the armor is not strict."""

    def __init__(self, untrusted_source: ByteSource) -> None:
        self._source = untrusted_source if isinstance(untrusted_source, ByteReader) else ByteReader(untrusted_source)
        self._ready = memoryview(b"")
        self._begun = False
        self._regular = True
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none only at the end."""
        while not self._ready and not self._ended:
            self._ready = memoryview(self._next())
        data, self._ready = bytes(self._ready[:size]), self._ready[size:]
        return data

    def _next(self) -> bytes:
        if not self._begun:
            self._begin()
            self._begun = True
        return self._block() or self._line()

    def _begin(self) -> None:
        ahead = self._source.peek(MAX_WHITESPACE + 1)
        blank = len(ahead) - len(ahead.lstrip(_WHITESPACE))
        if blank > MAX_WHITESPACE:
            raise armor_fault("too much white space before it")
        # White space before is whole lines only: an indented first line is another spelling.
        self._source.skip(ahead.rfind(b"\n", 0, blank) + 1)
        if _stripped(self._source.line(len(BEGIN) + 2)) != BEGIN:
            raise armor_fault("the opening line is wrong")

    def _block(self) -> bytes:
        """As many full lines at once as stand ahead in their usual spelling, or nothing."""
        if not self._regular:
            return b""
        ahead = self._source.peek(_BLOCK_LINES * _LINE_SIZE)
        # The ends of lines stand 65 bytes apart as long as nothing but full lines with LF comes.
        ends = ahead[COLUMNS::_LINE_SIZE]
        lines = len(ends) - len(ends.lstrip(b"\n"))
        ahead = ahead[: lines * _LINE_SIZE]
        text = ahead.translate(None, b"\n")
        try:
            if not lines or len(text) != lines * COLUMNS or b"=" in text:
                raise binascii.Error
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            # Line by line from here on, which also says what is wrong; trying again would cost a block a line.
            self._regular = False
            return b""
        self._source.skip(len(ahead))
        return data

    def _line(self) -> bytes:
        """One line in any spelling; a short one is the last."""
        raw = self._source.line(_MAX_LINE)
        if not raw:
            raise armor_fault("the closing line is missing")
        line = _stripped(raw)
        if line == END:
            self._finish()
            return b""
        data = _decoded(line)
        if len(data) < LINE_BYTES:
            if _stripped(self._source.line(_MAX_LINE)) != END:
                raise armor_fault("the closing line is missing or wrong")
            self._finish()
        return data

    def _finish(self) -> None:
        rest = self._source.peek(MAX_WHITESPACE + 1)
        if rest.strip(_WHITESPACE):
            raise armor_fault("data follows the closing line")
        if len(rest) > MAX_WHITESPACE:
            raise armor_fault("too much white space after it")
        self._ended = True


def _stripped(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _decoded(line: bytes) -> bytes:
    if len(line) > COLUMNS:
        raise armor_fault("a line is too long")
    try:
        data = binascii.a2b_base64(line, strict_mode=True)
    except binascii.Error:
        raise armor_fault("a line is not base64") from None
    if not line or binascii.b2a_base64(data, newline=False) != line:
        raise armor_fault("a line is empty or not canonical base64")
    return data
