"""What is looked at and noted whenever a vault is opened, with a secret or through the agent.

A module of its own, so that a command that needs no secret loads nothing of what finds one.
"""

from __future__ import annotations

import contextlib
import time

from vault.audit.clock import text_time, time_text
from vault.errors import CasevaultError, Rollback
from vault.model.events import MAX_NUMBER, Entry, Event, Writer
from vault.session import failed_unlocks
from vault.usecases import headers, rollback
from vault.usecases.unlocked import UnlockedVault

MILLISECOND = 1_000_000
CLOCK_TOLERANCE = 120
"""Seconds: two programs may write at once, and time servers correct clocks by moments."""


def begun(vault: UnlockedVault, *, accept_rollback: bool, report_rollback: bool = False) -> UnlockedVault:
    """The vault, if it may be used; else it is closed. Raises Rollback, Damaged, and what an open vault may raise."""
    try:
        if vault.log.kept.successions():
            from vault.usecases import rotation_switch  # what only vaults need that have their second root key

            rotation_switch.adopt(vault)
        accepted = rollback.check(vault, accept=accept_rollback, report=report_rollback)
        if vault.rollback is None:
            with contextlib.suppress(CasevaultError):  # where nothing can be written, it is told apart later
                headers.settle(vault)
        try:
            headers.check_newest(vault, accept_rollback=accept_rollback)
        except Rollback as older:
            if not report_rollback:
                raise
            vault.rollback = vault.rollback or older
        if vault.rollback is None:
            rollback.begin(vault, accepted=accepted)
            _note_what_came_before(vault)
    except BaseException:
        vault.close()
        raise
    return vault


def _note_what_came_before(vault: UnlockedVault) -> None:
    """Log the failed tries and the clock that went back, and make the seals that are due.

    Where the log can't be written, nothing is lost by it, and nothing is shown later: each access is logged first.
    """
    with contextlib.suppress(CasevaultError):
        writer, last = vault.writer, vault.log.last()
        events: list[Event] = []
        failed = failed_unlocks.read(vault.header.vault)
        if failed is not None:
            since = time_text(failed.first)
            events.append(Event("vault.unlock-failed", "event", count=failed.count, since=since, outcome="failed"))
        if last is not None and (back := went_back(last, writer)):
            events.append(Event("clock.step", "event", count=back, since=last.time, outcome="ok"))
        vault.log.append(events, writer)
        if failed is not None:
            failed_unlocks.clear(vault.header.vault)
    with contextlib.suppress(CasevaultError):
        if vault.log.kept.prepared():
            from vault.usecases import travel_return  # what only vaults need that were prepared for a journey

            travel_return.note_return(vault)
    with contextlib.suppress(CasevaultError):
        if vault.log.kept.chain() is not None:
            from vault.usecases import sealing  # what only vaults with an auditor need

            sealing.catch_up(vault)


def went_back(last: Entry, writer: Writer) -> int:
    """Seconds by which the clock is behind where it must be, by the last entry; 0 within the tolerance.

    Within one run of the machine the monotonic clock tells it too: it never runs faster than time does.
    """
    now, mono = time.time_ns() // MILLISECOND, time.monotonic_ns() // MILLISECOND
    earliest = text_time(last.time) + (max(0, mono - last.mono) if last.boot == writer.boot else 0)
    back = (earliest - now) // 1000
    return min(back, MAX_NUMBER) if back > CLOCK_TOLERANCE else 0
