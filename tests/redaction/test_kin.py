"""Relatives who share a surname with the applicant: nobody protected may stay standing beside a name that stays."""

from __future__ import annotations

from itertools import product

import growth
import pytest

from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine, redact
from vault.redaction.labels import Labels
from vault.usecases.onetext import TextRedactor

PAIRS = [
    (("Мурад", "Вахаевич", "Темирсултанов"), ("Исрапил", "Вахаевич", "Темирсултанов")),
    (("Любовь", "Егоровна", "Рыкова"), ("Гордей", "Фомич", "Рыков")),
    (("Захар", "Лукич", "Горенко"), ("Лука", "Захарович", "Горенко")),
    (("Савва", "Ильич", "Ким"), ("Марк", "Ильич", "Ким")),
    (("Нана", "Зурабовна", "Маисурадзе"), ("Зураб", "Отарович", "Маисурадзе")),
]
BESIDE = [
    "{a} и {w} ушли.",
    "{w} и {a} ушли.",
    "{a}, {w}, соседи.",
    "{a}\n{w}\n",
    "{w}\n{a}\n",
    "{a}\t{w}",
    "{w}\t{a}",
    "{a}; {w}",
    "{w} пришёл. {a} молчал.",
    "{a} — {w}",
    "{w} - {a}",
    "{a} - {w}",
    "1. {a} 2. {w}",
    "{a} / {w}",
]


def written(name: tuple[str, str, str]) -> list[str]:
    given, father, surname = name
    return [
        f"{surname} {given} {father}",
        f"{given} {father} {surname}",
        f"{given} {surname}",
        f"{surname} {given[0]}.{father[0]}.",
        f"{given[0]}. {father[0]}. {surname}",
        f"{given} {father}",
        f"{surname} {given} {father}".upper(),
    ]


@pytest.mark.parametrize(("applicant", "witness"), PAIRS, ids=lambda name: name[0])
def test_a_witness_beside_the_applicant_goes_in_every_layout(
    applicant: tuple[str, str, str], witness: tuple[str, str, str]
) -> None:
    engine = Engine(
        [Person("A", " ".join(applicant), "applicant"), Person("W", " ".join(witness), "witness")], PROFILES["lawyer"]
    )
    standing = []
    for own, other, beside in product(written(applicant), written(witness), BESIDE):
        before, after = beside.format(a=own, w="\0").split("\0")
        text = before + other + after
        covered = {at for span in engine.analyse(text) for at in range(span.start, span.end)}
        if any(text[at].isalnum() and at not in covered for at in range(len(before), len(before) + len(other))):
            standing.append(text)
    assert not standing


UNLISTED = [
    "Дома остался Дзагоев Исмаил Исаевич.",
    "Дома осталась Дзагоева Милана Исаевна.",
    "At home: Milana Dzagoeva.",
    "Умар Асланович Дзагоев — дядя.",
    "Дзагоев И. И. ушёл.",
]


@pytest.mark.parametrize("text", UNLISTED)
def test_a_relative_whom_nobody_listed_is_proposed_beside_an_applicant_of_the_same_surname(text: str) -> None:
    applicant = Person("A", "Умар Исаевич Дзагоев", "applicant")
    assert [span.category for span in Engine([applicant], PROFILES["lawyer"]).analyse(text)] == ["PERSON"]


@pytest.mark.parametrize(
    "text",
    [
        "Дзагоев Умар Исаевич пришёл.",
        "Mr Umar Dzagoev came.",
        "Гражданин Дзагоев У. И. пояснил",
        "Умару Дзагоеву и ему",
    ],
)
def test_the_applicant_alone_stays(text: str) -> None:
    applicant = Person("A", "Умар Исаевич Дзагоев", "applicant")
    assert Engine([applicant], PROFILES["lawyer"]).analyse(text) == []


def test_the_applicant_s_own_line_of_a_list_stays() -> None:
    people = [Person("A", "Любовь Егоровна Рыкова", "applicant"), Person("W", "Гордей Фомич Рыков", "relative")]
    text = "Любовь Егоровна Рыкова\nГордей Рыков\n"
    spans = Engine(people, PROFILES["lawyer"]).analyse(text)
    assert redact(text, spans, Labels(people)).splitlines()[0] == "Любовь Егоровна Рыкова"
    assert "Рыков" not in redact(text, spans, Labels(people)).splitlines()[1]


def test_a_surname_of_two_protected_people_alone_is_asked_about() -> None:
    sisters = [Person("F", "Фатима Исаевна Дзагоева", "relative"), Person("M", "Милана Исаевна Дзагоева", "relative")]
    spans = Engine(sisters, PROFILES["lawyer"]).analyse("Дзагоева сказала. Пришла Милана Дзагоева.")
    assert [span.sure for span in spans] == [False, True]
    assert spans[1].person == "M"


@pytest.mark.parametrize(
    ("applicant", "relative", "written"),
    [
        (("Дарья Андреевна Тернёва", "Daria Terneva"), ("Елена Викторовна Тернёва", "Elena Terneva"), written)
        for written in ("Ms. Terneva", "Terneva", "г-жа Тернёва", "Тернёву", "ТЕРНЁВА", "Ternyova")
    ]
    + [
        (("Любовь Рыкова",), ("Гордей Рыков",), "Рыкова"),  # his genitive, or she
        (("Савва Ильич Ким",), ("Марк Ильич Ким", "Ким"), "Mr. Kim"),
    ],
)
def test_a_surname_alone_that_the_applicant_shares_is_masked_as_neither(
    applicant: tuple[str, ...], relative: tuple[str, ...], written: str
) -> None:
    people = [
        Person("A", applicant[0], "applicant", aliases=applicant[1:]),
        Person("R", relative[0], "relative", aliases=relative[1:]),
    ]
    text = f"I saw an officer strike {written} on the temple. {relative[0]} ушла."
    spans = Engine(people, PROFILES["lawyer"]).analyse(text)
    assert redact(text, spans, Labels(people)) == (
        "I saw an officer strike [PERSON 1] on the temple. [RELATIVE 1] ушла."
    )
    assert not spans[0].sure


def test_a_relative_whose_given_name_no_dictionary_knows_is_not_called_by_a_sister_s_label() -> None:
    sisters = [Person("M", "Марьям Дадаева", "witness"), Person("H", "Хеда Дадаева", "witness")]
    text = "Мать Ислама, Зулихан Вахаевна Дадаева. Марьям Дадаева видела. Дадаевы дома не ночевали. Хеда Дадаева."
    redacted = redact(text, Engine(sisters, PROFILES["lawyer"]).analyse(text), Labels(sisters))
    assert redacted == "Мать Ислама, [PERSON 1]. [WITNESS 1] видела. [PERSON 2] дома не ночевали. [WITNESS 2]."


def test_a_listed_row_of_surname_comma_given_name_keeps_each_label_on_its_own_name() -> None:
    people = [
        Person("A", "Магомед Ахмедович Тер-Петросян", "applicant"),
        Person("W", "Виктория Исаевна Тер-Петросян", "witness"),
    ]
    text = "1. Тер-Петросян, Магомед Ахмедович\n2. Тер-Петросян, Виктория Исаевна"
    redacted = redact(text, Engine(people, PROFILES["lawyer"]).analyse(text), Labels(people))
    assert redacted.splitlines()[1] == "2. [WITNESS 1]"
    assert "WITNESS" not in redacted.splitlines()[0]


def test_many_relatives_in_a_row_cost_in_proportion() -> None:
    people = [Person("A", "Ахмед Хашиев", "applicant"), Person("W", "Зара Хашиева", "relative")]
    engine = Engine(people, PROFILES["lawyer"])
    growth.assert_linear(lambda count: engine.analyse("Хашиева " * count), 500)


def test_labels_that_stand_in_a_text_already_are_not_given_again() -> None:
    people = [Person("W", "Зарема Хашиева", "witness")]
    text = "[WITNESS 1] сказал. Зарема Хашиева ушла. [PERSON 2] и Пётр Сидоров тоже."
    assert (
        TextRedactor(people).redact(text).text
        == "[WITNESS 1] сказал. [WITNESS 2] ушла. [PERSON 2] и [PERSON 3] тоже."
    )


@pytest.mark.parametrize("gap", [" ", "\t", "\n"])
def test_the_applicant_s_whole_name_stays_whatever_stands_between_its_parts(gap: str) -> None:
    people = [Person("A", "Рыкова Любовь Егоровна", "applicant"), Person("W", "Рыкова Анфиса Львовна", "relative")]
    text = gap.join(["Признать", "Рыкову", "Любовь", "Егоровну", "виновной."])
    assert Engine(people, PROFILES["lawyer"]).analyse(text) == []
