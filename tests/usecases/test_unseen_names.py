"""A person whose name, alias or identifier nobody can see is not listed: nobody would be protected by it."""

from __future__ import annotations

import pytest

from vault.errors import Usage
from vault.usecases import people
from vault.usecases.people import NewPerson

UNSEEN = [
    "\u200b", "\u200e\u200f", "\u00ad\u2060", "\ufeff", "\u3164", "\u2800 \u2800", "\u115f\u1160",
    "\ufe0f", "\u0301", "\ue000",
]  # fmt: skip


@pytest.mark.parametrize("text", UNSEEN)
def test_what_can_not_be_seen_is_refused(text: str) -> None:
    for person in (NewPerson(text), NewPerson("Анна", aliases=(text,)), NewPerson("Анна", identifiers=(text,))):
        with pytest.raises(Usage, match="empty"):
            people.tidy(person)
    assert people.tidy(NewPerson(f"Ан{text}на")).name.replace(text.strip(), "") == "Анна"


@pytest.mark.parametrize("text", ["Ю", "李", "@aa", "+7 921 555-01-23", "№ 5", "🐻", "o'Нил"])
def test_what_can_be_seen_is_taken(text: str) -> None:
    assert people.tidy(NewPerson("Анна", aliases=(text,))).aliases == (text,)
