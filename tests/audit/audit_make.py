"""Logs with synthetic entries, for the tests of the audit log."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from vault.audit.log import AuditLog
from vault.model.events import Event, RowState, Writer

DATABASE_KEY = bytes(range(32))
SEED = bytes(range(100, 132))
WRITER = Writer("S-7K3Q9N", device="1a2b3c4d", session="8192a3b4", boot="00112233", program="0.1.0")
CASES = ("C-7K3Q9", "C-0ABCD", "C-Z9Y8X")


def hexed(text: str, digits: int = 64) -> str:
    """A stand-in for a keyed hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def new_log(folder: Path, **more: object) -> AuditLog:
    return AuditLog.create(folder / "audit.db", database_key=DATABASE_KEY, signing_seed=SEED, **more)


def open_log(folder: Path, **more: object) -> AuditLog:
    return AuditLog.open(folder / "audit.db", database_key=DATABASE_KEY, signing_seed=SEED, **more)


def some_events(count: int, *, start: int = 0) -> list[Event]:
    """Reads and changes as they are in use: an intent and its outcome, of three cases in turn and of no case."""
    found = []
    for index in range(start, start + count):
        pair, second = divmod(index, 2)
        case = CASES[pair % 4] if pair % 4 < 3 else None
        op = hexed(f"op {pair}", 16)
        rows: tuple[RowState, ...] = ()
        if pair % 5 == 0 and not second:
            rows = (RowState("evidence", hexed(f"row {pair}", 32), hexed(f"state {pair}")),)
        found.append(
            Event(
                "evidence.add" if pair % 5 == 0 else "evidence.get",
                "outcome" if second else "intent",
                case=case,
                op=op,
                object=hexed(f"object {pair}", 32),
                rows=rows,
                purpose="review",
                outcome="ok" if second else None,
                count=1 if second else None,
                bytes=51_200 if second else None,
            )
        )
    return found


@contextlib.contextmanager
def raw(folder: Path) -> Iterator[sqlite.Connection]:
    """The file opened with its key by other code than ours, to tamper with it."""
    db = sqlite.connect(str(folder / "audit.db"))
    try:
        db.execute(f"PRAGMA key = \"x'{DATABASE_KEY.hex()}'\"")
        yield db
        db.commit()
    finally:
        db.close()
