"""Ed25519 (RFC 8032), and the keys of C2SP signed notes, https://c2sp.org/signed-note.

Verification is that of OpenSSL through `cryptography`, and `tests/audit/test_signing.py` pins it against the edge
cases of C2SP/CCTV: a non-canonical R and a low-order residue (cofactorless equation) are refused, public keys of low
order are accepted. Our keys come from a seed or are pinned by fingerprint, so that a chosen weak key gains nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from vault.errors import Damaged, Forged

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64
TYPE_ED25519 = 0x01
TYPE_COSIGNATURE = 0x04
MAX_VERIFIER_CHARACTERS = 1024
_NAME = re.compile(r"[^\s+\x00-\x20\x7f\ud800-\udfff]{1,256}")


class Signer:
    """A private Ed25519 key, loaded once: loading costs as much as signing."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric import ed25519

        if len(seed) != SEED_BYTES:
            raise ValueError("a seed has exactly 32 bytes")
        self._key: Ed25519PrivateKey = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`."""
        return self._key.sign(message)


def verify(public: bytes, message: bytes, untrusted_signature: bytes) -> None:
    """Check an Ed25519 signature. Raises Forged, also for a key that is not 32 bytes or no point of the curve."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519

    if len(public) != PUBLIC_BYTES or len(untrusted_signature) != SIGNATURE_BYTES:
        raise Forged("a signature or its key has the wrong length")
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(untrusted_signature, message)
    except (InvalidSignature, ValueError):
        raise Forged("a signature does not match") from None


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public Ed25519 key that signs notes under a name. `id` is its four-byte key id."""

    TYPE: ClassVar[int] = TYPE_ED25519
    name: str
    public: bytes

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None or len(self.public) != PUBLIC_BYTES:
            raise ValueError("not a key for signed notes")

    @property
    def id(self) -> bytes:
        """SHA-256(name || 0x0A || type || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.TYPE]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key: `<name>+<hex id>+<base64 of type and key>`."""
        material = base64.b64encode(bytes([self.TYPE]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class CosignerKey(NoteKey):
    """A public Ed25519 key that cosigns checkpoints, https://c2sp.org/tlog-cosignature: a key id of its own type."""

    TYPE: ClassVar[int] = TYPE_COSIGNATURE

    @property
    def plain(self) -> NoteKey:
        """The same key as it signs other notes, under the same name and with the id of that type."""
        return NoteKey(self.name, self.public)


K = TypeVar("K", bound=NoteKey)


def parse_verifier(untrusted_text: str) -> NoteKey:
    """Read an Ed25519 verifier key; the id must be the one that the name and the key give. Raises Damaged."""
    return _parse(untrusted_text, NoteKey)


def parse_cosigner(untrusted_text: str) -> CosignerKey:
    """Read the verifier key of a cosigner, in the same way. Raises Damaged."""
    return _parse(untrusted_text, CosignerKey)


def _parse(untrusted_text: str, kind: type[K]) -> K:
    parts = untrusted_text.split("+", 2) if len(untrusted_text) <= MAX_VERIFIER_CHARACTERS else []
    if len(parts) != 3:
        raise Damaged("a verifier key is not valid")
    try:
        material = base64.b64decode(parts[2], validate=True)
        key = kind(parts[0], material[1:])
    except (ValueError, binascii.Error):
        raise Damaged("a verifier key is not valid") from None
    # Comparing the whole text also refuses another type, another base64 of the same bytes, and capital hex.
    if key.text != untrusted_text:
        raise Damaged("a verifier key is not valid")
    return key


def keyed_id(seed: bytes, label: bytes, message: bytes, *, length: int) -> bytes:
    """A pseudonym of `message`: HMAC-SHA-256 under HKDF-SHA-256(seed, label), cut to `length` bytes."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(hashes.SHA256(), 32, salt=None, info=label).derive(seed)
    return hmac.digest(key, message, "sha256")[:length]
