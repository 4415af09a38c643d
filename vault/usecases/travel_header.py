"""The header that lies ready for travel, `vault.json.travel`, and how it takes the place of the other. No keys."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.formats import header
from vault.formats.header import Header
from vault.store import header_file, wipe
from vault.store.durable import sync_folder

NAME = "vault.json.travel"
TRUSTEES = frozenset({"shares"})
"""Kinds of slots that nothing on the device opens."""
DEVICE = "passphrase+device"
AGAIN = "Prepare anew: casevault travel prepare. Until then 'travel now' can close nothing."
_PART = ".part"
_LEFTOVERS = (header_file.NAME + _PART, header_file.NAME + wipe.OLD, NAME + _PART)
_MTIME = 946_684_800
"""2000-01-01, as for stored files: when a header was written is nobody's business."""


def closed(value: Header) -> bool:
    """Whether only trustees open a vault with this header."""
    return bool(value.slots) and all(slot.members["kind"] in TRUSTEES for slot in value.slots)


def device_slots(value: Header) -> list[str]:
    """The ids of the slots that have a secret in a keyring."""
    return [slot.members["id"] for slot in value.slots if slot.members["kind"] == DEVICE]


def read(folder: Path) -> Header | None:
    """The header that lies ready, None if there is none. Raises Damaged, NewerFormat, StorageFailed."""
    try:
        with (folder / NAME).open("rb") as file:
            data = file.read(header.MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageFailed(f"the header for travel can't be read: {error.strerror}") from None
    try:
        found = header.parse(data)
    except Damaged:
        raise Damaged("the header for travel (vault.json.travel) is damaged", hint=AGAIN) from None
    if not closed(found):
        raise Damaged("the header for travel (vault.json.travel) has a slot that is no trustees'", hint=AGAIN)
    return found


def write(folder: Path, value: Header) -> None:
    """Put it there: whole, durable, or not at all. Raises StorageFailed."""
    part = folder / (NAME + _PART)
    try:
        with part.open("wb") as file:
            file.write(value.dump())
            file.flush()
            os.fsync(file.fileno())
        os.utime(part, (_MTIME, _MTIME))
        os.replace(part, folder / NAME)
        sync_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageFailed(f"the header for travel can't be written: {error.strerror}") from None


def drop(folder: Path) -> None:
    """There is none any more. Raises StorageFailed."""
    try:
        # Out of its place first: half written over it must not lie there.
        with contextlib.suppress(FileNotFoundError):
            os.replace(folder / NAME, folder / (NAME + _PART))
        wipe.destroy(folder / (NAME + _PART))
        sync_folder(folder)
    except OSError as error:
        raise StorageFailed(f"the header for travel can't be removed: {error.strerror}") from None


def before(folder: Path) -> Header | None:
    """The header in place, None if there is none that can be read."""
    with contextlib.suppress(CasevaultError):
        return header_file.read(folder)
    return None


def swap(folder: Path) -> bool:
    """Put the one that lies ready in the place of the other, whose bytes are then written over: whether they were.

    Before the rename the vault opens as it did, after it by its trustees alone. Raises StorageFailed.
    """
    path = folder / header_file.NAME
    if not path.exists():
        _take_place(folder)
        return True
    with wipe.holding(path) as held:
        _take_place(folder)
        return overwrite(held)


def _take_place(folder: Path) -> None:
    try:
        try:
            os.replace(folder / NAME, folder / header_file.NAME)
        except PermissionError:
            (folder / header_file.NAME).chmod(0o600)  # Windows replaces no file that is read-only
            os.replace(folder / NAME, folder / header_file.NAME)
        sync_folder(folder)
    except OSError as error:
        raise StorageFailed(f"the header for travel can't be put in place: {error.strerror}") from None


def overwrite(held: wipe.Held | None) -> bool:
    """Write over the header that was replaced; False if that could not be: then it is said, and nothing else is held
    up by it."""
    try:
        return held is not None and held.overwrite()
    except OSError:
        return False


def sweep(folder: Path) -> list[str]:
    """Destroy what stopped commands left of headers, and name what could not be destroyed."""
    left = []
    for name in _LEFTOVERS:
        try:
            if (folder / name).is_symlink() or (folder / name).is_file():
                wipe.destroy(folder / name)
        except OSError:
            left.append(name)
    return left


def hide_time(folder: Path) -> None:
    """The header's own time says no more when the journey began. Where it can't be set, it stays."""
    with contextlib.suppress(OSError):
        os.utime(folder / header_file.NAME, (_MTIME, _MTIME))
