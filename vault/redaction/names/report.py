"""The forms of a person's name for the reviewer: what will be found, and what will not."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.people import Person
from . import given as names
from .folding import CYRILLIC
from .parts import NameParts, forms_of, names_of
from .romanise import to_latin

NOT_COVERED = (
    "words that name the person without the name: kinship, profession, nicknames that are not listed as aliases",
    "names in Arabic, Hebrew, Greek or Chinese script",
    "two errors in one word, unless another part of the name stands beside it",
    "short forms that stand for many names, when they are also everyday words written small",
    "a new surname after marriage: list it as an alias",
)
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Form:
    """One form that is searched, and where it comes from."""

    text: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Variants:
    """All forms of one person, what to beware of, and what stays uncovered."""

    forms: tuple[Form, ...]
    warnings: tuple[str, ...]
    not_covered: tuple[str, ...]


def variants(person: Person) -> Variants:
    """Every form that is searched for a person; romanisations are shown by one example each, all are found."""
    forms: dict[str, str] = {}
    parts = names_of(person)
    for name in parts:
        for form in forms_of(name):
            text = form.text.capitalize()
            forms.setdefault(text, f"{form.what} of {form.base.capitalize()} ({form.part})")
            if form.script == CYRILLIC and form.what == "nominative":
                forms.setdefault(
                    to_latin(form.text).capitalize(), f"romanisation of {text}; other schemes are found too"
                )
    return Variants(
        tuple(Form(text, why) for text, why in sorted(forms.items())), tuple(_warnings(parts)), NOT_COVERED
    )


def _warnings(parts: list[NameParts]) -> list[str]:
    found: list[str] = []
    if not any(name.words for name in parts):
        found.append("This name has no part of two letters or more: nothing will be found for it.")
    for name in parts:
        found += _part_warnings(name)
    return found


def _part_warnings(name: NameParts) -> list[str]:
    found: list[str] = []
    for word in name.surname:
        if len(word) < _SHORT:
            found.append(f"{word.capitalize()} is short: it is found in its exact forms only, not with errors in it.")
        if _is_everyday(word):
            found.append(f"{word.capitalize()} is also an everyday word: written small it is not proposed.")
    if name.given and not name.surname:
        found.append("No surname is listed: a given name alone names many people, each hit must be reviewed.")
    for word in name.given:
        if not names.full_names(word) and not names.full_names_of_short(word):
            found.append(f"No short forms are known of {word.capitalize()}: list those that are used as aliases.")
    return found


def _is_everyday(word: str) -> bool:
    from .. import morphology

    return not word.isascii() and morphology.is_everyday(word)
