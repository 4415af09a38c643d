"""How sure a group is: which parts it has, in what quality, and what stands around."""

from __future__ import annotations

import re

from .. import morphology
from . import derive
from .context import PARTICLES
from .folding import CYRILLIC, LATIN, is_caseless, readings
from .groups import MAX_SHORT, Group, Listed, order
from .index import UNCERTAIN, Candidate
from .inflect import NOMINATIVE
from .scan import Hit
from .widen import Verdict

_SENTENCE_END = re.compile(r"[.!?…:;]['\"»”)]?\s*$|[\n\r]\s*$|[«\"„“(\-–—]\s*$")
_MIN_SURE_LATIN = 5
_MIN_SURE_LOWER_LATIN = 6
_MIN_FUZZY_ALONE = 4
_HANDLE_BEFORE = re.compile(r"[@_/]$|[^\W_]\.$")
_HANDLE_AFTER = re.compile(r"[@_]|\.[^\W_]")


def score(text: str, group: Group, listed: Listed, verdict: Verdict, cased: bool) -> tuple[float, bool]:
    """The score from 0 to 1 and whether it is sure; a score of 0 drops the group."""
    parts: set[str] = {found.form.part for _, found in group.members}
    kinds = group.kinds
    erring = [hit for hit, found in group.members if found.quality in UNCERTAIN]
    derived = all(found.quality == "derived" for _, found in group.members)
    if len(kinds) > 1 and not derived:
        return (0.5, False) if verdict.conflict else (0.85 if erring else 0.97, True)
    hit, found = min(group.members, key=lambda member: order(member[1]))
    if derived:
        return _derived(hit, found, verdict, cased)
    if verdict.initials:
        return (0.95 if not erring else 0.8), not verdict.conflict
    if verdict.conflict:
        return _other_person(parts, hit, found)
    return _alone(text, hit, found, listed, cased)


def _is_particle(found: Candidate) -> bool:
    """Whether a listed surname is a title or a particle of other names too: Хан, Ван, also for Wang."""
    return found.form.base in PARTICLES or found.form.via in PARTICLES


def _other_person(parts: set[str], hit: Hit, found: Candidate) -> tuple[float, bool]:
    if found.quality == "error" or (_is_particle(found) and not _is_capital(hit.word[0])):
        return 0.0, False
    return (0.4, False) if parts & {"surname", "joined"} else (0.15, False)


def _derived(hit: Hit, found: Candidate, verdict: Verdict, cased: bool) -> tuple[float, bool]:
    """A word that is only made of a name: proposed, never sure; of a given name mostly with a capital."""
    folded = _folded(hit.word)[1]
    small = cased and not _is_capital(hit.word[0])
    # Chats are written small: an honorific with a listed name before it is hardly ever anything else.
    if verdict.conflict or (found.form.part != "surname" and small and found.how not in derive.ALSO_SMALL):
        return 0.0, False
    if _is_particle(found):
        return 0.0, False  # ханский
    if small and "ск" not in folded and morphology.is_everyday(folded):
        return 0.0, False
    if found.form.part != "surname" and not morphology.may_be_made_of_a_name(folded):
        return 0.0, False
    return 0.3, False


def _alone(text: str, hit: Hit, found: Candidate, listed: Listed, cased: bool) -> tuple[float, bool]:
    """One part without anything beside it."""
    if found.form.weak:
        return 0.0, False
    part = found.form.part
    folded = _folded(hit.word)
    capital = _starts_large(hit.word) or not cased
    cyrillic = folded[0] == CYRILLIC
    common = cyrillic and morphology.is_everyday(folded[1])
    if common and not capital:
        return 0.0, False
    if found.quality == "error":
        return _alone_with_error(part, folded, capital, cyrillic)
    if part == "joined" or (part == "given" and not listed.surname and not listed.patronymic):
        part = "surname"
    if not (cyrillic or capital or len(found.form.text) >= _MIN_SURE_LOWER_LATIN or _in_handle(text, hit)):
        return 0.0, False  # every short English word is some romanised form
    if part == "surname":
        return _surname_alone(text, hit, found, cyrillic, common, capital)
    if part == "patronymic":
        return 0.45, False
    return _given_alone(hit, found, folded[1], cyrillic, cased)


def _starts_large(word: str) -> bool:
    """Whether a word is written as a name: also with Caps Lock on (цАЙ), or with a scanned I."""
    return _is_capital(word[0]) or not word[0].isalpha() or word[0] == "l" or (len(word) > 2 and word[1:].isupper())


def _is_capital(char: str) -> bool:
    return char.isupper() or is_caseless(char)


def _in_handle(text: str, hit: Hit) -> bool:
    return bool(_HANDLE_BEFORE.search(text[max(0, hit.start - 2) : hit.start]) or _HANDLE_AFTER.match(text, hit.end))


def _given_alone(hit: Hit, found: Candidate, word: str, cyrillic: bool, cased: bool) -> tuple[float, bool]:
    if (len(word) < MAX_SHORT or (not cyrillic and cased)) and not _is_capital(hit.word[0]):
        if not cyrillic and derive.respected(word):
            return 0.3, False  # sherzodjon
        return 0.0, False  # link and lion are some romanised short form
    if cyrillic and cased and len(word) <= MAX_SHORT and hit.word.isupper() and morphology.is_everyday(word):
        return 0.0, False  # ИНН is no Инна
    if found.form.part == "given":
        return 0.35, False
    if not cyrillic and found.form.what != NOMINATIVE and len(word) <= MAX_SHORT:
        return 0.0, False
    other_word = cyrillic and morphology.is_known(word) and "Name" not in morphology.name_marks(word)
    if (other_word and cased and hit.word.isupper()) or (not cyrillic and found.form.what.endswith("vocative")):
        return 0.0, False
    return 0.3, False


def _alone_with_error(part: str, folded: tuple[str, str], capital: bool, cyrillic: bool) -> tuple[float, bool]:
    script, word = folded
    if len(word) < _MIN_FUZZY_ALONE:
        return 0.0, False
    if cyrillic and morphology.is_known(word):
        is_other_name = part == "surname" and len(word) > _MIN_FUZZY_ALONE and not morphology.is_everyday(word)
        return (0.3 if is_other_name and capital else 0.0), False
    if (script == LATIN or len(word) == _MIN_FUZZY_ALONE) and not capital:
        return 0.0, False
    if part == "surname":
        return 0.5, False
    return (0.25, False) if capital and len(word) > _MIN_FUZZY_ALONE else (0.0, False)


def _surname_alone(
    text: str, hit: Hit, found: Candidate, cyrillic: bool, common: bool, capital: bool
) -> tuple[float, bool]:
    length = len(found.form.text)
    if _is_particle(found):
        return (0.5, False) if _is_capital(hit.word[0]) or not (cyrillic or capital) else (0.0, False)
    if length < MAX_SHORT and not (capital if cyrillic else _is_capital(hit.word[0])):
        return (0.4, False) if length == MAX_SHORT - 1 and _in_handle(text, hit) else (0.0, False)
    if not cyrillic:
        sure = length >= (_MIN_SURE_LATIN if _is_capital(hit.word[0]) else _MIN_SURE_LOWER_LATIN)
    else:
        sure = not common or not _SENTENCE_END.search(text[max(0, hit.start - 8) : hit.start] or "\n")
    if not found.form.own:
        return 0.6, False
    return (0.9, True) if sure else (0.55, False)


def _folded(word: str) -> tuple[str, str]:
    found = readings(word)
    return found[0] if found else (LATIN, word.lower())
