"""The printed recovery code: 256 random bits as Bech32 (BIP 173), in groups that can be read aloud.

Bech32's checksum finds up to four wrong characters; its alphabet has no 1, b, i, o. The length is fixed, so
the known weakness of Bech32 (inserted q before a final p) does not arise.
"""

from __future__ import annotations

import secrets

from vault.crypto import kdf
from vault.errors import CasevaultError, WrongSecret

PREFIX = "casevault"
GROUP = 4
_MAX_INPUT = 400


def generate() -> bytes:
    """32 new random bytes."""
    return secrets.token_bytes(kdf.KEY_BYTES)


def encode(secret: bytes) -> str:
    """Groups of four capital letters and digits, 15 groups after the prefix."""
    from vault.crypto.age import bech32

    _, body = bech32.encode(PREFIX, secret).rsplit("1", 1)
    groups = [body[i : i + GROUP] for i in range(0, len(body), GROUP)]
    return f"{PREFIX} {' '.join(groups)}".upper()


def decode(text: str) -> bytes:
    """The 32 bytes of a code typed with any case, spaces, hyphens, with or without the prefix; or as plain Bech32.

    Raises WrongSecret if a character is wrong or missing.
    """
    from vault.crypto.age import bech32

    kept = "".join(c for c in text[:_MAX_INPUT].lower() if c.isalnum())
    kept = kept.removeprefix(PREFIX).removeprefix("1")  # Bech32's separator, which is no letter of its alphabet
    try:
        prefix, secret = bech32.decode(f"{PREFIX}1{kept}")
    except (CasevaultError, ValueError):
        prefix, secret = "", b""
    if prefix != PREFIX or len(secret) != kdf.KEY_BYTES:
        raise WrongSecret(
            "this is not a recovery code: a character is wrong or missing",
            hint="Compare it with the printed sheet, group by group. There is no 1, B, I or O in it.",
        )
    return secret
