"""Text made to be slow: four times the length takes about four times the time, in every part of the engine."""

from __future__ import annotations

from collections.abc import Callable

import growth
import pytest

from vault.model.people import Person
from vault.redaction import freetext, quasi
from vault.redaction.identifiers import find_identifiers
from vault.redaction.names import Matcher

PEOPLE = [
    Person("w", "Александр Николаевич Тимченко", "witness"),
    Person("r", "Зарема Гаджимурадова"),
    Person("l", "Mary-Ann O'Neill"),
    Person("s", "Ли Ён"),
    Person("c", "Аун Сан"),
]
MATCHER = Matcher(PEOPLE)
FINDERS: dict[str, Callable[[str], object]] = {
    "matcher": MATCHER.find,
    "identifiers": find_identifiers,
    "freetext": freetext.find_names,
    "quasi": quasi.find_quasi,
}
UNITS = {
    "one letter": "а", "capital": "А", "mixed letters": "aа", "hyphens": "-", "hyphened word": "Тим-",
    "broken lines": "Тим-\n", "stacked marks": "а" + "\u0301\u0316\u0338" * 5, "marks alone": "\u0301",
    "zero width": "\u200b", "zero width in words": "Т\u200b", "bidirectional": "\u202eТим\u202c", "NUL": "\x00",
    "NUL in words": "Т\x00", "Hangul": "한국", "Hangul letters": "\u1112\u1161\u11ab", "Arabic": "محمد ",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 ", "apostrophes": "а'", "initials": "А.",
    "letters apart": "Т и м ч е н к о ", "letters and dots": "Т.", "name": "Тимченко ", "given name": "Саша ",
    "whole names": "Саша Тимченко А.Н., ", "passport line": "P<RUS", "fillers": "TIMCHENKO<<",
    "syllables": "Аун Сан Су ", "digits": "1", "addresses": "a@", "underscores": "a_", "masked": "Т***",
    "commas": "Тимченко,", "cells": "Тимченко\t",
    "strokes": "кI", "Georgian": "ნინო", "Armenian": "Ար", "particles": "аль-", "fathers": "Али оглы ",
}  # fmt: skip
ONCE = 1_500


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("finder", FINDERS)
def test_time_grows_with_the_length_and_no_faster(finder: str, unit: str) -> None:
    find = FINDERS[finder]
    growth.assert_linear(lambda count: find(unit * count), ONCE // len(unit))


@pytest.mark.parametrize(
    "text",
    [unit * (1_000_000 // len(unit)) for unit in ("а", "Тимченко", "-", "\u0301", "\x00", "\u200b")],
    ids=["one letter", "a word without spaces", "hyphens", "marks", "NUL", "zero width"],
)  # fmt: skip
def test_a_megabyte_without_a_space(text: str) -> None:
    assert growth.seconds(lambda: MATCHER.find(text)) < 20
    tail = text + " Тимченко ушёл."
    assert any(tail[span.start : span.end].endswith("Тимченко") for span in MATCHER.find(tail)[-1:])


@pytest.mark.parametrize(
    "name", ["", "  ", "Ъ", "Ли", "Роза", "Мир", "Вера Мороз", "О", "🙂", "\u0301", "1984", "А Б В"]
)
def test_people_with_hardly_a_name_do_no_harm(name: str) -> None:
    matcher = Matcher([Person("p", name)])
    text = "Роза цветёт, мир ждёт, мороз крепчает, о том и речь; так ли это? 1984 год."
    sure = [text[span.start : span.end] for span in matcher.find(text) if span.sure]
    assert sure in ([], ["Роза"]) if name == "Роза" else sure == []
