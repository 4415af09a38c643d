"""New key slots for the same root key, or new keys for everything.

`renew` makes the slots anew: the old secrets open the vault no more, older copies of its header still do. `deep`
gives the vault another root key and every case another key, and encrypts everything anew under them: whoever kept an
old secret, an old root key or an old copy can do nothing with what the vault holds from then on.

A deep renewal goes case by case, so that it needs no more room than the largest case and the databases, and can be
stopped and gone on with at any time; until it ends, the old secrets open the vault as it is then.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vault.crypto import kdf, slots
from vault.crypto.keys import VaultKeys
from vault.errors import Busy, CasevaultError, Damaged, StorageFailed, WrongSecret
from vault.formats.header import Header, SlotRecord
from vault.model.records import Case, Evidence
from vault.store import header_file, in_use, rotation_state, slot_notes, switch
from vault.usecases import agent_remote, headers, opening, rotation_case, rotation_switch, rowcheck, travel
from vault.usecases.opening import Unlocked
from vault.usecases.rotation_slots import Fresh, Maker
from vault.usecases.unlocked import UnlockedVault

ACTION = rotation_switch.ACTION
DATABASE_COPIES = 3
"""The new databases, while they are encrypted the old pages beside them, and something to spare."""
Progress = Callable[[int], None]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What a deep renewal has to do: cases that are still to come and those that are done, bytes that are still to be
    encrypted, and bytes of room that it needs beside what there is."""

    cases: int
    done: int
    size: int
    room: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a deep renewal did: cases in all, those of them that an earlier run had done, items, the log's new key as
    a verifier key, and the new slots."""

    cases: int
    earlier: int
    items: int
    verifier: str
    slots: tuple[SlotRecord, ...]


def renew(vault: UnlockedVault, root: bytes, maker: Maker) -> tuple[SlotRecord, ...]:
    """Put new slots in the place of all old ones; the new ones. Logged. Raises Busy, StorageFailed, Usage."""
    try:
        made = maker.make(root)
        records = tuple(headers.record_of(one.slot) for one in made)

        def new(old: tuple[SlotRecord, ...]) -> tuple[SlotRecord, ...]:
            for record in old:
                slot_notes.drop(vault.catalogue, record.members["id"])
            for one in made:
                slot_notes.put(vault.catalogue, one.slot.id, one.label, one.recipient)
            return records

        headers.change(vault, VaultKeys.derive(root), ACTION, new)
    except BaseException:
        if not _names_any(vault.folder, maker.stored):
            maker.undo()
        raise
    maker.clean_up()
    return records


def work(vault: UnlockedVault) -> Work:
    """What is to be done. Raises Damaged."""
    states = rotation_state.read(vault.catalogue)
    sizes: dict[str, int] = {}
    stored: dict[str, int] = {}
    for item in vault.catalogue.all(Evidence):
        case_id = str(item.case_id)
        sizes[case_id] = sizes.get(case_id, 0) + item.size
        stored[case_id] = stored.get(case_id, 0) + item.stored_size
    left = [case.id for case in vault.catalogue.all(Case) if not _is_done(states, case.id)]
    room = max((stored.get(case, 0) for case in left), default=0) + DATABASE_COPIES * switch.size(vault.folder)
    return Work(len(left), vault.catalogue.count(Case) - len(left), sum(sizes.get(case, 0) for case in left), room)


def _is_done(states: dict[str, rotation_state.CaseState], case_id: str) -> bool:
    return case_id in states and states[case_id].step == "done"


def begun(vault: UnlockedVault) -> int:
    """How many cases have their new key already in a renewal that is not finished; 0 if there is none."""
    return sum(state.step == "done" for state in rotation_state.read(vault.catalogue).values())


def deep(
    folder: Path, found: Unlocked, maker: Maker, *, accept_rollback: bool = False, progress: Progress | None = None,
    step: Step | None = None, wait: float = in_use.WAIT_SECONDS,
) -> Renewed:  # fmt: skip
    """Give the vault at `folder` new keys, or go on with it. This process must not have the vault open.

    `found` is its root key as it is now. `step` hears what is done next. Raises Busy if another process has the vault
    open for longer than `wait` seconds, Damaged if something in it is not as it was, StorageFailed.
    """
    tell = step or (lambda _: None)
    agent_remote.lock(folder, found.header.vault)  # it has the databases open, and remembers the keys of cases
    with in_use.alone(folder, wait):
        with opening.opened(folder, found, accept_rollback=accept_rollback) as vault:
            _refuse_other_slots(vault, maker)
            wanted = work(vault)
            _refuse_without_room(folder, wanted.room)
            _refuse_damaged(vault)
            travel.drop_prepared(vault)  # it gives the old root key, which is to open nothing
            keys = VaultKeys.derive(found.root)
            rotation_case.sweep(vault)
            states = rotation_state.read(vault.catalogue)
            for case in list(vault.catalogue.all(Case)):
                if not _is_done(states, case.id):
                    tell("case")
                    rotation_case.renew(vault, keys, case.id, progress)
            # The old root key would be all that a header which lies ready for a journey gives.
            travel.drop_prepared(vault)
            header, writer = vault.header, vault.writer
        root = kdf.random_key()
        after, made = _new_header(header, root, maker)
        notes = [rotation_switch.SlotNote(one.slot.id, one.label, one.recipient) for one in made]
        change = rotation_switch.Change(keys, VaultKeys.derive(root), header, after, notes, writer)
        try:
            rotation_switch.run(folder, change, tell)
        except BaseException:
            if not _names_any(folder, maker.stored):
                maker.undo()
            raise
        maker.clean_up()
        with opening.opened(folder, Unlocked(after, after.slots[0].members["id"], root)) as vault:
            items, verifier = vault.catalogue.count(Evidence), vault.log.verifier
    return Renewed(wanted.cases + wanted.done, wanted.done, items, verifier, after.slots)


def _new_header(header: Header, root: bytes, maker: Maker) -> tuple[Header, list[Fresh]]:
    try:
        made = maker.make(root)
    except BaseException:
        maker.undo()
        raise
    records = tuple(headers.record_of(one.slot) for one in made)
    return headers.sealed(Header(header.vault, records), VaultKeys.derive(root)), made


def may_open(folder: Path, code: slots.RecoveryCode) -> bool:
    """Whether a recovery code opens the header in place, or may: then its sheet must stay."""
    try:
        slots.open_any(tuple(map(headers.slot_of, header_file.read(folder).slots)), code)
    except WrongSecret:
        return False
    except CasevaultError:
        return True
    return True


def _names_any(folder: Path, slot_ids: list[str]) -> bool:
    """Whether the header in place may name one of these slots: then their secrets must stay."""
    try:
        there = {record.members["id"] for record in header_file.read(folder).slots}
    except CasevaultError:
        return True
    return not there.isdisjoint(slot_ids)


def _refuse_other_slots(vault: UnlockedVault, maker: Maker) -> None:
    """A slot that came while its questions were asked was in no question: it must not be dropped unsaid."""
    planned = (*maker.plan.again, *maker.plan.lost, *maker.plan.removed)
    if {one.members["id"]: one for one in planned} != {one.members["id"]: one for one in vault.header.slots}:
        raise Busy("the key slots were changed by another command in the meantime", hint=headers.AGAIN)


def _refuse_without_room(folder: Path, room: int) -> None:
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < room:
            raise StorageFailed(
                f"this needs {-(-room // 2**20)} MiB of free space for a while; there are {free // 2**20} MiB",
                hint="Free disk space; what the largest case takes is needed twice while it is encrypted anew.",
            )


def _refuse_damaged(vault: UnlockedVault) -> None:
    """What is wrong must not be vouched for anew: rows and log as a whole first, stored files as they are read."""
    found = [*vault.catalogue.page_errors(), *vault.log.verify().problems, *rowcheck.all_problems(vault)]
    if found:
        raise Damaged(
            f"the vault is damaged: {found[0]}",
            hint="'casevault doctor --read-data' says everything that is; put it right first. Nothing was changed.",
        )
