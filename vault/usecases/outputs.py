"""The gate that each file goes through that is to be written outside the vault."""

from __future__ import annotations

from pathlib import Path

from vault.errors import OutputExists, Usage
from vault.session import sync_folders
from vault.store import output


def check(path: Path, what: str) -> None:
    """Refuse a new file early: a cloud would carry it off, it exists, its folder does not, or that is a vault's.

    Raises SyncFolder, OutputExists, Usage.
    """
    sync_folders.refuse(path, what)
    output.check(path, what)


def check_folder(path: Path, what: str = "the folder") -> None:
    """The same for a new folder."""
    sync_folders.refuse(path, what)
    output.refuse_inside_vault(path, what)
    if path.exists() or path.is_symlink():
        raise OutputExists("the folder exists already")
    if not path.parent.is_dir():
        raise Usage("the place for the folder does not exist")
