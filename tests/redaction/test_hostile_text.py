"""Text that was made to break the engine, and text that makes patterns slow."""

from __future__ import annotations

from itertools import pairwise

import growth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine, redact
from vault.redaction.labels import Labels
from vault.redaction.names import Matcher

PEOPLE = [
    Person("w", "Александр Николаевич Тимченко", "witness", identifiers=("+7 912 555-01-42",)),
    Person("r", "Зарема Гаджимурадова", "relative"),
    Person("l", "Mary-Ann O'Neill"),
]
ENGINE = Engine(PEOPLE, PROFILES["public"])

HIDDEN = [
    "Тим\x00ченко", "\u202eТимченко\u202c", "Т\u200bи\u200bм\u200bч\u200bе\u200bн\u200bк\u200bо", "Тим\u2060ченко",
    "Тим\ufeffченко", "Т\u0301и\u0301м\u0301ч\u0301е\u0301н\u0301к\u0301о\u0301", "Тимченко\u0000", "𝐓imchenko",
    "Ｔｉｍｃｈｅｎｋｏ", "Тимче\u034fнко", "«Тимченко»", "ТИМ\u00adЧЕН\u00adКО", "Тимченко\u2028",
    "_Тимченко_", "*Тимченко*",
]  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN, ids=[name.encode("unicode_escape").decode() for name in HIDDEN])
def test_tricks_do_not_hide_a_name(name: str) -> None:
    text = f"видели {name} там"
    left = redact(text, ENGINE.analyse(text), Labels(PEOPLE))
    assert "WITNESS 1" in left
    assert "им" not in left.lower().replace("видели", "")


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_sorted_spans_inside_it(text: str) -> None:
    spans = ENGINE.analyse(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    redact(text, spans, Labels(PEOPLE))


@given(
    st.lists(
        st.sampled_from(["Тимченко", "Саша", " ", "-", "\n", ".", "А.", "@", "_", "Т", "и", "м", "'", "\u00ad"]),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_whole_words_of_the_name_never_stay(pieces: list[str]) -> None:
    text = "".join(pieces)
    left = redact(text, ENGINE.analyse(text), Labels(PEOPLE))
    padded = f" {left} "
    assert " Тимченко " not in padded


SLOW = {
    "one letter": "а", "capital": "А", "digit": "1", "digit and space": "1 ", "digit and dash": "1-", "space": " ",
    "newline": "\n", "dash": "-", "dot": ".", "at": "@", "at and letter": "a@", "apostrophe": "a'",
    "zero width": "\u200b",
    "mark": "а\u0301",
    "initials": "А.", "spaced letters": "Т и м ч е н к о ", "name": "Тимченко ", "names": "Саша Тимченко А.Н., ",
    "given name": "Саша ",
    "latin look-alike": "aа", "capitalised": "Абв ", "address": "ул. Мира ", "hex": "a:",
    "brackets": "[(", "underscore": "a_",
    "handle": "@a_", "url": "https://vk.com/", "street": "12 Baker ", "hyphens": "Тим-\n",
}  # fmt: skip


@pytest.mark.parametrize("unit", SLOW.values(), ids=SLOW.keys())
def test_time_grows_with_the_length(unit: str) -> None:
    growth.assert_linear(lambda count: ENGINE.analyse(unit * count), 1_500 // len(unit))


def test_a_line_of_a_megabyte() -> None:
    filler = "слово и ещё слово " * 30_000
    text = filler[:500_000] + " Тимченко А.Н. " + filler[:500_000]
    found: list[str] = []
    took = growth.seconds(lambda: found.extend(text[span.start : span.end] for span in Matcher(PEOPLE).find(text)))
    assert found == ["Тимченко А.Н."]
    assert took < 20


def test_surrogates_and_unassigned_characters_do_no_harm() -> None:
    text = "Тимченко \ud800 \U0010ffff \ue000 Тимченко"
    assert len(Matcher(PEOPLE).find(text)) == 2
