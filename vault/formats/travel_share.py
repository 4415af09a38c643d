"""What a trustee keeps while somebody travels: canonical JSON, then spaces to a full page, sealed as an age file.

    {"casevault":"travel-share","count":3,"instructions":"…","need":2,"share":"word word …","v":1,"wait":24}

`share` is a SLIP-39 share, `wait` the hours that were agreed on. There is no name, date or id in it: whoever opens it
learns that they hold one of `count` shares and what to do, and not of which vault or of whose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical

MAGIC: Final = "travel-share"
VERSION: Final = 1
PAGE: Final = 4096
"""Every file is as long as every other one: its length tells nothing of the words in it."""
MAX_BYTES: Final = 4 * PAGE
MAX_COUNT: Final = 16
MAX_WAIT: Final = 24 * 365
MAX_WORDS: Final = 1000
"""Characters of a share; 33 words of at most eight letters take less than 300."""
MAX_INSTRUCTIONS: Final = 3000
_WHAT: Final = "the share"
_MEMBERS: Final = {"casevault", "v", "count", "instructions", "need", "share", "wait"}


@dataclass(frozen=True, slots=True, repr=False)
class TravelShare:
    """One share of `count`, of which `need` open; `wait` in hours. The words are not checked here."""

    share: str
    need: int
    count: int
    wait: int
    instructions: str


def serialise(share: TravelShare) -> bytes:
    """The bytes that are sealed to the trustee. Raises ValueError for what does not fit."""
    data = canonical.dump(
        {
            "casevault": MAGIC, "v": VERSION, "count": share.count, "instructions": share.instructions,
            "need": share.need, "share": share.share, "wait": share.wait,
        }
    )  # fmt: skip
    return padded(data, PAGE)


def parse(untrusted_data: bytes) -> TravelShare:
    """Read what was sealed. Raises Damaged, NewerFormat."""
    found = members(untrusted_data, MAGIC, VERSION, _WHAT, MAX_BYTES)
    if set(found) != _MEMBERS:
        raise Damaged(f"{_WHAT} is not valid")
    share, instructions = found["share"], found["instructions"]
    numbers = [found[name] for name in ("need", "count", "wait")]
    if not all(type(number) is int for number in numbers):
        raise Damaged(f"{_WHAT} is not valid")
    need, count, wait = numbers
    texts = isinstance(share, str) and isinstance(instructions, str)
    if not texts or len(share) > MAX_WORDS or len(instructions) > MAX_INSTRUCTIONS:
        raise Damaged(f"{_WHAT} is not valid")
    if not (1 <= need <= count <= MAX_COUNT and 0 <= wait <= MAX_WAIT):
        raise Damaged(f"{_WHAT} is not valid")
    return TravelShare(share, need, count, wait, instructions)


def padded(data: bytes, page: int) -> bytes:
    """With spaces up to a full page."""
    return data + b" " * (-len(data) % page)


def members(untrusted_data: bytes, magic: str, version: int, what: str, limit: int) -> dict[str, Any]:
    """The members of a travel file; blanks at its end, ours or those of mail and editors, are none of it.

    Raises Damaged if it is something else, NewerFormat.
    """
    if len(untrusted_data) > limit:
        raise Damaged(f"{what} is larger than it may be")
    found = canonical.load(untrusted_data.rstrip(b" \t\r\n"), what, limit=limit)
    if not isinstance(found, dict) or found.get("casevault") != magic:
        raise Damaged(f"{what} is something else")
    if type(found.get("v")) is int and found["v"] > version:
        raise NewerFormat(f"{what} was made by a later version of Casevault")
    if type(found.get("v")) is not int or found["v"] != version:
        raise Damaged(f"{what} is not valid")
    return found
