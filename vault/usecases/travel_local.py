"""What this computer holds outside the vault's folder that helps to open it: keyring secrets, and agents."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vault.errors import CasevaultError
from vault.session import travel_state
from vault.store import header_file

WAIT_SECONDS = 4.0
"""For the keyring: nobody may be kept waiting at the door, and nobody is asked for its password then."""
AGENT_SECONDS = 8.0
"""For all agents together to end: tenths of a second, or some seconds until one that hangs is killed."""


@dataclass(frozen=True, slots=True)
class Agents:
    """How many processes that kept keys in memory have ended, and whether any of them may still be there."""

    ended: int
    left: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many secrets went from the keyring, the ids of slots whose secret could not be taken out and why (a kind of
    `device_secret`), whether there was an agent that was stopped, and whether one could not be."""

    secrets: int
    kept: tuple[str, ...]
    reason: str
    agent: bool
    agent_left: bool

    @property
    def done(self) -> bool:
        """Whether nothing stayed that should have gone."""
        return not self.kept and not self.agent_left


def forget(folder: Path, vault_id: str, slots: Iterable[str] = ()) -> Forgotten:
    """Take the secrets of `slots`, and those noted as pending, out of the keyring, but for slots that are still in
    the header; then stop the agents. Never raises, and takes some seconds at most: what could not be done is told,
    and noted where that is possible."""
    waiting = sorted({*slots, *travel_state.pending(vault_id)})
    in_place: set[str] = set()
    with contextlib.suppress(CasevaultError):
        in_place = {slot.members["id"] for slot in header_file.read(folder).slots}
    gone, kept, reason = 0, [], ""
    end = time.monotonic() + WAIT_SECONDS
    for slot in waiting:
        if slot in in_place:
            continue
        if reason:
            kept.append(slot)  # a keyring that did not answer once is not waited for again
            continue
        from vault.session import device_secret

        try:
            gone += device_secret.delete(vault_id, slot, ask=False, wait=max(0.1, end - time.monotonic()))
        except CasevaultError as error:
            kept.append(slot)
            reason = error.kind
    if kept:
        travel_state.replace_pending(vault_id, kept)
    else:
        travel_state.clear_pending(vault_id)
    agents = stop_agents()
    return Forgotten(gone, tuple(kept), reason, bool(agents.ended), agents.left)


def stop_agents(wait: float = AGENT_SECONDS) -> Agents:
    """Stop every process of this user that keeps a vault's keys in memory: a copy of the vault elsewhere has one of
    its own. One that hangs is killed. Never raises, and takes `wait` seconds at most."""
    from vault.usecases import agent_lock

    done: list[agent_lock.Done] = []

    def run() -> None:
        with contextlib.suppress(CasevaultError, OSError):
            done.append(agent_lock.lock_every())

    # A thread, as an agent is given half a minute for what it is writing. It goes on with that, and ends then.
    thread = threading.Thread(target=run, name="agents", daemon=True)
    thread.start()
    thread.join(wait)
    return Agents(done[0].count, bool(done[0].left)) if done else Agents(0, left=True)
