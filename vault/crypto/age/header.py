"""The textual header of an age file: version line, stanzas, MAC line.

The parser takes exactly what the grammar of the specification allows (C2SP age.md, "ABNF definition of file
header"), so that a header has one spelling only and its MAC covers every byte; everything is bounded before it is
stored. It needs no key and derives none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vault.crypto.age.faults import header_fault
from vault.crypto.age.pipes import ByteReader
from vault.errors import Damaged

VERSION_LINE: Final = b"age-encryption.org/v1\n"
MAC_SIZE: Final = 32
BODY_COLUMNS: Final = 64

# Ours, not the specification's: 128 hybrid recipients need 220 KiB.
MAX_STANZAS: Final = 128
MAX_HEADER_SIZE: Final = 512 * 1024
MAX_ARGUMENT_LINE: Final = 16 * 1024

_STANZA_MARK: Final = b"-> "
_END_MARK: Final = b"---"
_ARGUMENTS: Final = re.compile(rb"[!-~]+(?: [!-~]+)*")


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient. `kind` is the first argument, `args` are the rest."""

    kind: str
    args: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it was read. `signed` are the bytes that the MAC covers."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    signed: bytes


def encode_base64(data: bytes) -> str:
    """Base64 without padding (RFC 4648, section 4)."""
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64(untrusted_text: str | bytes, size: int | None = None) -> bytes:
    """Bytes of canonical base64 without padding, of `size` bytes if given. Raises Damaged."""
    text = untrusted_text.encode("utf-8") if isinstance(untrusted_text, str) else untrusted_text
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        raise header_fault("a value is not base64") from None
    # Spare bits that are not zero, padding and line ends all show in a second encoding.
    if encode_base64(data).encode("ascii") != text:
        raise header_fault("a value is not canonical base64")
    if size is not None and len(data) != size:
        raise header_fault("a value has the wrong length")
    return data


def serialize_unsigned(stanzas: Iterable[Stanza]) -> bytes:
    """The header up to and including the mark "---": the bytes that the MAC covers."""
    parts = [VERSION_LINE]
    for stanza in stanzas:
        parts.append(b"-> " + " ".join((stanza.kind, *stanza.args)).encode("ascii") + b"\n")
        body = encode_base64(stanza.body).encode("ascii")
        # The last line must be short, so a body that fills its lines is followed by an empty one.
        parts += [body[at : at + BODY_COLUMNS] + b"\n" for at in range(0, len(body) + 1, BODY_COLUMNS)]
    parts.append(_END_MARK)
    return b"".join(parts)


def serialize_mac(mac: bytes) -> bytes:
    """What follows the mark "---"."""
    return b" " + encode_base64(mac).encode("ascii") + b"\n"


def parse(untrusted_source: ByteReader) -> Header:
    """Read a header and leave the source at the first byte of the payload.

    Raises Damaged for every deviation from the grammar and for sizes beyond the bounds of this module. The MAC is
    read, not checked: that takes the file key.
    """
    if untrusted_source.peek(len(VERSION_LINE)) != VERSION_LINE:
        raise header_fault("this is not an age v1 file")
    lines = _Lines(untrusted_source)
    lines.next(len(VERSION_LINE))
    stanzas: list[Stanza] = []
    while True:
        line = lines.next(MAX_ARGUMENT_LINE)
        if line.startswith(_END_MARK):
            break
        if len(stanzas) == MAX_STANZAS:
            raise header_fault(f"more than {MAX_STANZAS} recipients")
        stanzas.append(_stanza(line, lines))
    if not stanzas:
        raise header_fault("no recipients")
    return Header(tuple(stanzas), _mac(line), lines.before_last() + _END_MARK)


def _mac(line: bytes) -> bytes:
    if not line.startswith(_END_MARK + b" "):
        raise header_fault("the MAC line is malformed")
    return decode_base64(line[len(_END_MARK) + 1 : -1], MAC_SIZE)


def _stanza(line: bytes, lines: _Lines) -> Stanza:
    if not line.startswith(_STANZA_MARK) or not _ARGUMENTS.fullmatch(line, len(_STANZA_MARK), len(line) - 1):
        raise header_fault("a recipient line is malformed")
    kind, *args = line[len(_STANZA_MARK) : -1].decode("ascii").split(" ")
    body = bytearray()
    while True:
        text = lines.next(BODY_COLUMNS + 1)[:-1]
        body += text
        if len(text) < BODY_COLUMNS:
            return Stanza(kind, tuple(args), decode_base64(bytes(body)))


class _Lines:
    """Lines of the header with their LF, all of them kept for the MAC, and bounded as a whole."""

    def __init__(self, source: ByteReader) -> None:
        self._source = source
        self._lines: list[bytes] = []
        self._size = 0

    def next(self, limit: int) -> bytes:
        line = self._source.line(limit)
        if not line.endswith(b"\n"):
            raise _unfinished(line, limit)
        self._lines.append(line)
        self._size += len(line)
        if self._size > MAX_HEADER_SIZE:
            raise header_fault(f"longer than {MAX_HEADER_SIZE // 1024} KiB")
        return line

    def before_last(self) -> bytes:
        return b"".join(self._lines[:-1])


def _unfinished(line: bytes, limit: int) -> Damaged:
    return header_fault("a line is too long" if len(line) == limit else "the file ends inside the header")
