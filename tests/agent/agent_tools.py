"""Vaults that a real agent keeps open, and ways to look at that process."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import vaults

from vault.crypto import slots
from vault.store import header_file
from vault.usecases import agent_begin, agent_remote, begun, cases, opening
from vault.usecases.unlocked import UnlockedVault

SECONDS = 60
"""What must happen has happened by then, on a busy machine too."""


@dataclass(frozen=True)
class Held:
    """A vault that is kept open, the ids of its two cases, and the text of an item in the first."""

    folder: Path
    first: str
    second: str
    item: str

    def agent(self, *, shell: bool = False) -> agent_remote.Agent:
        found = agent_remote.connect(self.folder, header_file.read(self.folder), shell=shell)
        assert found is not None, "no agent keeps this vault open"
        return found

    def open(self) -> UnlockedVault:
        """The vault through its agent, as a command opens it."""
        vault = agent_remote.opened(self.folder, header_file.read(self.folder), self.agent())
        return begun.begun(vault, accept_rollback=False)

    def own(self) -> UnlockedVault:
        """The vault with its recovery code, in this process."""
        return opening.open_vault(self.folder, vaults.CODE)

    @property
    def process(self) -> psutil.Process:
        return process_at(self.socket)

    @property
    def socket(self) -> Path:
        (path,) = [one for one in sockets() if process_at(one) is not None]
        return path

    def is_open(self) -> bool:
        return agent_remote.left(self.folder, header_file.read(self.folder).vault) is not None


TEXT = "Показания свидетельницы."


def hold(folder: Path, *, seconds: int = 600, idle: int = 600) -> Held:
    """Make a vault with two cases and an item, and have an agent keep it open."""
    with vaults.new_vault(folder) as vault:
        first, second = cases.new(vault, "Первое дело").id, cases.new(vault, "Второе дело").id
        item = vaults.add_bytes(vault, first, TEXT.encode(), "note.txt").id
    keep(folder, seconds=seconds, idle=idle)
    return Held(folder, first, second, item)


def keep(
    folder: Path, *, seconds: int = 600, idle: int = 600, code: slots.RecoveryCode = vaults.CODE
) -> agent_begin.Begun:
    return agent_begin.begin(folder, opening.unlock(folder, code), seconds=seconds, idle=idle)


def keep_another(folder: Path) -> Path:
    """One more vault, empty, that is kept open."""
    vaults.new_vault(folder).close()
    keep(folder)
    return folder


def sockets() -> list[Path]:
    from vault.session import agent_place

    return list(agent_place.sockets())


def process_at(path: Path) -> psutil.Process:
    """Who listens there."""
    with socket.socket(socket.AF_UNIX) as connected:
        connected.connect(str(path))
        credentials = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return psutil.Process(struct.unpack("3i", credentials)[0])


def connected(held: Held, path: Path | None = None) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(SECONDS)
    made.connect(str(path or held.socket))
    return made


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def actions(vault: UnlockedVault, *, case: str | None = None) -> list[tuple[str, str, str | None]]:
    """Action, phase and outcome of all entries, or of a case's."""
    return [(one.action, one.phase, one.outcome) for one in vault.log.entries(case=case)]


class Fed:
    """A running program that is told one line after the other."""

    def __init__(self, command: list[str], vault: Path) -> None:
        from cli_tools import environment

        self._process = subprocess.Popen(
            command, env=environment(CASEVAULT_PATH=str(vault)), text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.err = ""

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def wait(self) -> str:
        """The next line that it says."""
        assert self._process.stderr is not None
        return self._process.stderr.readline()

    def end(self) -> int:
        _, self.err = self._process.communicate(timeout=SECONDS)
        return self._process.returncode


@contextlib.contextmanager
def feeding(command: list[str], vault: Path) -> Iterator[Fed]:
    fed = Fed(command, vault)
    try:
        yield fed
    finally:
        fed._process.kill()
        fed._process.communicate()
