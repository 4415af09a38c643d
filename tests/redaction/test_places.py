"""Places, bodies and repeated names by rules, without models."""

from __future__ import annotations

import growth
import pytest

from vault.model.findings import Span
from vault.redaction import echoes
from vault.redaction.places import find_places


def found(text: str, category: str) -> list[str]:
    return [text[span.start : span.end] for span in find_places(text) if span.category == category]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Она жила в Воронеже с мужем.", "Воронеже"),
        ("Родился в селе Верхние Вешки.", "Верхние Вешки"),
        ("Дом на ул. Малой Ордынке сгорел.", "Малой Ордынке"),
        ("Это Гудермесский район.", "Гудермесский район"),
        ("Прописан: г. Урус-Мартан", "Урус-Мартан"),
        ("Его везли в подмосковную часть.", "подмосковную"),
        ("она жила в воронеже с мужем.", "воронеже"),
        ("ОНА ЖИЛА В ВОРОНЕЖЕ С МУЖЕМ.", "ВОРОНЕЖЕ"),
    ],
)
def test_places(text: str, place: str) -> None:
    assert place in found(text, "PLACE")


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Он работал в ООО «Ромашка» два года.", "ООО «Ромашка»"),
        ("Учредил движение «Чистый двор».", "движение «Чистый двор»"),
        ("Написали в российское министерство юстиции.", "российское министерство юстиции"),
        ("Служил в отделе по борьбе с кражами.", "отделе по борьбе"),
        ("Звонили из УФМС и молчали.", "УФМС"),
        ("Он писал в Acme and Sons, но ему не ответили.", "Acme and Sons"),
    ],
)
def test_bodies(text: str, body: str) -> None:
    assert any(body in one for one in found(text, "ORGANISATION"))


@pytest.mark.parametrize(
    "text",
    [
        "Мы шли по дороге и молчали.",
        "Потом я пошла домой, потому что было поздно.",
        "He met Mary in the street and they talked.",
        "Указан ИНН и СНИЛС.",
    ],
)
def test_leaves_plain_text(text: str) -> None:
    assert find_places(text) == []


def test_every_span_is_a_proposal_and_in_range() -> None:
    text = "Министерство юстиции, г. Тверь, «Ромашка», Acme Ltd, село Вешки, ФСБ. " * 20
    spans = find_places(text)
    assert len(spans) >= 100
    assert all(0 <= span.start < span.end <= len(text) and not span.sure for span in spans)


def _person(text: str, name: str) -> Span:
    start = text.index(name)
    return Span(start, start + len(name), "PERSON", None, "model", 0.9, False)


def test_a_surname_stands_again_in_another_case() -> None:
    text = "Судью звали Ильяс Гецлаф. Гецлафу писали. К Гецлафу ходили. Ильяс молчал. Ильясова нет."
    again = echoes.find(text, [_person(text, "Ильяс Гецлаф")])
    assert [text[span.start : span.end] for span in again] == ["Гецлафу", "Гецлафу", "Ильяс"]


def test_an_everyday_word_at_the_start_of_a_sentence_is_no_echo() -> None:
    text = "Пришёл Пётр Мороз. Мороз был сильный. Видели Мороза. мороз крепчал."
    again = echoes.find(text, [_person(text, "Пётр Мороз")])
    assert [text[span.start : span.end] for span in again] == ["Мороза"]


@pytest.mark.parametrize("unit", ["г. Г. ", "«А" * 3, "Acme and ", "министерство ", "по ", "Вешки-", "А.com/"])
def test_time_grows_with_the_length(unit: str) -> None:
    growth.assert_linear(lambda count: find_places(unit * count), 2000)
