"""Tries to open a vault that failed, counted on this device until the next one succeeds and they can be logged.

Nobody who can't open the vault can write its log, so they stand outside it, as a number and two times under the
vault's random id. Whoever has the device can delete them: then the log misses them.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from vault.session import places

_LINE = re.compile(r"([0-9]{1,9}) ([0-9]{1,13}) ([0-9]{1,13})\n?", re.ASCII)
MAX_COUNT = 10**9 - 1


@dataclass(frozen=True, slots=True)
class Failed:
    """How many tries failed, and when the first and the last one: POSIX milliseconds."""

    count: int
    first: int
    last: int


def _path(vault_id: str) -> Path:
    return places.state_folder() / "failed" / vault_id


def read(vault_id: str) -> Failed | None:
    """What failed since the last success, None if nothing did."""
    try:
        found = _LINE.fullmatch(_path(vault_id).read_bytes()[:64].decode("ascii", "replace"))
    except OSError:
        return None
    return None if found is None else Failed(*(int(part) for part in found.groups()))


def note(vault_id: str, now: int) -> None:
    """Count one more, at POSIX millisecond `now`. A device that can keep nothing keeps nothing of it."""
    before = read(vault_id) or Failed(0, max(0, now), 0)
    path = _path(vault_id)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_text(f"{min(before.count + 1, MAX_COUNT)} {before.first} {max(0, now)}\n", "ascii")
        part.replace(path)
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def clear(vault_id: str) -> None:
    """Forget them, once they are in the log."""
    with contextlib.suppress(OSError):
        _path(vault_id).unlink(missing_ok=True)
