"""What an auditor sends back: canonical JSON with the cosigned head, and the maps that were recomputed under it.

    {"casevault":"audit-cosignature","log":origin,"maps":[note,…],"note":note,"v":1}

`note` is the head's checkpoint with the log's signature and one cosignature; each of `maps` a map note with the
witness's own signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical

MAGIC: Final = "audit-cosignature"
VERSION: Final = 1
MAX_BYTES: Final = 1 << 20
MAX_MAPS: Final = 64
_MARK: Final = b'{"casevault":"audit-cosignature"'
_BLANKS: Final = b" \t\r\n"
_WHAT: Final = "the cosignature file"


@dataclass(frozen=True, slots=True)
class CosignatureFile:
    """`log` is the log's origin; the notes are not checked here."""

    log: str
    note: bytes
    maps: tuple[bytes, ...] = ()


def serialise(file: CosignatureFile) -> bytes:
    """The bytes of a file."""
    maps = [one.decode() for one in file.maps]
    return canonical.dump(
        {"casevault": MAGIC, "v": VERSION, "log": file.log, "note": file.note.decode(), "maps": maps}
    )


def begins(untrusted_data: bytes) -> bool:
    """Whether a file begins as one of these does."""
    return untrusted_data.startswith(_MARK)


def parse(untrusted_data: bytes) -> CosignatureFile:
    """Read a file; blanks at its end, which mail and editors add, are none of it. Raises Damaged, NewerFormat."""
    found = canonical.load(untrusted_data.rstrip(_BLANKS), _WHAT, limit=MAX_BYTES)
    if not isinstance(found, dict) or found.get("casevault") != MAGIC:
        raise Damaged("this is no cosignature of an audit log")
    if type(found.get("v")) is int and found["v"] > VERSION:
        raise NewerFormat(f"{_WHAT} was made by a later version of Casevault")
    if set(found) != {"casevault", "v", "log", "note", "maps"} or found["v"] is not VERSION:
        raise Damaged(f"{_WHAT} is not valid")
    maps = found["maps"]
    if not isinstance(maps, list) or len(maps) > MAX_MAPS:
        raise Damaged(f"{_WHAT} is not valid")
    if not all(isinstance(one, str) for one in (found["log"], found["note"], *maps)):
        raise Damaged(f"{_WHAT} is not valid")
    return CosignatureFile(found["log"], found["note"].encode(), tuple(one.encode() for one in maps))
