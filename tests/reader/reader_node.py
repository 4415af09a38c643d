"""The reader's own sources, built and run by Node.js from the packages of reader/package-lock.json."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tools

SECONDS = 120
PARTS = ("package.json", "tsconfig.json", "build.mjs")
FOLDERS = ("src", "test")
ONCE = "--alias:@noble/hashes/scrypt.js=./test/scrypt.mjs"
"""The reader's scrypt takes seconds: tests that open one file in several states wait for it once."""


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """A copy of the sources beneath the packages: Node looks for packages in the folders above."""
    home = tools.reader_tools()
    place = Path(tempfile.mkdtemp(prefix="work-", dir=home))
    try:
        for name in PARTS:
            (place / name).write_bytes((tools.READER_SOURCES / name).read_bytes())
        for name in FOLDERS:
            shutil.copytree(tools.READER_SOURCES / name, place / name)
        yield place
    finally:
        shutil.rmtree(place)


def run(place: Path, *command: str, given: str = "") -> str:
    """The stdout of node with these words, run in the workshop. A failure shows what it said."""
    done = subprocess.run(
        [tools.program("node"), *command], cwd=place, input=given.encode(), capture_output=True, timeout=SECONDS
    )
    said = done.stdout.decode() + done.stderr.decode(errors="replace")
    assert done.returncode == 0, f"node {command[0]} failed: {said[-4000:]}"
    return done.stdout.decode()


def bundled(place: Path, names: Sequence[str]) -> list[str]:
    """Scripts of the folder `test`, each with the sources it imports in one file; their paths."""
    esbuild = [str(place.parent / "node_modules" / "esbuild" / "bin" / "esbuild")]
    options = ["--bundle", "--platform=node", "--format=esm", "--outdir=out", "--out-extension:.js=.mjs", ONCE]
    run(place, *esbuild, *(f"test/{name}" for name in names), *options, "--log-level=warning")
    return [str(place / "out" / name) for name in names]


@contextlib.contextmanager
def judging() -> Iterator[Callable[[Sequence[dict[str, Any]]], list[Any]]]:
    """A function that says what the reader makes of each request; see reader/test/judge.mjs."""
    with workshop() as place:
        (script,) = bundled(place, ["judge.mjs"])

        with subprocess.Popen(
            [tools.program("node"), script], cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as node:
            asks, says = node.stdin, node.stdout
            assert asks is not None
            assert says is not None

            def judge(requests: Sequence[dict[str, Any]]) -> list[Any]:
                asks.write(json.dumps(list(requests)).encode() + b"\n")
                asks.flush()
                answers = json.loads(says.readline())
                assert len(answers) == len(requests)
                return list(answers)

            try:
                yield judge
            finally:
                node.kill()
