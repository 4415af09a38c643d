"""restic and Syncthing carry finished backups while the vault is being written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import vaults
from backup_tools import everything, fill, restored

from tools import missing, program
from vault.model.records import Case, Evidence
from vault.usecases import backup, opening
from vault.usecases.unlocked import UnlockedVault

HERE = Path(__file__).resolve()


def test_restic_takes_it_while_the_vault_is_written(vault: UnlockedVault, tmp_path: Path) -> None:
    restic = program("restic")
    (tmp_path / "words").write_text("crayon jackpot viper handrail\n")
    environment = {
        **os.environ, "RESTIC_REPOSITORY": str(tmp_path / "repository"), "RESTIC_CACHE_DIR": str(tmp_path / "cache"),
        "RESTIC_PASSWORD_FILE": str(tmp_path / "words"),
    }  # fmt: skip

    def run(*arguments: str | Path) -> None:
        done = subprocess.run([restic, *map(str, arguments)], env=environment, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr

    case, place = fill(vault, (1000, 500_000)), tmp_path / "backups"
    run("init")
    first = backup.create(vault, place)
    stop, failed = threading.Event(), []

    def write() -> None:
        """Items are added, and more backups are made, while restic reads."""
        try:
            with opening.open_vault(vault.folder, vaults.CODE) as other:
                while not stop.is_set():
                    vaults.add_bytes(other, case.id, os.urandom(30_000))
                    backup.create(other, place)
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.3)
        run("backup", "--exclude", "*.part", place)
    finally:
        stop.set()
        writer.join()
    assert failed == []
    run("backup", "--exclude", "*.part", place)
    run("restore", "latest", "--target", tmp_path / "back")
    back = tmp_path / "back" / place.relative_to(place.anchor)
    found = everything(back)
    assert found.snapshots[0].id == first.id
    assert len(found.snapshots) > 1
    with restored(back, tmp_path / "restored") as other:
        assert other.catalogue.count(Case) == 1
        assert other.catalogue.count(Evidence) == vault.catalogue.count(Evidence)


def test_syncthing_carries_it_while_the_vault_is_written(tmp_path: Path) -> None:
    program("syncthing")
    if sys.platform != "linux":
        pytest.skip("loopback of their own is made for them on Linux only")
    for way in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if subprocess.run([*way, "true"], capture_output=True, timeout=60).returncode == 0:
            break
    else:
        missing("no network namespace can be made here, so Syncthing can't be tried")
    paths = os.pathsep.join(str(HERE.parents[up]) for up in (0, 1, 2))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*way, sys.executable, str(HERE.with_name("backup_syncing.py")), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["snapshots"] == 4
    assert told["items"] > 2
    assert told["looks"] > 0
