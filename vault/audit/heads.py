"""Signed heads: a C2SP checkpoint in a signed note, under an Ed25519 key that bears the log's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vault.crypto import signing
from vault.errors import Damaged, Forged
from vault.formats import checkpoint as checkpoints
from vault.formats import note as notes
from vault.formats.checkpoint import Checkpoint
from vault.formats.note import Note, Signature
from vault.model.events import Head

ORIGIN = "casevault/"
"""Origin and key name are this and the log's random id: nothing in them says whose log it is."""


class Signing(Protocol):
    """A key that signs; `public` is its other half."""

    public: bytes

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature."""
        ...


def sign(signer: Signing, key: signing.NoteKey, size: int, root: bytes) -> Head:
    """Make the signed head of a log whose origin is the key's name."""
    text = checkpoints.body(Checkpoint(key.name, size, root))
    note = Note(text, (Signature(key.name, key.id, signer.sign(text.encode())),))
    return Head(size, root, notes.serialise(note))


def verify_note(untrusted_note: Note, keys: Sequence[signing.NoteKey]) -> tuple[signing.NoteKey, ...]:
    """Check a note against known keys; returns those that signed it, at least one.

    As c2sp.org/signed-note says: unknown signatures are ignored, a bad one of a known key spoils the whole note,
    and a note without a good one is refused. Two signatures of one known key are refused too. Raises Forged.
    """
    known = {(key.name, key.id): key for key in keys}
    good: list[signing.NoteKey] = []
    for one in untrusted_note.signatures:
        key = known.get((one.name, one.key_id))
        if key is None:
            continue
        if key in good:
            raise Forged("a signed note bears two signatures of one key")
        signing.verify(key.public, untrusted_note.text.encode(), one.signature)
        good.append(key)
    if not good:
        raise Forged("a signed note bears no signature of a known key")
    return tuple(good)


def open_checkpoint(untrusted_checkpoint: bytes, key: signing.NoteKey) -> Head:
    """Read a checkpoint of the log whose key this is. Raises Damaged, or Forged if it is not the log's own."""
    note = notes.parse(untrusted_checkpoint)
    verify_note(note, [key])
    found = checkpoints.parse_body(note.text)
    if found.origin != key.name:
        raise Forged("a checkpoint is of another log")
    return Head(found.size, found.root, untrusted_checkpoint)


def check(untrusted_head: Head, key: signing.NoteKey) -> Head:
    """Check a stored head: its checkpoint is signed and says the same size and root. Raises Damaged or Forged."""
    if open_checkpoint(untrusted_head.checkpoint, key) != untrusted_head:
        raise Damaged("the audit log's head does not say what its signed checkpoint says")
    return untrusted_head
