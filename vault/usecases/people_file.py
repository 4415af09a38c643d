"""The people file: who is to be protected, as JSON that a person or a script writes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from vault.errors import Usage
from vault.model.people import ROLES, Person, Role
from vault.usecases.text import cleaned

MAX_PEOPLE = 1000
MAX_LIST = 100
MAX_NAME = 300
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters and signs by their category that print nothing: fillers of Hangul, the empty Braille pattern."""
MEMBERS = {"id", "name", "role", "aliases", "identifiers", "keep", "note"}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as typed or read from a people file."""

    name: str
    role: Role = "other"
    aliases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    keep: str | None = None
    note: str = ""
    id: str = ""


def parse(data: bytes) -> list[NewPerson]:
    """A people file: JSON, one person or a list. Raises Usage that says what is wrong, without its content."""
    try:
        return people_of(loads(data))
    except UnicodeDecodeError:
        raise Usage(
            "the people file is not UTF-8", hint="Save it as UTF-8: names in other letters hide nobody."
        ) from None
    except (ValueError, RecursionError):
        raise Usage("the people file is not valid JSON") from None


def loads(data: bytes | str) -> Any:
    """JSON in UTF-8, -16 or -32. Raises ValueError, RecursionError; also for a member that is given twice.

    The second of two lists of aliases would silently take the first one's place, and nobody in it would be found.
    """
    return json.loads(data, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def people_of(value: object) -> list[NewPerson]:
    """The people of parsed JSON. Raises Usage."""
    entries = value if isinstance(value, list) else [value]
    if len(entries) > MAX_PEOPLE:
        raise Usage(f"the people file lists more than {MAX_PEOPLE} people")
    return [_person(entry, number) for number, entry in enumerate(entries, 1)]


def _person(entry: object, number: int) -> NewPerson:
    where = f"entry {number} of the people file"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Usage(f'{where} has no "name"')
    unknown = set(entry) - MEMBERS
    if unknown:
        raise Usage(f"{where} has a member that is not known", hint=f"Known are: {', '.join(sorted(MEMBERS))}.")
    keep = entry.get("keep")
    if not (keep is None or isinstance(keep, str)):
        raise Usage(f'{where}: "keep" is the reason, as text')
    person = NewPerson(
        name=entry["name"],
        role=role_named(entry.get("role", "other")),
        aliases=_strings(entry.get("aliases", []), where, "aliases"),
        identifiers=_strings(entry.get("identifiers", []), where, "identifiers"),
        keep=keep,
        note=_text(entry.get("note"), where, "note"),
        id=_text(entry.get("id"), where, "id"),
    )
    try:
        return tidy(person)
    except Usage as error:
        raise Usage(f"{where}: {error.message}", hint=error.hint) from None


def _text(value: object, where: str, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Usage(f'{where}: "{name}" is a text')
    return str(value)


def role_named(text: object) -> Role:
    """One of ROLES. Raises Usage."""
    for role in ROLES:
        if text == role:
            return role
    raise Usage("there is no such role", hint=f"Roles are: {', '.join(ROLES)}.")


def _strings(value: object, where: str, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or len(value) > MAX_LIST:
        raise Usage(f'{where}: "{name}" is a list of at most {MAX_LIST} texts')
    return tuple(value)


def tidy(person: NewPerson) -> NewPerson:
    """The same person with clean texts. Raises Usage for an empty name or an empty reason."""
    keep = None if person.keep is None else cleaned(person.keep, "the reason to keep a person", required=True)
    return replace(
        person,
        name=_searchable(person.name, "the name"),
        aliases=tuple(_searchable(alias, "an alias") for alias in person.aliases),
        identifiers=tuple(_searchable(i, "an identifier") for i in person.identifiers),
        keep=keep,
        note=cleaned(person.note, "the note"),
    )


def _searchable(text: str, what: str) -> str:
    """Clean text in which something can be seen: nobody is protected by a name that nobody can find."""
    kept = cleaned(text, what, required=True, limit=MAX_NAME)
    if not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANKS for c in kept):
        raise Usage(f"{what} is empty: it has nothing but characters that can't be seen")
    return kept


def named(people: Sequence[NewPerson]) -> list[Person]:
    """People of a people file, as the engine takes them; those without an id get P1, P2 …"""
    taken = {person.id for person in people if person.id}
    if len(taken) < sum(bool(person.id) for person in people):
        raise Usage("two entries of the people file have the same id")
    found = []
    for number, one in enumerate(people, 1):
        name = one.id or next(f"P{n}" for n in range(number, number + len(people) + 1) if f"P{n}" not in taken)
        taken.add(name)
        found.append(Person(name, one.name, one.role, one.aliases, one.identifiers, one.keep))
    return found
