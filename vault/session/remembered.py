"""The last state of a vault that this device saw, kept outside of it: an older copy that is put back shows by it.

One small file for each vault and each instance of it (a restore makes a new one) in the state folder. It bears a
MAC under a key of the vault: whoever has the device but no key can delete it or put an older one of ours there, but
can't write one, neither to lock the owner out nor to have an older copy taken for the newest. What bears no right
MAC is told and not believed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from vault.crypto import kdf
from vault.errors import Damaged
from vault.formats import canonical
from vault.session import places

FOLDER = "remembered"
VERSION = 1
MAX_BYTES = 4096
MAX_OTHERS = 100
LABEL = "casevault/v1/remembered"
_PLACE = re.compile(r"V-[0-9A-Z]{12}(?:-[0-9a-f]{16})?", re.ASCII)
_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
_MAX_NUMBER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """The log's size and root, how often the header was changed, the time of the last entry and of this note.

    `vault` is its id, `instance` that of the restored copy ("" before any restore), `root` 32 bytes, `last` empty for
    an empty log, both times UTC with milliseconds.
    """

    vault: str
    instance: str
    size: int
    root: bytes
    generation: int
    last: str
    noted: str


class Untrusted(Exception):
    """Something lies in the file's place that is not what we wrote, or can't be read."""


def folder() -> Path:
    """Where the files lie. Raises RuntimeError where there is no home folder."""
    return places.state_folder() / FOLDER


def path_of(vault: str, instance: str) -> Path:
    """The file of one instance of a vault. Raises ValueError for what are no ids."""
    name = f"{vault}-{instance}" if instance else vault
    if not _PLACE.fullmatch(name):
        raise ValueError("a vault's id or instance has no form of one")
    return folder() / name


def read(vault: str, instance: str, key: bytes) -> Remembered | None:
    """What was remembered, None if there is nothing. `key` is 32 bytes of the vault's. Raises Untrusted."""
    try:
        data = _read(path_of(vault, instance))
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        return None
    except (OSError, ValueError):
        raise Untrusted from None
    try:
        members = canonical.load(data, "what is remembered", limit=MAX_BYTES)
        mac = members.pop("mac")
        if not kdf.same(bytes.fromhex(mac), _mac(key, members)):
            raise Untrusted
        return _checked(members, vault, instance)
    except (Damaged, AttributeError, KeyError, TypeError, ValueError):
        raise Untrusted from None


def _read(path: Path) -> bytes:
    # Without waiting and without following: somebody may have put a pipe or a link there.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no file")
        return file.read(MAX_BYTES + 1)


def _checked(members: dict[str, object], vault: str, instance: str) -> Remembered:
    root, last, noted = (members[name] for name in ("root", "last", "noted"))
    size, generation = members["size"], members["generation"]
    if (members["v"], members["vault"], members["instance"]) != (VERSION, vault, instance):
        raise Untrusted  # ours, but of another vault: somebody moved it here
    if not isinstance(root, str) or not _ROOT.fullmatch(root):
        raise Untrusted
    if not isinstance(last, str) or not isinstance(noted, str) or not _TIME.fullmatch(noted):
        raise Untrusted
    if type(size) is not int or type(generation) is not int or not 0 <= size <= _MAX_NUMBER or generation < 0:
        raise Untrusted
    if last and not _TIME.fullmatch(last):
        raise Untrusted
    return Remembered(vault, instance, size, bytes.fromhex(root), generation, last, noted)


def _members(new: Remembered) -> dict[str, object]:
    return {
        "generation": new.generation, "instance": new.instance, "last": new.last, "noted": new.noted,
        "root": new.root.hex(), "size": new.size, "v": VERSION, "vault": new.vault,
    }  # fmt: skip


def _mac(key: bytes, members: dict[str, object]) -> bytes:
    return kdf.hmac_sha256(kdf.hkdf(key, LABEL), canonical.dump(members))


def others(vault: str, instance: str, key: bytes) -> list[Remembered]:
    """What is remembered of other instances of the vault: restored copies of it, or the one that they came from."""
    found = []
    with contextlib.suppress(OSError, RuntimeError):
        for path in sorted(folder().glob(f"{vault}*"))[:MAX_OTHERS]:
            other = path.name.removeprefix(vault).removeprefix("-")
            if other != instance and _PLACE.fullmatch(path.name):
                with contextlib.suppress(Untrusted):
                    found.append(read(vault, other, key))
    return [one for one in found if one is not None]


def make_folder() -> bool:
    """Make the folder, for its owner alone. False where the device can keep nothing."""
    try:
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):
        return False
    return True


def write(new: Remembered, key: bytes) -> bool:
    """Replace what is remembered, whole. False where the device can't keep it. One process at a time."""
    members = _members(new)
    data = canonical.dump({**members, "mac": _mac(key, members).hex()})
    try:
        path = path_of(new.vault, new.instance)
        for left in path.parent.glob(f"{path.name}.*.part"):
            left.unlink(missing_ok=True)  # of a process that was killed: only one writes at a time
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    except (OSError, RuntimeError, ValueError):
        return False
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


def forget(vault: str, instance: str) -> None:
    """Remove what is remembered of an instance that exists no more."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        path_of(vault, instance).unlink(missing_ok=True)


def retire(vault: str, instance: str, old: bytes) -> None:
    """Note that the vault has another key than `old` now: a copy that has `old` still is an older one."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        path = _retired(vault, instance, old)
        if not path.exists() and make_folder():
            members: dict[str, object] = {"instance": instance, "renewed": True, "v": VERSION, "vault": vault}
            data = canonical.dump({**members, "mac": _mac(old, members).hex()})
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())


def is_retired(vault: str, instance: str, key: bytes) -> bool:
    """Whether this device has seen the vault with a newer key than `key`. What bears no right MAC says nothing."""
    try:
        members = canonical.load(_read(_retired(vault, instance, key)), "what is remembered", limit=MAX_BYTES)
        return kdf.same(bytes.fromhex(members.pop("mac")), _mac(key, members)) and members.get("renewed") is True
    except (Damaged, OSError, RuntimeError, AttributeError, KeyError, TypeError, ValueError):
        return False


def reinstate(vault: str, instance: str, key: bytes) -> None:
    """A copy with this key is used knowingly: it is no older one any more."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        _retired(vault, instance, key).unlink(missing_ok=True)


def _retired(vault: str, instance: str, key: bytes) -> Path:
    # The name tells nobody without the key which one it is about.
    path = path_of(vault, instance)
    return path.with_name(f"{path.name}.{kdf.hmac_sha256(kdf.hkdf(key, LABEL), b'renewed')[:8].hex()}")
