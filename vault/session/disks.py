"""Finds a removable disk by the folder or the name under which its owner knows it, and only if it is connected.

Where a disk is not mounted, its folder may be there all the same, empty: what is written to that goes to the
computer's own disk, and nobody notices.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vault.errors import NotFound

_LETTER = re.compile(r"[A-Za-z]:\\?")


def find(named: str) -> Path:
    """The folder of a mounted disk: `named` is that folder, a drive letter, or the disk's label. Raises NotFound."""
    for folder in _candidates(named):
        with contextlib.suppress(OSError):
            if os.path.ismount(folder):
                return folder
    raise NotFound("there is no disk of that name: is it connected?", hint="Connect it, and unlock it if it asks.")


def _candidates(named: str) -> Iterator[Path]:
    if os.sep in named or _LETTER.fullmatch(named) or named.startswith((".", "~")):
        yield Path(named + os.sep if _LETTER.fullmatch(named) else named).expanduser().absolute()
        return
    if sys.platform == "win32":
        yield from _letters_of(named)
    elif sys.platform == "darwin":
        yield Path("/Volumes") / named
    else:
        user = os.environ.get("USER", "")
        places = [f"/run/media/{user}", f"/media/{user}"] if user and "/" not in user else []
        yield from (Path(place) / named for place in (*places, "/media", "/mnt"))


def _letters_of(label: str) -> Iterator[Path]:
    """Drives whose label is the one that is looked for; Windows takes them as equal whatever their capitals."""
    if sys.platform != "win32":
        return
    import ctypes

    buffer = ctypes.create_unicode_buffer(261)
    for letter in "DEFGHIJKLMNOPQRSTUVWXYZ":
        root = f"{letter}:\\"
        told = ctypes.windll.kernel32.GetVolumeInformationW(root, buffer, len(buffer), None, None, None, None, 0)
        if told and buffer.value.casefold() == label.casefold():
            yield Path(root)


def same(one: Path, other: Path) -> bool:
    """Whether two places are on one disk, as far as the system tells; `other` need not exist yet."""
    with contextlib.suppress(OSError):
        there = next(folder for folder in (other, *other.parents) if folder.exists())
        return one.stat().st_dev == there.stat().st_dev
    return False
