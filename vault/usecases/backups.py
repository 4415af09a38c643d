"""What a vault knows of its backups, and whether it is time for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from vault.model.records import Case, Evidence
from vault.store import backup_notes
from vault.usecases.unlocked import UnlockedVault

REMIND_DAYS = 7
"""Days after which a verified backup is old."""
REMIND_ITEMS = 50
"""Items added since then after which there should be a new one, however young the last one is."""
Due = Literal["", "none", "unverified", "old", "many"]
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class BackupState:
    """The newest backup and the newest that was found whole: the times that they hold (ISO 8601), None if there is
    none; where the latter was written to; its age in days; items added since. `due` is why there should be a new
    one, empty if there need not be."""

    made: str | None
    verified: str | None
    place: str
    days: int
    items: int
    due: Due


def read(vault: UnlockedVault) -> BackupState:
    """What there is to say of a vault's backups."""
    notes = backup_notes.all_notes(vault.catalogue)
    made = max((one.made for one in notes), default=None)
    newest = max((one for one in notes if one.verified), key=lambda one: one.made, default=None)
    if newest is None:
        empty = not vault.catalogue.count(Case)
        due: Due = "" if empty else "none" if made is None else "unverified"
        return BackupState(made, None, notes[-1].place if notes else "", 0, vault.catalogue.count(Evidence), due)
    items, days = _added_since(vault, newest.made), _days_since(newest.made)
    due = "old" if days >= REMIND_DAYS else "many" if items >= REMIND_ITEMS else ""
    return BackupState(made, newest.made, newest.place, days, items, due)


def _added_since(vault: UnlockedVault, moment: str) -> int:
    with vault.catalogue.reading():
        found = vault.catalogue.db.execute("SELECT count(*) FROM evidence WHERE added > ?", (moment,)).fetchone()
    return int(found[0])


def _days_since(moment: str) -> int:
    try:
        then = datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return REMIND_DAYS  # nobody but us writes these notes; what can't be read reminds
    return max(0, int((datetime.now(UTC).timestamp() - then) // _DAY))
