"""Looks for whatever on this computer would still open the vault, or an older copy of it.

It finds what lies where people put such things: copies of the header beside the vault, recovery sheets and trustees'
key files in the usual folders, backups that the vault knows of. It can't find what it does not look for, and nothing
here proves that there is nothing: `CANNOT_PROMISE` says so with every answer.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vault.crypto import recovery, shares, slots
from vault.errors import Busy, CasevaultError
from vault.formats import header
from vault.formats.header import Header
from vault.session import travel_state
from vault.store import header_file, in_use
from vault.usecases import headers, travel_header

if TYPE_CHECKING:
    from vault.usecases.travel_local import Forgotten
    from vault.usecases.unlocked import UnlockedVault

Kind = Literal["slot", "open", "keyring", "agent", "copy", "sheet", "share", "trustee-key", "backup", "leftover"]
OPENS: frozenset[Kind] = frozenset({"slot", "open", "agent", "copy", "share", "backup"})
"""What gives access, by itself or together with a secret that its owner knows. The others help with older copies."""
UNDONE: frozenset[Kind] = frozenset({"slot", "agent", "keyring", "leftover"})
CANNOT_PROMISE = (
    "copies of the vault's folder elsewhere: on another disk, a phone, in a cloud",
    "remnants on an SSD or a USB stick, which write to new places and keep the old ones",
    "snapshots and earlier versions that the system keeps of files",
    "swap and hibernation, which may hold keys of a vault that was open",
    "a shell or another program that has the vault open still",
)
MAX_ENTRIES = 2000
"""Of one folder that is looked at."""
MAX_SHEET = 4096
MAX_KEY_FILE = 64 * 1024
_USUAL = ("", "Desktop", "Documents", "Downloads", "Рабочий стол", "Документы", "Загрузки")
_TEXT = ("", ".txt", ".md", ".key", ".code", ".asc", ".age")


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was found: what it is, and where (a path, a slot's id, a kind of key)."""

    kind: Kind
    where: str

    @property
    def opens(self) -> bool:
        """Whether somebody gets at what is in the vault by it."""
        return self.kind in OPENS

    @property
    def undone(self) -> bool:
        """Whether it should have been destroyed, and could not be."""
        return self.kind in UNDONE


def slots_left(folder: Path) -> list[Seen]:
    """Slots in the header that are no trustees', and headers that could not be deleted."""
    found = header_file.read(folder)
    seen = [
        Seen("slot", slot.members["id"]) for slot in found.slots if slot.members["kind"] not in travel_header.TRUSTEES
    ]
    return seen + [Seen("leftover", name) for name in travel_header.sweep(folder)]


def open_elsewhere(folder: Path) -> list[Seen]:
    """Whether another process still has the vault open; this one must not."""
    try:
        with in_use.alone(folder, wait=0):
            return []
    except Busy:
        return [Seen("open", str(folder))]
    except CasevaultError:
        return []


def not_forgotten(folder: Path, vault_id: str, forgotten: Forgotten) -> list[Seen]:
    """Secrets that are still to be taken out of the keyring, and agents that do not end."""
    slots_kept = sorted({*forgotten.kept, *travel_state.pending(vault_id)})
    seen = [Seen("keyring", slot) for slot in slots_kept]
    return [*seen, Seen("agent", str(folder))] if forgotten.agent_left else seen


def around(vault: UnlockedVault, before: Header, root: bytes, trustees: Sequence[str]) -> list[Seen]:
    """Copies of the header, sheets and shares of the slots in `before` and of those there are now, key files of these
    trustees (public keys), backups: what lies about."""
    seen = [Seen("copy", str(path)) for path in _copies(vault)]
    seen += [Seen("backup", place) for place in _backups(vault)]
    old = tuple(map(headers.slot_of, (*before.slots, *vault.header.slots)))
    for path in _candidates(vault.folder):
        kind = _what(path, old, root, trustees)
        if kind is not None:
            seen.append(Seen(kind, str(path)))
    return seen


def _copies(vault: UnlockedVault) -> Iterator[Path]:
    """Other headers of this vault: in its folder, and in the folders beside it."""
    here = vault.folder.resolve()
    known = {header_file.NAME, travel_header.NAME}
    for path in _entries(here):
        if path.name not in known and path.name.startswith(header_file.NAME) and _is_of(path, vault.header.vault):
            yield path
    for folder in _entries(here.parent):
        if folder.is_dir() and folder != here:
            for path in (folder / header_file.NAME, *folder.glob("snapshots/*/" + header_file.NAME)):
                if _is_of(path, vault.header.vault):
                    yield path


def _is_of(path: Path, vault_id: str) -> bool:
    with contextlib.suppress(OSError, CasevaultError):
        if path.is_file() and path.stat().st_size <= header.MAX_BYTES:
            found = header.parse(path.read_bytes())
            return found.vault == vault_id and not travel_header.closed(found)
    return False


def _backups(vault: UnlockedVault) -> list[str]:
    """Where backups were made to that can be reached from here now."""
    rows = vault.catalogue.db.execute("SELECT DISTINCT place FROM backups ORDER BY place").fetchall()
    found = []
    for (place,) in rows:
        with contextlib.suppress(OSError, ValueError):
            if place and Path(place).exists():
                found.append(str(place))
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(RuntimeError):
        home = Path.home()
        seen: set[Path] = set()
        for place in (folder.resolve().parent, Path.cwd(), *(home / name for name in _USUAL)):
            if place not in seen:
                seen.add(place)
                yield from (path for path in _entries(place) if path.suffix.lower() in _TEXT)


def _entries(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        return [Path(one.path) for one in itertools.islice(found, MAX_ENTRIES)]
    return []


def _what(path: Path, old: tuple[slots.Slot, ...], root: bytes, trustees: Sequence[str]) -> Kind | None:
    """What a file is, if it is one of those."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_KEY_FILE:
            return None
        text = path.read_bytes().decode("utf-8", "replace").lstrip("\ufeff")
    except OSError:
        return None
    if "AGE-SECRET-KEY-" in text:
        return "trustee-key" if any(key in text for key in trustees) else None
    if len(text) > MAX_SHEET:
        return None
    first = text.partition("\n")[0]
    with contextlib.suppress(CasevaultError):
        code = slots.RecoveryCode(recovery.decode(first))
        return "sheet" if any(slots.open_slot(slot, code) == root for slot in old) else None
    if shares.is_share(first):
        with contextlib.suppress(CasevaultError):
            number = shares.set_of(first)
            return "share" if any(slot.fields.get("set") == number for slot in old) else None
    return None
