"""The process at the other end of a connection: whether it has ended, and an end for one that does not answer."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Protocol

STEP_SECONDS = 0.02


class Process(Protocol):
    """A process that was there when it was looked at. Another one that gets its number later is not it."""

    exact: bool
    """Whether it surely is still that one; else that must be seen by its connection right before it is killed."""

    def ended(self, seconds: float) -> bool:
        """Whether it has ended, or does within this time."""
        ...

    def kill(self) -> None:
        """End it at once. Never raises: whether it is gone is for `ended` to say."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _TERMINATE, _SYNCHRONIZE = 0x1, 0x00100000
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.OpenProcess.restype = wintypes.HANDLE
    _kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
    _kernel.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]
    _kernel.TerminateProcess.argtypes = [wintypes.HANDLE, wintypes.UINT]
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]

    class _Held:
        """A handle: the number is nobody else's while it is open."""

        exact = True

        def __init__(self, pid: int) -> None:
            self._handle = _kernel.OpenProcess(_TERMINATE | _SYNCHRONIZE, False, pid)
            if not self._handle:
                raise ctypes.WinError(ctypes.get_last_error())

        def ended(self, seconds: float) -> bool:
            return int(_kernel.WaitForSingleObject(self._handle, int(seconds * 1000))) == 0

        def kill(self) -> None:
            _kernel.TerminateProcess(self._handle, 1)

        def close(self) -> None:
            _kernel.CloseHandle(self._handle)

elif sys.platform == "linux":
    import select
    import signal

    class _Held:
        """A pidfd, pidfd_open(2): it means this process alone, also when its number is given anew."""

        exact = True

        def __init__(self, pid: int) -> None:
            self._handle = os.pidfd_open(pid)

        def ended(self, seconds: float) -> bool:
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            return bool(poll.poll(max(0.0, seconds) * 1000))

        def kill(self) -> None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

        def close(self) -> None:
            os.close(self._handle)

else:
    import signal

    class _Held:
        """A number alone: whoever kills by it has seen right before that the connection still stands."""

        exact = False

        def __init__(self, pid: int) -> None:
            if pid <= 1:
                raise ProcessLookupError
            self._pid = pid

        def ended(self, seconds: float) -> bool:
            until = time.monotonic() + seconds
            while True:
                try:
                    os.kill(self._pid, 0)
                except ProcessLookupError:
                    return True
                except OSError:
                    return False
                if time.monotonic() > until:
                    return False
                time.sleep(STEP_SECONDS)

        def kill(self) -> None:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)

        def close(self) -> None:
            pass


def held(pid: int) -> Process | None:
    """The process of this number; None where there is none, or it can't be told, as from within another container."""
    try:
        return _Held(pid)
    except (OSError, AttributeError):
        return None
