"""Notices an older copy of the vault that was put back, by what this device remembers of the newest state it saw.

A copy is older if its log is shorter; it went another way if the remembered root is not in its log's tree; a part of
it is older if it knows of fewer changes of the header. All files of such a copy are authentic, so nothing else tells.
Needs no more than the working keys.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator

from vault.audit.clock import time_text
from vault.audit.kept import KeptHeader
from vault.errors import Busy, CasevaultError, Damaged, LogUnavailable, Rollback, StorageFailed
from vault.model.events import MAX_NUMBER, Event, Head
from vault.session import remembered
from vault.session.remembered import Remembered, Untrusted
from vault.store import locks
from vault.usecases.unlocked import UnlockedVault

ACTION = "vault.rollback"
FORGOTTEN = "vault.forgotten"
EVERY_SECONDS = 30.0
"""While a vault stays open, what it has written since is remembered no later than this, with the next entry."""
LOCK_SECONDS = 2.0
MILLISECOND = 1_000_000
ANOTHER_COPY = (
    "Look for the copy that was used last, and go on with that one. If there is none, or if you put this one back "
    "yourself, open it with --accept-rollback; it is logged. If nobody did, ask who was at this computer."
)


def check(vault: UnlockedVault, *, accept: bool = False, report: bool = False) -> bool:
    """Compare the vault with what this device remembers of it; `vault.memory` says what that was good for.

    Raises Rollback for an older copy. With `report` it is put into `vault.rollback` instead; with `accept` it is
    logged, and True is given back: then `begin` has to take the copy for the newest.
    """
    from vault.usecases import headers  # which imports the same things

    # What is remembered first: the log can only have grown by the time that it is read.
    found, state = _remembered(vault)
    vault.memory = state
    instance = vault.log.kept.instance()
    problem = None if found is None else _problem(vault, found)
    if remembered.is_retired(vault.header.vault, instance, vault.keys.seals):
        problem = Rollback(
            "this is an older copy of the vault, from before all its keys were renewed", hint=ANOTHER_COPY
        )
    if problem is None:
        return False
    if report:
        vault.rollback = problem
        return False
    if not accept:
        raise problem
    event = Event(ACTION, "event", outcome="ok")
    seen = _generation(vault)
    if found is not None:
        count, since, seen = min(found.size, MAX_NUMBER), found.last or None, found.generation
        event = Event(ACTION, "event", count=count, since=since, digest=found.root.hex(), outcome="ok")
    # The header that is in use is the newest one from now on, whatever else was.
    behind = _generation(vault) < seen
    noted = KeptHeader(max(seen, _generation(vault)) + 1, headers.digest_of(vault.header), done=True)
    vault.log.append([event], vault.writer, lambda kept: kept.put_header(noted) if behind else None)
    remembered.reinstate(vault.header.vault, instance, vault.keys.seals)
    return True


def _remembered(vault: UnlockedVault) -> tuple[Remembered | None, str]:
    kept = vault.log.kept
    instance = kept.instance()
    try:
        found = remembered.read(vault.header.vault, instance, vault.keys.seals)
    except Untrusted:
        return None, "altered"
    if found is not None:
        return found, "kept"
    # It is in the vault that this device has noted something, and the note is not there any more. Whoever deletes the
    # device's id too makes it a new one: then others have seen the vault.
    if kept.seen_on(instance, vault.writer.device):
        return None, "gone"
    return None, "elsewhere" if kept.seen_by(instance) else "first"


def _problem(vault: UnlockedVault, found: Remembered) -> Rollback | None:
    """What is wrong with the copy, in words that name both states with their dates."""
    try:
        head = vault.log.head()
        root = head.root if head.size == found.size else None
        if head.size > found.size:
            root = vault.log.root_at(found.size)
    except (Damaged, LogUnavailable, StorageFailed):
        # `doctor` says what is damaged, and what can't be logged is not shown.
        vault.memory = "unchecked"
        return None
    here, there = _when(_last(vault, head)), _when(found.last)
    if head.size < found.size:
        return Rollback(
            f"this is an older copy of the vault: its log has {head.size} entries, the last of {here}; "
            f"this computer has seen {found.size}, the last of {there}",
            hint=ANOTHER_COPY,
        )
    if root != found.root:
        return Rollback(
            "this copy of the vault is not the one that was used last, nor what became of it: its log ends on "
            f"{here}; this computer has seen another one of {found.size} entries, the last of {there}",
            hint=ANOTHER_COPY,
        )
    if _generation(vault) < found.generation:
        return Rollback(
            "what the vault knows of its own key slots is older than what this computer has seen, on "
            f"{there}: a part of an older copy was put back",
            hint=ANOTHER_COPY,
        )
    return None


def _last(vault: UnlockedVault, head: Head) -> str:
    if not head.size:
        return ""
    with contextlib.suppress(CasevaultError):
        last = vault.log.last()
        return last.time if last is not None else ""
    return ""


def _when(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} (UTC)" if moment else "an unknown day"


def _generation(vault: UnlockedVault) -> int:
    kept = vault.log.kept.headers()
    return kept[-1].generation if kept else 0


def begin(vault: UnlockedVault, *, accepted: bool = False) -> None:
    """From now on what the vault writes is remembered; once at once if this copy was `accepted`, or if nothing that
    can be trusted was remembered here before: that is logged, with the number of computers that have seen it where
    this one has not."""
    lost = vault.memory in ("altered", "elsewhere", "gone")
    others = vault.log.kept.seen_by(vault.log.kept.instance()) if vault.memory == "elsewhere" else None
    if accepted or lost:
        kept = remember(vault, force=True)
        # A device that can keep nothing would say so with each command.
        if lost and kept:
            with contextlib.suppress(CasevaultError):
                vault.log.append([Event(FORGOTTEN, "event", count=others, outcome="ok")], vault.writer)
        elif lost:
            vault.memory = "unkept"
    due = time.monotonic() + EVERY_SECONDS

    def written(closing: bool) -> None:
        nonlocal due
        if closing or time.monotonic() >= due:
            due = time.monotonic() + EVERY_SECONDS
            remember(vault)

    vault.on_written = written


def remember(vault: UnlockedVault, *, force: bool = False) -> bool:
    """Note the vault's state on this device, unless a newer one is noted: two commands may end in any order. With
    `force` whatever is noted goes. False where the device can't keep it; never raises."""
    if vault.rollback is not None:
        return False
    with contextlib.suppress(CasevaultError, OSError, RuntimeError):
        kept = vault.log.kept
        instance, head = kept.instance(), vault.log.head()
        now = time_text(time.time_ns() // MILLISECOND)
        new = Remembered(
            vault.header.vault, instance, head.size, head.root, _generation(vault), _last(vault, head), now
        )
        if _written(new, vault.keys.seals, force=force):
            if not kept.seen_on(instance, vault.writer.device):
                kept.put_seen_on(instance, vault.writer.device)
            return True
    return False


def _written(new: Remembered, key: bytes, *, force: bool) -> bool:
    if not remembered.make_folder():
        return False
    with _alone():
        with contextlib.suppress(Untrusted):
            old = None if force else remembered.read(new.vault, new.instance, key)
            if old is not None and (old.size, old.generation) >= (new.size, new.generation):
                return True
        return remembered.write(new, key)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one process writes at a time. Raises Busy, StorageFailed."""
    last = time.monotonic() + LOCK_SECONDS
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locks.exclusive(remembered.folder()))
                break
            except Busy:
                if time.monotonic() > last:
                    raise
                time.sleep(0.002)
        yield


def used_later(vault: UnlockedVault) -> str | None:
    """When another instance of the vault was last used on this device, if that was after this one was: as ISO 8601.

    Either may be right, a copy that was restored or the one that it came from: so it keeps nobody out.
    """
    instance, key = vault.log.kept.instance(), vault.keys.seals
    try:
        own = remembered.read(vault.header.vault, instance, key)
    except Untrusted:
        own = None
    later = [
        one.noted
        for one in remembered.others(vault.header.vault, instance, key)
        if own is None or one.noted > own.noted
    ]
    return max(later, default=None)


def new_instance(vault: UnlockedVault) -> str:
    """Make this copy of the vault one of its own, as a restore does: it is not compared with what was seen of others,
    and what is seen of it is remembered apart. Gives its id, 16 hex digits. Raises StorageFailed, Busy."""
    instance = secrets.token_hex(8)
    vault.log.kept.put_instance(instance)
    vault.rollback, vault.memory = None, "first"
    remember(vault, force=True)
    return instance
