"""What of a proposed name is not a kept person's own: a relative who is named with the applicant's surname."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..model.findings import Span
from .names import context
from .names.folding import TOKEN
from .names.matcher import Match

_APART = re.compile(r"[,;:()/\n\r\t\u2022]|\s(?:и|или|а|and|or|und|et|та|й|с|with)\s", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2}")


def own_words(text: str, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """The stretches that are kept people's own words and initials, sorted; those with no word between are one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(part for match in matches for part in match.parts):
        if out and (start <= out[-1][1] or not _WORD.search(text, out[-1][1], start)):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def others(text: str, span: Span, own: Sequence[tuple[int, int]], cased: bool) -> list[Span]:
    """The pieces of a proposed person that stay proposals beside `own`, the stretches of kept people, sorted.

    Names behind a comma, a line's end or an "and" are judged apart. A piece of kept people's words alone falls away;
    one that holds another name too ("Дзагоев Исмаил Исаевич" where Умар Исаевич Дзагоев is kept) stays, whole.
    """
    touched = [(start, end) for start, end in own if start < span.end and end > span.start]
    if not touched:
        return [span]
    return [
        replace(span, start=start, end=end)
        for start, end in _pieces(text, span)
        if _has_other_name(text, start, end, touched, cased)
    ]


def without_kept(text: str, span: Span, kept: Sequence[Match]) -> Span:
    """A protected person's span without a kept person's whole name at its edge, behind a comma or a line's end."""
    whole = [own_words(text, [match]) for match in kept if _has_two_parts(match) and not match.conflict]
    names = [stretches[0] for stretches in whole if len(stretches) == 1]
    pieces = _pieces(text, span)
    while len(pieces) > 1 and _is_name(text, pieces[0], names):
        pieces.pop(0)
    while len(pieces) > 1 and _is_name(text, pieces[-1], names):
        pieces.pop()
    return replace(span, start=pieces[0][0], end=pieces[-1][1]) if pieces else span


def _has_two_parts(match: Match) -> bool:
    """More than a surname, of which a half may be a part too."""
    return match.parts[0][1] <= max(start for start, _ in match.parts) if match.parts else False


def _is_name(text: str, piece: tuple[int, int], names: Sequence[tuple[int, int]]) -> bool:
    """Whether a piece is one of these names, but for signs around it."""
    return any(
        start < piece[1]
        and end > piece[0]
        and not _WORD.search(text, min(start, piece[0]), max(start, piece[0]))
        and not _WORD.search(text, min(end, piece[1]), max(end, piece[1]))
        for start, end in names
    )


def _pieces(text: str, span: Span) -> list[tuple[int, int]]:
    out, at = [], span.start
    for seam in [*_APART.finditer(text, span.start, span.end), None]:
        end = span.end if seam is None else seam.start()
        while at < end and text[at].isspace():
            at += 1
        while end > at and text[end - 1].isspace():
            end -= 1
        if at < end:
            out.append((at, end))
        at = span.end if seam is None else seam.end()
    return out


def _has_other_name(text: str, start: int, end: int, own: Sequence[tuple[int, int]], cased: bool) -> bool:
    return any(
        _may_be_name(word.group(), cased)
        for word in TOKEN.finditer(text, start, end)
        if not any(first < word.end() and word.start() < last for first, last in own)
    )


def _may_be_name(word: str, cased: bool) -> bool:
    if len(word) < 2 or context.is_particle(word) or context.is_title(word) or (cased and not word[0].isupper()):
        return False
    marks, known = context.marks_of(word)
    return bool(marks) or not known
