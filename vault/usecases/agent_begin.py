"""Starts the agent for a vault that was just opened with a secret."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vault.crypto.keys import VaultKeys
from vault.errors import Usage
from vault.session import agent_place, agent_screen, agent_start
from vault.usecases import agent_events, agent_remote, headers, opening
from vault.usecases.agent import KEYS

SHORTEST, LONGEST = 1, 12 * 3600
"""Seconds: nobody works longer than half a day at a stretch."""

WHERE = ("HOME", "LOCALAPPDATA", "USERPROFILE", "XDG_STATE_HOME")
"""What says where the folder for state is."""


@dataclass(frozen=True, slots=True)
class Begun:
    """`seconds` until it ends in any case, `idle` without a command; what of the memory is locked ("all", "keys",
    "none"); and which of "screen" and "sleep" the system tells it."""

    vault: str
    seconds: int
    idle: int
    memory: str
    knows: tuple[str, ...]


def check_times(seconds: int, idle: int) -> None:
    """Raise Usage for times that are not taken, before anybody is asked for a secret."""
    if not SHORTEST <= idle <= seconds <= LONGEST:
        raise Usage("a vault is kept open for 1 second to 12 hours, and idle no longer than that")


def begin(folder: Path, found: opening.Unlocked, *, seconds: int, idle: int, accept_rollback: bool = False) -> Begun:
    """Keep this vault open for so many seconds, in place of an agent that does already. Raises as opening does."""
    check_times(seconds, idle)
    with opening.opened(folder, found, accept_rollback=accept_rollback) as vault:
        writer, header = vault.writer, vault.header
    agent_remote.lock(folder, header.vault)
    keys = VaultKeys.derive(found.root)
    answer = agent_start.start(
        {
            "accepted": accept_rollback,
            "buses": agent_screen.addresses(os.environ),
            "folder": os.fsencode(os.path.realpath(folder)).hex(),
            "header": headers.digest_of(header),
            "idle": idle,
            "keys": {name: getattr(keys, name).hex() for name in KEYS},
            "name": agent_place.name_of(header.vault, folder),
            "places": [os.fsencode(one).hex() for one in agent_place.folders()],
            "seconds": seconds,
            "vault": header.vault,
            "where": {name: os.environ[name] for name in WHERE if name in os.environ},
            "writer": agent_events.writer_members(writer),
        }
    )
    if "error" in answer:
        raise agent_events.error_of(answer["error"])
    place = answer.get("place")
    if isinstance(place, str):
        agent_place.note(Path(os.fsdecode(bytes.fromhex(place))))
    return Begun(header.vault, seconds, idle, str(answer["memory"]), tuple(map(str, answer["knows"])))
