"""`casevault case shred`: what goes with a case is shown, its id typed, then its key and all of it is destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import confirming, picking, purposes, shapes
from commands.choices import CaseArgument, PurposeOption
from commands.confirming import ConfirmOption
from commands.context import Session, session_of
from commands.printing import columns, size
from vault.errors import CasevaultError

if TYPE_CHECKING:
    from vault.usecases.shredding import Finished, Outlook


def shred(
    context: typer.Context,
    case: CaseArgument = None,
    confirm: ConfirmOption = None,
    purpose: PurposeOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would go, and what other copies still hold.")
    ] = False,
    keep_shared: Annotated[
        bool,
        typer.Option(
            "--keep-shared",
            help="Items that other cases use stay there; the people of this case are listed there as protected.",
        ),
    ] = False,
) -> None:
    """Destroy a case: its key, its people, its evidence, its place in the search. Its traces in the log stay.

    What was handed out, copied or backed up before is out of reach: it is listed, so that you can call it back.
    """
    session = session_of(context)
    from vault.usecases import shredding

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purpose if dry_run else purposes.wanted(session, vault, "case.shred", purpose)
        found = shredding.look(vault, case_id, purpose=why)
        if dry_run:
            session.console.answer(_shape(found, None), _lines(session, found, None))
        if not keep_shared:
            _refuse_held(found, dry_run=dry_run)
        if dry_run:
            return
        if confirm is None and session.console.can_ask:
            for line in _lines(session, found, None):
                session.console.say("{line}", line=line)
        confirming.by_id(session, found.case_id, confirm)
        with session.console.progress("Moving what other cases use") as advance:
            found = shredding.shred(vault, case_id, purpose=why, keep_shared=keep_shared, progress=advance)
        session.case = None if session.case == found.case_id else session.case
        with session.console.progress("Writing the catalogue anew"):
            done = shredding.finish(vault)
    session.console.answer(_shape(found, done), _lines(session, found, done))
    _say_limits(session, found, done)


def _refuse_held(found: Outlook, *, dry_run: bool) -> None:
    """Raise what stands in the way; of a dry run, that it would."""
    from vault.usecases import shredding

    try:
        shredding.refuse_held(found)
    except CasevaultError as error:
        if dry_run:
            error.message = f"it would be refused: {error.message}"
        raise


def _shape(found: Outlook, done: Finished | None) -> dict[str, Any]:
    return {
        "case": {"id": found.case_id},
        "dry_run": done is None,
        "destroyed": {
            "people": found.people,
            "items": found.items,
            "bytes": found.size,
            "borrowed": found.borrowed,
            "plans": found.plans,
            "links": list(found.links),
        },
        "kept": [{"evidence": one.evidence, "cases": list(one.cases), "how": one.how} for one in found.held],
        "listed": [{"case": case, "people": count} for case, count in found.listed],
        "bundles": [shapes.disclosure(one) for one in found.disclosures],
        "plaintext_left": [
            {"path": copy.path, "evidence": copy.evidence_id, "origin": copy.origin} for copy in found.plaintext
        ],
        "backups": [{"id": one.id, "place": one.place, "made": one.made} for one in found.backups],
        "clean": None if done is None else done.clean,
    }


def _lines(session: Session, found: Outlook, done: Finished | None) -> list[str]:
    t = session.console.text
    lines = [
        t("This would be destroyed: {case}", case=found.case_id)
        if done is None
        else t("{case} is destroyed.", case=found.case_id),
        t(
            "People: {people}, items: {items} ({bytes}), plans: {plans}, bundles made: {bundles}, links: {links}",
            people=found.people, items=found.items, bytes=size(found.size, session.console.lang), plans=found.plans,
            bundles=len(found.disclosures), links=len(found.links),
        ),
    ]  # fmt: skip
    sections: tuple[tuple[str, Sequence[tuple[str, ...]]], ...] = (
        (
            t("Items that would stay in other cases:") if done is None else t("Items that stay in other cases:"),
            [(one.evidence, ", ".join(one.cases)) for one in found.held],
        ),
        (
            t("People of this case who would be listed in other cases, as protected:")
            if done is None
            else t("People of this case who are listed in other cases from now on, as protected:"),
            [(case, str(count)) for case, count in found.listed],
        ),
        (
            t("Bundles that were handed out and are still out there:"),
            [(one.id, one.recipient_id, one.made[:10], t(one.state)) for one in found.disclosures],
        ),
        (t("Files in plain text that are still there:"), [(copy.path,) for copy in found.plaintext]),
        (
            t("Backups that still hold this case:"),
            [(one.id, one.made[:10], one.place) for one in found.backups],
        ),
    )
    for title, rows in sections:
        if rows:
            lines += ["", title, *_rows(rows)]
    return lines


def _rows(rows: Sequence[tuple[str, ...]]) -> list[str]:
    # A path is shown whole: it has to be found.
    return [row[0] for row in rows] if len(rows[0]) == 1 else columns(rows)


def _say_limits(session: Session, found: Outlook, done: Finished) -> None:
    if not done.clean:
        session.console.warn(
            "Something could not be removed yet, as another command was at work: run 'casevault doctor'."
        )
    if found.disclosures:
        session.console.hint("ask the recipients to delete the bundles: casevault recipient list")
    session.console.warn(
        "Older copies of the vault still hold the case: backups, snapshots, worn-out blocks of an SSD. Whoever has "
        "one, and a secret that opened it then, can read it. Delete them; and where a secret may be in the wrong "
        "hands, 'casevault key rotate --deep' gives the vault new keys."
    )
