"""What a recipient and an identity are, and how their texts are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from vault.crypto.age import bech32
from vault.crypto.age.faults import bad_key, header_fault
from vault.crypto.age.header import Stanza
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.crypto.age.hybrid import HybridIdentity, HybridRecipient
    from vault.crypto.age.x25519 import X25519Identity, X25519Recipient

# Kinds of recipients. One file goes to recipients of one kind only.
CLASSIC: Final = "x25519"
HYBRID: Final = "hybrid"
SCRYPT: Final = "scrypt"

MAX_IDENTITY_FILE: Final = 1024 * 1024


class Recipient(Protocol):
    """Whom a file is encrypted to."""

    @property
    def kind(self) -> str:
        """CLASSIC, HYBRID or SCRYPT."""
        ...

    def wrap(self, file_key: bytes) -> Stanza:
        """The 16-byte file key, wrapped so that only this recipient reads it. Raises Usage for an unusable key."""
        ...


class Identity(Protocol):
    """What opens a file."""

    def unwrap(self, untrusted_stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None if no stanza is for this identity. Raises Damaged for malformed ones of its kind."""
        ...


def parse_recipient(text: str) -> X25519Recipient | HybridRecipient:
    """A recipient from its text, "age1…" (X25519) or "age1pq1…" (hybrid). Raises Usage for anything else."""
    from vault.crypto.age.hybrid import HybridRecipient
    from vault.crypto.age.x25519 import X25519Recipient

    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise bad_key("this is a secret key: give the public one, which starts with 'age1', and never send this one")
    if text.startswith("age1pq1"):
        return HybridRecipient.from_string(text)
    if text.startswith("age1"):
        return X25519Recipient.from_string(text)
    raise bad_key("not a recipient: its text starts with 'age1'")


def parse_identity(text: str) -> X25519Identity | HybridIdentity:
    """An identity from its text, "AGE-SECRET-KEY-1…" or "AGE-SECRET-KEY-PQ-1…". Raises Usage for anything else."""
    from vault.crypto.age.hybrid import HybridIdentity
    from vault.crypto.age.x25519 import X25519Identity

    if text.startswith("AGE-SECRET-KEY-PQ-1"):
        return HybridIdentity.from_string(text)
    if text.startswith("AGE-SECRET-KEY-1"):
        return X25519Identity.from_string(text)
    raise bad_key("not a secret key: its text starts with 'AGE-SECRET-KEY-'")


def read_identity_file(text: str) -> list[Identity]:
    """The identities of a key file: one a line; blank lines and lines that start with '#' are ignored.

    Raises Usage for a line that is no secret key (naming its number, never its text), for a file without any, and
    for one of more than MAX_IDENTITY_FILE characters.
    """
    if len(text) > MAX_IDENTITY_FILE:
        raise bad_key("too long for a file of keys")
    identities: list[Identity] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        try:
            identities.append(parse_identity(content))
        except Usage as error:
            raise bad_key(f"line {number} of the key file: {error.message}") from None
    if not identities:
        raise bad_key("no secret key in the key file")
    return identities


def key_bytes(text: str, prefix: str, size: int, what: str) -> bytes:
    """Bytes of a key's Bech32 text after checking prefix and size. Raises Usage."""
    found, data = bech32.decode(text)
    if found != prefix or len(data) != size:
        raise bad_key(f"not {what}")
    return data


def own_stanzas(untrusted_stanzas: Sequence[Stanza], kind: str, arguments: int, body_size: int) -> list[Stanza]:
    """The stanzas of one kind, all of them checked for their number of arguments and their size.

    The size is checked before any decryption: a longer body could be made to open under many keys at once.
    Raises Damaged.
    """
    found = [stanza for stanza in untrusted_stanzas if stanza.kind == kind]
    for stanza in found:
        if len(stanza.args) != arguments or len(stanza.body) != body_size:
            raise header_fault(f"a recipient of kind {kind} is malformed")
    return found
