"""One pass over a text: which words may be part of a listed name, also when a word is broken up.

Besides plain words it puts together what a line break, a hyphen or a stray space has cut in two, and words whose
letters stand apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .folding import HYPHENS, IGNORABLE, TOKEN
from .index import UNCERTAIN, Candidate, Index

_BREAK = re.compile(rf"[{IGNORABLE}]*[{HYPHENS}\u00ad][\s{IGNORABLE}]{{0,6}}")
_SPACE = re.compile(r"\s{1,3}")
_SPACED = re.compile(r"\s{1,3}|[.\-\u2010\u2011\u00b7_*] {0,1}")
# The machine-readable line of a passport: kind of document, state, and at once the surname.
_MRZ = re.compile("(?<![A-Z0-9<])(?:[PIACV]<)?([A-Z]{3}|[PIACV][A-Z]{4})(?=[A-Z]{2,39}<)(?<=[PIACV][A-Z<][A-Z]{3})")
_MIN_SPLIT = 6
_MIN_SPACED = 4
_MAX_SPACED = 24


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of the text that may be a name part; `word` is it without what breaks it up."""

    start: int
    end: int
    word: str
    candidates: tuple[Candidate, ...]
    broken: bool = False


@dataclass(slots=True)
class _Word:
    start: int
    end: int
    text: str
    found: bool


def scan(text: str, index: Index) -> list[Hit]:
    """All hits in order of their start; those of broken words may overlap others."""
    hits: list[Hit] = []
    heads = {match.start(1): match.end() for match in _MRZ.finditer(text)} if "<" in text else {}
    before: _Word | None = None
    spaced: list[tuple[int, int, str]] = []
    for match in TOKEN.finditer(text):
        token = match.group()
        start, end = match.span()
        candidates = index.find(token)
        if start in heads and not candidates:
            start = heads[start]
            token = text[start:end]
            candidates = index.find(token)
        if candidates:
            hits.append(Hit(start, end, token, candidates))
        word = _Word(start, end, token, any(one.quality not in UNCERTAIN for one in candidates))
        if before is not None and start - before.end <= 8 and _may_be_whole(text, before, word, index):
            whole = _mended(text, before, word, index)
            if whole is not None:
                hits.append(whole)
        single = len(token) == 1 and token.isalpha()
        if single and (not spaced or _is_spaced(text, spaced[-1][1], start)):
            spaced.append((start, end, token))
        elif spaced:
            hits += _close_up(spaced, index)
            spaced = [(start, end, token)] if single else []
        before = word
    hits += _close_up(spaced, index)
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    return hits


def _is_spaced(text: str, end: int, start: int) -> bool:
    return start - end <= 3 and bool(_SPACED.fullmatch(text, end, start))


def _may_be_whole(text: str, left: _Word, right: _Word, index: Index) -> bool:
    """A quick no for nearly every pair of words."""
    if right.start - left.end == 1 and text[left.end] == " ":
        return not (left.found and right.found) and index.is_exact((left.text + right.text).lower())
    return True


def _mended(text: str, left: _Word, right: _Word, index: Index) -> Hit | None:
    """The two words as one, when a break stands between them and the whole is a name part without an error."""
    is_line = "\n" in text[left.end : right.start]
    if _BREAK.fullmatch(text, left.end, right.start):
        found = index.find(left.text + right.text)
        if not is_line or left.found or right.found:
            found = tuple(one for one in found if one.quality not in UNCERTAIN)
    elif left.found and right.found:
        return None
    elif len(left.text) > 1 and len(right.text) > 1 and _SPACE.fullmatch(text, left.end, right.start):
        if right.text[0].isupper() and not left.text[-1].isupper():
            return None
        whole = left.text + right.text
        if len(whole) < _MIN_SPLIT:
            return None
        if not is_line and not index.is_exact(whole.lower()):
            return None
        found = tuple(one for one in index.find(whole) if one.quality not in UNCERTAIN)
    else:
        return None
    return Hit(left.start, right.end, left.text + right.text, found, True) if found else None


def _close_up(letters: list[tuple[int, int, str]], index: Index) -> list[Hit]:
    """Names in a run of single letters: words set apart by wider gaps first, then the longest from each start."""
    hits: list[Hit] = []
    if len(letters) == _MIN_SPACED - 1 and letters[0][2].isupper():
        whole = _spelled(letters, index)
        is_exact = whole is not None and whole.candidates[0].quality == "exact"
        return [whole] if whole is not None and (is_exact or whole.word.isupper()) else hits
    if len(letters) < _MIN_SPACED:
        return hits
    narrow = min(right[0] - left[1] for left, right in pairwise(letters))
    word = [letters[0]]
    for left, right in pairwise(letters):
        if right[0] - left[1] > narrow:
            hits += _spaced_word(word, index)
            word = []
        word.append(right)
    return hits + _spaced_word(word, index)


def _spaced_word(letters: list[tuple[int, int, str]], index: Index) -> list[Hit]:
    if len(letters) < _MIN_SPACED:
        return []
    whole = _spelled(letters, index) if len(letters) <= _MAX_SPACED else None
    if whole is not None:
        return [whole]
    hits: list[Hit] = []
    at = 0
    while at <= len(letters) - _MIN_SPACED:
        start = "".join(letter for _, _, letter in letters[at : at + _MIN_SPACED])
        found = None
        if index.may_start(start):
            for width in range(min(len(letters) - at, _MAX_SPACED), _MIN_SPACED - 1, -1):
                found = _spelled(letters[at : at + width], index)
                if found is not None:
                    hits.append(found)
                    break
        at += len(found.word) if found is not None else 1
    return hits


def _spelled(run: list[tuple[int, int, str]], index: Index) -> Hit | None:
    word = "".join(letter for _, _, letter in run)
    found = tuple(one for one in index.find(word) if one.quality not in UNCERTAIN)
    return Hit(run[0][0], run[-1][1], word, found, True) if found else None
