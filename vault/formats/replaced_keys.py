"""The keys that a log was signed with before, as a line of an audit export tells them."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from vault.errors import Damaged

MAX_KEYS: Final = 64
MAX_HASHES: Final = 128
_KEY = re.compile("[0-9a-f]{64}", re.ASCII)
_NAMES: Final = frozenset({"log", "checkpoint", "entry", "place", "hashes"})


@dataclass(frozen=True, slots=True)
class ReplacedKey:
    """A key that the log was signed with before (verifier key), and how it vouches for the next one: the last head
    that it signed, the case part of the last entry under it, SHA-256 of that one's log part, and the proof that it is
    there. `map_key`, 32 bytes, salts the maps up to there; None in an export of heads only."""

    log: str
    checkpoint: bytes
    entry: bytes
    place: bytes
    hashes: tuple[bytes, ...]
    map_key: bytes | None


def members(one: ReplacedKey) -> dict[str, Any]:
    """The JSON form."""
    found: dict[str, Any] = {
        "log": one.log, "checkpoint": one.checkpoint.decode(), "entry": _b64(one.entry), "place": _b64(one.place),
        "hashes": [_b64(value) for value in one.hashes],
    }  # fmt: skip
    return found if one.map_key is None else {**found, "map_key": one.map_key.hex()}


def parse(untrusted: Any, *, full: bool) -> ReplacedKey:
    """The other way; only its form is checked. Raises Damaged."""
    names = _NAMES | ({"map_key"} if full else set())
    if not isinstance(untrusted, dict) or set(untrusted) != names:
        raise _damaged()
    hashes = untrusted["hashes"]
    if not all(isinstance(untrusted[name], str) for name in names - {"hashes"}):
        raise _damaged()
    if not isinstance(hashes, list) or len(hashes) > MAX_HASHES:
        raise _damaged()
    if not _KEY.fullmatch(untrusted.get("map_key", "0" * 64)):
        raise _damaged()
    return ReplacedKey(
        log=untrusted["log"],
        checkpoint=untrusted["checkpoint"].encode(),
        entry=_bytes(untrusted["entry"]),
        place=_bytes(untrusted["place"]),
        hashes=tuple(_bytes(one) for one in hashes),
        map_key=bytes.fromhex(untrusted["map_key"]) if full else None,
    )


def _bytes(untrusted: Any) -> bytes:
    if not isinstance(untrusted, str):
        raise _damaged()
    try:
        return base64.b64decode(untrusted, validate=True)
    except (ValueError, binascii.Error):
        raise _damaged() from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _damaged() -> Damaged:
    return Damaged("the audit export is not valid")
