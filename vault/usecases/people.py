"""People listed in a case: everyone but the applicant is protected unless kept with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vault.errors import Usage
from vault.model.people import Person
from vault.model.records import Case, PersonRecord
from vault.store import remnants
from vault.store.catalogue import Put
from vault.usecases import cases
from vault.usecases.people_file import MEMBERS, NewPerson, parse, role_named, tidy
from vault.usecases.unlocked import Change, UnlockedVault

__all__ = ["NewPerson", "add", "as_person", "change", "listing", "parse", "remove", "role_named", "show", "tidy"]


def add(vault: UnlockedVault, case_id: str, people: Sequence[NewPerson]) -> list[PersonRecord]:
    """List people in a case; all or none. Raises Usage for a second applicant."""
    case = cases.require_open(vault, case_id)
    applicants = [p for p in vault.catalogue.all(PersonRecord, case_id=case.id) if p.role == "applicant"]
    if len(applicants) + sum(person.role == "applicant" for person in people) > 1:
        raise Usage(
            "a case has one applicant",
            hint="List the others as relative, with --keep and a reason if their case is joint.",
        )
    records = [_record(vault, case.id, _findable(tidy(person))) for person in people]
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


def _findable(person: NewPerson) -> NewPerson:
    # Listed as protected, and found nowhere: nobody would look for it again.
    for name in (person.name, *person.aliases):
        if not any(char.isalpha() for char in name):
            raise Usage(
                "a name without letters can't be searched for",
                hint="Give the name in letters. A number belongs to the identifiers; signs are marked by hand.",
            )
    return person


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
    values = {name: value for name, value in changed.items() if name in MEMBERS - {"id"}}
    before = NewPerson(
        record.name, role_named(record.role), record.aliases, record.identifiers, record.keep, record.note
    )
    after = _findable(tidy(replace(before, **values)))  # type: ignore[arg-type]
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
    remnants.rewrite_small(vault.catalogue)
    return record


def as_person(record: PersonRecord) -> Person:
    """The engine's form of a record."""
    return Person(record.id, record.name, role_named(record.role), record.aliases, record.identifiers, record.keep)
