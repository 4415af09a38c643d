"""Which key slots can be made anew, and from what; the new ones.

Nobody can make a slot anew whose secret is not here: another person's passphrase, trustees' shares. Those are named,
and dropped only if somebody says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.crypto import kdf, slots
from vault.crypto.kdf import Argon2Parameters
from vault.crypto.slot_fields import integer
from vault.errors import CasevaultError, Damaged, Usage
from vault.formats.header import SlotRecord
from vault.session import device_secret
from vault.store.slot_notes import Note
from vault.usecases import headers, key_slots

NO_NOTE = Note("", "", "")
WITH_PASSPHRASE = (slots.PASSPHRASE, slots.DEVICE)


@dataclass(frozen=True, slots=True)
class Plan:
    """Old slots, in the header's order: `again` are made anew, `lost` can't be; `removed` are not wanted any more.
    `one_more` is whether a recovery code is wanted where there was none."""

    again: tuple[SlotRecord, ...]
    lost: tuple[SlotRecord, ...]
    removed: tuple[SlotRecord, ...]
    one_more: bool


@dataclass(frozen=True, slots=True, repr=False)
class Fresh:
    """A new slot and what is noted of it."""

    slot: slots.Slot
    label: str
    recipient: str


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """What there is to make new slots from: a passphrase, a recovery code; None: none."""

    passphrase: str | None = None
    code: slots.RecoveryCode | None = None


@dataclass
class Maker:
    """Makes the planned slots for a root key. `ask` lets the keyring ask its person to unlock it."""

    vault_id: str
    plan: Plan
    given: Given
    notes: dict[str, Note]
    ask: bool = False
    cost: Argon2Parameters | None = None
    stored: list[str] = field(default_factory=list)
    """New slots whose device secret is in the keyring."""

    def make(self, root: bytes) -> list[Fresh]:
        """The new slots, each opened once. Raises Usage, StorageFailed where the keyring refuses, Damaged."""
        made = [self._again(record, root) for record in self.plan.again]
        if self.plan.one_more and self.given.code is not None:
            made.append(Fresh(slots.make(self.given.code, root), "", ""))
        return made

    def _again(self, record: SlotRecord, root: bytes) -> Fresh:
        old = headers.slot_of(record)
        note = self.notes.get(old.id, NO_NOTE)
        return Fresh(self._slot(old, note, root), note.label, note.recipient)

    def _slot(self, old: slots.Slot, note: Note, root: bytes) -> slots.Slot:
        if old.kind == slots.RECIPIENT:
            return key_slots.recipient_slot(root, note.recipient)
        if old.kind == slots.RECOVERY:
            assert self.given.code is not None
            return slots.make(self.given.code, root)
        assert self.given.passphrase is not None
        cost = self.cost or _cost_of(old)
        if old.kind == slots.PASSPHRASE:
            return slots.make(slots.Passphrase(self.given.passphrase), root, cost)
        secret = kdf.random_key()
        made = slots.make_device(self.given.passphrase, secret, root, cost)
        device_secret.store(self.vault_id, made.id, secret, ask=self.ask)
        self.stored.append(made.id)
        if device_secret.read(self.vault_id, made.id, ask=self.ask) != secret:
            raise Damaged("the keyring of this computer gave back another secret; nothing was changed")
        return made

    def undo(self) -> None:
        """Take the device secrets of slots that never came to be out of the keyring."""
        _forget(self.vault_id, self.stored, self.ask)

    def clean_up(self) -> None:
        """Take those of the old slots out."""
        gone = (*self.plan.again, *self.plan.lost, *self.plan.removed)
        old = [one.members["id"] for one in gone if one.members["kind"] == slots.DEVICE]
        _forget(self.vault_id, old, self.ask)


def _forget(vault_id: str, slot_ids: Sequence[str], ask: bool) -> None:
    for slot_id in slot_ids:
        with contextlib.suppress(CasevaultError):
            device_secret.delete(vault_id, slot_id, ask=ask)


def plan(records: Sequence[SlotRecord], notes: dict[str, Note], opened_by: str, given: Given) -> Plan:
    """What becomes of each slot; `opened_by` is the one that was opened just now. One passphrase and one recovery
    code are given at most, so at most one slot of each is made anew. Raises Usage if none would be."""
    own = _own(records, opened_by)
    again: list[SlotRecord] = []
    lost: list[SlotRecord] = []
    removed: list[SlotRecord] = []
    codes = 0
    for record in records:
        kind, note = record.members["kind"], notes.get(record.members["id"], NO_NOTE)
        if kind in WITH_PASSPHRASE:
            (again if record is own and given.passphrase is not None else lost).append(record)
        elif kind == slots.RECOVERY:
            codes += 1
            (removed if given.code is None else again if codes == 1 else lost).append(record)
        else:
            (again if kind == slots.RECIPIENT and note.recipient else lost).append(record)
    one_more = given.code is not None and not codes
    if not again and not one_more:
        raise Usage(
            "no key slot could be made anew: nothing would open the vault",
            hint="Open it with the passphrase, or give --recovery-out FILE.",
        )
    return Plan(tuple(again), tuple(lost), tuple(removed), one_more)


def _own(records: Sequence[SlotRecord], opened_by: str) -> SlotRecord | None:
    """The slot that the given passphrase is for: the one that it opened, or the only one there is."""
    with_passphrase = [one for one in records if one.members["kind"] in WITH_PASSPHRASE]
    opened = [one for one in with_passphrase if one.members["id"] == opened_by]
    return next(iter(opened), with_passphrase[0] if len(with_passphrase) == 1 else None)


def _cost_of(old: slots.Slot) -> Argon2Parameters:
    """As much as the old slot cost, and never less than a new one would."""
    names = ("memory_kib", "passes", "lanes")
    was, least = Argon2Parameters(*(integer(old, name) for name in names)), Argon2Parameters()
    return was if was.memory_kib >= least.memory_kib and was.passes >= least.passes else least
