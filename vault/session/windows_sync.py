"""Which folders Windows itself knows to be synchronised: the registry of its interface for clouds, and OneDrive's.

Written after Microsoft's documentation of Cloud Files and of OneDrive; it was never run there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

MAX_KEYS = 200
_ROOTS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"
_ONEDRIVE = r"Software\SyncEngines\Providers\OneDrive"
_ACCOUNTS = r"Software\Microsoft\OneDrive\Accounts"


def roots() -> Iterator[str]:
    """Paths of all synchronised folders of this user that the registry names; none on other systems."""
    if sys.platform != "win32":
        return
    import winreg

    for name in _subkeys(winreg.HKEY_LOCAL_MACHINE, _ROOTS):
        yield from _values(winreg.HKEY_LOCAL_MACHINE, rf"{_ROOTS}\{name}\UserSyncRoots", None)
    for base, value in ((_ONEDRIVE, "MountPoint"), (_ACCOUNTS, "UserFolder")):
        for name in _subkeys(winreg.HKEY_CURRENT_USER, base):
            yield from _values(winreg.HKEY_CURRENT_USER, rf"{base}\{name}", value)


def _subkeys(hive: Any, path: str) -> list[str]:
    if sys.platform != "win32":
        return []
    import winreg

    found: list[str] = []
    try:
        with winreg.OpenKey(hive, path) as key:
            while len(found) < MAX_KEYS:
                found.append(winreg.EnumKey(key, len(found)))
    except OSError:  # also the end of the list
        pass
    return found


def _values(hive: Any, path: str, wanted: str | None) -> list[str]:
    """The texts under a key: all, or the one with this name."""
    if sys.platform != "win32":
        return []
    import winreg

    found: list[str] = []
    try:
        with winreg.OpenKey(hive, path) as key:
            for number in range(MAX_KEYS):
                name, value, _ = winreg.EnumValue(key, number)
                if isinstance(value, str) and wanted in (None, name):
                    found.append(value)
    except OSError:
        pass
    return found
