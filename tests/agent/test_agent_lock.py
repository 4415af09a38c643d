"""That `lock` ends what keeps a vault open, wherever it is and whatever it does, and says so only then."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import agent_tools
import pytest
from agent_tools import Held, connected, ended, framed, wait_for
from cli_tools import run

from vault.errors import Busy, Locked
from vault.model.events import Event
from vault.session import agent_place
from vault.store import header_file
from vault.usecases import agent_lock, agent_remote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peer credentials as Linux has them")
HELLO = b'{"ask":"hello","protocol":1,"shell":false}'


def own_lock(held: Held) -> agent_lock.Done:
    return agent_lock.lock(held.folder, header_file.read(held.folder).vault)


def test_commands_that_take_all_places_leave_one_for_lock(held: Held) -> None:
    process = held.process
    taken = [held.agent() for _ in range(32)]
    with pytest.raises(Busy, match="too many commands"):
        held.agent()
    assert held.is_open()
    path = held.socket
    silent = [connected(held, path) for _ in range(40)]
    assert own_lock(held) == agent_lock.Done(1)
    assert ended(process)
    for one in (*taken, *silent):
        one.close()


def test_the_place_of_a_command_that_has_gone_is_free_again(held: Held) -> None:
    taken = [held.agent() for _ in range(32)]
    taken.pop().close()

    def free() -> bool:
        try:
            taken.append(held.agent())
        except Busy:
            return False
        return True

    wait_for(free)
    for one in taken:
        one.close()


def test_silent_commands_keep_nothing_open_and_working_ones_do(tmp_path: Path, runtime: Path) -> None:
    held = agent_tools.hold(tmp_path / "vault", idle=2)
    process = held.process
    with held.open():
        silent = [held.agent() for _ in range(3)]
        time.sleep(4)  # a command that computes for longer than the idle time, and logs nothing meanwhile
        assert held.is_open()
    began = time.monotonic()
    wait_for(lambda: ended(process))
    assert time.monotonic() - began < 10
    for one in silent:
        one.close()


def test_a_stopped_agent_is_ended_by_force_and_soon(held: Held) -> None:
    process = held.process
    process.suspend()
    began = time.monotonic()
    assert own_lock(held) == agent_lock.Done(1, killed=1)
    assert time.monotonic() - began < 10
    assert ended(process)
    held.own().close()


def test_one_that_hangs_keeps_no_other_open(held: Held, tmp_path: Path) -> None:
    stopped = held.process
    agent_tools.keep_another(tmp_path / "other")
    processes = [agent_tools.process_at(one) for one in agent_tools.sockets() if one.exists()]
    assert len(processes) == 2
    stopped.suspend()
    assert agent_lock.lock_every() == agent_lock.Done(2, killed=1)
    assert all(map(ended, processes))


def test_what_can_not_be_ended_is_told_and_the_others_end(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process can't be told from here, as from another container."""
    stopped = held.process
    other = agent_tools.keep_another(tmp_path / "other")
    stopped.suspend()
    try:
        with monkeypatch.context() as within:
            within.setattr("vault.session.agent_process.held", lambda pid: None)
            done = agent_lock.lock_every()
        assert done.count == 1
        assert [type(one) for one in done.left] == [Busy]
        assert agent_remote.left(other, header_file.read(other).vault) is None
    finally:
        stopped.resume()
    wait_for(lambda: ended(stopped))  # what was asked is done as soon as it can be


def test_lock_finds_agents_of_sessions_that_know_other_folders(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desktop has a runtime folder of its own; ssh, cron and su do not know it, or know another one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(runtime / "state"))
    held = agent_tools.hold(tmp_path / "vault")
    first = held.process
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert held.is_open()
    agent_tools.keep(held.folder)  # takes the place of the first, wherever that is
    assert ended(first)
    second = held.process
    other = runtime / "other"
    other.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(other))
    assert agent_lock.lock_every() == agent_lock.Done(1)
    assert ended(second)


def test_the_usual_runtime_folder_is_looked_at_without_being_told(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = runtime / str(os.geteuid())
    usual.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(usual))
    held = agent_tools.hold(tmp_path / "vault")
    process = held.process
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(runtime / "elsewhere"))
    monkeypatch.setattr(agent_place, "RUNTIMES", runtime)
    assert agent_lock.lock_every() == agent_lock.Done(1)
    assert ended(process)
    usual.chmod(0o755)  # a folder that others can enter is none of ours
    assert usual / "casevault" not in agent_place.folders()


def test_a_command_that_is_asked_delays_no_lock_and_hides_no_entry(held: Held) -> None:
    process = held.process
    with connected(held) as one:
        one.sendall(framed(HELLO) + framed(b'{"also":true,"ask":"append","events":[null,null,null]}'))
        wait_for(lambda: len(one.recv(1 << 16, socket.MSG_PEEK)) > 700)
        began = time.monotonic()
        assert own_lock(held) == agent_lock.Done(1)
        assert time.monotonic() - began < 4
    assert ended(process)
    with held.own() as vault:
        assert agent_tools.actions(vault)[-1] == ("vault.lock", "event", "ok")
        assert vault.log.verify().ok


def test_commands_that_work_learn_of_it(held: Held) -> None:
    with held.open() as vault:
        assert own_lock(held).count == 1
        with pytest.raises(Locked):
            vault.log.append([Event("vault.status", "event", outcome="ok")], vault.writer)


def test_the_command_says_what_is_left(held: Held) -> None:
    """Something that is no socket of ours, among ours."""
    process = held.process
    (held.socket.parent / "0123.sock").write_bytes(b"")
    done = run("lock", "--json")
    assert done.code != 0
    assert (done.json["locked"], done.json["left"]) == (1, 1)
    assert ended(process)


CUTS = """
import socket, sys
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    print("listens", flush=True)
    while True:
        with listener.accept()[0] as heard:
            heard.recv(1 << 16)
"""


def test_one_that_cuts_the_line_and_lives_on_is_ended_too(held: Held) -> None:
    """As one that has too many to hear: an end of the line is no end of the process."""
    path = held.socket
    assert own_lock(held) == agent_lock.Done(1)
    with subprocess.Popen([sys.executable, "-c", CUTS, str(path)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"listens\n"
            assert own_lock(held) == agent_lock.Done(1, killed=1)
            assert process.wait(agent_tools.SECONDS) == -signal.SIGKILL
        finally:
            process.kill()
