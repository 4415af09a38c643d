"""Seals the log for auditors: starts a chain, makes what is due when the vault is opened, hands out its key."""

from __future__ import annotations

import io
import secrets
import time

from vault.audit import seal_keys, seals
from vault.audit.cosigner import is_witness
from vault.audit.kept import Seed
from vault.audit.log import Late
from vault.audit.seal_keys import SealKey
from vault.audit.seals import Statement
from vault.crypto import kdf, signing
from vault.errors import Damaged
from vault.model.events import Event
from vault.model.records import RecipientRecord
from vault.usecases.log_state import SealState
from vault.usecases.unlocked import UnlockedVault

MAX_AT_ONCE = 400
"""Epochs that are sealed in one go. A clock that is further ahead is taken for wrong, and nothing is sealed by it."""
AUDITOR = "auditor"


def now() -> int:
    """POSIX seconds by the system's clock."""
    return int(time.time())


def place(vault: UnlockedVault) -> str:
    """Under what name the seal key is kept on this device. A restored copy has its own: the log that it continues may
    still be in use here, sealed in its own chain."""
    instance = vault.log.kept.instance()
    return f"{vault.log.key.name}/{instance}" if instance else vault.log.key.name


def state(vault: UnlockedVault) -> SealState:
    """What the seals of a vault are at."""
    chain = _chain(vault)
    held = seal_keys.read(place(vault), vault.keys.seals)
    if chain is None:
        return SealState(None, 0, 0, key=False)
    if held is None or held.statement.get("chain") != chain:
        return SealState(chain, 0, 0, key=False)
    return SealState(chain, held.epoch, max(0, _statement(held).epoch_at(now()) - held.epoch), key=True)


def catch_up(vault: UnlockedVault) -> None:
    """Seal each epoch that is over; where the key is lost, begin a new chain. Raises LogUnavailable."""
    if _chain(vault) is None:
        return
    with seal_keys.held(place(vault)) as mine:
        if not mine:
            return
        # Only now: another program may just have begun a chain, whose key is no lost one.
        chain = _chain(vault)
        held = seal_keys.read(place(vault), vault.keys.seals)
        if held is None or held.statement.get("chain") != chain:
            _begin(vault, _auditors(vault, {seed.key_name for seed in vault.log.kept.seeds()}))
        else:
            _seal(vault, held)


def seed_for(vault: UnlockedVault, auditor: RecipientRecord) -> bool:
    """See to it that this auditor has a key of the chain in use, and that there is a chain. Whether there is one now.

    Not for whoever has no witness key or no age key: seals are for those who check the whole log.
    """
    key = _witness(auditor)
    if key is None:
        return False
    catch_up(vault)
    with seal_keys.held(place(vault)) as mine:
        if not mine:
            return False
        chain = _chain(vault)
        held = seal_keys.read(place(vault), vault.keys.seals)
        if chain is None or held is None or held.statement.get("chain") != chain:
            _begin(vault, [auditor])
        elif not any((seed.chain, seed.key_name) == (chain, key.name) for seed in vault.log.kept.seeds()):
            vault.log.kept.add_seeds([_seed(auditor, key, _statement(held), held.epoch, held.key)])
    return True


def _chain(vault: UnlockedVault) -> str | None:
    """The chain in use: the newest one of which a seed was sealed to somebody."""
    return vault.log.kept.chain()


def _statement(held: SealKey) -> Statement:
    members = held.statement
    old = members["old"]
    return Statement(
        members["log"], members["chain"], members["start"], members["key"],
        None if old is None else (old["chain"], old["epoch"]),
    )  # fmt: skip


def _seal(vault: UnlockedVault, held: SealKey) -> None:
    statement = _statement(held)
    due = statement.epoch_at(now())
    if not held.epoch < due <= held.epoch + MAX_AT_ONCE:
        return
    # A process that stopped between the seal and the new key has sealed already: no epoch is sealed twice.
    done = _last_epoch(vault, statement.chain)
    events: list[Event | Late] = []
    key = held.key
    for epoch in range(held.epoch, due):
        if epoch > done:
            events.append(_late(vault.log.key.name, statement.chain, epoch, key))
        key = seals.next_key(key)
    vault.log.append(events, vault.writer)
    seal_keys.write(place(vault), vault.keys.seals, SealKey(held.statement, due, key))


def _late(log: str, chain: str, epoch: int, key: bytes) -> Late:
    def event(size: int, root: bytes) -> Event:
        digest = seals.mac(key, log=log, chain=chain, epoch=epoch, size=size, root=root).hex()
        return Event("audit.seal", "event", object=chain, count=epoch, digest=digest, outcome="ok")

    return event


def _last_epoch(vault: UnlockedVault, chain: str) -> int:
    """The last epoch of a chain that the log holds a seal of, -1 if none."""
    for entry in vault.log.entries(action="audit.seal", reverse=True, limit=1):
        if entry.object == chain and entry.count is not None:
            return entry.count
    return -1


def _begin(vault: UnlockedVault, auditors: list[RecipientRecord]) -> None:
    """Start a chain that names the one before it. The key lies on the device before the log speaks of it: a process
    that stops in between leaves a key of a chain that nobody has heard of, and the next one begins anew."""
    log, before = vault.log.key.name, _chain(vault)
    key = kdf.random_key()
    statement = Statement(
        log, secrets.token_hex(seals.CHAIN_BYTES), now(), seals.key_hash(key),
        None if before is None else (before, _last_epoch(vault, before)),
    )  # fmt: skip
    seeds = [
        _seed(one, witness, statement, 0, key)
        for one, witness in ((one, _witness(one)) for one in auditors) if witness is not None
    ]  # fmt: skip
    if not seeds:
        return
    seal_keys.write(place(vault), vault.keys.seals, SealKey(statement.members(), 0, key))
    event = Event("audit.chain", "event", object=statement.chain, digest=statement.digest().hex(), outcome="ok")
    vault.log.append([event], vault.writer, lambda kept: kept.add_seeds(seeds))


def _auditors(vault: UnlockedVault, key_names: set[str]) -> list[RecipientRecord]:
    """The auditors on record who had a key of an earlier chain."""
    found = []
    for record in vault.catalogue.all(RecipientRecord):
        key = _witness(record)
        if record.state == "active" and key is not None and key.name in key_names:
            found.append(record)
    return found


def _witness(record: RecipientRecord) -> signing.CosignerKey | None:
    if record.role != AUDITOR or not record.age_key or not record.verifier:
        return None
    try:
        key = signing.parse_cosigner(record.verifier)
    except Damaged:
        return None
    return key if is_witness(key) else None


def _seed(
    auditor: RecipientRecord, witness: signing.CosignerKey, statement: Statement, epoch: int, key: bytes
) -> Seed:
    from vault.crypto import age  # whoever only opens a vault needs none of it

    sealed = io.BytesIO()
    payload = seals.seed_payload(statement, epoch, key)
    age.encrypt(io.BytesIO(payload), sealed, [age.parse_recipient(auditor.age_key)])
    return Seed(statement.chain, epoch, witness.name, sealed.getvalue())
