"""Personal text: names, titles, notes, sources, words searched for.

Other programs can read a command's arguments while it runs, and the terminal's history keeps them. So such text is
asked for on a terminal or read as JSON with --from; in the line it is taken inside `casevault shell` only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from commands.context import Session
from commands.secrets import read_binary
from vault.errors import Usage

MAX_FILE = 4 << 20


@dataclass(frozen=True, slots=True)
class Field:
    """One text: the name of its JSON member and what a person is asked."""

    name: str
    question: str
    required: bool = False


def in_line(session: Session, words: Sequence[str] | None) -> str:
    """Text given in the line, "" if none. Raises Usage outside the shell."""
    text = " ".join(words or ())
    if text and not session.in_shell:
        raise Usage(
            "names, titles, notes and words to search for are not taken from the command line",
            hint="Other programs and the history of your terminal see them there. Leave them out to be asked, "
            "give a JSON file with --from, or work inside 'casevault shell'.",
        )
    return text


def file_bytes(session: Session, path: str, what: str = "the text (--from)") -> bytes:
    """The bytes of what --from, or another option, names. Raises Usage."""
    return read_binary(path, what, session, MAX_FILE)


def from_file(session: Session, path: str, fields: Sequence[Field]) -> dict[str, str]:
    """The texts of a JSON object; members that are not known are refused. Raises Usage without the content."""
    try:
        value: Any = _json(file_bytes(session, path))
    except (ValueError, RecursionError):
        raise Usage("the file given with --from is not valid JSON") from None
    known = [field.name for field in fields]
    listed = ", ".join(known)
    if not isinstance(value, dict):
        raise Usage("the file given with --from holds no JSON object", hint=f"Its members are: {listed}.")
    if set(value) - set(known):
        raise Usage(
            "the file given with --from has a member that this command does not know",
            hint=f"Its members are: {listed}.",
        )
    if not all(isinstance(text, str) for text in value.values()):
        raise Usage("the members of the file given with --from are texts", hint=f"Its members are: {listed}.")
    return value


def _json(data: bytes) -> Any:
    """Raises ValueError also for a member that stands there twice: one of the two would go unheard."""
    return json.loads(data, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def texts(
    session: Session, path: str | None, fields: Sequence[Field], *, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Texts for a new thing: from the line, from --from, else asked. Raises Usage if a required one is missing."""
    found = dict(given or {})
    if path is not None:
        found |= from_file(session, path, fields)
    elif not found:
        found = _asked(session, fields)
    missing = [field.name for field in fields if field.required and not found.get(field.name, "").strip()]
    if missing:
        raise Usage(f"{missing[0]} is missing", hint='Give it as JSON with --from FILE ("-" is standard input).')
    return {name: text for name, text in found.items() if text}


def _asked(session: Session, fields: Sequence[Field]) -> dict[str, str]:
    if not session.console.can_ask:
        return {}
    found = {}
    for field in fields:
        found[field.name] = session.console.ask(field.question)
        while field.required and not found[field.name]:
            found[field.name] = session.console.ask(field.question)
    return found


def one_object(data: bytes) -> dict[str, Any] | None:
    """The one JSON object of a file, alone or as the only entry of a list; None for anything else."""
    try:
        value = _json(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else None


def changes(
    session: Session,
    path: str | None,
    fields: Sequence[Field],
    before: Mapping[str, str],
    look: AbstractContextManager[object],
) -> dict[str, str]:
    """Texts to change in an old thing; on a terminal an empty line keeps what is there and a dash empties it.

    `look` logs that the old texts are shown; it is entered only if they are, and before that.
    """
    if path is not None:
        return from_file(session, path, fields)
    if not session.console.can_ask:
        raise Usage("nothing to change was given", hint='Give it as JSON with --from FILE ("-" is standard input).')
    with look:
        session.console.say("An empty line keeps what is there; a single dash empties it.")
        return _asked_anew(session, fields, before)


def _asked_anew(session: Session, fields: Sequence[Field], before: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for field in fields:
        typed = session.console.ask(field.question, default=before.get(field.name) or None)
        if typed == "-":
            typed = ""
        if typed != before.get(field.name, ""):
            found[field.name] = typed
    return found
