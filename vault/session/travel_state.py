"""What travel leaves in the platform's folder for state, by the vault's random id, outside any vault.

`travel/<vault id>/pending`: the ids of key slots whose secrets are still to be taken out of the keyring; gone when
that is done, so that a stopped command is finished by the next one.
`travel/<vault id>/prepared`: the SHA-256 of each header that was prepared here to be put in place without a key: what
else lies beside a vault under that name is never put there. Nothing in it is secret.
`travel/<vault id>/<digest>.request`: the secret key of a request that answers are awaited for (0600). It opens those
answers and nothing else, and goes once the vault is open again.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from vault.errors import StorageFailed
from vault.model.ids import is_id
from vault.session import places

MAX_BYTES = 64 * 1024
MAX_REQUESTS = 16
MAX_PREPARED = 16
"""Copies of a vault on one computer may each have a header that lies ready."""
_PENDING, _PREPARED = "pending", "prepared"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REQUEST = re.compile(r"([0-9a-f]{64})\.request", re.ASCII)


def _folder(vault_id: str) -> Path:
    return places.state_folder() / "travel" / vault_id


def put_pending(vault_id: str, slots: list[str]) -> None:
    """Note whose keyring secrets are to go, with those that were noted before. What can't be noted is not: nothing
    may hold up a command that closes the vault."""
    both = sorted({*pending(vault_id), *slots})
    if both:
        replace_pending(vault_id, both)


def replace_pending(vault_id: str, slots: list[str]) -> None:
    """Note these and no others."""
    with contextlib.suppress(StorageFailed):
        _write(lambda: _folder(vault_id) / _PENDING, "".join(one + "\n" for one in slots).encode("ascii"))


def pending(vault_id: str) -> list[str]:
    """What was noted and not done yet."""
    with contextlib.suppress(OSError, RuntimeError):
        found = (_folder(vault_id) / _PENDING).read_bytes()[:MAX_BYTES].decode("ascii", "replace").split()
        return [one for one in found if is_id(one, "S")]
    return []


def clear_pending(vault_id: str) -> None:
    """It is done."""
    with contextlib.suppress(OSError, RuntimeError):
        (_folder(vault_id) / _PENDING).unlink(missing_ok=True)
    _drop_empty(vault_id)


def note_prepared(vault_id: str, digest: str, instead: Iterable[str] = ()) -> None:
    """Note a header that was prepared; those of `instead` count no more. Raises StorageFailed."""
    others = [one for one in prepared(vault_id) if one != digest and one not in set(instead)]
    _put_prepared(vault_id, [*others, digest][-MAX_PREPARED:])


def prepared(vault_id: str) -> list[str]:
    """The digests of the headers that were prepared on this computer, the newest last."""
    with contextlib.suppress(OSError, RuntimeError):
        found = (_folder(vault_id) / _PREPARED).read_bytes()[:MAX_BYTES].decode("ascii", "replace").split()
        return [one for one in found if _DIGEST.fullmatch(one)][-MAX_PREPARED:]
    return []


def forget_prepared(vault_id: str, digests: Iterable[str]) -> None:
    """These count no more."""
    before, gone = prepared(vault_id), set(digests)
    left = [one for one in before if one not in gone]
    with contextlib.suppress(OSError, RuntimeError, StorageFailed):
        if not left:
            (_folder(vault_id) / _PREPARED).unlink(missing_ok=True)
        elif left != before:
            _put_prepared(vault_id, left)
    _drop_empty(vault_id)


def _put_prepared(vault_id: str, digests: list[str]) -> None:
    _write(lambda: _folder(vault_id) / _PREPARED, "".join(one + "\n" for one in digests).encode("ascii"))


def put_request(vault_id: str, digest: str, secret: str) -> None:
    """Keep the secret key of a new request. Raises StorageFailed: a request without it could never be answered."""
    _write(lambda: _folder(vault_id) / f"{digest}.request", (secret + "\n").encode("ascii"))


def requests(vault_id: str) -> dict[str, str]:
    """The secret keys of the requests that are open, by digest; the newest ones, if there are too many."""
    found: dict[str, tuple[float, str]] = {}
    with contextlib.suppress(OSError, RuntimeError):
        for path in _folder(vault_id).iterdir():
            named = _REQUEST.fullmatch(path.name)
            if named is not None:
                found[named[1]] = (path.stat().st_mtime, path.read_bytes()[:MAX_BYTES].decode("ascii", "replace"))
    newest = sorted(found, key=lambda digest: found[digest][0], reverse=True)[:MAX_REQUESTS]
    return {digest: found[digest][1].strip() for digest in newest}


def clear_requests(vault_id: str) -> None:
    """No answer is awaited any more: write over the keys and delete them."""
    with contextlib.suppress(OSError, RuntimeError):
        for path in list(_folder(vault_id).iterdir()):
            if _REQUEST.fullmatch(path.name) is not None:
                size = path.stat().st_size
                with path.open("r+b") as file:
                    file.write(secrets.token_bytes(min(size, MAX_BYTES)))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
    _drop_empty(vault_id)


def _drop_empty(vault_id: str) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        for folder in (_folder(vault_id), _folder(vault_id).parent):
            folder.rmdir()


def _write(place: Callable[[], Path], data: bytes) -> None:
    try:
        path = place()
    except RuntimeError:
        raise StorageFailed("nothing can be kept in the folder for state: there is no home folder") from None
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError, RuntimeError):
            part.unlink(missing_ok=True)
        raise StorageFailed(f"nothing can be kept in the folder for state: {error.strerror}") from None
