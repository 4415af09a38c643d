"""The suite runs without a network: the guard bites, and where there are namespaces the machine has none at all."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import isolation
import pytest


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_internet_sockets_are_refused(family: int) -> None:
    with pytest.raises(isolation.NetworkUsed):
        socket.socket(family, socket.SOCK_STREAM)
    assert isolation.attempts == ["an internet socket"]
    isolation.attempts.clear()


def test_the_default_family_and_look_ups_are_refused() -> None:
    with pytest.raises(isolation.NetworkUsed):
        socket.socket()
    with pytest.raises(isolation.NetworkUsed):
        socket.create_connection(("localhost", 9))
    with pytest.raises(isolation.NetworkUsed):
        socket.getaddrinfo("localhost", 9)
    assert len(isolation.attempts) == 3
    isolation.attempts.clear()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no such sockets on this system")
def test_local_sockets_still_work() -> None:
    left, right = socket.socketpair(socket.AF_UNIX)
    with left, right:
        left.sendall(b"here")
        assert right.recv(10) == b"here"


@pytest.mark.skipif(os.environ.get("CASEVAULT_TESTS_CUT_OFF") != "1", reason="not run by tests/run on Linux")
def test_child_processes_have_no_network_either() -> None:
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in lines] == ["lo"]
    # Not even to this machine itself: the one interface is down.
    code = (
        "import socket\n"
        "try:\n socket.create_connection(('127.0.0.1', 9), timeout=5)\n"
        "except OSError as error:\n print(error.errno)\n"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == str(errno.ENETUNREACH), child.stderr


def test_the_home_of_whoever_runs_this_is_out_of_reach() -> None:
    from vault.session import places

    assert places.state_folder().is_relative_to(Path(os.environ["HOME"]))
    assert Path(os.environ["HOME"]).name.startswith("casevault-tests-home-")
