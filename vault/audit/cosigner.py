"""Those who vouch for heads: an auditor's key, and the key of somebody who sees no entries.

What a key vouches for is fixed by its name, as https://c2sp.org/tlog-cosignature asks: one key, one statement.

    casevault-witness/<64 random bits, hex>    "I checked the whole export, and recomputed every map in it"
    casevault-heads/<64 random bits, hex>      "this head continues all those that I saw before", and no more

A witness also signs map notes, as plain notes: their first line and the type byte of the key id keep them apart from
cosignatures, as the specification allows.
"""

from __future__ import annotations

from vault.crypto import signing
from vault.formats.cosignature import TIMESTAMP_BYTES, message
from vault.formats.note import Signature

WITNESS = "casevault-witness/"
HEADS = "casevault-heads/"


def is_witness(key: signing.NoteKey) -> bool:
    """Whether this key is reserved for whole checks."""
    return key.name.startswith(WITNESS)


class Cosigner:
    """A private key with its name."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._signer = signing.Signer(seed)
        self.key = signing.CosignerKey(name, self._signer.public)

    def cosign(self, checkpoint_text: str, now: int) -> Signature:
        """A cosignature as of `now`, POSIX seconds."""
        signature = self._signer.sign(message(now, checkpoint_text))
        return Signature(self.key.name, self.key.id, now.to_bytes(TIMESTAMP_BYTES, "big") + signature)

    def sign(self, text: str) -> Signature:
        """A plain signature of a note's text."""
        return Signature(self.key.name, self.key.plain.id, self._signer.sign(text.encode()))
