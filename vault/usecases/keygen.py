"""Identity files: an age identity, and a note-signing key as a comment that stock age passes over.

    # created: 2026-11-21T21:27:22Z
    # public key: age1…
    # verifier key: casevault-witness/<hex>+<hex>+<base64>
    # witness key: PRIVATE+KEY+casevault-witness/<hex>+<hex>+<base64 of 0x04 and the seed>
    AGE-SECRET-KEY-…

With a passphrase the whole file is an armored age file (scrypt), as `age -p` makes it; stock age opens it as an
identity file too.
"""

from __future__ import annotations

import base64
import contextlib
import io
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from vault.audit.cosigner import HEADS, WITNESS, Cosigner
from vault.crypto import age, signing
from vault.errors import Damaged, Usage
from vault.store import output
from vault.usecases import outputs
from vault.usecases.unlocked import now

NAME_BYTES = 8
MAX_FILE = 64 * 1024
_PRIVATE = "PRIVATE+KEY+"
_COMMENT = "# witness key: "
_VERIFIER = "# verifier key: "
_NAME = re.compile(f"(?:{WITNESS}|{HEADS})[0-9a-f]{{{2 * NAME_BYTES}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What the owner gives away: an age recipient and a verifier key."""

    age: str
    verifier: str


def make(
    out: Path,
    *,
    classic: bool = False,
    heads_only: bool = False,
    passphrase: str | None = None,
    public_out: Path | None = None,
) -> PublicKeys:
    """Write a new identity file, mode 0600. Raises OutputExists, StorageFailed.

    `public_out` gets the public half: the age key, and the verifier key as a comment, so that `age -R` takes it.
    `classic` is X25519 alone. `heads_only` makes a key that vouches for heads without seeing entries; the other is
    reserved for whole checks (`vault/audit/cosigner.py`).
    """
    outputs.check(out, "the key file")
    if public_out is not None:
        outputs.check(public_out, "the file for the public keys")
    identity = age.X25519Identity.generate() if classic else age.HybridIdentity.generate()
    seed = secrets.token_bytes(signing.SEED_BYTES)
    key = Cosigner((HEADS if heads_only else WITNESS) + secrets.token_hex(NAME_BYTES), seed).key
    public = PublicKeys(identity.recipient().to_string(), key.text)
    private = base64.b64encode(bytes([key.TYPE]) + seed).decode()
    lines = [
        f"# created: {now()}",
        f"# public key: {public.age}",
        f"{_VERIFIER}{public.verifier}",
        f"{_COMMENT}{_PRIVATE}{key.name}+{key.id.hex()}+{private}",
        identity.to_string(),
    ]
    data = "".join(line + "\n" for line in lines).encode("ascii")
    with contextlib.ExitStack() as files:
        if public_out is not None:
            # It gets its name last: a public key must not be about whose secret was never written.
            file = files.enter_context(output.new_file(public_out))
            file.write(f"{public.age}\n{_VERIFIER}{public.verifier}\n".encode("ascii"))
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


def witness(data: bytes) -> Cosigner:
    """The cosigning key of an unsealed file. Raises Usage if it has none, Damaged if it is no key or not alone."""
    # Only the line ends that editors write: a comment must not hide a key behind one that no editor shows.
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r", "\n").split("\n")
    found = [line.removeprefix(_COMMENT + _PRIVATE) for line in lines if line.startswith(_COMMENT + _PRIVATE)]
    if not found:
        raise Usage("this identity file has no witness key", hint="Make one with 'casevault keygen --out FILE'.")
    if len(found) > 1:
        raise Damaged("the identity file has more than one witness key")
    return _witness(found[0])


def _witness(untrusted_text: str) -> Cosigner:
    try:
        # Base64 holds plus signs of its own: only the first two divide.
        name, key_id, encoded = untrusted_text.split("+", 2)
        material = base64.b64decode(encoded, validate=True)
        found = Cosigner(name, material[1:])
    except ValueError:
        raise Damaged("the witness key in the identity file is damaged") from None
    if material[0] == signing.TYPE_ED25519 and key_id == found.key.plain.id.hex():
        raise Usage(
            "the witness key in the identity file is of an older kind", hint="Make a new one with 'casevault keygen'."
        )
    # The name says what the key vouches for, and nothing of whose it is.
    if material[0] != found.key.TYPE or key_id != found.key.id.hex() or _NAME.fullmatch(name) is None:
        raise Damaged("the witness key in the identity file is damaged")
    return found
