"""Keeps the tests off the network and out of the developer's own folders, on every system.

`tests/run` also takes the network away by a namespace where there are such things; this guard works everywhere, but
only inside the test process itself.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path

_NETWORK = {int(socket.AF_INET), int(socket.AF_INET6)}
_USES = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
_HOME = ("HOME", "USERPROFILE")
_HOME_FOLDERS = (
    "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "LOCALAPPDATA",
)  # fmt: skip

attempts: list[str] = []
"""What was tried and refused since the list was last emptied."""


class NetworkUsed(RuntimeError):
    """Not an OSError: nobody is meant to catch it and go on."""


def block_sockets() -> None:
    """Refuse internet sockets and name look-ups in this process for good: an audit hook can't be taken off."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.__new__" and arguments[1] in _NETWORK:
        _fail("an internet socket")
    # A socket may also come ready-made, as a descriptor.
    if event in _USES and getattr(arguments[0], "family", None) in _NETWORK:
        _fail("the use of an internet socket")
    if event in _LOOKUPS:
        _fail(f"a look-up by {event}")


def _fail(what: str) -> None:
    attempts.append(what)
    raise NetworkUsed(f"the tests run without a network, and {what} was asked for")


def hear_interrupts() -> None:
    """Undo what a shell does to commands in the background: with Ctrl-C ignored, so would all programs we start."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def leave_home() -> None:
    """Point this process and its children to an empty home, so that no run depends on or changes a real one."""
    home = Path(tempfile.mkdtemp(prefix="casevault-tests-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in _HOME:
        os.environ[name] = str(home)
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    for name in _HOME_FOLDERS:
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[name] = str(folder)
