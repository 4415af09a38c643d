"""`casevault bundle exhibits`: order, labels, descriptions and certificates of what leaves, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import personal, picking, purposes
from commands.choices import CaseArgument, PurposeOption
from commands.context import Session, session_of
from commands.personal import Field
from commands.printing import columns
from vault.errors import Usage
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.usecases.exhibit_checks import Looked, Warning
    from vault.usecases.exhibit_list import Placed
    from vault.usecases.exhibit_notes import Choices
    from vault.usecases.unlocked import UnlockedVault

DESCRIPTION = Field("description", "Description, without any protected name")
DATE = Field("date", "Date, such as 2024-03-31")
MEMBERS = ("evidence", "description", "date", "label")
_SHAPE = '{"exhibits": [{"evidence": "E-…", "description": "…", "date": "2024-03-31", "label": "B"}]}'


def exhibits(
    context: typer.Context,
    case: CaseArgument = None,
    order: Annotated[
        list[str] | None,
        typer.Option("--order", metavar="E-ID", help="The next one in the order; repeatable. The rest follows."),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="E-ID=B", help="The label of an item; nothing after the = takes it back."),
    ] = None,
    certificate: Annotated[
        list[str] | None,
        typer.Option(
            "--certificate",
            metavar="E-ID=E-ID",
            help="A certificate and the translation that it is of; twice the same id where one paper holds both.",
        ),
    ] = None,
    describe: Annotated[
        list[str] | None,
        typer.Option("--describe", metavar="E-ID", help="Ask for the description and date of this item; repeatable."),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option("--forget", metavar="E-ID", help="Take back all that was chosen for this item; repeatable."),
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="The language of the court, such as en.")
    ] = "en",
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help='Descriptions from a JSON file; "-" is standard input.'),
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """List the exhibits of a case as a bundle will have them, and what should be put right before it is sealed.

    What you choose here is kept for every further bundle. Descriptions are asked for, or read from a JSON file:
    {"exhibits": [{"evidence": "E-…", "description": "…", "date": "2024-03-31", "label": "B"}]}
    """
    session = session_of(context)
    labels, certificates = _pairs(label, "--label", either=False), _pairs(certificate, "--certificate", either=True)
    order, describe, forget = _ids(order, "--order"), _ids(describe, "--describe"), _ids(forget, "--forget")
    if describe and not session.console.can_ask:
        raise Usage("descriptions are typed on a terminal", hint="Else give them with --from FILE.")
    listed = _listed(session, from_) if from_ is not None else []
    from vault.usecases import exhibit_checks, exhibit_notes

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "bundle.exhibits", purpose)
        choices = exhibit_notes.Choices(
            order=order or None,
            labels={one["evidence"]: one["label"] for one in listed if "label" in one} | labels,
            descriptions={one["evidence"]: one["description"] for one in listed if "description" in one},
            dates={one["evidence"]: one["date"] for one in listed if "date" in one},
            certificates=certificates,
            forget=forget,
        )
        if choices.named():
            exhibit_notes.choose(vault, case_id, choices, accept_weak_jail=session.weak_jail())
        for one in describe:
            _describe(session, vault, case_id, one)
        with session.console.progress("Looking at the exhibits"):
            looked = exhibit_checks.look(vault, case_id, target=language, purpose=why)
    data = {"exhibits": shapes(looked), "warnings": [warning(one) for one in looked.warnings]}
    session.console.answer(data, _lines(session, looked))
    warn(session, looked.warnings)
    if not looked.placed:
        session.console.hint("add files: casevault evidence add {case} FILE", case=case_id)


def _pairs(given: Sequence[str] | None, option: str, *, either: bool) -> dict[str, str]:
    """E-ID=VALUE; the value is an id too where `either`. What is none of that may be a name: it is not repeated."""
    found: dict[str, str] = {}
    for one in given or ():
        evidence, sign, value = one.partition("=")
        fits = picking.looks_like(evidence, "E") and (not either or not value or picking.looks_like(value, "E"))
        if not sign or not fits:
            example = "E-4N8TVQ2WX=E-7K3Q9M2XR" if either else "E-4N8TVQ2WX=B"
            raise Usage(f"{option} takes ids of items, such as {example}")
        if tidy_id(evidence) in found:
            raise Usage(f"{option} names an item twice")
        found[tidy_id(evidence)] = tidy_id(value) if either and value else value
    return found


def _ids(given: Sequence[str] | None, option: str) -> list[str]:
    if not all(picking.looks_like(one, "E") for one in given or ()):
        example = "E-4N8TVQ2WX"
        raise Usage(f"{option} takes ids of items, such as {example}")
    return [tidy_id(one) for one in given or ()]


def _listed(session: Session, path: str) -> list[dict[str, str]]:
    """What --from holds. Raises Usage without the content."""
    value = personal.one_object(personal.file_bytes(session, path))
    rows = value.get("exhibits") if value is not None and set(value) == {"exhibits"} else None
    if not isinstance(rows, list):
        raise Usage("the file given with --from lists no exhibits", hint=f"It holds {_SHAPE}")
    for row in rows:
        fits = (
            isinstance(row, dict) and set(row) <= set(MEMBERS) and all(isinstance(one, str) for one in row.values())
        )
        if not fits or not picking.looks_like(row.get("evidence", ""), "E"):
            raise Usage("an exhibit in the file given with --from is not valid", hint=f"It holds {_SHAPE}")
        row["evidence"] = tidy_id(row["evidence"])
    if len({row["evidence"] for row in rows}) < len(rows):
        raise Usage("an exhibit stands twice in the file given with --from")
    return rows


def _describe(session: Session, vault: UnlockedVault, case_id: str, evidence_id: str) -> None:
    from vault.usecases import exhibit_list, exhibit_notes

    note = exhibit_list.notes(vault, case_id).get(evidence_id)
    before = {"description": note.description, "date": note.date} if note else {}
    session.console.say("{item}:", item=evidence_id)
    look = purposes.look(session, vault, "bundle.exhibits", case_id, evidence_id)
    typed = personal.changes(session, None, [DESCRIPTION, DATE], before, look)
    while "date" in typed and not _fits(typed):
        # Only this is asked again: the description was typed with care.
        session.console.warn("That is not a date: write it as 2024-03-31 or 31.03.2024, or a dash for none.")
        again = session.console.ask(DATE.question)
        typed["date"] = "" if again == "-" else again
    choices: Choices = exhibit_notes.Choices(
        descriptions={evidence_id: typed["description"]} if "description" in typed else {},
        dates={evidence_id: typed["date"]} if "date" in typed else {},
    )
    exhibit_notes.choose(vault, case_id, choices, accept_weak_jail=session.weak_jail())


def _fits(typed: dict[str, str]) -> bool:
    """Whether the date is one; written with full stops, the day first, it is put as the vault keeps it."""
    from datetime import datetime

    text = typed["date"].strip()
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            typed["date"] = datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
        return True
    return not text


def shapes(looked: Looked) -> list[dict[str, Any]]:
    """The exhibits for scripts."""
    return [_shape(*one) for one in zip(looked.placed, looked.pages, looked.languages, strict=True)]


def _shape(one: Placed, pages: int, language: str) -> dict[str, Any]:
    return {
        "label": one.label,
        "evidence": one.item.id,
        "description": one.description,
        "kind": one.item.kind,
        "date": one.date,
        "pages": pages,
        "language": one.item.language,
        "language_read": language,
        "translation_of": one.translation_of,
        "certificate_of": one.certificate_of,
    }


def warning(one: Warning) -> dict[str, Any]:
    """A warning for scripts: no name, number or text of a document is in it."""
    return {
        "code": one.code,
        "labels": list(one.labels),
        "text": one.text,
        "page": one.page or None,
        "person": one.person or None,
    }


def warn(session: Session, found: Sequence[Warning]) -> None:
    """Warnings for people."""
    for one in found:
        session.console.warn("{text}", text=session.console.library(one.text))


def _lines(session: Session, looked: Looked) -> list[str]:
    t = session.console.text
    rows = []
    for one, pages, read in zip(looked.placed, looked.pages, looked.languages, strict=True):
        # What a machine took it for is a proposal: nothing is noted.
        spoken = one.item.language or (f"{read}?" if read else "")
        tie = t("translation of {label}", label=one.translation_of) if one.translation_of else ""
        tie = t("certificate of {label}", label=one.certificate_of) if one.certificate_of else tie
        rows.append(
            (one.label, one.item.id, one.date, str(pages or ""), spoken, tie, one.description)
        )  # fmt: skip
    heads = [t("Label"), t("Item"), t("Date"), t("Pages"), t("Language"), t("Belongs to"), t("Description")]
    return columns(rows, heads)
