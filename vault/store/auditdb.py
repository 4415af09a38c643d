"""The tables of audit.db. Bytes go in and out as they are; what they mean is `vault/audit`'s business.

    meta      log id and format version
    entries   one row an entry: its case part, and the counter of its case beside it for the index
    places    its log part, and the hashes of the subtrees that it completes, its own leaf first, 32 bytes each
              (two tables, because small rows fill pages better: it saves 30 bytes an entry)
    counters  each case's last number and the leaf hash of its last entry
    head      one row: size, root, signed checkpoint
    kept      what came from elsewhere or is not part of the log: bodies under kind, size and name; made when needed

Reads take short statements, never an open cursor: a reader that stays open would stop a writer in the same
process and keep the write-ahead log from being truncated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vault.errors import Damaged, NewerFormat
from vault.model.events import CaseHead, Head
from vault.store import sqlcipher

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection as Connection
else:
    Connection = "Connection"

NAME = "the audit log"
FORMAT = 1
NODE_BYTES = 32

_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE counters (
        id INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, n INTEGER NOT NULL, last BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE entries (
        seq INTEGER PRIMARY KEY CHECK (seq >= 0), counter INTEGER REFERENCES counters (id), case_part BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE places (
        seq INTEGER PRIMARY KEY CHECK (seq >= 0), log_part BLOB NOT NULL, nodes BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX entries_by_counter ON entries (counter)",
    """CREATE TABLE head (
        id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, root BLOB NOT NULL, checkpoint BLOB NOT NULL
    ) STRICT""",
)

_KEPT = """CREATE TABLE IF NOT EXISTS kept (
    kind TEXT NOT NULL, size INTEGER NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, size, name)
) STRICT"""

EntryRow = tuple[int, str | None, bytes, bytes, bytes]
"""seq, case id, case part, log part, nodes."""
_SELECT = """SELECT entries.seq, coalesce(case_id, CASE WHEN counter IS NOT NULL THEN '?' END),
    case_part, coalesce(log_part, x''), coalesce(nodes, x'')
    FROM entries LEFT JOIN places USING (seq) LEFT JOIN counters ON counters.id = counter"""
_COUNTER = "(SELECT id FROM counters WHERE case_id = ?)"


@contextlib.contextmanager
def _named() -> Iterator[None]:
    """Errors say 'the audit log': the reader of a message does not know what audit.db is."""
    try:
        with sqlcipher.translated(NAME):
            yield
    except Damaged as error:
        if NAME in error.message:
            raise
        raise type(error)(f"{NAME}: {error.message}", hint=error.hint) from None


def create(path: Path, key: bytes, *, log_id: str, head: Head) -> Connection:
    """Make the file, with its tables and the signed head of an empty log. Raises StorageFailed."""
    db = sqlcipher.connect(path, key, create=True)
    try:
        with sqlcipher.transaction(db, NAME):
            for statement in _SCHEMA:
                db.execute(statement)
            db.executemany("INSERT INTO meta VALUES (?, ?)", [("format", str(FORMAT)), ("log", log_id)])
            db.execute("INSERT INTO head VALUES (1, ?, ?, ?)", (head.size, head.root, head.checkpoint))
    except BaseException:
        db.close()
        raise
    return db


def connect(path: Path, key: bytes) -> Connection:
    """Open the file. Raises Damaged naming the audit log, NewerFormat, StorageFailed or Busy."""
    with _named():
        db = sqlcipher.connect(path, key)
        try:
            _check_format(db)
        except BaseException:
            db.close()
            raise
    return db


def _check_format(db: Connection) -> None:
    if not db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'").fetchone()[0]:
        raise Damaged(f"{NAME} is empty")
    row = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    if row is None or not str(row[0]).isdecimal():
        raise Damaged(f"{NAME} does not say its format")
    if int(row[0]) > FORMAT:
        raise NewerFormat(f"{NAME} was written by a later version of Casevault")


@contextlib.contextmanager
def snapshot(db: Connection) -> Iterator[None]:
    """One unchanging view of all tables, whatever other processes append meanwhile."""
    with _named():
        db.execute("BEGIN")
        try:
            yield
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def transaction(db: Connection) -> contextlib.AbstractContextManager[None]:
    """One write transaction, taken at once; see `vault.store.sqlcipher.transaction`."""
    return sqlcipher.transaction(db, NAME)


def page_errors(db: Connection) -> list[str]:
    """What is wrong with the file's pages, [] if nothing. Outside of a transaction or snapshot."""
    return sqlcipher.page_errors(db, NAME)


def log_id(db: Connection) -> str:
    """The log's random id."""
    with _named():
        row = db.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()
    if row is None:
        raise Damaged(f"{NAME} has lost its id")
    return str(row[0])


def read_head(db: Connection) -> Head:
    """The head as stored; its signature is not checked here."""
    with _named():
        row = db.execute("SELECT size, root, checkpoint FROM head WHERE id = 1").fetchone()
    if row is None:
        raise Damaged(f"{NAME} has lost its signed head")
    return Head(int(row[0]), bytes(row[1]), bytes(row[2]))


def write_head(db: Connection, head: Head) -> None:
    """Replace the head. Inside a transaction."""
    db.execute(
        "UPDATE head SET size = ?, root = ?, checkpoint = ? WHERE id = 1", (head.size, head.root, head.checkpoint)
    )


def write_entries(db: Connection, entries: Sequence[EntryRow]) -> None:
    """Append entries, whose counters are there already. Inside a transaction."""
    cases = {row[1] for row in entries} - {None}
    ids = {case: db.execute("SELECT id FROM counters WHERE case_id = ?", (case,)).fetchone()[0] for case in cases}
    db.executemany("INSERT INTO entries VALUES (?, ?, ?)", [(row[0], ids.get(row[1]), row[2]) for row in entries])
    db.executemany("INSERT INTO places VALUES (?, ?, ?)", [(row[0], row[3], row[4]) for row in entries])


def read_counter(db: Connection, case: str) -> CaseHead | None:
    """The last number and last leaf of a case, None if it has no entry yet."""
    with _named():
        row = db.execute("SELECT n, last FROM counters WHERE case_id = ?", (case,)).fetchone()
    return None if row is None else CaseHead(int(row[0]), bytes(row[1]))


def read_counters(db: Connection) -> dict[str, CaseHead]:
    """All cases of the log."""
    with _named():
        rows = db.execute("SELECT case_id, n, last FROM counters").fetchall()
    return {str(case): CaseHead(int(n), bytes(last)) for case, n, last in rows}


def write_counters(db: Connection, counters: dict[str, CaseHead]) -> None:
    """Set the counters of these cases. Inside a transaction."""
    db.executemany(
        "INSERT INTO counters (case_id, n, last) VALUES (?, ?, ?)"
        " ON CONFLICT (case_id) DO UPDATE SET n = excluded.n, last = excluded.last",
        [(case, head.n, head.last) for case, head in counters.items()],
    )


def read_node(db: Connection, seq: int, level: int) -> bytes:
    """The subtree of height `level` that entry `seq` completes. Raises Damaged if it is not there."""
    with _named():
        row = db.execute(
            "SELECT substr(nodes, ?, ?) FROM places WHERE seq = ?", (level * NODE_BYTES + 1, NODE_BYTES, seq)
        ).fetchone()
    if row is None or len(row[0]) != NODE_BYTES:
        raise Damaged(f"{NAME} has lost a node of its tree")
    return bytes(row[0])


def read_entries(db: Connection, first: int, end: int) -> list[EntryRow]:
    """The entries with first <= seq < end that are there, in order."""
    with _named():
        rows: list[EntryRow] = db.execute(
            f"{_SELECT} WHERE entries.seq >= ? AND entries.seq < ? ORDER BY entries.seq", (first, end)
        ).fetchall()
    return rows


def count_beyond(db: Connection, size: int) -> int:
    """How many rows there are that a log of this size does not have."""
    with _named():
        found = db.execute(
            "SELECT (SELECT count(*) FROM entries WHERE seq >= ?1) + (SELECT count(*) FROM places WHERE seq >= ?1)",
            (size,),
        ).fetchone()
    return int(found[0])


def last_of_case_before(db: Connection, case: str, seq: int) -> EntryRow | None:
    """A case's last entry before `seq`."""
    with _named():
        row: EntryRow | None = db.execute(
            f"{_SELECT} WHERE counter = {_COUNTER} AND entries.seq < ? ORDER BY entries.seq DESC LIMIT 1", (case, seq)
        ).fetchone()
    return row


ANY_CASE = object()
"""Stands for 'whatever the case', as None stands for the entries that belong to none."""


_NUMBERED = ("entries", "places")


def is_gapless(db: Connection, size: int) -> bool:
    """Whether the entries themselves, and their places, are numbered 0 … size - 1, each once; no index is used."""
    whole = (size, 0, size - 1, size * (size - 1) // 2) if size else (0, None, None, None)
    queries = (f"SELECT count(*), min(seq), max(seq), sum(seq) FROM {table} NOT INDEXED" for table in _NUMBERED)
    with _named():
        return all(tuple(db.execute(query).fetchone()) == whole for query in queries)


def walk_case(db: Connection, case: str | None) -> Iterator[tuple[int, bytes, bytes]]:
    """(seq, case part, log part) of every entry that says that it belongs to `case`, in order.

    It reads the entries themselves, not an index and not the counters: old pages of those put back would hide
    entries that are still there.
    """
    # A case's id stands in the case part behind its name; an entry of no case has no such member.
    wanted = '"case":' if case is None else f'"case":"{case}"'
    sign = "=" if case is None else ">"
    query = f"""SELECT entries.seq, case_part, coalesce(log_part, x'') FROM entries NOT INDEXED
        LEFT JOIN places ON places.seq = entries.seq WHERE instr(case_part, ?) {sign} 0 ORDER BY entries.seq"""
    with _named():
        yield from db.execute(query, (wanted.encode(),))


def find_entries(
    db: Connection,
    *,
    case: object,
    contains: Sequence[bytes],
    since: str | None,
    until: str | None,
    after: int,
    before: int,
    reverse: bool,
    limit: int,
) -> list[EntryRow]:
    """At most `limit` entries with after < seq < before that belong to `case` and contain all of `contains`.

    `since` and `until` bound the time, as it is written, inclusive and exclusive. It is found by its place: only
    the version follows it in canonical order, so it is always 32 bytes before the end.
    """
    where = ["entries.seq > ?", "entries.seq < ?"]
    arguments: list[object] = [after, before]
    if case is not ANY_CASE:
        where.append("counter IS NULL" if case is None else f"counter = {_COUNTER}")
        arguments += [] if case is None else [case]
    for piece in contains:
        where.append("instr(case_part, ?) > 0")
        arguments.append(piece)
    for bound, sign in ((since, ">="), (until, "<")):
        if bound is not None:
            where.append(f"CAST(substr(case_part, -32, 24) AS TEXT) {sign} ?")
            arguments.append(bound)
    order = "DESC" if reverse else "ASC"
    # Only the fixed words above are put together; every value is bound.
    query = f"{_SELECT} WHERE {' AND '.join(where)} ORDER BY entries.seq {order} LIMIT ?"
    with _named():
        rows: list[EntryRow] = db.execute(query, (*arguments, limit)).fetchall()
    return rows


def read_leaves(db: Connection, first: int, end: int) -> list[tuple[str | None, bytes]]:
    """Case id and leaf hash of the entries with first <= seq < end, in order. Raises Damaged if one is not there."""
    with _named():
        rows: list[tuple[str | None, bytes]] = db.execute(
            f"""SELECT case_id, substr(nodes, 1, {NODE_BYTES}) FROM entries JOIN places USING (seq)
            LEFT JOIN counters ON counters.id = counter WHERE seq >= ? AND seq < ? ORDER BY seq""",
            (first, end),
        ).fetchall()
    if len(rows) != end - first:
        raise Damaged(f"{NAME} has lost entries")
    return rows


def read_kept(db: Connection, kind: str) -> list[tuple[int, str, bytes]]:
    """(size, name, body) of everything kept under `kind`, smallest size first."""
    with _named():
        if not db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'kept'").fetchone()[0]:
            return []
        rows = db.execute("SELECT size, name, body FROM kept WHERE kind = ? ORDER BY size, name", (kind,)).fetchall()
    return [(int(size), str(name), bytes(body)) for size, name, body in rows]


def write_kept(db: Connection, kind: str, size: int, name: str, body: bytes) -> None:
    """Keep a body, in place of the one under the same kind, size and name. Inside a transaction."""
    db.execute(_KEPT)
    db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", (kind, size, name, body))
