"""Stops a program, or fails its disk, at the n-th place where it changes a folder. Linux only, by ptrace(2).

A small system-call tracer on ptrace(2): strace counts each thread by itself, which can't say "the 17th write of the
whole process". Every call by which the program (any thread, any child) writes to, syncs, makes, renames or deletes
something below the watched folder is a point. At the chosen point the tracer

    kill   ends the program by SIGKILL before the call is carried out;
    full   lets the call and all later ones that need space fail with ENOSPC (as for a full disk);
    sync   lets the call, if it is a sync, and all later syncs fail with EIO (as for a failing disk).

It follows the child of a process that does nothing else (`follow`, see tests/ready.py), so that nothing else of the
tests is traced, and writes {"points": […], "status": …} to a report; the command's output goes through.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

TRACEME, CONT, SETOPTIONS, POKEUSER, SYSCALL_INFO = 0, 7, 0x4200, 6, 0x420E
# Follow forks, vforks, clones and execs; stop where a filter says so; nobody outlives the tracer.
OPTIONS = 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000
WALL = 0x40000000
STOPPED_BY_FILTER = signal.SIGTRAP | 7 << 8
AT_FILTER = 3
INFO = struct.Struct("=B3xIQQ7Q")
AT_FDCWD = -100
O_CREAT = 0o100
ENOSPC, EIO = 28, 5
# x86-64: byte offsets of the registers that hold the call's number and its result.
NUMBER_REGISTER, RESULT_REGISTER = 15 * 8, 10 * 8

X86_64 = {
    1: "write", 18: "pwrite64", 20: "writev", 296: "pwritev", 74: "fsync", 75: "fdatasync", 77: "ftruncate",
    285: "fallocate", 257: "openat", 82: "rename", 264: "renameat", 316: "renameat2", 86: "link", 265: "linkat",
    87: "unlink", 263: "unlinkat", 83: "mkdir", 258: "mkdirat", 84: "rmdir",
}  # fmt: skip
BY_DESCRIPTOR = {"write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate"}
# Where the path stands among the arguments; the new name's for links and renames.
PATH_AT = {
    "openat": 1, "rename": 1, "renameat": 3, "renameat2": 3, "link": 1, "linkat": 3, "unlink": 0, "unlinkat": 1,
    "mkdir": 0, "mkdirat": 1, "rmdir": 0,
}  # fmt: skip
FOLDER_AT = {"openat": 0, "renameat": 2, "renameat2": 2, "linkat": 2, "unlinkat": 0, "mkdirat": 0}
NEEDS_SPACE = {"write", "pwrite64", "writev", "pwritev", "fallocate", "openat", "link", "linkat", "mkdir", "mkdirat"}
SYNCS = {"fsync", "fdatasync"}

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER_MODE = 38, 22, 2
INSTRUCTION = struct.Struct("=HBBI")
LOAD, IF_EQUAL, IF_BITS, RETURN = 0x20, 0x15, 0x45, 0x06  # of classic BPF: seccomp(2)
NUMBER, ARCHITECTURE, THIRD_ARGUMENT = 0, 4, 16 + 2 * 8
AUDIT_X86_64, ALLOW, TRACE = 0xC000003E, 0x7FFF0000, 0x7FF00000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def supported() -> str:
    """Why this can't be used here; empty if it can."""
    if sys.platform != "linux":
        return "faults are injected on Linux only"
    return "" if platform.machine() == "x86_64" else "faults are injected on x86-64 only"


@dataclass
class Tracer:
    """One traced run."""

    watched: str
    mode: str
    at: int
    points: list[str] = field(default_factory=list)
    main: int = 0

    def run(self) -> int | None:
        """Fork and follow the child to its end: the child's wait status, and None in the child itself."""
        self.main = os.fork()
        if self.main == 0:
            _libc.ptrace(TRACEME, 0, None, None)
            _stop_only_at_points()
            os.kill(os.getpid(), signal.SIGSTOP)
            return None
        os.waitpid(self.main, 0)
        _ptrace(SETOPTIONS, self.main, OPTIONS)
        _ptrace(CONT, self.main, 0)
        return self._follow()

    def _follow(self) -> int:
        known, status = {self.main}, 0
        while True:
            try:
                pid, state = os.waitpid(-1, WALL)
            except ChildProcessError:
                return status
            if os.WIFEXITED(state) or os.WIFSIGNALED(state):
                if pid == self.main:
                    status = state
                continue
            if state >> 8 == STOPPED_BY_FILTER:
                self._system_call(pid)
                _ptrace(CONT, pid, 0)
            else:
                _go_on(pid, state, new=pid not in known)
            known.add(pid)

    def _system_call(self, pid: int) -> None:
        buffer = ctypes.create_string_buffer(INFO.size)
        _libc.ptrace(SYSCALL_INFO, pid, INFO.size, ctypes.cast(buffer, ctypes.c_void_p))
        kind, _, _, _, call, *arguments = INFO.unpack(buffer.raw)
        name = X86_64.get(call) if kind == AT_FILTER else None
        if name is not None and self._is_point(pid, name, arguments):
            self.points.append(name)
            self._inject(pid, name)

    def _inject(self, pid: int, name: str) -> None:
        if self.mode == "kill" and len(self.points) == self.at:
            os.kill(self.main, signal.SIGKILL)
        elif self.mode == "full" and len(self.points) >= self.at and name in NEEDS_SPACE:
            _refuse(pid, ENOSPC)
        elif self.mode == "sync" and len(self.points) >= self.at and name in SYNCS:
            _refuse(pid, EIO)

    def _is_point(self, pid: int, name: str, arguments: list[int]) -> bool:
        if name == "openat" and not (arguments[2] & O_CREAT):
            return False
        path = _descriptor(pid, arguments[0]) if name in BY_DESCRIPTOR else _path(pid, name, arguments)
        if name == "openat" and os.path.lexists(path):
            return False
        return path.startswith(self.watched + "/") or path == self.watched


def _stop_only_at_points() -> None:
    """Let the kernel stop this process and its children at the calls of X86_64 only: all others run at full speed."""
    calls = [number for number, name in X86_64.items() if name != "openat"]
    (opening,) = (number for number, name in X86_64.items() if name == "openat")
    trace = 4 + len(calls) + 1
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 0, trace - 3, AUDIT_X86_64),
        (LOAD, 0, 0, NUMBER),
        (IF_EQUAL, trace - 3, 0, opening),
        *((IF_EQUAL, trace - at - 1, 0, number) for at, number in enumerate(calls, 4)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, TRACE),
        (LOAD, 0, 0, THIRD_ARGUMENT),
        (IF_BITS, 0, 1, O_CREAT),
        (RETURN, 0, 0, TRACE),
        (RETURN, 0, 0, ALLOW),
    ]
    packed = b"".join(INSTRUCTION.pack(*instruction) for instruction in program)
    given = _Program(len(program), packed)
    _control(NO_NEW_PRIVILEGES, 1, 0)
    _control(SET_SECCOMP, FILTER_MODE, ctypes.addressof(given))


def _control(option: int, second: int, third: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(second), ctypes.c_ulong(third), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        os._exit(126)


def _go_on(pid: int, state: int, *, new: bool) -> None:
    number = os.WSTOPSIG(state)
    ours = number == signal.SIGTRAP or (new and number == signal.SIGSTOP)
    _ptrace(CONT, pid, 0 if ours else number)


def _refuse(pid: int, error: int) -> None:
    _ptrace(POKEUSER, pid, -1, at=NUMBER_REGISTER)  # no such call: the kernel does nothing but give back this
    _ptrace(POKEUSER, pid, -error, at=RESULT_REGISTER)


def _ptrace(request: int, pid: int, data: int, *, at: int = 0) -> None:
    # A process that was killed meanwhile is gone: its end is reported by waitpid.
    _libc.ptrace(request, pid, at, ctypes.c_void_p(data & (2**64 - 1)))


def _descriptor(pid: int, number: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return ""


def _path(pid: int, name: str, arguments: list[int]) -> str:
    path = _text(pid, arguments[PATH_AT[name]])
    if path.startswith("/"):
        return path
    folder = arguments[FOLDER_AT[name]] if name in FOLDER_AT else AT_FDCWD
    signed = ctypes.c_int32(folder & 0xFFFFFFFF).value
    link = f"/proc/{pid}/cwd" if signed == AT_FDCWD else f"/proc/{pid}/fd/{signed}"
    try:
        return str(Path(os.readlink(link)) / path)
    except OSError:
        return path


def _text(pid: int, address: int) -> str:
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            data = memory.read(4096)
    except (OSError, OverflowError, ValueError):
        return ""
    return os.fsdecode(data.partition(b"\0")[0])


def follow(report: str, watched: str, mode: str, at: str) -> None:
    """Comes back in a child that is followed; in this process it does not."""
    tracer = Tracer(os.path.realpath(watched), mode, int(at))
    status = tracer.run()
    if status is not None:
        Path(report).write_text(json.dumps({"points": tracer.points, "status": status}))
        os._exit(0)
