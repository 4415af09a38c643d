"""Programs of others that the tests compare with, found on the machine or taken from npm at test time.

Nothing of theirs is part of the project: npm packages go to .testtools/node, pinned by tests/node/package-lock.json,
and those that the reader of bundles is built from to .testtools/reader, pinned by reader/package-lock.json.
With CI=true a missing one fails the test, elsewhere the test is skipped and says what is missing.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE_SOURCES = ROOT / "tests" / "node"
NODE_HOME = ROOT / ".testtools" / "node"
READER_SOURCES = ROOT / "reader"
READER_HOME = ROOT / ".testtools" / "reader"
INSTALL_SECONDS = 300
NODE_SECONDS = 120


def missing(what: str) -> NoReturn:
    """Fail with CI=true, else skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def program(name: str) -> str:
    """The path of a program that the tests run, or a skipped test."""
    found = shutil.which(name)
    if found is None:
        missing(f"the program '{name}' is not installed")
    return found


def library(name: str) -> Any:
    """A Python module that only the tests use, or a skipped test."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(f"the Python module '{name}' is not installed")


def npm_tools() -> Path:
    """The folder whose node_modules holds the packages of tests/node/package-lock.json, installed if need be."""
    return _installed(NODE_SOURCES, NODE_HOME)


def reader_tools() -> Path:
    """The folder whose node_modules holds what the reader is built with, installed if need be."""
    return _installed(READER_SOURCES, READER_HOME)


def _installed(sources: Path, home: Path) -> Path:
    fault = _install(sources, home)
    if fault:
        missing(fault)
    return home


def run_node(script: str, request: object = None) -> Any:
    """Run a script of tests/node with a JSON request on its stdin; its stdout, read as JSON."""
    home = npm_tools()
    # Node looks for packages beside the script, so the script goes where they are.
    copy = home / script
    copy.write_bytes((NODE_SOURCES / script).read_bytes())
    done = subprocess.run(
        [program("node"), str(copy)],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=NODE_SECONDS,
    )
    assert done.returncode == 0, f"{script} failed: {done.stderr.decode(errors='replace')[-2000:]}"
    return json.loads(done.stdout)


@functools.cache
def _install(sources: Path, home: Path) -> str:
    """Make the folder match the lock file. Returns what went wrong, or nothing."""
    lock = (sources / "package-lock.json").read_bytes()
    stamp = hashlib.sha256(lock).hexdigest()
    if _stamp(home) == stamp:
        return ""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node.js and npm are not installed"
    home.parent.mkdir(exist_ok=True)
    # Installed aside and moved, so that a test run at the same time never sees half of it.
    fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}-", dir=home.parent))
    for name in ("package.json", "package-lock.json"):
        (fresh / name).write_bytes((sources / name).read_bytes())
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode != 0:
        shutil.rmtree(fresh)
        return f"npm could not install the test tools: {done.stderr.strip()[-500:]}"
    (fresh / "stamp").write_text(stamp)
    _replace(fresh, home, stamp)
    return ""


def _replace(fresh: Path, target: Path, stamp: str) -> None:
    if _stamp(target) == stamp:
        shutil.rmtree(fresh)
        return
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix="old-", dir=target.parent))
        target.rename(old / "node")
        shutil.rmtree(old)
    fresh.rename(target)


def _stamp(home: Path) -> str:
    try:
        return (home / "stamp").read_text()
    except FileNotFoundError:
        return ""
