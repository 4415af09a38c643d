"""People listed in a case: everyone but the applicant is protected unless kept with a reason."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vault.errors import Usage
from vault.model.people import ROLES, Person, Role
from vault.model.records import Case, PersonRecord
from vault.store.catalogue import Put
from vault.usecases import cases
from vault.usecases.text import cleaned
from vault.usecases.unlocked import Change, UnlockedVault

MAX_PEOPLE = 1000
MAX_LIST = 100
MAX_NAME = 300
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters and signs by their category that print nothing: fillers of Hangul, the empty Braille pattern."""
_MEMBERS = {"id", "name", "role", "aliases", "identifiers", "keep", "note"}


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
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Usage("the people file is not valid JSON") from None
    entries = value if isinstance(value, list) else [value]
    if len(entries) > MAX_PEOPLE:
        raise Usage(f"the people file lists more than {MAX_PEOPLE} people")
    return [_person(entry, number) for number, entry in enumerate(entries, 1)]


def _person(entry: object, number: int) -> NewPerson:
    where = f"entry {number} of the people file"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Usage(f'{where} has no "name"')
    unknown = set(entry) - _MEMBERS
    if unknown:
        raise Usage(f"{where} has a member that is not known", hint=f"Known are: {', '.join(sorted(_MEMBERS))}.")
    keep = entry.get("keep")
    if not (keep is None or isinstance(keep, str)):
        raise Usage(f'{where}: "keep" is the reason, as text')
    person = NewPerson(
        name=entry["name"],
        role=role_named(entry.get("role", "other")),
        aliases=_strings(entry.get("aliases", []), where, "aliases"),
        identifiers=_strings(entry.get("identifiers", []), where, "identifiers"),
        keep=keep,
        note=str(entry.get("note", "")),
        id=str(entry.get("id", "")),
    )
    return tidy(person)


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


def add(vault: UnlockedVault, case_id: str, people: Sequence[NewPerson]) -> list[PersonRecord]:
    """List people in a case; all or none. Raises Usage for a second applicant."""
    case = cases.require_open(vault, case_id)
    applicants = [p for p in vault.catalogue.all(PersonRecord, case_id=case.id) if p.role == "applicant"]
    if len(applicants) + sum(person.role == "applicant" for person in people) > 1:
        raise Usage(
            "a case has one applicant",
            hint="List the others as relative, with --keep and a reason if their case is joint.",
        )
    records = [_record(vault, case.id, tidy(person)) for person in people]
    if not records:
        raise Usage("nobody was named")
    vault.commit([Change("person.add", case.id, [Put(record)], object_id=record.id) for record in records])
    return records


def _record(vault: UnlockedVault, case_id: str, person: NewPerson) -> PersonRecord:
    return PersonRecord(
        vault.catalogue.fresh_id(PersonRecord),
        case_id,
        person.name,
        person.role,
        person.aliases,
        person.identifiers,
        person.keep,
        person.note,
    )


def listing(vault: UnlockedVault, case_id: str) -> list[PersonRecord]:
    """The people of a case."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("person.list", case.id) as outcome:
        found = list(vault.catalogue.all(PersonRecord, case_id=case.id))
        outcome.count = len(found)
    return found


def show(vault: UnlockedVault, person_id: str) -> Person:
    """One person, as the redaction engine takes it; the look is logged."""
    record = vault.catalogue.require(PersonRecord, person_id)
    with vault.access("person.variants", record.case_id, record.id):
        return as_person(record)


def change(vault: UnlockedVault, person_id: str, **changed: object) -> PersonRecord:
    """Change fields of a person: name, role, aliases, identifiers, keep, note."""
    record = vault.catalogue.require(PersonRecord, person_id)
    values = {name: value for name, value in changed.items() if name in _MEMBERS - {"id"}}
    before = NewPerson(
        record.name, role_named(record.role), record.aliases, record.identifiers, record.keep, record.note
    )
    after = tidy(replace(before, **values))  # type: ignore[arg-type]
    if after.role == "applicant" and record.role != "applicant":
        _refuse_second_applicant(vault, record)
    new = replace(
        record,
        name=after.name,
        role=role_named(after.role),
        aliases=after.aliases,
        identifiers=after.identifiers,
        keep=after.keep,
        note=after.note,
    )
    vault.commit([Change("person.set", record.case_id, [Put(new, record)], object_id=record.id)])
    return new


def _refuse_second_applicant(vault: UnlockedVault, record: PersonRecord) -> None:
    if any(p.role == "applicant" for p in vault.catalogue.all(PersonRecord, case_id=record.case_id)):
        raise Usage("a case has one applicant")


def remove(vault: UnlockedVault, person_id: str) -> PersonRecord:
    """Take a person off the list. They are no longer looked for."""
    record = vault.catalogue.require(PersonRecord, person_id)
    vault.commit([Change("person.remove", record.case_id, removes=[record], object_id=record.id)])
    return record


def as_person(record: PersonRecord) -> Person:
    """The engine's form of a record."""
    return Person(record.id, record.name, role_named(record.role), record.aliases, record.identifiers, record.keep)
