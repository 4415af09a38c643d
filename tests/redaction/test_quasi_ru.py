"""What narrows somebody down in Russian, on invented sentences: as written, in capitals, in small letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from vault.redaction.engine import PROFILES, Engine
from vault.redaction.quasi import CATEGORIES, find_quasi

ENGINE = Engine([], PROFILES["public"])
HERE = Path(__file__).parent


def _sentences(name: str) -> list[tuple[str, list[tuple[int, int]]]]:
    found = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, marks = "", []
        for piece in re.split(r"(\{[^}]*\})", line):
            if piece.startswith("{"):
                marks.append((len(text), len(text) + len(piece) - 2))
            text += piece.strip("{}")
        found.append((text, marks))
    return found


FIRST = _sentences("quasi_ru_first.txt")
SECOND = _sentences("quasi_ru_second.txt")


def _left(text: str, marks: list[tuple[int, int]]) -> list[str]:
    inside: set[int] = set()
    for span in ENGINE.analyse(text):
        inside.update(range(span.start, span.end))
    return [text[a:b] for a, b in marks if any(text[at].isalnum() and at not in inside for at in range(a, b))]


@pytest.mark.parametrize("change", [str, str.upper, str.lower], ids=["as written", "capitals", "small"])
def test_the_first_set_is_wholly_covered(change: Callable[[str], str]) -> None:
    assert len(FIRST) >= 60
    assert [left for text, marks in FIRST if (left := _left(change(text), marks))] == []


@pytest.mark.parametrize("change", [str, str.upper, str.lower], ids=["as written", "capitals", "small"])
def test_the_second_set_is_mostly_covered(change: Callable[[str], str]) -> None:
    total = sum(len(marks) for _, marks in SECOND)
    left = [one for text, marks in SECOND for one in _left(change(text), marks)]
    assert total > 90
    assert len(left) <= 0.18 * total, left


@pytest.mark.parametrize(
    "text",
    [
        "Суд отложил заседание и вызвал стороны.", "Он говорил на русском языке и просил перевод.",
        "Дело рассмотрено в закрытом заседании.", "Выплачено 25 рублей за 3 раза.",
        "Приговорён к трём годам лишения свободы.", "Это было пять лет назад.", "Им было 12 часов идти пешком.",
        "Заявитель и его представитель пришли к зданию.", "Я не могу помочь и не вижу выхода.",
    ],
)  # fmt: skip
def test_leaves_what_narrows_nobody_down(text: str) -> None:
    assert [(text[span.start : span.end], span.category) for span in find_quasi(text)] == []


def test_each_category_has_its_reason_and_is_only_proposed() -> None:
    seen = {}
    for text, _ in FIRST:
        for span in find_quasi(text):
            assert not span.sure
            seen[span.category] = span.explanation
    assert set(seen) <= CATEGORIES
    assert len(seen) >= 10


def test_a_clan_named_before_the_word_is_proposed() -> None:
    text = "Он из чинхойского тейпа, старшего жуза."
    assert {text[span.start : span.end] for span in find_quasi(text) if span.category == "CLAN"} >= {
        "чинхойского тейпа"
    }
