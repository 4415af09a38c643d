"""The catalogue's tables and how one version becomes the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.errors import Damaged, NewerFormat

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection
else:
    Connection = "Connection"

_VERSION_1 = """
CREATE TABLE cases (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL CHECK (case_id = id), title TEXT NOT NULL, status TEXT NOT NULL,
    note TEXT NOT NULL, created TEXT NOT NULL, wrapped_key BLOB NOT NULL
) STRICT;
CREATE TABLE people (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), name TEXT NOT NULL, role TEXT NOT NULL,
    aliases TEXT NOT NULL, identifiers TEXT NOT NULL, keep TEXT, note TEXT NOT NULL
) STRICT;
CREATE INDEX people_of_case ON people (case_id);
CREATE TABLE evidence (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), kind TEXT NOT NULL, title TEXT NOT NULL,
    original_name TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL,
    commitment BLOB NOT NULL, commitment_key BLOB NOT NULL, object TEXT NOT NULL UNIQUE, header_mac BLOB NOT NULL,
    stored_size INTEGER NOT NULL, added TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL,
    given_by TEXT NOT NULL, collected_at TEXT NOT NULL, captured_at TEXT NOT NULL, language TEXT NOT NULL,
    translation_of TEXT REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
    text_state TEXT NOT NULL, text_note TEXT NOT NULL, moved_from TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_of_case ON evidence (case_id);
CREATE INDEX evidence_by_hash ON evidence (sha256);
CREATE INDEX evidence_pending ON evidence (text_state) WHERE text_state = 'pending';
CREATE TABLE texts (
    id TEXT PRIMARY KEY REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
    case_id TEXT NOT NULL REFERENCES cases (id), body BLOB NOT NULL
) STRICT;
CREATE TABLE shares (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id)
) STRICT;
CREATE INDEX shares_of_case ON shares (case_id);
CREATE INDEX shares_of_evidence ON shares (evidence_id);
CREATE TABLE links (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), other_case TEXT NOT NULL REFERENCES cases (id),
    tie TEXT NOT NULL
) STRICT;
CREATE INDEX links_of_case ON links (case_id);
CREATE TABLE plans (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), profile TEXT NOT NULL, basis TEXT NOT NULL,
    made TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX plans_of_case ON plans (case_id);
CREATE TABLE recipients (
    id TEXT PRIMARY KEY, case_id TEXT CHECK (case_id IS NULL), role TEXT NOT NULL, name TEXT NOT NULL,
    address TEXT NOT NULL, age_key TEXT NOT NULL, verifier TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL
) STRICT;
CREATE TABLE disclosures (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id),
    recipient_id TEXT NOT NULL REFERENCES recipients (id), made TEXT NOT NULL, sha256 BLOB NOT NULL,
    size INTEGER NOT NULL, fingerprint TEXT NOT NULL, profile TEXT NOT NULL, purpose TEXT NOT NULL,
    consent TEXT NOT NULL, state TEXT NOT NULL, manifest BLOB NOT NULL
) STRICT;
CREATE INDEX disclosures_of_case ON disclosures (case_id);
CREATE TABLE plaintext_copies (path TEXT PRIMARY KEY, evidence_id TEXT NOT NULL, origin TEXT NOT NULL) STRICT;
CREATE INDEX plaintext_of_evidence ON plaintext_copies (evidence_id);
CREATE TABLE search_rows (
    rowid INTEGER PRIMARY KEY, evidence_id TEXT NOT NULL, case_id TEXT NOT NULL, field TEXT NOT NULL,
    UNIQUE (evidence_id, field)
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (scope, stems, tokenize = 'unicode61 remove_diacritics 0');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
"""

_VERSION_2 = """
CREATE TABLE slot_notes (
    slot TEXT PRIMARY KEY, label TEXT NOT NULL, recipient TEXT NOT NULL, made TEXT NOT NULL
) STRICT;
CREATE TABLE backups (
    id TEXT PRIMARY KEY, place TEXT NOT NULL, made TEXT NOT NULL, verified TEXT NOT NULL, size INTEGER NOT NULL
) STRICT;
CREATE TABLE rotation (
    case_id TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE, state TEXT NOT NULL
) STRICT;
CREATE TABLE earlier_names (
    pseudonym TEXT NOT NULL, case_id TEXT REFERENCES cases (id) ON DELETE CASCADE, object_id TEXT NOT NULL
) STRICT;
CREATE INDEX earlier_names_of_case ON earlier_names (case_id);
"""

_VERSION_3 = """
CREATE TABLE exhibits (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), evidence_id TEXT NOT NULL,
    place INTEGER NOT NULL, label TEXT NOT NULL, description TEXT NOT NULL, date TEXT NOT NULL,
    certificate_of TEXT NOT NULL
) STRICT;
CREATE INDEX exhibits_of_case ON exhibits (case_id);
CREATE TABLE copies (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), form TEXT NOT NULL, mark BLOB NOT NULL,
    items TEXT NOT NULL, labels TEXT NOT NULL, recordings TEXT NOT NULL, files TEXT NOT NULL, payload BLOB NOT NULL,
    replaces TEXT NOT NULL, deadline TEXT NOT NULL, version INTEGER NOT NULL, words INTEGER NOT NULL
) STRICT;
CREATE INDEX copies_of_case ON copies (case_id);
CREATE TABLE marks (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), bundle TEXT NOT NULL, state TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX marks_of_case ON marks (case_id);
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2, _VERSION_3)
"""What turns version n into n + 1; each runs in one transaction."""
CURRENT = len(MIGRATIONS)
"""The version that this program reads and writes."""
SINCE = {"exhibits": 3, "copies": 3, "marks": 3}
"""The version that brought a table of records, where that was not the first."""


def migrate(db: Connection) -> None:
    """Bring the open catalogue to the current version, inside the caller's transaction."""
    while version(db) < CURRENT:
        step(db)


def step(db: Connection) -> int:
    """Bring the open catalogue to the next version, inside the caller's transaction; which one that is."""
    found = version(db)
    for statement in MIGRATIONS[found].split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {found + 1}")
    return found + 1


def version(db: Connection) -> int:
    """The catalogue's version. Raises NewerFormat if a later Casevault wrote it."""
    row = db.execute("PRAGMA user_version").fetchone()
    found = int(row[0])
    if found > CURRENT:
        raise NewerFormat(
            f"the catalogue has version {found}, of a later Casevault; this version reads up to {CURRENT}"
        )
    if found < 0:
        raise Damaged("the catalogue has an impossible version number")
    return found
