"""The secret that opens a backup: it has a header of its own, and takes what opened the vault on its day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from commands import secrets
from commands.context import Session

if TYPE_CHECKING:
    from vault.crypto.slots import Secret as Secret

T = TypeVar("T")


@dataclass(frozen=True)
class Opener:
    """A backup's vault by its id, and a session for which the backup's header is the vault's; None if that header
    can't be read."""

    vault: str
    session: Session | None

    def given(self) -> Secret | None:
        """The secret that the options give, None if there is none or no header to open with it."""
        return None if self.session is None else secrets.given(self.session)

    @property
    def can_ask(self) -> bool:
        """Whether somebody can be asked for it."""
        return self.session is not None and self.session.console.can_ask_secret

    def asked(self, use: Callable[[Secret], T]) -> T:
        """Ask until `use` takes the secret. Raises Locked, Damaged where there is no header."""
        from vault.errors import Damaged

        if self.session is None:
            raise Damaged("the header (vault.json) in the backup is missing or damaged: nothing opens it", hint="")
        return secrets.asked(self.session, self.session.peek().kinds, use)


def of(session: Session, place: Path, snapshot: str | None) -> Opener:
    """What opens a snapshot, the newest if none is named. Raises NotFound, Damaged, NewerFormat, StorageFailed."""
    from vault.usecases import backup_look

    vault, header = backup_look.header(place, snapshot)
    # No copy of it may come to lie anywhere: it would go on opening with its secrets after they were destroyed.
    return Opener(vault, None if header is None else session.opening(header))
