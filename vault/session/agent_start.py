"""Starts the agent: a process of its own that outlives the terminal, and learns everything through a pipe.

Its arguments are the same for every vault, its environment is empty but for the time zone, its folder is the root:
nothing of what it is told can be read off it from outside.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from vault.errors import StorageFailed
from vault.formats import canonical

READY_SECONDS = 60.0
MAX_MESSAGE = 1 << 20
_KEPT = ("TZ",)
_KEPT_ON_WINDOWS = ("SYSTEMROOT", "TEMP", "TMP")
_START = (
    "import sys; sys.path.insert(0, sys.stdin.buffer.readline()[:-1].decode('utf-8', 'surrogateescape')); "
    "from vault.usecases.agent import main; main()"
)


def start(told: dict[str, Any]) -> dict[str, Any]:
    """Start it, tell it this, and wait until it says that it is ready, or why not. Raises StorageFailed."""
    process = subprocess.Popen(  # noqa: S603  (our own interpreter with a fixed command line)
        [sys.executable, "-I", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        cwd=os.environ.get("SYSTEMROOT") if sys.platform == "win32" else os.sep,
        env={name: os.environ[name] for name in _kept() if name in os.environ},
        start_new_session=sys.platform != "win32",  # a terminal that closes does not reach it
        creationflags=_flags(),
    )
    # Only a program that hangs is ended: it holds keys.
    timer = threading.Timer(READY_SECONDS, process.kill)
    timer.start()
    answer: Any = None
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        root = str(Path(__file__).resolve().parent.parent.parent).encode("utf-8", "surrogateescape")
        with contextlib.suppress(OSError), process.stdin, process.stdout:
            process.stdin.write(root + b"\n" + canonical.dump(told) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline(MAX_MESSAGE)
            answer = canonical.load(line[:-1], "the answer", limit=MAX_MESSAGE) if line else None
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        timer.cancel()
    if not isinstance(answer, dict):
        process.kill()
        process.wait()
        raise StorageFailed("the process that would keep the vault open could not be started")
    # It goes on without us, and is nobody's child soon.
    process.returncode = 0
    return answer


def _kept() -> tuple[str, ...]:
    return _KEPT + _KEPT_ON_WINDOWS if sys.platform == "win32" else _KEPT


def _flags() -> int:
    if sys.platform != "win32":
        return 0
    return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW


def hear() -> dict[str, Any]:
    """In the agent: what it was told. Raises Damaged."""
    line = sys.stdin.buffer.readline(MAX_MESSAGE)
    told = canonical.load(line[:-1], "what the agent is told", limit=MAX_MESSAGE)
    assert isinstance(told, dict)
    return told


def answer(message: dict[str, Any]) -> None:
    """In the agent: say that it is ready, or why not, and let go of the streams."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(canonical.dump(message) + b"\n")
        sys.stdout.buffer.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, stream)
    os.close(nowhere)
