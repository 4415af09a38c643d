"""What this computer holds outside the vault's folder that helps to open it: keyring secrets, and an agent."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from vault.errors import CasevaultError
from vault.session import travel_state
from vault.store import header_file

WAIT_SECONDS = 5.0
"""For the keyring: nobody may be kept waiting at the door, and nobody is asked for its password then."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many secrets went from the keyring, the ids of slots whose secret could not be taken out and why (a kind of
    `device_secret`), and whether there was an agent that was stopped."""

    secrets: int
    kept: tuple[str, ...]
    reason: str
    agent: bool


def forget(folder: Path, vault_id: str) -> Forgotten:
    """Stop the agent, and take the secrets that are noted as pending out of the keyring, but for slots that are still
    in the header. Never raises: what could not be done is told, and stays noted."""
    agent = stop_agent(folder, vault_id)
    waiting = travel_state.pending(vault_id)
    in_place: set[str] = set()
    with contextlib.suppress(CasevaultError):
        in_place = {slot.members["id"] for slot in header_file.read(folder).slots}
    gone, kept, reason = 0, [], ""
    for slot in waiting:
        if slot in in_place:
            continue
        if reason:
            kept.append(slot)  # a keyring that did not answer once is not waited for again
            continue
        from vault.session import device_secret

        try:
            gone += device_secret.delete(vault_id, slot, ask=False, wait=WAIT_SECONDS)
        except CasevaultError as error:
            kept.append(slot)
            reason = error.kind
    if kept:
        travel_state.replace_pending(vault_id, kept)
    else:
        travel_state.clear_pending(vault_id)
    return Forgotten(gone, tuple(kept), reason, agent)


def stop_agent(folder: Path, vault_id: str) -> bool:
    """Stop what keeps the vault's keys in memory; True if there was something. Never raises: an agent that can't be
    met sees by the header that its time is over, and the lock on the databases tells that it is still there."""
    from vault.usecases import agent_remote

    with contextlib.suppress(CasevaultError, OSError):
        return agent_remote.lock(folder, vault_id)
    return False
