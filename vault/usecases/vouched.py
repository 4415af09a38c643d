"""The newest map of all cases that a witness vouches for, made again from the log to show one case's place in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.audit.casemap import CaseMap, CasePlace, CaseTrees, MapNote, parse_note_text, salt
from vault.audit.cosigner import WITNESS
from vault.errors import Damaged
from vault.formats import note as notes
from vault.formats.note import Note
from vault.usecases.unlocked import UnlockedVault

_LOST = "the audit log no longer leads to the map that a witness vouched for"


@dataclass(frozen=True, slots=True)
class VouchedMap:
    """A map note as witnesses signed it, and the number of the log's entry that announced it."""

    said: MapNote
    note: Note
    seq: int

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Names of the keys that vouch for it. They were checked when their cosignature was accepted."""
        return tuple(one.name for one in self.note.signatures if one.name.startswith(WITNESS))


@dataclass(frozen=True, slots=True)
class CaseLeaves:
    """The leaf hashes that the log's tree holds for one case, in order, and its place in a vouched map, if any."""

    leaves: tuple[bytes, ...]
    place: CasePlace | None


def newest(vault: UnlockedVault) -> VouchedMap | None:
    """The newest map that somebody vouches for; None if there is none. Raises Damaged."""
    found: list[VouchedMap] = []
    for cosigned in vault.log.kept.cosigned():
        for body in cosigned.maps:
            note = notes.parse(body)
            if any(one.name.startswith(WITNESS) for one in note.signatures):
                found.append(_announced(vault, note))
        if found:
            break  # heads come newest first, and the maps of an older head are not newer
    return max(found, key=lambda one: one.seq, default=None)


def _announced(vault: UnlockedVault, note: Note) -> VouchedMap:
    """Find the entry that bears the map's root. The note tells its time; its number is nobody's business."""
    said = parse_note_text(note.text)
    try:
        time = datetime.fromisoformat(said.time)
        after = time + timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise Damaged("the note of a map has an impossible time") from None
    entries = vault.log.entries(action="audit.map", since=time, until=after, reverse=True)
    for entry in entries:
        if entry.digest == said.root.hex():
            return VouchedMap(said, note, entry.seq)
    raise Damaged(_LOST)


def signed(vault: UnlockedVault, vouched: VouchedMap) -> bytes:
    """The map's note with the log's own signature first, then those of all witnesses that are known."""
    own = vault.log.sign(vouched.note.text)
    others = [one for one in vouched.note.signatures if (one.name, one.key_id) != (own.name, own.key_id)]
    return notes.serialise(Note(vouched.note.text, (own, *others)))


def case_leaves(vault: UnlockedVault, case_id: str, end: int, vouched: VouchedMap | None) -> CaseLeaves:
    """The case's leaves among the first `end` entries, and its place in the map made again. Reads the whole log.

    Raises Damaged if the log does not lead to the map's root any more.
    """
    trees, leaves = CaseTrees(), []
    place = _place(vault, case_id, trees, vouched) if vouched is not None and vouched.seq == 0 else None
    for seq, (case, leaf) in enumerate(vault.log.leaves(end), 1):
        trees.add(case, leaf)
        if case == case_id:
            leaves.append(leaf)
        if vouched is not None and seq == vouched.seq:
            place = _place(vault, case_id, trees, vouched)
    return CaseLeaves(tuple(leaves), place)


def _map_key(vault: UnlockedVault, seq: int) -> bytes:
    """The key that salts the map of an entry: it was replaced whenever the log's own key was."""
    earlier = (made.map_key for made in vault.log.kept.successions() if seq < made.size)
    return next(earlier, vault.keys.audit_map)


def _place(vault: UnlockedVault, case_id: str, trees: CaseTrees, vouched: VouchedMap) -> CasePlace | None:
    root = vault.log.root_at(vouched.seq)
    made = CaseMap.build(trees.state(), salt(_map_key(vault, vouched.seq), vouched.seq, root))
    if (made.root, made.leaves) != (vouched.said.root, vouched.said.leaves):
        raise Damaged(_LOST)
    return made.proof(case_id)
