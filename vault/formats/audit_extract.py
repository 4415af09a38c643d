"""An extract of one case's log: one canonical JSON object, made to be given to somebody who may know that case only.

    casevault   "audit-extract"
    v           1
    log         the log's verifier key
    case        the case
    entries     [[case part, base64 of the SHA-256 of the log part], …], all of the case, in order
    vouched     how many of them, from the first, the map covers; 0 without a map
    map         null, or the case's place in a map that witnesses vouch for:
                  note (text of the signed map note), salt (hex), index (8 hex digits), hashes ([base64, …])
    statement   a note by the log's key over origin, case, number of entries, their root, vouched, the map's root

Nothing in it has a length that depends on anything outside the case. Here is only the form: nothing is checked
against a signature or a hash.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from vault.errors import Damaged
from vault.formats import canonical
from vault.model import events

KIND = "audit-extract"
VERSION = 1
DIGEST_BYTES = 32
MAX_BYTES = 128 << 20
MAX_ENTRIES = 1_000_000
MAX_HASHES = 32
MAX_INDEX = (1 << 32) - 1
MAX_TEXT = 256 * 1024
STATEMENT_HEADER = "casevault-extract/v1"
_MEMBERS = {"case", "casevault", "entries", "log", "map", "statement", "v", "vouched"}
_MAP_MEMBERS = {"hashes", "index", "note", "salt"}
_INDEX = re.compile(r"[0-9a-f]{8}", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CASE = re.compile(events.CASE_ID, re.ASCII)

ExtractEntry = tuple[bytes, bytes]
"""The case part as it is stored in the log, and the SHA-256 of the log part."""


@dataclass(frozen=True, slots=True)
class ExtractMap:
    """Where the case stands in a map: the signed note of that map, the case's salt, its index and its path."""

    note: bytes
    salt: bytes
    index: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """An extract as read or to be written; nothing in it is checked."""

    log: str
    case: str
    entries: tuple[ExtractEntry, ...]
    vouched: int
    map: ExtractMap | None
    statement: bytes


def statement(origin: str, case: str, count: int, root: bytes, vouched: int, map_root: bytes | None) -> str:
    """The text that the log's key signs under an extract, so that its parts can't be put together from several."""
    roots = [("-" if one is None else base64.b64encode(one).decode()) for one in (root, map_root)]
    return f"{STATEMENT_HEADER}\n{origin}\n{case}\n{count}\n{roots[0]}\n{vouched}\n{roots[1]}\n"


def serialise(extract: Extract) -> bytes:
    """The bytes of an extract. Raises ValueError if it is larger than a reader takes."""
    if len(extract.entries) > MAX_ENTRIES:
        raise ValueError("an extract has too many entries")
    data = canonical.dump(
        {
            "case": extract.case,
            "casevault": KIND,
            "entries": [[part.decode("latin-1"), _text(digest)] for part, digest in extract.entries],
            "log": extract.log,
            "map": None if extract.map is None else _map_members(extract.map),
            "statement": extract.statement.decode(),
            "v": VERSION,
            "vouched": extract.vouched,
        }
    )
    if len(data) > MAX_BYTES:
        raise ValueError("an extract is too large")
    return data


def _map_members(place: ExtractMap) -> dict[str, Any]:
    return {
        "hashes": [_text(one) for one in place.hashes],
        "index": f"{place.index:08x}",  # of one width: extracts of one case have one length
        "note": place.note.decode(),
        "salt": place.salt.hex(),
    }


def parse(untrusted_data: bytes) -> Extract:
    """Read an extract. Raises Damaged for everything but the one form that `serialise` writes."""
    if len(untrusted_data) > MAX_BYTES:
        raise Damaged("an extract of the log is larger than it may be")
    try:
        found = _read(json.loads(untrusted_data))
        again = serialise(found)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        raise Damaged("an extract of the log is not valid") from None
    if again != untrusted_data:
        raise Damaged("an extract of the log is not in its canonical form")
    return found


def _read(untrusted: Any) -> Extract:
    members = _object(untrusted, _MEMBERS)
    entries, case, vouched = members["entries"], _string(members["case"]), members["vouched"]
    if members["casevault"] != KIND or type(members["v"]) is not int or members["v"] != VERSION:
        raise ValueError("another kind of file")
    if _CASE.fullmatch(case) is None or type(vouched) is not int or type(entries) is not list:
        raise ValueError("no case, or no entries")
    if not 0 <= vouched <= len(entries) <= MAX_ENTRIES:
        raise ValueError("impossible numbers")
    return Extract(
        _string(members["log"]),
        case,
        tuple(_entry(one) for one in entries),
        vouched,
        None if members["map"] is None else _map(members["map"]),
        _string(members["statement"]).encode(),
    )


def _entry(untrusted: Any) -> ExtractEntry:
    if type(untrusted) is not list or len(untrusted) != 2:
        raise ValueError("no entry")
    digest = base64.b64decode(_string(untrusted[1]), validate=True)
    if len(digest) != DIGEST_BYTES:
        raise ValueError("no digest")
    return _string(untrusted[0]).encode("latin-1"), digest


def _map(untrusted: Any) -> ExtractMap:
    members = _object(untrusted, _MAP_MEMBERS)
    index, salt, hashes = _string(members["index"]), _string(members["salt"]), members["hashes"]
    if _INDEX.fullmatch(index) is None or _SALT.fullmatch(salt) is None:
        raise ValueError("no place in a map")
    if type(hashes) is not list or len(hashes) > MAX_HASHES:
        raise ValueError("no path of hashes")
    path = tuple(base64.b64decode(_string(one), validate=True) for one in hashes)
    return ExtractMap(_string(members["note"]).encode(), bytes.fromhex(salt), int(index, 16), path)


def _object(untrusted: Any, members: set[str]) -> dict[str, Any]:
    if type(untrusted) is not dict or set(untrusted) != members:
        raise ValueError("other members")
    return untrusted


def _string(untrusted: Any) -> str:
    if type(untrusted) is not str or len(untrusted) > MAX_TEXT:
        raise ValueError("no text")
    return untrusted


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
