"""The walls of Linux: no new privileges, Landlock, and a seccomp filter that leaves three pipes and memory.

Both filters bind the thread that asks for them, and Landlock binds no other: a thread that a library started before
would stay outside. So they count for nothing unless this thread is the only one.
Sources: seccomp(2), landlock(7), Documentation/userspace-api/seccomp_filter.rst of Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

from vault.worker.syscalls import TABLES, Table

SYSTEM = "linux"
NEEDED = frozenset({"limits", "one thread", "no new privileges", "seccomp"})
"""What must stand; Landlock is a second wall where the kernel has it."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SIGKILL = 9
SECCOMP_MODE_FILTER = 2
RET_KILL_PROCESS, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LD_ABS, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06
X32_BIT = 0x40000000
PROT_EXEC = 4
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_THIRD_ARGUMENT = 0, 4, 32

LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446
LANDLOCK_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
LANDLOCK_FILE_RIGHTS_LATEST = (1 << 16) - 1
LANDLOCK_NET_RIGHTS = 3
LANDLOCK_SCOPES = 3

THREADS = "/proc/self/task"


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that waits for it is gone."""
    _libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def threads() -> int:
    """How many threads this process has, 0 where the system does not say."""
    try:
        with os.scandir(THREADS) as entries:
            return sum(1 for _ in entries)
    except OSError:
        return 0


def lock() -> dict[str, int]:
    """Shut the process in; what took hold, Landlock with its version. Never raises."""
    libc = _libc()
    alone = threads() == 1
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    no_new = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    return {
        "one thread": alone,
        "no new privileges": no_new,
        "Landlock": _landlock(libc) if no_new else 0,
        "seccomp": _seccomp(libc) if no_new else False,
    }


def _landlock(libc: ctypes.CDLL) -> int:
    """Deny every file right, TCP, and signals to other processes, as far as this kernel has them."""
    version = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return 0
    files = LANDLOCK_FILE_RIGHTS.get(version, LANDLOCK_FILE_RIGHTS_LATEST)
    network = LANDLOCK_NET_RIGHTS if version >= 4 else 0
    scopes = LANDLOCK_SCOPES if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = ctypes.create_string_buffer(struct.pack("<QQQ", files, network, scopes))
    handle = libc.syscall(LANDLOCK_CREATE, ruleset, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if handle < 0:
        return 0
    done = libc.syscall(LANDLOCK_RESTRICT, ctypes.c_int(handle), ctypes.c_uint32(0)) == 0
    os.close(handle)
    return int(version) if done else 0


def filter_program(table: Table) -> bytes:
    """The classic BPF program for one machine: struct sock_filter, eight bytes each."""
    steps: list[bytes] = []

    def step(code: int, if_true: int, if_false: int, value: int) -> None:
        steps.append(struct.pack("=HBBI", code, if_true, if_false, value))

    refuse = RET_ERRNO | errno.EPERM
    step(LD_ABS, 0, 0, OFFSET_ARCH)
    step(JEQ, 1, 0, table.arch)
    step(RET, 0, 0, RET_KILL_PROCESS)
    step(LD_ABS, 0, 0, OFFSET_NUMBER)
    step(JGE, 0, 1, X32_BIT)  # x86_64's second numbering would slip past the table
    step(RET, 0, 0, RET_KILL_PROCESS)
    for number in table.allowed.values():
        step(JEQ, 0, 1, number)
        step(RET, 0, 0, RET_ALLOW)
    for number in table.mapping.values():
        step(JEQ, 0, 4, number)
        step(LD_ABS, 0, 0, OFFSET_THIRD_ARGUMENT)
        step(JSET, 0, 1, PROT_EXEC)
        step(RET, 0, 0, refuse)
        step(RET, 0, 0, RET_ALLOW)
    for number in table.fatal.values():
        step(JEQ, 0, 1, number)
        step(RET, 0, 0, RET_KILL_PROCESS)
    step(RET, 0, 0, refuse)
    return b"".join(steps)


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _seccomp(libc: ctypes.CDLL) -> bool:
    table = TABLES.get(os.uname().machine)
    if table is None or sys.maxsize < 2**32:
        return False
    code = filter_program(table)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
