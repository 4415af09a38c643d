"""The rules' time grows with the length of a text and no faster, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import growth
import pytest

from vault.model.people import Person
from vault.redaction import identifiers, quasi_ru, quasi_ru_lexicon
from vault.redaction.freetext import find_names
from vault.redaction.identifiers import ListedIdentifiers, find_identifiers

SIZE = 500
LISTED = ListedIdentifiers([Person("w", "Имя Рек", identifiers=("+7 912 555-01-42", "45 08 123456", "rek@mail.ru"))])
# Repeated, each is the start of something that some rule looks for and never the whole of it.
UNITS = [
    "а", "А", "1", " ", "\n", "-", ".", "@", "+", "0", "O", "<", "«", "_", "1 ", "1-", "1.", "+7 ", "8 9",
    "00995 ", "a@", "a.", "a-", "a dot ", "собака ", "at ", "[at] ", "t.me/", "www.", "https://", "телеграм ",
    "id1", "0x", "bc1q", "1A", "DE89 ", "DE8", "GB1A ", "43°19′", "55.7558 ", "4508 ", "4111 1111 ", "АВ12",
    "A12", "№ ", "№ 1", "паспорт ", "ИНН 1", "удостоверение № ", "серия ", "P<<", "A<", "в/ч ", "тюрьма № ",
    "ИК-", "ул. ", "ул. Мира ", "Мира, ", "Мира 1-", "д. 1, ", "кв. ", "12 Baker ", "Flat 4, ", "Main Street ",
    "ul. Main ", "село Абв, ", "Абв район ", "12 мая ", "мая ", "мая 19", "двадцать ", "пять шесть ",
    "родился ", "родился в ", "рожд ", "12.", "12.05.", "1985 г", "лет ", "5 лет ", "тридцати", "двухлетн",
    "старший ", "двоюродный ", "врач ", "учитель физики ", "главный ", "брат по ", "работал ", "работал в ",
    "городской ", "городской-", "школа ", "10 класс ", "больница № ", "гражданин ", "Абв ", "Абв-", "абв-",
    "в звании ", "болен ", "тейп ", "ООО «", "в начале ", "по ", "с ", "и ", "мой ", "г-н ", "Иван ",
    "Иван Абв ", "И. ", "И.", "ван ", "Тер-", "Mr ", "named ", "ФИО: ", "____ /", "/", "Лофнер ", "ДЖОН ",
]  # fmt: skip


def _run_pattern(pattern: re.Pattern[str], text: str) -> object:
    return list(pattern.finditer(text))


RULES: list[tuple[str, Callable[[str], object]]] = [
    *((kind.label, partial(_run_pattern, kind.pattern)) for kind in identifiers.KINDS),
    *((rule.why, partial(_run_pattern, rule.pattern)) for rule in quasi_ru.RULES),
    ("words", quasi_ru_lexicon.find_words),
    ("names", find_names),
]


def _all(text: str) -> None:
    find_identifiers(text)
    quasi_ru.find(text)
    find_names(text)
    LISTED.find(text)


@pytest.mark.parametrize("unit", UNITS, ids=[f"{at}" for at in range(len(UNITS))])
def test_doubling_the_text_twice_takes_about_four_times_as_long(unit: str) -> None:
    growth.assert_linear(lambda count: _all(unit * count), SIZE // len(unit))


def test_no_rule_alone_is_slow() -> None:
    """A fifth of a second of processor time for 4,000 characters would be a rule that looks back too far."""
    quasi_ru_lexicon.find_words("слово")  # loads the dictionary
    slow = []
    for unit in UNITS:
        text = unit * (4_000 // len(unit))
        for name, run in RULES:
            if growth.least_seconds(partial(run, text), enough=0.2) > 0.2:
                slow.append((unit, name))
    assert slow == []
