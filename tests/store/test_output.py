"""What is written outside the vault: whole or not at all, over nothing; and the lock that keeps a clean-up away."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault.errors import Busy, CasevaultError, Damaged, OutputExists, StorageFailed, Usage
from vault.store import locks, output


def test_a_file_appears_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    out = tmp_path / "имя файла?.bin"
    with output.new_file(out) as file:
        file.write(b"content")
        assert not out.exists()
    assert out.read_bytes() == b"content"
    assert os.name == "nt" or stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("error", [Damaged("x"), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_body_that_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    def write() -> None:
        with output.new_file(tmp_path / "out") as file:
            file.write(b"half")
            raise error

    with pytest.raises(StorageFailed if isinstance(error, OSError) else type(error)):
        write()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    with pytest.raises(OutputExists):
        output.check(out, "the file")

    def write() -> None:
        with output.new_file(out) as file:
            file.write(b"new")

    with pytest.raises(OutputExists):
        write()
    assert out.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def write() -> None:
        with output.new_file(out) as file:
            file.write(b"new")
            out.write_bytes(b"precious")

    with pytest.raises(OutputExists):
        write()
    assert out.read_bytes() == b"precious"


def test_dangling_links_and_missing_folders_are_refused_early(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        output.check(tmp_path / "link", "the file")
    with pytest.raises(Usage, match="folder"):
        output.check(tmp_path / "none" / "out", "the file")
    with pytest.raises(StorageFailed):
        output.new_file(tmp_path / "none" / "out").__enter__()


def test_pouring_passes_errors_on_from_both_sides(tmp_path: Path) -> None:
    def chunks(count: int) -> Iterator[bytes]:
        for n in range(count):
            yield bytes([n % 256]) * 1000
        if count < 200:
            raise Damaged("the rest is altered")

    with (tmp_path / "whole").open("wb") as file:
        seen: list[int] = []
        output.pour(chunks(500), file, lambda _: None, seen.append)
    assert (tmp_path / "whole").read_bytes() == b"".join(chunks(500))
    assert sum(seen) == 500_000
    with (tmp_path / "half").open("wb") as file, pytest.raises(Damaged):
        output.pour(chunks(100), file, lambda _: None)
    with (tmp_path / "whole").open("rb") as file, pytest.raises(OSError, match="write"):
        output.pour(chunks(500), file, lambda _: None)
    assert threading.active_count() < 5


def test_chunks_can_be_read_in_any_pieces() -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b"", b"abc", b"", b"defgh", b"i")

    assert output.ChunkReader(chunks()).readall() == b"abcdefghi"
    reader = output.ChunkReader(chunks())
    assert [reader.read(2) for _ in range(7)] == [b"ab", b"c", b"de", b"fg", b"h", b"i", b""]


# ---- the lock ----------------------------------------------------------------------------------------------------

_HOLD = """
import sys
from pathlib import Path
from vault.store import locks
with getattr(locks, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def _holder(kind: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _HOLD, kind, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_clean_up_never_runs_beside_a_writer(tmp_path: Path) -> None:
    with _holder("shared", tmp_path) as other:
        with locks.shared(tmp_path):
            pass
        with pytest.raises(Busy, match="another casevault"), locks.exclusive(tmp_path):
            pass
        other.communicate("go\n", timeout=20)
    with locks.exclusive(tmp_path):
        pass


def test_a_writer_waits_for_a_clean_up(tmp_path: Path) -> None:
    with _holder("exclusive", tmp_path) as other:
        got = threading.Event()

        def write() -> None:
            with locks.shared(tmp_path):
                got.set()

        thread = threading.Thread(target=write)
        thread.start()
        assert not got.wait(0.2)
        other.communicate("go\n", timeout=20)
        assert got.wait(20)
        thread.join()


def test_a_killed_holder_holds_no_longer(tmp_path: Path) -> None:
    with _holder("shared", tmp_path) as other:
        other.kill()
    with locks.exclusive(tmp_path):
        pass


def test_a_folder_that_is_gone_can_not_be_locked(tmp_path: Path) -> None:
    with pytest.raises(CasevaultError), locks.shared(tmp_path / "none"):
        pass
