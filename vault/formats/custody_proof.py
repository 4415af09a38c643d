"""A custody proof: one exhibit of a bundle opened for a court. The exact form stands in docs/format.md.

It is canonical JSON: what opens the commitment and the blinded entries, and how these stand in the log of
the vault. Only the form is read here; nothing in it is to be trusted before it is checked against the bundle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical

VERSION = 1
KIND = "custody-proof"
MAX_BYTES = 16 << 20
MAX_ENTRIES = 10_000
MAX_CASES = 64
MAX_PATH = 62
_MARK = b'"casevault":"custody-proof"'
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry of the log: its case part as stored, the SHA-256 of its log part, and the path from it to the root of
    its case's tree; None where no map that is vouched for covers it."""

    case_part: bytes
    log_digest: bytes
    hashes: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A case's place in the map: number of entries and root of its tree, its salt, its index and path in the map."""

    case: str
    count: int
    root: bytes
    salt: bytes
    index: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, repr=False)
class CustodyProof:
    """What opens one exhibit. `key` is the item's commitment key (32 bytes), `sha256` and `size` are of the original;
    `log` is the log's verifier key and `note` the map's signed note, both empty without a map."""

    bundle: str
    exhibit: str
    sha256: bytes
    size: int
    key: bytes
    log: str
    note: bytes
    places: tuple[Place, ...]
    entries: tuple[Opened, ...]


def serialise(proof: CustodyProof) -> bytes:
    """The bytes of the file."""
    return canonical.dump({
        "casevault": KIND,
        "v": VERSION,
        "bundle": proof.bundle,
        "exhibit": proof.exhibit,
        "original": {"sha256": proof.sha256.hex(), "size": proof.size},
        "key": proof.key.hex(),
        "log": proof.log,
        "note": proof.note.decode(),
        "places": [
            {"case": one.case, "count": one.count, "root": one.root.hex(), "salt": one.salt.hex(),
             "index": one.index, "hashes": _hexes(one.hashes)}
            for one in proof.places
        ],
        "entries": [
            {"case_part": one.case_part.decode(), "log_digest": one.log_digest.hex(),
             "hashes": None if one.hashes is None else _hexes(one.hashes)}
            for one in proof.entries
        ],
    })  # fmt: skip


def _hexes(hashes: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in hashes]


def looks_like_one(head: bytes) -> bool:
    """Whether a file that begins so may be a custody proof."""
    return head.startswith(b'{"bundle":') and _MARK in head


def parse(untrusted_data: bytes) -> CustodyProof:
    """Read a proof. Raises Damaged for everything but the form that `serialise` writes, NewerFormat."""
    untrusted = canonical.load(untrusted_data, "the custody proof", limit=MAX_BYTES)
    if not isinstance(untrusted, dict) or untrusted.get("casevault") != KIND:
        raise Damaged("this file is no custody proof")
    if type(untrusted.get("v")) is int and untrusted["v"] > VERSION:
        raise NewerFormat("the custody proof was made by a later version of Casevault")
    try:
        proof = _proof(untrusted)
        again = serialise(proof)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Damaged("the custody proof is not valid") from None
    if again != untrusted_data:
        raise Damaged("the custody proof holds something that does not belong there")
    return proof


def _proof(untrusted: dict[str, Any]) -> CustodyProof:
    places, entries = untrusted["places"], untrusted["entries"]
    if not isinstance(places, list) or len(places) > MAX_CASES:
        raise ValueError("places")
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise ValueError("entries")
    return CustodyProof(
        bundle=_text(untrusted["bundle"]),
        exhibit=_text(untrusted["exhibit"]),
        sha256=_hash(untrusted["original"]["sha256"]),
        size=_number(untrusted["original"]["size"]),
        key=_hash(untrusted["key"]),
        log=_text(untrusted["log"]),
        note=_text(untrusted["note"], MAX_BYTES).encode(),
        places=tuple(_place(one) for one in places),
        entries=tuple(_entry(one) for one in entries),
    )


def _place(untrusted: dict[str, Any]) -> Place:
    return Place(
        case=_text(untrusted["case"]),
        count=_number(untrusted["count"]),
        root=_hash(untrusted["root"]),
        salt=_hash(untrusted["salt"]),
        index=_number(untrusted["index"]),
        hashes=_path(untrusted["hashes"]),
    )


def _entry(untrusted: dict[str, Any]) -> Opened:
    hashes = untrusted["hashes"]
    return Opened(
        case_part=_text(untrusted["case_part"], MAX_BYTES).encode(),
        log_digest=_hash(untrusted["log_digest"]),
        hashes=None if hashes is None else _path(hashes),
    )


def _path(untrusted: object) -> tuple[bytes, ...]:
    if not isinstance(untrusted, list) or len(untrusted) > MAX_PATH:
        raise ValueError("path")
    return tuple(_hash(one) for one in untrusted)


def _hash(untrusted: object) -> bytes:
    if not isinstance(untrusted, str) or _HASH.fullmatch(untrusted) is None:
        raise ValueError("hash")
    return bytes.fromhex(untrusted)


def _text(untrusted: object, limit: int = _TEXT) -> str:
    if not isinstance(untrusted, str) or len(untrusted) > limit:
        raise ValueError("text")
    return untrusted


def _number(untrusted: object) -> int:
    if type(untrusted) is not int or not 0 <= untrusted < 1 << 50:
        raise ValueError("number")
    return untrusted
