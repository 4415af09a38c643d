"""What a document that has taken its reader over would try. Run only as a process of its own, by the jail's tests.

It goes through the worker's real `serve`: only the jobs are ours. Everything is loaded before the jail is shut, as
a real attacker would find it loaded too. Runs on every system; `PROMISED` says what the walls of each must refuse.
"""

from __future__ import annotations

import _thread
import ctypes
import errno
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from vault.worker.__main__ import load, serve

POSIX = sys.platform != "win32"
LINUX = sys.platform == "linux"
if POSIX:
    import resource

PARENT = os.getppid()
X86 = POSIX and os.uname().machine == "x86_64"
AT_START = {
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd") if int(name) < 100) if LINUX else [],
    "arguments": sys.argv,
}
LIBC = ctypes.CDLL(None, use_errno=True) if POSIX else None
KEPT = 600
"""Where a file stays open that a library forgot."""
PAGE = mmap.mmap(-1, 4096)
A_FILE = "/dev/shm/casevault-attack" if LINUX else os.path.join(os.path.expanduser("~"), "casevault-attack")


def _raw(x86: int, aarch64: int, *arguments: Any) -> str:
    """A system call of Linux by its number."""
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(x86 if X86 else aarch64), *arguments)
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


def _make_executable() -> str:
    address = ctypes.addressof(ctypes.c_char.from_buffer(PAGE))
    return _raw(10, 226, ctypes.c_void_p(address), ctypes.c_size_t(4096), ctypes.c_int(5))


def _raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _raise_processor_time() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _limits_of_the_parent() -> None:
    resource.prlimit(PARENT, resource.RLIMIT_CORE, (0, 0))


def _inherited() -> str:
    """Any descriptor but the three pipes."""
    for number in range(3, 2 * KEPT):
        try:
            os.read(number, 1)
        except OSError as error:
            if error.errno != errno.EBADF:
                return "?"
        else:
            return "done"
    return "refused"


def _replace_filter() -> str:
    from vault.worker import lockdown_linux

    allow_all = struct.pack("=HBBI", lockdown_linux.RET, 0, 0, lockdown_linux.RET_ALLOW)
    buffer = ctypes.create_string_buffer(allow_all, len(allow_all))
    program = lockdown_linux.Program(1, ctypes.addressof(buffer))
    ctypes.set_errno(0)
    result = LIBC.prctl(22, 2, ctypes.byref(program), 0, 0)
    return "done" if result == 0 else errno.errorcode.get(ctypes.get_errno(), "?")


# Each either raises, answers an errno, or is killed; "done" means that the jail leaks.
ANYWHERE: dict[str, Callable[[], object]] = {
    "write a file": lambda: os.close(os.open(A_FILE, os.O_CREAT | os.O_WRONLY)),
    "start a program": lambda: subprocess.Popen([sys.executable, "-c", ""]).wait(),
}
ON_POSIX: dict[str, Callable[[], object]] = {
    "read a file": lambda: _read("/etc/hosts"),
    "read a program": lambda: _read(sys.executable),
    "make a folder": lambda: os.mkdir(A_FILE),
    "list a folder": lambda: os.listdir("/"),
    "open a device": lambda: _read("/dev/null"),
    "open the terminal": lambda: os.open("/dev/tty", os.O_RDWR),
    "connect": _tcp,
    "send a datagram": _udp,
    "open a local socket": lambda: socket.socket(socket.AF_UNIX).connect("/var/run/syslog"),
    "fork": _fork,
    "end the parent": lambda: os.kill(PARENT, signal.SIGKILL),
    "signal the parent": lambda: os.kill(PARENT, 0),
    "use an inherited descriptor": _inherited,
    "lift its processor time": _raise_processor_time,
}
ON_LINUX: dict[str, Callable[[], object]] = {
    "read the parent's environment": lambda: _read(f"/proc/{PARENT}/environ"),
    "read the parent's memory map": lambda: _read(f"/proc/{PARENT}/maps"),
    "read the parent's memory as a file": lambda: _read(f"/proc/{PARENT}/mem"),
    "read its own": lambda: _read("/proc/self/environ"),
    "open its pipe anew": lambda: os.open("/proc/self/fd/0", os.O_RDWR),
    "look at a file": lambda: os.stat("/etc/hostname"),
    "open the machine's memory": lambda: _read("/dev/mem"),
    "open the kernel's log": lambda: _read("/dev/kmsg"),
    "make a file in memory": lambda: os.memfd_create("x"),
    "make a pair of sockets": lambda: [one.close() for one in socket.socketpair()],
    "start a thread": lambda: _thread.start_new_thread(time.sleep, (0,)),
    "ask for a fork by number": lambda: _raw(57, 220),
    "ask for a fork by the new number": lambda: _raw(435, 435, None, 0),
    "signal everybody": lambda: os.kill(-1, signal.SIGTERM),
    "change its user": lambda: os.setuid(65534),
    "change its root": lambda: os.chroot("/"),
    "mount anew": lambda: _raw(428, 428, -100, b"/", 0),
    "get executable memory": _executable_memory,
    "make memory executable": _make_executable,
    "lift its limits": _raise_limits,
    "change the parent's limits": _limits_of_the_parent,
    "put a softer filter on top": _replace_filter,
    "ask the terminal": lambda: os.ttyname(0),
    "type into the terminal": lambda: _raw(16, 29, 0, 0x5412, b"x"),
    "become visible to debuggers": lambda: _raw(157, 167, 4, 1, 0, 0, 0),
    "an unknown call": lambda: _raw(1000, 1000),
}
TRIES = {**ANYWHERE, **(ON_POSIX if POSIX else {}), **(ON_LINUX if LINUX else {})}
# On Linux these end the process; a program that starts another is not asked twice.
LETHAL: dict[str, Callable[[], object]] = {
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "execute what has no name": lambda: _raw(322, 281, 0, b"", None, None, 0x1000),
    "trace the parent": lambda: LIBC.ptrace(0x4206, PARENT, 0, 0),
    "read the parent's memory": lambda: LIBC.process_vm_readv(PARENT, None, 0, None, 0, 0),
    "take the parent's descriptors": lambda: _raw(434, 434, PARENT, 0),
    "load a program into the kernel": lambda: _raw(321, 280, 0, None, 0),
    "ask for a ring of calls": lambda: _raw(425, 425, 8, None),
    "ask for the kernel's keys": lambda: _raw(250, 219, 0, -3, 0),
    "new namespaces": lambda: _raw(272, 97, 0x10000000),
    "join a namespace": lambda: _raw(308, 268, 0, 0),
    "watch the processor": lambda: _raw(298, 241, None, 0, -1, -1, 0),
    "handle its own page faults": lambda: _raw(323, 282, 0),
    "mount": lambda: _raw(165, 40, b"x", b"/", b"tmpfs", 0, None),
}
PROMISED = {"linux": {*ON_POSIX, *ON_LINUX, "write a file"}, "darwin": {*ON_POSIX, *ANYWHERE}, "win32": {*ANYWHERE}}
"""What no reader may get done once the walls are up. Windows keeps neither files from being read nor the network."""


def _try(what: Callable[[], object]) -> str:
    try:
        result = what()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    except (
        RuntimeError,
        ValueError,
        subprocess.SubprocessError,
    ):  # how Python reports a thread that can't start, a limit that stays
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
            wanted = PROMISED[sys.platform]
            return {"jail": request["jail"], **{name: _try(TRIES[name]) for name in sorted(wanted)}}, []
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


def _loaded(job: str, request: dict[str, Any]) -> Any:
    """As a worker loads the job that it is asked for, or one of ours; then ours is done."""
    if "thread" in sys.argv:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    if "leave-a-child" in sys.argv and os.fork() == 0:
        time.sleep(600)
    if POSIX:
        os.dup2(os.open("/etc/hosts", os.O_RDONLY), KEPT)
    if "real" in sys.argv:
        load(job, request)
        return _work("tries")
    return _work(job)


def main() -> None:
    """`deaf` never reads; `no-filter` stands for a machine without a table, `no-landlock` for an old kernel."""
    if "deaf" in sys.argv:
        time.sleep(600)
    if LINUX:
        from vault.worker import lockdown_linux

        if "no-filter" in sys.argv:
            lockdown_linux.TABLES.clear()
        if "no-landlock" in sys.argv:
            lockdown_linux.LANDLOCK_CREATE = 1000  # a number that the kernel does not know
    serve(_loaded)
