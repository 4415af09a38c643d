"""The command's side of locking: every agent is asked, none is waited for in vain, and what lives on is told.

An agent says at once that it locks, finishes what is being written, erases its keys and ends. One that says nothing,
as it is stopped or hangs, is killed: it then leaves no last entry in the log, but no keys either.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vault.errors import Busy, CasevaultError, Damaged
from vault.session import agent_link, agent_place
from vault.session.agent_frames import Channel, Ended

ANSWER_SECONDS = 3.0
"""For the agent to say that it locks. It has a thread for that alone."""
END_SECONDS = 20.0
"""For what is being written, then the last entry; the agent ends by itself before."""
GONE_SECONDS = 3.0
"""For the system to end a process that was killed, or that has said its last word."""
_ALIVE = "the process that keeps the vault open does not answer, and could not be ended"
_HINT = "End it by the system's list of processes: a Python with no vault in its name. Or restart the computer."


@dataclass(frozen=True, slots=True)
class Done:
    """How many agents have ended, how many of them were killed, and for each that is left why: Busy or Refused."""

    count: int
    killed: int = 0
    left: tuple[CasevaultError, ...] = ()


@dataclass(slots=True)
class _Counts:
    ended: int = 0
    killed: int = 0
    left: list[CasevaultError] = field(default_factory=list)


def lock(folder: Path, vault_id: str) -> Done:
    """Lock all agents that keep this vault open: sessions that know different folders may have made two."""
    return _lock(agent_link.everyone(agent_place.name_of(vault_id, folder)))


def lock_every() -> Done:
    """Lock all agents of this user, at once: it takes as long as the slowest, 26 seconds at most."""
    done = _lock(agent_link.everyone())
    with contextlib.suppress(OSError, CasevaultError):
        agent_link.sweep()
    return done


def _lock(met: Iterable[Channel | CasevaultError]) -> Done:
    counts, threads = _Counts(), []
    for one in met:
        if isinstance(one, CasevaultError):
            counts.left.append(one)
            continue
        threads.append(threading.Thread(target=_end, args=(one, counts), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return Done(counts.ended, counts.killed, tuple(counts.left))


def _end(channel: Channel, counts: _Counts) -> None:
    process = channel.process()
    try:
        ended = _asked(channel)
        if process is None:
            # It may have ended before it was looked at, or live where its number says nothing here.
            ended = ended or channel.ended()
        else:
            # A line that is cut without a word may be its last moment, or it has too many to hear.
            ended = process.ended(GONE_SECONDS if ended or channel.ended() else 0) or ended
            if not ended and (process.exact or not channel.ended()):
                process.kill()
                ended = process.ended(GONE_SECONDS)
                counts.killed += ended
        if ended:
            counts.ended += 1
        else:
            counts.left.append(Busy(_ALIVE, hint=_HINT))
    finally:
        channel.close()
        if process is not None:
            process.close()


def _asked(channel: Channel) -> bool:
    """Whether it says that its keys are erased."""
    wait = ANSWER_SECONDS
    try:
        channel.send({"ask": "lock"})
        while True:
            answer = channel.receive(wait=wait)
            if answer.get("locked") is True:
                return True
            if answer.get("locking") is not True:
                return False
            wait = END_SECONDS
    except (Ended, Damaged, ValueError):
        return False
