"""Proofs that one entry stands in a log, https://c2sp.org/tlog-proof: a `.tlog-proof` file, checked without the log.

    c2sp.org/tlog-proof@v1
    extra <base64>                      only where there is extra data
    index <decimal>
    <base64 of a hash>                  from the leaf's sibling up; none in a log of one entry
    (an empty line)
    the checkpoint: a signed note with the log's signature and any cosignatures

Only the form is read here. Nothing in a proof is to be trusted before its signatures and its hashes are checked, and
the extra data is under neither.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from vault.errors import Damaged
from vault.formats import checkpoint as checkpoints
from vault.formats import note as notes

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = checkpoints.MAX_SIZE.bit_length() - 1
"""As long as a path can be in the largest tree that is read at all."""
MAX_EXTRA_BYTES = 64 * 1024
MAX_HEAD_CHARACTERS = 4 * (MAX_EXTRA_BYTES // 3 + 1) + 48 * MAX_HASHES + 128
MAX_PROOF_BYTES = MAX_HEAD_CHARACTERS + notes.MAX_NOTE_BYTES
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_EXTRA = "extra "


@dataclass(frozen=True, slots=True)
class Proof:
    """Which entry (from 0), the hashes from its leaf to the root, the checkpoint as signed, the extra data."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index < checkpoints.MAX_SIZE:
            raise ValueError("a proof has an impossible index")
        if len(self.hashes) > MAX_HASHES or any(len(one) != checkpoints.ROOT_BYTES for one in self.hashes):
            raise ValueError("a proof holds something that is no path of hashes")
        if len(self.extra) > MAX_EXTRA_BYTES:
            raise ValueError("a proof has too much extra data")
        try:
            checkpoints.parse_body(notes.parse(self.checkpoint).text)
        except Damaged:
            raise ValueError("a proof holds something that is no checkpoint") from None


def serialise(proof: Proof) -> bytes:
    """The bytes of a `.tlog-proof` file."""
    lines = [HEADER]
    if proof.extra:
        lines.append(_EXTRA + base64.b64encode(proof.extra).decode())
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(one).decode() for one in proof.hashes]
    return "\n".join([*lines, "", ""]).encode() + proof.checkpoint


def parse(untrusted_data: bytes) -> Proof:
    """Read a proof. Raises Damaged for everything but the one form that `serialise` writes."""
    if len(untrusted_data) > MAX_PROOF_BYTES:
        raise Damaged("a log proof is larger than it may be")
    head, _, untrusted_checkpoint = untrusted_data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        proof = _read(lines, untrusted_checkpoint)
    except (ValueError, binascii.Error):
        raise Damaged("a log proof is not valid") from None
    # Python's base64 takes non-zero bits after the end; two texts for one proof must not both be read.
    if serialise(proof) != untrusted_data:
        raise Damaged("a log proof is not valid")
    return proof


def _read(untrusted_lines: list[str], untrusted_checkpoint: bytes) -> Proof:
    if untrusted_lines.pop(0) != HEADER or not 0 < len(untrusted_lines) <= MAX_HASHES + 2:
        raise ValueError("no header")
    extra = b""
    if untrusted_lines[0].startswith(_EXTRA):
        extra = base64.b64decode(untrusted_lines.pop(0).removeprefix(_EXTRA), validate=True)
    index = _INDEX.fullmatch(untrusted_lines[0]) if untrusted_lines else None
    if index is None:
        raise ValueError("no index")
    hashes = tuple(base64.b64decode(line, validate=True) for line in untrusted_lines[1:])
    return Proof(int(index[1]), hashes, untrusted_checkpoint, extra)
