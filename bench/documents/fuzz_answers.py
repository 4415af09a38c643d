"""Answers that a worker might give which a document has taken over, and whether its parent comes through them.

Made by Hypothesis: nearly right ones with anything at all in some of their places, and raw JSON of kinds that
Python's own writer never writes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox import checked, frames, looking, names, unpacking
from vault.sandbox.frames import Answer
from vault.sandbox.transport import unwrapped

KEYS = st.sampled_from([
    "messages", "type", "id", "text", "from", "participants", "sender_name", "timestamp_ms", "photos", "uri",
    "header", "title",
    "time", "Comment", "Date", "data", "media", "chats", "list", "poll", "reactions", "name", "members",
    "notes", "pages",
    "blocks", "kind", "level", "number", "width", "height", "media_type", "note", "status", "answer", "reason",
    "words",
])  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([
    "personal_chat", "message", "done", "refused", "text", "paragraph", "picture", "encrypted", "text/html", 1, 0,
])  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)
CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)


def _broken(data: bytes, changes: Sequence[tuple[float, int]], cut: float) -> bytes:
    """The data with some bytes changed, and perhaps its end missing."""
    out = bytearray(data)
    for place, value in changes if out else ():
        out[int(place * len(out))] = value
    return bytes(out[: int(len(out) * cut) + 1]) if cut < 0.7 else bytes(out)


def whole_or_broken(made: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """What is made, and as often a damaged copy of it."""
    return made | st.builds(_broken, made, CHANGES, st.floats(0, 1))


_SIDES = st.lists(st.just(1.5) | st.floats() | SCALARS, min_size=4, max_size=4)
_WORD = st.tuples(st.just(0) | SCALARS, st.integers(0, 3) | SCALARS, st.integers(0, 9), st.none() | st.floats())
_WORDS = st.lists(st.builds(lambda word, box: [*word[:3], *box, word[3]], _WORD, _SIDES), max_size=2)
_BLOCK = st.fixed_dictionaries({
    "kind": st.just("paragraph") | SCALARS, "text": st.text(max_size=9) | SCALARS, "level": st.just(0) | SCALARS,
})  # fmt: skip
_PAGE = st.fixed_dictionaries(
    {
        "number": st.just(1) | SCALARS, "kind": st.just("text"), "width": st.just(0) | SCALARS,
        "height": st.just(0.5), "blocks": st.lists(_BLOCK, max_size=2) | SCALARS,
    },
    optional={"words": _WORDS | JSON, "unsure": st.lists(_SIDES, max_size=2) | JSON},
)  # fmt: skip
_SEEN = st.fixed_dictionaries({
    "number": st.just(1) | SCALARS, "looked": st.just(["ocr", "faces"]) | JSON,
    "blocks": st.lists(_BLOCK, max_size=2), "words": _WORDS | JSON, "unsure": st.lists(_SIDES, max_size=2) | JSON,
    "faces": st.lists(_SIDES, max_size=2),
})  # fmt: skip
_MEMBER = st.fixed_dictionaries({
    "name": st.text(max_size=9) | SCALARS, "media_type": st.sampled_from(["", "text/html"]) | SCALARS,
    "note": st.just(""),
})  # fmt: skip
_FOUND = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.just("PERSON") | SCALARS, st.just(900) | SCALARS)
)
NEARLY = st.one_of(
    st.fixed_dictionaries({"pages": st.lists(_PAGE, min_size=1, max_size=2), "notes": st.just([]) | JSON}),
    st.fixed_dictionaries({"members": st.lists(_MEMBER, max_size=3), "notes": st.just([["media", 1]]) | JSON}),
    st.fixed_dictionaries({"pages": st.lists(_SEEN, min_size=1, max_size=1)}),
    st.fixed_dictionaries({"found": _FOUND | JSON}),
)
DEPTHS = st.integers(1, 60) | st.integers(700, 1100)
ODD = st.one_of(
    st.sampled_from(
        [b"1e999", b"-1e999", b"-0", b"1" * 4301, b"1e-400", b'"\\ud800"', b'"\\u0000"', b"NaN", b"[", b"{}"]
    ),
    DEPTHS.map(lambda depth: b"[" * depth + b"]" * depth),
    DEPTHS.map(lambda depth: b'{"kind":' * depth + b"1" + b"}" * depth),
)
"""JSON that none of Python's own values is written as, and nesting about as deep as Python reads it."""


def _with_odd(header: bytes, odd: bytes, place: float) -> bytes:
    """One value of the JSON replaced: what stands behind a colon, to the next sign."""
    colons = [at for at, byte in enumerate(header) if byte == 0x3A]
    start = colons[int(place * len(colons))] + 1
    ends = [at for at in (header.find(sign, start) for sign in (b",", b"}", b"]")) if at > 0]
    return header[:start] + odd + header[min(ends, default=len(header)) :]


_HEADERS = (JSON | NEARLY).map(lambda value: json.dumps({"status": "done", "answer": value}).encode())


def framed(header: bytes, blobs: Sequence[bytes]) -> bytes:
    """An answer in its form."""
    tail = b"".join(struct.pack(">Q", len(blob)) + blob for blob in blobs)
    return b"CVA1" + struct.pack(">I", len(header)) + header + struct.pack(">I", len(blobs)) + tail


FRAMES = whole_or_broken(
    st.builds(
        framed,
        _HEADERS | st.builds(_with_odd, _HEADERS, ODD, st.floats(0, 1, exclude_max=True)),
        st.lists(st.binary(max_size=9), max_size=3),
    )
)
TEXT_SIZE = 9
PARSERS: tuple[Callable[[Answer], object], ...] = (
    lambda answer: checked.document(answer.header),
    unpacking.checked_answer,
    lambda answer: looking.looked(answer.header, [1], ocr=True, faces=True),
    lambda answer: names._checked(answer.header.get("found"), TEXT_SIZE),
    lambda answer: checked.pdf(answer.blobs),
    lambda answer: checked.docx(answer.blobs),
)


def believed(data: bytes) -> None:
    """The parent's side of an answer that anybody may have written: what the session reads and what a job's end is.

    Raises BrokenAnswer or Refused; anything else is a fault of the parent.
    """
    _of_a_session(data)
    answer = unwrapped(frames.parse_answer([data]))
    refusals = 0
    for parse in PARSERS:
        try:
            parse(answer)
        except Refused as refused:
            last, refusals = refused, refusals + 1
    if refusals == len(PARSERS):
        raise last


def _of_a_session(data: bytes) -> None:
    rest = memoryview(data)

    def exactly(size: int) -> bytes:
        nonlocal rest
        if len(rest) < size:
            raise EOFError
        taken, rest = rest[:size], rest[size:]
        return bytes(taken)

    try:
        unwrapped(frames.read_answer(exactly, 1 << 20))
    except (EOFError, frames.BrokenAnswer, Refused):
        return
