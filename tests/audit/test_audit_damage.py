"""Logs that were altered, damaged or can't be written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_make import DATABASE_KEY, SEED, WRITER, new_log, open_log, raw, some_events

from vault.audit import heads
from vault.audit.log import AuditLog
from vault.crypto import merkle, signing
from vault.errors import CasevaultError, Damaged, Forged

COUNT = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a log of 300 entries, to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    log = new_log(folder)
    log.append(some_events(COUNT), WRITER)
    assert log.verify().ok
    log.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copy(whole / "audit.db", tmp_path / "audit.db")
    return tmp_path


def problems(folder: Path) -> list[str]:
    log = open_log(folder)
    try:
        report = log.verify()
    finally:
        log.close()
    assert report.ok == (not report.problems)
    return list(report.problems)


def edit(*statements: str) -> Callable[[object], None]:
    def run(db) -> None:
        changed = db.total_changes
        for statement in statements:
            db.execute(statement)
        assert db.total_changes > changed

    return run


def swap(table: str, column: str) -> Callable[[object], None]:
    def run(db) -> None:
        query = f"SELECT {column} FROM {table} WHERE seq = ?"
        one, two = (db.execute(query, (seq,)).fetchone()[0] for seq in (17, 42))
        db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = 17", (two,))
        db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = 42", (one,))

    return run


TAMPERING = {
    "an entry's action": (
        edit(
            "UPDATE entries SET case_part = CAST(replace(case_part, 'evidence.get', 'evidence.set') AS BLOB)"
            " WHERE seq = 17"
        ),
        ["entry 17 was altered: its bytes are not those that were logged"],
    ),
    "an entry's time": (
        edit(
            'UPDATE entries SET case_part = CAST(replace(case_part, \'"time":"2\', \'"time":"1\') AS BLOB)'
            " WHERE seq = 17"
        ),
        ["entry 17 was altered: its bytes are not those that were logged"],
    ),
    "space in an entry": (
        edit("UPDATE entries SET case_part = CAST(replace(case_part, ':', ': ') AS BLOB) WHERE seq = 17"),
        ["entry 17 is not in its canonical form", "entry 17 was altered", "entry 24 has a wrong number"],
    ),
    "a log part": (
        edit("UPDATE places SET log_part = CAST(replace(log_part, 'mono\":', 'mono\":1') AS BLOB) WHERE seq = 17"),
        ["entry 17 was altered"],
    ),
    "a log part of another place": (
        edit("UPDATE places SET log_part = (SELECT log_part FROM places WHERE seq = 18) WHERE seq = 17"),
        ["entry 17 stands in the wrong place", "entry 17 was altered"],
    ),
    "an entry deleted": (edit("DELETE FROM entries WHERE seq = 17"), ["entry 17 is missing", "the tree has lost"]),
    "a log part deleted": (edit("DELETE FROM places WHERE seq = 17"), ["entry 17 is not in its canonical form"]),
    "the first entry deleted": (
        edit("DELETE FROM entries WHERE seq = 0", "DELETE FROM places WHERE seq = 0"),
        ["entry 0 is missing"],
    ),
    "the last entries deleted": (
        edit("DELETE FROM entries WHERE seq >= 290", "DELETE FROM places WHERE seq >= 290"),
        [f"entry {seq} is missing" for seq in range(290, COUNT)],
    ),
    "all entries deleted": (edit("DELETE FROM entries", "DELETE FROM places"), ["entry 0 is missing"]),
    "two entries in each other's place": (
        swap("entries", "case_part"),
        ["entry 17 was altered", "entry 42 was altered"],
    ),
    "an entry too many": (
        edit(f"INSERT INTO entries SELECT {COUNT}, counter, case_part FROM entries WHERE seq = 17"),
        ["there are entries beyond the signed head"],
    ),
    "an entry under another case": (
        edit("UPDATE entries SET counter = 1 + counter % 3 WHERE seq = 17"),
        ["entry 17 stands under another case"],
    ),
    "an entry under no case": (
        edit("UPDATE entries SET counter = NULL WHERE seq = 17"),
        ["entry 17 stands under another case"],
    ),
    "a case-less entry under a case": (
        edit("UPDATE entries SET counter = 1 WHERE seq = 6"),
        ["entry 6 stands under another case"],
    ),
    "a leaf": (
        edit("UPDATE places SET nodes = CAST(zeroblob(32) || substr(nodes, 33) AS BLOB) WHERE seq = 16"),
        ["entry 16 was altered", "the tree has a wrong node at entry 17"],
    ),
    "an inner node": (
        edit("UPDATE places SET nodes = CAST(substr(nodes, 1, 32) || zeroblob(32) AS BLOB) WHERE seq = 17"),
        ["the tree has a wrong node at entry 17", "the tree has a wrong node at entry 19"],
    ),
    "a node cut off": (
        edit("UPDATE places SET nodes = substr(nodes, 1, 32) WHERE seq = 17"),
        ["the tree has lost its nodes at entry 17"],
    ),
    "the root": (
        edit("UPDATE head SET root = zeroblob(32)"),
        ["the head of the audit log", "do not lead to the signed"],
    ),
    "the size": (edit("UPDATE head SET size = 299"), ["the head of the audit log", "beyond the signed head"]),
    "a size beyond": (edit("UPDATE head SET size = 302"), ["the head of the audit log", "entry 300 is missing"]),
    "the checkpoint": (
        edit("UPDATE head SET checkpoint = CAST(replace(checkpoint, '300', '301') AS BLOB)"),
        ["signature does not match"],
    ),
    "the head deleted": (edit("DELETE FROM head"), ["lost its signed head"]),
    "a counter": (edit("UPDATE counters SET n = n - 1 WHERE id = 2"), ["the counter of case C-0ABCD"]),
    "a last leaf": (edit("UPDATE counters SET last = zeroblob(32) WHERE id = 2"), ["the counter of case C-0ABCD"]),
    "a counter too many": (
        edit("INSERT INTO counters (case_id, n, last) VALUES ('C-QQQQQ', 1, x'')"),
        ["the counter of case C-QQQQQ"],
    ),
    "a counter renamed": (
        edit("UPDATE counters SET case_id = 'C-QQQQQ' WHERE id = 2"),
        ["stands under another case"],
    ),
    "a counter deleted": (
        edit("PRAGMA foreign_keys = OFF", "DELETE FROM counters WHERE id = 2"),
        ["stands under another case"],
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_the_key_is_found_and_named(folder: Path, what: str) -> None:
    change, wanted = TAMPERING[what]
    with raw(folder) as db:
        change(db)
    found = problems(folder)
    for piece in wanted:
        assert any(piece in problem for problem in found), (piece, found)


def test_one_altered_entry_is_one_finding(folder: Path) -> None:
    change, wanted = TAMPERING["an entry's action"]
    with raw(folder) as db:
        change(db)
    assert problems(folder) == wanted


def rewrite(folder: Path, size: int, seed: bytes) -> None:
    """Cut the log to `size` entries and sign that with `seed`, as whoever has the keys could."""
    with raw(folder) as db:
        log_id = db.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()[0]
        db.execute("DELETE FROM entries WHERE seq >= ?", (size,))
        db.execute("DELETE FROM places WHERE seq >= ?", (size,))
        frontier: list[bytes] = []
        for seq in range(size):
            nodes = db.execute("SELECT nodes FROM places WHERE seq = ?", (seq,)).fetchone()[0]
            merkle.push(frontier, seq, nodes[:32])
        signer = signing.Signer(seed)
        key = signing.NoteKey("casevault/" + log_id, signer.public)
        head = heads.sign(signer, key, size, merkle.fold(frontier))
        db.execute("UPDATE head SET size = ?, root = ?, checkpoint = ?", (head.size, head.root, head.checkpoint))


def test_a_head_of_another_key(folder: Path) -> None:
    rewrite(folder, COUNT, bytes(32))
    assert any("no signature of a known key" in problem for problem in problems(folder))
    log = open_log(folder)
    with pytest.raises(Forged):
        log.head()
    with pytest.raises(Forged):
        log.append(some_events(1), WRITER)
    log.close()


def test_a_cut_signed_with_the_right_key_shows_against_a_known_head(folder: Path) -> None:
    log = open_log(folder)
    known = log.head()
    log.close()
    rewrite(folder, 200, SEED)
    log = open_log(folder)
    assert log.verify(known).problems == ("the log was cut: it had 300 entries and has 200",)
    log.append(some_events(150, start=200), WRITER)
    assert any("rewritten" in problem for problem in log.verify(known).problems)
    log.close()


def test_new_entries_after_a_known_head(folder: Path) -> None:
    log = open_log(folder)
    known = log.head()
    log.append(some_events(40, start=COUNT), WRITER)
    assert log.verify(known).problems == ()
    log.close()
    with raw(folder) as db:
        edit("UPDATE entries SET case_part = CAST(replace(case_part, 'review', 'intake') AS BLOB) WHERE seq = 320")(
            db
        )
    log = open_log(folder)
    assert log.verify(known).problems == ("entry 320 was altered: its bytes are not those that were logged",)
    assert not log.verify(signing_forged(known)).ok
    log.close()


def signing_forged(head):
    return type(head)(head.size, head.root, head.checkpoint.replace(b"\n300\n", b"\n299\n"))


def test_entries_are_not_read_from_a_wrong_place(folder: Path) -> None:
    with raw(folder) as db:
        swap("places", "log_part")(db)
    log = open_log(folder)
    with pytest.raises(Damaged, match="entry 17"):
        list(log.entries())
    log.close()


def test_append_refuses_a_tree_that_does_not_fit(folder: Path) -> None:
    with raw(folder) as db:
        edit("UPDATE places SET nodes = zeroblob(length(nodes)) WHERE seq >= 255")(db)
    log = open_log(folder)
    with pytest.raises(Damaged, match="signed head"):
        log.append(some_events(1), WRITER)
    log.close()


def test_many_problems_end_the_list(folder: Path) -> None:
    with raw(folder) as db:
        edit("UPDATE entries SET case_part = x'00'")(db)
    found = problems(folder)
    assert 10 < len(found) < 60
    assert "and more" in found[-1]


def test_a_damaged_byte_anywhere_is_found(whole: Path, tmp_path: Path) -> None:
    data = (whole / "audit.db").read_bytes()
    page = 4096
    pages = range(0, len(data), page)
    assert len(pages) > 20
    for number, start in enumerate(pages, 1):
        place = start + (number * 37) % page
        (tmp_path / "audit.db").write_bytes(data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :])
        try:
            found = problems(tmp_path)
        except Damaged as error:
            found = [error.message]
        assert found, f"page {number}"
        assert "audit log" in found[0]
        assert number == 1 or any(f"page {number}" in problem for problem in found) or "damaged" in found[0]


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0" + bytes(4080), bytes(8192), b"short"])
def test_missing_empty_and_foreign_files(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "audit.db").write_bytes(content)
    with pytest.raises(Damaged, match="audit log"):
        open_log(tmp_path)
    left = {path.name for path in tmp_path.iterdir()} - {"vault.use"}
    assert left == (set() if content is None else {"audit.db"})


def test_a_truncated_file(folder: Path) -> None:
    data = (folder / "audit.db").read_bytes()
    (folder / "audit.db").write_bytes(data[: len(data) // 2])
    try:
        found = problems(folder)
    except Damaged as error:
        found = [error.message]
    assert any("audit log" in problem for problem in found)


def test_messages_hold_nothing_of_an_entry(folder: Path) -> None:
    with raw(folder) as db:
        edit("UPDATE entries SET case_part = CAST('Ольга' AS BLOB) WHERE seq = 3")(db)
    log = open_log(folder)
    with pytest.raises(CasevaultError) as caught:
        list(log.entries())
    assert "Ольга" not in str(caught.value)
    assert not any("Ольга" in problem for problem in log.verify().problems)
    log.close()


def test_the_file_shows_nothing(whole: Path) -> None:
    data = (whole / "audit.db").read_bytes()
    assert b"evidence" not in data
    assert b"C-7K3Q9" not in data
    assert SEED not in data
    assert DATABASE_KEY not in data
    assert AuditLog.open(whole / "audit.db", database_key=DATABASE_KEY, signing_seed=SEED).verify().ok
