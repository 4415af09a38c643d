"""What a document that has taken its reader over would try. Run only as a process of its own, by test_sandbox.py.

It goes through the worker's real `serve`: only the jobs are ours. Everything is loaded before the jail is shut, as
a real attacker would find it loaded too.
"""

from __future__ import annotations

import _thread
import ctypes
import errno
import mmap
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from vault.worker import lockdown
from vault.worker.__main__ import serve

PARENT = os.getppid()
X86 = os.uname().machine == "x86_64"
AT_START = {
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd") if int(name) < 100),
    "arguments": sys.argv,
}
LIBC = ctypes.CDLL(None, use_errno=True)
SYSCALL = LIBC.syscall


def _raw(number: int, *arguments: Any) -> str:
    ctypes.set_errno(0)
    result = SYSCALL(ctypes.c_long(number), *arguments)
    return "done" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")


def _udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("127.0.0.1", 9))


def _tcp() -> None:
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _read(path: str) -> str:
    with open(path, "rb") as stream:
        return repr(stream.read(20))


def _executable_memory() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def _raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _replace_filter() -> str:
    allow_all = struct.pack("=HBBI", lockdown.RET, 0, 0, lockdown.RET_ALLOW)
    buffer = ctypes.create_string_buffer(allow_all, len(allow_all))
    program = lockdown._Program(1, ctypes.addressof(buffer))
    ctypes.set_errno(0)
    result = LIBC.prctl(22, 2, ctypes.byref(program), 0, 0)
    return "done" if result == 0 else errno.errorcode.get(ctypes.get_errno(), "?")


# Each either raises, answers an errno, or is killed; "done" means that the jail leaks.
TRIES: dict[str, Callable[[], object]] = {
    "read a file": lambda: _read("/etc/hostname"),
    "read the parent's environment": lambda: _read(f"/proc/{PARENT}/environ"),
    "read the parent's memory map": lambda: _read(f"/proc/{PARENT}/maps"),
    "read its own": lambda: _read("/proc/self/environ"),
    "write a file": lambda: os.close(os.open("/dev/shm/casevault-attack", os.O_CREAT | os.O_WRONLY)),
    "make a folder": lambda: os.mkdir("/dev/shm/casevault-attack"),
    "list a folder": lambda: os.listdir("/"),
    "look at a file": lambda: os.stat("/etc/hostname"),
    "make a file in memory": lambda: os.memfd_create("x"),
    "connect": _tcp,
    "send a datagram": _udp,
    "open a local socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "make a pair of sockets": lambda: [one.close() for one in socket.socketpair()],
    "fork": _fork,
    "start a thread": lambda: _thread.start_new_thread(time.sleep, (0,)),
    "ask for a fork by number": lambda: _raw(57 if X86 else 220),
    "signal the parent": lambda: os.kill(PARENT, 0),
    "end the parent": lambda: os.kill(PARENT, signal.SIGKILL),
    "signal everybody": lambda: os.kill(-1, signal.SIGTERM),
    "change its user": lambda: os.setuid(65534),
    "get executable memory": _executable_memory,
    "lift its limits": _raise_limits,
    "put a softer filter on top": _replace_filter,
    "ask the terminal": lambda: os.ttyname(0),
    "an unknown call": lambda: _raw(1000),
}

LETHAL: dict[str, Callable[[], object]] = {
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "trace the parent": lambda: LIBC.ptrace(0x4206, PARENT, 0, 0),
    "read the parent's memory": lambda: LIBC.process_vm_readv(PARENT, None, 0, None, 0, 0),
    "load a program into the kernel": lambda: _raw(321 if X86 else 280, 0, None, 0),
}


def _try(what: Callable[[], object]) -> str:
    try:
        result = what()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    except (RuntimeError, ValueError):  # how Python reports a thread that can't start, a limit that stays
        return "refused"
    return result if isinstance(result, str) else "done"


def _spin() -> None:
    while True:
        pass


def _sleep() -> None:
    time.sleep(600)


def _flood() -> None:
    while True:
        os.write(1, b"x" * 65536)


def _complain() -> None:
    for _ in range(1000):
        os.write(2, b"secret " * 10_000)


def _work(job: str) -> Callable[[dict[str, Any], list[bytes]], tuple[dict[str, Any], list[bytes]]]:
    def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        if job == "tries":
            return {name: _try(what) for name, what in TRIES.items()}, []
        if job == "start":
            return {**AT_START, "jail": request["jail"]}, []
        if job == "echo":
            return {"sizes": [len(blob) for blob in blobs]}, blobs
        if job == "raw":
            os.write(1, blobs[0])
            os._exit(int(request.get("code", 0)))
        if job == "allocate":
            return {"size": len(bytearray(int(request["bytes"])))}, []
        if job in LETHAL:
            return {"outcome": _try(LETHAL[job])}, []
        if job == "deep":
            return _deep(), []
        {"spin": _spin, "sleep": _sleep, "flood": _flood, "complain": _complain}[job]()
        return {}, []

    return work


def _deep() -> dict[str, Any]:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    return {"deep": deep}


def main() -> None:
    """`deaf` never reads; `no-filter` stands for a machine without a table."""
    if "deaf" in sys.argv:
        time.sleep(600)
    if "no-filter" in sys.argv:
        lockdown.TABLES.clear()
    serve(lambda job, request: _work(job))
