"""The catalogue: strict tables, foreign keys, no lost update, records that come back as they went in."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import Busy, CasevaultError, Damaged, NewerFormat, NotFound
from vault.model.ids import LENGTHS, is_id, new_id, tidy_id
from vault.model.records import TABLES, Case, Evidence, Link, PersonRecord, Record, Share
from vault.store import rows, schema, search
from vault.store.catalogue import NAME, Catalogue, PlaintextCopy, Put

KEY = bytes(range(7, 39))
CASE = Case("C-AAAAA", "C-AAAAA", "Дело «о повестке»", "open", "", "2024-01-01T00:00:00Z", bytes(40))
PERSON = PersonRecord("P-AAAAAAA", "C-AAAAA", "Заречнов Михаил", "witness", ("Миша", "M"), (), None, "")
ITEM = Evidence(
    "E-AAAAAAAAA", "C-AAAAA", "post", "Пост", "пост.html", "text/html", 5, b"s" * 32, b"c" * 32, b"k" * 32, "0" * 32,
    b"m" * 32, 70_000, "2024-01-01T00:00:00Z", "", "", "", "", "", "", None, "none", "",
)  # fmt: skip


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = Catalogue.create(tmp_path, KEY)
    with made.transaction():
        made.put(Put(CASE))
    yield made
    made.close()


def write(catalogue: Catalogue, *puts: Put) -> None:
    with catalogue.transaction():
        for put in puts:
            catalogue.put(put)


def execute(catalogue: Catalogue, sql: str, *values: object) -> None:
    with catalogue.transaction():
        catalogue.db.execute(sql, values)


# ---- records -----------------------------------------------------------------------------------------------------


def test_records_come_back_as_they_went_in(catalogue: Catalogue) -> None:
    write(catalogue, Put(PERSON), Put(ITEM))
    assert catalogue.get(Case, CASE.id) == CASE
    assert catalogue.get(PersonRecord, PERSON.id) == PERSON
    assert catalogue.get(Evidence, ITEM.id) == ITEM
    assert catalogue.get(Evidence, "E-BBBBBBBBB") is None


@given(name=st.text(), note=st.text(), aliases=st.lists(st.text()).map(tuple), keep=st.none() | st.text())
def test_any_text_survives_the_row(name: str, note: str, aliases: tuple[str, ...], keep: str | None) -> None:
    record = replace(PERSON, name=name, note=note, aliases=aliases, keep=keep)
    assert rows.from_row(PersonRecord, rows.to_row(record)) == record


@given(st.text(), st.text())
def test_a_row_hash_is_that_of_its_content(first: str, second: str) -> None:
    one, other = (rows.row_hash(KEY, replace(PERSON, name=name)) for name in (first, second))
    assert (one == other) == (first == second)
    assert one != rows.row_hash(bytes(32), replace(PERSON, name=first))


def test_a_row_hash_covers_the_table_and_null(catalogue: Catalogue) -> None:
    assert rows.row_hash(KEY, replace(PERSON, keep=None)) != rows.row_hash(KEY, replace(PERSON, keep=""))
    share, link = Share("x", "C-AAAAA", "y"), Link("x", "C-AAAAA", "y", "z")
    assert rows.row_hash(KEY, share) != rows.row_hash(KEY, link)


def test_tables_and_records_have_the_same_columns(catalogue: Catalogue) -> None:
    for table in TABLES:
        found = [row[1] for row in catalogue.db.execute(f"PRAGMA table_info({table.TABLE})")]
        assert found == [field.name for field in dataclasses.fields(table)]
        strict = catalogue.db.execute(
            "SELECT strict FROM pragma_table_list WHERE name = ?", (table.TABLE,)
        ).fetchone()
        assert strict == (1,), f"{table.TABLE} is strict"


@pytest.mark.parametrize("stored", ["", "null", "{}", '"a"', "[1]", "[null]", "[[]]", "[", "5"])
def test_a_damaged_list_is_named(catalogue: Catalogue, stored: str) -> None:
    write(catalogue, Put(PERSON))
    execute(catalogue, "UPDATE people SET aliases = ?", stored)
    with pytest.raises(Damaged, match="list"):
        catalogue.get(PersonRecord, PERSON.id)


# ---- constraints -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [("size", "five"), ("size", b"5"), ("size", 5.5), ("title", b"blob"), ("sha256", "text"), ("object", None),
     ("stored_size", ""), ("commitment", 7), ("text_state", None)],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(catalogue: Catalogue, column: str, value: object) -> None:
    write(catalogue, Put(ITEM))
    with pytest.raises(CasevaultError):
        execute(catalogue, f"UPDATE evidence SET {column} = ?", value)
    assert catalogue.get(Evidence, ITEM.id) == ITEM


def test_rows_hang_on_their_case(catalogue: Catalogue) -> None:
    for record in (
        replace(PERSON, case_id="C-BBBBB"),
        replace(ITEM, case_id="C-BBBBB"),
        Share("s", CASE.id, "E-none"),
    ):
        with pytest.raises(CasevaultError):
            write(catalogue, Put(record))
    write(catalogue, Put(PERSON))
    with pytest.raises(CasevaultError):
        execute(catalogue, "DELETE FROM cases")
    with pytest.raises(CasevaultError):
        write(catalogue, Put(replace(ITEM, translation_of="E-none")))
    assert catalogue.count(Case) == 1
    assert catalogue.count(Evidence) == 0


def test_one_object_belongs_to_one_item(catalogue: Catalogue) -> None:
    write(catalogue, Put(ITEM))
    with pytest.raises(CasevaultError):
        write(catalogue, Put(replace(ITEM, id="E-BBBBBBBBB")))


def test_a_case_is_its_own(catalogue: Catalogue) -> None:
    with pytest.raises(CasevaultError):
        write(catalogue, Put(replace(CASE, id="C-BBBBB")))


# ---- no lost update ----------------------------------------------------------------------------------------------


def test_a_row_that_was_changed_meanwhile_is_busy(catalogue: Catalogue) -> None:
    seen = catalogue.require(Case, CASE.id)
    write(catalogue, Put(replace(seen, title="first"), seen))
    for put in (Put(replace(seen, title="second"), seen), Put(replace(seen, title="second"))):
        with pytest.raises(Busy, match="in the meantime"):
            write(catalogue, put)
    with pytest.raises(Busy), catalogue.transaction():
        catalogue.remove(seen)
    assert catalogue.require(Case, CASE.id).title == "first"


def test_a_row_that_went_meanwhile_is_busy(catalogue: Catalogue) -> None:
    write(catalogue, Put(PERSON))
    with catalogue.transaction():
        catalogue.remove(PERSON)
    with pytest.raises(Busy):
        write(catalogue, Put(replace(PERSON, name="x"), PERSON))


def test_all_of_a_transaction_or_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(Busy):
        write(catalogue, Put(PERSON), Put(replace(CASE, title="x")))
    assert catalogue.get(PersonRecord, PERSON.id) is None


def test_two_connections_lose_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    """Two writers count up the same row, each repeating what was busy: no step is lost, and both end."""
    steps = 25

    def count() -> None:
        mine = Catalogue.open(tmp_path, KEY)
        done = 0
        while done < steps:
            seen = mine.require(Case, CASE.id)
            try:
                write(mine, Put(replace(seen, note=str(int(seen.note or 0) + 1)), seen))
                done += 1
            except Busy:
                time.sleep(0.001)
        mine.close()

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert catalogue.require(Case, CASE.id).note == str(2 * steps)


# ---- looking up --------------------------------------------------------------------------------------------------


def test_listing_by_case_column_and_hash(catalogue: Catalogue) -> None:
    other = replace(ITEM, id="E-BBBBBBBBB", object="1" * 32, text_state="pending")
    write(catalogue, Put(ITEM), Put(other))
    assert list(catalogue.all(Evidence, case_id=CASE.id)) == [ITEM, other]
    assert list(catalogue.all(Evidence, text_state="pending")) == [other]
    assert list(catalogue.all(Evidence, case_id="C-BBBBB")) == []
    assert catalogue.same_bytes(CASE.id, [ITEM.sha256]) == {ITEM.sha256: ITEM.id}
    assert catalogue.refers_to("1" * 32)
    assert not catalogue.refers_to("2" * 32)
    assert catalogue.case_counts() == {CASE.id: 2}
    assert catalogue.count(Evidence, case_id=CASE.id) == 2
    for state in ("pending", "read", "none"):
        wanted = sum(1 for _ in catalogue.all(Evidence, case_id=CASE.id, text_state=state))
        assert catalogue.count(Evidence, case_id=CASE.id, text_state=state) == wanted
        assert catalogue.count(Evidence, text_state=state) == wanted
    assert catalogue.count(Evidence, text_state=str(next(iter(catalogue.all(Evidence))).text_state)) > 0
    with pytest.raises(ValueError, match="no such columns"):
        catalogue.count(Evidence, **{"text_state = '' OR ''": ""})
    with pytest.raises(ValueError, match="columns"):
        list(catalogue.all(Evidence, **{"1=1 OR id": "x"}))


def test_what_is_not_there_is_named_but_no_name_repeated(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound, match="no person with the id p-i234567"):
        catalogue.require(PersonRecord, "p-i234567")
    for typed in ("Заречнов", "Zarechnov", "Ann-Lee", "Mikhail-Zarechnov-1", "x" * 500):
        with pytest.raises(NotFound) as caught:
            catalogue.require(PersonRecord, typed)
        assert typed not in caught.value.message


def test_ids_as_people_type_them(catalogue: Catalogue) -> None:
    write(catalogue, Put(replace(CASE, id="C-1A0Z0", case_id="C-1A0Z0")))
    assert catalogue.require(Case, " c-Laozo ").id == "C-1A0Z0"
    assert tidy_id("e-oil") == "E-011"


def test_new_ids_have_their_form(catalogue: Catalogue) -> None:
    for prefix in LENGTHS:
        assert is_id(new_id(prefix), prefix)
        assert not is_id(new_id(prefix) + "\n", prefix)
        assert not is_id(new_id(prefix) + "0", prefix)
    assert len({catalogue.fresh_id(Evidence) for _ in range(1000)}) == 1000


def test_a_table_that_is_none_never_becomes_sql(catalogue: Catalogue) -> None:
    class Other(Record):
        TABLE = "sqlite_schema"

    with pytest.raises(ValueError, match="not a table"):
        catalogue.count(Other)


def test_plain_copies_are_remembered_and_forgotten(catalogue: Catalogue) -> None:
    copies = [PlaintextCopy(f"/home/x/{n}", ITEM.id, "original") for n in range(5)]
    with catalogue.transaction():
        catalogue.note_plaintext([*copies, copies[0]])
    assert {copy.path for copy in catalogue.plaintext(100)} == {copy.path for copy in copies}
    assert len(catalogue.plaintext(2)) == 2
    with catalogue.transaction():
        catalogue.forget_plaintext([copies[0].path])
    assert copies[0] not in catalogue.plaintext(100)


# ---- versions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "error"),
    [(len(schema.MIGRATIONS) + 1, NewerFormat), (1 << 30, NewerFormat), (0, Damaged), (-5, Damaged)],
)
def test_other_versions_are_told_apart(
    catalogue: Catalogue, tmp_path: Path, version: int, error: type[CasevaultError]
) -> None:
    catalogue.db.execute(f"PRAGMA user_version = {version}")
    catalogue.close()
    with pytest.raises(error):
        Catalogue.open(tmp_path, KEY)


def test_migrating_twice_changes_nothing(catalogue: Catalogue) -> None:
    def tables() -> list[Any]:
        return list(catalogue.db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall())

    before = tables()
    with catalogue.transaction():
        schema.migrate(catalogue.db)
    assert tables() == before


def test_the_listings_use_indexes(catalogue: Catalogue) -> None:
    """A vault of 100,000 items must list a case as fast as one of 1,000."""
    for sql in (
        "SELECT * FROM evidence WHERE case_id = 'x' ORDER BY rowid", "SELECT 1 FROM evidence WHERE object = 'x'",
        "SELECT * FROM evidence WHERE sha256 = x'00'", "SELECT * FROM people WHERE case_id = 'x'",
        "SELECT * FROM evidence WHERE text_state = 'pending'", "SELECT * FROM shares WHERE evidence_id = 'x'",
        "SELECT * FROM plans WHERE case_id = 'x'", "SELECT * FROM disclosures WHERE case_id = 'x'",
    ):  # fmt: skip
        plan = " ".join(str(row[3]) for row in catalogue.db.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert "INDEX" in plan, (sql, plan)
    assert (catalogue.db.execute("SELECT count(*) FROM cases").fetchone()) == (1,)
    assert Path(str(catalogue.db.execute("PRAGMA database_list").fetchone()[2])).name == NAME


def test_an_index_that_another_process_changed_is_not_called_damaged(tmp_path: Path) -> None:
    key = bytes(32)
    with contextlib.closing(Catalogue.create(tmp_path, key)) as first:
        assert first.page_errors() == []
        with contextlib.closing(Catalogue.open(tmp_path, key)) as second:
            for number in range(3):
                with second.transaction():
                    search.drop(second, "E-1")
                    search.index(second, [search.SearchText("E-1", "C-1", "title", f"Слово{number}")])
                assert first.page_errors() == []
