"""`casevault shell`: one unlock, a current case, no history file, personal text allowed in the line."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from commands import exits, picking
from commands.app import new_app
from commands.console import is_terminal
from commands.context import Session, session_of
from commands.lines import split
from commands.main import guarded
from commands.options import hoist
from vault.errors import CasevaultError, Locked, Usage

if TYPE_CHECKING:
    from vault.usecases.unlocked import UnlockedVault

app = new_app()
IDLE_SECONDS = 15 * 60
"""On a terminal where nothing is typed for so long, the shell ends, and the vault is locked."""
ASK_EVERY_SECONDS = 5.0
STDIN_USE = "the shell's commands"


@app.command("shell")
def shell(context: typer.Context) -> None:
    """Unlock once, then type commands without the program's name. 'use CASE' chooses the current case.

    Names and words to search for may stand in the line: nothing of it is kept after the shell ends.
    """
    session = session_of(context)
    if session.in_shell:
        raise Usage("this is the shell already")
    with session.kept_open() as vault:
        session.in_shell = True
        session.console.say("Type a command, 'help' for all of them, 'exit' to leave.")
        _loop(session, vault)


def _loop(session: Session, vault: UnlockedVault) -> None:
    for typed in _typed(session, lambda: _require_open(vault)):
        _require_open(vault)
        line: str | None = typed
        while line is not None:
            try:
                if not _run(session, vault, line):
                    return
                line = None
            except picking.AnotherCommand as other:
                line = other.line
            except CasevaultError as error:
                session.console.failed(0, error)
                line = None
            except KeyboardInterrupt:
                session.console.say("")
                line = None
        _require_open(vault)


def _require_open(vault: UnlockedVault) -> None:
    """Raise Locked, which ends the shell, once an agent that kept the vault open has locked it."""
    agent = getattr(vault.keeper, "agent", None)
    if agent is not None and agent.has_gone():
        raise Locked("the vault was locked in the meantime", hint="'casevault unlock' opens it again.")


def _run(session: Session, vault: UnlockedVault, line: str) -> bool:
    """One line; whether the shell goes on."""
    words = split(line)
    if words[:1] == ["casevault"]:
        words = words[1:]
    if not words:
        return True
    if words[0] in picking.ENDS:
        return False
    if words[0] == "use":
        _use(session, vault, words[1:])
    else:
        run_line(session, ["-h", *words[1:]] if words[0] == "help" else words)
    return True


def run_line(session: Session, words: list[str]) -> int:
    """One command within the open vault. Its exit code is for tests: an error does not end the shell."""
    options, rest = hoist(words, session.options)
    inner = session.within(options)
    code = guarded(inner, rest)
    inner.say_timings()
    session.case = inner.case
    return code


class _Idle(Exception):
    """Nobody is there."""


@contextlib.contextmanager
def idle_limit(seconds: float, still_open: Callable[[], None]) -> Iterator[None]:
    """Raise _Idle in the body after so long, and what `still_open` raises, which is asked every few seconds.

    On Windows nothing interrupts input(): the process ends instead.
    """
    until = time.monotonic() + seconds

    def ask(*_: object) -> None:
        still_open()
        if time.monotonic() >= until:
            raise _Idle

    step = min(seconds, ASK_EVERY_SECONDS)
    if sys.platform == "win32":
        done = threading.Event()
        threading.Thread(target=_end_when, args=(ask, done, step), daemon=True).start()
        try:
            yield
        finally:
            done.set()
        return
    before = signal.signal(signal.SIGALRM, ask)
    signal.setitimer(signal.ITIMER_REAL, step, step)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _end_when(ask: Callable[[], None], done: threading.Event, step: float) -> None:
    while not done.wait(step):
        try:
            ask()
        except (CasevaultError, _Idle):
            os._exit(exits.LOCKED)


def _use(session: Session, vault: UnlockedVault, words: list[str]) -> None:
    from vault.model.records import Case

    if words == ["-"]:
        session.case = None
        return
    case = vault.catalogue.require(Case, picking.other_case(session, vault, words[0] if words else None))
    with vault.access("case.list", case.id):
        session.console.say("{case}  {title}", case=case.id, title=case.title)
    session.case = case.id


def _typed(session: Session, still_open: Callable[[], None]) -> Iterator[str]:
    """Lines until the end of input. Editing on a terminal, never a history file."""
    session.stdin(STDIN_USE)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        yield from iter(sys.stdin.readline, "")
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - input() edits lines through it; it only keeps them in memory
    while True:
        prompt = f"casevault {session.case}> " if session.case else "casevault> "
        try:
            with idle_limit(IDLE_SECONDS, still_open):
                line = input(prompt)
            yield line
        except _Idle:
            session.console.say("")
            session.console.say("Nothing was typed for a quarter of an hour: the vault is locked.")
            return
        except EOFError:
            session.console.say("")
            return
        except KeyboardInterrupt:
            session.console.say("")
