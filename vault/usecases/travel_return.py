"""What an open vault knows of a header that lies ready for travel, or was put in place when nobody could log it."""

from __future__ import annotations

from vault.audit.kept import Kept, KeptHeader
from vault.errors import CasevaultError
from vault.model.events import Event
from vault.usecases import headers
from vault.usecases.unlocked import UnlockedVault


def prepared(vault: UnlockedVault) -> bool:
    """Whether `travel now` would work."""
    digest = vault.log.kept.prepared()
    if not digest:
        return False
    from vault.usecases import travel_header

    try:
        there = travel_header.read(vault.folder)
    except CasevaultError:
        return False
    return there is not None and headers.digest_of(there) == digest


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
