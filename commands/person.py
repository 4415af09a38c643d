"""`casevault person`: the people of a case, and how they may be written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from commands import confirming, personal, picking, shapes
from commands.app import new_app
from commands.choices import CaseArgument, FromOption, PersonRole
from commands.confirming import ConfirmOption
from commands.context import Session, session_of
from commands.overview import PAGE, wrapped
from commands.personal import Field
from commands.printing import columns, width
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.model.people import Person
    from vault.model.records import PersonRecord
    from vault.redaction.names.report import FormGroup, Summary, Variants
    from vault.usecases.people import NewPerson
    from vault.usecases.unlocked import UnlockedVault

app = new_app()
NAME = Field("name", "Full name, as in the documents", required=True)
ALIASES = Field("aliases", "Other names and spellings, separated by semicolons")
IDENTIFIERS = Field("identifiers", "Phone, passport, e-mail, handle …, separated by semicolons")
NOTE = Field("note", "Note (may stay empty)")
FIELDS = [NAME, ALIASES, IDENTIFIERS, NOTE]

RoleOption = Annotated[
    PersonRole | None, typer.Option("--role", metavar="ROLE", help="applicant, relative, witness or other.")
]
KeepOption = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="REASON",
        help='Leave this person readable in exports, and why; "-" asks. Other programs and the history of your '
        'terminal see a reason in the line: rather "-", or "keep" in the file for --from.',
    ),
]
PersonArgument = Annotated[str | None, typer.Argument(metavar="P", help="The person, such as P-9D2MK4T.")]


@app.command("add")
def add(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE", help="The case; inside 'casevault shell' a name may follow."),
    ] = None,
    role: RoleOption = None,
    keep: KeepOption = None,
    from_: FromOption = None,
) -> None:
    """List people in a case. Everyone but the applicant is removed from exports, unless kept with a reason.

    Names are asked for, or read from a people file:
    [{"name": "…", "role": "witness", "aliases": ["…"], "identifiers": ["+7 …"], "keep": "reason"}]
    """
    session = session_of(context)
    case, rest = picking.leading(words, "C")
    if case is None and rest and session.case is None:
        case, rest = rest[0], rest[1:]
    name = personal.in_line(session, rest)
    from vault.usecases import people

    with session.vault() as vault:
        case = picking.case(session, vault, case)
        new = people.parse(personal.file_bytes(session, from_)) if from_ else [_asked(session, name)]
        if role is None and not from_ and session.console.can_ask:
            role = _role(session)
        reason = _reason(session, keep)
        new = [_with(person, role, reason) for person in new]
        added = people.add(vault, case, new)
    lines = columns([(p.id, session.console.text(p.role), p.name) for p in added])
    session.console.answer({"people": [{"id": person.id} for person in added]}, lines)
    session.console.hint("see how a name may be written: casevault person variants {person}", person=added[0].id)


def _asked(session: Session, name: str) -> NewPerson:
    from vault.usecases.people import NewPerson

    texts = personal.texts(session, None, FIELDS, given={"name": name} if name else None)
    return NewPerson(
        texts["name"],
        aliases=split(texts.get("aliases", "")),
        identifiers=split(texts.get("identifiers", "")),
        note=texts.get("note", ""),
    )


def _role(session: Session) -> PersonRole:
    """Asked, as a person without a role would be taken out of exports as if the case were not theirs."""
    roles: tuple[PersonRole, ...] = ("applicant", "relative", "witness", "other")
    picked = session.console.choose("Who is it in this case?", [(one, session.console.text(one)) for one in roles])
    return next(one for one in roles if one == picked)


def split(text: str) -> tuple[str, ...]:
    """The parts of a line between semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _reason(session: Session, keep: str | None) -> str | None:
    """The reason to keep somebody; a dash has it asked for, so that it need not stand in the line."""
    if keep != "-":
        return keep
    if not session.console.can_ask:
        raise Usage("the reason can't be asked for", hint='Give it as "keep" in the JSON for --from.')
    return session.console.ask("Why may this person stay readable?")


def _with(person: NewPerson, role: PersonRole | None, keep: str | None) -> NewPerson:
    person = person if role is None else replace(person, role=role)
    return person if keep is None else replace(person, keep=keep)


@app.command("list")
def listing(context: typer.Context, case: CaseArgument = None) -> None:
    """List the people of a case, and who of them is protected in exports."""
    session = session_of(context)
    from vault.usecases import people

    with session.vault() as vault:
        found = people.listing(vault, picking.case(session, vault, case))
    t = session.console.text
    records = [shapes.person(person) for person in found]
    rows = [
        (one["id"], t(one["role"]), t("protected") if one["protected"] else t("readable"), one["name"])
        for one in records
    ]
    heads = [t("Person"), t("Role"), t("In exports"), t("Name")]
    session.console.answer({"people": records}, columns(rows, heads))


@app.command("set")
def change(
    context: typer.Context,
    person: PersonArgument = None,
    role: RoleOption = None,
    keep: KeepOption = None,
    protect: Annotated[bool, typer.Option("--protect", help="Take the reason to keep this person back.")] = False,
    from_: FromOption = None,
) -> None:
    """Change what is listed about a person; --from takes one entry of a people file, with only what changes."""
    session = session_of(context)
    if keep is not None and protect:
        raise Usage("--keep and --protect exclude each other")
    from vault.model.records import PersonRecord
    from vault.usecases import people

    with session.vault() as vault:
        person_id = picking.person(session, vault, person)
        before = vault.catalogue.require(PersonRecord, person_id)
        changed: dict[str, object] = {}
        if from_ is not None:
            changed = _from_people_file(session, from_, before.name)
        elif role is None and keep is None and not protect:
            changed = _asked_changes(session, vault, before)
        changed |= {"role": role} if role is not None else {}
        changed |= {"keep": None if protect else _reason(session, keep)} if protect or keep is not None else {}
        after = people.change(vault, person_id, **changed)
    session.console.answer({"people": [shapes.person(after)]}, [f"{after.id}  {after.role}  {after.name}"])


def _from_people_file(session: Session, path: str, name: str) -> dict[str, object]:
    """What the file's entry says. A member that it does not have stays as it is: no alias is lost by silence."""
    from vault.usecases import people

    data = personal.file_bytes(session, path)
    given = personal.one_object(data)
    # An entry of a people file has a name; one that only changes something else need not repeat it.
    entries = people.parse(data if given is None else json.dumps({"name": name, **given}).encode())
    if given is None or len(entries) != 1:
        raise Usage("to change a person, the people file has one entry")
    return {member: getattr(entries[0], member) for member in given if member != "id"}


def _asked_changes(session: Session, vault: UnlockedVault, before: PersonRecord) -> dict[str, object]:
    now = {
        "name": before.name,
        "aliases": "; ".join(before.aliases),
        "identifiers": "; ".join(before.identifiers),
        "note": before.note,
    }
    look = vault.access("person.list", before.case_id, before.id)
    texts = personal.changes(session, None, FIELDS, now, look)
    lists = ("aliases", "identifiers")
    return {name: split(text) if name in lists else text for name, text in texts.items()}


@app.command("remove")
def remove(context: typer.Context, person: PersonArgument = None, confirm: ConfirmOption = None) -> None:
    """Take a person off the list. Their names are no longer looked for."""
    session = session_of(context)
    from vault.model.records import PersonRecord
    from vault.usecases import people

    with session.vault() as vault:
        person_id = vault.catalogue.require(PersonRecord, picking.person(session, vault, person)).id
        confirming.by_id(session, person_id, confirm)
        gone = people.remove(vault, person_id)
    line = session.console.text("{person} is off the list.", person=gone.id)
    session.console.answer({"people": [{"id": gone.id}]}, [line])
    session.console.warn("This name is no longer removed from exports of {case}.", case=gone.case_id)


@app.command("variants")
def variants(
    context: typer.Context,
    person: PersonArgument = None,
    every: Annotated[bool, typer.Option("--all", help="Every form, and where it comes from.")] = False,
) -> None:
    """Show in which ways a person may be written and will be found, and what will not be found.

    Forms are grouped by part of the name and by how they come about, with examples; --all shows each of them.
    """
    session = session_of(context)
    from vault.redaction.names import report
    from vault.usecases import people

    with session.vault() as vault:
        shown = people.show(vault, picking.person(session, vault, person))
    found = report.summary(shown)
    session.console.answer(
        _variants_shape(found, report.variants(shown)), _variants_page(session, shown, found, every)
    )
    session.console.hint("add what is missing as an alias: casevault person set {person}", person=shown.id)


def _variants_shape(found: Summary, forms: Variants) -> dict[str, object]:
    groups = [
        {
            "part": group.part,
            "kind": group.kind,
            "count": group.count,
            "examples": list(group.examples),
            "forms": [{"text": form.text, "explanation": form.explanation} for form in group.forms],
        }
        for group in found.groups
    ]
    return {
        "variants": [{"text": form.text, "explanation": form.explanation} for form in forms.forms],
        "groups": groups,
        "warnings": list(found.warnings),
        "not_covered": list(found.not_covered),
    }


def _variants_page(session: Session, shown: Person, found: Summary, every: bool) -> list[str]:
    from vault.redaction.names.report import PARTS

    t = session.console
    lines = [shown.name]
    part = ""
    for group in found.groups:
        if group.part != part:
            part = group.part
            lines += ["", t.library(PARTS[part]).capitalize()]
        lines += _group_lines(session, group, every)
    if found.warnings:
        lines += ["", t.text("Beware:"), *(f"  - {t.library(one)}" for one in found.warnings)]
    lines += ["", t.text("Not covered, so list it as an alias where you know it, and read the text yourself:")]
    return [*lines, *(f"  - {t.library(one)}" for one in found.not_covered)]


def _group_lines(session: Session, group: FormGroup, every: bool) -> list[str]:
    count = str(group.count) if group.count else "…"
    title = f"  {session.console.library(group.title)} ({count})"
    if every and group.forms:
        rows = [(f"    {form.text}", session.console.library(form.explanation)) for form in group.forms]
        return [title, *_aligned(rows)]
    more = " …" if group.count != len(group.examples) else ""
    return [title, *(f"    {line}" for line in wrapped(", ".join(group.examples) + more, PAGE - 4))]


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    size = max(width(text) for text, _ in rows)
    return [f"{text}{' ' * (size - width(text))}  {why}" for text, why in rows]
