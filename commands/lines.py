"""Splits a typed line into words: paths and names survive as people type them."""

from __future__ import annotations

import sys

from vault.errors import Usage

QUOTES = "\"'"


def split(line: str, *, windows: bool = sys.platform == "win32") -> list[str]:
    """Words between spaces. A quote counts at the start of a word only, so that O'Brien and д'Артаньян stay whole.

    A backslash keeps the next character, but not on Windows, where it stands in paths. Raises Usage for a quote
    that is not closed.
    """
    words: list[str] = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
        elif line[at] in QUOTES:
            end = line.find(line[at], at + 1)
            if end < 0:
                raise Usage("a quotation mark is not closed")
            words.append(line[at + 1 : end])
            at = end + 1
        else:
            word, at = _bare(line, at, windows)
            words.append(word)
    return words


def _bare(line: str, at: int, windows: bool) -> tuple[str, int]:
    kept = []
    while at < len(line) and not line[at].isspace():
        if line[at] == "\\" and not windows and at + 1 < len(line):
            at += 1
        kept.append(line[at])
        at += 1
    return "".join(kept), at
