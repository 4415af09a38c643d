"""The forms of a person's name for the reviewer: what will be found, and what will not."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.people import Person
from . import explain
from . import given as names
from .forms import Kind, NameForm, Part
from .inflect import NOMINATIVE
from .parts import NameParts, as_listed, forms_of, handles_of, names_of
from .romanise import to_latin
from .schemes import spelled

NOT_COVERED = (
    "words that name the person without the name: kinship, profession, nicknames that are not listed as aliases",
    "names in Arabic, Hebrew, Greek or Chinese script",
    "two errors in one word, unless another part of the name stands beside it",
    "short forms that stand for many names, when they are also everyday words written small",
    "a new surname after marriage: list it as an alias",
    "a foreign name spelled by its own rules (Jerzy for Ежи, Xi for Си): list it as an alias",
    "initials alone, and surnames cut short",
)
EXAMPLES = 6  # forms of a group that a summary shows
_SHORT = 4

GroupKind = Kind | str


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


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Forms of one part of the name that come about in one way.

    `part` is one of PARTS and `kind` one of KINDS, `title` says in words what the kind is, without a name. `count`
    is how many forms `forms` holds; 0 for what is found by rule, of which there are `examples` alone.
    """

    part: str
    kind: str
    title: str
    count: int
    examples: tuple[str, ...]
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """How one person may be written, in about a dozen groups, what to beware of, and what stays uncovered."""

    groups: tuple[FormGroup, ...]
    warnings: tuple[str, ...]
    not_covered: tuple[str, ...]


PARTS = {
    "surname": "surname", "given": "given name", "patronymic": "patronymic", "whole": "whole name",
}  # fmt: skip
KINDS = {
    "case": "cases",
    "plural": "plural, the family",
    "gender": "the other gender",
    "spoken": "spoken forms",
    "short": "short forms and their cases",
    "neighbour": "spellings of neighbouring languages",
    "western": "western forms",
    "romanised": "in Latin letters, some of many ways",
    "damaged": "look-alike letters, a hyphen, letters set apart, one error",
    "initials": "with initials, before or after",
    "joined": "written together, as in handles and mail addresses",
    "alias": "aliases found as they are listed",
}
_PARTS_OF: dict[Part, str] = {
    "surname": "surname", "given": "given", "short": "given", "patronymic": "patronymic", "joined": "whole",
}  # fmt: skip
_SCHEMES = ("English", "Ukrainian", "German", "French", "Polish", "Turkish", "scientific")


def variants(person: Person) -> Variants:
    """Every form that is searched for a person; romanisations are shown by one example each, all are found."""
    found = summary(person)
    forms: dict[str, str] = {}
    for group in found.groups:
        for form in group.forms:
            forms.setdefault(form.text, form.explanation)
        if group.kind == "romanised":
            for text in group.examples:
                forms.setdefault(text, "in Latin letters; other schemes are found too")
    return Variants(tuple(Form(text, why) for text, why in sorted(forms.items())), found.warnings, found.not_covered)


def summary(person: Person) -> Summary:
    """The forms of a person by part and kind, the nominatives first; warnings and gaps in plain words."""
    parts = names_of(person)
    listed = as_listed(person)
    grouped: dict[tuple[str, str], dict[str, NameForm]] = {}
    for name in parts:
        for form in forms_of(name):
            kind = "case" if form.kind == "listed" else form.kind
            grouped.setdefault((_PARTS_OF[form.part], kind), {}).setdefault(form.text, form)
    groups = [_group(part, kind, list(forms.values()), listed) for (part, kind), forms in grouped.items()]
    groups += _by_rule(parts, person)
    order = [(part, kind) for part in PARTS for kind in KINDS]
    groups.sort(key=lambda group: order.index((group.part, group.kind)))
    return Summary(tuple(groups), tuple(_warnings(parts)), NOT_COVERED)


def _group(part: str, kind: str, forms: list[NameForm], listed: explain.Shown) -> FormGroup:
    forms.sort(key=lambda form: (form.text != form.base, form.what != NOMINATIVE))
    told = tuple(Form(explain.shown(form.text, listed), explain.of_form(form, listed)) for form in forms)
    return FormGroup(part, kind, KINDS[kind], len(told), tuple(form.text for form in told[:EXAMPLES]), told)


def _by_rule(parts: list[NameParts], person: Person) -> list[FormGroup]:
    """What is found without being written out beforehand: a few examples of each."""
    found = []
    for part in ("surname", "given", "patronymic"):
        words = dict.fromkeys(word for name in parts for word in getattr(name, part))
        if romanised := _romanised(tuple(words)):
            found.append(FormGroup(part, "romanised", KINDS["romanised"], 0, romanised, ()))
    shown = as_listed(person)
    initials: dict[str, None] = {}
    for name in parts:
        first = "".join(f"{word[0].upper()}." for word in (*name.given[:1], *name.patronymic[:1]))
        for word in name.surname if first else ():
            family = explain.shown(word, shown)
            initials |= dict.fromkeys((f"{first} {family}", f"{family} {first}"))
            if not word.isascii():
                initials |= dict.fromkeys(
                    [f"{to_latin(family.lower()).capitalize()} {to_latin(first[0].lower())[0].upper()}."]
                )
    if initials:
        found.append(FormGroup("whole", "initials", KINDS["initials"], 0, tuple(initials)[:EXAMPLES], ()))
    longest = max((word for name in parts for word in name.words), key=len, default="")
    if len(longest) > _SHORT:
        examples = _damaged(explain.shown(longest, shown))
        found.append(FormGroup("whole", "damaged", KINDS["damaged"], 0, examples, ()))
    if handles := handles_of(person):
        found.append(FormGroup("whole", "alias", KINDS["alias"], len(handles), handles[:EXAMPLES],
                               tuple(Form(one, "as listed") for one in handles)))  # fmt: skip
    return found


def _romanised(words: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in words:
        if not word.isascii():
            found |= dict.fromkeys(spelled(scheme, word).capitalize() for scheme in _SCHEMES)
    return tuple(found)[:EXAMPLES]


_LOOKS = str.maketrans("аеорсхАВЕКМНОРСТХ", "aeopcxABEKMHOPCTX")


def _damaged(word: str) -> tuple[str, ...]:
    half = len(word) // 2
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    return tuple(
        dict.fromkeys(
            (word.upper(), word[:half] + "-" + word[half:], " ".join(word), word.translate(_LOOKS), swapped)
        )
    )


def _warnings(parts: list[NameParts]) -> list[str]:
    found: list[str] = []
    if not any(name.words for name in parts):
        found.append("This name has no part of two letters or more: nothing will be found for it.")
    for name in parts:
        found += _part_warnings(name)
    return list(dict.fromkeys(found))


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
