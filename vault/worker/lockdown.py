"""Give up, for good, everything that parsing does not need. Standard library only.

Order: limits first (they hold while the libraries load), then, once the input is in memory and the fonts and
libraries are loaded, the walls of the system that this runs on. After that the process can read and write its three
pipes, ask for memory up to its limit, and end; and it tries from inside whether that is so. The walls themselves are
in a module for each system (lockdown_*.py); a system without one has none, and nothing is parsed there unless
somebody accepts that.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

PROVIDERS = {"linux": "lockdown_linux", "darwin": "lockdown_macos", "win32": "lockdown_windows"}
REFUSALS = (errno.EPERM, errno.EACCES)
UNIX, INET, DATAGRAM = 1, 2, 2


class Provider(Protocol):
    """What the module of a system has. `NEEDED` are the walls without which it is no jail."""

    SYSTEM: str
    NEEDED: frozenset[str]

    def die_with_parent(self) -> None:
        """See that this process ends when its parent does, where the system can."""

    def lock(self) -> dict[str, int]:
        """Put up the walls; which of them stand."""


@dataclass(frozen=True, slots=True)
class State:
    """What took hold: walls by their name, 0 or False for one that does not stand, and what stayed open in spite."""

    system: str
    walls: Mapping[str, int]
    needed: frozenset[str]
    open: tuple[str, ...]

    @property
    def strong(self) -> bool:
        """Whether the process can really no longer reach files, the network or other processes."""
        return bool(self.needed) and not self.open and all(self.walls.get(wall) for wall in self.needed)

    def as_dict(self) -> dict[str, object]:
        """For the answer's header."""
        return {
            "system": self.system,
            "walls": {name: int(value) for name, value in self.walls.items()},
            "open": list(self.open),
            "strong": self.strong,
        }


def provider(platform: str = sys.platform) -> Provider | None:
    """The walls of a system, None for one that has none that we know."""
    name = PROVIDERS.get(platform)
    return cast(Provider, import_module(f"vault.worker.{name}")) if name else None


def limit(memory_bytes: int, cpu_seconds: int) -> bool:
    """Bound memory, processor time, files and core dumps of this process, as far as its system can do it.

    False where a limit that the system honours was refused. On Windows the parent sets them.
    """
    if sys.platform == "win32":
        from vault.worker import lockdown_windows

        return lockdown_windows.in_job()
    from vault.worker import lockdown_limits

    memory = lockdown_limits.limit_memory(memory_bytes)
    return lockdown_limits.limit(cpu_seconds) and (memory or sys.platform == "darwin")


def die_with_parent() -> None:
    """End this process when the one that waits for it is gone, where the system can do that."""
    walls = provider()
    if walls:
        walls.die_with_parent()


def apply(limits_hold: bool) -> State:
    """Lock this process down and say what took hold; `limits_hold` is what `limit` answered.

    Never raises: a caller that needs a strong jail looks at `State.strong`.
    """
    if sys.platform != "win32":
        from vault.worker import lockdown_limits

        lockdown_limits.forbid_new_files_and_children()
    walls = provider()
    if walls is None:
        return State("", {"limits": limits_hold}, frozenset(), tuple(still_open()))
    needed, system = walls.NEEDED, walls.SYSTEM
    stand = {"limits": limits_hold, **walls.lock()}
    return State(system, stand, needed, tuple(still_open()))


def still_open() -> list[str]:
    """What this process can do although a locked-down one should not: files, network. Empty is good.

    Only a plain refusal counts as one: whatever else goes wrong is no wall.
    """
    found: list[str] = []
    try:
        os.close(os.open(sys.executable, os.O_RDONLY))
        found.append("files")
    except PermissionError:
        pass
    except OSError:
        found.append("files")
    if not _socket_refused():
        found.append("network")
    return found


def _socket_refused() -> bool:
    """Asked of the C library, as a hook of Python's may stand before its own sockets."""
    if sys.platform == "win32":
        return False  # nothing there refuses one, so none is asked for
    libc = ctypes.CDLL(None, use_errno=True)
    # On Linux the filter refuses the call, whatever the family: the local one leaves no trace of a network asked for.
    made = libc.socket(UNIX if sys.platform == "linux" else INET, DATAGRAM, 0)
    if made >= 0:
        os.close(made)
    return bool(made < 0) and ctypes.get_errno() in REFUSALS
