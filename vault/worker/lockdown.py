"""Give up, for good, everything that parsing does not need. Standard library only.

Order: limits first (they hold while the libraries load), then, once the input is in memory and the fonts and
libraries are loaded, no new privileges, Landlock, seccomp. After that the process can read and write its three
pipes, ask for memory up to its limit, and end.
Sources: seccomp(2), landlock(7), Documentation/userspace-api/seccomp_filter.rst of Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from dataclasses import asdict, dataclass

from vault.worker.syscalls import TABLES, Table

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

HIGHEST_DESCRIPTOR = 4096
OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class State:
    """What took hold. `landlock` is the kernel's version of it, 0 where there is none."""

    limits: bool = False
    no_new_privileges: bool = False
    landlock: int = 0
    seccomp: bool = False

    @property
    def strong(self) -> bool:
        """Whether the process can really no longer reach files, the network or other processes."""
        return self.limits and self.no_new_privileges and self.seccomp

    def as_dict(self) -> dict[str, object]:
        """For the answer's header."""
        return asdict(self)


def limit(memory_bytes: int, cpu_seconds: int) -> bool:
    """Bound memory, CPU time, files and core dumps of this process; False where the system can't."""
    if sys.platform == "win32":
        return False
    import resource

    wanted = [
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_CPU", cpu_seconds, cpu_seconds + 1),  # the first ends with SIGXCPU, which says why
        ("RLIMIT_AS", memory_bytes, memory_bytes),
    ]
    done = True
    for name, soft, hard in wanted:
        try:
            resource.setrlimit(getattr(resource, name), (soft, hard))
        except (AttributeError, OSError, ValueError):  # macOS refuses RLIMIT_AS
            done = False
    return done


def _forbid_new_files_and_children() -> None:
    if sys.platform == "win32":
        return
    import resource

    os.closerange(3, HIGHEST_DESCRIPTOR)
    for name, value in (("RLIMIT_NOFILE", OPEN_FILES), ("RLIMIT_NPROC", 0)):
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            continue  # seccomp forbids both on its own; without it `State.strong` is False anyway


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """On Linux, have the kernel kill this process when the one that waits for it is gone."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


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


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _seccomp(libc: ctypes.CDLL) -> bool:
    table = TABLES.get(os.uname().machine) if sys.platform == "linux" else None
    if table is None or sys.maxsize < 2**32:
        return False
    code = filter_program(table)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def apply(limits_hold: bool) -> State:
    """Lock this process down and say what took hold; `limits_hold` is what `limit` answered.

    Never raises: a caller that needs a strong jail looks at `State.strong`.
    """
    _forbid_new_files_and_children()
    if sys.platform != "linux":
        return State(limits=limits_hold)
    libc = _libc()
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    no_new = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    landlock = _landlock(libc) if no_new else 0
    return State(limits_hold, no_new, landlock, _seccomp(libc) if no_new else False)


def still_open() -> list[str]:
    """What a locked-down process can do although it should not: for `doctor`. Empty is good."""
    import socket

    found: list[str] = []
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
        found.append("files")
    except OSError:
        pass
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        found.append("network")
    except OSError:
        pass
    return found
