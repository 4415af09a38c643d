"""`casevault unlock`: keep the vault open for a while, so that commands need no secret."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from commands.app import new_app
from commands.context import session_of
from commands.printing import clock_text, columns
from vault.errors import Usage

app = new_app()
DEFAULT_FOR = "15m"
DEFAULT_IDLE_SECONDS = 5 * 60
UNITS = {"s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smh])", re.ASCII)


@app.command("unlock")
def unlock(
    context: typer.Context,
    for_: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long at most, such as 90s, 15m or 2h; 12h is the most.")
    ] = DEFAULT_FOR,
    idle: Annotated[
        str | None, typer.Option("--idle", metavar="TIME", help="Lock after so long without a command (5m).")
    ] = None,
) -> None:
    """Keep the vault open for a while: commands then need no secret. 'casevault lock' ends it at any time.

    It also ends when the computer sleeps and, where that can be known, when the screen is locked.
    """
    session = session_of(context)
    if session.in_shell:
        raise Usage("the shell has the vault open already", hint="Leave the shell first.")
    seconds = duration(for_, "--for")
    idle_seconds = min(seconds, DEFAULT_IDLE_SECONDS) if idle is None else duration(idle, "--idle")
    from vault.usecases import agent_begin

    agent_begin.check_times(seconds, idle_seconds)
    begun = agent_begin.begin(
        session.folder,
        session.unlock(),
        seconds=seconds,
        idle=idle_seconds,
        accept_rollback=session.options.accept_rollback,
    )
    t = session.console.text
    rows = [
        (t("Open for"), clock_text(begun.seconds)),
        (t("Locked when idle for"), clock_text(begun.idle)),
    ]
    session.console.answer(
        {
            "vault": begun.vault,
            "agent": {"left": begun.seconds, "idle": begun.idle},
            "memory_locked": begun.memory,
            "notices": sorted(begun.knows),
        },
        columns(rows),
    )
    if begun.memory == "none":
        session.console.warn("The system does not let the keys be locked in memory: they may come into a swap area.")
    if "screen" not in begun.knows:
        session.console.say(
            "This system does not tell when the screen is locked: run 'casevault lock' when you leave."
        )


def duration(text: str, option: str) -> int:
    """Seconds of `90s`, `15m`, `2h`. Raises Usage."""
    found = _DURATION.fullmatch(text.strip().casefold())
    if found is None:
        raise Usage(f"{option} is a whole number with its unit, such as 90s, 15m or 2h")
    return int(found[1]) * UNITS[found[2]]
