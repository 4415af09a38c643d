"""The catalogue: cases, people, evidence records, plans, recipients, disclosures and the search index."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from vault.errors import Busy, CasevaultError, Damaged, NotFound, OlderFormat
from vault.model.ids import LENGTHS, is_id, new_id, tidy_id
from vault.model.records import TABLES, Record
from vault.store import in_use, schema, sqlcipher
from vault.store.rows import columns, from_row, to_row

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection
else:
    Connection = "Connection"

R = TypeVar("R", bound=Record)
NAME = "catalog.db"
MAX_BOUND = 500
"""Values bound in one statement."""
_KINDS = {
    "cases": "case", "people": "person", "evidence": "item of evidence", "texts": "text", "shares": "shared item",
    "links": "link", "plans": "redaction plan", "recipients": "recipient", "disclosures": "bundle",
    "exhibits": "exhibit", "copies": "bundle", "marks": "state of a bundle",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Put:
    """Write `record`; `before` is the row as it was read (None: there is none yet)."""

    record: Record
    before: Record | None = None


@dataclass(frozen=True, slots=True)
class PlaintextCopy:
    """A file outside the vault that holds an item in plain text: an original, or a copy made by `get`; or a
    preview, which holds items of a case: then `evidence_id` is the case's."""

    path: str
    evidence_id: str
    origin: str


class Catalogue:
    """One open SQLCipher catalogue. All writes happen inside `transaction`."""

    def __init__(self, db: Connection, release: in_use.Release | None = None) -> None:
        self.db = db
        self._release = release

    @classmethod
    def create(cls, folder: Path, key: bytes) -> Catalogue:
        """A new, empty catalogue in `folder`."""
        catalogue = cls(sqlcipher.connect(folder / NAME, key, create=True))
        with catalogue.transaction():
            schema.migrate(catalogue.db)
        return catalogue

    @classmethod
    def open(cls, folder: Path, key: bytes, *, older: bool = False, name: str = NAME) -> Catalogue:
        """Raises Damaged if it does not open with this key, NewerFormat if a later version wrote it, and OlderFormat
        if an earlier one did, unless that is wanted; Busy. `name` is another one while it is not in its place."""
        release = in_use.share(folder / name)
        try:
            catalogue = cls(sqlcipher.connect(folder / name, key), release)
        except BaseException:
            release()
            raise
        try:
            with sqlcipher.translated(NAME):
                found = schema.version(catalogue.db)
            if found == 0:
                raise Damaged("the catalogue has no tables: it was never finished")
            if found < schema.CURRENT and not older:
                raise OlderFormat("this vault was made by an earlier version of Casevault")
        except BaseException:
            catalogue.close()
            raise
        return catalogue

    def close(self) -> None:
        """Close the connection."""
        self.db.close()
        if self._release is not None:
            self._release()
            self._release = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One durable write; other writers wait."""
        with sqlcipher.transaction(self.db, NAME):
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Errors of the database become ours."""
        with sqlcipher.translated(NAME):
            yield

    def _has(self, table: type[Record]) -> bool:
        # A catalogue of an earlier version holds nothing of what came later.
        since = schema.SINCE.get(_name(table), 1)
        if since == 1:
            return True
        with self.reading():
            return schema.version(self.db) >= since

    def get(self, table: type[R], record_id: str) -> R | None:
        """The record with this id, or None."""
        if not self._has(table):
            return None
        with self.reading():
            row = self.db.execute(f"{_select(table)} WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else from_row(table, row)

    def require(self, table: type[R], record_id: str) -> R:
        """The record with this id as a person typed it. Raises NotFound."""
        record = self.get(table, tidy_id(record_id))
        if record is None:
            kind = _KINDS[table.TABLE]
            raise NotFound(f"there is no {kind} with the id {_shown(record_id)} in this vault")
        return record

    def all(self, table: type[R], *, case_id: str | None = None, **equals: str) -> Iterator[R]:
        """Records in the order they were added; `case_id` and column values narrow it."""
        if not self._has(table):
            return
        where, values = _where(table, case_id, equals)
        with self.reading():
            for row in self.db.execute(f"{_select(table)}{where} ORDER BY rowid", values):
                yield from_row(table, row)

    def same_bytes(self, case_id: str, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """For each SHA-256 that an item of the case has: the id of the first such item."""
        found: dict[bytes, str] = {}
        with self.reading():
            for start in range(0, len(hashes), MAX_BOUND):
                some = hashes[start : start + MAX_BOUND]
                marks = ", ".join("?" * len(some))
                sql = f"SELECT sha256, id FROM evidence WHERE sha256 IN ({marks}) AND case_id = ? ORDER BY rowid"
                for sha256, item in self.db.execute(sql, (*some, case_id)):
                    found.setdefault(sha256, item)
        return found

    def refers_to(self, object_name: str) -> bool:
        """Whether an item's row names this object."""
        with self.reading():
            found = self.db.execute("SELECT 1 FROM evidence WHERE object = ?", (object_name,)).fetchone()
        return found is not None

    def count(self, table: type[Record], *, case_id: str | None = None, **equals: str) -> int:
        """How many rows; `case_id` and column values narrow it."""
        if not self._has(table):
            return 0
        where, values = _where(table, case_id, equals)
        with self.reading():
            return int(self.db.execute(f"SELECT count(*) FROM {_name(table)}{where}", values).fetchone()[0])

    def fresh_id(self, table: type[Record]) -> str:
        """An id that no row of this table has."""
        while True:
            candidate = new_id(table.PREFIX)
            if self.get(table, candidate) is None:
                return candidate

    def put(self, put: Put) -> None:
        """Insert or replace one row, inside a transaction. Raises Busy if the row is no longer as it was read."""
        table = type(put.record)
        if put.before is None:
            # A row that is there already is refused by the primary key, and left as it is.
            if self.db.execute(_insert(table), to_row(put.record)).rowcount != 1:
                raise Busy("this was changed by another command in the meantime", hint="Look again, then repeat it.")
        elif self.get(table, put.record.id) != put.before:
            raise Busy("this was changed by another command in the meantime", hint="Look again, then repeat it.")
        else:
            sql = f"UPDATE {_name(table)} SET {', '.join(f'{n} = ?' for n in columns(table))} WHERE id = ?"
            self.db.execute(sql, (*to_row(put.record), put.record.id))

    def remove(self, record: Record) -> None:
        """Delete one row, inside a transaction. Raises Busy if the row is no longer as it was read."""
        if self.get(type(record), record.id) != record:
            raise Busy("this was changed by another command in the meantime", hint="Look again, then repeat it.")
        self.db.execute(f"DELETE FROM {_name(type(record))} WHERE id = ?", (record.id,))

    def case_counts(self) -> dict[str, int]:
        """Items of evidence by case."""
        with self.reading():
            return dict(self.db.execute("SELECT case_id, count(*) FROM evidence GROUP BY case_id").fetchall())

    def note_plaintext(self, copies: Sequence[PlaintextCopy]) -> None:
        """Remember files outside the vault that hold an item in plain text, inside a transaction."""
        sql = "INSERT OR REPLACE INTO plaintext_copies (path, evidence_id, origin) VALUES (?, ?, ?)"
        self.db.executemany(sql, [(copy.path, copy.evidence_id, copy.origin) for copy in copies])

    def plaintext(self, limit: int) -> list[PlaintextCopy]:
        """The latest of those files, whether or not they still exist."""
        sql = "SELECT path, evidence_id, origin FROM plaintext_copies ORDER BY rowid DESC LIMIT ?"
        with self.reading():
            return [PlaintextCopy(*row) for row in self.db.execute(sql, (limit,))]

    def count_plaintext(self) -> int:
        """How many of those files are noted."""
        with self.reading():
            return int(self.db.execute("SELECT count(*) FROM plaintext_copies").fetchone()[0])

    def forget_plaintext(self, paths: Sequence[str]) -> None:
        """Those files are gone, inside a transaction."""
        self.db.executemany("DELETE FROM plaintext_copies WHERE path = ?", [(path,) for path in paths])

    def forget_deleted(self) -> None:
        """Leave nothing of deleted rows in the write-ahead log."""
        sqlcipher.forget_deleted(self.db, NAME)

    def page_errors(self) -> list[str]:
        """What is wrong with the database's pages; [] if nothing."""
        found: list[str] = []
        for _ in range(2):
            # FTS5 checks its index against what this connection remembers of it, even if another process has
            # changed it since (SQLite 3.53); a question makes it look anew.
            with contextlib.suppress(CasevaultError), self.reading():
                self.db.execute("SELECT rowid FROM search WHERE search MATCH 'x' LIMIT 1").fetchall()
            found = sqlcipher.page_errors(self.db, NAME)
            if not found:
                break
        return found


def _name(table: type[Record]) -> str:
    # Table names come from our own classes, never from input.
    if table not in TABLES:
        raise ValueError(f"{table} is not a table of the catalogue")
    return table.TABLE


def _where(table: type[Record], case_id: str | None, equals: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    wanted = dict(equals) if case_id is None else {"case_id": case_id, **equals}
    unknown = set(wanted) - set(columns(table)) if wanted else set()
    if unknown:
        raise ValueError(f"no such columns: {unknown}")
    where = " AND ".join(f"{name} = ?" for name in wanted)
    return f" WHERE {where}" if where else "", tuple(wanted.values())


@functools.cache
def _insert_into(name: str, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING"


def _insert(table: type[Record]) -> str:
    return _insert_into(_name(table), columns(table))


def _select(table: type[Record]) -> str:
    return f"SELECT {', '.join(columns(table))} FROM {_name(table)}"


def _shown(text: str) -> str:
    # What was typed may be a name by mistake; only something of an id's form is repeated.
    formed = any(is_id(tidy_id(text), prefix) for prefix in LENGTHS) and re.search("[0-9]", text)
    return text if formed else "that was given"
