"""From the parts of a name to every written form of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from . import given as names
from . import inflect
from .folding import CYRILLIC, LATIN, is_cyrillic
from .inflect import NOMINATIVE
from .romanise import to_cyrillic

Part = Literal["surname", "given", "patronymic", "short", "joined"]
Kind = Literal["listed", "case", "gender", "plural", "spoken", "short", "neighbour", "western", "joined"]

MIN_FUZZY = 4  # shorter names are found exactly or not at all: under errors they explode
MIN_FUZZY_OTHER = 5  # longer spellings of other languages are found with an error too
MAX_JOINED = 16  # given names and short forms that are tried inside handles


@dataclass(frozen=True, slots=True)
class NameForm:
    """One written form of one part of a name, folded.

    `weak` forms count only beside another part of the same name; `fuzzy` ones are also found with one error;
    `own` is false for the other gender's forms; `base` is the listed part it was made from, `via` the word between
    (Олена for Оленой of Елена), `what` the case, and `origin` whose spelling it is.
    """

    text: str
    script: str
    part: Part
    what: str
    base: str
    weak: bool = False
    fuzzy: bool = False
    own: bool = True
    kind: Kind = "case"
    via: str = ""
    origin: str = ""


def script_of(folded: str) -> str:
    """Which of the two scripts a folded word is in."""
    return CYRILLIC if is_cyrillic(folded) else LATIN


def in_russian(word: str) -> tuple[str, ...]:
    """A folded word in Russian letters: itself, or the likely spellings of a Latin one."""
    return (word,) if script_of(word) == CYRILLIC else to_cyrillic(word)


def _kind(what: str, own: bool = True) -> Kind:
    if what.startswith("plural"):
        return "plural"
    if what.startswith("spoken"):
        return "spoken"
    if what.startswith(("Ukrainian", "Belarusian")):
        return "neighbour"
    return "case" if own else "gender"


@lru_cache(maxsize=2000)
def surname_parts(word: str, gender: str | None, spelled: tuple[str, ...] = ()) -> tuple[NameForm, ...]:
    """All forms of one surname, of both genders and of the family."""
    found: list[NameForm] = []
    latin = script_of(word) == LATIN
    if latin:
        fuzzy = len(word) > MIN_FUZZY
        found.append(NameForm(word, LATIN, "surname", NOMINATIVE, word, fuzzy=fuzzy, kind="listed"))
        found.append(NameForm(word + "s", LATIN, "surname", "plural", word, kind="plural"))
    for russian in spelled or in_russian(word):
        for form, what, which in inflect.surname_forms(russian):
            own = not which or gender is None or which == gender
            fuzzy = len(form) >= MIN_FUZZY and abs(len(form) - len(russian)) <= 4
            found.append(
                NameForm(
                    form, CYRILLIC, "surname", what, word, fuzzy=fuzzy, own=own, kind=_kind(what, own),
                    via=russian if latin else "",
                )
            )  # fmt: skip
    return tuple(found)


@lru_cache(maxsize=2000)
def given_parts(word: str, gender: str | None, spelled: tuple[str, ...] = ()) -> tuple[NameForm, ...]:
    """All forms of one given name: cases, neighbours' spellings, western spellings, diminutives and their cases."""
    found: list[NameForm] = []
    latin = script_of(word) == LATIN
    if latin:
        found.append(NameForm(word, LATIN, "given", NOMINATIVE, word, fuzzy=len(word) > MIN_FUZZY, kind="listed"))
    full = tuple(dict.fromkeys((*names.full_names(word), *(n for one in spelled for n in names.full_names(one)))))
    if not full and not latin:
        full = tuple(n for n in names.full_names_of_short(word) if gender in (None, names.table()[n].gender))
    bases = dict.fromkeys((*(spelled or in_russian(word) if not full or not latin else ()), *full))
    for russian in bases:
        via = russian if russian != word else ""
        for form, what in inflect.given_forms(russian):
            fuzzy = len(form) >= MIN_FUZZY
            found.append(NameForm(form, CYRILLIC, "given", what, word, fuzzy=fuzzy, kind=_kind(what), via=via))
        row = names.table().get(russian)
        short = row.short if row else (*inflect.diminutives_of(russian), *inflect.shortened(russian))
        if row:
            found += _neighbour_forms(row, word)
            short += inflect.diminutives_of(russian)
        for base in short:
            for form, what in inflect.short_forms(base):
                found.append(NameForm(form, CYRILLIC, "short", what, word, kind="short", via=base))
    return tuple(found)


def _neighbour_forms(row: names.GivenName, word: str) -> list[NameForm]:
    found: list[NameForm] = []
    for base, origin in row.neighbours.items():
        for form, what in inflect.short_forms(base):
            found.append(NameForm(form, CYRILLIC, "given", what, word, kind="neighbour", via=base, origin=origin))
    for base in row.latin:
        found.append(
            NameForm(base, LATIN, "given", NOMINATIVE, word, fuzzy=len(base) > 5, kind="western", via=row.name)
        )
    return found


@lru_cache(maxsize=2000)
def patronymic_parts(word: str, gender: str | None, spelled: tuple[str, ...] = ()) -> tuple[NameForm, ...]:
    """All forms of one patronymic; those of a brother or sister count only beside another part."""
    found: list[NameForm] = []
    latin = script_of(word) == LATIN
    if latin:
        found.append(NameForm(word, LATIN, "patronymic", NOMINATIVE, word, fuzzy=True, kind="listed"))
    for russian in spelled or in_russian(word):
        for form, what, which in inflect.patronymic_forms(russian):
            own = not which or gender is None or which == gender
            fuzzy = len(form) >= MIN_FUZZY + 2
            found.append(
                NameForm(
                    form, CYRILLIC, "patronymic", what, word, weak=not own, fuzzy=fuzzy, own=own,
                    kind=_kind(what, own), via=russian if latin else "",
                )
            )  # fmt: skip
    return tuple(found)


def joined_forms(given: tuple[str, ...], patronymic: tuple[str, ...], surname: tuple[str, ...]) -> list[NameForm]:
    """Handles and file names: the parts run together, in the nominative."""
    found: dict[str, str] = {}
    for family in surname:
        for first_name in given:
            for first in {first_name, first_name[0]} | set(_short_bases(first_name)):
                for text in (first + family, family + first):
                    if len(text) > 4 and script_of(first) == script_of(family):
                        found[text] = family
            for father in patronymic:
                for text in (first_name[0] + father[0] + family, family + first_name[0] + father[0]):
                    found[text] = family
    for first_name in given:
        for father in patronymic:
            found[first_name + father] = first_name
    return [
        NameForm(text, script_of(text), "joined", NOMINATIVE, base, kind="joined") for text, base in found.items()
    ]


def _short_bases(given: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for full in names.full_names(given):
        row = names.table()[full]
        if script_of(given) == LATIN:
            found.update(dict.fromkeys((*row.latin, full)))
        else:
            found.update(dict.fromkeys((*row.short[: MAX_JOINED // 2], *row.neighbours, *row.short)))
    return tuple(found)[:MAX_JOINED]
