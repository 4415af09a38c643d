"""Opens one exhibit of a bundle for a court: its original, the entries of its history, their place in the log.

What is handed over proves a lot and tells a lot: the hash of the original, the real entries with the case's id, and
with them which vault they are of. It is made for one exhibit at a time, and logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.bundle.commitment import commitment
from vault.crypto import kdf, merkle
from vault.errors import Damaged, NotFound, Usage
from vault.formats import manifest as manifests
from vault.formats.custody_proof import CustodyProof, Opened, Place, serialise
from vault.formats.manifest import Exhibit, Manifest
from vault.model.records import Disclosure, Evidence
from vault.store import output
from vault.usecases import custody, item_history, lastlook, outputs, redacting, vouched
from vault.usecases.item_history import Logged
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class Proven:
    """What was written. `steps` of the history, of them `opened`; of these `covered` by a map that `witnesses` vouch
    for, made at `until`. `others` are other cases whose entries stayed closed, or were opened."""

    bundle: str
    exhibit: str
    evidence: str
    steps: int
    opened: int
    covered: int
    witnesses: tuple[str, ...]
    until: str | None
    others: tuple[str, ...]


def prove(vault: UnlockedVault, bundle_id: str, label: str, out: Path, *, others: bool = False) -> Proven:
    """Write the proof of one exhibit of a bundle of the ledger to a new file.

    Entries that the item has in other cases, where it was before or is now, are opened with `others` only: they name
    these cases. Raises NotFound, Usage for a bundle without custody papers, Damaged if the vault no longer has what
    the bundle was made from, and what `output.new_file` raises.
    """
    outputs.check(out, "the proof")
    record = vault.catalogue.require(Disclosure, bundle_id)
    case_id = str(record.case_id)
    with vault.access("bundle.prove", case_id, record.id) as outcome:
        lastlook.refuse_file_name(redacting.people_of(vault, case_id), out)
        item, exhibit = _exhibit(vault, record, label)
        entries = custody.told(item, exhibit, item_history.of_items(vault, [item])[item.id])
        # What nothing shows to be of this item stays closed: no reader would take it.
        own = item_history.linked((one.what, one.case, one.object) for one in entries)
        shown = [one for one, is_own in zip(entries, own, strict=True) if is_own and (others or one.case == case_id)]
        proof, until, witnesses = _opened(vault, record.id, exhibit, item, shown)
        with output.new_file(out) as file:
            file.write(serialise(proof))
        outcome.count = len(shown)
    return Proven(
        record.id, exhibit.label, item.id, len(entries), len(shown),
        sum(one.hashes is not None for one in proof.entries), witnesses, until,
        tuple(sorted({one.case for one in entries} - {case_id})),
    )  # fmt: skip


def _exhibit(vault: UnlockedVault, record: Disclosure, label: str) -> tuple[Evidence, Exhibit]:
    """The exhibit of this label, and the item that it was made from: the one whose commitment it bears."""
    manifest = manifests.parse(record.manifest)
    _require_custody(manifest)
    exhibit = next((one for one in manifest.exhibits if one.label == label.strip().upper()), None)
    if exhibit is None:
        raise NotFound(f"bundle {record.id} has no such exhibit", hint="'casevault bundle list' tells what it holds.")
    wanted = bytes.fromhex(exhibit.commitment)
    for item in vault.catalogue.all(Evidence):
        if kdf.same(commitment(item.commitment_key, record.id, item.sha256), wanted):
            return item, exhibit
    raise Damaged(
        f"the item that exhibit {exhibit.label} was made from is no longer in the vault",
        kind="gone",
        hint="Without it nothing can be opened. It may have been removed, or destroyed with its case.",
    )


def _require_custody(manifest: Manifest) -> None:
    if manifests.CUSTODY_NAME not in {paper.name for paper in manifest.papers}:
        raise Usage(
            f"bundle {manifest.bundle} has no custody log that could be opened",
            hint="It was made by an earlier version. Make it again: casevault bundle again.",
        )


def _opened(
    vault: UnlockedVault, bundle_id: str, exhibit: Exhibit, item: Evidence, shown: Sequence[Logged]
) -> tuple[CustodyProof, str | None, tuple[str, ...]]:
    """The proof itself, the time of the map that covers its entries if one does, and who vouches for that map."""
    end = vault.log.head().size
    newest = vouched.newest(vault)
    places: list[Place] = []
    opened: dict[bytes, Opened] = {}
    for case in dict.fromkeys(one.case for one in shown):
        there = vouched.case_leaves(vault, case, end, newest)
        count = there.place.count if there.place is not None else 0
        node = merkle.reader_of(there.leaves[:count])
        for one in (one for one in shown if one.case == case):
            if there.leaves[one.n - 1 : one.n] != (one.leaf,):
                raise Damaged("an entry of the audit log is not the one that its tree has")
            hashes = tuple(merkle.inclusion_proof(node, one.n - 1, count)) if one.n <= count else None
            opened[one.leaf] = Opened(one.case_part, one.log_digest, hashes)
        if there.place is not None and any(one.case == case and one.n <= count for one in shown):
            at = there.place
            places.append(Place(at.case, at.count, at.root, at.salt, at.index, at.hashes))
    covering = newest if newest is not None and places else None
    return (
        CustodyProof(
            bundle_id, exhibit.label, item.sha256, item.size, item.commitment_key,
            vault.log.verifier if covering else "", vouched.signed(vault, covering) if covering else b"",
            tuple(places), tuple(opened[one.leaf] for one in shown),
        ),
        covering.said.time if covering else None,
        covering.witnesses if covering else (),
    )  # fmt: skip
