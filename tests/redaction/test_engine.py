"""The engine: who stays, who goes, one label for one entity, and spans that cover."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest

from vault.errors import Damaged
from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine, redact
from vault.redaction.labels import Labels

APPLICANT = Person("a", "Евгения Сергеевна Лугова", "applicant", identifiers=("+7 912 345-67-89",))
MOTHER = Person("m", "Мария Петровна Лугова", "relative", identifiers=("45 08 123456",))
WITNESS = Person("w", "Александр Николаевич Тимченко", "witness")
DOCTOR = Person("d", "Зарема Гаджимурадова", "other", keep="signs the medical paper")
PEOPLE = [APPLICANT, MOTHER, WITNESS, DOCTOR]


def analyse(text: str, profile: str = "lawyer", people: list[Person] | None = None) -> list[Span]:
    return Engine(PEOPLE if people is None else people, PROFILES[profile]).analyse(text)


def texts(text: str, profile: str = "lawyer") -> list[tuple[str, str | None]]:
    return [(text[span.start : span.end], span.person) for span in analyse(text, profile)]


def test_the_applicant_stays_for_a_lawyer_and_goes_in_public() -> None:
    text = "Допросили Лугову Евгению Сергеевну, тел. 8 912 345 67 89."
    assert texts(text) == []
    assert texts(text, "public") == [("Лугову Евгению Сергеевну", "a"), ("8 912 345 67 89", "a")]


def test_a_kept_person_stays_with_a_reason_only_for_a_lawyer() -> None:
    text = "Подписала Гаджимурадова З."
    assert texts(text) == []
    assert texts(text, "public") == [("Гаджимурадова З.", "d")]


def test_internal_takes_nothing() -> None:
    assert texts("Тимченко, паспорт 45 08 123456", "internal") == []


def test_a_surname_shared_with_the_applicant_is_asked_about() -> None:
    (span,) = analyse("Вечером Лугова ушла.")
    assert (span.person, span.sure) == ("m", False)


def test_the_mothers_full_name_is_sure_beside_the_applicants() -> None:
    text = "Пришли Лугова Евгения Сергеевна и Лугова Мария Петровна, позже М.П. Лугова ушла."
    spans = analyse(text)
    assert [(text[span.start : span.end], span.person, span.sure) for span in spans] == [
        ("Лугова Мария Петровна", "m", True),
        ("М.П. Лугова", "m", True),
    ]


def test_unlisted_people_and_identifiers_are_proposed_unsure() -> None:
    text = "Судья Сидорова Н.П. и Олег Кузнецов, Officer John Smith and Mary Johnson, паспорт 45 08 654321."
    spans = analyse(text)
    assert [text[span.start : span.end] for span in spans] == [
        "Сидорова Н.П.", "Олег Кузнецов", "John Smith", "Mary Johnson", "45 08 654321",
    ]  # fmt: skip
    assert not any(span.sure for span in spans if span.category == "PERSON")


def test_another_person_with_the_applicants_surname_is_proposed() -> None:
    text = "Был там и Пётр Лугов с братом."
    assert [text[span.start : span.end] for span in analyse(text)] == ["Пётр Лугов"]


def test_quasi_identifiers_only_in_public() -> None:
    text = "Ей 54 года, чеченка, её двоюродная сестра работает учительницей с 12.05.2019."
    assert texts(text) == []
    assert {span.category for span in analyse(text, "public")} >= {
        "AGE",
        "NATIONALITY",
        "KINSHIP",
        "PROFESSION",
        "DATE",
    }


def test_what_overlaps_becomes_one_span_that_covers_all() -> None:
    text = "пишите timchenko.alexandr@example.org или зайдите на ул. Тимченко, д. 5"
    spans = analyse(text)
    assert [(text[span.start : span.end], span.category, span.person) for span in spans] == [
        ("timchenko.alexandr@example.org", "PERSON", "w"),
        ("ул. Тимченко, д. 5", "ADDRESS", "w"),
    ]
    assert all(one.end <= other.start for one, other in pairwise(spans))


def redacted(text: str, profile: str = "public", labels: Labels | None = None) -> str:
    labels = labels or Labels(PEOPLE)
    return redact(text, analyse(text, profile), labels)


def test_one_label_for_one_person_across_forms_scripts_and_texts() -> None:
    labels = Labels(PEOPLE)
    first = redacted(
        "Видели Тимченко А.Н. и Сашу Тимченко, Alexander Tymchenko, Лугову Марию Петровну.", labels=labels
    )
    assert first == "Видели [WITNESS 1] и [WITNESS 1], [WITNESS 1], [RELATIVE 1]."
    assert redacted("Тимченками недовольны.", labels=labels) == "[WITNESS 1] недовольны."


def test_an_unlisted_name_shares_a_label_with_its_other_cases() -> None:
    out = redacted("Вот Олег Кузнецов. Потом к Олегу Кузнецову пришли, и О. Кузнецова увели. Рядом Иван Рябов.")
    labels = re.findall(r"\[[^]]+\]", out)
    assert labels == ["[PERSON 1]", "[PERSON 1]", "[PERSON 1]", "[PERSON 2]"]


def test_unlisted_people_who_share_a_surname_are_told_apart_by_given_name() -> None:
    out = redacted(
        "Вот Олег Кузнецов и Мария Кузнецова. Пришёл О. Кузнецов, ушла Кузнецова М., Oleg Kuznetsov остался."
    )
    assert re.findall(r"\[[^]]+\]", out) == ["[PERSON 1]", "[PERSON 2]", "[PERSON 1]", "[PERSON 2]", "[PERSON 1]"]


def test_a_phone_has_one_label_with_and_without_its_country_code() -> None:
    out = redacted("тел. +7 905 111-22-33 или 8 905 111 22 33", labels=Labels([]))
    assert re.findall(r"\[[^]]+\]", out) == ["[PHONE 1]", "[PHONE 1]"]


def test_identifiers_share_a_label_by_their_digits() -> None:
    out = redacted("паспорт 45 08 777777, позже паспорт 4508777777, паспорт 45 08 777778", labels=Labels([]))
    assert re.findall(r"\[[^]]+\]", out) == ["[PASSPORT 1]", "[PASSPORT 1]", "[PASSPORT 2]"]


def test_labels_survive_export_and_go_on_counting() -> None:
    labels = Labels(PEOPLE)
    redacted("Тимченко и Олег Кузнецов.", labels=labels)
    again = Labels.restore(json.loads(json.dumps(labels.export())), PEOPLE)
    assert (
        redacted("Кузнецовым Олегом и Тимченко, Иван Рябов", labels=again) == "[PERSON 1] и [WITNESS 1], [PERSON 2]"
    )


FOREIGN: list[dict[str, object]] = [
    {},
    {"version": 9, "labels": {}, "counts": {}},
    {"version": 1, "labels": {"a": 1}, "counts": {}},
    {"version": 1, "labels": {}, "counts": {"PERSON": -1}},
]


@pytest.mark.parametrize("exported", FOREIGN)
def test_a_foreign_export_is_refused(exported: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        Labels.restore(exported)


def test_labels_tell_nothing_of_gender_length_or_origin() -> None:
    labels = Labels([])
    shapes = {
        re.sub(r"\d+", "N", labels.label_for(Span(0, 1, "PERSON", None, "rule", 1.0, False), name))
        for name in ("Ольга Ли", "Константин Заболоцкий", "Fatima al-Haj", "ნინო")
    }
    assert shapes == {"[PERSON N]"}


def test_forms_of_address_go_with_the_name_since_they_tell_the_gender() -> None:
    assert redacted("She met Mr John Smith and Mrs Tymchenko there.") == "She met [PERSON 1] and [WITNESS 1] there."
    assert redacted("Это сказала г-жа Тимченко.") == "Это сказала [WITNESS 1]."


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Приходила Лариса и всё рассказала.", "PERSON"),  # the rules rank a bare given name higher
        ("Прописан: ул. Гронберг, д. 5, кв. 12.", "ADDRESS"),
        ("Пишите на https://vk.com/larisa.gronberg или мне.", "URL"),
        ("Пишите на https://vk.com/lar.gron или мне.", "URL"),
    ],
)
def test_a_listed_person_stays_with_a_span_that_a_rule_ranks_higher(text: str, category: str) -> None:
    handle = "https://vk.com/lar.gron"
    people = [Person("l", "Лариса Исаевна Гронберг", "witness", aliases=("@lar.gron",), identifiers=(handle,))]
    (span,) = analyse(text, people=people)
    assert (span.category, span.person) == (category, "l")


def test_one_witness_has_one_label_where_a_rule_ranks_higher() -> None:
    people = [Person("l", "Лариса Исаевна Гронберг", "witness")]
    text = "Приходила Лариса. Потом Гронберг Лариса ушла."
    assert (
        redact(text, analyse(text, people=people), Labels(people)) == "Приходила [WITNESS 1]. Потом [WITNESS 1] ушла."
    )


def test_who_is_rather_somebody_else_stays_tied_to_the_listed_person_but_gets_no_label_of_hers() -> None:
    text = "Вот Мария Кузнецова."
    (span,) = analyse(text)
    assert (text[span.start : span.end], span.person, span.sure) == ("Мария Кузнецова", "m", False)
    assert redact(text, [span], Labels(PEOPLE)) == "Вот [PERSON 1]."


def test_a_changed_role_changes_the_label() -> None:
    labels = Labels([Person("l", "Лариса Гронберг", "witness")])
    span = Span(0, 8, "PERSON", "l", "listed", 1.0, True)
    assert labels.label_for(span, "Гронберг") == "[WITNESS 1]"
    again = Labels.restore(labels.export(), [Person("l", "Лариса Гронберг", "relative")])
    assert again.label_for(span, "Гронберг") == "[RELATIVE 1]"


SPOUSES = [Person("z", "Алиева Зарема Магомедовна", "applicant"), Person("i", "Алиев Ибрагим", "relative")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Потом пришёл муж, Алиев, и ушёл.", "Алиев"),
        ("Ночью Алиева увезли.", "Алиева"),
        ("Звонили Алиеву дважды.", "Алиеву"),
        ("Говорили с Алиевым.", "Алиевым"),
        ("Алиевы уехали.", "Алиевы"),
    ],
)
def test_a_relatives_form_of_the_shared_surname_is_proposed(text: str, name: str) -> None:
    assert [(text[span.start : span.end], span.person) for span in analyse(text, people=SPOUSES)] == [(name, "i")]


def test_the_applicants_own_full_name_beside_a_relatives_surname_stays() -> None:
    assert analyse("Алиева Зарема Магомедовна, З. М. Алиева и Зарема пришли.", people=SPOUSES) == []


def test_an_abbreviation_is_no_name() -> None:
    text = "Указан ИНН 1234567894 и СНИЛС, рядом Инна Ли."
    people = [Person("i", "Инна Ли")]
    assert [(text[span.start : span.end], span.person) for span in analyse(text, people=people)] == [
        ("1234567894", None),
        ("Инна Ли", "i"),
    ]


def test_redact_replaces_each_span_and_nothing_else() -> None:
    text = "A Тимченко B"
    assert redact(text, [Span(2, 10, "PERSON", "w", "listed", 1.0, True)], Labels(PEOPLE)) == "A [WITNESS 1] B"
    assert redact(text, [], Labels(PEOPLE)) == text
