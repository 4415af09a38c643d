"""What of a case is left in the catalogue's files after its rows were deleted, and how it is got rid of.

Measured on SQLCipher 4.19 (SQLite 3.53): with `secure_delete` and FTS5's own `secure-delete`, a page from which rows
had once moved to a neighbour keeps them in its free space, and the table of the index that leads to its pages keeps
words. So the index is merged into one new piece, then the whole file is written anew (VACUUM), then the write-ahead
log is truncated. A catalogue of 100,000 items (394 MB) takes 8 seconds and as much memory as it is large.

The table `leaving` says what is still to be done, in the same transaction as the deletion: names of objects that no
row names any more, and the ids of the cases whose pages were not rewritten yet. It is made when it is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from vault.errors import Busy, CasevaultError
from vault.model.records import Evidence
from vault.store.catalogue import NAME, Catalogue, PlaintextCopy
from vault.store.rows import columns, from_row
from vault.store.sqlcipher import translated

MAX_AT_ONCE = 8 << 20
"""Bytes of a catalogue that is written anew after each single removal: that takes up to 0.3 s."""
_TABLE = "CREATE TABLE IF NOT EXISTS leaving (name TEXT PRIMARY KEY) STRICT"
_OWNED = ("people", "evidence", "texts", "shares", "links", "plans", "disclosures", "search_rows")
_OF_CASE = "SELECT id FROM evidence WHERE case_id = ?"
_NOTED = f"FROM plaintext_copies WHERE evidence_id = ?1 OR evidence_id IN ({_OF_CASE}1)"
_BY_ORIGINAL = "evidence_by_original"


def note_leaving(catalogue: Catalogue, names: Iterable[str]) -> None:
    """Note what is still to be removed, inside a transaction."""
    catalogue.db.execute(_TABLE)
    catalogue.db.executemany("INSERT OR IGNORE INTO leaving (name) VALUES (?)", [(name,) for name in names])


def leaving(catalogue: Catalogue) -> list[str]:
    """What is still to be removed: names of objects, ids of cases. [] where nothing is."""
    with catalogue.reading():
        if not catalogue.db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'leaving'").fetchone()[0]:
            return []
        return [str(row[0]) for row in catalogue.db.execute("SELECT name FROM leaving ORDER BY name").fetchall()]


def forget_leaving(catalogue: Catalogue, names: Iterable[str]) -> None:
    """These are gone, inside a transaction; the table is there."""
    catalogue.db.executemany("DELETE FROM leaving WHERE name = ?", [(name,) for name in names])


def moved_away(catalogue: Catalogue, case_id: str) -> list[Evidence]:
    """The items of other cases that were once in this one."""
    names = ", ".join(columns(Evidence))
    sql = f"SELECT {names} FROM evidence WHERE instr(moved_from, ?1) AND case_id <> ?1 ORDER BY rowid"
    with catalogue.reading():
        found = [from_row(Evidence, row) for row in catalogue.db.execute(sql, (case_id,)).fetchall()]
    return [item for item in found if case_id in item.moved_from.split()]


def translations_elsewhere(catalogue: Catalogue, case_id: str) -> list[Evidence]:
    """The items of other cases that are translations of one of this case."""
    names = ", ".join(columns(Evidence))
    sql = f"SELECT {names} FROM evidence WHERE translation_of IN ({_OF_CASE}1) AND case_id <> ?1 ORDER BY rowid"
    with catalogue.reading():
        return [from_row(Evidence, row) for row in catalogue.db.execute(sql, (case_id,)).fetchall()]


def plaintext_of(catalogue: Catalogue, case_id: str) -> list[PlaintextCopy]:
    """The files outside the vault that are noted for a case and its items, the latest first."""
    with catalogue.reading():
        rows = catalogue.db.execute(
            f"SELECT path, evidence_id, origin {_NOTED} ORDER BY rowid DESC", (case_id,)
        ).fetchall()
    return [PlaintextCopy(*row) for row in rows]


def begin(catalogue: Catalogue) -> None:
    """Prepare the transaction that deletes a case: items may leave before what refers to them does, and whether one
    has a translation is found without reading them all."""
    catalogue.db.execute("PRAGMA defer_foreign_keys = ON")
    catalogue.db.execute(
        f"CREATE INDEX IF NOT EXISTS {_BY_ORIGINAL} ON evidence (translation_of) WHERE translation_of IS NOT NULL"
    )


def drop_loose(catalogue: Catalogue, case_id: str) -> None:
    """Take out what no row of a case leads to: its index terms, and the plain copies noted for it. Inside the
    transaction, while its evidence is there."""
    catalogue.db.execute(f"DELETE {_NOTED}", (case_id,))
    rows = catalogue.db.execute("SELECT rowid FROM search_rows WHERE case_id = ?", (case_id,)).fetchall()
    catalogue.db.executemany("DELETE FROM search WHERE rowid = ?", rows)
    catalogue.db.executemany("DELETE FROM search_rows WHERE rowid = ?", rows)


def end(catalogue: Catalogue, case_id: str) -> None:
    """Finish that transaction. Raises Busy if another command has added something to the case meanwhile."""
    left = [f"SELECT 1 FROM {table} WHERE case_id = ?1" for table in _OWNED]
    left += ["SELECT 1 FROM links WHERE other_case = ?1"]
    dangling = (
        "SELECT 1 FROM shares WHERE evidence_id NOT IN (SELECT id FROM evidence)",
        "SELECT 1 FROM evidence WHERE translation_of NOT IN (SELECT id FROM evidence)",
    )
    for query, values in [*((one, (case_id,)) for one in left), *((one, ()) for one in dangling)]:
        if catalogue.db.execute(f"SELECT EXISTS ({query})", values).fetchone()[0]:
            raise Busy("this was changed by another command in the meantime", hint="Look again, then repeat it.")
    catalogue.db.execute(f"DROP INDEX {_BY_ORIGINAL}")


def rewrite(catalogue: Catalogue) -> None:
    """Write the index and then every page anew, without what was deleted. Raises Busy, StorageFailed: then nothing
    changed, and it can be repeated."""
    with catalogue.transaction():
        # An index that is one piece already would stay as it is: a second piece has it written anew.
        row = catalogue.db.execute("INSERT INTO search (scope, stems) VALUES ('', 'x')").lastrowid
        catalogue.db.execute("INSERT INTO search (search) VALUES ('optimize')")
        catalogue.db.execute("DELETE FROM search WHERE rowid = ?", (row,))
    with translated(NAME):
        catalogue.db.execute("VACUUM")


def rewrite_small(catalogue: Catalogue) -> None:
    """Write a small catalogue anew after something was taken out of it, and empty the write-ahead log of any. What is
    in the way, another command or a full disk, leaves it to the next time: the rows are gone in any case."""
    with contextlib.suppress(CasevaultError):
        with catalogue.reading():
            pages, size = (
                int(catalogue.db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
            )
        if pages * size <= MAX_AT_ONCE:
            rewrite(catalogue)
    with contextlib.suppress(CasevaultError):
        empty_log(catalogue)


def empty_log(catalogue: Catalogue) -> bool:
    """Truncate the write-ahead log; False if another command is just reading from it."""
    with translated(NAME):
        busy = catalogue.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
