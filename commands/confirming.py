"""What can't be undone wants the id typed: asked on a terminal, `--confirm ID` in a script."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.context import Session
from vault.errors import Usage
from vault.model.ids import tidy_id

ConfirmOption = Annotated[
    str | None,
    typer.Option("--confirm", metavar="ID", help="The same id once more; on a terminal you are asked to type it."),
]


def by_id(session: Session, wanted: str, given: str | None) -> None:
    """Go on only if the id was given a second time. Raises Usage."""
    if given is None and session.console.can_ask:
        given = session.console.ask("This can't be undone. Type {id} to do it", id=wanted)
    if given is None:
        raise Usage(f"this can't be undone: confirm it with --confirm {wanted}")
    if tidy_id(given) != wanted:
        raise Usage(f"this is not {wanted}: nothing was done")


def yes(session: Session, question: str) -> None:
    """Go on only if the person says so. Raises KeyboardInterrupt for anything but a yes. Only where one can ask."""
    typed = session.console.ask(question, default="N").casefold()
    if typed not in ("y", "yes", "д", "да"):
        raise KeyboardInterrupt
