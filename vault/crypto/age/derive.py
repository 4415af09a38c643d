"""The key derivations and the file key's wrapping that all parts of the format share."""

from __future__ import annotations

import hmac
from typing import Final

FILE_KEY_SIZE: Final = 16
WRAPPED_SIZE: Final = FILE_KEY_SIZE + 16
PAYLOAD_NONCE_SIZE: Final = 16

_NO_SALT: Final = bytes(32)
_WRAP_NONCE: Final = bytes(12)


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869), 32 bytes: one block, which two calls of HMAC give in a tenth of the time that
    building the library's object takes. Each small file needs it three times."""
    return hmac.digest(hmac.digest(salt or _NO_SALT, key, "sha256"), info + b"\x01", "sha256")


def header_mac(file_key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA-256 of the header up to its mark "---" (age.md, "Header MAC")."""
    return hmac.digest(hkdf(file_key, b"", b"header"), signed, "sha256")


def payload_key(file_key: bytes, nonce: bytes) -> bytes:
    """The key of the payload's chunks (age.md, "Payload")."""
    return hkdf(file_key, nonce, b"payload")


def wrap_file_key(wrap_key: bytes, file_key: bytes) -> bytes:
    """ChaCha20-Poly1305 with a zero nonce: each wrap key is used once, for one file key."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(wrap_key).encrypt(_WRAP_NONCE, file_key, None)


def unwrap_file_key(wrap_key: bytes, body: bytes) -> bytes | None:
    """The file key, or None if another key wrapped it. `body` must have been checked to be WRAPPED_SIZE bytes."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(wrap_key).decrypt(_WRAP_NONCE, body, None)
    except InvalidTag:
        return None
