"""A disk that was in other hands, and what a killed check leaves: nothing outside is touched, no byte goes unseen."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import vaults
from backup_tools import everything, files, fill, restored

from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.formats import backup_file
from vault.formats import backup_manifest as manifests
from vault.session import places
from vault.store import locks
from vault.store.backup_source import is_own_folder
from vault.usecases import backup, backup_check, backup_restore, backup_room
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[UnlockedVault]:
    with vaults.new_vault(tmp_path / "vault") as made:
        yield made


def victim(folder: Path, snapshot: str) -> Path:
    """Somebody's folder, with the names of what we sweep in it."""
    name = "ab" * 16
    for path in (
        folder / "thesis.part",
        folder / f"{name}.part",
        folder / f"{name}.age",
        folder / "aa" / f"{name}.part",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"only copy")
    for part in ("holiday.part", f"{snapshot}.part", snapshot):
        (folder / part).mkdir()
        (folder / part / "a.jpg").write_bytes(b"only copy")
    return folder


@pytest.mark.parametrize("link", ["objects", "snapshots", "each folder of objects", "one snapshot"])
def test_nothing_is_removed_through_links(vault: UnlockedVault, tmp_path: Path, link: str) -> None:
    fill(vault, (10, 20))
    place = tmp_path / "backups"
    made = backup.create(vault, place)
    theirs = victim(tmp_path / "Documents", made.id)
    before = files(theirs)
    if link in ("objects", "snapshots"):
        (place / link).rename(tmp_path / "away")
        (place / link).symlink_to(theirs)
    elif link == "one snapshot":
        (place / "snapshots" / "20200101T000000.000Z-00000000").symlink_to(theirs)
        (place / "snapshots" / "20200101T000000.000Z-00000001.part").symlink_to(theirs)
    else:
        for number in range(256):
            folder = place / "objects" / f"{number:02x}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.symlink_to(theirs)
    try:
        backup.create(vault, place, keep=1, new=True)
    except StorageFailed:
        assert link != "one snapshot"
    else:
        assert link == "one snapshot"
    assert files(theirs) == before


@pytest.mark.parametrize("link", ["objects", "snapshots"])
def test_nothing_is_read_through_links(vault: UnlockedVault, tmp_path: Path, link: str) -> None:
    """A disk without what it claims to hold is not taken for a backup."""
    fill(vault, (10, 20))
    place = tmp_path / "backups"
    backup.create(vault, place)
    (place / link).rename(tmp_path / "away")
    (place / link).symlink_to(tmp_path / "away")
    with pytest.raises((Damaged, StorageFailed)) if link == "snapshots" else pytest.raises(AssertionError):
        everything(place)
    with pytest.raises(CasevaultError):
        backup_restore.restore(place, tmp_path / "out", vaults.CODE)
    assert not (tmp_path / "out").exists()


def test_only_our_own_names_are_swept(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (10,))
    place = tmp_path / "backups"
    backup.create(vault, place)
    theirs = {"snapshots/holiday.part/a.jpg", "objects/aa/thesis.part", "../.casevault-backup-x.part/a"}
    ours = {"snapshots/20200101T000000.000Z-00000000.part/audit.db", f"objects/aa/{'aa' * 16}.part"}
    for name in theirs | ours:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"x")
    backup.create(vault, place)
    backup.create(vault, tmp_path / "one.casevault-backup")
    assert {name for name in theirs | ours if (place / name).exists()} == theirs


def test_a_junction_is_no_folder_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows reports one: a folder with a tag that leads elsewhere; that of a cloud's folder does not."""
    real = Path.lstat(tmp_path)

    class Reported:
        st_mode = real.st_mode

        def __init__(self, tag: int) -> None:
            self.st_reparse_tag = tag

    for tag, own in ((0, True), (0xA0000003, False), (0xA000000C, False), (0x9000001A, True)):
        monkeypatch.setattr(Path, "lstat", lambda _, tag=tag: Reported(tag))
        assert is_own_folder(tmp_path) is own


def test_every_byte_of_a_file_counts(vault: UnlockedVault, tmp_path: Path) -> None:
    """Marker, headers, padding and end, each byte of them; with the secret and without."""
    fill(vault, (1, 600))
    made = tmp_path / "one.casevault-backup"
    backup.create(vault, made)
    whole = made.read_bytes()
    backup_check.verify(made, vaults.CODE)
    small, place = [], 0
    while place < len(whole) - len(backup_file.END):
        found = backup_file.parse(whole[place : place + backup_file.BLOCK])
        assert found is not None
        start = place + backup_file.BLOCK
        end = start + found[1]
        after = end + len(backup_file.padding(found[1]))
        small += [start + 30, start + 65, start + 70] if found[0] == manifests.MARKER else []
        small += [end, after - 1] if after > end else []
        place = after
    small += [place, place + 700, len(whole) - 1]
    changed = tmp_path / "changed.casevault-backup"
    for at in small:
        changed.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not backup_check.verify(changed).ok, at


def test_every_byte_of_the_marker_counts(vault: UnlockedVault, tmp_path: Path) -> None:
    fill(vault, (1,))
    place = tmp_path / "backups"
    backup.create(vault, place)
    path = place / manifests.MARKER
    whole = path.read_bytes()
    for at in range(len(whole)):
        for bit in (1, 4):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            with contextlib.suppress(CasevaultError):
                assert not backup_check.verify(place).ok, at
    # One that is right in itself, of another vault, is not that of these snapshots.
    path.write_bytes(manifests.dump_marker("V-AAAAAA" if vault.header.vault != "V-AAAAAA" else "V-BBBBBB"))
    found = backup_check.verify(place, vaults.CODE)
    assert [one.path for one in found.problems] == [manifests.MARKER]


CHECK = """
import sys, threading
from pathlib import Path
import vaults
from vault.usecases import backup_check, rowcheck

def stop(_):
    print("there", flush=True)
    threading.Event().wait()

rowcheck.all_problems = stop
backup_check.verify(Path(sys.argv[1]), vaults.CODE)
"""


def test_what_a_killed_check_leaves_goes_with_the_next(
    vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(vault, (1000,))
    made, temporary = tmp_path / "one.casevault-backup", tmp_path / "temporary"
    backup.create(vault, made)
    temporary.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHECK, str(made)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        room = places.state_folder() / backup_room.NAME
        names = {path.rpartition("/")[2] for path in files(room)}
        assert names == {manifests.CATALOGUE, manifests.AUDIT, locks.NAME}, "no header beside the databases"
        backup_room.sweep()
        assert files(room), "one at work is left alone"
        process.send_signal(signal.SIGKILL)
    assert files(room)
    everything(made)
    assert list(room.iterdir()) == []
    assert list(temporary.iterdir()) == []
    restored(made, tmp_path / "out").close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="waits at a pipe with a name")
@pytest.mark.parametrize("command", [["restore", "--out", "out"], ["verify"]])
def test_no_copy_of_a_header_lies_anywhere(vault: UnlockedVault, tmp_path: Path, command: list[str]) -> None:
    """Where the secret is read, the header has been read: stopped there, nothing may be left that it opens."""
    fill(vault, (10,))
    backup.create(vault, tmp_path / "one.casevault-backup")
    temporary, code = tmp_path / "temporary", tmp_path / "code"
    temporary.mkdir()
    os.mkfifo(code)
    before = files(tmp_path)
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = ["--recovery-file", str(code), "backup", command[0], "one.casevault-backup", *command[1:]]
    line = [sys.executable, "-m", "commands.main", "--vault", str(tmp_path / "none"), *arguments]
    with subprocess.Popen(line, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as process:
        handle = opened_for_writing(code, process)
        assert files(tmp_path) == before
        process.kill()
        os.close(handle)
    assert files(tmp_path) == before


def opened_for_writing(pipe: Path, reader: subprocess.Popen[bytes]) -> int:
    """A descriptor of a pipe with a name, once the process has opened it to read from."""
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert reader.poll() is None, "it ended before it asked for the secret"
            time.sleep(0.02)
