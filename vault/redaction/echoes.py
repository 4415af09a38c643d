"""Names that were found once in a text and stand there again, in any case: what a rule or a model saw by a title
beside it, neither sees where the bare surname stands. Russian; the English models look for repetitions themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..model.findings import Span
from . import morphology
from .names.context import with_address
from .names.matcher import is_cased

SOURCE = "rule"
_WORD = re.compile("[\u0410-\u044f\u0401\u0451]{3,40}(?:[-\u2010\u2011][\u0410-\u044f\u0401\u0451]{1,40}){0,3}")
_SENTENCE_START = re.compile(
    r"(?:^|[.!?\u2026\n\r\u2022*:][\"'\u00bb\u201d)]?\s*|[\u00ab\u201e\"(\u2013\u2014-]\s*)$"
)
_SCORE = 0.6
_MAX_ABBREVIATION = 5  # «ИНН» is no form of Инна
_WHY = "a name that stands elsewhere in this text"


def find(text: str, people: Iterable[Span]) -> list[Span]:
    """Proposals for the words of these people's names wherever else they stand, sorted."""
    taken = sorted((span.start, span.end) for span in people)
    cased = is_cased(text)
    wanted = _lemmas(text, taken, cased)
    if not wanted:
        return []
    out: list[Span] = []
    at = 0
    for match in _WORD.finditer(text):
        while at < len(taken) and taken[at][1] <= match.start():
            at += 1
        if at < len(taken) and taken[at][0] < match.end():
            continue
        if _is_name(text, match, cased) and not wanted.isdisjoint(_forms(match.group())):
            start = with_address(text, match.start())
            out.append(Span(start, match.end(), "PERSON", None, SOURCE, _SCORE, False, _WHY))
    return out


def _lemmas(text: str, stretches: Sequence[tuple[int, int]], cased: bool) -> set[str]:
    found: set[str] = set()
    for start, end in stretches:
        for match in _WORD.finditer(text, start, end):
            small = match.group().lower()
            if (cased and match.group()[0].isupper()) or not morphology.is_everyday(small):
                found |= _forms(small)
    return found


def _forms(word: str) -> set[str]:
    """What the word may be a form of, as a name where the dictionary has it as one."""
    small = word.lower()
    parses = morphology.parses(small)
    named = {str(parse.normal_form) for parse in parses if parse.tag.grammemes & morphology.NAME_MARKS}
    return named or {str(parse.normal_form) for parse in parses if "NOUN" in parse.tag} | {small}


def _is_name(text: str, match: re.Match[str], cased: bool) -> bool:
    word = match.group()
    small = word.lower()
    if not cased:
        return not morphology.is_everyday(small)
    if not word[0].isupper() or (word.isupper() and len(word) <= _MAX_ABBREVIATION):
        return False
    first = bool(_SENTENCE_START.search(text[max(0, match.start() - 4) : match.start()]))
    return not (first and morphology.is_everyday(small))
