"""Key slots: each wraps the same root key under another secret.

A slot's `kind` decides how its secret becomes a key-encryption key. Kinds that this version does not know stay
in the header untouched, so that later ones need no new format version.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from vault.crypto import kdf, recovery
from vault.crypto.kdf import Argon2Parameters
from vault.errors import Damaged, WrongSecret
from vault.model.ids import new_id

MAX_WORK_KIB = kdf.MAX_MEMORY_KIB * kdf.MAX_PASSES
"""Memory times passes of all slots that one passphrase is tried on: as much as the costliest single slot may ask."""
WRAPPED_BYTES = kdf.KEY_BYTES + 8
_RECOVERY_LABEL = "casevault/v1/slot/recovery"


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """A passphrase as it was typed."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryCode:
    """The 32 bytes of a printed recovery code."""

    secret: bytes

    @classmethod
    def parse(cls, text: str) -> RecoveryCode:
        """From the printed form. Raises WrongSecret if the checksum does not fit."""
        return cls(recovery.decode(text))


Secret = Passphrase | RecoveryCode


@dataclass(frozen=True, slots=True)
class Slot:
    """One key slot as it stands in the header; `fields` are the JSON members beside `id` and `kind`."""

    id: str
    kind: str
    fields: dict[str, Any]


def make(secret: Secret, root: bytes, cost: Argon2Parameters | None = None) -> Slot:
    """A new slot for `secret`, opened once before it is returned."""
    salt = secrets.token_bytes(kdf.SALT_BYTES)
    fields: dict[str, Any] = {"salt": _b64(salt), "wrap": "rfc3394"}
    if isinstance(secret, Passphrase):
        cost = (cost or Argon2Parameters()).checked()
        kind = "passphrase"
        fields |= {
            "kdf": "argon2id",
            "memory_kib": cost.memory_kib,
            "passes": cost.passes,
            "lanes": cost.lanes,
        }
    else:
        kind = "recovery"
        fields |= {"kdf": "hkdf-sha256"}
    slot = Slot(new_id("S"), kind, fields)
    fields["key"] = _b64(kdf.wrap(_key_encryption_key(slot, secret), root))
    if open_slot(slot, secret) != root:
        raise Damaged("the new key slot does not open; nothing was changed")
    return slot


def open_slot(slot: Slot, secret: Secret) -> bytes | None:
    """The root key, or None if this secret is not the slot's. Raises Damaged for impossible parameters."""
    if not fits(slot, secret):
        return None
    wrapped = _bytes(slot, "key", WRAPPED_BYTES)
    if slot.fields.get("wrap") != "rfc3394":
        raise Damaged(f"key slot {slot.id} names a key wrap that does not exist")
    return kdf.unwrap(_key_encryption_key(slot, secret), wrapped)


def open_any(slots: tuple[Slot, ...], secret: Secret) -> tuple[Slot, bytes]:
    """The first slot that `secret` opens, and the root key. Raises WrongSecret if none does, Damaged if trying them
    all would cost more than a header may ask for: its MAC can be checked only afterwards."""
    _bound_work(slots, secret)
    for slot in slots:
        root = open_slot(slot, secret)
        if root is not None:
            return slot, root
    what = "passphrase" if isinstance(secret, Passphrase) else "recovery code"
    hint = f"Check the {what} and try again; capital letters and the keyboard layout count."
    if not any(fits(slot, secret) for slot in slots):
        hint = f"This vault has no key slot for a {what}."
    raise WrongSecret(f"this {what} does not open the vault", hint=hint)


def _bound_work(slots: tuple[Slot, ...], secret: Secret) -> None:
    if isinstance(secret, Passphrase):
        costs = [_cost(slot).checked() for slot in slots if fits(slot, secret)]
        if sum(cost.memory_kib * cost.passes for cost in costs) > MAX_WORK_KIB:
            raise Damaged("the vault's header asks for more work than all its key slots may cost together")


def fits(slot: Slot, secret: Secret) -> bool:
    """Whether the slot is of the kind that such a secret opens."""
    return slot.kind == ("passphrase" if isinstance(secret, Passphrase) else "recovery")


def _key_encryption_key(slot: Slot, secret: Secret) -> bytes:
    salt = _bytes(slot, "salt", kdf.SALT_BYTES)
    if isinstance(secret, RecoveryCode):
        return kdf.hkdf(secret.secret, _RECOVERY_LABEL, salt=salt)
    return kdf.argon2id(secret.text, salt, _cost(slot))


def _cost(slot: Slot) -> Argon2Parameters:
    return Argon2Parameters(*(_integer(slot, name) for name in ("memory_kib", "passes", "lanes")))


def _integer(slot: Slot, name: str) -> int:
    value = slot.fields.get(name)
    if type(value) is not int:
        raise Damaged(f"key slot {slot.id} is damaged: {name} is not a number")
    return value


def _bytes(slot: Slot, name: str, length: int) -> bytes:
    value = slot.fields.get(name)
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        data = b""
    if len(data) != length:
        raise Damaged(f"key slot {slot.id} is damaged: {name} has the wrong form")
    return data


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
