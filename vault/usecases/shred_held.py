"""What other cases go on using when a case is shredded: its items that are shared with them, or were moved there.

A shared item goes to one of the cases that use it, encrypted anew for that case; the others use it from there.
Whoever is listed in the case is protected in such items today (`items.other_cases`): so they are listed, as
protected, in the cases that hold the items from now on. Cases that borrow from those are covered by that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vault.errors import Damaged
from vault.model.records import Case, Evidence, ExtractedText, PersonRecord, Share
from vault.store import remnants
from vault.store.catalogue import Put
from vault.usecases import alarm_state, items
from vault.usecases.unlocked import Change, UnlockedVault

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Held:
    """An item that lives on in other cases. `cases`: the one that holds it from now on, then those that use it from
    there. A `moved` one is that case's already, and the people listed here are still protected in it."""

    evidence: str
    cases: tuple[str, ...]
    how: Literal["shared", "moved"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An item of the case, and what it is for its new case: its new file is whole."""

    before: Evidence
    after: Evidence
    share: Share


def find(vault: UnlockedVault, case_id: str) -> tuple[Held, ...]:
    """The items of a case that other cases use, in the order they were added; then those that were moved away."""
    found = []
    for item in vault.catalogue.all(Evidence, case_id=case_id):
        users = [str(share.case_id) for share in vault.catalogue.all(Share, evidence_id=item.id)]
        if users:
            found.append(Held(item.id, tuple(sorted(users, key=lambda one: (_is_closed(vault, one), one))), "shared"))
    if vault.catalogue.count(PersonRecord, case_id=case_id):
        away = remnants.moved_away(vault.catalogue, case_id)
        found += [Held(item.id, (str(item.case_id),), "moved") for item in away]
    return tuple(found)


def _is_closed(vault: UnlockedVault, case_id: str) -> bool:
    return not alarm_state.is_open(vault.catalogue.require(Case, case_id).status)


def listed(vault: UnlockedVault, case_id: str, held: Sequence[Held]) -> tuple[tuple[str, int], ...]:
    """For each case that holds such an item: how many people of the shredded one are listed there anew."""
    counts = []
    for other in _holders(held):
        there = _protected(vault, other)
        mine = vault.catalogue.all(PersonRecord, case_id=case_id)
        counts.append((other, sum(_known_by(person) not in there for person in mine)))
    return tuple(counts)


def _holders(held: Sequence[Held]) -> list[str]:
    return sorted({one.cases[0] for one in held})


_Known = tuple[str, tuple[str, ...], tuple[str, ...]]


def _known_by(person: PersonRecord) -> _Known:
    return person.name, person.aliases, person.identifiers


def _protected(vault: UnlockedVault, case_id: str) -> set[_Known]:
    """Who is protected in a case: somebody kept there, or its applicant, would not be."""
    people = vault.catalogue.all(PersonRecord, case_id=case_id)
    return {_known_by(person) for person in people if person.role != "applicant" and person.keep is None}


def sealed(
    vault: UnlockedVault, case_id: str, held: Sequence[Held], progress: Progress | None = None
) -> Iterator[Sealed]:
    """Encrypt each shared item for its new case, and read the new file to its end. Raises Damaged, StorageFailed.

    Each new file is noted as leaving until the rows name it: should this process be stopped, it is removed later.
    """
    for one in held:
        if one.how != "shared":
            continue
        item = vault.catalogue.require(Evidence, one.evidence)
        owner = one.cases[0]
        with vault.access("evidence.move", case_id, item.id):
            after = items.sealed_for(vault, item, owner)
        with vault.catalogue.transaction():
            remnants.note_leaving(vault.catalogue, [after.object])
        before = [name for name in item.moved_from.split() if name != case_id]
        after = replace(after, moved_from=" ".join(before))
        # Given out before it is checked: whatever fails from here on, the caller takes the new file back.
        yield Sealed(item, after, vault.catalogue.require(Share, f"{item.id}@{owner}"))
        with vault.access("evidence.move", owner, after.id):
            if problem := items.problem_of(vault, after, progress):
                raise Damaged(problem)


def changes(
    vault: UnlockedVault, case_id: str, held: Sequence[Held], moves: Sequence[Sealed], going: Collection[str]
) -> list[Change]:
    """The rows of other cases: items that come to them, items that lose what referred to this case or to items that
    go with it (`going`), people that are listed anew."""
    found: list[Change] = []
    for move in moves:
        found += _moves(vault, move, going)
    moved = {move.before.id for move in moves}
    found += [
        Change("evidence.set", after.case_id, [Put(after, before)], object_id=after.id)
        for before, after in _without_case(vault, case_id, going)
        if before.id not in moved
    ]  # fmt: skip
    return [*found, *_people(vault, case_id, held)]


def _moves(vault: UnlockedVault, move: Sealed, going: Collection[str]) -> list[Change]:
    before, after = move.before, move.after
    if after.translation_of in going:
        after = replace(after, translation_of=None)
    text = vault.catalogue.get(ExtractedText, before.id)
    gone = [before] if text is None else [text, before]
    puts = [Put(after)] if text is None else [Put(after), Put(replace(text, case_id=after.case_id))]
    return [
        Change("evidence.move", before.case_id, removes=gone, object_id=before.id),
        Change(
            "evidence.move", after.case_id, puts, [move.share], object_id=after.id, also=items.reindexed(after, text)
        ),
    ]


def _without_case(vault: UnlockedVault, case_id: str, going: Collection[str]) -> list[tuple[Evidence, Evidence]]:
    found = {item.id: item for item in remnants.moved_away(vault.catalogue, case_id)}
    found |= {item.id: item for item in remnants.translations_elsewhere(vault.catalogue, case_id)}
    pairs = []
    for item in found.values():
        kept = [name for name in item.moved_from.split() if name != case_id]
        original = None if item.translation_of in going else item.translation_of
        pairs.append((item, replace(item, moved_from=" ".join(kept), translation_of=original)))
    return [(before, after) for before, after in pairs if before != after]


def _people(vault: UnlockedVault, case_id: str, held: Sequence[Held]) -> list[Change]:
    found: list[Change] = []
    given: set[str] = set()
    for other in _holders(held):
        there = _protected(vault, other)
        for person in vault.catalogue.all(PersonRecord, case_id=case_id):
            if _known_by(person) in there:
                continue
            # The first case takes the id over, so that its plans and labels go on meaning the same person.
            record = _as_protected(person, other, _free_id(vault, person.id, given))
            found.append(Change("person.add", other, [Put(record)], object_id=record.id))
    return found


def _as_protected(person: PersonRecord, case_id: str, person_id: str) -> PersonRecord:
    role = "other" if person.role == "applicant" else person.role
    return replace(person, id=person_id, case_id=case_id, role=role, keep=None, note="")


def _free_id(vault: UnlockedVault, wanted: str, given: set[str]) -> str:
    free = wanted if wanted not in given else vault.catalogue.fresh_id(PersonRecord)
    given.add(free)
    return free
