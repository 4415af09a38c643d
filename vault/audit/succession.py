"""A log gets a new key: the old one's last entry vouches for the new one, and the new one signs what stands already.

The log stays what it was, its id and its tree too. Whoever knows it by the old key gets the old key's last signed
head, under which the last entry names the SHA-256 of the new verifier key; and so on from key to key.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path

from vault.audit import entries as forms
from vault.audit import heads
from vault.audit.kept import Cosigned, Kept, Succession
from vault.audit.log import AuditLog
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged
from vault.formats import note as notes
from vault.formats.replaced_keys import ReplacedKey
from vault.model.events import Event, Head, Writer
from vault.store import auditdb

ACTION = "key.rotate"


def announce(
    log: AuditLog, new_seed: bytes, writer: Writer, *, cases: int, map_key: bytes, seals: bytes
) -> Succession:
    """The old key's last word: an entry with the digest of the new key, and the proof that it stands in the log.

    `log` is still under the old key, whose `map_key` and `seals` go with it.
    """
    digest = digest_of(signing.NoteKey(log.key.name, signing.Signer(new_seed).public).text)
    log.append([Event(ACTION, "event", count=cases, digest=digest.hex(), outcome="ok")], writer)
    head = log.head()
    case_part, log_part = next(log.stored(head.size - 1, head.size))
    hashes = tuple(log.inclusion_proof(head.size - 1, head.size))
    place = hashlib.sha256(log_part).digest()
    return Succession(head.size, log.verifier, head.checkpoint, case_part, place, hashes, map_key, seals)


def take_over(path: Path, database_key: bytes, new_seed: bytes, succession: Succession) -> None:
    """Sign the head, and every head that others vouch for, with the new key; keep how it came. All or none.

    The database is under its new key already. Raises Damaged if its head is not the one that `succession` names.
    """
    db = auditdb.connect(path, database_key)
    try:
        signer = signing.Signer(new_seed)
        key = signing.NoteKey(heads.ORIGIN + auditdb.log_id(db), signer.public)
        with auditdb.transaction(db):
            head = heads.check(auditdb.read_head(db), signing.parse_verifier(succession.log))
            if (head.size, head.checkpoint) != (succession.size, succession.checkpoint):
                raise Damaged("the audit log went on while its key was replaced")
            auditdb.write_head(db, heads.sign(signer, key, head.size, head.root))
            kept = Kept(db)
            for one in kept.cosigned():
                kept.replace_cosigned(Cosigned(one.size, one.root, _signed(one.note, signer, key), one.maps))
            kept.put_succession(succession)
    finally:
        db.close()


def _signed(note: bytes, signer: signing.Signer, key: signing.NoteKey) -> bytes:
    """A cosigned head with the new key's signature in the place of the old one's."""
    there = notes.parse(note)
    own = notes.Signature(key.name, key.id, signer.sign(there.text.encode()))
    others = tuple(one for one in there.signatures if one.name != key.name)
    return notes.serialise(notes.Note(there.text, (own, *others)))


def digest_of(verifier: str) -> bytes:
    """What the old key's last entry says of the new key: SHA-256 of its verifier key's text."""
    return hashlib.sha256(verifier.encode()).digest()


def follow(untrusted_links: Sequence[ReplacedKey], known: str, newest: signing.NoteKey) -> list[Head]:
    """The heads at which the key was replaced, from the key that is known to `newest`, each signed by the key of
    before and with the entry that vouches for the next one as its last.

    Raises Forged if the known key does not vouch for the newest in this way, Damaged for what can't be read.
    """
    at = next((number for number, link in enumerate(untrusted_links) if link.log == known), None)
    if at is None:
        raise Forged("the key that you know does not vouch for the one that signs the log now")
    chain = untrusted_links[at:]
    found = []
    for link, following in zip(chain, [*(one.log for one in chain[1:]), newest.text], strict=True):
        found.append(_step(link, following, newest.name))
    if any(later.size <= earlier.size for earlier, later in itertools.pairwise(found)):
        raise Forged("the replacements of the log's key are not in their order")
    return found


def _step(link: ReplacedKey, following: str, name: str) -> Head:
    key = signing.parse_verifier(link.log)
    if key.name != name:
        raise Forged("a replaced key is of another log")
    head = heads.open_checkpoint(link.checkpoint, key)
    read = forms.read_case_part(link.entry)
    said = None if read is None else read.group(*(forms.CASE_GROUP[one] for one in ("action", "digest")))
    if said != (ACTION, digest_of(following).hex()):
        raise Forged("the last entry under the old key does not vouch for the new one")
    leaf = merkle.leaf_hash(forms.leaf_data(hashlib.sha256(link.entry).digest(), link.place))
    merkle.verify_inclusion(leaf, head.size - 1, head.size, link.hashes, head.root)
    return head
