"""Identity files: an age identity, and a note-signing key as a comment that stock age passes over.

    # created: 2026-11-21T21:27:22Z
    # public key: age1…
    # verifier key: casevault-witness/<hex>+<hex>+<base64>
    # witness key: PRIVATE+KEY+casevault-witness/<hex>+<hex>+<base64 of 0x01 and the seed>
    AGE-SECRET-KEY-…

With a passphrase the whole file is an armored age file (scrypt), as `age -p` makes it; stock age opens it as an
identity file too.
"""

from __future__ import annotations

import base64
import io
import secrets
from dataclasses import dataclass
from pathlib import Path

from vault.crypto import age, signing
from vault.errors import Damaged, Usage
from vault.store import output
from vault.usecases.unlocked import now

WITNESS = "casevault-witness/"
NAME_BYTES = 8
MAX_FILE = 64 * 1024
_PRIVATE = "PRIVATE+KEY+"
_COMMENT = "# witness key: "


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What the owner gives away: an age recipient and a verifier key."""

    age: str
    verifier: str


def make(out: Path, *, classic: bool = False, passphrase: str | None = None) -> PublicKeys:
    """Write a new identity file, mode 0600. `classic` is X25519 alone. Raises OutputExists, StorageFailed."""
    output.check(out, "the key file")
    identity = age.X25519Identity.generate() if classic else age.HybridIdentity.generate()
    seed = secrets.token_bytes(signing.SEED_BYTES)
    key = signing.NoteKey(WITNESS + secrets.token_hex(NAME_BYTES), signing.Signer(seed).public)
    public = PublicKeys(identity.recipient().to_string(), key.text)
    private = base64.b64encode(bytes([signing.TYPE_ED25519]) + seed).decode()
    lines = [
        f"# created: {now()}",
        f"# public key: {public.age}",
        f"# verifier key: {public.verifier}",
        f"{_COMMENT}{_PRIVATE}{key.name}+{key.id.hex()}+{private}",
        identity.to_string(),
    ]
    data = "".join(line + "\n" for line in lines).encode("ascii")
    with output.new_file(out) as file:
        file.write(data if passphrase is None else _sealed(data, passphrase))
    return public


def _sealed(data: bytes, passphrase: str) -> bytes:
    sealed = io.BytesIO()
    age.encrypt(io.BytesIO(data), sealed, [age.ScryptRecipient(passphrase)], armor=True)
    return sealed.getvalue()


def is_sealed(data: bytes) -> bool:
    """Whether an identity file needs its passphrase first."""
    return data.startswith((b"age-encryption.org/", b"-----BEGIN AGE"))


def unsealed(untrusted_data: bytes, passphrase: str) -> bytes:
    """The identity file inside a sealed one. Raises WrongSecret, Damaged."""
    plain = io.BytesIO()
    age.decrypt(io.BytesIO(untrusted_data), plain, [age.ScryptIdentity(passphrase)])
    return plain.getvalue()


def identities(data: bytes) -> list[age.Identity]:
    """The age identities of an unsealed file. Raises Usage."""
    try:
        return age.read_identity_file(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Usage("this is no identity file") from None


def witness(data: bytes) -> signing.Signer:
    """The signing key of an unsealed file. Raises Usage if it has none, Damaged if it is no key."""
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith(_COMMENT + _PRIVATE):
            try:
                # Base64 holds plus signs of its own: only the first two divide.
                _, _, encoded = line.removeprefix(_COMMENT + _PRIVATE).split("+", 2)
                return signing.Signer(base64.b64decode(encoded, validate=True)[1:])
            except ValueError:
                raise Damaged("the witness key in the identity file is damaged") from None
    raise Usage("this identity file has no witness key", hint="Make one with 'casevault keygen --out FILE'.")
