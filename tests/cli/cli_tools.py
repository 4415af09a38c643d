"""Runs `casevault` as its users do: as a process of its own, with a recovery file, never with a mock.

Where a test is not about the start, the process has loaded the program already; see tests/ready.py.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import ready

PROGRAM = str(Path(sys.executable).parent / ("casevault.exe" if os.name == "nt" else "casevault"))
SECONDS = 600
"""The machine may be busy: this only ends what hangs."""
_NO_MODELS = re.compile(
    r"\Awarning: The models are not installed: names that nobody listed are looked for by rules alone\.\r?\n"
    r"Next: install the models \(about 450 MB\): [^\n]+\n"
)
"""What is said first where the models are not installed, as for most tests; see tests/extra.py."""


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


def run(*arguments: str | Path, stdin: str | bytes = b"", cwd: Path | None = None, **variables: str) -> Done:
    """One command in an environment that knows no vault and no terminal."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    with ready.anew() if any(name.startswith(ready.AT_START) for name in variables) else nullcontext():
        done = ready.run(
            [PROGRAM, *map(str, arguments)], given, environment=environment(**variables), cwd=cwd, timeout=SECONDS
        )
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), said(done.stderr))


def environment(**variables: str) -> dict[str, str]:
    """Ours without what would change the program's mind."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEVAULT_", "LC_", "LANG"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of runs must not compile everything each time
    return {**kept, "LANG": "C.UTF-8", "PYTHONUTF8": "1", **variables}


def said(stderr: bytes) -> str:
    """Standard error without what is said, once and first, where there are no models."""
    return _NO_MODELS.sub("", stderr.decode("utf-8", "replace"), count=1)


def spent_by_programs() -> float:
    """Seconds of processor time of all programs started anew that ended; of the clock where that isn't told."""
    if os.name == "nt":
        return time.perf_counter()
    times = os.times()
    return times.children_user + times.children_system


def wait_until_idle(pid: int) -> None:
    """Come back when a program waits for something: asleep, and no processor time spent, for a whole second."""
    process, still, spent = psutil.Process(pid), 0, None
    for _ in range(10 * SECONDS):
        before, spent = spent, process.cpu_times()[:2]
        still = still + 1 if spent == before and process.status() == psutil.STATUS_SLEEPING else 0
        if still == 10:
            return
        time.sleep(0.1)
    raise AssertionError("the program never came to wait")


@dataclass(frozen=True)
class Scratch:
    """A vault that only a recovery code opens: no Argon2 in its way."""

    folder: Path
    vault: Path
    sheet: Path

    def run(self, *arguments: str | Path, stdin: str | bytes = b"", **variables: str) -> Done:
        """A command on this vault, in its folder."""
        secret = ["--recovery-file", self.sheet]
        return run(*arguments, *secret, stdin=stdin, cwd=self.folder, CASEVAULT_PATH=str(self.vault), **variables)

    def json(self, *arguments: str | Path, stdin: str | bytes = b"") -> Any:
        """The JSON answer of a command that must succeed."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.code == 0, done.err
        assert done.err == ""
        answer = done.json
        assert answer["schema"] == 1
        return answer

    def case(self, title: str = "Дело") -> str:
        """A new case's id."""
        return str(self.json("case", "new", "--from", "-", stdin=json.dumps({"title": title}))["case"]["id"])

    def add(self, case: str, name: str, content: bytes) -> str:
        """A new item's id."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(self.json("evidence", "add", case, path)["evidence"][0]["id"])


def new_scratch(folder: Path) -> Scratch:
    """Make one."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Scratch(folder, folder / "vault", folder / "recovery.txt")
    done = run("init", "--vault", scratch.vault, "--recovery-out", scratch.sheet, "--no-passphrase", "--json")
    assert done.code == 0, done.err
    assert set(done.json["vault"]) == {"id", "path", "format"}
    return scratch
