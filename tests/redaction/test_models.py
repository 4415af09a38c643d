"""What models find, beside the rules: proposed, filtered by the profile, kept apart from people who are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import vaults

from vault.model.findings import Found, Span
from vault.model.people import Person
from vault.redaction import engine, found
from vault.redaction.engine import PROFILES, Engine, redact
from vault.redaction.found import SOURCE
from vault.redaction.labels import Labels
from vault.sandbox import extras
from vault.sandbox.names import LABELS, NameFinder

APPLICANT = Person("a", "Зарема Магомедовна Алиева", role="applicant")
WITNESS = Person("w", "Ольга Дмитриевна Тимченко", role="witness")

needs_models = pytest.mark.skipif(not extras.present("models"), reason="the extra casevault[models] is not installed")


@pytest.fixture(scope="module")
def finder() -> Iterator[found.Finder]:
    with NameFinder(accept_weak_jail=vaults.WEAK_JAIL) as one:
        yield one.find


def known(text: str, *names_found: tuple[str, str]) -> found.Finder:
    """A finder that takes these pieces of the text for what is said: what models may answer, exactly."""
    answer = [
        Found(text.index(piece), text.index(piece) + len(piece), LABELS[label], 0.9) for piece, label in names_found
    ]
    return lambda _: answer


def pieces(text: str, spans: list[Span]) -> list[tuple[str, str, str | None]]:
    return [(text[span.start : span.end], span.category, span.person) for span in spans]


@needs_models
def test_people_in_lawyer_the_rest_in_public(finder: found.Finder) -> None:
    text = "Бехруз уехал к Сергею Крапивину в Вышний Волочёк и работал в компании «Ромашка»."
    lawyer = Engine([APPLICANT], PROFILES["lawyer"], finder).analyse(text)
    assert {span.category for span in lawyer} == {"PERSON"}
    assert "Сергею Крапивину" in [text[span.start : span.end] for span in lawyer]
    public = Engine([APPLICANT], PROFILES["public"], finder).analyse(text)
    assert {"PERSON", "PLACE", "ORGANISATION"} <= {span.category for span in public}
    assert not any(span.sure for span in public)
    assert Engine([APPLICANT], PROFILES["internal"], finder).analyse(text) == []


@needs_models
@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_the_applicant_stays_where_the_lawyer_reads(finder: found.Finder, change: type[str]) -> None:
    text = change("Зарема Магомедовна Алиева и Сергей Крапивин приехали. Алиева ждала.")
    left = redact(text, Engine([APPLICANT], PROFILES["lawyer"], finder).analyse(text), Labels([APPLICANT]))
    assert left.lower() == "зарема магомедовна алиева и [person 1] приехали. алиева ждала."


def test_what_is_behind_an_and_is_somebody_else() -> None:
    text = "Зарема Алиева и Ильяс Цечоев, Алиева Зарема"
    spans = Engine([APPLICANT], PROFILES["lawyer"], known(text, (text, "PERSON"))).analyse(text)
    assert pieces(text, spans) == [("Ильяс Цечоев", "PERSON", None)]


def test_several_people_in_one_answer_stay_apart() -> None:
    text = "Ольга Тимченко, Ильяс Цечоев, Пётр Иванович Ли"
    people = [WITNESS, Person("p", "Пётр Ли", role="witness")]
    spans = Engine(people, PROFILES["lawyer"], known(text, (text, "PERSON"))).analyse(text)
    assert [span.person for span in spans] == ["w", None, "p"]
    assert text[spans[1].start : spans[1].end] == "Ильяс Цечоев"


def test_a_listed_person_stays_listed_where_a_model_sees_more() -> None:
    text = "Пришла Ольга Тимченко-Гаглоева."
    spans = Engine([WITNESS], PROFILES["lawyer"], known(text, ("Ольга Тимченко-Гаглоева", "PERSON"))).analyse(text)
    assert pieces(text, spans) == [("Ольга Тимченко-Гаглоева", "PERSON", "w")]


def test_half_a_word_is_widened_and_signs_alone_are_nothing() -> None:
    text = "Видел Крапивина — и всё."
    answer = [Found(6, 10, "PERSON", 0.9), Found(16, 17, "PERSON", 0.9)]
    assert pieces(text, found.spans(text, answer)) == [("Крапивина", "PERSON", None)]


def test_a_name_found_once_is_found_again() -> None:
    text = "Следователь Ильяс Гецлаф вышел. Потом Гецлафа видели. гецлаф ушёл."
    spans = Engine([], PROFILES["lawyer"], known(text, ("Ильяс Гецлаф", "PERSON"))).analyse(text)
    assert "Гецлафа" in [text[span.start : span.end] for span in spans]


def test_one_label_for_all_forms_of_an_unlisted_name() -> None:
    labels = Labels([WITNESS])
    forms = ("Петров", "Петрову", "Petrov", "Петровым")
    given = [labels.label_for(Span(0, len(form), "PERSON", None, SOURCE, 0.8, False), form) for form in forms]
    assert set(given) == {"[PERSON 1]"}
    others = ("Хван", "Хвана", "Хвану")
    given = [labels.label_for(Span(0, len(form), "PERSON", None, SOURCE, 0.8, False), form) for form in others]
    assert set(given) == {"[PERSON 2]"}
    assert labels.label_for(Span(0, 14, "PERSON", "w", "listed", 1.0, True), "Ольга Тимченко") == "[WITNESS 1]"
    place = Span(0, 6, "PLACE", None, SOURCE, 0.8, False)
    assert [labels.label_for(place, form) for form in ("Казань", "КАЗАНЬ", "Казани", "Тверь")] == [
        "[PLACE 1]", "[PLACE 1]", "[PLACE 1]", "[PLACE 2]",
    ]  # fmt: skip


def test_a_plan_without_models_is_not_one_with_them() -> None:
    assert engine.version(models=True) != engine.version(models=False)
    assert engine.version(models=False) == engine.ENGINE_VERSION
