"""What a command did, seen from outside by strace: programs it started, files it wrote to, sockets it opened."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import program

CALLS = (
    "execve,execveat,socket,socketpair,bind,connect,sendto,sendmsg,openat,open,creat,memfd_create,link,linkat,"
    "symlinkat"
)
WRITES = re.compile(rb"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
CALL = re.compile(rb"^(?:\d+ +)?(\w+)\((.*)$")
SECONDS = 900
LONGEST_STRING = 65_536


@dataclass
class Trace:
    """Of one command and all its children."""

    code: int
    stdout: str
    stderr: str
    started: list[list[bytes]] = field(default_factory=list)
    """For each program: its path, arguments and environment."""
    written: set[str] = field(default_factory=set)
    """Paths opened so that they could be written to or made."""
    sockets: list[str] = field(default_factory=list)
    """Families of the sockets that it got, and of the addresses that it named."""
    places: set[str] = field(default_factory=set)
    """Paths of the local sockets that it listened at or reached for."""


def run(command: Sequence[str], log: Path, *, environment: Mapping[str, str], folder: Path, stdin: str = "") -> Trace:
    """Run a command under strace."""
    traced = [
        program("strace"), "-f", "--seccomp-bpf", "-qq", "-xx", "-v", "-s", str(LONGEST_STRING),
        "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log), *command,
    ]  # fmt: skip
    done = subprocess.run(
        traced, input=stdin, capture_output=True, text=True, timeout=SECONDS, env=dict(environment), cwd=folder
    )
    trace = Trace(done.returncode, done.stdout, done.stderr)
    for line in log.read_bytes().splitlines():
        _read(line, trace)
    assert trace.started, "strace saw nothing"
    return trace


def _read(line: bytes, trace: Trace) -> None:
    match = CALL.match(line)
    if match is None:
        return
    name, rest = match.group(1).decode(), match.group(2)
    strings = [bytes.fromhex(text.replace(b"\\x", b"").decode()) for text in STRING.findall(rest)]
    if name in ("execve", "execveat"):
        trace.started.append(strings)
    elif name in ("socket", "socketpair") and b" = -1 " not in rest:
        # The doctor's probe tries to open one inside the worker's jail, and is refused.
        trace.sockets.append(rest.split(b",")[0].decode())
    elif name in ("bind", "connect", "sendto", "sendmsg") and b"sa_family=" in rest:
        trace.sockets.append(rest.split(b"sa_family=")[1].split(b",")[0].split(b"}")[0].decode())
        if name in ("bind", "connect") and strings:
            trace.places.add(strings[0].decode("utf-8", "surrogateescape"))
    elif name in ("link", "linkat", "symlinkat", "creat"):
        trace.written.add(strings[-1].decode("utf-8", "surrogateescape"))
    elif name in ("open", "openat") and WRITES.search(rest) and b" = -1 " not in rest:
        trace.written.add(strings[0].decode("utf-8", "surrogateescape"))


def casevault(*words: str) -> list[str]:
    """A command line of the real program."""
    return [sys.executable, "-m", "commands.main", *words]
