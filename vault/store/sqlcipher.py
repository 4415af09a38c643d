"""Opens SQLCipher databases, with every trap of the library closed.

Measured on SQLCipher 4.19: a raw key of a wrong length silently becomes a passphrase; no key silently makes a
plaintext file; `temp_store=1` writes plaintext temp files; deleted text survives in FTS5 without its own
`secure-delete`; page errors go to stderr. Each has its test in `tests/store/test_sqlcipher.py`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vault.errors import Busy, CasevaultError, Damaged, StorageFailed
from vault.store.durable import sync_file

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection
else:
    Connection = "Connection"

KEY_BYTES = 32
BUSY_MILLISECONDS = 30_000
CACHE_KIB = 16 * 1024
COPIED_PAGES = 1024
_HEADER = b"SQLite format 3\x00"

_READING = (
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    f"PRAGMA cache_size = -{CACHE_KIB}",
)
_SETTINGS = (
    "PRAGMA cipher_memory_security = OFF",  # four times slower, and copies of the key stay all the same
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    f"PRAGMA cache_size = -{CACHE_KIB}",
)


def connect(path: Path, key: bytes, *, create: bool = False) -> Connection:
    """Open the SQLCipher 4 database at `path` with a raw 32-byte `key`.

    The connection is in autocommit mode: use `transaction`. Raises Damaged if the file is missing, is not
    encrypted, or does not open with this key; Busy if another process holds it too long.
    """
    import sqlcipher3.dbapi2 as sqlite

    if len(key) != KEY_BYTES:
        raise ValueError("a raw SQLCipher key has exactly 32 bytes")
    _refuse_plaintext(path, create=create)
    # The path goes in as a file name, not as a URI: a '?' or '%' in a folder's name must stay what it is.
    with translated(path.name):
        wait = BUSY_MILLISECONDS / 1000
        db = sqlite.connect(str(path), timeout=wait, isolation_level=None, cached_statements=256)
        try:
            _prepare(db, key)
        except BaseException:
            db.close()
            raise
    return db


def _refuse_plaintext(path: Path, *, create: bool) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
    except FileNotFoundError:
        if create:
            return
        raise Damaged(f"{path.name} is missing from the vault") from None
    except OSError as error:
        raise StorageFailed(f"{path.name} can't be read: {error.strerror}") from None
    if create:
        raise StorageFailed(f"{path.name} is there already")
    if head == _HEADER:
        raise Damaged(f"{path.name} is not encrypted: it was not written by Casevault")
    if len(head) < len(_HEADER):
        raise Damaged(f"{path.name} is empty or cut off")


def connect_read_only(path: Path, key: bytes) -> Connection:
    """Open a finished copy of a database that nobody writes to (`copy`): nothing is made or changed beside it, and it
    may lie where nothing can be written. Raises as `connect` does."""
    import sqlcipher3.dbapi2 as sqlite

    if len(key) != KEY_BYTES:
        raise ValueError("a raw SQLCipher key has exactly 32 bytes")
    _refuse_plaintext(path, create=False)
    with translated(path.name):
        db = sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            _unlock(db, key)
            for setting in _READING:
                db.execute(setting).fetchall()
        except BaseException:
            db.close()
            raise
    return db


def copy(db: Connection, path: Path, key: bytes, progress: Callable[[], None]) -> None:
    """Write a copy of the database to the new file `path`, under the same key: as of the read transaction that `db`
    is in, page by page, without holding anybody up. The copy has no write-ahead log, and is durable on return.

    Raises StorageFailed naming the file, OSError; a stopped copy leaves a part of it.
    """
    import sqlcipher3.dbapi2 as sqlite

    _refuse_plaintext(path, create=True)
    with translated(path.name):
        target = sqlite.connect(str(path), isolation_level=None)
        try:
            # Alone with the file it needs no memory shared with others, which not every disk can give.
            target.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            _unlock(target, key)
            target.execute("PRAGMA journal_mode = OFF").fetchall()  # a copy that was stopped is thrown away
            target.execute("PRAGMA synchronous = OFF").fetchall()
            db.backup(target, pages=COPIED_PAGES, progress=lambda *_: progress())
            target.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            target.close()
    sync_file(path)


def _unlock(db: Connection, key: bytes) -> None:
    db.execute("PRAGMA cipher_log_level = NONE").fetchall()
    db.execute(f"PRAGMA key = \"x'{key.hex()}'\"").fetchall()
    db.execute("PRAGMA cipher_compatibility = 4").fetchall()
    status = db.execute("PRAGMA cipher_status").fetchone()
    if status is None or str(status[0]) != "1":
        raise Damaged("the database engine did not turn encryption on; nothing was written")
    db.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _prepare(db: Connection, key: bytes) -> None:
    _unlock(db, key)
    for setting in _SETTINGS:
        db.execute(setting).fetchall()
    db.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}").fetchall()


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the driver's exceptions into ours; `name` says which file, and nothing that was in it leaves."""
    import sqlcipher3.dbapi2 as sqlite

    try:
        yield
    except CasevaultError:
        raise
    except sqlite.Error as error:
        raise _error_for(name, getattr(error, "sqlite_errorcode", 0) or 0, str(error)) from None


_DISK_WORDS = ("disk I/O", "is full", "readonly", "unable to open")
_DAMAGE_WORDS = ("malformed", "not a database", "hmac", "corrupt", "invalid fts5 file format")


def _error_for(name: str, code: int, text: str) -> CasevaultError:
    primary = code & 0xFF
    if primary in (5, 6) or "locked" in text:
        return Busy(f"{name} is in use by another process")
    if primary in (8, 10, 13, 14) or any(word in text for word in _DISK_WORDS):
        return StorageFailed(f"{name} can't be used: {text}", hint="Free disk space or check permissions.")
    if primary in (11, 26) or any(word in text for word in _DAMAGE_WORDS):
        return Damaged(f"{name} is damaged or was altered")
    return CasevaultError(f"{name}: the database refused the operation ({text})")


@contextlib.contextmanager
def transaction(db: Connection, name: str) -> Iterator[None]:
    """One write transaction: taken at once (writers queue), committed at the end, or rolled back."""
    with translated(name):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def pinned(db: Connection, name: str) -> Iterator[None]:
    """One unchanging view of the database as it is now, whatever others write meanwhile."""
    with translated(name):
        db.execute("BEGIN")
        try:
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            yield
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def page_errors(db: Connection, name: str) -> list[str]:
    """Authenticate every page, then SQLite's own structure check. Returns what is wrong, [] if nothing.

    Outside of a transaction. SQLCipher looks at the main file. A page whose writing back from the write-ahead log
    was cut short, by a full disk or by a kill, looks torn there, though the log still holds it whole: so it is
    written back first. A page that another process is just writing back can look torn too: what counts is what a
    second reading finds again.
    """
    found: list[str] = []
    for _ in range(2):
        with contextlib.suppress(StorageFailed, Busy, Damaged), translated(name):
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        found = _read_all_pages(db, name)
        if not found:
            break
    return found


def _read_all_pages(db: Connection, name: str) -> list[str]:
    try:
        with translated(name):
            found = [str(row[0]) for row in db.execute("PRAGMA cipher_integrity_check")]
            found += [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    except Damaged as error:
        return [error.message]
    return found


def rekey(db: Connection, key: bytes, name: str) -> None:
    """Encrypt every page, free ones too, under another raw 32-byte key, in one transaction."""
    if len(key) != KEY_BYTES:
        raise ValueError("a raw SQLCipher key has exactly 32 bytes")
    with translated(name):
        db.execute(f"PRAGMA rekey = \"x'{key.hex()}'\"").fetchall()


def forget_deleted(db: Connection, name: str) -> None:
    """Truncate the write-ahead log, so that pages from before a deletion are gone from the folder."""
    with translated(name):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
