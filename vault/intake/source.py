"""Opens a source file for one safe pass: regular files only, and noticed if it changes under our eyes."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from vault.errors import CasevaultError, Usage

HEAD_BYTES = 64 * 1024


class SourceFile(io.RawIOBase):
    """A source being read. Errors of the file system become ours, and name no file."""

    def __init__(self, file: BinaryIO, size: int | None) -> None:
        self._file = file
        self.size = size
        self.head = b""

    def stat(self) -> os.stat_result:
        """The open file's own, whatever its name leads to by now."""
        return os.fstat(self._file.fileno())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            got = cast(io.FileIO, self._file).readinto(buffer) or 0
        except OSError as error:
            raise CasevaultError(f"the file can't be read to its end: {error.strerror}", kind="source") from None
        if got and len(self.head) < HEAD_BYTES:
            self.head += bytes(memoryview(buffer)[: min(got, HEAD_BYTES - len(self.head))])
        return got


@contextlib.contextmanager
def opened(path: Path) -> Iterator[SourceFile]:
    """Open `path` for reading; on leaving, make sure that it is still the same file with the same content.

    Raises Usage for what is not a regular file or can't be opened, CasevaultError if it changed meanwhile.
    """
    # Without O_NONBLOCK a FIFO would wait for a writer for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        handle = os.open(path, flags)
    except (FileNotFoundError, ValueError):  # ValueError: a NUL in the path
        raise Usage("there is no such file", kind="source") from None
    except OSError as error:
        raise Usage(f"the file can't be opened: {error.strerror}", kind="source") from None
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            kind = "a folder" if stat.S_ISDIR(before.st_mode) else "not a regular file"
            raise Usage(f"this is {kind}", hint="Use -r to add a folder with all that is in it.", kind="source")
    except BaseException:
        os.close(handle)
        raise
    with open(handle, "rb", buffering=0, closefd=True) as file:  # noqa: PTH123 - a handle, not a path
        yield SourceFile(cast(BinaryIO, file), before.st_size)
        _check_unchanged(before, os.fstat(handle))


def _check_unchanged(before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise CasevaultError(
            "the file changed while it was read, so it was not added",
            hint="Close the program that writes to it, then add it again.",
            kind="source",
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What `walk` came upon: a file, or with an error what can't be added."""

    path: Path
    error: CasevaultError | None = None


def walk(folder: Path) -> Iterator[Found]:
    """Everything below a folder, in a stable order; nothing is left out in silence.

    Links are not followed, so no loop is possible. They, special files, and folders that can't be read come with
    an error of kind `source`.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(here, Usage(f"the folder can't be read: {error.strerror}", kind="source"))
            continue
        folders = []
        for entry in inside:
            if _is_folder(entry):
                folders.append(Path(entry.path))
            else:
                yield Found(Path(entry.path), _why_not(entry))
        waiting += reversed(folders)


def is_link(found: os.stat_result) -> bool:
    """Whether this is a symbolic link, or what Windows calls a junction; `found` comes from lstat."""
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return stat.S_ISLNK(found.st_mode) or (junction is not None and getattr(found, "st_reparse_tag", 0) == junction)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and not is_link(entry.stat(follow_symlinks=False))
    except OSError:
        return False


def _why_not(entry: os.DirEntry[str]) -> CasevaultError | None:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Usage(f"the file can't be opened: {error.strerror}", kind="source")
    if is_link(found):
        return Usage("this is a link: add what it leads to", kind="source")
    return None if stat.S_ISREG(found.st_mode) else Usage("this is not a regular file", kind="source")
