"""The last look at a finished file before it is sealed, by code that shares nothing with what made it.

The file is opened in the jail, by `vault/worker/check_main.py`, which has its own idea of how names sound, its
own way through each format, and an allow list of what our own writers make. This module only asks and judges
the answer. An empty answer means: searched to the end, nobody found. Whatever can't be searched to the end is
refused, never called clean.

Two kinds of leaks come back. A channel that begins with "structure:" says that the file holds something that
a file of ours never holds (an attachment, a second revision, an invisible layer), whoever it names; its `form`
is empty. Any other channel says where a protected person was found; its `form` is that person's id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vault import sandbox
from vault.errors import Refused
from vault.model.findings import Leak
from vault.sandbox import Limits, extras
from vault.sandbox.standing import Standing

STRUCTURE = "structure:"
MAX_LEAKS = 2_000
LARGEST_COUNT = 10_000_000
MAX_PICTURES = 500  # that are read in one file; a picture takes seconds
PICTURES_A_PROCESS = 8
READING = Limits(cpu_seconds=600, wall_seconds=900.0)
# What any file of anybody holds and points at nobody. Our own files hold none of it; in others it is no leak.
ORDINARY = frozenset(
    f"{STRUCTURE}{what}"
    for what in (
        "date",
        "zip-date",
        "zip-extra",
        "image-kind",
        "tag",
        "tag-name",
        "tag-language",
        "image:jfif-extension",
    )
)

_CHANNEL = re.compile(r"[A-Za-z0-9:\-]{1,60}")
_WHERE = re.compile(r"[a-z0-9, \-]{0,120}")


@dataclass(frozen=True, slots=True)
class Protected:
    """A person who must not be in what leaves: full names and aliases as the case manager listed them, and
    telephone numbers, addresses, documents' numbers and handles."""

    id: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, how many pictures and pages of pixels the file has, and how many of them were read.

    `sheets` are the pages of a PDF, 0 of anything else.
    """

    leaks: tuple[Leak, ...]
    pictures: int
    read: int
    sheets: int = 0

    @property
    def pixels_read(self) -> bool:
        """Whether nothing of the file stayed unseen: without the extra for it, pixels do."""
        return self.read >= self.pictures


def check_file(
    data: bytes,
    media_type: str,
    protected: Sequence[Protected],
    *,
    allowed: Sequence[str] = (),
    expected: Collection[str] = (),
    accept_weak_jail: bool = False,
) -> list[Leak]:
    """Search one finished file in every channel that its format has.

    `allowed`: names of the people who stay. A hit that one of their name parts explains at least as well is
    none, unless something beside it tells the protected person apart: another part of their name, or an
    initial that is theirs alone. Shared surnames alone can't be told apart and pass; so the plan, not this
    check, answers for those. `expected`: structure channels that the caller made on purpose, such as
    "structure:invisible-text" for a searchable facsimile. Raises Refused (damaged, encrypted, unreadable,
    unsupported) for what can't be searched to its end. Pixels are read where the extra for it is installed; who must
    know whether they were asks `examine`.
    """
    examined = examine(
        data, media_type, protected, allowed=allowed, expected=expected, accept_weak_jail=accept_weak_jail
    )
    return list(examined.leaks)


def examine(
    data: bytes,
    media_type: str,
    protected: Sequence[Protected],
    *,
    allowed: Sequence[str] = (),
    expected: Collection[str] = (),
    pixels: bool = True,
    worker: Standing | None = None,
    accept_weak_jail: bool = False,
) -> Examined:
    """The same, and how much of the pixels was read: some four seconds a picture, none where `pixels` is false.

    A channel "pixels" says that a name can be read in a picture or on a page; "under boxes" in its `where`, that it
    can be read once the boxes drawn over a picture are taken away.
    """
    request = {**_people(protected, allowed), "media_type": media_type}
    leaks, pictures, sheets = _ask(request, [data], protected, accept_weak_jail, worker)
    read, readable = 0, min(pictures, MAX_PICTURES) if pixels and extras.ocr_present() else 0
    for first in range(1, readable + 1, PICTURES_A_PROCESS):
        last = min(first + PICTURES_A_PROCESS - 1, pictures, MAX_PICTURES)
        seen = _read_pixels({**request, "pixels": [first, last]}, data, protected, accept_weak_jail)
        if seen is None:
            break
        leaks += seen
        read = last
    return Examined(tuple(leak for leak in leaks if leak.channel not in expected), pictures, read, sheets)


def can_read_pixels(*, accept_weak_jail: bool = False) -> bool:
    """Whether the extra that reads pixels is there and starts."""
    return (
        _read_pixels({**_people((), ()), "media_type": "", "pixels": [1, 1]}, b"-", (), accept_weak_jail) is not None
    )


def checker(*, accept_weak_jail: bool = False) -> Standing:
    """A worker that checks one file after another, for files that hold nothing but text of our own setting."""
    return Standing("check", {**_people((), ()), "media_type": ""}, accept_weak_jail=accept_weak_jail)


def check_members(
    names: Sequence[str],
    protected: Sequence[Protected],
    *,
    allowed: Sequence[str] = (),
    worker: Standing | None = None,
    accept_weak_jail: bool = False,
) -> list[Leak]:
    """Search the file names and titles of a bundle; `where` is "name N", counting from 1. Raises Refused."""
    if not names:
        return []
    leaks, _, _ = _ask(
        {**_people(protected, allowed), "members": list(names)}, [], protected, accept_weak_jail, worker
    )
    return leaks


def names_found(leaks: Sequence[Leak]) -> list[Leak]:
    """The leaks that name a protected person, without those of structure alone."""
    return [leak for leak in leaks if not leak.channel.startswith(STRUCTURE)]


def _people(protected: Sequence[Protected], allowed: Sequence[str]) -> dict[str, object]:
    people = [{"id": p.id, "names": list(p.names), "identifiers": list(p.identifiers)} for p in protected]
    return {"protected": people, "allowed": list(allowed)}


def _ask(
    request: Mapping[str, object],
    blobs: Sequence[bytes],
    protected: Sequence[Protected],
    accept_weak_jail: bool,
    worker: Standing | None,
) -> tuple[list[Leak], int, int]:
    if worker is None:
        answer = sandbox.run("check", request, blobs, accept_weak_jail=accept_weak_jail)
    else:
        answer = worker.ask(request, b"".join(blobs))
    if answer.blobs:
        raise _senseless()
    pictures, sheets = (_count(answer.header.get(name, 0)) for name in ("pictures", "sheets"))
    return _all_believed(answer.header.get("leaks"), protected), pictures, sheets


def _count(untrusted: object) -> int:
    if type(untrusted) is not int or not 0 <= untrusted <= LARGEST_COUNT:
        raise _senseless()
    return untrusted


def _read_pixels(
    request: Mapping[str, object], data: bytes, protected: Sequence[Protected], accept_weak_jail: bool
) -> list[Leak] | None:
    """What can be read in some of the pictures; None where the extra for it is missing."""
    answer = sandbox.run("check", request, [data], READING, accept_weak_jail=accept_weak_jail)
    if answer.blobs or not isinstance(answer.header.get("read"), bool):
        raise _senseless()
    return _all_believed(answer.header.get("leaks"), protected) if answer.header["read"] else None


def _all_believed(untrusted_leaks: object, protected: Sequence[Protected]) -> list[Leak]:
    if not isinstance(untrusted_leaks, list) or len(untrusted_leaks) > MAX_LEAKS:
        raise _senseless()
    known = {p.id for p in protected}
    return [_believed(leak, known) for leak in untrusted_leaks]


def _believed(untrusted_leak: object, known: Collection[str]) -> Leak:
    """A leak whose words are all ours: the worker may have been taken over by the file."""
    if not (isinstance(untrusted_leak, list) and len(untrusted_leak) == 3):
        raise _senseless()
    channel, where, form = untrusted_leak
    if not (isinstance(channel, str) and _CHANNEL.fullmatch(channel)):
        raise _senseless()
    if not (isinstance(where, str) and _WHERE.fullmatch(where)):
        raise _senseless()
    if not isinstance(form, str) or (form not in known and not (form == "" and channel.startswith(STRUCTURE))):
        raise _senseless()
    return Leak(channel, where, form)


def _senseless() -> Refused:
    return Refused("the leak check gave an answer that makes no sense", kind="damaged")
