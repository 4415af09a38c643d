"""Limits that POSIX systems put on a process by setrlimit(2). Loaded on Linux and macOS only."""

from __future__ import annotations

import os
import resource

MOST_DESCRIPTORS = 1 << 16
OPEN_FILES = 64


def limit(cpu_seconds: int) -> bool:
    """Bound processor time, written files and core dumps; False where the system refused one."""
    wanted = [
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_CPU", cpu_seconds, cpu_seconds + 1),  # the first ends with SIGXCPU, which says why
    ]
    taken = [_set(name, soft, hard) for name, soft, hard in wanted]
    return all(taken)


def limit_memory(memory_bytes: int) -> bool:
    """Bound the address space. Linux does it; macOS refuses, as it maps far more than it uses."""
    return _set("RLIMIT_AS", memory_bytes, memory_bytes)


def forbid_new_files_and_children() -> None:
    """Close all but the three pipes, and allow no process and few files from now on. The walls proper forbid both
    on their own; RLIMIT_NPROC does not bind root."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.closerange(3, soft if 0 < soft < MOST_DESCRIPTORS else MOST_DESCRIPTORS)
    _set("RLIMIT_NOFILE", OPEN_FILES, OPEN_FILES)
    _set("RLIMIT_NPROC", 0, 0)


def _set(name: str, soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(getattr(resource, name), (soft, hard))
    except (AttributeError, OSError, ValueError):
        return False
    return True
