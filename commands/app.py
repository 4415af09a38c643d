"""From our table of commands to typer, which parses the arguments of one command."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.main import get_command

from commands import overview
from commands.context import Session
from commands.table import TABLE

F = TypeVar("F", bound=Callable[..., Any])


def new_app() -> typer.Typer:
    """An app for one module. Help, completion and errors are ours."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def load(name: str) -> Any:
    """The parser of a word after `casevault`: a command, or a group with `commands`."""
    return get_command(importlib.import_module(TABLE[name].module).app)


def run(session: Session, words: list[str]) -> None:
    """Run the command that the words name, or show its help."""
    name, *rest = words
    found = load(name)
    path = name
    if hasattr(found, "commands"):
        if not rest:
            _show_group(session, name, found)
            return
        word, *rest = rest
        if word not in found.commands:
            from commands.main import unknown

            raise unknown(word, found.commands, name)
        found, path = found.commands[word], f"{name} {word}"
    if session.options.help:
        _show_command(session, path, found)
        return
    with found.make_context(path, rest, obj=session) as context:
        found.invoke(context)


def _show_group(session: Session, name: str, found: Any) -> None:
    rows = [(one, command.help or "") for one, command in found.commands.items()]
    session.console.answer({"commands": [one for one, _ in rows]}, overview.group(session.console.text, name, rows))


def _show_command(session: Session, path: str, found: Any) -> None:
    from commands.examples import EXAMPLES

    lines = overview.command(session.console.text, path, found.help or "", found.params, EXAMPLES.get(path, ()))
    session.console.answer({"command": path, "examples": [line for line, _ in EXAMPLES.get(path, ())]}, lines)
