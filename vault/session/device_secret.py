"""The second secret of a `passphrase+device` slot: 32 random bytes in the keyring of this computer.

Linux: the Secret Service (gnome-keyring, KWallet 5.97 and later, KeePassXC). macOS: the Keychain. Windows: the
Credential Locker. Each by the library `keyring`, whose backends are named here one by one: what its environment
variable or its settings file would choose, a file of plain text or none at all among them, is never asked.

An entry is called `casevault` and the random ids of vault and slot: it names nobody. A keyring may ask its person to
unlock it and wait for ever; so every call is bounded, and where nobody may be asked, a locked one is not even tried.
The macOS and Windows backends are not run by our tests.
"""

from __future__ import annotations

import base64
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from vault.errors import CasevaultError, Locked, StorageFailed

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "casevault"
SECRET_BYTES: Final = 32
WAIT_SECONDS: Final = 60.0
"""For a person to unlock the keyring in its own window."""
MISSING, LOCKED, REFUSED = "keyring-missing", "keyring-locked", "keyring-refused"
_DEFAULT_COLLECTION: Final = "/org/freedesktop/secrets/aliases/default"
_SAYS: Final = {
    MISSING: (
        "this computer has no keyring that Casevault can use",
        "On Linux a Secret Service must run, such as gnome-keyring or KWallet. The recovery code opens without it.",
    ),
    LOCKED: (
        "the keyring of this computer is locked",
        "Unlock it (log in, or open its program), then try again. The recovery code opens without it.",
    ),
    REFUSED: (
        "the keyring of this computer refused",
        "Look into its program whether it lets Casevault in. The recovery code opens without it.",
    ),
}
T = TypeVar("T")


class _Fault(Exception):
    """Why the keyring gave nothing: one of MISSING, LOCKED, REFUSED."""


def check(*, ask: bool = True, wait: float = WAIT_SECONDS) -> None:
    """Raise StorageFailed, as `store` does, if this computer's keyring can't be read now."""
    try:
        _bounded(lambda: _backend(ask).get_password(SERVICE, "check"), wait)
    except _Fault as fault:
        raise _said(StorageFailed, fault) from None


def read(vault_id: str, slot_id: str, *, ask: bool = True, wait: float = WAIT_SECONDS) -> bytes | None:
    """The secret that this computer holds for a slot, or None if it holds none.

    `ask` allows the keyring to ask its person to unlock it. Raises Locked, with the kind MISSING, LOCKED or REFUSED.
    """
    account = _account(vault_id, slot_id)
    try:
        text = _bounded(lambda: _backend(ask).get_password(SERVICE, account), wait)
    except _Fault as fault:
        raise _said(Locked, fault) from None
    return None if text is None else _decoded(text)


def store(vault_id: str, slot_id: str, secret: bytes, *, ask: bool = True, wait: float = WAIT_SECONDS) -> None:
    """Keep a slot's secret, and read it back. Raises StorageFailed, with the kind MISSING, LOCKED or REFUSED."""
    account, text = _account(vault_id, slot_id), base64.b64encode(secret).decode("ascii")

    def kept() -> str | None:
        backend = _backend(ask)
        backend.set_password(SERVICE, account, text)
        return backend.get_password(SERVICE, account)

    try:
        if _bounded(kept, wait) != text:
            raise _Fault(REFUSED)
    except _Fault as fault:
        raise _said(StorageFailed, fault) from None


def delete(vault_id: str, slot_id: str, *, ask: bool = True, wait: float = WAIT_SECONDS) -> bool:
    """Forget a slot's secret; False if there was none. Raises StorageFailed as `store` does."""
    account = _account(vault_id, slot_id)

    def gone() -> bool:
        backend = _backend(ask)
        if backend.get_password(SERVICE, account) is None:
            return False
        backend.delete_password(SERVICE, account)
        if backend.get_password(SERVICE, account) is not None:
            raise _Fault(REFUSED)
        return True

    try:
        return _bounded(gone, wait)
    except _Fault as fault:
        raise _said(StorageFailed, fault) from None


def _account(vault_id: str, slot_id: str) -> str:
    return f"{vault_id}/{slot_id}"


def _decoded(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise Locked(
            "what this computer's keyring holds for the vault is damaged",
            kind=REFUSED,
            hint="Open the vault with the recovery code, remove that key slot, and add another.",
        )
    return secret


def _said(error: type[CasevaultError], fault: _Fault) -> CasevaultError:
    kind = str(fault)
    message, hint = _SAYS[kind]
    return error(message, hint=hint, kind=kind)


def _backend(ask: bool) -> KeyringBackend:
    """The system's own keyring. Raises _Fault."""
    try:
        if sys.platform == "win32":
            from keyring.backends.Windows import WinVaultKeyring as Keyring
        elif sys.platform == "darwin":
            from keyring.backends.macOS import Keyring
        else:
            from keyring.backends.SecretService import Keyring

            if not ask:
                _refuse_locked()
        Keyring.priority  # noqa: B018 (raises where it can't work)
        made: Callable[[], KeyringBackend] = Keyring
        return made()
    except (ImportError, RuntimeError, AttributeError, OSError):
        raise _Fault(MISSING) from None


def _refuse_locked() -> None:
    """Raise _Fault where the Secret Service would open a window: its collection is locked, or was never made."""
    import secretstorage

    try:
        connection = secretstorage.dbus_init()
        try:
            if secretstorage.Collection(connection, _DEFAULT_COLLECTION).is_locked():
                raise _Fault(LOCKED)
        finally:
            connection.close()
    except secretstorage.exceptions.ItemNotFoundException:
        raise _Fault(LOCKED) from None
    except secretstorage.exceptions.SecretStorageException:
        raise _Fault(MISSING) from None


def _bounded(work: Callable[[], T], wait: float) -> T:
    """What `work` gives, or a _Fault, after `wait` seconds at most. A call that hangs dies with the process."""
    results: list[T] = []
    faults: list[str] = []

    def run() -> None:
        try:
            results.append(work())
        except _Fault as fault:
            faults.append(str(fault))
        except Exception as error:
            faults.append(_kind_of(error))

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(wait)
    if results:
        return results[0]
    raise _Fault(faults[0] if faults else LOCKED)


def _kind_of(error: Exception) -> str:
    """By the name of its class, as each system has its own, and its words may hold anything."""
    from keyring import errors

    if isinstance(error, errors.KeyringLocked) or type(error).__name__ in (
        "LockedException",
        "PromptDismissedException",
    ):
        return LOCKED
    missing = (
        "SecretServiceNotAvailableException",
        "DBusErrorResponse",
        "ConnectionRefusedError",
        "FileNotFoundError",
    )
    if isinstance(error, errors.InitError | errors.NoKeyringError) or type(error).__name__ in missing:
        return MISSING
    return REFUSED
