"""Whether names in free text are looked for by models too, and the finder that asks them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vault.sandbox import extras

if TYPE_CHECKING:
    from vault.redaction.found import Finder

ABSENT = "names that nobody listed are looked for by rules alone, which miss more of them"
HINT = "Install the extra casevault[models]."


def present() -> bool:
    """Whether the extra `casevault[models]` is installed; nothing of it is loaded to find out."""
    return extras.present("models")


def engine_version() -> str:
    """The engine as it would search now: its number, whether models take part, and the hash of all its rules."""
    from vault.redaction import engine, fingerprint  # a third of a second, for those who search

    return f"{engine.version(models=present())}+{fingerprint.digest()}"


@contextmanager
def finder(*, accept_weak_jail: bool) -> Iterator[Finder | None]:
    """What asks the models, for as long as the context lasts; None where they are not installed."""
    if not present():
        yield None
        return
    from vault.sandbox.names import NameFinder

    with NameFinder(accept_weak_jail=accept_weak_jail) as asked:
        yield asked.find
