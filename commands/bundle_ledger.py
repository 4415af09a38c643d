"""`casevault bundle list`, `mark` and `recall`: what was made of a case, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import ledger_views, paths, picking
from commands.choices import CaseArgument
from commands.context import Session, session_of
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.usecases.ledger import Given

State = Literal["prepared", "handed-over", "opened", "superseded", "recall-asked", "recall-confirmed", "void"]
BundleId = Annotated[str | None, typer.Argument(metavar="B", help="The bundle, such as B-6T3QWX2M.")]


def listing(context: typer.Context, case: CaseArgument = None) -> None:
    """List the bundles that were made of a case: for whom, when, what for, and what became of each.

    Below the table: the SHA-256 of each file that left, what was taken out, who reviewed it, and its states.
    """
    session = session_of(context)
    from vault.usecases import ledger

    with session.vault() as vault:
        found, loose = ledger.listing(vault, picking.case(session, vault, case))
    lines = ledger_views.table(session, found)
    lines += [line for one in found for line in ledger_views.details(session, one)]
    lines += ledger_views.loose_lines(session, loose)
    data = {
        "bundles": [ledger_views.shape(one) for one in found], "packets": ledger_views.loose_shapes(loose),
    }  # fmt: skip
    session.console.answer(data, lines)
    for one in found:
        _warn(session, one)


def _warn(session: Session, given: Given) -> None:
    if given.outstanding and not ledger_views.is_active(given):
        session.console.warn(
            "{recipient} was removed and may still have {bundle}: casevault bundle recall {bundle}",
            recipient=given.record.recipient_id,
            bundle=given.record.id,
        )


def mark(
    context: typer.Context,
    bundle: BundleId = None,
    state: Annotated[
        State | None,
        typer.Argument(
            metavar="STATE",
            help="handed-over, opened, superseded, recall-asked, recall-confirmed, void or prepared.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="The day it happened, YYYY-MM-DD; else now.")
    ] = None,
) -> None:
    """Note what became of a bundle: handed over, opened as you were told, superseded, recall confirmed, void.

    Only states that can follow are taken: nothing follows void, and only what was called back can be confirmed. The
    state that it is in may be given once more with --at, to correct the day.
    """
    session = session_of(context)
    from vault.usecases import bundle_states

    bundle = needed(session, bundle)
    with session.vault() as vault:
        chosen = state or _asked(session)
        done = bundle_states.mark(vault, bundle, chosen, at)
    line = session.console.text(
        "{bundle}: {state}, {day}", bundle=done.record.id, state=session.console.text(done.record.state),
        day=ledger_views.since(done),
    )  # fmt: skip
    session.console.answer({"bundle": ledger_views.shape(done)}, [line])


def _asked(session: Session) -> str:
    if not session.console.can_ask:
        raise Usage("the state is missing", hint="Such as: casevault bundle mark B handed-over")
    from vault.usecases import bundle_states

    t = session.console.text
    return session.console.choose("Which state?", [(one, t(one)) for one in bundle_states.STATES])


def needed(session: Session, bundle: str | None) -> str:
    """The bundle meant. Raises Usage where it is not given and nobody can be asked."""
    if bundle is None and session.console.can_ask:
        bundle = session.console.ask("Which bundle? Its id, such as B-6T3QWX2M")
    if not bundle:
        raise Usage("a bundle is missing: give its id", hint="'casevault disclosures' shows the ids.")
    if not picking.looks_like(bundle, "B"):
        # What is no id may be a name: it must not be repeated in an error.
        raise Usage(
            "that is not the id of a bundle, such as B-6T3QWX2M", hint="'casevault disclosures' shows the ids."
        )
    return bundle


def recall(
    context: typer.Context,
    bundle: BundleId = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write the text to a new file; else it is shown.")
    ] = None,
) -> None:
    """Note that you ask a recipient to delete a bundle, and get the text to send, in English or with --lang ru.

    The text names nobody: the bundle's id, its SHA-256, and what to delete. A recall is a record, not a promise:
    nothing is deleted from afar, and what was opened may have been copied.
    """
    session = session_of(context)
    bundle = needed(session, bundle)
    target = None if out is None else paths.new_file(out, "the file")
    from vault.store import output
    from vault.usecases import alarm, bundle_states

    texts: list[str] = []

    with session.vault() as vault:
        language = ledger_views.text_language(session)
        if target is None:
            done = bundle_states.recall(vault, bundle, lambda found: texts.append(alarm.text_of(found, language)))
        else:
            with output.new_file(target) as file:
                done = bundle_states.recall(
                    vault, bundle, lambda found: _written(file, alarm.text_of(found, language), texts)
                )
    data = {"bundle": ledger_views.shape(done), "text": texts[0], "path": None if target is None else str(target)}
    session.console.answer(data, [str(target)] if target is not None else texts[0].splitlines())
    session.console.say("To be sent to: {recipient}", recipient=ledger_views.reach(session, done))
    session.console.say("It is noted as asked for. Nothing is deleted from afar: only their answer tells.")
    session.console.hint("when they confirm: casevault bundle mark {bundle} recall-confirmed", bundle=done.record.id)


def _written(file: Any, text: str, texts: list[str]) -> None:
    file.write(text.encode())
    texts.append(text)
