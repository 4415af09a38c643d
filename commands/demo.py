"""`casevault demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.app import new_app
from commands.context import session_of

app = new_app()
DEFAULT = "casevault-demo"


@app.command("demo")
def demo(
    context: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="A new folder; else casevault-demo, here.")
    ] = DEFAULT,
    keep_preview: Annotated[
        bool, typer.Option("--keep-preview", help="Leave the reviewer's PDF, which holds the names.")
    ] = False,
) -> None:
    """Go the whole way once with an invented dossier: a throw-away vault, redaction, a bundle, its verification.

    It takes up to a minute and leaves nothing outside its folder but what every vault leaves: a random number for
    this computer, and how far it saw the vault.
    """
    session = session_of(context)
    from vault.usecases import demo as use

    path = Path(folder).expanduser()
    steps: list[str] = []
    running = use.run(path, keep_preview=keep_preview, accept_weak_jail=session.weak_jail())
    while True:
        with session.console.progress("Working"):
            step = next(running, None)
        if step is None:
            break
        steps.append(step.text.format(**step.values))
        shown = session.console.text(step.text, **step.values)
        session.console.say("{number}. {step}", number=len(steps), step=shown)
    session.console.answer({"demo": {"path": str(path), "steps": steps}}, [str(path)])
    session.console.hint("look into {folder}, then delete it; make your own vault with casevault init", folder=path)
