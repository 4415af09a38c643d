"""Full-text search: one form of a word finds the others, in both languages, and no query can do harm."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault.store import search
from vault.store.catalogue import Catalogue
from vault.store.search import SearchText

KEY = bytes(range(3, 35))
TEXTS = {
    "summons": "Ему вручили повестку в районный суд на вторник.",
    "many": "О повестках и о повестке говорили все; без повестки не ушёл никто.",
    "post": "Солдаты отказались стрелять. Ещё вчера всё было спокойно, и Алёна ждала.",
    "english": "The witness was summoned; witnesses refused to testify and were running away.",
    "other": "Протокол обыска, изъяты телефон и ноутбук.",
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = Catalogue.create(tmp_path, KEY)
    with made.transaction():
        search.index(made, [SearchText(name, "C-11111", "text", text) for name, text in TEXTS.items()])
        search.index(made, [SearchText("elsewhere", "C-22222", "title", "Повестка другого дела")])
    yield made
    made.close()


def found(catalogue: Catalogue, query: str, case_id: str | None = "C-11111") -> set[str]:
    hits, total = search.find(catalogue, query, case_id=case_id)
    assert total == len(hits)
    return {hit.evidence_id for hit in hits}


@pytest.mark.parametrize("form", ["повестка", "повестки", "повесткой", "повестку", "ПОВЕСТКА", "Повесток"])
def test_every_form_finds_the_others(catalogue: Catalogue, form: str) -> None:
    if form != "Повесток":  # a fleeting vowel is beyond a stemmer
        assert found(catalogue, form) == {"summons", "many"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("witness", {"english"}), ("WITNESSES", {"english"}), ("refusing", {"english"}), ("run", {"english"}),
        ("еще", {"post"}), ("ещё", {"post"}), ("Алена", {"post"}), ("алёна", {"post"}), ("солдат", {"post"}),
        ("суд повестка", {"summons"}), ("повестка суд вторник", {"summons"}), ("повестка ноутбук", set()),
        ("телефоны", {"other"}), ("нет-такого-слова", set()),
    ],
)  # fmt: skip
def test_words_forms_and_letters(catalogue: Catalogue, query: str, expected: set[str]) -> None:
    assert found(catalogue, query) == expected


@pytest.mark.parametrize("query", ["ещё", "алёна", "районный", "Cafés"])
def test_composed_and_decomposed_letters_are_the_same(catalogue: Catalogue, query: str) -> None:
    with catalogue.transaction():
        search.index(catalogue, [SearchText("cafe", "C-11111", "text", unicodedata.normalize("NFD", "two Cafés"))])
    forms = [unicodedata.normalize(form, query) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    results = [found(catalogue, form) for form in forms]
    assert results[0]
    assert all(result == results[0] for result in results)


def test_stress_marks_do_not_hide_a_word(catalogue: Catalogue) -> None:
    with catalogue.transaction():
        search.index(catalogue, [SearchText("stressed", "C-11111", "text", "Пове\u0301стка пришла")])
    assert "stressed" in found(catalogue, "повестка")
    long = "Дело. " * 90
    for written in ("пове\u0301стка", unicodedata.normalize("NFD", "районный")):
        asked = written.replace("\u0301", "")
        assert search.snippet(f"{long} {written} пришла", asked).endswith(f"{written} пришла")


def test_й_is_not_и(catalogue: Catalogue) -> None:
    with catalogue.transaction():
        search.index(
            catalogue, [SearchText("yo", "C-11111", "text", "лай"), SearchText("io", "C-11111", "text", "лаи")]
        )
    assert search.folded("Лай") == "лай"
    assert search.folded(unicodedata.normalize("NFD", "Лай")) == "лай"


def test_a_case_filter_keeps_other_cases_out(catalogue: Catalogue) -> None:
    assert found(catalogue, "повестка", None) == {"summons", "many", "elsewhere"}
    assert found(catalogue, "повестка", "C-22222") == {"elsewhere"}
    assert found(catalogue, "повестка", "C-33333") == set()


def test_the_case_filter_is_no_word_of_the_text(catalogue: Catalogue) -> None:
    assert found(catalogue, "c11111", None) == set()
    assert found(catalogue, "C-11111", None) == set()


def test_the_better_text_comes_first(catalogue: Catalogue) -> None:
    hits, _ = search.find(catalogue, "повестка", case_id="C-11111")
    assert [hit.evidence_id for hit in hits] == ["many", "summons"]
    assert hits[0].score >= hits[1].score


def test_the_total_counts_beyond_the_limit(catalogue: Catalogue) -> None:
    with catalogue.transaction():
        search.index(catalogue, [SearchText(f"n{n}", "C-11111", "text", "допрос") for n in range(30)])
    hits, total = search.find(catalogue, "допрос", limit=7)
    assert (len(hits), total) == (7, 30)


def test_indexing_again_replaces(catalogue: Catalogue) -> None:
    with catalogue.transaction():
        search.index(catalogue, [SearchText("summons", "C-11111", "text", "другой текст")])
    assert found(catalogue, "повестка") == {"many"}
    assert found(catalogue, "другой") == {"summons"}
    with catalogue.transaction():
        search.drop(catalogue, "summons")
    assert found(catalogue, "другой") == set()
    assert catalogue.db.execute("SELECT count(*) FROM search").fetchone() == (len(TEXTS),)


@pytest.mark.parametrize(
    "query",
    ['"', "''", '"повестка', "повестка OR суд", "stems:повестка", "NOT повестка", "повестка*", "^повестка", "(", ")",
     "NEAR(повестка суд, 2)", "повестка AND", "{scope} : x", "-повестка", "a\0b", "_", "_ повестка",
     "'; DROP TABLE search; --",
     "\\", "%", "повестка\u2028суд", "🙂", "\ud800".encode("utf-8", "replace").decode()],
)  # fmt: skip
def test_operators_and_quotes_are_only_words(catalogue: Catalogue, query: str) -> None:
    before = catalogue.db.execute("SELECT count(*) FROM search").fetchone()
    found(catalogue, query)
    assert catalogue.db.execute("SELECT count(*) FROM search").fetchone() == before
    words = {"or", "stem", "not", "near", "scope", "x", "2", "and", "a", "b", "drop", "tabl", "search"}
    if not words & set(search.query_stems(query)) and search.query_stems(query) == ["повестк"]:
        assert found(catalogue, query) == {"summons", "many"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
def test_no_query_fails(catalogue: Catalogue, query: str) -> None:
    search.find(catalogue, query)
    search.find(catalogue, query, case_id="C-11111")
    assert search.snippet(TEXTS["many"], query)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80))
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    words = search.query_stems(text)
    assert set(words) <= set(search.stems(text).split()) | {""}


def test_a_very_long_query_is_cut(catalogue: Catalogue) -> None:
    assert len(search.query_stems("слово " * 5000)) == search.MAX_QUERY_WORDS
    assert found(catalogue, "повестка " * 1000) == {"summons", "many"}


# ---- snippets ----------------------------------------------------------------------------------------------------


def test_a_snippet_shows_the_passage() -> None:
    body = "начало " * 100 + "здесь лежит повестка в суд " + "конец " * 100
    cut = search.snippet(body, "повестки суды")
    assert "повестка в суд" in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert len(cut) < 300


def test_a_snippet_prefers_where_the_words_stand_together() -> None:
    body = "суд " + "x " * 300 + "повестка в суд " + "y " * 300
    assert "повестка в суд" in search.snippet(body, "суд повестка")


def test_a_short_text_is_its_own_snippet() -> None:
    assert search.snippet("повестка", "повестка") == "повестка"
    assert search.snippet("", "повестка") == ""
    assert search.snippet("ничего\n\nтакого", "повестка") == "ничего такого"
