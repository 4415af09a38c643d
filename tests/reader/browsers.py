"""Debian's Chromium and Firefox, driven through a page on disk, with no network but loopback of their own.

Everything that a browser writes goes below one folder, so that it can be searched: its profile, its home, its folder
for temporary files. `held` looks while the browser still runs, and at files that are open but have no name any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tools

PROGRAMS = {"chrome": "chromium", "firefox": "firefox-esr"}
SCRIPT = "browse.mjs"
LOOPBACK = Path(__file__).resolve().parent / "loopback.py"
SECONDS = 60
"""For one step."""
CHUNK = 1 << 24

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What each step answered and how long it took (ms), which addresses the page asked for, what it said."""

    answers: tuple[Any, ...]
    ms: tuple[int, ...]
    asked: tuple[str, ...]
    said: tuple[str, ...]


def visit(
    name: str,
    steps: Sequence[Step],
    home: Path,
    *,
    held: Callable[[], None] | None = None,
    seconds: int = SECONDS,
    refuse: bool = False,
    viewport: dict[str, int] | None = None,
    before: Sequence[str] = (),
) -> Visit:
    """Go through the steps (tests/node/browse.mjs) in a browser of a new profile below `home`.

    A step {"do": "hold"} waits until `held` has looked; `refuse` answers questions with no; `before` are words of a
    command that runs all of it, such as strace.
    """
    node = tools.npm_tools()
    (node / SCRIPT).write_bytes((tools.NODE_SOURCES / SCRIPT).read_bytes())
    for part in ("profile", "tmp", "home"):
        (home / part).mkdir(parents=True, exist_ok=True)
    request = {
        "browser": name, "program": tools.program(PROGRAMS[name]), "profile": str(home / "profile"),
        "seconds": seconds, "refuse": refuse, "hold": str(home / "hold"), "steps": list(steps),
        "viewport": viewport,
    }  # fmt: skip
    place = {"HOME": str(home / "home"), "TMPDIR": str(home / "tmp"), "XDG_RUNTIME_DIR": str(home / "tmp")}
    command = [*before, *_cut(), sys.executable, str(LOOPBACK), tools.program("node"), str(node / SCRIPT)]
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **place}, start_new_session=True,
    )  # fmt: skip
    try:
        assert running.stdin is not None
        running.stdin.write(json.dumps(request).encode())
        running.stdin.close()
        running.stdin = None
        if held is not None:
            _when_held(home / "hold", running, held, seconds)
        out, err = running.communicate(timeout=seconds * 5)
    finally:
        _end(running)
    assert running.returncode == 0, err.decode(errors="replace")[-3000:]
    found = json.loads(out)
    return Visit(
        tuple(one["answer"] for one in found["answers"]), tuple(one["ms"] for one in found["answers"]),
        tuple(found["asked"]), tuple(found["said"]),
    )  # fmt: skip


def _cut() -> list[str]:
    ways = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])
    found = next((way for way in ways if subprocess.run([*way, "true"], capture_output=True).returncode == 0), None)
    return found or tools.missing("no network namespace can be made to cut browsers off")


def _when_held(flag: Path, running: subprocess.Popen[bytes], look: Callable[[], None], seconds: int) -> None:
    end = time.monotonic() + 3 * seconds
    while not flag.exists():
        if running.poll() is not None:
            return  # its own words say why
        assert time.monotonic() < end, "the browser never came to its hold"
        time.sleep(0.05)
    try:
        look()
    finally:
        flag.with_suffix(".on").touch()


def _end(running: subprocess.Popen[bytes]) -> None:
    # The browser's own processes are in the group of the script that started them.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    for pipe in (running.stdout, running.stderr):
        if pipe is not None:
            pipe.close()


def holding(folder: Path, needles: Sequence[bytes]) -> list[str]:
    """The files below a folder that hold one of these byte strings, in their names or contents."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = os.fsencode(str(path.relative_to(folder)))
        if any(needle in name for needle in needles) or (path.is_file() and _in_file(path, needles)):
            found.append(str(path.relative_to(folder)))
    return found


def holding_unlinked(folder: Path, needles: Sequence[bytes]) -> list[str]:
    """Open files on disk that have no name any more, of processes whose temporary files go below the folder."""
    found = []
    for link in _descriptors():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith(str(folder)) and target.endswith(" (deleted)") and _in_file(Path(link), needles):
            found.append(target)
    return found


def _descriptors() -> Iterator[str]:
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                numbers = os.listdir(f"/proc/{process}/fd")
            except OSError:
                continue
            yield from (f"/proc/{process}/fd/{number}" for number in numbers)


def _in_file(path: Path, needles: Sequence[bytes]) -> bool:
    longest = max(map(len, needles))
    last = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if any(needle in last + chunk for needle in needles):
                    return True
                last = chunk[-longest:]
    except OSError:
        return False
    return False
