"""Ends a process in the middle of a change of the header, and what such changes are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vaults

from vault.crypto import slots
from vault.crypto.keys import VaultKeys
from vault.usecases import headers, opening

OTHER = slots.RecoveryCode(bytes(reversed(range(32))))
STOPPED = 9


def killed(work: Callable[[], object], where: Any, name: str, *, after: bool) -> None:
    """Do it in a process that ends, as if it was killed, before or after the first call of `where.name`."""
    child = os.fork()
    if child == 0:
        real = getattr(where, name)

        def stop(*values: object) -> None:
            if after:
                real(*values)
            os._exit(STOPPED)

        try:
            setattr(where, name, stop)
            work()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == STOPPED


def add(folder: Path) -> None:
    """A second slot, as `key add` makes one."""
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        more = headers.record_of(slots.make(OTHER, found.root))
        headers.change(vault, VaultKeys.derive(found.root), "key.add", lambda old: (*old, more))


def remove_first(folder: Path) -> None:
    """The slot of `vaults.CODE` goes, as `key remove` takes it."""
    found = opening.unlock(folder, OTHER)
    with opening.opened(folder, found) as vault:
        headers.change(vault, VaultKeys.derive(found.root), "key.remove", lambda old: old[1:])
