"""Key derivation and key wrapping: Argon2id (RFC 9106), HKDF-SHA-256 (RFC 5869), AES key wrap (RFC 3394)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from vault.errors import Damaged, StorageFailed, Usage

KEY_BYTES = 32
SALT_BYTES = 16
MIN_MEMORY_KIB = 256 * 1024
MAX_MEMORY_KIB = 4 * 1024 * 1024
MIN_PASSES = 3
MAX_PASSES = 16
MAX_LANES = 8
MAX_PASSPHRASE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """Cost of one passphrase slot. Memory in KiB; see RFC 9106 section 3.1."""

    memory_kib: int = 512 * 1024
    passes: int = 3
    lanes: int = 1

    def checked(self) -> Argon2Parameters:
        """Bound both ways before anything is allocated: a hostile header must neither weaken nor exhaust."""
        if not MIN_MEMORY_KIB <= self.memory_kib <= MAX_MEMORY_KIB:
            raise Damaged("the vault's header asks for a memory cost outside the allowed range")
        if not MIN_PASSES <= self.passes <= MAX_PASSES:
            raise Damaged("the vault's header asks for a number of passes outside the allowed range")
        if not 1 <= self.lanes <= MAX_LANES:
            raise Damaged("the vault's header asks for a number of lanes outside the allowed range")
        return self


STRONG = Argon2Parameters(memory_kib=2 * 1024 * 1024)


def normalised(passphrase: str) -> bytes:
    """NFKC and UTF-8, so that the same keys pressed on another system give the same bytes. Raises Usage."""
    try:
        data = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise Usage("the passphrase holds something that is no character") from None
    if len(data) > MAX_PASSPHRASE_BYTES:
        raise Usage("the passphrase is longer than 64 KiB")
    return data


def argon2id(passphrase: str, salt: bytes, cost: Argon2Parameters) -> bytes:
    """32 bytes from a passphrase. Raises Damaged for parameters out of bounds."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    cost.checked()
    secret = normalised(passphrase)
    try:
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return kdf.derive(secret)
    except MemoryError:
        need = cost.memory_kib // 1024
        raise StorageFailed(
            f"unlocking needs {need} MiB of memory, which this computer does not have free",
            hint="Close other programs and try again.",
        ) from None


def hkdf(secret: bytes, label: str, *, salt: bytes = b"") -> bytes:
    """32 bytes for one purpose; `label` is the purpose, and every label in use stands in docs/format.md."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt or None, label.encode("ascii")).derive(secret)


def wrap(key_encryption_key: bytes, key: bytes) -> bytes:
    """AES-256 key wrap (RFC 3394): 8 bytes longer than `key`."""
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    return aes_key_wrap(key_encryption_key, key)


def unwrap(key_encryption_key: bytes, wrapped: bytes) -> bytes | None:
    """The wrapped key, or None where this key does not open it."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    try:
        return aes_key_unwrap(key_encryption_key, wrapped)
    except InvalidUnwrap:
        return None


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, data, hashlib.sha256)


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)


def random_key() -> bytes:
    """32 bytes from the system's generator."""
    return secrets.token_bytes(KEY_BYTES)
