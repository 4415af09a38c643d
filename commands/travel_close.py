"""`casevault travel now`: for a knock at the door."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.context import Session, session_of
from vault.errors import Usage

YES = ("yes", "y", "да", "д")


def now(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="At once, without the one question.")] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Also with a prepared header that this computer does not know.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whether it would work.")] = False,
) -> None:
    """Close the vault at once, without a passphrase: only the trustees of 'travel prepare' can open it then."""
    session = session_of(context)
    console = session.console
    from vault.usecases import travel_now

    ready = travel_now.check(session.folder, unchecked=unchecked)
    if dry_run:
        line = "A header lies ready: it would work." if ready else "The vault is closed already."
        console.answer({"travel": {"dry_run": True, "prepared": ready, "closed": not ready}}, [console.text(line)])
        return
    if ready and not yes:
        _ask(session)
    done = travel_now.close(session.folder, unchecked=unchecked)
    shape = {
        "vault": done.vault, "closed": True, "already": done.already,
        "destroyed": {"header": done.overwritten, "device_secrets": done.forgotten.secrets,
                      "agent": done.forgotten.agent},
        "found": [{"kind": one.kind, "where": one.where, "opens": one.opens} for one in done.seen],
    }  # fmt: skip
    console.answer({"travel": shape}, [console.text("Closed. Only your trustees can open it.")])
    from commands import travel_start

    if not done.overwritten:
        console.warn("The bytes of the old header could not be written over; they may still lie on this disk.")
    travel_start.say_kept(session, done.forgotten.kept, done.forgotten.reason)
    for one in done.seen:
        console.warn("Found: {what}", what=console.text(travel_start.SEEN[one.kind], where=one.where))
    travel_start.refuse_what_is_left(done.seen)


def _ask(session: Session) -> None:
    if not session.console.can_ask:
        raise Usage("this closes the vault to you: confirm it with --yes")
    typed = session.console.ask("Only your trustees can open the vault then. Close it? Type yes")
    if typed.strip().casefold() not in YES:
        raise Usage("nothing was done: the vault is not closed", hint="To close it: casevault travel now --yes")
