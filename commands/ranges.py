"""Findings as people type them: F-12, 12, 5-12, F-4,F-7 13."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vault.errors import Usage

MAX_FINDINGS = 200_000
_ONE = re.compile(r"(?:f-?)?(\d{1,7})", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"(?:f-?)?(\d{1,7})(?:-|\u2013|\.\.)(?:f-?)?(\d{1,7})", re.IGNORECASE | re.ASCII)
_REPEATABLE = re.compile(r"[fF\d.\u2013-]{1,20}", re.ASCII)


def findings(words: Sequence[str]) -> list[str]:
    """The ids, in order, each once. Raises Usage that tells what is not understood: the word itself where it has the
    signs of a number alone, else its place, as it may be somebody's name."""
    out: dict[str, None] = {}
    for place, word in enumerate((part for typed in words for part in typed.split(",") if part.strip()), 1):
        out.update(dict.fromkeys(f"F-{number}" for number in _numbers(word.strip(), place)))
        if len(out) > MAX_FINDINGS:
            raise Usage("these are more findings than one plan can hold")
    return list(out)


def _numbers(word: str, place: int) -> Sequence[int]:
    one, several = _ONE.fullmatch(word), _RANGE.fullmatch(word)
    if one:
        return (int(one.group(1)),)
    first, last = (int(several.group(1)), int(several.group(2))) if several else (1, 0)
    if 0 <= last - first < MAX_FINDINGS:
        return range(first, last + 1)
    hint = "Findings are typed as F-12, 12, 5-12 or 4,7,13."
    if _REPEATABLE.fullmatch(word):
        raise Usage(f"{word} is no finding and no range of them", hint=hint)
    raise Usage(f"the word in place {place} is no finding and no range of them", hint=hint)
