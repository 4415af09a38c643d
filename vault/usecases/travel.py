"""Travel mode: only trustees elsewhere can open the vault, until they give it back.

At each instant either the old slots open or the trustees' do: their shares are made, written and tried first, then
one rename changes the header, then everything on this computer that opened the old one is destroyed. Each step can
be repeated, and the next command finishes what a stopped one left.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.crypto.keys import VaultKeys
from vault.errors import CasevaultError, Usage
from vault.formats.header import SlotRecord
from vault.model.events import Event
from vault.session import travel_state
from vault.store import header_file, slot_notes, wipe
from vault.usecases import headers, travel_header, travel_local, travel_look, travel_shares
from vault.usecases.travel_local import Forgotten
from vault.usecases.travel_look import Seen
from vault.usecases.travel_shares import Given, Order, Show
from vault.usecases.unlocked import UnlockedVault

NOTE = "travel"
"""What the catalogue says of the trustees' slot; the header says nothing."""
NONE_READY = "no header for travel was prepared"
PREPARE = "Do it before the journey, while there is time: casevault travel prepare --trustees R,R --need 2 --out DIR"


@dataclass(frozen=True, slots=True)
class Plan:
    """What `start` would do: the slots it destroys (id, kind), the shares; and what lies about."""

    vault: str
    slots: tuple[tuple[str, str], ...]
    need: int
    count: int
    ready: bool
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A header that lies ready, and who was given what."""

    vault: str
    need: int
    count: int
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """`overwritten`: whether the old header's bytes were written over. `given` is empty where the trustees have their
    shares already. `seen` is what was found afterwards."""

    vault: str
    slots: tuple[str, ...]
    need: int
    count: int
    given: tuple[Given, ...]
    overwritten: bool
    forgotten: Forgotten
    seen: tuple[Seen, ...]


def plan(vault: UnlockedVault, root: bytes, order: Order | None) -> Plan:
    """What `start` would do, and what it would not reach. None: with the shares that trustees have already.

    Raises Usage, NotFound, NotAllowed where it can't be done.
    """
    if order is None:
        record = _ready(vault).members
        need, count = record["need"], record["count"]
        trustees = []
    else:
        trustees = travel_shares.check(vault, order)
        need, count = order.need, order.count
    slots = tuple((slot.members["id"], slot.members["kind"]) for slot in vault.header.slots)
    with vault.access("recipient.list", None):
        seen = travel_look.around(vault, vault.header, root, [one.age_key for one in trustees])
    return Plan(vault.header.vault, slots, need, count, order is None, tuple(seen))


def prepare(vault: UnlockedVault, root: bytes, order: Order, out: Path | None, show: Show) -> Prepared:
    """Make trustees' shares, try them, and lay a header ready that only they open. The vault opens as before.

    One that lay there before is replaced: its shares open nothing then. Raises as `travel_shares.make` does.
    """
    made = travel_shares.make(vault, root, order, out, show)
    keys = VaultKeys.derive(root)
    try:
        with vault.catalogue.transaction():  # one at a time, and not while the key slots are changed
            ready = headers.sealed(replace(vault.header, slots=(made.record,)), keys)
            digest, op = headers.digest_of(ready), secrets.token_hex(8)
            stale = _noted(vault)
            intent = Event("travel.prepare", "intent", op=op, count=order.count, digest=digest)
            vault.log.append([intent], vault.writer, lambda kept: kept.set_prepared(digest))
            with _outcome(vault, "travel.prepare", op):
                travel_header.write(vault.folder, ready)
                there = travel_header.read(vault.folder)
                assert there is not None
                headers.check_mac(there, keys)
                # Without it `travel now` would refuse: that must be known before the journey, not at the door.
                travel_state.note_prepared(vault.header.vault, digest, stale)
                vault.log.kept.settle_prepared(digest)
    except BaseException:
        if _taken_back(vault.folder, made.record):
            _remove(out, made.given)
        raise
    return Prepared(vault.header.vault, order.need, order.count, made.given)


def _taken_back(folder: Path, record: SlotRecord) -> bool:
    """Whether no header lies ready for these shares: one may lie there although it could not be logged, and with its
    shares gone `travel now` would close the vault for good."""
    try:
        ready = travel_header.read(folder)
        if ready is not None and ready.slots == (record,):
            travel_header.drop(folder)
    except CasevaultError:
        return False  # nobody can tell: the shares stay
    return True


def _noted(vault: UnlockedVault) -> set[str]:
    """The digests of what lies ready, and of what should."""
    found = {vault.log.kept.prepared()}
    with contextlib.suppress(CasevaultError):
        there = travel_header.read(vault.folder)
        found |= {headers.digest_of(there)} if there is not None else set()
    return found - {""}


def drop_prepared(vault: UnlockedVault) -> None:
    """Whatever lies ready is gone: for whoever gives the vault a new root key, BEFORE its new header is in place, as
    the old root key would be all that such a header gives. Raises StorageFailed, LogUnavailable."""
    stale = _noted(vault)
    if vault.log.kept.prepared():
        event = Event("travel.prepare", "event", count=0, outcome="ok")
        vault.log.append([event], vault.writer, lambda kept: kept.set_prepared(""))
    travel_header.drop(vault.folder)
    travel_state.forget_prepared(vault.header.vault, stale)


def start(vault: UnlockedVault, root: bytes, order: Order | None, out: Path | None, show: Show) -> Started:
    """Destroy everything on this computer that opens the vault, once trustees' shares were made and tried.

    `order` None: with the header that lies ready, whose shares the trustees have. Raises as `travel_shares.make`
    does, Busy, StorageFailed, LogUnavailable; then the vault opens as before, unless its header says otherwise.
    """
    given: tuple[Given, ...] = ()
    if order is None:
        record = _ready(vault)
        need, count = record.members["need"], record.members["count"]
    else:
        made = travel_shares.make(vault, root, order, out, show)
        record, given, need, count = made.record, made.given, order.need, order.count
    before = vault.header
    try:
        overwritten = _replace(vault, VaultKeys.derive(root), record)
    except BaseException:
        if not _in_place(vault.folder, record):
            _remove(out, given)
        raise
    # The header first, then what this computer keeps beside it, each part in its time; the log may be in the way.
    forgotten = travel_local.forget(vault.folder, vault.header.vault, travel_header.device_slots(before))
    stale = _noted(vault)
    vault.log.kept.set_prepared("")
    with contextlib.suppress(CasevaultError):
        travel_header.drop(vault.folder)
    travel_state.forget_prepared(vault.header.vault, stale)
    seen = (
        *travel_look.slots_left(vault.folder),
        *travel_look.not_forgotten(vault.folder, vault.header.vault, forgotten),
        *travel_look.around(vault, before, root, []),
    )
    ids = tuple(slot.members["id"] for slot in before.slots)
    return Started(vault.header.vault, ids, need, count, given, overwritten, forgotten, seen)


def _ready(vault: UnlockedVault) -> SlotRecord:
    """The trustees' slot of the header that lies ready. Raises Usage if there is none, Damaged."""
    there = travel_header.read(vault.folder)
    if there is None or headers.digest_of(there) != vault.log.kept.prepared():
        raise Usage(f"{NONE_READY}, and no trustees are named", hint="Name them: --trustees R,R --need 2 --out DIR")
    return there.slots[0]


def _replace(vault: UnlockedVault, keys: VaultKeys, record: SlotRecord) -> bool:
    """The header with that slot alone, and the old one's bytes destroyed; whether they were."""

    def alone(old: tuple[SlotRecord, ...]) -> tuple[SlotRecord, ...]:
        for one in old:
            slot_notes.drop(vault.catalogue, one.members["id"])
        slot_notes.put(vault.catalogue, record.members["id"], NOTE, "")
        return (record,)

    travel_state.put_pending(vault.header.vault, travel_header.device_slots(vault.header))
    with wipe.holding(vault.folder / header_file.NAME) as held:
        try:
            headers.change(vault, keys, "travel.start", alone)
        finally:
            # Also where the log failed after the header was written: what was replaced is not needed any more.
            overwritten = travel_header.overwrite(held)
    travel_header.hide_time(vault.folder)
    return overwritten


def _in_place(folder: Path, record: SlotRecord) -> bool:
    try:
        return header_file.read(folder).slots == (record,)
    except CasevaultError:
        return True  # nobody can tell: the shares may be all that there is


def _remove(out: Path | None, given: Sequence[Given]) -> None:
    if out is not None and any(one.path is not None for one in given):
        shutil.rmtree(out, ignore_errors=True)


@contextlib.contextmanager
def _outcome(vault: UnlockedVault, action: str, op: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(CasevaultError):
            vault.log.append([Event(action, "outcome", op=op, outcome="failed")], vault.writer)
        raise
    vault.log.append([Event(action, "outcome", op=op, outcome="ok")], vault.writer)
