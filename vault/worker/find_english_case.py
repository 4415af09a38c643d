"""Capitals for text that is written without any, or all in capitals: a view of the same length to read instead.

Which words are written small is known from a model's own list of words, ordered by how often each spelling occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import find_english_words as words

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_LINE = re.compile(r"[^\n]+")
_FEWEST_LETTERS = 8
_MOSTLY = 0.75
_WRAPPED = 60  # a line this long goes on in the next, which then need not begin with a capital
_CONTRACTED = re.compile(r"[’'](?:s|t|m|d|ll|re|ve)$", re.IGNORECASE)


def everyday(spellings: Iterable[str]) -> frozenset[str]:
    """Words that are written small more often than with a capital; `spellings` come the most frequent first."""
    seen: set[str] = set()
    small: set[str] = set()
    for spelling in spellings:
        if not spelling.isalpha():
            continue
        lower = spelling.lower()
        if lower not in seen:
            seen.add(lower)
            if spelling == lower:
                small.add(lower)
    return frozenset(small)


def restored(text: str, small: frozenset[str]) -> str:
    """The text with each line that is all capitals, or has none, written as usual; every offset stays the same."""
    out: list[str] = []
    at = 0
    wrapped = False
    for match in _LINE.finditer(text):
        line = match.group()
        letters = sum(map(str.isalpha, line))
        capitals = sum(map(str.isupper, line))
        shouted = letters >= _FEWEST_LETTERS and capitals > _MOSTLY * letters
        hushed = letters >= _FEWEST_LETTERS and not capitals and not wrapped
        if shouted or hushed:
            out.append(text[at : match.start()])
            out.append(_WORD.sub(lambda word: _written(word.group(), small), line))
            at = match.end()
        wrapped = (
            not shouted and len(line) >= _WRAPPED and capitals > 0 and text[match.end() : match.end() + 2] != "\n\n"
        )
    out.append(text[at:])
    return "".join(out)


def _written(word: str, small: frozenset[str]) -> str:
    lower = word.lower()
    bare = _CONTRACTED.sub("", lower)
    if len(lower) != len(word):
        return word
    everyday_word = bare in small or bare in words.STOP or len(bare) < 2
    if everyday_word and bare not in words.MONTHS_LONG and bare not in words.WEEKDAYS and bare not in words.DEMONYMS:
        return lower
    capital = lower[:1].upper()
    return capital + lower[1:] if len(capital) == 1 else lower
