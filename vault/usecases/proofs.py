"""Proofs of single entries: a `.tlog-proof` in the whole log, and a blinded one by way of the case's own tree.

A `.tlog-proof` says which entry of how many it is: it is for auditors and for what the whole log may be shown to. A
case proof says nothing beyond its case: which of its entries it is, and that the case stands in a map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from vault.audit import casemap
from vault.audit import entries as forms
from vault.audit.cosigner import WITNESS
from vault.audit.kept import Cosigned
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged, NotFound
from vault.formats import checkpoint, tlog_proof
from vault.formats import note as notes
from vault.usecases import extracts, vouched
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class MadeProof:
    """The bytes of a `.tlog-proof`; the size of its head; who cosigned that head, nobody if it is the log's own."""

    data: bytes
    size: int
    cosigned_by: tuple[str, ...]


def proof(vault: UnlockedVault, seq: int) -> MadeProof:
    """The proof of entry `seq` (from 0) under the newest head that covers it and that a witness cosigned, else
    anybody; else under the newest head of all. For it is most often checked under the auditor's key.

    It is logged first, without the number: an extract of the case must not show it. Raises NotFound, Damaged.
    """
    log = vault.log
    if not 0 <= seq < log.head().size:
        raise NotFound("the log has no such entry", hint="'casevault audit show' gives the numbers.")
    case_part, log_part = next(log.stored(seq, seq + 1))
    read = forms.read_case_part(case_part)
    if read is None:
        raise Damaged(f"entry {seq} of the audit log is not in its canonical form")
    vault.note("audit.proof", read[forms.CASE_GROUP["case"]])
    cosigned = _covering(log.kept.cosigned(), seq)
    if cosigned is not None:
        size, root, signed = cosigned.size, cosigned.root, cosigned.note
    else:
        head = log.head()
        size, root, signed = head.size, head.root, head.checkpoint
    data = forms.leaf_data(hashlib.sha256(case_part).digest(), hashlib.sha256(log_part).digest())
    hashes = log.inclusion_proof(seq, size)
    try:
        merkle.verify_inclusion(merkle.leaf_hash(data), seq, size, hashes, root)
    except Forged:
        raise Damaged(f"entry {seq} of the audit log does not lead to its signed head") from None
    by = tuple(one.name for one in notes.parse(signed).signatures if one.name != log.key.name)
    return MadeProof(tlog_proof.serialise(tlog_proof.Proof(seq, tuple(hashes), signed, data)), size, by)


def _covering(newest_first: Sequence[Cosigned], seq: int) -> Cosigned | None:
    covering = [one for one in newest_first if one.size > seq]
    by_witness = (
        one for one in covering if any(line.name.startswith(WITNESS) for line in notes.parse(one.note).signatures)
    )
    return next(by_witness, covering[0] if covering else None)


@dataclass(frozen=True, slots=True)
class CaseProof:
    """That an entry is the case's number `n`, as an extract shows it: `hashes` lead to `place.root`, the root of the
    case's own tree, and `place` to the root of the map whose signed note is `note`."""

    case_part: bytes
    log_digest: bytes
    n: int
    hashes: tuple[bytes, ...]
    place: casemap.CasePlace
    note: bytes


def case_proof(vault: UnlockedVault, case_id: str, n: int) -> CaseProof | None:
    """The proof of the case's entry `n` (from 1); None if no vouched map covers it yet. Reads the whole log.

    Not logged: what it is made for is. Raises NotFound, Damaged.
    """
    newest = vouched.newest(vault)
    end = vault.log.head().size
    entries = extracts.case_entries(vault, case_id, end)
    if not 0 < n <= len(entries):
        raise NotFound(f"case {case_id} has no such entry in the log")
    in_tree = vouched.case_leaves(vault, case_id, end, newest)
    if newest is None or in_tree.place is None or in_tree.place.count < n:
        return None
    covered = in_tree.leaves[: in_tree.place.count]
    hashes = merkle.inclusion_proof(merkle.reader_of(covered), n - 1, len(covered))
    made = CaseProof(*entries[n - 1], n, tuple(hashes), in_tree.place, vouched.signed(vault, newest))
    verify_case_proof(made, vault.log.key, ())
    return made


def verify_case_proof(
    untrusted_proof: CaseProof, log: signing.NoteKey, witnesses: Sequence[signing.NoteKey]
) -> tuple[str, ...]:
    """Check a case proof under the log's key; returns which of the witnesses vouch for it. Raises Damaged, Forged."""
    proof = untrusted_proof
    said, names = casemap.open_note(proof.note, log, witnesses)
    casemap.verify_place(proof.place, said)
    read = forms.read_case_part(proof.case_part)
    if read is None or len(proof.log_digest) != checkpoint.ROOT_BYTES:
        raise Damaged("a proof holds something that is no entry")
    if read[forms.CASE_GROUP["case"]] != proof.place.case or read[forms.CASE_GROUP["n"]] != str(proof.n):
        raise Forged("a proof is of another entry than it says")
    leaf = extracts.leaf_of(proof.case_part, proof.log_digest)
    merkle.verify_inclusion(leaf, proof.n - 1, proof.place.count, proof.hashes, proof.place.root)
    return names
