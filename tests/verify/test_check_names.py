"""Names in text: what the skeleton must meet, what it must leave alone, and whom it may take for somebody else."""

from __future__ import annotations

import pytest

FULL = "Ольга Ивановна Ковальчук"


@pytest.mark.parametrize(
    "text",
    [
        "Встретил Ковальчука у суда.",
        "Дело Ковальчых передано.",
        "КОВАЛЬЧУК",
        "ковальчук пришла",
        "Kovalchuk",
        "kovalchuk",
        "Kowaltschuk",
        "Koval'chuk",
        "Kovalchouk",
        "Kovalčuk",
        "Ковал-\nьчук",
        "Кова\u00adльчук",
        "Ков\u200bальчук",
        "Кова\u202eльчук",
        "Koвaльчук",
        "Кoвaльчyк",
        "Ко\u0301вальчук",
        "К о в а л ь ч у к",
        "К.о.в.а.л.ь.ч.у.к",
        "Коваль чук",
        "К0вальчук",
        "Кавальчук",
        "КовальчукОльга.pdf",
        "паспорт_Ковальчук_скан.jpg",
        "@olga_kovalchuk85",
        "tkovalchuk@example.org",
        "Ольга сказала",
        "Оле передали",
        "с Ольгой Ивановной",
        "Ивановну позвали",
        "Olha Kovalchuk",
        "Ольга Иванівна",
        "О.И.К. подписала",
        "О. И. [СВИДЕТЕЛЬ 1]",
        "[СВИДЕТЕЛЬ 1] О.И.",
        "Ｋｏｖａｌｃｈｕｋ",
    ],
)
def test_every_guise_is_met(named, text: str) -> None:
    assert named(text, [FULL])


@pytest.mark.parametrize(
    "text",
    [
        "Ольга Петрова дала показания.",
        "Свидетель Мария Ивановна Сидорова.",
        "Показания Ольги Петровны Сидоровой.",
        "Коваль работает в кузнице.",
        "Суд постановил отказать в удовлетворении иска.",
        "The court dismissed the appeal and ordered costs.",
        "Olga Petrova testified.",
        "О.И. Сидорова подписала.",
        "более 30 человек, около 15 лет",
    ],
)
def test_other_people_and_plain_words_are_left_alone(named, text: str) -> None:
    assert not named(text, [FULL])


@pytest.mark.parametrize(
    ("text", "name", "hit"),
    [
        ("Пётр Цой пришёл", "Пётр Цой", True),
        ("видел Цоя", "Пётр Цой", True),
        ("Tsoi signed", "Пётр Цой", True),
        ("цой и прочее", "Пётр Цой", False),
        ("Знает ли он", "Анна Ли", False),
        ("встретил Ли вчера", "Анна Ли", True),
        ("ЗНАЕТ ЛИ ОН ЭТО", "Анна Ли", False),
        ("Anna Lee", "Анна Ли", True),
        ("вера в людей", "Вера Орлова", False),
        ("вера орлова", "Вера Орлова", True),
        ("Львом Орловым", "Лев Орлов", True),
        ("they have gave time", "Khava Timova", False),
        ("Ли", "Ян Ли", True),
        ("в игре", "Игорь Белый", False),
        ("Игорем недоволен", "Игорь Белый", True),
    ],
)
def test_short_and_everyday_names_count_by_exact_form(named, text: str, name: str, hit: bool) -> None:
    assert named(text, [name]) is hit


@pytest.mark.parametrize(
    ("text", "protected", "allowed", "hit"),
    [
        ("Ковальчук пришла", FULL, "Тимур Ковальчук", False),
        ("О. Ковальчук", FULL, "Тимур Ковальчук", True),
        ("Т. Ковальчук", FULL, "Тимур Ковальчук", False),
        ("Ольга Ковальчук", FULL, "Тимур Ковальчук", True),
        ("Ковальчук Ивановна", FULL, "Тимур Ковальчук", True),
        ("O. Kovalchuk", FULL, "Тимур Ковальчук", True),
        ("Ольга пришла", FULL, "Тимур Ковальчук", True),
        ("Тимур Ковальчук", FULL, "Тимур Ковальчук", False),
        ("Иванов ушёл", "Пётр Иванов", "Анна Иванова", True),
        ("Ивановым подписано", "Пётр Иванов", "Анна Иванова", True),
        ("Иванова ушла", "Пётр Иванов", "Анна Иванова", False),
        ("Ивановой", "Анна Иванова", "Пётр Иванов", True),
        ("Ковальчук", FULL, "Мария Сорокина", True),
        ("Кавальчук", FULL, "Тимур Ковальчук", False),
    ],
)
def test_people_who_stay_explain_only_what_cannot_be_told_apart(named, text, protected, allowed, hit) -> None:
    assert named(text, [protected], [allowed]) is hit


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("+7 912 555-01-42", "тел. 89125550142"),
        ("+7 912 555-01-42", "8 (912) 555 01 42"),
        ("+7 912 555-01-42", "9 1 2 5 5 5 O1 42"),
        ("8 912 555 01 42", "+7-912-555-01-42"),
        ("t.kovalchuk@example.org", "T.Kovalchuk@Example.ORG"),
        ("t.kovalchuk@example.org", "t.kovalchuk [at] example.org"),
        ("t.kovalchuk@example.org", "t.kovalchuk (at) example (dot) org"),
        ("t.kovalchuk@example.org", "u=t.kovalchuk%40example.org"),
        ("@fox_in_town", "пишет fox_in_town:"),
        ("45 08 123456", "паспорт 4508 №123456"),
        ("A123456789", "A 123-456-789"),
        ("А123ВС77", "A 123 BC 77"),
        ("12.03.1985", "12 марта 1985 г."),
        ("12.03.1985", "1985-03-12"),
        ("12.03.1985", "born March 12, 1985"),
        ("ул. Зелёная, д. 5, кв. 12", "ул Зеленая д 5 кв 12"),
        ("https://vk.example/id4455", "vk.example/id4455"),
        ("паспорт 45 08 123456", "серия 4508 номер: 4508-123456"),
        ("учитель химии", "он был учитель\nхимии"),
        ("777", "палата 777."),
        ("A123456789", "№ 123 456 789"),
    ],
)
def test_identifiers_are_met_in_any_spacing(check, identifier: str, text: str) -> None:
    people = [{"id": "p", "names": [], "identifiers": [identifier]}]
    assert ("text", "p") in check(text.encode(), "text/plain", people)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("+7 912 555-01-42", "8 912 555 01 43"),
        ("45 08 123456", "номер 14508123456"),
        ("t.kovalchuk@example.org", "t.petrova@example.org"),
        ("12.03.1985", "12 апреля 1985"),
    ],
)
def test_other_identifiers_are_left_alone(check, identifier: str, text: str) -> None:
    people = [{"id": "p", "names": [], "identifiers": [identifier]}]
    assert not check(text.encode(), "text/plain", people)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("გიორგი მაისურაძე", "მოწმე მაისურაძემ თქვა"),
        ("محمد الأحمد", "شهادة محمد"),
        ("王小明", "证人王小明说"),
        ("李 明", "李明"),
        ("Γεώργιος Παπαδόπουλος", "ο Παπαδόπουλος"),
    ],
)
def test_names_in_scripts_without_codes_are_met_as_they_stand(named, name: str, text: str) -> None:
    assert named(text, [name])
    assert not named("Nobody else is here.", [name])


def test_a_word_without_end_does_not_hold_the_check_up(named) -> None:
    assert not named("б" * 100_000 + " " + "1f" * 70_000 + "g", ["Ольга Ивановна Ковальчук"])
    assert named("b" * 5_000 + "kovalchuk" + "b" * 5_000, ["Ольга Ивановна Ковальчук"])
