"""Names, places, bodies and dates in English text, by two small models that run offline, and by rules.

spaCy's `en_core_web_md` reads everything, after capitals have been given back to what is written without. Rampart
takes a second look at the stretches where a word that may be a name is still unexplained. What they propose is
judged by find_english_spans; find_english_bodies adds what a noun such as "Prison" shows.

    finder = load()          # reads every file that is needed, and warms up
    finder("Mr Ian Roe …")   # [(0, 10, "PERSON", 0.6)], offsets in code points
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from .find_english_bodies import find_bodies, find_short_names, with_bracket
from .find_english_case import everyday, restored
from .find_english_models import blocks, load_rampart, load_spacy
from .find_english_spans import (
    MISC,
    ORGANISATION,
    Proposal,
    Words,
    is_capital,
    is_generic,
    judged,
    merged,
    repeated,
)

_WINDOW = 480
_WARM_UP = "My name is Olga Ivanova. I was born in Kharkiv on 3 May 1990.\nI LIVE AT 12 MILL ROAD, LEEDS.\n"


def load() -> Callable[[str], list[Proposal]]:
    """The finder; everything is read and tried once. Raises ModuleNotFoundError where a model is not installed."""
    read_all, spellings = load_spacy()
    small = everyday(spellings)
    read_again = load_rampart()

    def find(text: str) -> list[Proposal]:
        view = restored(text, small)
        tokens = Words(view)
        raw = read_all(view)
        kept = _kept(tokens, raw)
        for start, end in _unexplained(tokens, kept, small):
            raw += [(start + a, start + b, label, score) for a, b, label, score in read_again(view[start:end])]
        return proposals(tokens, raw)

    find(_WARM_UP)
    return find


def _kept(tokens: Words, raw: Sequence[Proposal]) -> list[Proposal]:
    return [one for one in (judged(tokens, proposal) for proposal in raw) if one is not None] + find_bodies(tokens)


def _unexplained(tokens: Words, kept: Sequence[Proposal], small: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Windows of the text with a capital that may be a name and that no proposal holds."""
    taken: set[int] = set()
    for start, end, _, _ in kept:
        taken.update(tokens.inside(start, end))
    for start, end in blocks(tokens.text, _WINDOW):
        for at in tokens.inside(start, end):
            word = tokens.at(at)
            if at not in taken and is_capital(word) and not is_generic(word) and word.lower() not in small:
                yield start, end
                break


_LAW = frozenset(
    {"act", "acts", "code", "law", "treaty", "convention", "protocol", "regulation", "regulations", "article"}
)
_NUMERAL = re.compile("[IVX]{1,5}")


def _left_over(tokens: Words, kept: Sequence[Proposal]) -> list[Proposal]:
    """Capitals inside a sentence that nothing else has explained: better asked about than left."""
    taken: set[int] = set()
    for start, end, _, _ in kept:
        taken.update(tokens.inside(start, end))
    found: list[Proposal] = []
    done = -1
    for at in range(1, len(tokens.spans)):
        word = tokens.at(at)
        if at <= done or at in taken or len(word) < 2 or not is_capital(word) or is_generic(word):
            continue
        if not _inside_sentence(tokens, at):
            continue
        last = at
        while tokens.joined(last) and last + 1 not in taken and is_capital(tokens.at(last + 1)):
            last += 1
        done = last
        if tokens.at(last).lower() not in _LAW and not _NUMERAL.fullmatch(word):
            found.append((tokens.spans[at][0], with_bracket(tokens, tokens.spans[last][1]), MISC, 0.3))
    return found


def _inside_sentence(tokens: Words, at: int) -> bool:
    gap = tokens.text[tokens.spans[at - 1][1] : tokens.spans[at][0]]
    return not set(gap) & set(".!?:;\n\r\t(•*") and len(gap) < 4


def proposals(tokens: Words, raw: Sequence[Proposal]) -> list[Proposal]:
    """What the models' raw proposals and the nouns of institutions come to, sorted."""
    kept = _kept(tokens, raw)
    kept += find_short_names(tokens, kept)
    kept = [
        (start, with_bracket(tokens, end) if label == ORGANISATION else end, label, score)
        for start, end, label, score in kept
    ]
    kept += repeated(tokens, kept)
    return merged(kept + _left_over(tokens, kept))
