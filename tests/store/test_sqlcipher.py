"""The traps of SQLCipher that design and measurement found, each closed; and what a key that fits does not prove."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlcipher_pages as pages
import vaults

from vault.errors import Busy, CasevaultError, Damaged, StorageFailed
from vault.model.records import Case, ExtractedText, PersonRecord
from vault.store import catalogue as catalogues
from vault.store import search, sqlcipher
from vault.store.catalogue import Catalogue, Put
from vault.usecases import bundling, cases, items, opening, people, recipients, redacting, rowcheck, searching
from vault.usecases.unlocked import UnlockedVault

sqlite: Any = pytest.importorskip("sqlcipher3.dbapi2")

KEY = bytes(range(100, 132))
SECRET = "канарейка-zqxvcanary"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def db(path: Path) -> Iterator[Any]:
    opened = sqlcipher.connect(path, KEY, create=True)
    with sqlcipher.transaction(opened, "test.db"):
        opened.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        opened.executemany("INSERT INTO t (text) VALUES (?)", [(f"{SECRET} {n}",) for n in range(500)])
    yield opened
    opened.close()


def pragma(db: Any, name: str) -> str:
    return str(db.execute(f"PRAGMA {name}").fetchone()[0])


# ---- keys --------------------------------------------------------------------------------------------------------


def test_the_library_takes_63_hex_digits_for_a_passphrase(path: Path) -> None:
    raw = sqlite.connect(str(path))
    raw.execute(f"PRAGMA key = \"x'{KEY.hex()[:-1]}'\"")
    raw.execute("CREATE TABLE t (x)")
    raw.close()
    assert path.read_bytes()[:16] != b"SQLite format 3\0", "it made an encrypted file, and raised nothing"


@pytest.mark.parametrize("length", [0, 1, 16, 31, 33, 48, 64])
def test_a_key_of_another_length_never_reaches_the_library(path: Path, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sqlcipher.connect(path, bytes(length), create=True)
    assert not path.exists()


def test_the_key_is_used_raw(db: Any, path: Path) -> None:
    """Were it taken for a passphrase, or run through a KDF, these pages would not open."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert SECRET.encode() in b"".join(pages.database(path, KEY))


def test_without_a_key_the_library_makes_a_plain_file_and_ours_is_refused(path: Path) -> None:
    raw = sqlite.connect(str(path))
    raw.execute("CREATE TABLE t (x)")
    raw.close()
    assert path.read_bytes()[:16] == b"SQLite format 3\0"
    with pytest.raises(Damaged, match="not encrypted"):
        sqlcipher.connect(path, KEY)


def test_what_we_make_is_encrypted(db: Any, path: Path) -> None:
    assert pragma(db, "cipher_status") == "1"
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    data = path.read_bytes()
    assert data[:16] != b"SQLite format 3\0"
    assert SECRET.encode() not in data
    assert b"CREATE TABLE" not in data


def test_another_key_is_refused(db: Any, path: Path) -> None:
    db.close()
    other = bytes([KEY[0] ^ 1]) + KEY[1:]
    with pytest.raises(Damaged):
        sqlcipher.connect(path, other)


def test_a_missing_an_empty_and_a_cut_file_are_named(path: Path) -> None:
    with pytest.raises(Damaged, match="missing"):
        sqlcipher.connect(path, KEY)
    for content in (b"", b"short"):
        path.write_bytes(content)
        with pytest.raises(Damaged, match="empty or cut off"):
            sqlcipher.connect(path, KEY)


def test_a_file_that_is_there_is_never_built_over(db: Any, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match="there already"):
        sqlcipher.connect(path, KEY, create=True)
    assert path.read_bytes() == before


# ---- settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1"),
        ("temp_store", "2"), ("page_size", "4096"), ("cipher_page_size", "4096"), ("trusted_schema", "0"),
        ("cipher_hmac_algorithm", "HMAC_SHA512"), ("cipher_use_hmac", "1"), ("cipher_memory_security", "0"),
        ("cipher_plaintext_header_size", "0"),
    ],
)  # fmt: skip
def test_a_setting_holds_after_opening_again(db: Any, path: Path, name: str, value: str) -> None:
    db.close()
    again = sqlcipher.connect(path, KEY)
    assert pragma(again, name) == value
    again.close()


def test_the_file_is_of_version_4(db: Any, path: Path) -> None:
    db.close()
    raw = sqlite.connect(str(path))
    raw.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    raw.execute("PRAGMA cipher_compatibility = 4")
    assert raw.execute("SELECT count(*) FROM t").fetchone() == (500,)
    raw.close()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    for name in ("what? mode=ro", "100%20", "a#b", "с пробелом и кириллицей", "quote'\"x"):
        folder = tmp_path / name
        folder.mkdir()
        made = sqlcipher.connect(folder / "test.db", KEY, create=True)
        made.execute("CREATE TABLE t (x)")
        made.close()
        assert [p.name for p in folder.iterdir()] == ["test.db"]
        sqlcipher.connect(folder / "test.db", KEY).close()
    assert len(list(tmp_path.iterdir())) == 5


# ---- what reaches the disk ---------------------------------------------------------------------------------------


def test_the_write_ahead_log_is_encrypted(db: Any, path: Path) -> None:
    log = path.with_name("test.db-wal").read_bytes()
    assert len(log) > 10_000
    assert SECRET.encode() not in log
    assert SECRET.encode() in b"".join(pages.write_ahead_log(path.with_name("test.db-wal"), KEY)), "it is in there"


def test_a_rollback_journal_is_encrypted(db: Any, path: Path) -> None:
    db.execute("PRAGMA journal_mode = DELETE").fetchall()
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE t SET text = text || 'x'")
    db.execute("PRAGMA cache_spill = 1")
    journal = path.with_name("test.db-journal").read_bytes()
    db.execute("ROLLBACK")
    assert len(journal) > 4096
    assert SECRET.encode() not in journal


def _temporary_bytes(db: Any) -> bytes:
    """What a large temporary table leaves in temporary files, deleted ones too."""
    db.execute("PRAGMA temp.cache_size = -64")
    db.execute("CREATE TEMP TABLE large AS SELECT a.text || b.id AS both FROM t a, t b WHERE b.id < 40")
    handles = [Path("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    files = [path for path in handles if path.is_symlink() and "etilqs" in os.readlink(path)]
    found = b"".join(path.read_bytes() for path in files)
    db.execute("DROP TABLE temp.large")
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_temporary_table_writes_no_file(db: Any) -> None:
    assert _temporary_bytes(db) == b""
    # The same with the setting that we close shows that this test can see such a file.
    db.execute("PRAGMA temp_store = FILE")
    assert SECRET.encode() in _temporary_bytes(db)


def test_the_files_are_readable_by_their_owner_alone(vault: UnlockedVault) -> None:
    assert stat.S_IMODE(vault.folder.stat().st_mode) == 0o700 or os.name == "nt"


# ---- damage ------------------------------------------------------------------------------------------------------


def read_whole(path: Path) -> list[str]:
    """Open it, read every row, authenticate every page; raises Damaged or tells what is wrong."""
    opened = sqlcipher.connect(path, KEY)
    try:
        with sqlcipher.translated("test.db"):
            opened.execute("SELECT sum(length(text)) FROM t").fetchone()
        return sqlcipher.page_errors(opened, "test.db")
    finally:
        opened.close()


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_a_damaged_page_raises_ours_and_prints_nothing(
    db: Any, path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    db.close()
    size = path.stat().st_size
    for place in (0, 100, 4096 + 17, size // 2, size - 1):
        flip(path, place)
        with pytest.raises(Damaged) as caught:
            read_whole(path)
        assert caught.value.message == "test.db is damaged or was altered"
        flip(path, place)
    assert capfd.readouterr() == ("", "")


_RAW = """
import sys, sqlcipher3.dbapi2 as sqlite
db = sqlite.connect(sys.argv[1])
db.execute(f"PRAGMA key = \\"x'{sys.argv[2]}'\\"")
try:
    db.execute("SELECT count(*) FROM sqlite_schema")
except sqlite.DatabaseError:
    sys.exit(7)
"""
_OURS = """
import sys
from pathlib import Path
from vault.errors import Damaged
from vault.store import sqlcipher
try:
    sqlcipher.connect(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
except Damaged:
    sys.exit(7)
"""


def test_page_errors_reach_stderr_only_without_our_setting(db: Any, path: Path) -> None:
    """In processes of their own, because the setting holds for a whole process."""
    db.close()
    flip(path, 100)
    raw, ours = (
        subprocess.run([sys.executable, "-c", code, str(path), KEY.hex()], capture_output=True, timeout=60)
        for code in (_RAW, _OURS)
    )
    assert raw.returncode == ours.returncode == 7, raw.stderr + ours.stderr
    assert b"ERROR" in raw.stderr, "this is what the library prints by itself"
    assert ours.stderr == b""


def test_every_page_is_authenticated_on_demand(db: Any, path: Path) -> None:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert sqlcipher.page_errors(db, "test.db") == []
    db.close()
    flip(path, 4096 * 3 + 5)
    again = sqlcipher.connect(path, KEY)
    assert sqlcipher.page_errors(again, "test.db")
    again.close()


def test_a_cut_and_an_extended_file_are_noticed(db: Any, path: Path) -> None:
    db.close()
    whole = path.read_bytes()
    for data in (whole[:-4096], whole[: len(whole) // 2], whole[:-1]):
        path.write_bytes(data)
        try:
            found = read_whole(path)
        except Damaged:
            continue
        assert found


def test_pages_can_not_be_exchanged(db: Any, path: Path) -> None:
    db.close()
    data = path.read_bytes()
    path.write_bytes(data[: 4096 * 2] + data[4096 * 3 : 4096 * 4] + data[4096 * 2 : 4096 * 3] + data[4096 * 4 :])
    again = sqlcipher.connect(path, KEY)
    assert sqlcipher.page_errors(again, "test.db")
    again.close()


def test_errors_hold_nothing_of_the_data(db: Any) -> None:
    with pytest.raises(CasevaultError) as caught, sqlcipher.transaction(db, "test.db"):
        db.execute("INSERT INTO t VALUES (1, ?)", (SECRET,))
    assert "zqxv" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_writer_that_holds_on_too_long_makes_the_next_one_busy(db: Any, path: Path) -> None:
    other = sqlcipher.connect(path, KEY)
    other.execute("PRAGMA busy_timeout = 50")
    db.execute("BEGIN IMMEDIATE")
    assert other.execute("SELECT count(*) FROM t").fetchone() == (500,), "readers go on"
    with pytest.raises(Busy), sqlcipher.transaction(other, "test.db"):
        pass
    db.execute("ROLLBACK")
    with sqlcipher.transaction(other, "test.db"):
        other.execute("DELETE FROM t")
    other.close()


def test_a_transaction_that_fails_leaves_nothing(db: Any) -> None:
    def interrupted() -> None:
        with sqlcipher.transaction(db, "test.db"):
            db.execute("DELETE FROM t")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM t").fetchone() == (500,)


# ---- deleted text ------------------------------------------------------------------------------------------------


def test_nothing_of_a_removed_item_stays_in_any_page(vault: UnlockedVault) -> None:
    """Rows, FTS5 index and content, the extracted text, free pages, write-ahead log: all decrypted and searched."""
    case = cases.new(vault, "Дело")
    around = "Обычный текст о повестке и суде. " * 50
    kept = vaults.add_text(vault, case, around + " zqykept", "kept.txt", title="zqytitle")
    gone = vaults.add_text(vault, case, around + " zqxvcanary", "zqxvname.txt", title="zqxvtitle", note="zqxvnote")
    path = vault.folder / catalogues.NAME
    body = vault.catalogue.require(ExtractedText, gone.id).body
    before = pages.everything(path, vault.keys.catalogue)
    traces = [b"zqxvcanari", b"zqxvtitl", b"zqxvnote", b"zqxvname", body[-40:], gone.commitment_key, gone.sha256]
    for trace in traces:
        assert trace in before, "the test would not find what was never there"
    items.remove(vault, gone.id)
    after = pages.everything(path, vault.keys.catalogue)
    for trace in traces:
        assert trace not in after
    assert b"zqxv" not in after
    assert b"zqykept" in after
    assert not vault.objects.path(gone.object).exists()
    assert [hit.evidence.id for hit in searching.find(vault, "zqykept")[0]] == [kept.id]
    assert searching.find(vault, "zqxvcanary") == ([], 0)


def test_a_removed_items_text_leaves_the_plans_too(vault: UnlockedVault) -> None:
    case = cases.new(vault, "Дело")
    (witness,) = people.add(vault, case.id, [people.NewPerson("Заречнов Михаил Павлович", "witness")])
    vaults.add_text(vault, case, "Пришёл Заречнов.")
    gone = vaults.add_text(vault, case, "Потом пришёл и Михаил Заречнов.", "other.txt")
    assert redacting.make(vault, case.id, accept_weak_jail=vaults.WEAK_JAIL).plan.of(gone.id)
    items.remove(vault, gone.id)
    plan = redacting.current(vault, case.id)
    assert plan.stale
    assert plan.plan.of(gone.id) == ()
    assert {finding.person for finding in plan.plan.findings} == {witness.id}
    assert rowcheck.problems(vault, case.id) == []


def test_changed_and_reindexed_text_leaves_the_index(vault: UnlockedVault) -> None:
    case = cases.new(vault, "Дело")
    item = vaults.add_bytes(vault, case, b"x", title="zqxvcanary")
    items.change(vault, item.id, title="innocent")
    vault.catalogue.forget_deleted()
    assert b"zqxv" not in pages.everything(vault.folder / catalogues.NAME, vault.keys.catalogue)
    assert searching.find(vault, "zqxvcanary") == ([], 0)
    assert searching.find(vault, "innocent")[1] == 1


def test_fts5_would_keep_deleted_terms_by_itself(tmp_path: Path) -> None:
    """The trap: secure_delete alone is not enough. The catalogue's own index has the option set."""
    path = tmp_path / "trap.db"
    db = sqlcipher.connect(path, KEY, create=True)
    db.execute("CREATE VIRTUAL TABLE search USING fts5 (stems)")
    db.executemany("INSERT INTO search VALUES (?)", [(f"word{n} zqxvcanary",) for n in range(50)])
    db.execute("DELETE FROM search WHERE rowid = 25")
    db.execute("DELETE FROM search")
    sqlcipher.forget_deleted(db, "trap.db")
    db.close()
    assert b"zqxvcanary" in b"".join(pages.database(path, KEY))
    ours = Catalogue.create(tmp_path, KEY)
    assert ours.db.execute("SELECT v FROM search_config WHERE k = 'secure-delete'").fetchone() == (1,)
    with ours.transaction():
        search.index(ours, [search.SearchText(f"E-{n}", "C-1", "title", f"word{n} zqxvcanary") for n in range(50)])
    with ours.transaction():
        for n in range(50):
            search.drop(ours, f"E-{n}")
    ours.forget_deleted()
    ours.close()
    assert b"zqxv" not in b"".join(pages.database(tmp_path / catalogues.NAME, KEY))


# ---- an older state put back -------------------------------------------------------------------------------------


class Replayed:
    """A vault whose witness was first kept in bundles, then protected; and the catalogue from before that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / catalogues.NAME
        with vaults.new_vault(folder) as vault:
            self.case = cases.new(vault, "Дело").id
            (self.person,) = people.add(
                vault, self.case, [people.NewPerson("Заречнов Михаил Павлович", "witness", keep="he agreed")]
            )
            vaults.add_text(vault, self.case, "Свидетель Заречнов видел всё.")
            self.recipient = recipients.add(vault, "lawyer", "Адвокат").id
            # As long as this, so that the file keeps its size and single pages can be put back.
            people.change(vault, self.person.id, note="x" * 3000)
        self.old = self.file.read_bytes()
        with self.open() as vault:
            people.change(vault, self.person.id, keep=None, note="")
            redacting.make(vault, self.case, accept_weak_jail=vaults.WEAK_JAIL)
            vaults.accept_all(vault, self.case)
        self.new = self.file.read_bytes()

    def open(self) -> UnlockedVault:
        return opening.open_vault(self.folder, vaults.CODE)

    def put_back(self, data: bytes) -> None:
        for rest in self.folder.glob(f"{catalogues.NAME}-*"):
            rest.unlink()
        self.file.write_bytes(data)


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    return Replayed(tmp_path / "vault")


def test_a_whole_old_catalogue_is_noticed_and_nothing_is_planned_or_exported(replayed: Replayed) -> None:
    replayed.put_back(replayed.old)
    with replayed.open() as vault:
        assert vault.catalogue.page_errors() == [], "SQLCipher itself finds nothing wrong"
        assert vault.catalogue.require(PersonRecord, replayed.person.id).keep == "he agreed"
        with pytest.raises(Damaged, match="does not fit the audit log"):
            redacting.make(vault, replayed.case, accept_weak_jail=vaults.WEAK_JAIL)
        out = replayed.folder.parent / "bundle.age"
        with pytest.raises(Damaged, match="does not fit the audit log"):
            bundling.create(vault, replayed.case, bundling.Order(replayed.recipient), out)
        assert not out.exists()
        assert any("person" in problem for problem in rowcheck.all_problems(vault))


def test_an_old_page_put_back_never_unprotects_somebody(replayed: Replayed, tmp_path: Path) -> None:
    """Every single old page: refused as damaged, or noticed against the log, or without effect on any row."""
    size = min(len(replayed.old), len(replayed.new))
    differing = [at for at in range(0, size, 4096) if replayed.old[at : at + 4096] != replayed.new[at : at + 4096]]
    assert len(differing) > 3
    noticed = 0
    for at in differing:
        replayed.put_back(replayed.new[:at] + replayed.old[at : at + 4096] + replayed.new[at + 4096 :])
        try:
            vault = replayed.open()
        except Damaged:
            continue
        with vault:
            try:
                rowcheck.require(vault, replayed.case)
                assert vault.catalogue.require(PersonRecord, replayed.person.id).keep is None
            except Damaged:
                noticed += 1
                with pytest.raises(Damaged):
                    bundling.create(
                        vault, replayed.case, bundling.Order(replayed.recipient), tmp_path / f"bundle-{at}.age"
                    )
    assert noticed, "the page with the person is among them"
    assert not list(tmp_path.glob("bundle*"))


def test_a_row_that_was_never_logged_is_noticed(vault: UnlockedVault) -> None:
    case = cases.new(vault, "Дело")
    (person,) = people.add(vault, case.id, [people.NewPerson("Заречнов Михаил", "witness")])
    stranger = replace(person, id="P-0000000")
    with vault.catalogue.transaction():
        vault.catalogue.put(Put(stranger))
    (problem,) = rowcheck.problems(vault, case.id)
    assert "never logged" in problem
    with vault.catalogue.transaction():
        vault.catalogue.remove(stranger)
        vault.catalogue.remove(person)
    (problem,) = rowcheck.problems(vault, case.id)
    assert "missing" in problem


def test_a_case_that_an_old_catalogue_does_not_know_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    vaults.new_vault(folder).close()
    old = (folder / catalogues.NAME).read_bytes()
    with opening.open_vault(folder, vaults.CODE) as vault:
        lost = cases.new(vault, "Дело").id
    (folder / catalogues.NAME).write_bytes(old)
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.catalogue.get(Case, lost) is None
        found = rowcheck.all_problems(vault)
    assert found
    assert all(lost in problem for problem in found)


def test_a_replay_in_the_case_that_lends_an_item_is_noticed(vault: UnlockedVault, tmp_path: Path) -> None:
    lender, borrower = cases.new(vault, "Лидия"), cases.new(vault, "Дарья")
    (person,) = people.add(vault, lender.id, [people.NewPerson("Заречнов Михаил", "witness")])
    item = vaults.add_text(vault, lender, "Свидетель Заречнов видел всё.")
    items.share(vault, item.id, borrower.id)
    rowcheck.require(vault, borrower.id)
    with vault.catalogue.transaction():
        vault.catalogue.put(Put(replace(person, name="Somebody Else"), person))
    assert rowcheck.problems(vault, borrower.id) == []
    with pytest.raises(Damaged, match="does not fit the audit log"):
        redacting.make(vault, borrower.id, accept_weak_jail=vaults.WEAK_JAIL)


def test_an_old_copy_of_a_recipient_is_noticed(vault: UnlockedVault, tmp_path: Path) -> None:
    """Who was removed, or whose key was exchanged, must not come back with an old page."""
    case = cases.new(vault, "Дело")
    vaults.add_text(vault, case, "Текст.")
    before = recipients.add(vault, "lawyer", "Адвокат")
    recipients.remove(vault, before.id)
    now = vault.catalogue.require(type(before), before.id)
    with vault.catalogue.transaction():
        vault.catalogue.put(Put(before, now))
    with pytest.raises(Damaged, match="recipient"):
        bundling.create(vault, case.id, bundling.Order(before.id), tmp_path / "bundle.age")


def test_the_row_hash_changes_with_every_column(vault: UnlockedVault) -> None:
    """And no two columns can be exchanged: each value stands under its own name."""
    case = cases.new(vault, "Дело")
    (person,) = people.add(vault, case.id, [people.NewPerson("A", "witness", aliases=("B",), identifiers=("C",))])
    base = vault.row_state(person).hash
    others: list[PersonRecord] = [
        replace(person, name="B"), replace(person, role="other"), replace(person, aliases=("C",)),
        replace(person, aliases=("B", "")), replace(person, identifiers=()), replace(person, keep=""),
        replace(person, note="n"), replace(person, aliases=("C",), identifiers=("B",)),
    ]  # fmt: skip
    hashes = [vault.row_state(other).hash for other in others]
    assert len({base, *hashes}) == len(others) + 1


def test_keys_of_two_vaults_differ(tmp_path: Path) -> None:
    """The same code, another vault: a catalogue of one does not open in the other."""
    first, second = tmp_path / "a", tmp_path / "b"
    vaults.new_vault(first).close()
    vaults.new_vault(second).close()
    shutil.copy(first / catalogues.NAME, second / catalogues.NAME)
    with pytest.raises(Damaged):
        opening.open_vault(second, vaults.CODE)


def test_random_bytes_are_never_a_database(tmp_path: Path) -> None:
    path = tmp_path / "noise.db"
    path.write_bytes(secrets.token_bytes(4096 * 3))
    with pytest.raises(Damaged):
        sqlcipher.connect(path, KEY)
