"""`casevault case alarm`: exports stop, what is out there is listed, and the recalls lie ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import ledger_views, picking
from commands.choices import CaseArgument
from commands.context import Session, session_of
from commands.printing import columns, one_line
from vault.errors import Usage
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.model.records import Case
    from vault.usecases.alarm import Alarm
    from vault.usecases.ledger import Given

MAX_ADDRESS = 1000
MAX_COMMANDS = 20
"""Commands that are written out in one step; the list above has the other ids."""


def alarm(
    context: typer.Context,
    case: CaseArgument = None,
    end: Annotated[bool, typer.Option("--end", help="End the alarm: exports go on.")] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Write the text of each recall into this new folder.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be listed and frozen.")] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="ID", help="To end it: the case's id once more.")
    ] = None,
) -> None:
    """Sound an alarm, such as when the client was put on a flight or the lawyer searched: exports of the case stop.

    Everything that others still have is listed, with whom to call, and the texts that ask to delete it lie ready;
    nothing is sent or deleted. Items of this case don't leave other cases either. --end lets exports go on.
    """
    session = session_of(context)
    if end and out is not None:
        raise Usage("--end and --out don't go together")
    from vault.usecases import alarm as alarms

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        if dry_run:
            found = alarms.look(vault, case_id)
        elif end:
            _confirm(session, alarms.require(vault, case_id), confirm)
            found = alarms.end(vault, case_id)
        else:
            target = None if out is None else Path(out).expanduser()
            found = alarms.start(vault, case_id, ledger_views.text_language(session), target)
    session.console.answer(_shape(session, found, dry_run=dry_run), _lines(session, found, end=end, dry_run=dry_run))
    if not end:
        _say_steps(session, found)


def warn(session: Session, case: Case) -> None:
    """Say that a case is under alarm, where it is shown."""
    from vault.usecases import alarm_state

    if alarm_state.is_on(case.status):
        session.console.warn(
            "This case is under alarm: nothing is exported from it. To end that: casevault case alarm {case} --end",
            case=case.id,
        )


def _confirm(session: Session, wanted: str, given: str | None) -> None:
    """Stopping is quick, letting go on is not: the id is typed. Raises Usage."""
    if given is None and session.console.can_ask:
        given = session.console.ask("What others have stays out there. Type {id} to let exports go on", id=wanted)
    if given is None:
        raise Usage(f"to let exports go on, confirm it with --confirm {wanted}")
    if tidy_id(given) != wanted:
        raise Usage(f"this is not {wanted}: nothing was done")


def _shape(session: Session, found: Alarm, *, dry_run: bool) -> dict[str, Any]:
    from vault.usecases import alarm as alarms

    return {
        "case": {"id": found.case.id, "status": found.case.status},
        "dry_run": dry_run,
        "bundles": [
            {**ledger_views.shape(one), "name": one.recipient and one.recipient.name,
             "address": one.recipient and one.recipient.address,
             "text": str(found.folder / alarms.file_name(one)) if found.folder and one in found.gone else None}
            for one in found.given
        ],
        "packets": ledger_views.loose_shapes(found.loose),
        "other_cases": [{"case": other, "items": count} for other, count in found.others],
        "path": None if found.folder is None else str(found.folder),
        "index": str(found.folder / alarms.INDEX_FILE) if found.folder and found.gone else None,
        "steps": list(_worded(session, found)),
    }  # fmt: skip


def _lines(session: Session, found: Alarm, *, end: bool, dry_run: bool) -> list[str]:
    t = session.console.text
    if dry_run:
        lines = [t("An alarm in {case} would freeze its exports.", case=found.case.id)]
    elif end:
        lines = [t("The alarm in {case} is over: exports go on.", case=found.case.id)]
    else:
        lines = [t("Alarm in {case}: nothing is exported from it.", case=found.case.id)]
    if found.others:
        text = (
            "Items that other cases use:" if end else "Other cases, whose exports can't hold items of this one now:"
        )
        lines += ["", t(text), *columns([(other, str(count)) for other, count in found.others])]
    if not found.given and not found.loose:
        return [*lines, "", t("Nothing of this case is out there, as far as the ledger knows.")]
    if found.gone:
        lines += ["", t("Still out there:"), *_rows(session, found.gone)]
    if found.held:
        lines += [
            "",
            t("Still on your desk, as far as was noted: do not hand them over:"),
            *_rows(session, found.held),
        ]
    lines += ledger_views.loose_lines(session, found.loose)
    if found.folder is not None and found.gone:
        from vault.usecases import alarm as alarms

        lines += ["", t("The texts to send: {folder}", folder=found.folder)]
        lines += [
            f"{alarms.file_name(one)}  {one_line(ledger_views.reach(session, one), MAX_ADDRESS)}"
            for one in found.gone
        ]
    return lines


def _rows(session: Session, given: Sequence[Given]) -> list[str]:
    t = session.console.text
    known = columns([(one.record.id, t(one.record.state), ledger_views.since(one)) for one in given])
    # An address is shown whole: columns would cut it.
    reach = [one_line(ledger_views.reach(session, one), MAX_ADDRESS) for one in given]
    return [f"{row}  {how}" for row, how in zip(known, reach, strict=True)]


def _say_steps(session: Session, found: Alarm) -> None:
    console = session.console
    if found.held:
        console.warn(
            "If one did leave without a note: casevault bundle mark {bundle} handed-over, then the alarm once more",
            bundle=found.held[0].record.id,
        )
    console.say("")
    console.say("What to do now, in this order:")
    for number, step in enumerate(_worded(session, found), 1):
        console.say("{number}. {step}", number=number, step=step)
    if found.folder is None and found.gone:
        console.hint(
            "the texts to send, into a new folder: casevault case alarm {case} --out DIR", case=found.case.id
        )


def _worded(session: Session, found: Alarm) -> Sequence[str]:
    t, case = session.console.text, found.case.id
    steps = [
        t("Find out where the client is: lawyer, family, detention centre, airline. Note who said what, and when."),
        t("Call the lawyer by phone, not in writing: can a stay be filed, and who may have seen the dossier?"),
    ]
    if found.gone:
        steps.append(
            t(
                "Ask each recipient listed to delete what they have; a new copy can follow: {commands}",
                commands=_commands("bundle recall {}", found.gone),
            )
        )
    if found.loose:
        steps.append(t("Ask whoever got a packet listed to delete it, and destroy what was not handed over."))
    if found.held:
        steps.append(
            t(
                "Hand nothing over that is still on your desk; destroy it, then note that: {commands}",
                commands=_commands("bundle mark {} void", found.held),
            )
        )
    steps += [
        t("Warn those whom the dossier could endanger: casevault case show {case}", case=case),
        t("If a device was taken: new secrets for the vault, from another computer: casevault key rotate --deep"),
    ]
    if found.gone:
        steps.append(
            t(
                "Note what each recipient answers: {commands}",
                commands=_commands("bundle mark {} recall-confirmed", found.gone),
            )
        )
    return [*steps, t("When exports may go on: casevault case alarm {case} --end", case=case)]


def _commands(words: str, given: Sequence[Given]) -> str:
    shown = [f"casevault {words.format(one.record.id)}" for one in given[:MAX_COMMANDS]]
    return "; ".join([*shown, *(["…"] if len(given) > MAX_COMMANDS else [])])
