"""Signed notes, https://c2sp.org/signed-note: the text form only. Signatures are checked by the caller.

    text, ending in a newline
    (an empty line)
    — <key name> base64(key id (4 bytes) || signature)     one line a signature

Reading is strict: serialising what was read gives the same bytes, or it is not read at all.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from vault.errors import Damaged

MAX_NOTE_BYTES = 256 * 1024
MAX_SIGNATURES = 32
MAX_SIGNATURE_BYTES = 8 * 1024
KEY_ID_BYTES = 4
_MARK = "— "
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,256}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who (name and four-byte id), and the signature's bytes without the id."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError("a key name is not empty and holds neither spaces nor '+'")
        if len(self.key_id) != KEY_ID_BYTES or not 0 < len(self.signature) <= MAX_SIGNATURE_BYTES:
            raise ValueError("a note's signature has an impossible length")


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and the signatures beside it, in order. The signatures are not checked."""

    text: str
    signatures: tuple[Signature, ...]


def serialise(note: Note) -> bytes:
    """The bytes of a note. Raises ValueError if it can't be one."""
    if not note.text.endswith("\n") or _CONTROL.search(note.text) is not None:
        raise ValueError("a note's text ends in a newline and has no control characters")
    if not 1 <= len(note.signatures) <= MAX_SIGNATURES:
        raise ValueError("a note has between one and 32 signatures")
    lines = [
        f"{_MARK}{one.name} {base64.b64encode(one.key_id + one.signature).decode()}\n" for one in note.signatures
    ]
    data = (note.text + "\n" + "".join(lines)).encode()
    if len(data) > MAX_NOTE_BYTES:
        raise ValueError("a note is too large")
    return data


def parse(untrusted_data: bytes) -> Note:
    """Read a note. Raises Damaged for everything that the specification does not allow."""
    if len(untrusted_data) > MAX_NOTE_BYTES:
        raise Damaged("a signed note is larger than it may be")
    try:
        text = untrusted_data.decode()
    except UnicodeDecodeError:
        raise Damaged("a signed note is not UTF-8") from None
    if _CONTROL.search(text) is not None:
        raise Damaged("a signed note holds control characters")
    body, empty, tail = text.rpartition("\n\n")
    if not empty or not tail.endswith("\n"):
        raise Damaged("a signed note has no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Damaged("a signed note has too many signatures")
    return Note(body + "\n", tuple(_parse_line(line) for line in lines))


def _parse_line(untrusted_line: str) -> Signature:
    name, space, encoded = untrusted_line.removeprefix(_MARK).partition(" ")
    if not untrusted_line.startswith(_MARK) or not space:
        raise Damaged("a signed note holds a line that is no signature")
    try:
        data = base64.b64decode(encoded, validate=True)
        found = Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
    except (ValueError, binascii.Error):
        raise Damaged("a signed note holds a line that is no signature") from None
    # Python's decoder takes non-zero bits after the end; two texts for one signature must not both be read.
    if base64.b64encode(data).decode() != encoded:
        raise Damaged("a signed note holds a line that is no signature")
    return found
