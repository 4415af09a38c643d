"""How a vault comes back: the request that its holder sends, and what a trustee answers.

The request is canonical JSON and a newline, readable by whoever intercepts it:

    {"casevault":"travel-request","key":"age1pq1…","sets":[12345],"v":1}

`key` is a fresh hybrid key that the answers are sealed to, `sets` the 15-bit numbers of the sets of shares that would
help: a trustee's program sees by them that it holds the right share, and nobody else learns which vault it is. The
code that is told by phone is a hash of all of it: 24 digits.

The answer is canonical JSON, then spaces to a full page, in an age file to that key:

    {"casevault":"travel-answer","request":"<SHA-256 of the request, hex>","share":"word word …","v":1}
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from vault.errors import Damaged
from vault.formats import canonical
from vault.formats.travel_share import MAX_WORDS, members, padded

REQUEST: Final = "travel-request"
ANSWER: Final = "travel-answer"
VERSION: Final = 1
MAX_REQUEST: Final = 8192
ANSWER_PAGE: Final = 1024
MAX_ANSWER: Final = 4 * ANSWER_PAGE
MAX_KEY: Final = 2000
MAX_SETS: Final = 64
MAX_SET: Final = (1 << 15) - 1
CODE_DIGITS: Final = 24
"""Nearly 80 bits: nobody finds a second key with the same code between a call and the next."""
_GROUP: Final = 4
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REQUEST: Final = "the request"
_ANSWER: Final = "the answer"


@dataclass(frozen=True, slots=True)
class Request:
    """`key` is the text of an age recipient; it is not checked here."""

    key: str
    sets: tuple[int, ...]

    def dump(self) -> bytes:
        """The file's bytes."""
        body = {"casevault": REQUEST, "v": VERSION, "key": self.key, "sets": list(self.sets)}
        return canonical.dump(body) + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes, hex."""
        return hashlib.sha256(self.dump()).hexdigest()

    @property
    def code(self) -> str:
        """What is read out over the phone: 24 digits in groups of four."""
        number = int.from_bytes(hashlib.sha256(self.dump()).digest(), "big") % 10**CODE_DIGITS
        return grouped(f"{number:0{CODE_DIGITS}}")


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """One trustee's share for the request with that digest. The words are not checked here."""

    request: str
    share: str


def grouped(digits: str) -> str:
    """Digits in groups of four."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def digits_of(typed: str) -> str:
    """The digits of a code as somebody typed it, whatever stands between them."""
    return "".join(c for c in typed if c.isascii() and c.isdecimal())


def parse_request(untrusted_data: bytes) -> Request:
    """Read a request. Raises Damaged, NewerFormat."""
    found = members(untrusted_data, REQUEST, VERSION, _REQUEST, MAX_REQUEST)
    if set(found) != {"casevault", "v", "key", "sets"}:
        raise Damaged(f"{_REQUEST} is not valid")
    key, sets = found["key"], found["sets"]
    if not isinstance(key, str) or len(key) > MAX_KEY or not isinstance(sets, list) or len(sets) > MAX_SETS:
        raise Damaged(f"{_REQUEST} is not valid")
    if not all(type(one) is int and 0 <= one <= MAX_SET for one in sets):
        raise Damaged(f"{_REQUEST} is not valid")
    return Request(key, tuple(sets))


def serialise_answer(answer: Answer) -> bytes:
    """The bytes that are sealed to the request's key."""
    data = canonical.dump({"casevault": ANSWER, "v": VERSION, "request": answer.request, "share": answer.share})
    return padded(data, ANSWER_PAGE)


def parse_answer(untrusted_data: bytes) -> Answer:
    """Read what was sealed. Raises Damaged, NewerFormat."""
    found = members(untrusted_data, ANSWER, VERSION, _ANSWER, MAX_ANSWER)
    if set(found) != {"casevault", "v", "request", "share"}:
        raise Damaged(f"{_ANSWER} is not valid")
    request, share = found["request"], found["share"]
    if not isinstance(request, str) or _HASH.fullmatch(request) is None:
        raise Damaged(f"{_ANSWER} is not valid")
    if not isinstance(share, str) or len(share) > MAX_WORDS:
        raise Damaged(f"{_ANSWER} is not valid")
    return Answer(request, share)
