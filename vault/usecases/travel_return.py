"""What an open vault knows of a header that lies ready for travel, or was put in place when nobody could log it."""

from __future__ import annotations

import contextlib

from vault.audit.kept import Kept, KeptHeader
from vault.errors import CasevaultError
from vault.model.events import Event
from vault.session import travel_state
from vault.usecases import headers
from vault.usecases.unlocked import UnlockedVault

GONE = "the header that was prepared for travel (vault.json.travel) is gone: 'travel now' can close nothing"
OTHER = "the header for travel (vault.json.travel) is not the one that was prepared: 'travel now' would not take it"
ANEW = "Prepare anew: casevault travel prepare"
UNNOTED = "this computer can't note which header for travel was prepared: 'travel now' would not take it"


def prepared(vault: UnlockedVault) -> bool:
    """Whether `travel now` would work."""
    return bool(vault.log.kept.prepared()) and trouble(vault) is None


def trouble(vault: UnlockedVault) -> str | None:
    """Why `travel now` would not work although something lies ready, or should; None if nothing is wrong."""
    from vault.usecases import travel_header

    digest = vault.log.kept.prepared()
    try:
        there = travel_header.read(vault.folder)
    except CasevaultError:
        return OTHER
    if there is None:
        return GONE if digest and digest != headers.digest_of(vault.header) else None
    if headers.digest_of(there) != digest:
        return OTHER
    return None if digest in travel_state.prepared(vault.header.vault) else UNNOTED


def _note_again(vault: UnlockedVault) -> None:
    """The vault knows what was prepared in it: if this computer's note is gone, or was made on another computer, it
    is made again. Else `travel now` would refuse for ever."""
    if trouble(vault) == UNNOTED:
        with contextlib.suppress(CasevaultError):
            travel_state.note_prepared(vault.header.vault, vault.log.kept.prepared())


def note_return(vault: UnlockedVault) -> None:
    """If a header was put in place without a key since the vault was open last, log that: nobody could before. One
    that lies ready still is noted on this computer."""
    kept, digest = vault.log.kept, headers.digest_of(vault.header)
    if digest not in (kept.prepared(), kept.prepared_before()):
        _note_again(vault)
        return
    noted = kept.headers()
    if noted and noted[-1].digest == digest:
        return
    new = KeptHeader(noted[-1].generation + 1 if noted else 1, digest, done=True)

    def keep(all_: Kept) -> None:
        all_.put_header(new)
        all_.set_prepared("")

    vault.log.append([Event("travel.now", "event", digest=digest, outcome="ok")], vault.writer, keep)
