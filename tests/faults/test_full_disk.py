"""A disk that is really full, at several sizes: exit 1, a clear message, the old state whole, nothing left over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fault_small_disk
import pytest

from tools import missing

SECONDS = 1800


def unshare() -> list[str]:
    """A command that runs another where it may mount a tmpfs, or a skipped test."""
    if sys.platform != "linux":
        pytest.skip("a small disk is made on Linux only")
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        probe = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(probe, capture_output=True, timeout=60).returncode == 0:
            break
    else:
        missing("no tmpfs can be mounted here, so a full disk can't be tried")
    return command


def test_commands_on_a_full_disk(tmp_path: Path) -> None:
    command = [*unshare(), sys.executable, fault_small_disk.__file__, str(tmp_path)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(trials) == sum(map(len, fault_small_disk.FREE_KIB.values())) + len(fault_small_disk.STICK_KIB)
    codes: dict[str, list[int]] = {}
    for trial in trials:
        codes.setdefault(trial["name"], []).append(trial["code"])
    for name, ends in codes.items():
        # With no room at all it fails, with enough it works, and more room never makes it worse.
        assert ends[0] == 1, name
        assert ends[-1] == 0, name
        assert ends == sorted(ends, reverse=True), name
