"""Start one process, give it a request, take at most so many bytes back within so many seconds, and end it.

Works the same on every system: the caller's thread writes, one thread reads, one timer kills.
On Windows the process is in a job object besides (windows_job.py).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from vault.errors import Refused
from vault.sandbox import frames, reasons, windows_job
from vault.sandbox.frames import Answer

MIB = 1 << 20
READ_SIZE = 1 << 16
SECONDS_TO_DIE = 10.0
KEPT_ON_WINDOWS = ("SYSTEMROOT",)  # without it Windows can't even start the interpreter's random numbers
SIGXCPU = 24
OUT_OF_CPU = (-SIGXCPU, windows_job.OUT_OF_TIME)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call: address space and answer in bytes, time in seconds of CPU and of the clock."""

    memory_bytes: int = 2048 * MIB
    cpu_seconds: int = 180
    wall_seconds: float = 240.0
    output_bytes: int = 512 * MIB
    input_bytes: int = 512 * MIB


DEFAULT_LIMITS = Limits()
DRAWING_LIMITS = Limits(cpu_seconds=900, wall_seconds=1200.0)  # half a second a page, for thick files of scans


def may_be_strong() -> bool:
    """Whether this system has walls that keep a worker from files and network; if they stand, the worker says."""
    platform: str = sys.platform
    return platform in ("linux", "darwin")


def environment() -> dict[str, str]:
    """What the child may know of our environment: nothing, but on Windows what it can't start without.

    Elsewhere it gets a home that is nobody's: Python would ask the system's name service for one, over a socket.
    """
    if sys.platform != "win32":
        return {"HOME": os.sep}
    return {name: os.environ[name] for name in KEPT_ON_WINDOWS if name in os.environ}


def neutral_folder() -> str:
    """A working folder that says nothing about the user and can't be unmounted under the child."""
    if sys.platform == "win32":
        return os.environ.get("SYSTEMROOT") or tempfile.gettempdir()
    return os.sep


class _Reader(threading.Thread):
    """Collects the child's output up to a bound, and kills the child that goes beyond it."""

    def __init__(self, process: subprocess.Popen[bytes], bound: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._bound = bound
        self.chunks: list[bytes] = []
        self.overflowed = False

    def run(self) -> None:
        stream = self._process.stdout
        size = 0
        while stream is not None:
            try:
                chunk = os.read(stream.fileno(), READ_SIZE)
            except (OSError, ValueError):  # the second: it was closed here, as the time was up
                return
            if not chunk:
                return
            size += len(chunk)
            if size > self._bound:
                self.overflowed = True
                self.chunks.clear()
                end(self._process)
                return
            self.chunks.append(chunk)


class Timer:
    """Kills the child when its time is up, and remembers that it did."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self.expired = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.expired = True
        end(self._process)

    def stop(self) -> None:
        self._timer.cancel()
        self._timer.join()


def end(process: subprocess.Popen[bytes]) -> None:
    """End it, and on POSIX whatever it started: behind weak walls that may be something, which holds its pipes."""
    if sys.platform != "win32" and process.returncode is None:
        with contextlib.suppress(OSError):  # it is gone already
            os.killpg(process.pid, signal.SIGKILL)  # start_new_session made it the leader of its own group
    process.kill()


def start(command: Sequence[str], limits: Limits) -> subprocess.Popen[bytes]:
    """The process, with three pipes at most and nothing of ours besides; on Windows in a job with these limits."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    if sys.platform == "win32":
        flags |= windows_job.CREATE_SUSPENDED
    process = subprocess.Popen(  # noqa: S603  (our own interpreter with a fixed command line)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        close_fds=True,
        cwd=neutral_folder(),
        env=environment(),
        start_new_session=sys.platform != "win32",  # Ctrl-C is ours to handle, and no terminal is its own
        creationflags=flags,
    )
    if sys.platform == "win32":
        windows_job.enclose(process, limits.memory_bytes, limits.cpu_seconds)
    return process


def write_all(sink: IO[bytes], data: bytes) -> None:
    """Write to a pipe whatever it takes at a time."""
    view = memoryview(data)
    while view:
        view = view[sink.write(view) or 0 :]


def _send(sink: IO[bytes], header: dict[str, object], blobs: Sequence[bytes | BinaryIO], bound: int) -> None:
    """Write the request. A child that is gone is no error here: what it answered, or did not, tells."""
    sent = 0
    try:
        write_all(sink, frames.request_start(header))
    except OSError:
        return
    try:
        for blob in blobs:
            for chunk in frames.blob_chunks(blob):
                sent += len(chunk)
                if sent > bound:
                    raise reasons.refusal("too-large", bound // MIB)
                try:
                    write_all(sink, chunk)
                except OSError:  # only the pipe's: errors of the source come from the line of the loop
                    return
    finally:
        close(sink)


def close(stream: IO[bytes] | None) -> None:
    """Close our end of a pipe."""
    if stream is not None:
        try:
            stream.close()
        except OSError:
            return  # the other end is gone already


def opening(
    job: str, request: Mapping[str, object], blobs: int, limits: Limits, accept_weak_jail: bool
) -> dict[str, object]:
    """The header that every worker reads first."""
    return {
        "job": job,
        "request": dict(request),
        "blobs": blobs,
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "accept_weak_jail": accept_weak_jail,
    }


def exchange(
    command: Sequence[str],
    job: str,
    request: Mapping[str, object],
    blobs: Sequence[bytes | BinaryIO],
    limits: Limits,
    accept_weak_jail: bool,
) -> Answer:
    """Run `command` for one request and give back what it answered, bounded but not believed.

    Raises Refused, and whatever reading a source raises.
    """
    header = opening(job, request, len(blobs), limits, accept_weak_jail)
    process = start(command, limits)
    timer = Timer(process, limits.wall_seconds)
    reader = _Reader(process, limits.output_bytes)
    reader.start()
    try:
        assert process.stdin is not None
        _send(process.stdin, header, blobs, limits.input_bytes)
        reader.join(limits.wall_seconds + SECONDS_TO_DIE)
        if reader.is_alive():  # behind weak walls it can leave a child with its pipe behind, out of our reach
            timer.expired = True
        code = process.wait()
    finally:
        end(process)
        timer.stop()
        process.wait(SECONDS_TO_DIE)
        reader.join(SECONDS_TO_DIE)
        close(process.stdout)
    return _judge(reader, timer, code, limits)


def _judge(reader: _Reader, timer: Timer, code: int, limits: Limits) -> Answer:
    if timer.expired:
        raise reasons.refusal("time", int(limits.wall_seconds))
    if reader.overflowed:
        raise reasons.refusal("output", limits.output_bytes // MIB)
    if code in OUT_OF_CPU:
        raise reasons.refusal("time", limits.cpu_seconds)
    if code != 0:
        raise reasons.refusal("crashed")
    try:
        untrusted = frames.parse_answer(reader.chunks)
    except frames.BrokenAnswer:
        raise reasons.refusal("broken-answer") from None
    return unwrapped(untrusted)


def unwrapped(untrusted: Answer) -> Answer:
    """What a worker answered that did its work. Raises Refused for what it refused."""
    status = untrusted.header.get("status")
    if status == "refused":
        raise reasons.refusal(untrusted.header.get("reason"), untrusted.header.get("number"))
    answer = untrusted.header.get("answer")
    if status != "done" or not isinstance(answer, dict):
        raise reasons.refusal("broken-answer")
    return Answer(answer, untrusted.blobs)


def worker_command() -> list[str]:
    """Our interpreter, isolated from environment and user folders, running the worker that lies beside us.

    Not `-m`: a checkout that is not installed works too, and it is certainly the same version of the code.
    """
    root = str(Path(__file__).resolve().parent.parent.parent)
    start = "import sys; sys.path.insert(0, sys.argv[1]); from vault.worker.__main__ import serve; serve()"
    return [sys.executable, "-I", "-B", "-c", start, root]


__all__ = ["DEFAULT_LIMITS", "Answer", "Limits", "Refused", "exchange", "worker_command"]
