"""Debian's Chromium without a screen, and without a network: pictures, paper and the page as its script leaves it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import tools

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=10000",
)  # fmt: skip
SECONDS = 120


def _run(*words: str) -> bytes:
    program = tools.program("chromium")
    cut = [] if os.environ.get("CASEVAULT_TESTS_CUT_OFF") else ["unshare", "--map-root-user", "--net"]
    if cut and subprocess.run([*cut, "true"], capture_output=True).returncode != 0:
        tools.missing("no network namespace can be made to cut Chromium off")
    home = tempfile.mkdtemp(prefix="chromium-")
    try:
        done = subprocess.run(
            [*cut, program, *FLAGS, f"--user-data-dir={home}", *words], capture_output=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        return done.stdout
    finally:
        shutil.rmtree(home, ignore_errors=True)


def screenshot(page: Path, out: Path, width: int, height: int) -> Path:
    """A picture of the first screen."""
    _run(f"--window-size={width},{height}", f"--screenshot={out}", page.as_uri())
    return out


def paper(page: Path, out: Path) -> Path:
    """The page as it is printed."""
    _run("--no-pdf-header-footer", f"--print-to-pdf={out}", page.as_uri())
    return out


def dom(page: Path, fragment: str = "") -> str:
    """The page after its script has run."""
    return _run("--dump-dom", page.as_uri() + fragment).decode()
