"""What can be seen of a vault without its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vault.store import header_file


@dataclass(frozen=True, slots=True)
class LockedVault:
    """A vault's id, its format, and the kinds of its key slots in their order."""

    id: str
    format: int
    kinds: tuple[str, ...]


def peek(folder: Path) -> LockedVault:
    """Read the header only, so that nobody is asked for the secret of a vault that is not there.

    Raises NoVault, Damaged, NewerFormat, StorageFailed.
    """
    header = header_file.read(folder)
    return LockedVault(header.vault, header.format, tuple(slot.members["kind"] for slot in header.slots))
