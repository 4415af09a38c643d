"""Keeps indexers and makers of thumbnails out of the vault's folder, as far as a mark in it does that.

`.metadata_never_index` for Spotlight (macOS), `.trackerignore` and `.nomedia` for GNOME's indexer and for collections
of media, an attribute of the folder for Windows Search. KDE's Baloo and plocate take no mark, only their own
settings. What they would find is encrypted anyhow; the marks spare its names, sizes and times.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

NAMES = (".metadata_never_index", ".nomedia", ".trackerignore")
_NOT_INDEXED = 0x2000  # FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, which new files in the folder inherit
_NO_ATTRIBUTES = 0xFFFFFFFF


def place(folder: Path) -> bool:
    """Put every mark into the folder that is not there. False if one can't be; nothing depends on them."""
    whole = _set_attribute(folder)
    for name in missing(folder):
        try:
            os.close(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError:
            whole = False
    return whole


def missing(folder: Path) -> list[str]:
    """Names of the marks that are not there."""
    return [name for name in NAMES if not os.path.lexists(folder / name)]


def _set_attribute(folder: Path) -> bool:
    if sys.platform != "win32":
        return True
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        kernel = ctypes.windll.kernel32
        for place_ in (folder, folder / "objects"):
            before = kernel.GetFileAttributesW(str(place_)) & _NO_ATTRIBUTES
            if before == _NO_ATTRIBUTES or not kernel.SetFileAttributesW(str(place_), before | _NOT_INDEXED):
                return False
        return True
    return False
