"""Logs, at the next opening, that a prepared header was put in place: nobody could when it was done."""

from __future__ import annotations

from vault.audit.kept import Kept, KeptHeader
from vault.model.events import Event
from vault.usecases import headers
from vault.usecases.unlocked import UnlockedVault


def note_return(vault: UnlockedVault) -> None:
    """If a header was put in place without a key since the vault was open last, log that: nobody could before."""
    kept, digest = vault.log.kept, headers.digest_of(vault.header)
    if digest != kept.prepared():
        return
    noted = kept.headers()
    if noted and noted[-1].digest == digest:
        return
    new = KeptHeader(noted[-1].generation + 1 if noted else 1, digest, done=True)

    def keep(all_: Kept) -> None:
        all_.put_header(new)
        all_.set_prepared("")

    vault.log.append([Event("travel.now", "event", digest=digest, outcome="ok")], vault.writer, keep)
