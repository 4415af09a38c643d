"""Surnames that are particles of other names, honorifics written small, and which of two unknown words is what."""

from __future__ import annotations

import growth
import pytest

from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.names import Matcher
from vault.redaction.names.parts import take_apart


def found(name: str, text: str) -> list[tuple[str, bool]]:
    spans: list[Span] = Matcher([Person("p", name)]).find(text)
    return [(text[span.start : span.end], span.sure) for span in spans]


@pytest.mark.parametrize(
    ("name", "text", "whole"),
    [
        ("Хан Лев Ильич", "Потом ХАН ЛЕВ пришёл.", "ХАН ЛЕВ"),
        ("Хан Лев Ильич", "Список: Хан, Лев Ильич", "Хан, Лев Ильич"),
        ("Хан Лев Ильич", "Видели Хана Льва.", "Хана Льва"),
        ("Лев Ильич Хан", "Сказано Л. И. Хану.", "Л. И. Хану"),
        ("Imran Khan", "Then KHAN IMRAN left.", "KHAN IMRAN"),
        ("Khan Imran", "Then I. Khan left.", "I. Khan"),
        ("Imran Khan", "Видели Имрана Хана.", "Имрана Хана"),
        ("Бек Анна", "Видели Анну Бек.", "Анну Бек"),
        ("Лейла Заде", "Видели Заде Лейлу.", "Заде Лейлу"),
        ("Ван Мэй", "Видели Ван Мэй.", "Ван Мэй"),
        ("Угли Дарья", "Дарью Угли видели.", "Дарью Угли"),
    ],
)
def test_a_particle_at_the_edge_of_a_name_is_a_surname(name: str, text: str, whole: str) -> None:
    assert found(name, text) == [(whole, True)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Хан Лев Ильич", "Пришёл Хан. Хана видели, с Ханом говорили.", ["Хан", "Хана", "Ханом"]),
        ("Imran Khan", "Khan was there. I met Khan's brother.", ["Khan", "Khan's"]),
        ("Imran Khan", "Пришёл Хан.", ["Хан"]),
        ("Wang Mei", "Потом Ван ушла.", ["Ван"]),
        ("Заде Лейла", "Пришла Заде.", ["Заде"]),
        ("Бек Анна", "Потом Бек пришла.", ["Бек"]),
    ],
)
def test_such_a_surname_alone_is_proposed(name: str, text: str, words: list[str]) -> None:
    assert found(name, text) == [(word, False) for word in words]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Хан Лев Ильич", "ханский дворец, хан Батый, уханье"),
        ("Imran Khan", "the khan came, khans rule"),
        ("Фон Карл", "на этом фоне фон шумел"),
        ("Ди Лю", "ди эн эй"),
    ],
)
def test_such_a_surname_is_no_small_word(name: str, text: str) -> None:
    assert found(name, text) == []


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("Питер ван дер Берг", ("берг",)),
        ("ван дер Берг Питер", ("берг",)),
        ("Ван дер Берг Питер", ("берг",)),
        ("Ахмед Аль Хасан", ("хасан",)),
        ("Тер-Петросян Виктория Исаевна", ("петросян",)),
        ("Алиев Вагиф Гасан оглы", ("алиев",)),
        ("Лейла Мамед Заде", ("мамед",)),
        ("Юлдашева Гулчехра", ("юлдашева",)),
        ("Гулчехра Юлдашева", ("юлдашева",)),
        ("Gulchehra Yuldasheva", ("yuldasheva",)),
        ("Хан", ("хан",)),
        ("Ван Ле", ("ван", "ле")),
    ],
)
def test_what_the_surname_is(name: str, surname: tuple[str, ...]) -> None:
    assert take_apart(name).surname == surname


def test_a_name_whose_words_nothing_tells_apart_is_searched_both_ways() -> None:
    parts = take_apart("Тумсо Зубхаджи")
    assert parts.given == parts.surname == ("тумсо", "зубхаджи")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Юлдашев Шерзод", "шерзоджон"),
        ("Юлдашев Шерзод", "Шерзоджон"),
        ("Юлдашев Шерзод", "шерзодбек"),
        ("Юлдашев Шерзод", "шерзодик"),
        ("Юлдашева Гулчехра", "гулчехрахон"),
        ("Гуля Назарова", "гуляджан"),
        ("Юлдашев Шерзод", "шерзоджонга"),
        ("Юлдашев Шерзод", "sherzodjon"),
        ("Юлдашев Шерзод", "sherzodjonga"),
        ("Юлдашев Шерзод", "sherzodbek"),
        ("Yuldasheva Gulchehra", "gulchehraxon"),
    ],
)
def test_honorifics_in_small_letters_are_proposed(name: str, word: str) -> None:
    assert found(name, f"[12.11.22] Мама: да, {word} дома. Всё.") == [(word, False)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Мария Петрова", "Взял марку и машинку."),
        ("Роза Ким", "Розовое, розан."),
        ("Лео Ким", "the playboy, a lion, a beckon"),
    ],
)
def test_everyday_words_in_small_letters_are_no_such_form(name: str, text: str) -> None:
    assert [word for word, _ in found(name, text) if word[0].islower()] == []


@pytest.mark.parametrize("unit", ["Хашиева ", "ХАШИЕВА ", "Хан ", "Хашиева-", "Хашиева Зарема "])
def test_one_name_again_and_again_costs_no_more_than_its_length(unit: str) -> None:
    matcher = Matcher([Person("a", "Хашиев Ахмед"), Person("r", "Хашиева Зарема Ахмедовна"), Person("k", "Хан Лев")])
    growth.assert_linear(lambda count: matcher.matches(unit * count), 800)
