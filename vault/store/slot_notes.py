"""Who holds a key slot: what the header must not tell stands in the catalogue, which opens only with the vault."""

from __future__ import annotations

import time
from dataclasses import dataclass

from vault.errors import Usage
from vault.store.catalogue import Catalogue

MAX_LABEL = 200
"""Characters."""
MAX_RECIPIENT = 4096
"""Characters of an age recipient; a hybrid one has 1,959."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted of a slot: a label in the holder's words (may be empty), for a recipient's slot the age key as
    text (else empty), and when the slot was made (UTC, ISO 8601)."""

    label: str
    recipient: str
    made: str


def put(catalogue: Catalogue, slot: str, label: str, recipient: str) -> None:
    """Note who holds a slot, inside a transaction. Raises Usage for a label that is too long."""
    if len(label) > MAX_LABEL or len(recipient) > MAX_RECIPIENT:
        raise Usage(f"a label has at most {MAX_LABEL} characters")
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    catalogue.db.execute(
        "INSERT OR REPLACE INTO slot_notes (slot, label, recipient, made) VALUES (?, ?, ?, ?)",
        (slot, label, recipient, made),
    )


def drop(catalogue: Catalogue, slot: str) -> None:
    """Forget what was noted of a slot, inside a transaction."""
    catalogue.db.execute("DELETE FROM slot_notes WHERE slot = ?", (slot,))


def all(catalogue: Catalogue) -> dict[str, Note]:
    """All notes by the slot's id."""
    with catalogue.reading():
        rows = catalogue.db.execute("SELECT slot, label, recipient, made FROM slot_notes ORDER BY slot").fetchall()
    return {str(row[0]): Note(str(row[1]), str(row[2]), str(row[3])) for row in rows}
