"""Why something is opened: given with --purpose, or asked for where the policy wants it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from commands.choices import Purpose
from commands.context import Session

if TYPE_CHECKING:
    from vault.usecases.unlocked import UnlockedVault


def wanted(session: Session, vault: UnlockedVault, action: str, given: str | None) -> str | None:
    """The purpose of an action; None where none is given and none is asked for. Raises Usage naming --purpose."""
    if given is not None:
        return given
    from vault.usecases import policies

    if session.console.can_ask and policies.current(vault).asks_purpose(action):
        t = session.console.text
        return session.console.choose("What is it for?", [(one, t(one)) for one in get_args(Purpose)])
    policies.require_purpose(vault, action, given)
    return None


@contextlib.contextmanager
def look(
    session: Session, vault: UnlockedVault, action: str, case_id: str | None, object_id: str | None = None
) -> Iterator[None]:
    """Log a look at what is about to be changed; the purpose is asked for only if the look is really taken."""
    with vault.access(action, case_id, object_id, purpose=wanted(session, vault, action, None)):
        yield
