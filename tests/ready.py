"""Runs `casevault` in processes that need not load Python and the program each time.

A process of its own loads the program and its dictionaries once and waits. Each run is a fork of it: a process with
the arguments, the environment, the folder and the streams that were asked for, which calls main() as the installed
script does. The one that waits runs no command, so no run sees what another did. A start costs a quarter of what it
costs otherwise, or less.

What is about the start itself (what is loaded and when, how long it takes, what the environment makes of Python) is
tried with the installed script; that each module loads what it needs by itself, in test_ready.py. On other systems
than Linux every start is an ordinary one.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SUPPORTED = sys.platform == "linux"
AT_START = ("PYTHON", "LC_", "LANG", "TESTS_", "LD_")
"""Variables by which Python starts otherwise: one waiting process for each choice."""
ROOT = Path(__file__).resolve().parent.parent
MODULE = ["-m", "commands.main"]
LIBRARIES = (
    "Stemmer", "cryptography.hazmat.backends.openssl.backend", "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.hpke", "cryptography.hazmat.primitives.kdf.argon2",
    "cryptography.hazmat.primitives.kdf.hkdf", "cryptography.hazmat.primitives.kdf.scrypt",
    "cryptography.hazmat.primitives.keywrap", "email.parser", "encodings.ascii", "encodings.cp437",
    "encodings.utf_8_sig", "sqlcipher3.dbapi2", "typer._click.decorators", "typer.rich_utils",
)  # fmt: skip
"""What our modules load inside of functions, and most commands need."""
NUMBER = struct.Struct("=i")
CHUNK = 1 << 16
LONGEST_REQUEST = 1 << 18
LAST_DESCRIPTOR = 4096

_anew = 0
_lock = threading.Lock()
_waiting: dict[tuple[tuple[str, str], ...], Waiting] = {}


@contextlib.contextmanager
def anew() -> Iterator[None]:
    """Start the program for real meanwhile."""
    global _anew
    _anew += 1
    try:
        yield
    finally:
        _anew -= 1


def run(
    command: Sequence[str],
    given: bytes,
    *,
    environment: Mapping[str, str],
    cwd: str | os.PathLike[str] | None,
    timeout: float,
    tracer: Sequence[str] = (),
) -> subprocess.CompletedProcess[bytes]:
    """As subprocess.run() with both outputs kept, for a line that runs `casevault`, installed or as a module.

    `tracer` is a file with a function `follow`, and what it gets: the run is then a child that it follows.
    """
    words = list(command[2:] if command[1:3] == MODULE else command)
    asked = json.dumps([words, dict(environment), os.fspath(cwd or os.getcwd()), list(tracer)]).encode()
    if not tracer and (not SUPPORTED or _anew or len(asked) > LONGEST_REQUEST // 2):
        return subprocess.run(
            list(command), input=given, capture_output=True, env=dict(environment), cwd=cwd, timeout=timeout
        )
    return _Run(command, timeout).follow(_ready(environment), asked, given)


def _ready(environment: Mapping[str, str]) -> Waiting:
    start = {name: value for name, value in environment.items() if name.startswith(AT_START)}
    key = tuple(sorted(start.items()))
    with _lock:
        if key not in _waiting:
            _waiting[key] = Waiting.start(environment)
            atexit.register(_waiting[key].end)
        return _waiting[key]


@dataclass(frozen=True)
class Waiting:
    """A process that has loaded the program, and our way to it."""

    process: subprocess.Popen[bytes]
    asks: socket.socket
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def start(cls, environment: Mapping[str, str]) -> Waiting:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_REQUEST)
        with theirs:
            # Its streams are pipes, as they will be for each run: Python looks at them when it starts.
            process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], env=dict(environment), pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        return cls(process, ours)

    def ask(self, asked: bytes, descriptors: list[int]) -> None:
        with self.lock:
            socket.send_fds(self.asks, [asked], descriptors)

    def end(self) -> None:
        self.asks.close()
        with self.process:
            pass


class _Run:
    """One run, seen from here."""

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self.command, self.timeout, self.until = list(command), timeout, time.monotonic() + timeout
        self.kept: dict[int, bytearray] = {}

    def follow(self, waiting: Waiting, asked: bytes, given: bytes) -> subprocess.CompletedProcess[bytes]:
        told, tells = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pipes = [os.pipe() for _ in range(3)]
        (reads, feed), (out, out_end), (err, err_end) = pipes
        with told:
            with tells:
                waiting.ask(asked, [reads, out_end, err_end, tells.fileno()])
            for descriptor in (reads, out_end, err_end):
                os.close(descriptor)
            with contextlib.ExitStack() as ends:
                for descriptor in (feed, out, err):
                    ends.callback(os.close, descriptor)
                pid = self._number(told)
                try:
                    self._communicate(feed, memoryview(given), (out, err))
                    code = self._number(told)
                except BaseException:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                    raise
        return subprocess.CompletedProcess(self.command, code, bytes(self.kept[out]), bytes(self.kept[err]))

    def _number(self, told: socket.socket) -> int:
        told.settimeout(max(0.001, self.until - time.monotonic()))
        try:
            answer = told.recv(NUMBER.size)
        except TimeoutError:
            raise subprocess.TimeoutExpired(self.command, self.timeout) from None
        assert answer, "the process that waits has ended"
        return int(NUMBER.unpack(answer)[0])

    def _communicate(self, feed: int, given: memoryview, outputs: tuple[int, int]) -> None:
        self.kept = {output: bytearray() for output in outputs}
        os.set_blocking(feed, False)
        with selectors.DefaultSelector() as selector:
            selector.register(feed, selectors.EVENT_WRITE)
            for output in outputs:
                selector.register(output, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(max(0.0, self.until - time.monotonic()))
                if not ready and time.monotonic() > self.until:
                    raise subprocess.TimeoutExpired(self.command, self.timeout)
                for key, _ in ready:
                    if key.fd != feed:
                        data = os.read(key.fd, CHUNK)
                        self.kept[key.fd] += data
                        if not data:
                            selector.unregister(key.fd)
                        continue
                    try:
                        given = given[os.write(feed, given[:CHUNK]) :] if given else given
                    except BrokenPipeError:
                        given = given[:0]
                    if not given:
                        selector.unregister(feed)
                        # It must see the end of what is given: the number stays ours, and leads nowhere.
                        os.dup2(_nowhere(), feed)


_null: list[int] = []


def _nowhere() -> int:
    if not _null:
        _null.append(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC))
    return _null[0]


# ---- The process that waits ----------------------------------------------------------------------------------------


def ours() -> list[str]:
    """All modules that a command may load: none of the worker's."""
    return [
        module.name
        for package in ("commands", "vault")
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
        if not module.name.startswith(("vault.worker", "vault.sandbox.windows"))
    ]


def load() -> None:
    """Load what commands load when they need it."""
    for name in (*ours(), *LIBRARIES):
        with contextlib.suppress(ImportError):  # then whoever needs it will say so
            importlib.import_module(name)


def load_dictionaries() -> None:
    """Those of Russian words and names, which never change, take half a second."""
    from vault.model.people import Person
    from vault.usecases.onetext import TextRedactor

    TextRedactor([Person("P", "Мария Вербина", "witness")]).redact("Свидетельница Мария Вербина, врач, живёт рядом.")


def serve(asked: socket.socket) -> None:
    """Fork for each request until nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    selector = selectors.DefaultSelector()
    selector.register(asked, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is not asked:
                selector.unregister(key.fd)
                pid, tells = key.data
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with contextlib.suppress(BrokenPipeError):
                    tells.send(NUMBER.pack(code))
                tells.close()
                os.close(key.fd)
                continue
            request, descriptors, _, _ = socket.recv_fds(asked, LONGEST_REQUEST, 4)
            if not request:
                return
            *streams, tell = descriptors
            pid = os.fork()
            if pid == 0:
                _become(json.loads(request), streams)
            for descriptor in streams:
                os.close(descriptor)
            tells = socket.socket(fileno=tell)
            try:
                tells.send(NUMBER.pack(pid))
            except BrokenPipeError:  # nobody waits for it any more
                os.kill(pid, signal.SIGKILL)
            selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, tells))


def _become(request: tuple[list[str], dict[str, str], str, list[str]], streams: list[int]) -> None:
    """What Python does before and after the installed script, with all that has been loaded already."""
    code = 1
    try:
        command, environment, folder, tracer = request
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        os.closerange(3, LAST_DESCRIPTOR)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        tempfile.tempdir = None
        os.chdir(folder)
        sys.argv = list(command)
        if tracer:
            _follow(*tracer)
        from commands.main import main

        code = main()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        with contextlib.suppress(BaseException):
            sys.stderr.flush()
        os._exit(code & 0xFF)


def _follow(file: str, *words: str) -> None:
    """Comes back in a child that is followed from here on; this process ends when that has been done."""
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.follow(*words)


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).resolve().parent))
    load()
    load_dictionaries()
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
