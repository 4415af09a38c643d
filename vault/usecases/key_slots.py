"""The vault's key slots: who can open it, one more, another passphrase, one less.

A slot wraps the root key, so that no object and no row is touched, however much the vault holds. What a person must
have on paper, in a file or in a keyring is there before the header names the slot; what is removed goes after it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.crypto import age, kdf, slots
from vault.crypto.keys import VaultKeys
from vault.errors import CasevaultError, Damaged, Locked, NotAllowed, NotFound, Usage
from vault.formats.header import MAX_SLOTS, SlotRecord
from vault.model.ids import is_id, tidy_id
from vault.model.records import RecipientRecord
from vault.session import device_secret
from vault.store import header_file, slot_notes
from vault.usecases import headers
from vault.usecases.text import cleaned
from vault.usecases.unlocked import UnlockedVault

CHANGEABLE = (slots.PASSPHRASE, slots.DEVICE)
HOLDERS = ("trustee", "other")
"""Roles of recipients that may get a slot: not those that are given pieces of a case."""
LAST = "the last key slot that works can't be removed: nothing would open the vault"


@dataclass(frozen=True, slots=True)
class KeySlot:
    """A slot and what is noted of it. `need` and `count` are those of shares, else 0. `works` is False for a kind
    that this program does not know, and for a device slot whose secret this computer's keyring does not give."""

    id: str
    kind: str
    label: str
    recipient: str
    made: str
    need: int
    count: int
    works: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A slot that is gone. `secret_left` is whether its device secret is still in the keyring of this computer."""

    slot: KeySlot
    secret_left: bool


def listing(vault: UnlockedVault, *, ask: bool) -> list[KeySlot]:
    """All slots in the header's order, logged. `ask` lets the keyring ask its person to unlock it."""
    vault.note("key.list")
    notes = slot_notes.all(vault.catalogue)
    return [_shown(vault, slot, notes, ask) for slot in _slots(vault)]


def find(vault: UnlockedVault, slot_id: str, *, ask: bool) -> KeySlot:
    """One slot by its id. Raises NotFound."""
    return _shown(vault, _required(vault, slot_id), slot_notes.all(vault.catalogue), ask)


def add(
    vault: UnlockedVault, root: bytes, slot: slots.Slot, label: str = "", recipient: str = "", *, ask: bool = True
) -> KeySlot:
    """Put a new slot into the header. Logged.

    Its secret is in its holder's hands already. Raises Usage, Busy, StorageFailed.
    """
    label = cleaned(label, "the label", limit=slot_notes.MAX_LABEL)
    _refuse_too_many((*_slots(vault), slot))

    def added(old: tuple[SlotRecord, ...]) -> tuple[SlotRecord, ...]:
        slot_notes.put(vault.catalogue, slot.id, label, recipient)
        return (*old, headers.record_of(slot))

    headers.change(vault, VaultKeys.derive(root), "key.add", added)
    _read_back(vault, slot)
    return find(vault, slot.id, ask=ask)


def check_keyring(*, ask: bool) -> None:
    """Raise StorageFailed if this computer's keyring can keep nothing, before anybody chooses a passphrase."""
    device_secret.check(ask=ask)


def add_device(vault: UnlockedVault, root: bytes, passphrase: str, label: str = "", *, ask: bool) -> KeySlot:
    """A slot for a passphrase and this computer: a new device secret goes into its keyring first.

    Raises StorageFailed if the keyring is missing, locked or refuses, and what `add` does.
    """
    secret = kdf.random_key()
    slot = slots.make_device(passphrase, secret, root)
    device_secret.store(vault.header.vault, slot.id, secret, ask=ask)
    try:
        if device_secret.read(vault.header.vault, slot.id, ask=ask) != secret:
            raise Damaged("the keyring of this computer gave back another secret; nothing was changed")
        return add(vault, root, slot, label, ask=ask)
    except BaseException:
        _forget_unless_used(vault, slot.id, ask)
        raise


def holder(record: RecipientRecord) -> RecipientRecord:
    """A recipient whose key may get a slot. Raises NotAllowed for a role that is given pieces and not everything,
    Usage for one without a key."""
    if record.role not in HOLDERS:
        raise NotAllowed(
            f"recipient {record.id} is not there to open the whole vault",
            hint="Who keeps a key for you is a trustee: casevault recipient add --role trustee --age-key KEY",
        )
    if not record.age_key:
        raise Usage(f"recipient {record.id} has no age key")
    return record


def recipient_slot(root: bytes, age_key: str) -> slots.Slot:
    """A slot for the holder of an age key. Raises Usage for a key that is not hybrid, or that is none."""
    recipient = age.parse_recipient(age_key.strip())
    if not isinstance(recipient, age.HybridRecipient):
        raise Usage(
            "a key slot needs a post-quantum age key, which starts with age1pq1",
            hint="Their owner makes one with 'casevault keygen --out FILE', without --x25519.",
        )
    return slots.make_recipient(recipient, root)


def change(vault: UnlockedVault, root: bytes, slot_id: str, passphrase: str, *, ask: bool) -> KeySlot:
    """Another passphrase for a slot that has one; a device slot keeps its device secret. Logged.

    Raises NotFound, Usage for a slot of another kind, Locked if the keyring does not give the device secret.
    """
    old = _required(vault, slot_id)
    refuse_unchangeable(old.kind)
    if old.kind == slots.DEVICE:
        secret = device_secret.read(vault.header.vault, old.id, ask=ask)
        if secret is None:
            raise Usage(
                f"the second secret of key slot {old.id} is not on this computer",
                hint="Add a slot for this computer instead: casevault key add passphrase+device",
            )
        new = slots.make_device(passphrase, secret, root, slot_id=old.id)
    else:
        new = slots.make(slots.Passphrase(passphrase), root, slot_id=old.id)

    def changed(records: tuple[SlotRecord, ...]) -> tuple[SlotRecord, ...]:
        return tuple(headers.record_of(new) if one.members["id"] == old.id else one for one in records)

    headers.change(vault, VaultKeys.derive(root), "key.change", changed)
    _read_back(vault, new)
    return find(vault, old.id, ask=ask)


def refuse_unchangeable(kind: str) -> None:
    """Raise Usage for a kind of slot that has no passphrase."""
    if kind not in CHANGEABLE:
        raise Usage(
            "only a passphrase can be changed",
            hint="Add another key slot, see that it opens the vault, then remove this one: casevault key add",
        )


def refuse_last(vault: UnlockedVault, slot_id: str, *, ask: bool) -> None:
    """Raise Usage if nothing that works would be left without this slot, NotFound if it is not there."""
    gone = _required(vault, slot_id)
    others = [slot for slot in _slots(vault) if slot.id != gone.id]
    # The keyring is asked only where nothing else is left.
    if any(slot.kind in slots.KINDS and slot.kind != slots.DEVICE for slot in others):
        return
    if not any(_works(vault, slot, ask) for slot in others):
        raise Usage(LAST, hint="Add another one first: casevault key add")


def remove(vault: UnlockedVault, root: bytes, slot_id: str, *, ask: bool) -> Removed:
    """Take a slot out of the header, and its device secret out of the keyring. Logged.

    Older copies of the header still have it. Raises NotFound, Usage for the last slot that works, Busy.
    """
    refuse_last(vault, slot_id, ask=ask)
    gone = find(vault, slot_id, ask=ask)

    def left(records: tuple[SlotRecord, ...]) -> tuple[SlotRecord, ...]:
        slot_notes.drop(vault.catalogue, gone.id)
        return tuple(one for one in records if one.members["id"] != gone.id)

    headers.change(vault, VaultKeys.derive(root), "key.remove", left)
    return Removed(gone, gone.kind == slots.DEVICE and not _forgotten(vault, gone.id, ask))


def _slots(vault: UnlockedVault) -> list[slots.Slot]:
    return [headers.slot_of(record) for record in vault.header.slots]


def _required(vault: UnlockedVault, slot_id: str) -> slots.Slot:
    wanted = tidy_id(slot_id)
    for slot in _slots(vault):
        if slot.id == wanted:
            return slot
    shown = f" {wanted}" if is_id(wanted, "S") else ""
    raise NotFound(f"there is no key slot{shown} in this vault", hint="'casevault key list' shows them.")


def _shown(vault: UnlockedVault, slot: slots.Slot, notes: dict[str, slot_notes.Note], ask: bool) -> KeySlot:
    note = notes.get(slot.id, slot_notes.Note("", "", ""))
    need, count = (slot.fields.get(name) for name in ("need", "count"))
    split = slot.kind == slots.SHARES and isinstance(need, int) and isinstance(count, int)
    return KeySlot(
        id=slot.id,
        kind=slot.kind,
        label=note.label,
        recipient=note.recipient,
        made=note.made,
        need=int(need or 0) if split else 0,
        count=int(count or 0) if split else 0,
        works=_works(vault, slot, ask),
    )


def _works(vault: UnlockedVault, slot: slots.Slot, ask: bool) -> bool:
    if slot.kind != slots.DEVICE:
        return slot.kind in slots.KINDS
    try:
        return device_secret.read(vault.header.vault, slot.id, ask=ask) is not None
    except Locked:
        return False


def _refuse_too_many(wanted: tuple[slots.Slot, ...]) -> None:
    """A header with more would be refused when it is opened."""
    if len(wanted) > MAX_SLOTS:
        raise Usage(f"a vault has at most {MAX_SLOTS} key slots")
    try:
        slots.bound_work(wanted)
    except Damaged:
        raise Usage("there are too many slots with a passphrase: opening the vault would take too long") from None


def _read_back(vault: UnlockedVault, slot: slots.Slot) -> None:
    """The slot opened before it was written; now the file must hold exactly that one. Raises Damaged."""
    if headers.record_of(slot) not in header_file.read(vault.folder).slots:
        raise Damaged("the key slot was not written as it was made: add it again, and keep the older ones")


def _forgotten(vault: UnlockedVault, slot_id: str, ask: bool) -> bool:
    try:
        device_secret.delete(vault.header.vault, slot_id, ask=ask)
    except CasevaultError:
        return False
    return True


def _forget_unless_used(vault: UnlockedVault, slot_id: str, ask: bool) -> None:
    """A secret of a slot that never came to be; kept if the header in place may name it after all."""
    if not _may_stand(vault, slot_id):
        _forgotten(vault, slot_id, ask)


def may_stand(vault: UnlockedVault, slot: slots.Slot) -> bool:
    """Whether the header in place may name the slot: then its secret must not be thrown away."""
    return _may_stand(vault, slot.id)


def _may_stand(vault: UnlockedVault, slot_id: str) -> bool:
    try:
        return any(record.members["id"] == slot_id for record in header_file.read(vault.folder).slots)
    except CasevaultError:
        return True
