"""What an auditor does to a log, in short: a map is logged, recomputed from all entries, signed, and taken in."""

from __future__ import annotations

from vault.audit import casemap
from vault.audit import entries as forms
from vault.audit.casemap import CaseMap, CaseTrees, MapNote
from vault.audit.cosigner import Cosigner
from vault.audit.kept import Cosigned
from vault.formats import note as notes
from vault.formats.note import Note
from vault.model.events import Event
from vault.usecases.unlocked import UnlockedVault

NOW = 1_800_000_000


def map_at(vault: UnlockedVault, size: int, root: bytes) -> CaseMap:
    """The map over the first `size` entries, from the bytes of the entries themselves."""
    trees = CaseTrees()
    for case_part, log_part in vault.log.stored(0, size):
        read = forms.read_case_part(case_part)
        assert read is not None
        trees.add(read[forms.CASE_GROUP["case"]], forms.leaf(case_part, log_part))
    return CaseMap.build(trees.state(), casemap.salt(vault.keys.audit_map, size, root))


def log_map(vault: UnlockedVault) -> MapNote:
    """Log the map of all that there is."""
    head = vault.log.head()
    made = map_at(vault, head.size, head.root)
    (entry,) = vault.log.append([Event("audit.map", "event", digest=made.root.hex(), outcome="ok")], vault.writer)
    return MapNote(vault.log.key.name, entry.time, made.leaves, made.root)


def take_in(vault: UnlockedVault, said: MapNote | None, *cosigners: Cosigner, vouching: bool = True) -> None:
    """Have the newest head cosigned, and the map signed where these parties are `vouching` for it."""
    head = vault.log.head()
    note = notes.parse(head.checkpoint)
    lines = [one.cosign(note.text, NOW) for one in cosigners]
    maps = ()
    if said is not None and vouching:
        maps = (notes.serialise(Note(said.text, tuple(one.sign(said.text) for one in cosigners))),)
    cosigned = notes.serialise(Note(note.text, (*note.signatures, *lines)))
    vault.log.kept.add_cosigned(Cosigned(head.size, head.root, cosigned, maps))
    vault.note("audit.accept")


def deposit(vault: UnlockedVault, *cosigners: Cosigner) -> MapNote:
    """The whole round; returns what was said of the map."""
    said = log_map(vault)
    take_in(vault, said, *cosigners)
    return said
