"""Where things live on this system, this device's random id, and which folders belong to a cloud."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
from pathlib import Path

from vault.errors import SyncFolder

APP = "casevault"
_DEVICE = re.compile(r"[0-9a-f]{8}")
SYNC_NAMES = (
    "icloud", "iclouddrive", "мой диск", "google диск", "яндекс диск", "proton drive", "mega",
    "onedrive", "dropbox", "google drive", "googledrive", "my drive", "icloud drive", "icloud~", "mobile documents",
    "com~apple~clouddocs", "cloudstorage", "nextcloud", "owncloud", "yandex.disk", "yandexdisk", "яндекс.диск",
    "яндексдиск", "pcloud", "megasync", "box sync", "syncthing", "seafile", "облако mail.ru",
)  # fmt: skip
_SYNC_MARKERS = (".dropbox", ".stfolder", ".nextcloudsync.log", ".owncloudsync.log", ".sync", ".yandexdisk")


def data_folder() -> Path:
    """The platform's folder for a program's data."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Casevault"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Casevault"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / APP


def state_folder() -> Path:
    """The platform's folder for what a program remembers between runs, outside any vault."""
    if sys.platform in ("win32", "darwin"):
        return data_folder() / "state"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / APP


def default_vault() -> Path:
    """Where a vault is made when nobody says otherwise."""
    return data_folder() / "vault"


def device_id() -> str:
    """8 random hex digits that stay the same on this device; all zeros where nothing can be remembered."""
    path = state_folder() / "device"
    with contextlib.suppress(OSError):
        found = path.read_text("ascii", "replace").strip()
        if _DEVICE.fullmatch(found):
            return found
    made = secrets.token_hex(4)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(made + "\n", "ascii")
    except OSError:
        return "0" * 8
    return made


def sync_folder(path: Path) -> Path | None:
    """The folder at or above `path` that a known sync client watches, or None."""
    resolved = path.expanduser().absolute()
    with contextlib.suppress(OSError):
        resolved = resolved.resolve()
    for folder in (resolved, *resolved.parents):
        name = folder.name.casefold()
        if name and any(
            name == known or name.startswith((known + " ", known + "-", known + "~")) for known in SYNC_NAMES
        ):
            return folder
        if any((folder / marker).exists() for marker in _SYNC_MARKERS) and folder != Path.home():
            return folder
    return None


def refuse_sync_folder(path: Path, what: str) -> None:
    """Raise SyncFolder if `path` lies where a sync client would carry it off."""
    found = sync_folder(path)
    if found is not None:
        raise SyncFolder(
            f"{what} would lie inside a folder that is copied to a cloud ({found.name})",
            hint="Choose a folder outside it: what lies there leaves this computer by itself.",
        )
