"""Checking the cosignatures that a checkpoint bears, https://c2sp.org/tlog-cosignature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.crypto import signing
from vault.errors import Forged
from vault.formats import cosignature
from vault.formats.note import Note


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that was checked: whose it is, and when the cosigner says it was made (POSIX seconds)."""

    key: signing.CosignerKey
    timestamp: int


def verify(untrusted_note: Note, keys: Sequence[signing.CosignerKey]) -> tuple[Cosignature, ...]:
    """The cosignatures of known cosigners that a note bears, in its order; none is no error.

    The text is not read: whoever asks has opened it as a checkpoint of the log. Signatures of unknown keys are
    ignored. Raises Forged for a bad one of a known key, and for two of one key. The signed bytes do not hold the
    cosigner's name, so that a cosignature can be moved to another name of the same key: keys that would allow it,
    one public key under two names, raise Forged too.
    """
    known = {(key.name, key.id): key for key in keys}
    if len({key.public for key in known.values()}) != len(known):
        raise Forged("two cosigners have the same public key")
    found: list[Cosignature] = []
    for line in untrusted_note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        if any(one.key == key for one in found):
            raise Forged("a checkpoint bears two cosignatures of one key")
        timestamp, signature = cosignature.parse_signature(line)
        signing.verify(key.public, cosignature.message(timestamp, untrusted_note.text), signature)
        found.append(Cosignature(key, timestamp))
    return tuple(found)
