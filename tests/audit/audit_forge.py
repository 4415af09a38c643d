"""Somebody who has the laptop and all its keys, at work on an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vault.audit import entries as forms
from vault.audit import heads
from vault.crypto import age, merkle, signing
from vault.formats import audit_export
from vault.formats.audit_export import Front, Parts


def opened(path: Path, identities: Sequence[age.Identity]) -> tuple[Front, list[Parts]]:
    """What is in an export."""
    with path.open("rb") as file:
        reader = audit_export.Reader(age.Decryptor(file, identities).chunks())
        return reader.front, [one for batch in reader.batches() for one in batch]


def sealed(out: Path, recipient: age.Recipient, front: Front, parts: Sequence[Parts]) -> Path:
    """An export of these very entries under this very front: the public key of the auditor is all that it takes."""
    with out.open("wb") as file:
        sealer = age.Encryptor(file, [recipient])
        for piece in audit_export.pack(front, parts):
            sealer.write(piece)
        sealer.close()
    return out


def resigned(front: Front, parts: Sequence[Parts], signer: signing.Signer, name: str = "") -> Front:
    """The front with a good head over these entries, by this key under the log's own name or another."""
    frontier: list[bytes] = []
    for size, one in enumerate(parts):
        merkle.push(frontier, size, forms.leaf(*one))
    key = signing.NoteKey(name or front.log.partition("+")[0], signer.public)
    head = heads.sign(signer, key, len(parts), merkle.fold(frontier))
    return replace(front, log=key.text, size=len(parts), checkpoint=head.checkpoint)


def moved(parts: Sequence[Parts]) -> list[Parts]:
    """The same entries, each with the number of the place where it stands."""
    return [(one, numbered(log, seq)) for seq, (one, log) in enumerate(parts)]


def numbered(log_part: bytes, seq: int) -> bytes:
    head, _, tail = log_part.partition(b'"seq":')
    return head + b'"seq":' + str(seq).encode() + tail[tail.index(b",") :]
