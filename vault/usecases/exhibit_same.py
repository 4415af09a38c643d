"""Exhibits that are there twice: the same file, the same or nearly the same text, the same picture."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from vault.model.document import Document
from vault.usecases import exhibit_pictures

SHINGLE = 5
"""Words that stand together: two texts are compared by what share of such runs is in both."""
NEARLY = 0.9
SKETCH = 64
"""The smallest hashes that stand for a text: two texts that share none of them are not nearly the same."""
MOST_HOLDERS = 50
"""Texts with one such run in common that are compared with each other."""
FEW_LETTERS, MANY_LETTERS = 40, 400
"""Letters below which a text is too short to be the same as another, and above which a picture is a page of text."""
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Paper:
    """One exhibit, as far as it can be compared."""

    label: str
    sha256: bytes
    text: str
    document: Document | None


def pairs(read: Sequence[Paper]) -> Iterator[tuple[tuple[str, str], str]]:
    """The labels of each two that are the same, once, and a sentence that says in which way."""
    told: set[tuple[str, str]] = set()
    for pair, text in (*_same_bytes(read), *_same_text(read), *_same_picture(read)):
        if pair not in told:
            told.add(pair)
            yield pair, text


def _same_bytes(read: Sequence[Paper]) -> Iterator[tuple[tuple[str, str], str]]:
    first: dict[bytes, str] = {}
    for one in read:
        other = first.setdefault(one.sha256, one.label)
        if other != one.label:
            yield (other, one.label), f"exhibits {other} and {one.label} are the same file"


def _same_text(read: Sequence[Paper]) -> Iterator[tuple[tuple[str, str], str]]:
    figures = [sorted(re.findall(r"\d+", one.text)) for one in read]
    shingles = [_shingles(one.text) for one in read]
    first: dict[tuple[frozenset[int], tuple[str, ...]], int] = {}
    for place, runs in enumerate(shingles):
        other = first.setdefault((runs, tuple(figures[place])), place)
        if runs and other != place:
            pair = read[other].label, read[place].label
            yield pair, f"exhibits {pair[0]} and {pair[1]} have the same text"
    holders: dict[int, list[int]] = {}
    for place in first.values():
        for hashed in sorted(shingles[place])[:SKETCH]:
            holders.setdefault(hashed, []).append(place)
    near = {pair for places in holders.values() for pair in combinations(places[:MOST_HOLDERS], 2)}
    for one, other in sorted(near):
        mine, theirs = shingles[one], shingles[other]
        if len(mine & theirs) < NEARLY * len(mine | theirs):
            continue
        if figures[one] == figures[other] or _is_scan(read[one]) or _is_scan(read[other]):
            pair = read[one].label, read[other].label
            yield pair, f"exhibits {pair[0]} and {pair[1]} have nearly the same text"


def _is_scan(paper: Paper) -> bool:
    """Whether a machine has read it, which errs in digits too."""
    return paper.document is not None and any(page.kind == "picture" for page in paper.document.pages)


def _shingles(text: str) -> frozenset[int]:
    if len(_LETTERS.findall(text)) < FEW_LETTERS:
        return frozenset()
    words = re.findall(r"\w+", text.casefold())
    runs = [words[at : at + SHINGLE] for at in range(max(1, len(words) - SHINGLE + 1))]
    return frozenset(zlib.crc32(" ".join(run).encode()) for run in runs)


def _same_picture(read: Sequence[Paper]) -> Iterator[tuple[tuple[str, str], str]]:
    looks = [
        (one.label, one.document.pages[0].likeness) for one in read
        if one.document and len(one.document.pages) == 1 and len(_LETTERS.findall(one.text)) < MANY_LETTERS
    ]  # fmt: skip
    for one, other in exhibit_pictures.same_pictures(looks):
        yield (one, other), f"exhibits {one} and {other} show the same picture"
