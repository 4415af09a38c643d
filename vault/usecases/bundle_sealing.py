"""The outer files of a bundle: an age file, a page that holds it, or a page beside it."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from vault.bundle import page
from vault.crypto import age, words
from vault.model import ids
from vault.store import output
from vault.usecases import outputs
from vault.usecases.bundle_order import Form, Job
from vault.usecases.bundle_packing import Draft

Outer = Literal["html", "html+age", "age"]
NAME_LETTERS = 6
_CHUNK, _TAG, _HEADER = 1 << 16, 16, 1 << 12
"""Bytes of an age file's chunk and its seal, and more than the header of one with words has."""


@dataclass(frozen=True, slots=True)
class OuterFile:
    """A file that is handed over: its hash in hex, its size in bytes."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written, first what is listed in the ledger. `words` is None where a key opens it."""

    form: Outer
    files: tuple[OuterFile, ...]
    words: str | None


def target(out: Path, form: Form) -> Path:
    """Where a bundle goes: a file as named, or one with a random name in an existing folder."""
    if not out.is_dir():
        return out
    drawn = "".join(secrets.choice(ids.ALPHABET) for _ in range(NAME_LETTERS))
    return out / f"EX-{drawn}.{form}"


def beside(path: Path) -> Path:
    """The age file that stands beside a page; the page can only name it in plain letters."""
    plain = path.with_suffix(".age")
    return plain if page.is_beside_name(plain.name) else target(path.parent, "age")


def check(path: Path, form: Form) -> None:
    """Refuse a place early. Raises SyncFolder, OutputExists, Usage."""
    outputs.check(path, "the bundle")
    if form == "html" and beside(path) != path:
        outputs.check(beside(path), "the file beside the bundle")


def outer(draft: Draft) -> Outer:
    """In which form it will be handed over."""
    if draft.job.order.form == "age":
        return "age"
    return "html" if fits_page(len(draft.payload)) else "html+age"


def fits_page(size: int) -> bool:
    """Whether a page holds the age file of so many bytes; else it lies beside the page."""
    return size + (size // _CHUNK + 1) * _TAG + _HEADER <= page.MAX_INLINE


@contextmanager
def sealed(draft: Draft, path: Path) -> Iterator[Sealed]:
    """The files, written and durable; they get their names once the body has ended well, all of them or none.

    So whoever notes them in the body does it after everything for which a disk needs room.
    """
    secret = words.generate(words.BUNDLE_WORDS) if draft.job.has_words else None
    form = outer(draft)
    paths = [beside(path), path] if form == "html+age" else [path]
    with output.new_files(paths) as files:
        written = [Counted(file) for file in files]
        _write(draft, form, secret, paths[0].name, written)
        output.settle(files)
        yield Sealed(form, tuple(one.about(where) for one, where in zip(written, paths, strict=True)), secret)


def _write(draft: Draft, form: Outer, secret: str | None, name: str, files: Sequence[Counted]) -> None:
    if form == "html":
        inner = io.BytesIO()
        _encrypt(draft, secret, inner)
        inner.seek(0)
        page.inline(cast(BinaryIO, files[0]), inner)
        return
    _encrypt(draft, secret, files[0])
    if form == "html+age":
        page.beside(cast(BinaryIO, files[1]), name, files[0].sha256)


def _encrypt(draft: Draft, secret: str | None, out: io.BytesIO | Counted) -> None:
    age.encrypt(io.BytesIO(draft.payload), out, [_recipient(draft.job, secret)])


def _recipient(job: Job, secret: str | None) -> age.Recipient:
    if secret is not None:
        return age.ScryptRecipient(secret)
    assert job.recipient is not None
    return age.parse_recipient(job.recipient.age_key)


class Counted:
    """A file that is written from start to end, hashed and counted on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._size = file, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview, /) -> int:
        self._digest.update(data)
        self._size += memoryview(data).nbytes
        return self._file.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def about(self, path: Path) -> OuterFile:
        """What was written so far, as the file of that name."""
        return OuterFile(path, self.sha256, self._size)
