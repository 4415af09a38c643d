"""The initials of a listed person: how other scripts write them, and where they give somebody away by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import check_skeleton as sk
from .check_people import cut

# Latin letters that a romanised name may begin with, beside the one that its code begins with.
_INITIALS = {"е": "ey", "ю": "y", "я": "y", "с": "sc", "к": "kc", "г": "gh", "х": "kh", "в": "vw", "з": "z",
             "ж": "zj", "ш": "s", "ц": "tc", "ч": "c", "и": "i", "й": "iy"}  # fmt: skip


def both_scripts(letters: set[str]) -> set[str]:
    out = set(letters)
    for letter in letters:
        for code in sk.coarse(letter):
            out.update(code[:1].lower())
        if sk.is_cyrillic(letter):
            out.update(_INITIALS.get(letter, ""))
    return out


def _any_spelling(name: str) -> str:
    """A class of letters: the first one of a name, small and large, Cyrillic and Latin."""
    letters = both_scripts({name[0]})
    return "[" + "".join(sorted(re.escape(c) for one in letters for c in {one, one.upper()})) + "]"


def initial_patterns(names: Sequence[str]) -> Iterator[re.Pattern[str]]:
    """Three initials of a full name (О.И.К.), and two that stand beside a label or a black box."""
    for name in names:
        parts = dict(reversed(cut(name)))
        if not {"given", "patronymic", "surname"} <= parts.keys():
            continue
        given, middle, last = (re.escape(parts[r][0].upper()) for r in ("given", "patronymic", "surname"))
        gap = r"\.\s?"
        yield re.compile(rf"(?<![\w.]){given}{gap}{middle}{gap}{last}\.(?!\s?\w\.)")
        yield re.compile(rf"(?<![\w.]){last}{gap}{given}{gap}{middle}\.(?!\s?\w\.)")
        yield re.compile(rf"(?<![\w.]){given}{gap}{middle}\.?\s{{0,2}}(?=[\[\u2588])")
        yield re.compile(rf"(?<=[\]\u2588])\s{{0,2}}{given}{gap}{middle}\.")
        first, second = (_any_spelling(parts[role]) for role in ("given", "patronymic"))
        yield re.compile(rf"(?<=[\]\u2588])[\s,.;]{{0,3}}{first}(?:\.\s?|\s){second}(?!\w)(?!\.[^\W_])")
        yield re.compile(rf"(?<=[\]\u2588])\.?{second}(?![\w])")
