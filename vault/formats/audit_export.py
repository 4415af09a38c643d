"""What lies inside an audit export, once age has opened it: a zlib stream of lines.

    1      {"casevault":"audit-export","kind":"full"|"heads","log":verifier key,"made":time,"map_key":hex (full only),
            "size":n,"to":name of the cosigner's key,"v":1,"vault":"V-…"}
    2      {"checkpoint":note}             the head of these n entries, signed by the log
    3      {"cosigned":[note,…]}           heads that others vouch for, newest first
    4      {"seeds":[base64,…]}            age files for this auditor; full only, else empty
    5      {"stamps":[{"chain","checkpoint","request","response","size"},…]}      base64 but for the size
    6      {"consistency":[{"from":size,"hashes":[base64,…],"root":base64},…]}     heads only, else empty
    7 …    case part TAB log part          of entries 0 … n-1 as they are stored; full only
    last   {"end":how many lines stand before it}

Where the log's key was replaced, `v` is 2, and after line 6 stands one more line, the first replacement first:

    {"keys":[{"checkpoint":note,"entry":base64,"hashes":[base64,…],"log":key,"map_key":hex,"place":base64},…]}

with the key of before, the last head that it signed, the last entry under that (case part, SHA-256 of the log part),
whose digest is the SHA-256 of the next verifier key, the proof that it is in that tree, and, in full exports, the key
of the maps up to there.

All but the entries is canonical JSON (RFC 8785); each line ends in LF. Both directions stream. What is read is
bounded line by line, and so is how much a stream may swell: each entry holds 256 random bits, so ours never do.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical, replaced_keys
from vault.formats.replaced_keys import ReplacedKey
from vault.model import events, ids

MAGIC: Final = "audit-export"
VERSION: Final = 1
WITH_KEYS: Final = 2
"""The version of an export of a log whose key was replaced."""
Kind = Literal["full", "heads"]
MAX_SIZE: Final = 1 << 40
MAX_LINE: Final = 4 << 20
MAX_ENTRY_LINE: Final = 128 * 1024 + 1
MAX_COSIGNED: Final = 64
MAX_SEEDS: Final = 1024
MAX_STAMPS: Final = 64
MAX_PROOFS: Final = 512
MAX_HASHES: Final = 128
MAX_SWELLING: Final = 64
"""Times that the plain stream may be larger than the packed one, beyond SLACK."""
SLACK: Final = 2 << 20
PIECE: Final = 256 * 1024
NO_EXPORT: Final = "no-export"
"""The `kind` of the error for a file that is something else."""
_LEVEL: Final = 6
_ZLIB: Final = b"\x78"
_TIME = re.compile(events.TIME, re.ASCII)
_KEY = re.compile("[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,256}")
_WHAT: Final = "the audit export"
Parts = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Stamp:
    """An RFC 3161 stamp of a head: the checkpoint, request and response (DER), the authority's chain (PEM)."""

    size: int
    checkpoint: bytes
    request: bytes
    response: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """That the exported head continues the tree of `size` entries with this root (RFC 9162, 2.1.4)."""

    size: int
    root: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Front:
    """All that stands before the entries. Nothing in it has been checked but its form.

    `log` is the log's verifier key, `made` a UTC time, `size` the number of entries under `checkpoint`, `to` the name
    of the cosigner's key that this is for; `map_key` 32 bytes, None in an export of heads only.
    """

    kind: Kind
    log: str
    vault: str
    made: str
    size: int
    to: str
    map_key: bytes | None
    checkpoint: bytes
    cosigned: tuple[bytes, ...] = ()
    seeds: tuple[bytes, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    consistency: tuple[Proof, ...] = ()
    keys: tuple[ReplacedKey, ...] = ()


def pack(front: Front, entries: Iterable[Parts]) -> Iterator[bytes]:
    """The bytes of an export, in pieces. Raises ValueError if there are not `front.size` entries."""
    packer = zlib.compressobj(_LEVEL)
    waiting: list[bytes] = []
    size = 0
    for line in _lines(front, entries):
        waiting.append(line)
        size += len(line) + 1
        if size >= PIECE:
            yield packer.compress(b"\n".join(waiting) + b"\n")
            waiting, size = [], 0
    waiting.append(b"")
    yield packer.compress(b"\n".join(waiting)) + packer.flush()


def _lines(front: Front, entries: Iterable[Parts]) -> Iterator[bytes]:
    header: dict[str, Any] = {
        "casevault": MAGIC, "v": WITH_KEYS if front.keys else VERSION, "kind": front.kind, "log": front.log,
        "vault": front.vault, "made": front.made, "size": front.size, "to": front.to,
    }  # fmt: skip
    if front.map_key is not None:
        header["map_key"] = front.map_key.hex()
    stamps = [
        {
            "size": one.size, "checkpoint": _b64(one.checkpoint), "request": _b64(one.request),
            "response": _b64(one.response), "chain": _b64(one.chain),
        }
        for one in front.stamps[:MAX_STAMPS]
    ]  # fmt: skip
    proofs = [
        {"from": one.size, "root": _b64(one.root), "hashes": [_b64(value) for value in one.hashes]}
        for one in front.consistency[:MAX_PROOFS]
    ]
    yield canonical.dump(header)
    yield canonical.dump({"checkpoint": front.checkpoint.decode()})
    yield _fitting("cosigned", [note.decode() for note in front.cosigned[:MAX_COSIGNED]])
    yield _fitting("seeds", [_b64(seed) for seed in front.seeds[:MAX_SEEDS]])
    yield _fitting("stamps", stamps)
    yield _fitting("consistency", proofs)
    if front.keys:
        # The newest ones: an auditor who knows an older key than these compares the fingerprint anew.
        yield _fitting("keys", [replaced_keys.members(one) for one in front.keys[-replaced_keys.MAX_KEYS :]])
    count = 0
    for case_part, log_part in entries:
        yield case_part + b"\t" + log_part
        count += 1
    if count != (front.size if front.kind == "full" else 0):
        raise ValueError("an export has exactly the entries that its head says")
    yield canonical.dump({"end": _FRONT_LINES + bool(front.keys) + count})


def _fitting(name: str, values: list[Any]) -> bytes:
    """A line with as many of the values, first ones first, as a line may hold."""
    while len(line := canonical.dump({name: values})) > MAX_LINE:
        values = values[: len(values) // 2]
    return line


_FRONT_LINES = 6


class Reader:
    """An export as it is read: `front` at once, the entries by `batches`."""

    def __init__(self, untrusted_chunks: Iterator[bytes]) -> None:
        """Takes over the decrypted stream. Raises Damaged, NewerFormat, and whatever the stream raises."""
        self._lines = _Lines(_plain(untrusted_chunks))
        self.front = self._front()

    def _front(self) -> Front:
        header = _header(self._json())
        kind: Kind = header["kind"]
        checkpoint = self._member("checkpoint")
        if not isinstance(checkpoint, str):
            raise _damaged()
        cosigned = [_text(one) for one in self._list("cosigned", MAX_COSIGNED)]
        seeds = [_bytes(one) for one in self._list("seeds", MAX_SEEDS)]
        stamps = [_stamp(one) for one in self._list("stamps", MAX_STAMPS)]
        proofs = [_proof(one) for one in self._list("consistency", MAX_PROOFS)]
        if proofs if kind == "full" else seeds:
            raise _damaged()
        keys = (
            [replaced_keys.parse(one, full=kind == "full") for one in self._list("keys", replaced_keys.MAX_KEYS)]
            if header["v"] == WITH_KEYS
            else []
        )
        if header["v"] == WITH_KEYS and not keys:
            raise _damaged()
        return Front(
            kind=kind,
            log=header["log"],
            vault=header["vault"],
            made=header["made"],
            size=header["size"],
            to=header["to"],
            map_key=bytes.fromhex(header["map_key"]) if "map_key" in header else None,
            checkpoint=checkpoint.encode(),
            cosigned=tuple(cosigned),
            seeds=tuple(seeds),
            stamps=tuple(stamps),
            consistency=tuple(proofs),
            keys=tuple(keys),
        )

    def _json(self) -> Any:
        return canonical.load(self._lines.one(), _WHAT, limit=MAX_LINE)

    def _member(self, name: str) -> Any:
        found = self._json()
        if not isinstance(found, dict) or list(found) != [name]:
            raise _damaged()
        return found[name]

    def _list(self, name: str, limit: int) -> list[Any]:
        found = self._member(name)
        if not isinstance(found, list) or len(found) > limit:
            raise _damaged()
        return found

    def batches(self) -> Iterator[list[Parts]]:
        """The entries (case part, log part) in order, many at a time; once.

        Only the end of the iteration says that the export was whole. Raises Damaged.
        """
        left = self.front.size if self.front.kind == "full" else 0
        while left:
            some = self._lines.some(left)
            left -= len(some)
            batch = []
            for line in some:
                case_part, tab, log_part = line.partition(b"\t")
                if not tab or len(line) > MAX_ENTRY_LINE:
                    raise _damaged()
                batch.append((case_part, log_part))
            yield batch
        expected = _FRONT_LINES + bool(self.front.keys) + (self.front.size if self.front.kind == "full" else 0)
        if self._member("end") != expected:
            raise _damaged()
        self._lines.finish()


class _Lines:
    """Lines out of pieces, each no longer than MAX_LINE."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready: list[bytes] = []
        self._at = 0
        self._tail = b""

    def _load(self) -> None:
        while self._at == len(self._ready):
            piece = next(self._pieces, None)
            if piece is None:
                raise Damaged("the audit export ends too early")
            *self._ready, self._tail = (self._tail + piece).split(b"\n")
            self._at = 0
            if len(self._tail) > MAX_LINE:
                raise Damaged("the audit export holds a line that is too long")

    def one(self) -> bytes:
        """The next line."""
        self._load()
        self._at += 1
        return self._ready[self._at - 1]

    def some(self, limit: int) -> list[bytes]:
        """The next lines that are ready, at least one and at most `limit`."""
        self._load()
        found = self._ready[self._at : self._at + limit]
        self._at += len(found)
        return found

    def finish(self) -> None:
        """Nothing may come any more. Raises Damaged."""
        if self._at != len(self._ready) or self._tail or any(self._pieces):
            raise Damaged("the audit export goes on after its end")


def _plain(untrusted_chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The stream unpacked, in pieces of at most PIECE bytes, to its end and no further."""
    unpacker = zlib.decompressobj()
    packed = plain = 0
    for chunk in untrusted_chunks:
        if not packed and chunk[:1] != _ZLIB:
            raise Damaged("this is no audit export", kind=NO_EXPORT)
        packed += len(chunk)
        while chunk:
            if unpacker.eof:
                raise Damaged("the audit export goes on after its end")
            try:
                piece = unpacker.decompress(chunk, PIECE)
            except zlib.error:
                raise _damaged() from None
            chunk = unpacker.unconsumed_tail or unpacker.unused_data
            plain += len(piece)
            if plain > packed * MAX_SWELLING + SLACK:
                raise Damaged("the audit export swells like nothing that Casevault packs")
            if piece:
                yield piece
    if not unpacker.eof:
        raise Damaged("the audit export ends too early")


def _header(untrusted: Any) -> dict[str, Any]:
    if not isinstance(untrusted, dict) or untrusted.get("casevault") != MAGIC:
        raise Damaged("this is no audit export")
    if type(untrusted.get("v")) is not int or untrusted["v"] < VERSION:
        raise _damaged()
    if untrusted["v"] > WITH_KEYS:
        raise NewerFormat("the audit export was made by a later version of Casevault")
    names = {"casevault", "v", "kind", "log", "vault", "made", "size", "to"}
    if untrusted.get("kind") == "full":
        names |= {"map_key"}
    elif untrusted.get("kind") != "heads":
        raise _damaged()
    size = untrusted.get("size")
    if set(untrusted) != names or type(size) is not int or not 0 <= size <= MAX_SIZE:
        raise _damaged()
    texts = names - {"v", "size"}
    if not all(isinstance(untrusted[name], str) for name in texts):
        raise _damaged()
    fits = _TIME.fullmatch(untrusted["made"]) and _NAME.fullmatch(untrusted["to"])
    if not fits or not ids.is_id(untrusted["vault"], "V") or not _KEY.fullmatch(untrusted.get("map_key", "0" * 64)):
        raise _damaged()
    return untrusted


def _stamp(untrusted: Any) -> Stamp:
    names = ("checkpoint", "request", "response", "chain")
    if not isinstance(untrusted, dict) or set(untrusted) != {"size", *names} or not _is_size(untrusted["size"]):
        raise _damaged()
    return Stamp(untrusted["size"], *(_bytes(untrusted[name]) for name in names))


def _proof(untrusted: Any) -> Proof:
    if not isinstance(untrusted, dict) or set(untrusted) != {"from", "root", "hashes"}:
        raise _damaged()
    hashes = untrusted["hashes"]
    if not _is_size(untrusted["from"]) or not isinstance(hashes, list) or len(hashes) > MAX_HASHES:
        raise _damaged()
    return Proof(untrusted["from"], _bytes(untrusted["root"]), tuple(_bytes(one) for one in hashes))


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _text(untrusted: Any) -> bytes:
    if not isinstance(untrusted, str):
        raise _damaged()
    return untrusted.encode()


def _bytes(untrusted: Any) -> bytes:
    try:
        return base64.b64decode(untrusted, validate=True) if isinstance(untrusted, str) else _fail()
    except (ValueError, binascii.Error):
        raise _damaged() from None


def _fail() -> bytes:
    raise _damaged()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _damaged() -> Damaged:
    return Damaged("the audit export is not valid")
