"""Keeps the agent's memory to itself: locked in RAM, in no core dump, closed to other programs where that can be.

`Page` holds the keys that stay: one page of their own, locked where nothing else could be, overwritten at the end.
What a computation copies from it (Python's and OpenSSL's own copies) lies in ordinary memory for a moment; where the
system allows it, all memory of the process is locked.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Locked = Literal["all", "keys", "none"]
"""What of the memory can't be written to a swap area."""

PR_SET_DUMPABLE = 4  # prctl(2)
PT_DENY_ATTACH = 31  # <sys/ptrace.h> of macOS
MCL_CURRENT, MCL_FUTURE = 1, 2  # mlockall(2)
MADV_DONTDUMP, MADV_WIPEONFORK = 16, 18  # madvise(2), Linux
_TOKEN = 64


def close_process() -> None:
    """Before any key is here: no core dumps, no tracing, no reading of the memory by programs of the same user."""
    os.umask(0o077)
    if sys.platform == "win32":
        return  # crash reports and debuggers of the same user: SECURITY.md names them
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    elif sys.platform == "darwin":
        with contextlib.suppress(AttributeError):
            libc.ptrace(PT_DENY_ATTACH, 0, None, 0)


class Page:
    """Named keys in a page of their own."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self._places: dict[str, tuple[int, int]] = {}
        self.locked: Locked = _lock(self._memory)
        offset = 0
        for name, key in keys.items():
            if len(key) > _TOKEN or offset + len(key) > mmap.PAGESIZE:
                raise ValueError("too many keys for one page")
            self._memory[offset : offset + len(key)] = key
            self._places[name] = (offset, len(key))
            offset += len(key)

    def __getitem__(self, name: str) -> bytes:
        """A copy, for one computation. Raises KeyError once it is erased."""
        offset, length = self._places[name]
        return self._memory[offset : offset + length]

    def erase(self, *names: str) -> None:
        """Overwrite these keys, or all."""
        for name in names or tuple(self._places):
            place = self._places.pop(name, None)
            if place is not None:
                offset, length = place
                self._memory[offset : offset + length] = bytes(length)


def _lock(memory: mmap.mmap) -> Locked:
    with contextlib.suppress(OSError, AttributeError):
        address = _address(memory)
        if sys.platform == "win32":
            kernel = ctypes.WinDLL("kernel32")
            kernel.VirtualLock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
            return "keys" if kernel.VirtualLock(address, mmap.PAGESIZE) else "none"
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            for advice in (MADV_DONTDUMP, MADV_WIPEONFORK):
                libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE), advice)
            if _may_lock_all() and libc.mlockall(MCL_CURRENT | MCL_FUTURE) == 0:
                return "all"
        if libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE)) == 0:
            return "keys"
    return "none"


def _may_lock_all() -> bool:
    """Whether there is no limit: under one, a later need of memory would end the process."""
    if sys.platform == "win32":
        return False
    import resource

    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY:
        return True
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return False
    return any(line.startswith("CapEff:") and int(line.split()[1], 16) >> _CAP_IPC_LOCK & 1 for line in lines)


_CAP_IPC_LOCK = 14  # capabilities(7)


def _address(memory: mmap.mmap) -> int:
    view: Any = ctypes.c_char.from_buffer(memory)
    return ctypes.addressof(view)
