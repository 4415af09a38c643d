"""Paths of files that a command is to write: checked before any work is done."""

from __future__ import annotations

from pathlib import Path

from commands.context import Session
from commands.lines import split
from vault.errors import Usage


def needed(session: Session, out: str | None) -> str:
    """The path for --out: given, else asked. Raises Usage."""
    if out is None and session.console.can_ask:
        typed = split(session.console.ask("Write it to which new file?"))
        out = typed[0] if typed else None
    if out is None:
        raise Usage("--out FILE is missing: where to write it")
    return out


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, also where capitals don't count or a folder has two names."""
    return _plain(one) == _plain(other)


def _plain(path: Path) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", str(path.resolve())).casefold()


def new_file(path: str, what: str) -> Path:
    """A path that is free and that no cloud carries off. Raises OutputExists, SyncFolder, Usage."""
    from vault.usecases import outputs

    found = Path(path).expanduser()
    outputs.check(found, what)
    return found
