"""Key slots: each wraps the same root key under another secret.

A slot's `kind` decides how its secret becomes a key-encryption key. Kinds that this version does not know stay
in the header untouched, so that later ones need no new format version.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vault.crypto import kdf, recovery, shares
from vault.crypto.kdf import Argon2Parameters
from vault.crypto.slot_fields import Slot, bounded_bytes, encoded, fixed_bytes, integer
from vault.errors import Damaged, WrongSecret
from vault.model.ids import new_id

if TYPE_CHECKING:
    from vault.crypto.age import HybridRecipient, Identity

__all__ = [
    "DEVICE", "KINDS", "PASSPHRASE", "RECIPIENT", "RECOVERY", "SHARES", "Identities", "Made", "Passphrase",
    "RecoveryCode", "Secret", "Shares", "Slot", "fits", "make", "make_device", "make_recipient", "make_shares",
    "open_any", "open_slot",
]  # fmt: skip

PASSPHRASE: Final = "passphrase"  # noqa: S105 (a kind of slot)
DEVICE: Final = "passphrase+device"
RECOVERY: Final = "recovery"
SHARES: Final = shares.KIND
RECIPIENT: Final = "recipient"
KINDS: Final = (PASSPHRASE, DEVICE, RECOVERY, SHARES, RECIPIENT)

MAX_WORK_KIB = kdf.MAX_MEMORY_KIB * kdf.MAX_PASSES
"""Memory times passes of all slots that one passphrase is tried on: as much as the costliest single slot may ask."""
WRAPPED_BYTES = kdf.KEY_BYTES + 8
MAX_FILE_BYTES = 4096
"""Of the age file in a recipient's slot: one hybrid stanza and 32 bytes take about 1,750."""
_RECOVERY_LABEL = "casevault/v1/slot/recovery"
_DEVICE_LABEL = "casevault/v1/slot/passphrase-device"
_SHARES_LABEL = "casevault/v1/slot/shares"


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """A passphrase as it was typed, and what this computer's keyring holds for the slots that want it too: 32 bytes
    by the slot's id."""

    text: str
    devices: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryCode:
    """The 32 bytes of a printed recovery code."""

    secret: bytes

    @classmethod
    def parse(cls, text: str) -> RecoveryCode:
        """From the printed form. Raises WrongSecret if the checksum does not fit."""
        return cls(recovery.decode(text))


@dataclass(frozen=True, slots=True, repr=False)
class Shares:
    """Trustees' shares as they were typed."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Identities:
    """The age identities of a key file."""

    identities: tuple[Identity, ...]


Made = Passphrase | RecoveryCode
"""What a slot can be made from without anything else."""
Secret = Made | Shares | Identities

_OPENS: Final[dict[type, tuple[str, ...]]] = {
    Passphrase: (PASSPHRASE, DEVICE),
    RecoveryCode: (RECOVERY,),
    Shares: (SHARES,),
    Identities: (RECIPIENT,),
}
_CALLED: Final[dict[type, tuple[str, str]]] = {
    Passphrase: ("this passphrase does not open the vault", "This vault has no key slot for a passphrase."),
    RecoveryCode: ("this recovery code does not open the vault", "This vault has no key slot for a recovery code."),
    Shares: ("these shares do not open the vault", "This vault has no key slot for shares."),
    Identities: ("this key file does not open the vault", "This vault has no key slot for a key file."),
}


def make(secret: Made, root: bytes, cost: Argon2Parameters | None = None, *, slot_id: str = "") -> Slot:
    """A new slot for a passphrase or a recovery code, opened once before it is returned; `slot_id` if it replaces
    one."""
    slot_id = slot_id or new_id("S")
    if isinstance(secret, Passphrase):
        return _wrapped(Slot(slot_id, PASSPHRASE, _argon2_fields(cost)), secret, root)
    return _wrapped(Slot(slot_id, RECOVERY, {**_new_salt(), "kdf": "hkdf-sha256"}), secret, root)


def make_device(
    text: str, device_secret: bytes, root: bytes, cost: Argon2Parameters | None = None, *, slot_id: str = ""
) -> Slot:
    """A new slot that wants a passphrase and 32 random bytes which only this computer's keyring holds."""
    if len(device_secret) != kdf.KEY_BYTES:
        raise ValueError("a device secret has 32 bytes")
    slot = Slot(slot_id or new_id("S"), DEVICE, _argon2_fields(cost))
    return _wrapped(slot, Passphrase(text, {slot.id: device_secret}), root)


def make_shares(need: int, count: int, root: bytes) -> tuple[Slot, list[str]]:
    """A new slot that `need` of `count` shares open, and the shares: SLIP-39 mnemonics. Raises Usage.

    Each share is checked, and the slot opened with the first ones and with the last ones, before this returns.
    """
    secret, salt = kdf.random_key(), _new_salt()
    slot = Slot(new_id("S"), SHARES, {**salt, "kdf": "hkdf-sha256", "wrap": "rfc3394"})
    members, texts = shares.split(secret, need, count, fixed_bytes(slot, "salt", kdf.SALT_BYTES))
    slot.fields.update(members)
    slot.fields["key"] = encoded(kdf.wrap(_shares_key(slot, secret), root))
    whole = [shares.check(slot, text) for text in texts] == list(range(1, count + 1))
    if not whole or any(open_slot(slot, Shares(tuple(some))) != root for some in (texts[:need], texts[-need:])):
        raise _unopened()
    return slot, texts


def make_recipient(recipient: HybridRecipient, root: bytes) -> Slot:
    """A new slot that the holder of an age key opens: a file in the age format that holds the root key.

    Only the holder can open it, so what is checked here is that the key is one that can be encrypted to, and that the
    file, opened with its own file key, gives back the root key.
    """
    from vault.crypto import age

    kept, sealed = _Kept(recipient), io.BytesIO()
    age.encrypt(io.BytesIO(root), sealed, [kept])
    slot = Slot(new_id("S"), RECIPIENT, {"file": encoded(sealed.getvalue())})
    if open_slot(slot, Identities((kept,))) != root:
        raise _unopened()
    return slot


class _Kept:
    """A recipient that remembers the file key it wrapped, so that the new file can be read back without its owner."""

    def __init__(self, recipient: HybridRecipient) -> None:
        self._recipient = recipient
        self.kind = recipient.kind
        self._file_key = b""

    def wrap(self, file_key: bytes) -> Any:
        self._file_key = file_key
        return self._recipient.wrap(file_key)

    def unwrap(self, untrusted_stanzas: Sequence[Any]) -> bytes | None:
        return self._file_key


def open_slot(slot: Slot, secret: Secret) -> bytes | None:
    """The root key, or None if this secret is not the slot's. Raises Damaged for impossible parameters, and
    WrongSecret for shares, each of which can be told to be wrong."""
    if not fits(slot, secret):
        return None
    if isinstance(secret, Identities):
        return _from_file(slot, secret.identities)
    wrapped = fixed_bytes(slot, "key", WRAPPED_BYTES)
    if slot.fields.get("wrap") != "rfc3394":
        raise Damaged(f"key slot {slot.id} names a key wrap that does not exist")
    return kdf.unwrap(_key_encryption_key(slot, secret), wrapped)


def open_any(slots: tuple[Slot, ...], secret: Secret) -> tuple[Slot, bytes]:
    """The first slot that `secret` opens, and the root key. Raises WrongSecret if none does, Damaged if trying them
    all would cost more than a header may ask for: its MAC can be checked only afterwards."""
    if isinstance(secret, Passphrase):
        bound_work([slot for slot in slots if fits(slot, secret)])
    if isinstance(secret, Shares):
        slots = of_their_set(slots, secret.texts)
    for slot in slots:
        root = open_slot(slot, secret)
        if root is not None:
            return slot, root
    raise _opens_nothing(slots, secret)


def fits(slot: Slot, secret: Secret) -> bool:
    """Whether the slot is one that such a secret can open; a device slot is only where this device's secret is."""
    if isinstance(secret, Passphrase) and slot.kind == DEVICE:
        return slot.id in secret.devices
    return slot.kind in _OPENS[type(secret)]


def of_their_set(slots: tuple[Slot, ...], texts: tuple[str, ...]) -> tuple[Slot, ...]:
    """The slot that the first sound share belongs to: the others are checked against it, and named if they do not."""
    own = [slot for slot in slots if slot.kind == SHARES]
    if not own or not texts:
        return ()
    for text in texts:
        try:
            found = shares.set_of(text)
        except WrongSecret:
            continue
        for slot in own:
            if slot.fields.get("set") == found:
                return (slot,)
    return (own[0],)


def _opens_nothing(slots: tuple[Slot, ...], secret: Secret) -> WrongSecret:
    message, none_there = _CALLED[type(secret)]
    hint = "Check it and try again."
    if isinstance(secret, Passphrase | RecoveryCode):
        what = "passphrase" if isinstance(secret, Passphrase) else "recovery code"
        hint = f"Check the {what} and try again; capital letters and the keyboard layout count."
    if not any(fits(slot, secret) for slot in slots):
        hint = none_there
        if isinstance(secret, Passphrase) and any(slot.kind == DEVICE for slot in slots):
            message = "a passphrase alone does not open the vault: its second secret is not on this computer"
            hint = "Open it with the recovery code, then: casevault key add passphrase+device"
    return WrongSecret(message, hint=hint)


def bound_work(slots: Sequence[Slot]) -> None:
    """Raise Damaged if trying a passphrase on all these slots would cost more than a header may ask for."""
    costs = [_cost(slot).checked() for slot in slots if slot.kind in (PASSPHRASE, DEVICE)]
    if sum(cost.memory_kib * cost.passes for cost in costs) > MAX_WORK_KIB:
        raise Damaged("the vault's header asks for more work than all its key slots may cost together")


def _wrapped(slot: Slot, secret: Made, root: bytes) -> Slot:
    slot.fields["wrap"] = "rfc3394"
    slot.fields["key"] = encoded(kdf.wrap(_key_encryption_key(slot, secret), root))
    if open_slot(slot, secret) != root:
        raise _unopened()
    return slot


def _key_encryption_key(slot: Slot, secret: Made | Shares) -> bytes:
    if isinstance(secret, Shares):
        return _shares_key(slot, shares.combine(slot, secret.texts))
    salt = fixed_bytes(slot, "salt", kdf.SALT_BYTES)
    if isinstance(secret, RecoveryCode):
        return kdf.hkdf(secret.secret, _RECOVERY_LABEL, salt=salt)
    stretched = kdf.argon2id(secret.text, salt, _cost(slot))
    if slot.kind == DEVICE:
        return kdf.hkdf(stretched + secret.devices[slot.id], _DEVICE_LABEL, salt=salt)
    return stretched


def _shares_key(slot: Slot, secret: bytes) -> bytes:
    return kdf.hkdf(secret, _SHARES_LABEL, salt=fixed_bytes(slot, "salt", kdf.SALT_BYTES))


def _from_file(slot: Slot, identities: Sequence[Identity]) -> bytes | None:
    from vault.crypto import age

    root = io.BytesIO()
    sealed = io.BytesIO(bounded_bytes(slot, "file", MAX_FILE_BYTES))
    # A classic key in such a file would undo what the hybrid one is for: it is not even tried.
    tried = [one for one in identities if not isinstance(one, age.X25519Identity | age.ScryptIdentity)]
    if not tried:
        return None
    try:
        age.decrypt(sealed, root, tried)
    except WrongSecret:
        return None
    except Damaged:
        raise Damaged(f"key slot {slot.id} is damaged: its age file does not open") from None
    if len(root.getvalue()) != kdf.KEY_BYTES:
        raise Damaged(f"key slot {slot.id} is damaged: its age file holds no root key")
    return root.getvalue()


def _cost(slot: Slot) -> Argon2Parameters:
    return Argon2Parameters(*(integer(slot, name) for name in ("memory_kib", "passes", "lanes")))


def _argon2_fields(cost: Argon2Parameters | None) -> dict[str, Any]:
    chosen = (cost or Argon2Parameters()).checked()
    costs = {"memory_kib": chosen.memory_kib, "passes": chosen.passes, "lanes": chosen.lanes}
    return {**_new_salt(), "kdf": "argon2id", **costs}


def _new_salt() -> dict[str, Any]:
    return {"salt": encoded(secrets.token_bytes(kdf.SALT_BYTES))}


def _unopened() -> Damaged:
    return Damaged("the new key slot does not open; nothing was changed")
