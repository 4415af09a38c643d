"""The label of a key slot is stored and shown: it must never be the secret of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.context import Session
from vault.errors import Usage, WrongSecret

if TYPE_CHECKING:
    from vault.usecases.unlocked import UnlockedVault


def refuse_secret(session: Session, vault: UnlockedVault, label: str) -> None:
    """Raise Usage if the label is a passphrase, recovery code or share. It is tried, as nothing else can tell."""
    if not label.strip():
        return
    if _is_code(label) or _opens(session, vault, label):
        raise _refused()


def refuse_same(label: str, passphrase: str) -> None:
    """Raise Usage if the label is the passphrase that was just chosen."""
    if label.strip() and _plain(label) == _plain(passphrase):
        raise _refused()


def _refused() -> Usage:
    return Usage(
        "this is a secret, and a label is shown and stored: it was not taken",
        hint="Type for whom the key slot is, such as a name or a place. If somebody saw the secret, change it.",
    )


def _is_code(label: str) -> bool:
    from vault.crypto import recovery, shares

    if shares.is_share(label):
        return True
    try:
        recovery.decode(label)
    except WrongSecret:
        return False
    return True


def _opens(session: Session, vault: UnlockedVault, label: str) -> bool:
    from vault.crypto import slots
    from vault.usecases import headers, locked

    found = locked.peeked(vault.header)
    tried = slots.Passphrase(label, locked.device_secrets(found, ask=False))
    with session.console.working("Checking"):
        try:
            slots.open_any(tuple(map(headers.slot_of, vault.header.slots)), tried)
        except WrongSecret:
            return False
    return True


def _plain(text: str) -> str:
    import unicodedata

    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
