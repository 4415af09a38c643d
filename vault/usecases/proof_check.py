"""Checks a custody proof against the bundle that it opens, and against the original. No vault is needed.

The bundle's signature says that its sender made the blinded history. The proof shows what was blinded; the map of the
vault's log shows that it was logged by the time when an auditor vouched for that map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from vault.audit import casemap
from vault.audit import entries as forms
from vault.bundle import custody
from vault.bundle.commitment import commitment
from vault.bundle.custody import Custody, Leaf
from vault.crypto import kdf, signing
from vault.errors import Damaged, Forged
from vault.formats import custody_proof
from vault.formats import note as notes
from vault.formats.custody_proof import CustodyProof, Opened
from vault.formats.manifest import Exhibit, Manifest
from vault.usecases import extract_check, item_history, proofs
from vault.usecases.extracts import leaf_of

_CHUNK = 1 << 20
_GROUP = forms.CASE_GROUP


@dataclass(frozen=True, slots=True)
class OpenedStep:
    """A step of the history that the proof opens: what was done, the time in the log; `covered` by the map or not."""

    what: str
    time: str
    case: str
    covered: bool


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """A proof whose every claim holds. `sha256` (hex) and `size` are of the original, `original_given` is whether a
    file was there and is that one. Of the history's `steps`, `opened` are shown. `log` is the origin of the vault's
    log, empty if no map covers any of them; `until` the time of the map; `vouched_by` those of the reader's keys that
    vouch for it, `others` witnesses who signed it and whose keys the reader did not name."""

    bundle: str
    exhibit: str
    sha256: str
    size: int
    original_given: bool
    steps: int
    opened: tuple[OpenedStep, ...]
    log: str
    until: str | None
    vouched_by: tuple[str, ...]
    others: tuple[str, ...]


def check(
    untrusted_data: bytes,
    manifest: Manifest,
    history: Custody,
    verifiers: Sequence[str] = (),
    original: BinaryIO | None = None,
) -> CheckedProof:
    """Check a proof against a bundle whose manifest and custody log were checked before.

    `verifiers` are keys that the reader knows: witnesses', the log's own. Raises Damaged, Forged with the reason,
    NewerFormat, Usage for a key that is none.
    """
    keys = extract_check.known_keys(verifiers)
    proof = custody_proof.parse(untrusted_data)
    if proof.bundle != manifest.bundle:
        raise Forged(f"this proof is of bundle {proof.bundle[:32]}, not of this one", kind="other-bundle")
    exhibit = next((one for one in manifest.exhibits if one.label == proof.exhibit), None)
    if exhibit is None:
        raise Forged("this proof is of an exhibit that the bundle does not have", kind="other-exhibit")
    if not kdf.same(commitment(proof.key, proof.bundle, proof.sha256), bytes.fromhex(exhibit.commitment)):
        raise Forged(f"this proof does not open the commitment of exhibit {exhibit.label}", kind="other-original")
    if original is not None:
        _check_original(original, proof)
    steps = history.of(exhibit.label)
    leaves = _leaves(proof, exhibit, steps)
    _check_linked(proof, leaves)
    log, said, vouched_by = _map(proof, keys)
    opened = tuple(_step(one, leaf, log, proof, keys) for one, leaf in zip(proof.entries, leaves, strict=True))
    return CheckedProof(
        manifest.bundle, exhibit.label, proof.sha256.hex(), proof.size, original is not None, len(steps), opened,
        "" if log is None else log.name, None if said is None else said.time, vouched_by,
        _others(proof, vouched_by),
    )  # fmt: skip


def _check_original(untrusted_original: BinaryIO, proof: CustodyProof) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := untrusted_original.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    if digest.digest() != proof.sha256 or size != proof.size:
        raise Forged(
            f"the file is not the original of exhibit {proof.exhibit}",
            kind="other-original",
            hint="Compare its SHA-256: a file that was opened and saved, or sent by a messenger, is another "
            "one. Ask for the original, byte for byte.",
        )


def _leaves(proof: CustodyProof, exhibit: Exhibit, steps: Sequence[Leaf]) -> list[Leaf]:
    """The step that each opened entry is; it says what its entry says, and no step is opened twice."""
    closed = {leaf.entry: leaf for leaf in steps}
    found = []
    for entry in proof.entries:
        blinded = custody.blinded(proof.key, proof.bundle, leaf_of(entry.case_part, entry.log_digest)).hex()
        leaf = closed.pop(blinded, None)
        if leaf is None:
            raise Forged(f"an entry of the proof is not one of the history of exhibit {exhibit.label}")
        _check_said(entry, leaf, proof, exhibit)
        found.append(leaf)
    return found


def _check_said(entry: Opened, leaf: Leaf, proof: CustodyProof, exhibit: Exhibit) -> None:
    read = forms.read_case_part(entry.case_part)
    if read is None:
        raise Damaged("the proof holds something that is no entry of a log")
    action, time, digest, program = (read[_GROUP[name]] for name in ("action", "time", "digest", "program"))
    if read[_GROUP["phase"]] != "intent":
        raise Forged(f"step {leaf.n} of exhibit {exhibit.label} is not an entry about something that was done")
    if item_history.WHAT.get(action) != leaf.what or not time.startswith(leaf.at.removesuffix("Z")):
        raise Forged(f"step {leaf.n} of exhibit {exhibit.label} does not say what its entry in the log says")
    if leaf.program != (program if leaf.what in custody.INTAKES else ""):
        raise Forged(f"step {leaf.n} of exhibit {exhibit.label} names another version of the program")
    if leaf.what in custody.INTAKES and digest != kdf.hmac_sha256(proof.key, proof.sha256).hex():
        raise Forged("the original is not the one that the log has at its intake", kind="other-original")
    if leaf.what == custody.CHECKED and digest != exhibit.commitment:
        raise Forged("the last check in the log was made for another bundle", kind="other-bundle")


def _check_linked(proof: CustodyProof, leaves: Sequence[Leaf]) -> None:
    """Steps of other items must not pass for this one's."""
    found = []
    for entry, leaf in zip(proof.entries, leaves, strict=True):
        read = forms.read_case_part(entry.case_part)
        assert read is not None  # it was read before
        found.append((leaf.what, read[_GROUP["case"]] or "", read[_GROUP["object"]] or ""))
    for leaf, is_own in zip(leaves, item_history.linked(found), strict=True):
        if not is_own:
            raise Forged(f"nothing shows that step {leaf.n} of exhibit {leaf.exhibit} is of this item")


def _map(
    proof: CustodyProof, keys: Sequence[signing.NoteKey]
) -> tuple[signing.NoteKey | None, casemap.MapNote | None, tuple[str, ...]]:
    if not proof.note:
        if proof.log or proof.places or any(one.hashes is not None for one in proof.entries):
            raise Forged("the proof says that its entries are in a map, but has none")
        return None, None, ()
    log = extract_check.log_key(proof.log, keys)
    said, vouched_by = casemap.open_note(proof.note, log, keys)
    return log, said, vouched_by


def _step(
    entry: Opened, leaf: Leaf, log: signing.NoteKey | None, proof: CustodyProof, keys: Sequence[signing.NoteKey]
) -> OpenedStep:
    read = forms.read_case_part(entry.case_part)
    assert read is not None  # it was read before
    case, n, time = (read[_GROUP[name]] for name in ("case", "n", "time"))
    if entry.hashes is not None and log is not None:
        place = next((one for one in proof.places if one.case == case), None)
        if place is None:
            raise Forged("the proof does not say where the case of an entry stands in the map")
        at = casemap.CasePlace(place.case, place.count, place.root, place.salt, place.index, place.hashes)
        proofs.verify_case_proof(
            proofs.CaseProof(entry.case_part, entry.log_digest, int(n or 0), entry.hashes, at, proof.note), log, keys
        )
    return OpenedStep(leaf.what, time, case or "", entry.hashes is not None)


def _others(proof: CustodyProof, vouched_by: Sequence[str]) -> tuple[str, ...]:
    """Witnesses whose signatures nobody could check here."""
    if not proof.note:
        return ()
    names = (one.name for one in notes.parse(proof.note).signatures)
    return tuple(name for name in names if name.startswith("casevault-witness/") and name not in vouched_by)
