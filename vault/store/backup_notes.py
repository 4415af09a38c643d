"""What a vault remembers of its backups: the table `backups`. Notes for its holder, not covered by row hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class BackupNote:
    """A snapshot: its id, the path that it was written to, when it was made and when it was last found whole (ISO
    8601, empty for never), its size in bytes."""

    id: str
    place: str
    made: str
    verified: str
    size: int


def put(catalogue: Catalogue, note: BackupNote) -> None:
    """Remember a snapshot, in place of what was noted of it before. A catalogue from before this table keeps none."""
    if not _is_there(catalogue):
        return
    with catalogue.transaction():
        catalogue.db.execute(
            "INSERT OR REPLACE INTO backups (id, place, made, verified, size) VALUES (?, ?, ?, ?, ?)",
            (note.id, note.place, note.made, note.verified, note.size),
        )


def drop(catalogue: Catalogue, snapshots: Sequence[str]) -> None:
    """Forget snapshots that were removed."""
    if not _is_there(catalogue):
        return
    with catalogue.transaction():
        catalogue.db.executemany("DELETE FROM backups WHERE id = ?", [(one,) for one in snapshots])


def all_notes(catalogue: Catalogue) -> list[BackupNote]:
    """Every snapshot that is remembered, oldest first."""
    if not _is_there(catalogue):
        return []
    with catalogue.reading():
        rows = catalogue.db.execute(
            "SELECT id, place, made, verified, size FROM backups ORDER BY made, id"
        ).fetchall()
    return [BackupNote(*row) for row in rows]


def get(catalogue: Catalogue, snapshot: str) -> BackupNote | None:
    """What is remembered of a snapshot."""
    return next((one for one in all_notes(catalogue) if one.id == snapshot), None)


def _is_there(catalogue: Catalogue) -> bool:
    with catalogue.reading():
        found = catalogue.db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'backups'").fetchone()
    return found is not None
