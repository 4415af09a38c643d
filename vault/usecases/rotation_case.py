"""One case under a new key: every object encrypted anew, then the rows that name them, in one transaction.

A case is always wholly under its old key or wholly under its new one. What a process that stopped has left, objects
that no row names, is noted beforehand in the catalogue, so that the next one finds it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from vault.crypto import age, kdf
from vault.crypto.keys import CaseKeys, VaultKeys
from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.model.events import MAX_ROWS, Event, RowState
from vault.model.records import TABLES, Case, Evidence, RecipientRecord, Record
from vault.store import locks, output, rotation_state
from vault.store.catalogue import Put
from vault.store.objects import NAME_BYTES, StoredObject
from vault.store.rotation_state import CaseState
from vault.store.rows import row_hash
from vault.usecases import items, rowcheck
from vault.usecases.unlocked import UnlockedVault

ACTION = "key.rotate"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Renewal:
    """A case's records before and after, the names of its new objects, the op of its entries in the log."""

    case_id: str
    wrapped: bytes
    before: Sequence[Record]
    after: Sequence[Record]
    states: Sequence[RowState]
    names: Sequence[tuple[str, str]]
    op: str


def sweep(vault: UnlockedVault) -> None:
    """Remove what a renewal left that was stopped: new objects that no row names, and old ones that none names any
    more. Only for whoever has the vault alone. Raises StorageFailed, Damaged."""
    states = rotation_state.read(vault.catalogue)
    for case_id, state in states.items():
        if state.step == "begun":
            olds = [item.object for item in vault.catalogue.all(Evidence, case_id=case_id)]
            _remove(vault, [_name(state.seed, old) for old in olds], with_parts=True)
        elif state.step == "clean":
            _clean(vault, case_id, state.old)


def renew(vault: UnlockedVault, keys: VaultKeys, case_id: str, progress: Progress | None = None) -> None:
    """Give a case a new key. `keys` are those of the vault's root key.

    Raises Damaged if a row or a stored file is not what it was: nothing is vouched for anew that is wrong already.
    """
    if wrong := rowcheck.problems(vault, case_id):
        raise Damaged(f"case {case_id}: {wrong[0]}", hint="Run 'casevault doctor'; nothing is encrypted anew yet.")
    seed = secrets.token_hex(kdf.KEY_BYTES)
    with vault.catalogue.transaction():
        rotation_state.put(vault.catalogue, case_id, CaseState("begun", seed))
    identity = age.X25519Identity.generate()
    with locks.shared(vault.folder):
        with vault.access(ACTION, case_id) as outcome:
            stored = dict(_sealed(vault, case_id, identity.recipient(), seed, progress))
            vault.objects.make_durable(list(stored.values()))
            outcome.count = len(stored)
        renewal = _planned(vault, keys, case_id, identity.to_bytes(), stored)
        _commit(vault, renewal)
        vault.forget_case(case_id)
        _clean(vault, case_id, [one.object for one in renewal.before if isinstance(one, Evidence)])


def _sealed(
    vault: UnlockedVault, case_id: str, recipient: age.Recipient, seed: str, progress: Progress | None
) -> Iterator[tuple[str, StoredObject]]:
    for item in list(vault.catalogue.all(Evidence, case_id=case_id)):
        with items.content(vault, item) as chunks:
            stored = vault.objects.put(
                cast(BinaryIO, output.ChunkReader(chunks)), [recipient], durable=False, name=_name(seed, item.object)
            )
        if stored.sha256 != item.sha256:
            raise Damaged(f"the stored file of {item.id} is not the one that was added")
        if progress is not None:
            progress(item.size)
        yield item.id, stored


def _name(seed: str, old: str) -> str:
    """The name of the object that takes an old one's place: nobody without the seed can tell which it was."""
    return kdf.hmac_sha256(bytes.fromhex(seed), old.encode())[:NAME_BYTES].hex()


def _planned(
    vault: UnlockedVault, keys: VaultKeys, case_id: str, identity: bytes, stored: dict[str, StoredObject]
) -> _Renewal:
    wrapped = kdf.wrap(keys.case_wrap, identity)
    old, new = vault.case_names(case_id), CaseKeys.derive(identity)
    before = records_of(vault, case_id)
    after = [_after(record, wrapped, stored) for record in before]
    names = [(old.pseudonym(record.id), record.id) for record in before]
    states = [
        RowState(one.TABLE, name, None) for one, (name, _) in zip(before, names, strict=True)
    ] + [
        RowState(one.TABLE, new.pseudonym(one.id), row_hash(new.rows, one)) for one in after
    ]  # fmt: skip
    return _Renewal(case_id, wrapped, before, after, states, names, secrets.token_hex(8))


def records_of(vault: UnlockedVault, case_id: str) -> list[Record]:
    """Every row of a case."""
    tables = [table for table in TABLES if table is not RecipientRecord]
    return [record for table in tables for record in vault.catalogue.all(table, case_id=case_id)]


def _after(record: Record, wrapped: bytes, stored: dict[str, StoredObject]) -> Record:
    if isinstance(record, Case):
        return replace(record, wrapped_key=wrapped)
    if isinstance(record, Evidence):
        made = stored[record.id]
        return replace(record, object=made.name, header_mac=made.header_mac, stored_size=made.stored_size)
    return record


def in_events(
    states: Sequence[RowState], action: str, case_id: str | None, op: str | None = None
) -> list[Event]:  # fmt: skip
    """Row states as entries of the log: intents of an operation, or events that stand by themselves."""
    pieces = [tuple(states[at : at + MAX_ROWS]) for at in range(0, len(states), MAX_ROWS)]
    if op is None:
        return [Event(action, "event", case=case_id, rows=rows, outcome="ok") for rows in pieces]
    return [Event(action, "intent", case=case_id, rows=rows, op=op) for rows in pieces]


def _commit(vault: UnlockedVault, renewal: _Renewal) -> None:
    """As `UnlockedVault.commit`; but the rows leave the log under their old names and enter it under new ones."""
    logged = done = False
    try:
        with vault.catalogue.transaction():
            vault.log.append(in_events(renewal.states, ACTION, renewal.case_id, renewal.op), vault.writer)
            logged = True
            for before, after in zip(renewal.before, renewal.after, strict=True):
                if before != after:
                    vault.catalogue.put(Put(after, before))
            rotation_state.note_names(vault.catalogue, renewal.case_id, renewal.names)
            old = tuple(one.object for one in renewal.before if isinstance(one, Evidence))
            rotation_state.put(vault.catalogue, renewal.case_id, CaseState("clean", old=old))
        done = True
    except BaseException as error:
        if logged and not isinstance(error, StorageFailed):
            with contextlib.suppress(CasevaultError):
                _close(vault, renewal, "ok" if done or _is_done(vault, renewal) else "failed")
        raise
    _close(vault, renewal, "ok")


def _is_done(vault: UnlockedVault, renewal: _Renewal) -> bool:
    return vault.catalogue.require(Case, renewal.case_id).wrapped_key == renewal.wrapped


def _close(vault: UnlockedVault, renewal: _Renewal, outcome: str) -> None:
    event = Event(ACTION, "outcome", case=renewal.case_id, op=renewal.op, outcome=outcome, count=len(renewal.after))
    vault.log.append([event], vault.writer)


def _clean(vault: UnlockedVault, case_id: str, old: Sequence[str]) -> None:
    _remove(vault, old)
    with vault.catalogue.transaction():
        rotation_state.put(vault.catalogue, case_id, CaseState("done"))
    # The pages that held the old wrapped key are gone from the write-ahead log too.
    vault.catalogue.forget_deleted()


def _remove(vault: UnlockedVault, names: Sequence[str], *, with_parts: bool = False) -> None:
    for name in names:
        if not vault.catalogue.refers_to(name):
            vault.objects.remove(name)
    if with_parts:
        for path in list(vault.objects.strays()):
            if path.suffix == ".part" and path.is_file():
                path.unlink(missing_ok=True)
        vault.objects.fix_times()
