"""What a reviewer reads of a hit, and of a listed name as a whole."""

from __future__ import annotations

import pytest

from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.names import Matcher, summary

OLGA = Person("olga", "Ольга Дмитриевна Тимченко", "witness")
KARIM = Person("karim", "Каримов Шухрат Бахтиёрович")
VYAZ = Person("vyaz", "Алёна Вязовская", "relative", aliases=("Лисичка", "@foxy_v_85"))
LATIN = Person("latin", "Yevgeniya Koval'chuk")


def spans(name: str, text: str) -> list[Span]:
    return Matcher([Person("x", name, "witness")]).find(text)


def is_covered(person: Person, text: str, name: str) -> bool:
    start = text.index(name)
    return any(span.start <= start and start + len(name) <= span.end for span in Matcher([person]).find(text))


EXPLAINED = [
    ("Ольгой Тимченко", "Ольгой — instrumental of Ольга"),
    ("Олечку Тимченко", "Олечку — accusative of Олечка, short for Ольга"),
    ("Ольга Тимченко", "Тимченко — as listed"),
    ("Olha Tymchenko", "Tymchenko — Ukrainian romanisation of Тимченко"),
    ("Olha Tymchenko", "Olha — Ukrainian romanisation of Ольга"),
    ("Timtschenko O.", "Timtschenko — German romanisation of Тимченко"),
    ("Timczenko O.", "Timczenko — Polish romanisation of Тимченко"),
    ("Timchenko", "Timchenko — Тимченко in Latin letters"),
    ("Helga", "Helga — western form of Ольга"),
    ("Вольгу", "Вольгу — accusative of Вольга, Belarusian form of Ольга"),
    ("Тимченко О. Д.", "the initials agree"),
    ("Сергей Тимченко", "may be somebody else of that name"),
    ("Тимчеико", "Тимчеико — one letter differs from Тимченко"),
    ("Тимчнко", "Тимчнко — a letter is missing from Тимченко"),
    ("Тимченрко", "Тимченрко — a letter too many for Тимченко"),
    ("Тимчекно", "Тимчекно — two letters changed places in Тимченко"),
    ("Тимчeнкo", "Тимчeнкo — as listed, in look-alike letters"),
    ("Тимченк0", "Тимченк0 — as listed, in look-alike letters"),
    ("Тимчен-\nко", "Тимченко — as listed, broken up"),
    ("Т и м ч е н к о", "Тимченко — as listed, broken up"),
    ("Дмитривне", "Дмитривне — dative of the spoken form of Дмитриевна"),
    ("Ольгина", "Ольгина — possessive of Ольга"),
    ("Тимченковский", "Тимченковский — adjective of Тимченко"),
    ("Тимченчиха", "Тимченчиха — wife's name of Тимченко"),
    ("Тимченками", "Тимченками — instrumental plural, the family of Тимченко"),
    ("TimchenkoOlga", "TimchenkoOlga — parts of the name run together with Тимченко, in Latin letters"),
    ("Т-ко", "the surname with its middle left out"),
    ("тимчєнко", "тимчєнко — as listed"),
]


@pytest.mark.parametrize(("text", "explanation"), EXPLAINED)
def test_explanations_say_what_a_hit_is(text: str, explanation: str) -> None:
    assert explanation in "; ".join(span.explanation for span in spans(OLGA.name, f"видели, {text}, там"))


@pytest.mark.parametrize(
    ("name", "text", "explanation"),
    [
        ("Каримов Шухрат", "Каримову", "Каримову — dative of Каримов"),
        ("Каримов Шухрат", "Каримовой", "Каримовой — genitive of Каримов in the other gender"),
        ("Каримов Шухрат", "Каримовых", "genitive plural, the family of Каримов"),
        ("Хўжаев Шухрат", "Ходжаева", "Ходжаева — another spelling of Хўжаев"),
        ("Хўжаев Шухрат", "Шухратжон", "Шухратжон — form of respect of Шухрат"),
        ("Шевчук Оксана Степановна", "Оксана Степанівна", "Степанівна — Ukrainian form of Степановна"),
        ("Нино Чхеидзе", "ნინო ჩხეიძე", "ჩხეიძე — Чхеидзе in Georgian letters"),
        ("Армен Петросян", "Պետրոսյան", "Պետրոսյան — Петросян in Armenian letters"),
        ("Yevgeniya Koval'chuk", "Евгении Ковальчук", "Ковальчук — Russian spelling of Koval'chuk"),
        ("Дудаев Рамзан", "Рамзик", "Рамзик — affectionate form of Рамзан"),
        ("Тавсултанова Хава", "свидетельтавсултанова", "run together with Тавсултанова"),
        ("Самандаров Юсуф", "@yusuf_samandarov", "Самандаров in Latin letters"),
    ],
)
def test_explanations_of_other_names(name: str, text: str, explanation: str) -> None:
    assert explanation in "; ".join(span.explanation for span in spans(name, f"видели, {text}, там"))


def test_a_summary_has_a_dozen_groups_with_the_first_forms_of_each() -> None:
    person = Person("o", "Ольга Дмитриевна Тимченко", aliases=("@olya90",))
    shown = summary(person)
    assert 8 <= len(shown.groups) <= 20
    groups = {(group.part, group.kind): group for group in shown.groups}
    assert groups["surname", "case"].examples[0] == "Тимченко"
    assert groups["given", "short"].examples[0] == "Оля"
    assert "Timtschenko" in groups["surname", "romanised"].examples
    assert groups["whole", "initials"].examples[0] == "О.Д. Тимченко"
    assert [form.text for form in groups["whole", "alias"].forms] == ["@olya90"]
    for group in shown.groups:
        assert len(group.examples) <= 6
        assert group.count == len(group.forms)
        assert group.examples
    assert shown.not_covered


def test_every_example_of_a_summary_is_found() -> None:
    for person in (OLGA, KARIM, LATIN, VYAZ):
        for group in summary(person).groups:
            for example in group.examples:
                beside = person.name.split()[-1] if group.part == "patronymic" else ""
                assert is_covered(person, f"{example} {beside}", example), (group.kind, example)
