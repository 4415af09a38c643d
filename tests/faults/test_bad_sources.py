"""Files that can't be added as they are: refused by name, the others go in, nothing is left behind."""

from __future__ import annotations

import ctypes
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fault_lab
import pytest

from vault.model.records import Evidence
from vault.usecases import adding, items

LARGE = 24 << 20
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24
posix = pytest.mark.skipif(os.name == "nt", reason="not on Windows")
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


@pytest.fixture
def mine(lab: fault_lab.Lab, tmp_path: Path) -> fault_lab.Lab:
    return lab.copy(tmp_path / "lab")


def _add(
    lab: fault_lab.Lab, *files: adding.NewFile, progress: Callable[[int], None] | None = None
) -> list[adding.Added]:
    with lab.open() as vault:
        done = list(adding.Adder(vault, lab.case, adding.Provenance(), progress).add(files))
        # Before any doctor: what was refused left nothing.
        referred = {item.object for item in vault.catalogue.all(Evidence)}
        assert set(vault.objects.names()) == referred
        assert not list(vault.objects.strays())
    return done


def _refused(lab: fault_lab.Lab, path: Path) -> str:
    """Add a bad file between two good ones; what was said of it."""
    good = lab.base / "good.bin"
    good.write_bytes(b"good")
    first, bad, last = _add(lab, *map(adding.NewFile, (good, path, good)))
    assert first.error is None
    assert last.error is None
    assert bad.evidence is None
    assert bad.error is not None
    assert bad.error.kind == "source"
    assert path.name not in bad.error.message, "a file's name may be a person's"
    assert len(fault_lab.check_vault(lab)) == 2
    return bad.error.message


def _write_more(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _cut(path: Path) -> None:
    os.truncate(path, LARGE // 2)


def _rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(LARGE - 10)
        file.write(b"rewritten!")


@pytest.mark.parametrize("change", [_write_more, _cut, _rewrite])
def test_a_file_that_changes_while_it_is_read(
    change: Callable[[Path], None], mine: fault_lab.Lab, tmp_path: Path
) -> None:
    path = tmp_path / "growing.bin"
    path.write_bytes(b"x" * LARGE)
    changed = []

    def progress(_: int) -> None:
        if not changed:
            changed.append(True)
            time.sleep(0.02)  # file systems tell times in steps
            change(path)

    (done,) = _add(mine, adding.NewFile(path), progress=progress)
    assert changed
    assert done.evidence is None
    assert done.error is not None
    assert done.error.kind == "source"
    assert "changed" in done.error.message
    assert fault_lab.check_vault(mine) == []


@posix
@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_vanishes_while_it_is_read_is_whole(replaced: bool, mine: fault_lab.Lab, tmp_path: Path) -> None:
    path = tmp_path / "vanishing.bin"
    data = b"y" * LARGE
    path.write_bytes(data)

    def progress(_: int) -> None:
        path.unlink(missing_ok=True)
        if replaced:
            path.write_bytes(b"something else")

    # Its name is gone, but what was opened is still there to its end.
    (done,) = _add(mine, adding.NewFile(path), progress=progress)
    assert done.error is None
    (item,) = fault_lab.check_vault(mine)
    assert [item.sha256.hex()] == fault_lab.hashes({"": data})


def test_a_file_that_is_gone_before_it_is_opened(mine: fault_lab.Lab, tmp_path: Path) -> None:
    assert "no such file" in _refused(mine, tmp_path / "never.bin")


@posix
def test_a_pipe_is_no_file_and_nobody_waits_for_it(mine: fault_lab.Lab, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in _refused(mine, tmp_path / "pipe")


def test_a_folder_is_no_file(mine: fault_lab.Lab, tmp_path: Path) -> None:
    (tmp_path / "Приходько").mkdir()
    assert "folder" in _refused(mine, tmp_path / "Приходько")
    done = fault_lab.run(mine.arguments("evidence", "add", mine.case, str(tmp_path / "Приходько")))
    assert done.code == 2, done.stderr


@posix
def test_a_device_is_no_file(mine: fault_lab.Lab) -> None:
    assert "not a regular file" in _refused(mine, Path("/dev/zero"))


@posix
def test_a_socket_is_no_file(mine: fault_lab.Lab, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "drop-box"))
        _refused(mine, tmp_path / "drop-box")


@posix
def test_links_that_lead_in_a_circle(mine: fault_lab.Lab, tmp_path: Path) -> None:
    (tmp_path / "egg").symlink_to(tmp_path / "hen")
    (tmp_path / "hen").symlink_to(tmp_path / "egg")
    _refused(mine, tmp_path / "egg")


@posix
def test_a_folder_that_contains_itself_is_walked_once(mine: fault_lab.Lab, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "photo.bin").write_bytes(b"photo")
    (folder / "inner" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "outside").symlink_to("/etc/hostname")
    done = fault_lab.run(mine.arguments("evidence", "add", mine.case, "-r", str(folder)))
    assert done.code == 3, done.stderr
    assert len(done.answer["evidence"]) == 1
    assert {Path(one["path"]).name for one in done.answer["failed"]} == {"up", "outside"}
    assert len(fault_lab.check_vault(mine)) == 1


@linux
def test_a_file_that_can_not_be_read_to_its_end(mine: fault_lab.Lab) -> None:
    # A regular file whose first page does not exist.
    assert "can't be read" in _refused(mine, Path("/proc/self/mem"))


@linux
def test_a_file_that_is_longer_than_it_says(mine: fault_lab.Lab) -> None:
    (done,) = _add(mine, adding.NewFile(Path("/proc/version")))
    assert done.evidence is not None
    (item,) = fault_lab.check_vault(mine)
    assert item.size == len(Path("/proc/version").read_bytes()) > 0


def test_an_empty_file_is_kept(mine: fault_lab.Lab, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    done = fault_lab.run(mine.arguments("evidence", "add", mine.case, str(tmp_path / "empty")))
    assert done.code == 0, done.stderr
    (item,) = fault_lab.check_vault(mine)
    with mine.open() as vault:
        items.get(vault, item.id, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == b""


def _no_privilege() -> None:
    # In the child, before exec: even root is then held to what the file's mode says.
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@linux
def test_a_file_that_may_not_be_read(mine: fault_lab.Lab, tmp_path: Path) -> None:
    secret, good = tmp_path / "secret", tmp_path / "good"
    secret.write_bytes(b"secret")
    good.write_bytes(b"good")
    secret.chmod(0)
    privilege = {"preexec_fn": _no_privilege} if os.geteuid() == 0 else {}
    done = fault_lab.run(mine.arguments("evidence", "add", mine.case, str(secret), str(good)), **privilege)
    assert done.code == 3, done.stderr
    assert [one["kind"] for one in done.answer["failed"]] == ["source"]
    assert done.answer["failed"][0]["path"] == str(secret)
    alone = fault_lab.run(mine.arguments("evidence", "add", mine.case, str(secret)), **privilege)
    assert alone.code == 2, alone.stderr
    assert len(fault_lab.check_vault(mine)) == 1


NAMES = [
    "о" * 150,  # 300 bytes: longer than Linux allows on disk, not longer than Windows and macOS do
    "Заявление (копия)" + "я" * 100 + ".pdf",
    "и\u0306ога.txt",  # й in two characters
    "a\u202efdp.exe",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_as_people_give_them(name: str, mine: fault_lab.Lab) -> None:
    (done,) = _add(mine, adding.NewFile(None, io.BytesIO(b"data"), name))
    assert done.evidence is not None
    (item,) = fault_lab.check_vault(mine)
    with mine.open() as vault:
        assert items.show(vault, item.id).original_name == name


@linux
@pytest.mark.parametrize("name", ["ж".encode() * 127, b"\xef\xe8\xf1\xfc\xec\xee.bin", b"line\nbreak", b" lead"])
def test_names_as_they_lie_on_disk(name: bytes, mine: fault_lab.Lab, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(b"data")
    done = subprocess.run(
        [*map(os.fsencode, mine.arguments("evidence", "add", mine.case)), path], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    (item,) = fault_lab.check_vault(mine)
    assert item.size == 4


def test_a_path_that_no_system_takes(mine: fault_lab.Lab) -> None:
    listed = mine.base / "list"
    listed.write_bytes(b"/nonexistent/\0name\n")
    done = fault_lab.run(mine.arguments("evidence", "add", mine.case, "--files-from", str(listed)))
    assert done.code == 2, done.stderr
    assert done.error["kind"] == "source"


def test_standard_input_gives_one_thing(mine: fault_lab.Lab) -> None:
    done = fault_lab.run(
        [*fault_lab.CASEVAULT, "--vault", str(mine.vault), "--json", "--no-input", "--passphrase-fd", "0",
         "evidence", "add", mine.case, "-"],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.code == 2, done.stderr
