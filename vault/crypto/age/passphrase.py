"""The passphrase recipient: scrypt (age.md, "The scrypt recipient type").

Passphrases are taken as they come, encoded in UTF-8: what another age program would make of them. Normalising
(NFKC) what a person typed is the caller's business, before it gets here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Final

from vault.crypto.age.derive import WRAPPED_SIZE, unwrap_file_key, wrap_file_key
from vault.crypto.age.faults import bad_key, header_fault
from vault.crypto.age.header import Stanza, decode_base64, encode_base64
from vault.crypto.age.keys import SCRYPT, own_stanzas
from vault.errors import CasevaultError

STANZA: Final = "scrypt"
# Base-two logarithms of scrypt's N: memory is 2^n KiB, so 18 takes 256 MiB and 20 takes 1 GiB.
DEFAULT_WORK_FACTOR: Final = 18
DEFAULT_MAX_WORK_FACTOR: Final = 20
LARGEST_WORK_FACTOR: Final = 24

_SALT_SIZE: Final = 16
_LABEL: Final = b"age-encryption.org/v1/scrypt"
# Two digits are enough for every factor that can be allowed, and longer numbers are never converted.
_FACTOR: Final = re.compile(r"[1-9][0-9]?", re.ASCII)


class ScryptRecipient:
    """Whoever knows the passphrase. Such a file has no other recipient."""

    kind: Final = SCRYPT

    def __init__(self, passphrase: str, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        """`work_factor`: base-two logarithm of scrypt's N, 1…24. Raises Usage for others or no passphrase."""
        self._passphrase = _encoded(passphrase)
        self._work_factor = _allowed(work_factor)

    def wrap(self, file_key: bytes) -> Stanza:
        """The file key under the passphrase and a fresh salt. Takes 2^work_factor KiB of memory."""
        salt = secrets.token_bytes(_SALT_SIZE)
        wrap_key = _scrypt(self._passphrase, salt, self._work_factor)
        return Stanza(STANZA, (encode_base64(salt), str(self._work_factor)), wrap_file_key(wrap_key, file_key))


class ScryptIdentity:
    """A passphrase to try."""

    def __init__(self, passphrase: str, max_work_factor: int = DEFAULT_MAX_WORK_FACTOR) -> None:
        """A file that asks for more than `max_work_factor` is refused before any memory is taken. Raises Usage."""
        self._passphrase = _encoded(passphrase)
        self._max_work_factor = _allowed(max_work_factor)

    def unwrap(self, untrusted_stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None for another passphrase or no passphrase file. Raises Damaged."""
        for stanza in own_stanzas(untrusted_stanzas, STANZA, 2, WRAPPED_SIZE):
            if len(untrusted_stanzas) != 1:
                raise header_fault("a passphrase stands beside other recipients")
            salt = decode_base64(stanza.args[0], _SALT_SIZE)
            factor = self._checked_factor(stanza.args[1])
            return unwrap_file_key(_scrypt(self._passphrase, salt, factor), stanza.body)
        return None

    def _checked_factor(self, untrusted_text: str) -> int:
        if not _FACTOR.fullmatch(untrusted_text):
            raise header_fault("the scrypt work factor is malformed or absurd")
        factor = int(untrusted_text)
        if factor > self._max_work_factor:
            raise header_fault(f"scrypt work factor {factor}, above the limit of {self._max_work_factor}")
        return factor


def _encoded(passphrase: str) -> bytes:
    if not passphrase:
        raise bad_key("the passphrase is empty")
    try:
        return passphrase.encode("utf-8")
    except UnicodeEncodeError:
        raise bad_key("the passphrase has characters that can't be encoded") from None


def _allowed(work_factor: int) -> int:
    if not 1 <= work_factor <= LARGEST_WORK_FACTOR:
        raise bad_key(f"a scrypt work factor lies between 1 and {LARGEST_WORK_FACTOR}")
    return work_factor


def _scrypt(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    """RFC 7914 with N = 2^work_factor, r = 8, p = 1."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    try:
        return Scrypt(salt=_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase)
    except MemoryError:
        raise CasevaultError(
            f"scrypt needs {1 << work_factor >> 10} MiB of memory for this passphrase, and the system gave less",
            hint="Close other programs, or use a machine with more memory.",
        ) from None
