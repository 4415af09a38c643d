"""The log, as its holder reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vault.model.events import Entry, VerifyReport
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


def verify(vault: UnlockedVault) -> VerifyReport:
    """Every entry, the tree, the signed head, every page of the log's database."""
    return vault.log.verify()
