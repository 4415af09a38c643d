"""A run in a process that has loaded the program already is what a start of the installed script would be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import cli_tools
import pytest
import ready

pytestmark = pytest.mark.skipif(not ready.SUPPORTED, reason="every start is an ordinary one here")

WORDS = (
    "", "--version", "-h", "case new -h", "nonsense", "status", "--lang ru case lst", "status --json",
    "completion bash", "redact text --people people.json", "redact text --people none.json", "case show \udcff",
)  # fmt: skip


def _run(words: str, folder: Path, given: bytes = b"", seconds: float = 60) -> subprocess.CompletedProcess[bytes]:
    environment = cli_tools.environment(CASEVAULT_PATH=str(folder / "none"))
    command = [cli_tools.PROGRAM, *words.split()]
    return ready.run(command, given, environment=environment, cwd=folder, timeout=seconds)


@pytest.mark.parametrize("words", WORDS)
def test_it_answers_as_a_start_anew_does(words: str, tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps([{"name": "Ольга Ковальчук", "role": "witness"}]))
    given = "Пришла Ольга Ковальчук.\r\n".encode() + b"\xff"
    found = _run(words, tmp_path, given)
    with ready.anew():
        wanted = _run(words, tmp_path, given)
    assert found.stdout + found.stderr
    assert (found.returncode, found.stdout, _named(found.stderr)) == (
        wanted.returncode, wanted.stdout, _named(wanted.stderr),
    )  # fmt: skip


def _named(said: bytes) -> bytes:
    """An interpreter has several names in its folder, and hints show the one that it was started by."""
    return re.sub(rb"/bin/python3[.0-9]*", b"/bin/python", said)


def test_each_module_can_be_loaded_before_all_others() -> None:
    """No order hides that a module needs another one to be there first; what others wrote is loaded already."""
    code = f"""
import importlib, os, re, sys
re._MAXCACHE = 1 << 20  # a pattern that was compiled once need not be compiled in each process
sys.path.insert(0, {str(ready.ROOT / "tests")!r})
import ready
ready.load()
others = [name for name in sys.modules if name.split(".")[0] not in ("commands", "vault")]
for name in [name for name in sys.modules if name not in others]:
    del sys.modules[name]
for name in ready.ours():
    pid = os.fork()
    if pid == 0:
        importlib.import_module(name)
        os._exit(0)
    print(name, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    loaded = dict(line.split() for line in done.stdout.splitlines())
    assert len(loaded) > 100
    assert set(loaded.values()) == {"0"}, done.stderr


def test_what_is_run_by_module_is_the_same(tmp_path: Path) -> None:
    environment = cli_tools.environment()
    command = [sys.executable, *ready.MODULE, "--version"]
    found = ready.run(command, b"", environment=environment, cwd=None, timeout=60)
    assert found.stdout == _run("--version", tmp_path).stdout


def test_each_run_is_a_process_of_its_own(tmp_path: Path) -> None:
    """In its own folder, with its own settings; nothing of one is left for the next."""
    russian = _run("--lang ru", tmp_path).stdout
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        assert _run("keygen --out key --x25519", folder).returncode == 0
        assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a" / "key").read_bytes() != (tmp_path / "b" / "key").read_bytes()
    assert _run("", tmp_path).stdout != russian == _run("--lang ru", tmp_path).stdout


def test_several_at_once_and_more_than_a_pipe_holds(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text("[]")
    texts = {number: str(number).encode() + b"\n" * 70_000 for number in range(2)}
    found: dict[int, bytes] = {}

    def run(number: int) -> None:
        found[number] = _run("redact text --people people.json", tmp_path, texts[number]).stdout

    threads = [threading.Thread(target=run, args=(number,)) for number in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == texts


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        _run("-h", tmp_path, seconds=0.001)
    assert _run("--version", tmp_path).returncode == 0
