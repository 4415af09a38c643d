"""Reads and replaces `vault.json` as a whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from vault.errors import Damaged, NoVault, StorageFailed
from vault.formats import header
from vault.store.durable import sync_folder

NAME = "vault.json"


def read(folder: Path) -> header.Header:
    """The header of the vault at `folder`. Raises NoVault, Damaged, NewerFormat."""
    try:
        with (folder / NAME).open("rb") as file:
            data = file.read(header.MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        if (folder / "catalog.db").exists():
            raise Damaged(
                "the vault's header (vault.json) is missing",
                hint="Put vault.json back from a backup: the key slots are in it.",
            ) from None
        raise NoVault(f"there is no vault in {folder}") from None
    except OSError as error:
        raise StorageFailed(f"the vault's header can't be read: {error.strerror}") from None
    return header.parse(data)


def write(folder: Path, value: header.Header) -> None:
    """Replace the header: whole, durable, or not at all."""
    part = folder / (NAME + ".part")
    try:
        with part.open("wb") as file:
            file.write(value.dump())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, folder / NAME)
        sync_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageFailed(f"the vault's header can't be written: {error.strerror}") from None
