"""Disks that are full or read-only, processes that are killed, files that another process holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_make import WRITER, new_log, open_log, raw, some_events

from vault.errors import Busy
from vault.store import sqlcipher

COUNT = 300
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = new_log(tmp_path)
    log.append(some_events(COUNT), WRITER)
    log.close()
    return tmp_path


_FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from audit_make import WRITER, open_log, some_events
from vault.errors import LogUnavailable
folder = Path(sys.argv[2])
log = open_log(folder)
before = log.head()
limit = (folder / "audit.db").stat().st_size + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
written = 0
try:
    while True:
        written += len(log.append(some_events(200, start=written), WRITER))
except LogUnavailable as error:
    assert log.head().size == before.size + written, (log.head().size, written)
    print("unavailable", error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
@pytest.mark.parametrize("room", [0, 30_000, 120_000])
def test_a_full_disk(folder: Path, room: int) -> None:
    before = open_log(folder)
    size = before.head().size
    before.close()
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(HERE), str(folder), str(room)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("unavailable the audit log")
    log = open_log(folder)
    after = log.head().size
    assert after >= size
    assert (after - size) % 200 == 0
    assert log.verify().problems == ()
    log.append(some_events(3), WRITER)
    assert log.verify().ok
    log.close()


_READ_ONLY = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from audit_make import WRITER, new_log, open_log, some_events
from vault.errors import LogUnavailable
folder, warm = Path(sys.argv[2]), Path(sys.argv[3])
log = new_log(warm)  # so that all modules are loaded before the rights are given up
log.append(some_events(1), WRITER)
log.close()
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)  # permissions do not bind root
try:
    log = open_log(folder)
    log.append(some_events(1), WRITER)
    print("written")
except LogUnavailable as error:
    print("unavailable", error.message)
"""


@pytest.fixture
def reachable(folder: Path) -> Iterator[Path]:
    """The log in a folder whose parents any user may pass."""
    place = Path(tempfile.mkdtemp(prefix="casevault-test-"))
    shutil.copy(folder / "audit.db", place)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "said"),
    [
        (0o666, 0o777, "written"),
        (0o444, 0o777, "unavailable the audit log"),
        (0o666, 0o555, "unavailable the audit log"),
        (0o444, 0o555, "unavailable the audit log"),
    ],
)
def test_read_only(reachable: Path, tmp_path: Path, file_mode: int, folder_mode: int, said: str) -> None:
    (reachable / "audit.db").chmod(file_mode)
    reachable.chmod(folder_mode)
    warm = tmp_path / "warm"
    warm.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _READ_ONLY, str(HERE), str(reachable), str(warm)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(said)
    reachable.chmod(0o755)
    log = open_log(reachable)
    assert log.head().size == COUNT + (said == "written")
    assert log.verify().ok
    log.close()


_KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from audit_make import WRITER, open_log, some_events
log = open_log(Path(sys.argv[2]))
print("ready", flush=True)
while True:
    start = log.head().size
    log.append(some_events(7, start=start), WRITER)
    print(log.head().size, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_process_leaves_whole_appends(folder: Path, after: int) -> None:
    """What was reported as written is there; what was not is there whole or not at all."""
    child = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(HERE), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    reported = [child.stdout.readline() for _ in range(1 + after)]
    child.kill()
    child.wait(timeout=30)
    child.stdout.close()
    log = open_log(folder)
    size = log.head().size
    assert size >= int(reported[-1])
    assert (size - COUNT) % 7 == 0
    assert log.verify().problems == ()
    log.append(some_events(3, start=size), WRITER)
    assert log.verify().ok
    log.close()


def test_a_busy_log_stays_busy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlcipher, "BUSY_MILLISECONDS", 50)
    log = open_log(folder)
    with raw(folder) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            log.append(some_events(1), WRITER)
        db.execute("ROLLBACK")
    log.append(some_events(1), WRITER)
    log.close()
