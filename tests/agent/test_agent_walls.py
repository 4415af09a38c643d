"""What other programs and other users get from the agent: nothing, and nothing that they send hangs it."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import agent_tools
import pytest
import vaults
from agent_tools import Held, connected, framed

import tools
from vault.crypto.keys import VaultKeys
from vault.errors import Refused
from vault.session import agent_place, agent_socket
from vault.store import header_file
from vault.usecases import agent_lock, agent_remote, opening

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and peer credentials as Linux has them")
NOBODY = 65534
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="to be two users takes root")


def test_nothing_shows_in_arguments_environment_or_open_files(held: Held) -> None:
    process = held.process
    assert set(process.environ()) <= {"TZ"}
    shown = " ".join(process.cmdline())
    for secret in (str(held.folder), vaults.CODE.secret.hex(), header_file.read(held.folder).vault):
        assert secret not in shown
    assert process.name().startswith("python")
    assert process.open_files() == []  # a disk with the vault on it can be taken out
    assert process.net_connections("inet") == []
    until = time.monotonic() + 10  # it says that it is ready through one of them, and lets go of them then
    while (streams := {os.readlink(f"/proc/{process.pid}/fd/{n}") for n in range(3)}) != {"/dev/null"}:
        assert time.monotonic() < until, streams
        time.sleep(0.01)


def test_its_memory_is_closed_and_holds_no_root_key(held: Held) -> None:
    pid = held.process.pid
    (core,) = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file size" in line]
    assert core.split()[-3:-1] == ["0", "0"]
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    assert int(status["VmLck"].split()[0]) > 0
    if os.geteuid() != 0:
        pytest.skip("the memory of the process can't be read, as it should be")
    root = opening.unlock(held.folder, vaults.CODE).root
    keys = VaultKeys.derive(root)
    whole = memory(pid)
    assert keys.case_wrap in whole  # what is looked for can be found
    for secret in (root, keys.header):
        assert secret not in whole
        assert secret.hex().encode() not in whole


def memory(pid: int) -> bytes:
    """All that it may write to; again from the start where a part has gone between its listing and its reading."""
    for _ in range(20):
        try:
            return _memory(pid)
        except OSError:
            time.sleep(0.1)
    return _memory(pid)


def _memory(pid: int) -> bytes:
    found = bytearray()
    with open(f"/proc/{pid}/mem", "rb", 0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if "r" in rights and "w" in rights:
                start, end = (int(one, 16) for one in span.split("-"))
                file.seek(start)
                found += file.read(end - start)
    return bytes(found)


UNPRIVILEGED = """
import ctypes, json, os, sys
sys.path[:0] = {path!r}
from pathlib import Path
import vaults
from agent_tools import process_at, sockets
from vault.usecases import agent_begin, agent_lock, agent_remote, opening
folder = Path(os.environ["HOME"]) / "vault"
vaults.new_vault(folder).close()
begun = agent_begin.begin(folder, opening.unlock(folder, vaults.CODE), seconds=300, idle=300)
(path,) = [one for one in sockets() if one.exists()]
pid = process_at(path).pid
def refused(name, pid):
    try:
        with open(f"/proc/{{pid}}/{{name}}", "rb") as file: file.read(0)
    except PermissionError: return True
    return False
libc = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if not child:
    libc.pause()
    os._exit(0)
said = {{name: [refused(name, child), refused(name, pid)] for name in ("mem", "environ", "maps")}}
said["ptrace"] = [libc.ptrace(16, child, None, None), libc.ptrace(16, pid, None, None)]  # PTRACE_ATTACH
os.kill(child, 9)
said["memory"] = begun.memory
said["mode"] = oct(path.parent.stat().st_mode & 0o777)
said["locked"] = agent_lock.lock_every().count
print(json.dumps(said))
"""


def test_programs_of_the_same_user_can_neither_trace_nor_read_it(runtime: Path) -> None:
    """As an ordinary user, whose programs may trace each other: with all of root's privileges dropped."""
    path = [str(tools.ROOT), str(tools.ROOT / "tests"), str(tools.ROOT / "tests/agent")]
    drop = [tools.program("setpriv"), "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    home = {"HOME": str(runtime), "XDG_RUNTIME_DIR": str(runtime), "XDG_STATE_HOME": str(runtime / "state")}
    done = subprocess.run(
        [*drop, sys.executable, "-c", UNPRIVILEGED.format(path=path)], env={**home, "LANG": "C.UTF-8"},
        capture_output=True, timeout=agent_tools.SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert said.pop("memory") in ("keys", "all")
    other = [False, True]
    assert said == {"mem": other, "environ": other, "maps": other, "ptrace": [0, -1], "mode": "0o700", "locked": 1}


def as_nobody(script: str, *arguments: str | Path) -> list[str]:
    """A script of another user's, by an interpreter that is open to all."""
    python = shutil.which("python3", path="/usr/bin")
    if python is None:
        tools.missing("there is no /usr/bin/python3 for other users")
    setpriv = [
        tools.program("setpriv"),
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--inh-caps=-all",
    ]
    return [*setpriv, python, "-I", "-c", script, *map(str, arguments)]


ASKS = """
import socket, sys
made = socket.socket(socket.AF_UNIX)
made.settimeout(60)
made.connect(sys.argv[1])
made.sendall(bytes([0, 0, 0, 14]) + b'{"ask":"left"}')
print(len(made.recv(100)))
"""
LISTENS = """
import os, socket, sys
made = socket.socket(socket.AF_UNIX)
made.bind(sys.argv[1])
made.listen()
print("ready", flush=True)
input()
"""


@as_root
def test_another_user_gets_no_word_even_where_the_doors_stand_open(held: Held, runtime: Path) -> None:
    path = held.socket
    shut = subprocess.run(as_nobody(ASKS, path), capture_output=True, timeout=agent_tools.SECONDS)
    assert b"PermissionError" in shut.stderr
    runtime.chmod(0o755)
    path.parent.chmod(0o755)
    path.chmod(0o777)
    answer = subprocess.run(as_nobody(ASKS, path), capture_output=True, timeout=agent_tools.SECONDS)
    assert answer.stdout.strip() in (b"0", b"")
    assert answer.stdout.strip() == b"0" or b"ConnectionResetError" in answer.stderr or b"BrokenPipe" in answer.stderr
    # And we no longer trust a folder that others can enter.
    with pytest.raises(Refused, match="others may enter"):
        held.is_open()
    path.parent.chmod(0o700)
    assert held.is_open()


@as_root
def test_the_agent_of_another_user_is_not_spoken_to(held: Held, runtime: Path) -> None:
    """Also where the socket's file has been made to look like ours."""
    path = held.socket
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(Refused, match="not ours"):
        held.is_open()
    with pytest.raises(Refused, match="not ours"):
        agent_tools.keep(held.folder)
    os.chown(path, 0, 0)
    runtime.chmod(0o755)
    folder = runtime / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    with subprocess.Popen(
        as_nobody(LISTENS, folder / "x.sock"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        with pytest.raises(Refused, match="someone else's"):
            agent_socket.reach(folder / "x.sock")
        for one in (folder, folder / "x.sock"):
            os.chown(one, 0, 0)
        with pytest.raises(Refused, match="process at the agent's socket is someone else's"):
            agent_socket.reach(folder / "x.sock")
        other.communicate(b"\n", timeout=agent_tools.SECONDS)


def test_links_and_files_in_its_place_are_refused(held: Held, tmp_path: Path) -> None:
    path = held.socket
    real = path.with_suffix(".moved")
    path.rename(real)
    for make in (lambda: path.symlink_to(real), lambda: path.write_bytes(b""), path.mkdir):
        make()
        with pytest.raises(Refused, match="not ours"):
            held.is_open()
        with pytest.raises(Refused, match="not ours"):
            agent_tools.keep(held.folder)
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder = path.parent
    folder.rename(tmp_path / "real")
    folder.symlink_to(tmp_path / "real")
    with pytest.raises(Refused, match="no folder"):
        held.is_open() or agent_tools.keep(held.folder)
    folder.unlink()
    folder.mkdir(mode=0o700)


def test_hostile_bytes_neither_end_nor_hang_it(held: Held) -> None:
    chance = random.Random(20)
    hello = b'{"ask":"hello","protocol":1,"shell":false}'
    broken = [
        b"", b"\xff" * 4, struct.pack(">I", 1 << 31) + b"x", framed(b""), framed(b"null"), framed(b"[" * 4000),
        framed(b'{"ask": "hello"}'), framed(b'{"ask":"hello","protocol":2}'), framed(b'{"ask":["hello"]}'),
        framed(b'{"ask":null}'), framed(hello)[:-3], framed(b"x" * 5000), framed(hello) + framed(b"{" * 9000),
        framed(hello) + framed(b'{"ask":"append","events":5}'), framed(hello) + framed(b'{"ask":"append"}'),
        framed(hello) + framed(b'{"also":true,"ask":"append","events":[null]}') + framed(b'{"event":7}'),
        framed(hello) + framed(b'{"also":true,"ask":"append","events":[null]}') + framed(b'{"nothing":7}'),
        framed(hello) + framed(b'{"ask":"case","case":7,"wrapped":true}'),
        framed(hello) + framed(b'{"ask":"wrap","case":"C-00000","identity":"zz"}'),
        framed(hello) + framed(b'{"ask":"sign"}') + framed(b'{"ask":"sign","text":"\\u0000"}'),
        framed(hello) + framed(b'{"ask":"__class__"}'), framed('{"ask":"\U0001f600"}'.encode()),
    ]  # fmt: skip
    broken += [framed(hello) + chance.randbytes(chance.randrange(1, 3000)) for _ in range(20)]
    broken += [chance.randbytes(chance.randrange(1, 300)) for _ in range(20)]
    process = held.process
    for data in broken:
        with connected(held) as one:
            try:
                one.sendall(data)
                one.shutdown(socket.SHUT_WR)
                while one.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert held.process.pid == process.pid
    with held.open() as vault:
        assert vault.log.verify().ok
        vault.note("vault.status")
    assert process.num_threads() < 10


def test_many_that_only_wait_take_nobodys_place(held: Held) -> None:
    """More than are let in: the rest is turned away, and there is room again as soon as they go."""
    path, process = held.socket, held.process
    waiting = [connected(held, path) for _ in range(40)]
    agent_tools.wait_for(lambda: process.num_threads() > 30)
    for one in waiting:
        one.close()
    agent_tools.wait_for(lambda: process.num_threads() < 10)
    with held.open() as vault:
        vault.note("vault.status")


def test_a_half_frame_holds_the_log_for_nobody(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that stops in the middle of an entry with something late is let go, and the entry with it."""
    hello = b'{"ask":"hello","protocol":1,"shell":false}'
    with connected(held) as one:
        one.sendall(framed(hello) + framed(b'{"also":false,"ask":"append","events":[null]}'))
        agent_tools.wait_for(lambda: len(one.recv(1 << 16, socket.MSG_PEEK)) > 700)
        size = held_size(held)
    with held.open() as vault:
        vault.note("vault.status")
        assert vault.log.head().size == size + 1


def held_size(held: Held) -> int:
    """Read beside whoever writes."""
    agent = held.agent()
    try:
        vault = agent_remote.opened(held.folder, header_file.read(held.folder), agent)
        return vault.log.head().size
    finally:
        vault.close()


def test_a_long_runtime_folder_gives_way_to_a_shorter_one(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = runtime / ("x" * 90)
    long.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    monkeypatch.setenv("XDG_STATE_HOME", str(runtime / "state"))
    held = agent_tools.hold(tmp_path / "vault")
    assert held.is_open()
    assert held.socket.parent == runtime / "state" / "casevault" / "run"
    assert agent_place.check_socket(held.socket)
    agent_lock.lock_every()
