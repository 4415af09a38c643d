"""Where the databases of a backup in one file are put to be read: in the folder for state, encrypted as they are.

Never a header with them, and never in the system's folder for temporary files, which nobody looks after. What a
killed process left is removed by the next backup that is made, verified or restored.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from vault.errors import CasevaultError, StorageFailed
from vault.session import places
from vault.store import backup_source, locks

NAME = "verifying"
"""The folder in the folder for state."""
_ROOM = re.compile(r"[0-9a-f]{12}\.part")


@contextlib.contextmanager
def room() -> Iterator[Path]:
    """An empty folder, gone with all that is in it at the end. Raises StorageFailed."""
    sweep()
    folder = places.state_folder() / NAME / f"{secrets.token_hex(6)}.part"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise StorageFailed(f"the folder for state can't be written to: {error.strerror}") from None
    try:
        with locks.shared(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what killed processes left. One that is still at work holds its lock."""
    parent = places.state_folder() / NAME
    with contextlib.suppress(OSError):
        if not backup_source.is_own_folder(parent):
            return
        for path in parent.iterdir():
            if _ROOM.fullmatch(path.name) and backup_source.is_own_folder(path):
                with contextlib.suppress(CasevaultError):
                    with locks.exclusive(path):
                        shutil.rmtree(path, ignore_errors=True)
                    shutil.rmtree(path, ignore_errors=True)  # Windows deletes no file that is open, such as the lock
