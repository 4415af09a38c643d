"""What can be seen of a vault without its key, and what this computer's keyring adds to a passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vault.crypto.slots import DEVICE, PASSPHRASE, Slot
from vault.errors import Locked
from vault.formats.header import Header
from vault.store import header_file
from vault.usecases import headers


@dataclass(frozen=True, slots=True)
class LockedVault:
    """A vault's id, its format, and its key slots in their order."""

    id: str
    format: int
    slots: tuple[Slot, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the slots in their order."""
        return tuple(slot.kind for slot in self.slots)


def peek(folder: Path) -> LockedVault:
    """Read the header only, so that nobody is asked for the secret of a vault that is not there.

    Raises NoVault, Damaged, NewerFormat, StorageFailed.
    """
    return peeked(header_file.read(folder))


def peeked(header: Header) -> LockedVault:
    """The same of a header that was read already. Raises Damaged."""
    return LockedVault(header.vault, header.format, tuple(map(headers.slot_of, header.slots)))


def device_secrets(found: LockedVault, *, ask: bool) -> dict[str, bytes]:
    """What this computer's keyring holds for the vault's device slots, by slot; `ask` lets the keyring ask its person
    to unlock it.

    Raises Locked where it can't be read and no plain passphrase slot is there to be tried all the same.
    """
    secrets: dict[str, bytes] = {}
    failed: Locked | None = None
    for slot in found.slots:
        if slot.kind == DEVICE and failed is None:
            from vault.session import device_secret

            try:
                secret = device_secret.read(found.id, slot.id, ask=ask)
            except Locked as error:
                failed = error
            else:
                secrets |= {} if secret is None else {slot.id: secret}
    if failed is not None and not secrets and PASSPHRASE not in found.kinds:
        raise failed
    return secrets
