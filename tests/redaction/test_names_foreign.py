"""Names in scripts whose forms nobody here knows: searched for as they are listed, never a reason to fail."""

from __future__ import annotations

import pytest

from vault.model.people import Person
from vault.redaction.names import Matcher, summary

WRITTEN = [
    ("روسلان", "وقال لروسلان ثم", ["روسلان"]),
    ("رُوسْلان", "وقال روسلان ثم", ["روسلان"]),
    ("陈明", "是陈明的", ["陈明"]),
    ("Γιώργος Παπαδόπουλος", "του Γιώργου Παπαδόπουλου", ["Γιώργου Παπαδόπουλου"]),
    ("Γιώργος Παπαδόπουλος", "ο Παπαδόπουλος", ["Παπαδόπουλος"]),
    ("רוסלאן", "אמר לרוסלאן", ["רוסלאן"]),
    ("रुस्लान", "तब रुस्लान आया", ["रुस्लान"]),
]


@pytest.mark.parametrize(("name", "text", "found"), WRITTEN)
def test_a_name_is_found_as_listed(name: str, text: str, found: list[str]) -> None:
    assert [text[span.start : span.end] for span in Matcher([Person("p", name, "witness")]).find(text)] == found


def test_an_alias_in_another_script_stands_beside_the_name_and_its_forms() -> None:
    person = Person("p", "Руслан Шагаев", "witness", ("روسلان", "陈明"))
    text = "Шагаева видели روسلان и 陈明."
    assert [text[s.start : s.end] for s in Matcher([person]).find(text)] == ["Шагаева", "روسلان", "陈明"]


def test_the_part_of_a_mixed_name_that_has_forms_keeps_them() -> None:
    text = "Шагаеву и 陈明"
    spans = Matcher([Person("p", "Шагаев 陈明", "witness")]).find(text)
    assert [text[s.start : s.end] for s in spans] == ["Шагаеву", "陈明"]


@pytest.mark.parametrize("name", ["روسلان", "陈明", "रुस्लान", "Шагаев 陈明"])
def test_what_is_searched_for_can_be_shown(name: str) -> None:
    assert summary(Person("p", name, "witness")) is not None
