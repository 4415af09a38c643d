"""Identifiers by kind, and the written forms of listed ones."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vault.model.people import Person
from vault.redaction.identifiers import ListedIdentifiers, find_identifiers


def categories(text: str) -> dict[str, str]:
    return {text[span.start : span.end]: span.category for span in find_identifiers(text)}


FOUND = [
    ("паспорт 45 08 123456", "45 08 123456", "PASSPORT"),
    ("серия 4508 №123456 выдан", "4508 №123456", "PASSPORT"),
    ("загранпаспорт 75 1234567", "75 1234567", "PASSPORT"),
    ("ИНН 123456789047", "123456789047", "TAX_NUMBER"),
    ("ИНН: 1234567894", "1234567894", "TAX_NUMBER"),
    ("её номер 112-233-445 95 записан", "112-233-445 95", "SNILS"),
    ("ОГРН 1022200525819", "1022200525819", "COMPANY_NUMBER"),
    ("по делу № 5-123/2022 вынесено", "5-123/2022", "COURT_CASE"),
    ("УИД 77RS0001-01-2026-000001-10", "77RS0001-01-2026-000001-10", "COURT_UID"),
    ("уголовное дело 12301450001000123", "12301450001000123", "CRIMINAL_CASE"),
    ("КУСП № 12345", "КУСП № 12345", "CRIMINAL_CASE"),
    ("машина А123ВС77 уехала", "А123ВС77", "PLATE"),
    ("звонил +7 (912) 345-67-89 вчера", "+7 (912) 345-67-89", "PHONE"),
    ("звонил 89123456789", "89123456789", "PHONE"),
    ("call +49 30 1234 5678 now", "+49 30 1234 5678", "PHONE"),
    ("call (212) 555-0142", "(212) 555-0142", "PHONE"),
    ("карта 4111 1111 1111 1111", "4111 1111 1111 1111", "BANK_CARD"),
    ("A 123-456-789", "A 123-456-789", "A_NUMBER"),
    ("receipt EAC-22-123-45678", "EAC-22-123-45678", "RECEIPT"),
    ("SSN 536-90-4399", "536-90-4399", "SSN"),
    ("I-94: 123456789A1", "123456789A1", "I94"),
    ("mail a.b+c@mail.example.org.", "a.b+c@mail.example.org", "EMAIL"),
    ("t.kov [at] example.org", "t.kov [at] example.org", "EMAIL"),
    ("см. https://vk.com/id123456?w=wall", "https://vk.com/id123456?w=wall", "URL"),
    ("см. t.me/some_channel", "t.me/some_channel", "URL"),
    ("пишет @some_handle там", "@some_handle", "HANDLE"),
    ("с адреса 192.168.17.4 вошли", "192.168.17.4", "IP"),
    ("точка 55.75582, 37.61730 на карте", "55.75582, 37.61730", "COORDINATES"),
    ("родилась 12.03.1985 в", "12.03.1985", "BIRTH_DATE"),
    ("12 марта 1985 года рождения", "12 марта 1985 года", "BIRTH_DATE"),
    ("She was born on March 12, 1985 in", "March 12, 1985", "BIRTH_DATE"),
    ("живёт: ул. Ленина, д. 5, кв. 12.", "ул. Ленина, д. 5, кв. 12", "ADDRESS"),
    ("на Тверской улице, 7 живёт", "Тверской улице, 7", "ADDRESS"),
    ("lives at 12 Baker Street, Apt 4", "12 Baker Street, Apt 4", "ADDRESS"),
    ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", "BANK_ACCOUNT"),
]


@pytest.mark.parametrize(
    ("text", "identifier", "category"), FOUND, ids=[item[2] + str(at) for at, item in enumerate(FOUND)]
)
def test_finds_each_kind_whole(text: str, identifier: str, category: str) -> None:
    assert categories(text).get(identifier) == category


@pytest.mark.parametrize(
    "text",
    [
        "Всего 4508123456 рублей",
        "ИНН 123456789048",  # the checksum fails
        "СНИЛС 112-233-445 96",
        "количество 1234567894",
        "заказ 4111 1111 1111 1112",
        "в 2022 году, 5/6 и 10-15 человек",
        "версия 10.300.2.1",
        "SSN 000-12-3456",
        "с 12:30 до 14:45, 1000000 и 3,14159265",
        "12.03.2022 состоялся суд",
        "A мы 12 человек",
    ],
)
def test_leaves_look_alikes(text: str) -> None:
    assert categories(text) == {}


def test_hidden_characters_do_not_hide_a_number() -> None:
    text = "звонил +7\u200b912\u00ad345\u200d6789 вчера"
    (span,) = find_identifiers(text)
    assert text[span.start : span.end] == "+7\u200b912\u00ad345\u200d6789"


def test_spans_are_sorted_and_apart() -> None:
    text = "ИНН 123456789047, паспорт 45 08 123456, тел. 8 912 345-67-89, a@example.org, ул. Мира, 3"
    spans = find_identifiers(text)
    assert len(spans) == 5
    assert all(one.end <= other.start for one, other in pairwise(spans))


LISTED = Person("w", "Имя Рек", identifiers=("+7 912 555-01-42", "45 08 123456", "AB123456", "rek_imen", "12"))


@pytest.mark.parametrize(
    "written",
    [
        "+7 912 555-01-42", "89125550142", "8 (912) 555 01 42", "912-555-01-42", "7 9 1 2 5 5 5 0 1 4 2",
        "+7912555O142",
        "4508123456", "45 08 № 123456", "45-08-123456", "45 О8 123456", "4508\n123456", "4508\u200b123456",
        "AB 123456", "АВ123456", "ab-123456", "@rek_imen", "Rek.Imen",
    ],
)  # fmt: skip
def test_any_written_form_of_a_listed_identifier(written: str) -> None:
    text = f"там {written} было"
    spans = ListedIdentifiers([LISTED]).find(text)
    assert [span.person for span in spans] == ["w"]
    letters = [at for at in range(4, 4 + len(written)) if text[at].isalnum()]
    assert all(any(span.start <= at < span.end for span in spans) for at in letters)


@pytest.mark.parametrize("text", ["4508123457", "14508123456", "45081234567", "9125550143", "12", "XAB1234567"])
def test_other_numbers_are_not_the_listed_ones(text: str) -> None:
    assert ListedIdentifiers([LISTED]).find(f"там {text} было") == []


@pytest.mark.parametrize("written", ["644-17-35", "644 17 35", "6441735"])
def test_a_listed_telephone_without_its_code_is_proposed(written: str) -> None:
    people = [Person("p", "Хава Дадаева", "witness", identifiers=("+7 928 644-17-35",))]
    text = f"Звоните {written} вечером."
    (span,) = ListedIdentifiers(people).find(text)
    assert (text[span.start : span.end], span.person, span.sure) == (written, "p", False)
    (whole,) = ListedIdentifiers(people).find("Звоните +7 928 644-17-35.")
    assert whole.sure


@pytest.mark.parametrize("address", ["ул.Мира д 5 кв 12", "ул. Мира, д. 5 корп 2 кв. 12"])
def test_an_address_is_covered_to_its_last_number(address: str) -> None:
    text = f"Живёт: {address} с матерью."
    assert [text[span.start : span.end] for span in find_identifiers(text)] == [address]
