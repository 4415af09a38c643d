"""Names that were found once in a text and stand there again, in any case: what a rule or a model saw by a title
beside it, neither sees where the bare surname stands. In one text Russian alone, as the English models look for
repetitions themselves; from one document of a case to the others, Russian and Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..model.findings import Span
from . import morphology
from .names.context import is_title, with_address
from .names.matcher import is_cased
from .names.romanise import cyrillic_keys, is_romanised, latin_keys, to_cyrillic

__all__ = ["Known", "across", "find", "is_cased", "known"]

SOURCE = "rule"
_WORD = re.compile("[\u0410-\u044f\u0401\u0451]{3,40}(?:[-\u2010\u2011][\u0410-\u044f\u0401\u0451]{1,40}){0,3}")
_SENTENCE_START = re.compile(
    r"(?:^|[.!?\u2026\n\r\u2022*:][\"'\u00bb\u201d)]?\s*|[\u00ab\u201e\"(\u2013\u2014-]\s*)$"
)
_SCORE = 0.6
_MAX_ABBREVIATION = 5  # «ИНН» is no form of Инна
_WHY = "a name that stands elsewhere in this text"
_WHY_ACROSS = "a name that stands in another document of the case"
_LATIN_WORD = re.compile(r"(?<![^\W_])[A-Za-z\u00c0-\u024f]{4,40}(?![^\W_])")
_MAX_SPELLINGS = 3
_LEAST_BY_SOUND = 5
_LEAST_SMALL = 7  # letters of a Latin name in small letters: fewer are too often a word


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


@dataclass(frozen=True, slots=True)
class Known:
    """Names to look for in other documents: Russian lemmas, Latin spellings, Russian words by their coarse sound."""

    lemmas: frozenset[str]
    spelt: frozenset[str]
    sounds: Mapping[str, frozenset[str]]


def known(names: Iterable[str], kept: Iterable[str]) -> Known:
    """What to look for: the words of these names but for words of `kept`, the names of people who stay readable."""
    wanted, staying = _keys(names, strict=True), _keys(kept, strict=False)
    sounds = {key: words for key, words in wanted.sounds.items() if key not in staying.sounds}
    return Known(wanted.lemmas - staying.lemmas, wanted.spelt - staying.spelt, sounds)


def across(text: str, wanted: Known, taken: Sequence[tuple[int, int]], *, cased: bool) -> list[Span]:
    """Proposals for these names in a stretch of a document, outside of what is `taken`, sorted. `cased`: whether
    capitals mean anything in the whole document."""
    if not (wanted.lemmas or wanted.spelt or wanted.sounds):
        return []
    busy = sorted(taken)
    found = [(m.start(), m.end()) for m in _WORD.finditer(text) if _is_russian_name(text, m, wanted, cased)]
    found += [(m.start(), m.end()) for m in _LATIN_WORD.finditer(text) if _is_latin_name(m.group(), wanted, cased)]
    out: list[Span] = []
    at = 0
    for start, end in sorted(found):
        while at < len(busy) and busy[at][1] <= start:
            at += 1
        if at < len(busy) and busy[at][0] < end:
            continue
        first = with_address(text, start)
        first = start if at > 0 and busy[at - 1][1] > first else first
        out.append(Span(first, end, "PERSON", None, SOURCE, _SCORE, False, _WHY_ACROSS))
    return out


def _is_russian_name(text: str, match: re.Match[str], wanted: Known, cased: bool) -> bool:
    small = match.group().lower()
    # Chats are in small letters whatever a capital means elsewhere in them.
    named = _is_name(text, match, cased) or (match.group().islower() and not morphology.is_everyday(small))
    return named and not wanted.lemmas.isdisjoint(_forms(small))


def _is_latin_name(word: str, wanted: Known, cased: bool) -> bool:
    if word[0].islower() and len(word) < (_LEAST_SMALL if cased else _LEAST_BY_SOUND):
        return False
    small = word.lower()
    if small in wanted.spelt:
        return True
    if len(word) < _LEAST_BY_SOUND:
        return False
    return any(is_romanised(one, small) for key in latin_keys(small) for one in wanted.sounds.get(key, ()))


def _keys(names: Iterable[str], *, strict: bool) -> Known:
    lemmas: set[str] = set()
    spelt: set[str] = set()
    sounds: dict[str, set[str]] = {}
    for name in dict.fromkeys(names):
        for match in _WORD.finditer(name):
            small = match.group().lower()
            if strict and not _may_be_sought(name, match):
                continue
            lemmas |= _forms(small)
            if not strict or not morphology.is_everyday(small):  # Ислам is also "Islam", the religion
                for word in {_folded(one) for one in (small, *_forms(small))}:
                    for key in cyrillic_keys(word):
                        sounds.setdefault(key, set()).add(word)
        for word in _latin_names(name, strict=strict):
            spelt.add(word)
            if not strict:
                sounds.setdefault(latin_keys(word)[0], set())
            for russian in to_cyrillic(word)[:_MAX_SPELLINGS]:
                lemmas |= _forms(russian)
    return Known(frozenset(lemmas), frozenset(spelt), {key: frozenset(words) for key, words in sounds.items()})


def _folded(word: str) -> str:
    return word.replace("\u0451", "\u0435")


def _may_be_sought(name: str, match: re.Match[str]) -> bool:
    """An everyday word is sought where it is a name too, or stands behind another: not «Мать» of a «Мать Лейла»."""
    word, small = match.group(), match.group().lower()
    if is_title(word):
        return False
    if not morphology.is_known(small) or morphology.name_marks(small):
        return True
    return word[0].isupper() and bool(name[: match.start()].strip())


def _latin_names(name: str, *, strict: bool) -> Iterator[str]:
    for match in _LATIN_WORD.finditer(name):
        small = match.group().lower()
        everyday = any(map(morphology.is_everyday, to_cyrillic(small)[:_MAX_SPELLINGS]))
        if not strict or not (everyday or is_title(small) or match.group().islower()):
            yield small
