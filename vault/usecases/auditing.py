"""The log, as its holder reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from vault.errors import Damaged, Usage
from vault.model.events import Entry, Head, VerifyReport
from vault.model.records import TABLES, Case, RecipientRecord
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry with the id that its pseudonym stands for, where the vault still knows it."""

    entry: Entry
    object_id: str | None


def show(
    vault: UnlockedVault, *, case_id: str | None = None, actor: str | None = None, action: str | None = None,
    since: datetime | None = None, until: datetime | None = None,
) -> Iterator[ShownEntry]:  # fmt: skip
    """Entries in order. The look itself is logged first, and is the last entry shown."""
    if case_id is not None:
        case_id = vault.catalogue.require(Case, case_id).id
    vault.note("audit.show", case_id)
    names: dict[str | None, dict[str, str]] = {}
    entries = vault.log.entries(case=case_id, actor=actor, action=action, since=since, until=until)
    for entry in entries:
        if entry.case not in names:
            names[entry.case] = _names(vault, entry.case)
        yield ShownEntry(entry, names[entry.case].get(entry.object or ""))


def _names(vault: UnlockedVault, case_id: str | None) -> dict[str, str]:
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
    problems = (*report.problems, *_not_vouched(vault))
    return replace(report, ok=not problems, problems=problems)


def _not_vouched(vault: UnlockedVault) -> Iterator[str]:
    """A head that somebody vouched for and that the log does not lead through any more."""
    for one in vault.log.kept.cosigned():
        try:
            same = vault.log.root_at(one.size) == one.root
        except (ValueError, Damaged):
            same = False
        if not same:
            yield f"the log is not the one that was vouched for at {one.size} entries"
