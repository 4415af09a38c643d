"""The program `casevault`: from a command line to an exit code.

No traceback ever reaches a person: an error of ours has its own code, anything else becomes one line that names the
place in our code and nothing of what was being worked on.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from commands import exits
from commands.console import is_terminal, print_to
from commands.context import Session
from commands.options import Globals, hoist
from vault.errors import CasevaultError, Usage

if TYPE_CHECKING:
    from typer.exceptions import TyperException

PROGRAM = "casevault"
PR_SET_DUMPABLE = 4
COMPLETION_VARIABLE = "_CASEVAULT_COMPLETE"
# Commands without arguments of their own that must start fast: run without loading typer.
DIRECT = {("status",): ("commands.status", "show"), ("case", "list"): ("commands.case_list", "show")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name) and give back its exit code."""
    started = time.perf_counter()
    harden()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if COMPLETION_VARIABLE in os.environ:
        from commands import completion

        return completion.answer(COMPLETION_VARIABLE)
    try:
        options, rest = hoist(words)
    except CasevaultError as error:
        session = Session(Globals(json="--json" in words))
        session.console.failed(exits.code_of(error), error)
        return exits.code_of(error)
    session = Session(options, started=started)
    code = guarded(session, rest)
    session.say_timings()
    return _flushed(code)


def harden() -> None:
    """No core dumps, private files, and a terminal whose encoding can't stop us."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:  # Windows writes no core files; its crash reports are named in SECURITY.md
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _close_memory()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace", line_buffering=buffered(stream))
    if sys.stdin is not None and hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")


def _close_memory() -> None:
    """On Linux, keep other programs of the same user from reading this process's memory (prctl(2))."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def buffered(stream: TextIO) -> bool:
    """Whether lines go out at once: on a terminal an answer must stand before what is said about it."""
    return stream is sys.stderr or is_terminal(stream)


def guarded(session: Session, words: Sequence[str]) -> int:
    """Run a command and turn whatever ends it into an exit code and a line for the person."""
    try:
        with session.accepted_clouds():
            dispatch(session, list(words))
    except CasevaultError as error:
        code = exits.code_of(error)
        session.console.failed(code, error)
        return code
    except KeyboardInterrupt:
        session.console.error(exits.INTERRUPTED, "interrupted", "Stopped. Nothing was lost.")
        return exits.INTERRUPTED
    except BrokenPipeError:
        return _without_stdout()
    except Exception as error:
        return _unexpected(session, error)
    return exits.OK


def _unexpected(session: Session, error: Exception) -> int:
    from typer.exceptions import TyperException

    if isinstance(error, TyperException):
        hint = "Add -h to the command to see how it is used."
        session.console.error(exits.USAGE, Usage.kind, _unquoted(error), hint)
        return exits.USAGE
    # Without the error's own words: they may quote what was being worked on.
    session.console.error(exits.FAILED, "internal", f"internal error ({type(error).__name__} in {_place(error)})")
    return exits.FAILED


def _unquoted(error: TyperException) -> str:
    """The parser's message without what was typed: it may be a name, put in the wrong place."""
    import re

    message = error.format_message().strip()
    if message.startswith("No such option"):
        near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
        return f"there is no such option (near to it: {near})" if near else "there is no such option"
    if message.startswith("Got unexpected extra"):
        return "there are more arguments than this command takes"
    return re.sub(r"(: )'.*' is not", r"\1this is not", re.sub("[^\x00-\x7f]+", "…", message))


def _place(error: BaseException) -> str:
    """Module and line of the innermost frame that is ours."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith(("commands", "vault")):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def dispatch(session: Session, words: list[str]) -> None:
    """Find the command that the words name, and run it or show its help."""
    from commands.table import TABLE

    if session.options.version:
        from vault import __version__

        session.console.answer({"version": __version__}, [f"{PROGRAM} {__version__}"])
        return
    if not words:
        from commands import overview

        session.console.answer({"commands": sorted(TABLE)}, overview.program(session.console.text))
        return
    if words[0] not in TABLE:
        raise unknown(words[0], TABLE)
    if tuple(words) in DIRECT and not session.options.help:
        import importlib

        module, function = DIRECT[tuple(words)]
        getattr(importlib.import_module(module), function)(session)
        return
    from commands import app

    app.run(session, words)


def unknown(word: str, known: Any, group: str = "") -> Usage:
    """The error for a command that does not exist, with the nearest one that does."""
    import difflib

    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    path = f"{PROGRAM} {group} ".replace("  ", " ")
    # The word is not repeated: it may be a name, put in the wrong place.
    hint = f"Did you mean '{path}{close[0]}'?" if close else f"'{path}-h' lists the commands."
    return Usage("there is no such command", hint=hint)


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        return _without_stdout()
    except OSError as error:
        if code != exits.OK:  # that has been said
            return _without_stdout(code)
        print_to(sys.stderr, f"error: the answer can't be written: {error.strerror}")
        return _without_stdout()
    return code


def _without_stdout(code: int = exits.FAILED) -> int:
    # The reader has gone. Python would try to flush again at exit and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
