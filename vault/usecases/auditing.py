"""The log, as its holder reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from vault.audit import operations
from vault.audit.operations import Operation
from vault.errors import Damaged, NotFound, Usage
from vault.model.events import Entry, Head, VerifyReport
from vault.model.ids import tidy_id
from vault.model.records import TABLES, Case, RecipientRecord
from vault.store import rotation_state
from vault.usecases import cases as cases_of
from vault.usecases.unlocked import UnlockedVault

OWN_ACTIONS = frozenset({"audit.seal", "audit.map", "audit.chain"})
"""What the program logs of its own accord, day by day: nobody did anything."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry with the id that its pseudonym stands for, where the vault still knows it."""

    entry: Entry
    object_id: str | None


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """The same of an operation."""

    operation: Operation
    object_id: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: all filters must fit; `since` is inclusive, `until` exclusive."""

    case_id: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def show(vault: UnlockedVault, wanted: Wanted, newest: int | None = None) -> list[ShownEntry]:
    """The newest entries, or all, in order. The look itself is logged first, and is the last entry shown."""
    names = _Names(vault)
    found = _entries(vault, wanted, reverse=newest is not None, limit=newest)
    shown = [ShownEntry(entry, names.id_of(entry.case, entry.object)) for entry in found]
    return shown if newest is None else shown[::-1]


def operations_of(vault: UnlockedVault, wanted: Wanted, newest: int) -> tuple[list[ShownOperation], int]:
    """The newest operations, in order: intents and outcome as one. The look is logged as by `show`.

    The program's own entries are left out, unless `wanted.action` asks for them; the number says how many were, among
    those as new as the oldest operation that is given, or of all where there are no more operations.
    """
    names = _Names(vault)
    own: list[int] = []
    entries = _entries(vault, wanted, reverse=True)
    found = operations.fold(entries if wanted.action else _others(entries, own), newest)
    if len(found) == newest:
        own = [seq for seq in own if seq > found[0].first.seq]
    return [ShownOperation(one, names.id_of(one.first.case, one.object)) for one in found], len(own)


def _others(entries: Iterator[Entry], own: list[int]) -> Iterator[Entry]:
    """The entries that somebody caused; the numbers of the program's own go to `own`."""
    for entry in entries:
        if entry.action in OWN_ACTIONS:
            own.append(entry.seq)
        else:
            yield entry


def titles(vault: UnlockedVault, case_ids: Iterable[str]) -> dict[str, str]:
    """The titles of cases that the vault still holds. They are content: each case's log says that its title was
    shown, before it is."""
    cases = [case for case in (vault.catalogue.get(Case, one) for one in sorted(set(case_ids))) if case is not None]
    cases_of.note_titles(vault, [case.id for case in cases])
    return {case.id: case.title for case in cases}


def _entries(
    vault: UnlockedVault, wanted: Wanted, *, reverse: bool = False, limit: int | None = None
) -> Iterator[Entry]:
    case_id = None if wanted.case_id is None else known_case(vault, wanted.case_id)
    if wanted.actor is not None:
        _require_actor(vault, wanted.actor)
    vault.note("audit.show", case_id)
    return vault.log.entries(
        case=case_id, actor=wanted.actor, action=wanted.action, since=wanted.since, until=wanted.until,
        reverse=reverse, limit=limit,
    )  # fmt: skip


def known_case(vault: UnlockedVault, case_id: str) -> str:
    """The id of a case that the vault holds, or that only its log knows: a destroyed one. Raises NotFound."""
    tidy = tidy_id(case_id)
    if tidy in vault.log.case_heads() and vault.catalogue.get(Case, tidy) is None:
        return tidy
    return vault.catalogue.require(Case, tidy).id


def _require_actor(vault: UnlockedVault, actor: str) -> None:
    """Raise NotFound for a key slot that neither the vault nor any entry has; a removed one is still in the log."""
    if any(slot.members["id"] == actor for slot in vault.header.slots):
        return
    if next(vault.log.entries(actor=actor, limit=1), None) is None:
        # What was typed is not repeated: it may be a name, put in the wrong place.
        raise NotFound(
            "no key slot of this vault, and none in its log, has that id",
            hint="'casevault audit show' without --actor shows who is in the log.",
        )


class _Names:
    """What the pseudonyms of the log stand for, worked out case by case as they are asked for."""

    def __init__(self, vault: UnlockedVault) -> None:
        self._vault = vault
        self._known: dict[str | None, dict[str, str]] = {}

    def id_of(self, case_id: str | None, pseudonym: str | None) -> str | None:
        """The id of an object, None where the vault no longer knows it."""
        if pseudonym is None:
            return None
        if case_id not in self._known:
            self._known[case_id] = _names(self._vault, case_id)
        return self._known[case_id].get(pseudonym)


def _names(vault: UnlockedVault, case_id: str | None) -> dict[str, str]:
    # What things were called before their keys were renewed stands in the log for good.
    return {**rotation_state.earlier_names(vault.catalogue, case_id), **_names_now(vault, case_id)}


def _names_now(vault: UnlockedVault, case_id: str | None) -> dict[str, str]:
    if case_id is None:
        return {vault.pseudonym(None, r.id): r.id for r in vault.catalogue.all(RecipientRecord)}
    if vault.catalogue.get(Case, case_id) is None:
        return {}
    tables = [table for table in TABLES if table is not RecipientRecord]
    return {
        vault.pseudonym(case_id, r.id): r.id for table in tables for r in vault.catalogue.all(table, case_id=case_id)
    }


def verify(vault: UnlockedVault, *, only_new: bool = False) -> VerifyReport:
    """Every entry, the tree, the signed head, every page of the log's database, and each head that was vouched for.

    With `only_new`, what came after the newest cosigned head: it is taken as it stands. Raises Usage without one.
    """
    since = None
    if only_new:
        cosigned = vault.log.kept.latest_cosigned()
        if cosigned is None:
            raise Usage("nobody has vouched for a head of this log yet", hint="Leave --new out to verify all of it.")
        since = Head(cosigned.size, cosigned.root, cosigned.note)
    report = vault.log.verify(since)
    problems = (*report.problems, *not_vouched(vault))
    return replace(report, ok=not problems, problems=problems, since=since.size if since is not None else 0)


def not_vouched(vault: UnlockedVault) -> Iterator[str]:
    """A head that somebody vouched for and that the log does not lead through any more."""
    for one in vault.log.kept.cosigned():
        try:
            same = vault.log.root_at(one.size) == one.root
        except (ValueError, Damaged):
            same = False
        if not same:
            yield f"the log is not the one that was vouched for at {one.size} entries"
