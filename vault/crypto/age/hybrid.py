"""The post-quantum recipient: ML-KEM-768 and X25519 together, through HPKE (age.md, "The MLKEM768-X25519 … type").

What is recorded today and attacked with a quantum computer later stays closed, and so it does if ML-KEM falls to
older means: both have to. HPKE and ML-KEM are loaded when the first such key is used.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vault.crypto.age import bech32
from vault.crypto.age.derive import WRAPPED_SIZE
from vault.crypto.age.faults import bad_key, header_fault
from vault.crypto.age.header import Stanza, decode_base64, encode_base64
from vault.crypto.age.keys import HYBRID, key_bytes, own_stanzas

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

SEED_SIZE: Final = 32
X25519_SIZE: Final = 32
MLKEM_PUBLIC_SIZE: Final = 1184
PUBLIC_SIZE: Final = MLKEM_PUBLIC_SIZE + X25519_SIZE
ENCAPSULATED_SIZE: Final = 1088 + X25519_SIZE

_MLKEM_SEED_SIZE: Final = 64
_STANZA: Final = "mlkem768x25519"
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_RECIPIENT_PREFIX: Final = "age1pq"
_IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-PQ-"


class HybridRecipient:
    """The public half of a hybrid key pair: 1,184 bytes of ML-KEM-768, then 32 of X25519."""

    kind: Final = HYBRID

    def __init__(self, raw: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

        self._raw = raw
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_SIZE])
            x25519 = X25519PublicKey.from_public_bytes(raw[MLKEM_PUBLIC_SIZE:])
        except ValueError:
            raise bad_key("this recipient is not a usable key") from None
        self._key = MLKEM768X25519PublicKey(mlkem, x25519)

    @classmethod
    def from_string(cls, text: str) -> HybridRecipient:
        """From "age1pq1…". Raises Usage for any other text, and for a key that can't keep a secret."""
        recipient = cls(key_bytes(text, _RECIPIENT_PREFIX, PUBLIC_SIZE, "a post-quantum age recipient"))
        recipient.wrap(bytes(16))
        return recipient

    @classmethod
    def from_bytes(cls, raw: bytes) -> HybridRecipient:
        """From the 1,216 bytes of the public key. Raises Usage for another length or an impossible key."""
        if len(raw) != PUBLIC_SIZE:
            raise bad_key(f"a hybrid public key has {PUBLIC_SIZE} bytes")
        return cls(bytes(raw))

    def to_string(self) -> str:
        """ "age1pq1…", 1,959 characters."""
        return bech32.encode(_RECIPIENT_PREFIX, self._raw)

    def to_bytes(self) -> bytes:
        """The 1,216 bytes of the public key."""
        return self._raw

    def wrap(self, file_key: bytes) -> Stanza:
        """The file key by HPKE SealBase (RFC 9180, section 6.1). Raises Usage for a point of small order."""
        try:
            sealed = _suite().encrypt(file_key, self._key, info=_INFO)
        except ValueError:
            raise bad_key("this recipient is not a usable key") from None
        encapsulated, body = sealed[:ENCAPSULATED_SIZE], sealed[ENCAPSULATED_SIZE:]
        return Stanza(_STANZA, (encode_base64(encapsulated),), body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HybridRecipient) and self._raw == other._raw

    def __hash__(self) -> int:
        return hash(self._raw)


class HybridIdentity:
    """The secret half of a hybrid key pair, kept as its 32-byte seed. Its repr shows nothing of it."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    @classmethod
    def generate(cls) -> HybridIdentity:
        """A new one, of 32 bytes from the system's generator."""
        return cls(secrets.token_bytes(SEED_SIZE))

    @classmethod
    def from_string(cls, text: str) -> HybridIdentity:
        """From "AGE-SECRET-KEY-PQ-1…". Raises Usage for any other text."""
        return cls(key_bytes(text, _IDENTITY_PREFIX, SEED_SIZE, "a post-quantum age secret key"))

    @classmethod
    def from_bytes(cls, raw: bytes) -> HybridIdentity:
        """From its 32-byte seed. Raises Usage for another length."""
        if len(raw) != SEED_SIZE:
            raise bad_key(f"a hybrid secret key has {SEED_SIZE} bytes")
        return cls(bytes(raw))

    def to_string(self) -> str:
        """ "AGE-SECRET-KEY-PQ-1…", 77 characters."""
        return bech32.encode(_IDENTITY_PREFIX, self._seed)

    def to_bytes(self) -> bytes:
        """The 32-byte seed."""
        return self._seed

    def recipient(self) -> HybridRecipient:
        """The public half."""
        mlkem, x25519 = self._halves()
        return HybridRecipient(mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())

    def unwrap(self, untrusted_stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key of the first stanza that this key opens, or None. Raises Damaged."""
        own = own_stanzas(untrusted_stanzas, _STANZA, 1, WRAPPED_SIZE)
        shares = [decode_base64(stanza.args[0], ENCAPSULATED_SIZE) for stanza in own]
        if not own:
            return None
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

        mlkem, x25519 = self._halves()
        key = MLKEM768X25519PrivateKey(mlkem, x25519)
        for share, stanza in zip(shares, own, strict=True):
            try:
                return _suite().decrypt(share + stanza.body, key, info=_INFO)
            except InvalidTag:
                # HPKE says the same of a share of small order, which no honest sender makes.
                _check_order(x25519, share[-X25519_SIZE:])
        return None

    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        """Both secret keys, expanded from the seed with SHAKE-256 (filippo.io/hpke-pq)."""
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        expanded = hashlib.shake_256(self._seed).digest(_MLKEM_SEED_SIZE + X25519_SIZE)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
        )


def _check_order(key: X25519PrivateKey, untrusted_share: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        key.exchange(X25519PublicKey.from_public_bytes(untrusted_share))
    except ValueError:
        raise header_fault("a recipient of kind mlkem768x25519 holds a point of small order") from None


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
