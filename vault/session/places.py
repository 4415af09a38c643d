"""Where things live on this system, and this device's random id."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
from pathlib import Path

APP = "casevault"
_DEVICE = re.compile(r"[0-9a-f]{8}")


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
