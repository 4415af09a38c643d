"""Files that are added: regular ones only, in one pass, noticed if they change; and never changed by us."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vault.errors import CasevaultError, Usage
from vault.intake import source
from vault.intake.source import HEAD_BYTES


def read(path: Path) -> tuple[bytes, bytes]:
    with source.opened(path) as file:
        data = file.read() or b""
        assert file.size == path.stat().st_size
        return data, file.head


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, 300_000])
def test_a_file_is_read_whole_and_its_head_kept(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    before = path.stat()
    assert read(path) == (path.read_bytes(), path.read_bytes()[:HEAD_BYTES])
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns, before.st_mode) == (after.st_size, after.st_mtime_ns, after.st_mode)


@pytest.mark.parametrize(
    "name", ["ж" * 127, "a?b%20#c", " leading and trailing ", "new\nline", "'quotes\"", "повестка.pdf"]
)
@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert read(tmp_path / name)[0] == b"x"


@pytest.mark.skipif(os.name == "nt", reason="there are none")
def test_a_fifo_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(Usage, match="not a regular file"), source.opened(tmp_path / "fifo"):
        pass


@pytest.mark.parametrize("what", ["folder", "device", "missing", "link to nothing", "long", "nul"])
def test_what_is_no_file_is_refused_without_its_name(tmp_path: Path, what: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    path = {
        "folder": tmp_path, "device": Path(os.devnull), "missing": tmp_path / "Заречнов.pdf",
        "link to nothing": tmp_path / "link", "long": tmp_path / ("x" * 300), "nul": tmp_path / "a\0b",
    }[what]  # fmt: skip
    with pytest.raises(Usage) as caught, source.opened(path):
        pass
    assert caught.value.kind == "source"
    assert "Заречнов" not in caught.value.message
    if what == "folder":
        assert "-r" in caught.value.hint


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file that can't be read")
def test_an_unreadable_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(Usage, match="can't be opened"), source.opened(path):
        pass


def test_a_file_that_grows_shrinks_or_is_rewritten_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    def rewrite() -> None:
        path.write_bytes(b"y" * 5000)
        os.utime(path, ns=(1, 1))

    for change in (grow, rewrite, lambda: os.truncate(path, 10)):
        path.write_bytes(b"x" * 5000)

        def take(change: object = change) -> None:
            with source.opened(path) as file:
                file.read(100)
                change()  # type: ignore[operator]
                file.read()

        with pytest.raises(CasevaultError, match="changed while it was read"):
            take()


def test_a_file_that_vanishes_was_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5000)
    with source.opened(path) as file:
        first = file.read(100) or b""
        if os.name != "nt":
            path.unlink()
        assert first + (file.read() or b"") == b"x" * 5000


def test_errors_while_reading_are_ours(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5000)
    with path.open("wb", buffering=0) as unreadable, pytest.raises((CasevaultError, OSError)) as caught:
        source.SourceFile(unreadable, None).read(10)
    assert isinstance(caught.value, CasevaultError)


def test_a_folder_is_walked_in_a_stable_order_without_links(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/x/1", "c", "Я"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "to-file").symlink_to(tmp_path / "c")
    if os.name != "nt":
        os.mkfifo(tmp_path / "fifo")
    walked = list(source.walk(tmp_path))
    found = [one.path.relative_to(tmp_path).as_posix() for one in walked if one.error is None]
    assert found == ["c", "Я", "a/x/1", "b/1", "b/2"]
    failed = {one.path.relative_to(tmp_path).as_posix(): one.error for one in walked if one.error is not None}
    assert set(failed) == {"loop", "a/to-file"} | ({"fifo"} if os.name != "nt" else set())
    assert {error.kind for error in failed.values()} == {"source"}
