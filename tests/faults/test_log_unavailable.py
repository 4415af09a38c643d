"""Where the log can't be read or written nothing is shown, and the user is told. With the real program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fault_lab
import fault_log_disk
import pytest
from test_full_disk import SECONDS, unshare

SHOWN = (fault_lab.WITNESS, "Дело", "first.bin", "слово", "Повестка")
"""What stands in the vault and must not be seen: nowhere, not in an error either."""


def judge(trial: dict[str, object], *codes: int) -> None:
    """It failed, said so, and gave nothing away."""
    said = f"{trial['out']}{trial['err']}"
    assert trial["code"] in codes, trial
    assert trial["out"] == "", trial
    assert trial["left"] == [], trial
    assert "internal error" not in said
    assert "Traceback" not in said
    assert not [word for word in SHOWN if word in said], trial
    error = json.loads(str(trial["err"]).splitlines()[-1])["error"]
    assert error["message"]
    assert error["hint"]


def test_nothing_is_shown_on_a_full_or_read_only_disk(tmp_path: Path) -> None:
    command = [*unshare(), sys.executable, fault_log_disk.__file__, str(tmp_path)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({trial["disk"] for trial in trials}) == len(fault_log_disk.FREE_KIB) + 1
    for trial in trials:
        judge(trial, 1)
        # Without any room the catalogue, which is opened first, may be what is named.
        assert trial["kind"] in ("log-unavailable", "storage"), trial
        if trial["kind"] == "storage":
            assert trial["disk"] in ("full but for 0 KiB", "read-only"), trial
        else:
            assert "could not be logged" in trial["err"], trial


def _missing(log: Path) -> None:
    log.unlink()


def _empty(log: Path) -> None:
    log.write_bytes(b"")


def _folder(log: Path) -> None:
    log.unlink()
    log.mkdir()


def _cut(log: Path) -> None:
    log.write_bytes(log.read_bytes()[: 3 * 4096])


def _noise(log: Path) -> None:
    log.write_bytes(os.urandom(log.stat().st_size))


@pytest.mark.parametrize("spoil", [_missing, _empty, _folder, _cut, _noise])
def test_nothing_is_shown_without_the_log(spoil: Callable[[Path], None], lab: fault_lab.Lab, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "lab")
    fault_log_disk.prepare(mine)
    spoil(mine.vault / "audit.db")
    names = fault_log_disk.commands(mine) if spoil is _missing else fault_log_disk.SOME
    lines = fault_log_disk.commands(mine)
    for name in names:
        judge(fault_log_disk.trial(name, "spoilt", lines[name], mine.base), 1 if spoil is _folder else 13)
    if spoil is _missing:
        assert not (mine.vault / "audit.db").exists(), "a new log would hide that the old one is gone"
        shutil.copy(lab.vault / "audit.db", mine.vault)
        assert fault_lab.check_vault(mine) == []
