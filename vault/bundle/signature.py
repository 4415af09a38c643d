"""The detached signature of a manifest: a C2SP signed note by a key of the case.

The key's name is random-looking and its own: bundles of two cases can't be linked by it.
"""

from __future__ import annotations

import base64
import hashlib

from vault.crypto import signing
from vault.errors import Damaged, Forged
from vault.formats import note

HEADING = "casevault bundle manifest v1"
ORIGIN = "casevault-bundle/"


def key_of(seed: bytes) -> signing.NoteKey:
    """The public side of a case's signing key."""
    public = signing.Signer(seed).public
    return signing.NoteKey(f"{ORIGIN}{hashlib.sha256(public).hexdigest()[:16]}", public)


def sign(seed: bytes, manifest: bytes) -> bytes:
    """A signed note over the manifest's SHA-256, with the verifier key as its third line."""
    key = key_of(seed)
    text = _text(manifest, key)
    signature = note.Signature(key.name, key.id, signing.Signer(seed).sign(text.encode()))
    return note.serialise(note.Note(text, (signature,)))


def _text(manifest: bytes, key: signing.NoteKey) -> str:
    digest = base64.b64encode(hashlib.sha256(manifest).digest()).decode()
    return f"{HEADING}\n{digest}\n{key.text}\n"


def verify(untrusted_signature: bytes, manifest: bytes) -> signing.NoteKey:
    """The key that signed this manifest. It proves nothing about who that is: compare its fingerprint.

    Raises Forged, Damaged.
    """
    parsed = note.parse(untrusted_signature)
    lines = parsed.text.split("\n")
    if len(lines) != 4 or len(parsed.signatures) != 1:
        raise Damaged("the manifest's signature is not valid")
    key = signing.parse_verifier(lines[2])
    if parsed.text != _text(manifest, key):
        raise Forged("the manifest's signature belongs to another manifest")
    one = parsed.signatures[0]
    if (one.name, one.key_id) != (key.name, key.id):
        raise Forged("the manifest was signed by another key than it says")
    signing.verify(key.public, parsed.text.encode(), one.signature)
    return key


def fingerprint(key: signing.NoteKey) -> str:
    """What is told along with the words: 128 bits in groups of four hex digits."""
    digest = hashlib.sha256(key.text.encode()).hexdigest()[:32].upper()
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def same_fingerprint(told: str, key: signing.NoteKey) -> bool:
    """Whether a fingerprint as it was typed is the key's; spaces, hyphens and case do not count."""
    return "".join(c for c in told.upper() if c.isalnum()) == fingerprint(key).replace(" ", "")
