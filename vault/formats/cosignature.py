"""Cosignatures of checkpoints, https://c2sp.org/tlog-cosignature: the form only; vault/audit/cosignatures.py checks.

Of the Ed25519 kind, `cosignature/v1`. A cosignature is a line of the checkpoint's note, under a key id of type 0x04.
Its bytes are

    u64 timestamp (POSIX seconds, big-endian) || 64-byte Ed25519 signature

and what is signed is the checkpoint's text after two more lines:

    cosignature/v1
    time <timestamp in decimal>
"""

from __future__ import annotations

from vault.errors import Forged
from vault.formats.note import Signature

TIMESTAMP_BYTES = 8
MAX_TIMESTAMP = (1 << 63) - 1
SIGNATURE_BYTES = 64


def message(timestamp: int, checkpoint_text: str) -> bytes:
    """The bytes that a cosigner signs. Raises ValueError for a time outside 0 … 2^63 - 1."""
    if not 0 <= timestamp <= MAX_TIMESTAMP:
        raise ValueError("a cosignature has an impossible time")
    return f"cosignature/v1\ntime {timestamp}\n{checkpoint_text}".encode()


def join(timestamp: int, signature: bytes) -> bytes:
    """The bytes of a signature line, after the key id. Raises ValueError for an impossible time or length."""
    if not 0 <= timestamp <= MAX_TIMESTAMP or len(signature) != SIGNATURE_BYTES:
        raise ValueError("a cosignature has an impossible time or length")
    return timestamp.to_bytes(TIMESTAMP_BYTES, "big") + signature


def parse_signature(untrusted_line: Signature) -> tuple[int, bytes]:
    """The timestamp and the 64-byte signature of one line, not checked. Raises Forged for an impossible one."""
    data = untrusted_line.signature
    if len(data) != TIMESTAMP_BYTES + SIGNATURE_BYTES:
        raise Forged("a cosignature has the wrong length")
    timestamp = int.from_bytes(data[:TIMESTAMP_BYTES], "big")
    if timestamp > MAX_TIMESTAMP:
        raise Forged("a cosignature has an impossible time")
    return timestamp, data[TIMESTAMP_BYTES:]
