"""The classic recipient: an X25519 key pair (age.md, "The X25519 recipient type")."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vault.crypto.age import bech32
from vault.crypto.age.derive import WRAPPED_SIZE, hkdf, unwrap_file_key, wrap_file_key
from vault.crypto.age.faults import bad_key, header_fault
from vault.crypto.age.header import Stanza, decode_base64, encode_base64
from vault.crypto.age.keys import CLASSIC, key_bytes, own_stanzas

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

KEY_SIZE: Final = 32

_STANZA: Final = "X25519"
_INFO: Final = b"age-encryption.org/v1/X25519"
_RECIPIENT_PREFIX: Final = "age"
_IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-"


class X25519Recipient:
    """The public half of an X25519 key pair."""

    kind: Final = CLASSIC

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._key = _public(raw)

    @classmethod
    def from_string(cls, text: str) -> X25519Recipient:
        """From "age1…". Raises Usage for any other text, and for a point that can't keep a secret."""
        recipient = cls(key_bytes(text, _RECIPIENT_PREFIX, KEY_SIZE, "an age recipient"))
        recipient.wrap(bytes(16))
        return recipient

    @classmethod
    def from_bytes(cls, raw: bytes) -> X25519Recipient:
        """From the 32 bytes of the public key. Raises Usage for another length."""
        return cls(_sized(raw))

    def to_string(self) -> str:
        """ "age1…", 62 characters."""
        return bech32.encode(_RECIPIENT_PREFIX, self._raw)

    def to_bytes(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._raw

    def wrap(self, file_key: bytes) -> Stanza:
        """The file key under a fresh ephemeral key. Raises Usage for a point of small order."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            secret = ephemeral.exchange(self._key)
        except ValueError:
            raise bad_key("this recipient is not a usable key") from None
        wrap_key = hkdf(secret, share + self._raw, _INFO)
        return Stanza(_STANZA, (encode_base64(share),), wrap_file_key(wrap_key, file_key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, X25519Recipient) and self._raw == other._raw

    def __hash__(self) -> int:
        return hash(self._raw)


class X25519Identity:
    """The secret half of an X25519 key pair. Its repr shows nothing of it."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._key = _private(raw)
        self._public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> X25519Identity:
        """A new one, of 32 bytes from the system's generator."""
        return cls(secrets.token_bytes(KEY_SIZE))

    @classmethod
    def from_string(cls, text: str) -> X25519Identity:
        """From "AGE-SECRET-KEY-1…". Raises Usage for any other text."""
        return cls(key_bytes(text, _IDENTITY_PREFIX, KEY_SIZE, "an age secret key"))

    @classmethod
    def from_bytes(cls, raw: bytes) -> X25519Identity:
        """From its 32 bytes. Raises Usage for another length."""
        return cls(_sized(raw))

    def to_string(self) -> str:
        """ "AGE-SECRET-KEY-1…", 74 characters."""
        return bech32.encode(_IDENTITY_PREFIX, self._raw)

    def to_bytes(self) -> bytes:
        """The 32 secret bytes."""
        return self._raw

    def recipient(self) -> X25519Recipient:
        """The public half."""
        return X25519Recipient(self._public)

    def unwrap(self, untrusted_stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key of the first stanza that this key opens, or None. Raises Damaged."""
        own = own_stanzas(untrusted_stanzas, _STANZA, 1, WRAPPED_SIZE)
        shares = [decode_base64(stanza.args[0], KEY_SIZE) for stanza in own]
        for share, stanza in zip(shares, own, strict=True):
            try:
                secret = self._key.exchange(_public(share))
            except ValueError:
                raise header_fault("a recipient of kind X25519 holds a point of small order") from None
            file_key = unwrap_file_key(hkdf(secret, share + self._public, _INFO), stanza.body)
            if file_key is not None:
                return file_key
        return None


def _sized(raw: bytes) -> bytes:
    if len(raw) != KEY_SIZE:
        raise bad_key(f"an X25519 key has {KEY_SIZE} bytes")
    return bytes(raw)


def _public(raw: bytes) -> X25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    return X25519PublicKey.from_public_bytes(raw)


def _private(raw: bytes) -> X25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(raw)
