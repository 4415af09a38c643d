"""Names that nobody listed, by rules alone: dictionary names in a row, initials beside a surname, titles.

Every span here is a proposal (`sure` is false). Models find more; they come as an extra.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from ..model.findings import Span
from . import morphology
from .names import given
from .names.context import marks_of, with_address
from .names.folding import CYRILLIC, TOKEN, readings
from .names.matcher import is_cased

SOURCE = "rule"
_GAP = re.compile(r"[ \t\xa0]{1,2}|[ \t\xa0]?\n[ \t\xa0]?|[-\u2010\u2011]")
_INITIALS_GAP = re.compile(r"\.?[ \t\xa0\n]{0,2}")
_MAX_ROW = 5
_MAX_ABBREVIATION = 5  # a single word in capitals so short is rather ИНН than a name
_SENTENCE_END = re.compile(r"(?:^|[.!?…\n\r]['\"»”)]?\s*|[«\"“(\-–—•*]\s*)$")

_TITLES = frozenset(
    [
        "судья",
        "судьи",
        "судье",
        "судью",
        "судьей",
        "прокурор",
        "прокурора",
        "прокурору",
        "прокурором",
        "следователь",
        "следователя",
        "следователю",
        "следователем",
        "адвокат",
        "адвоката",
        "адвокату",
        "адвокатом",
        "эксперт",
        "эксперта",
        "эксперту",
        "экспертом",
        "свидетель",
        "свидетеля",
        "свидетелю",
        "свидетелем",
        "потерпевший",
        "потерпевшего",
        "потерпевшая",
        "подсудимый",
        "подсудимого",
        "обвиняемый",
        "обвиняемого",
        "подозреваемый",
        "подозреваемого",
        "гражданин",
        "гражданина",
        "гражданину",
        "гражданка",
        "гражданки",
        "гражданке",
        "гражданку",
        "гр",
        "господин",
        "господина",
        "госпожа",
        "госпожи",
        "доктор",
        "доктора",
        "врач",
        "врача",
        "врачом",
        "капитан",
        "капитана",
        "майор",
        "майора",
        "лейтенант",
        "лейтенанта",
        "полковник",
        "полковника",
        "сержант",
        "старшина",
        "дознаватель",
        "дознавателя",
        "секретарь",
        "секретаря",
        "секретарем",
        "председатель",
        "председателя",
        "представитель",
        "представителя",
        "участковый",
        "оперуполномоченный",
        "оперуполномоченного",
        "нотариус",
        "тов",
        "товарищ",
        "президент",
        "министр",
        "губернатор",
        "мэр",
        "депутат",
        "сенатор",
        "директор",
        "начальник",
        "инспектор",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "professor",
        "officer",
        "judge",
        "justice",
        "attorney",
        "lawyer",
        "detective",
        "sergeant",
        "captain",
        "lieutenant",
        "president",
        "minister",
        "inspector",
        "agent",
        "witness",
        "sir",
        "madam",
        "mme",
        "herr",
        "frau",
    ]
)
_NOT_NAMES = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "of",
        "to",
        "for",
        "by",
        "with",
        "from",
        "and",
        "or",
        "but",
        "his",
        "her",
        "its",
        "their",
        "our",
        "your",
        "this",
        "that",
        "these",
        "those",
        "when",
        "while",
        "after",
        "before",
        "during",
        "since",
        "however",
        "according",
        "although",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "court",
        "article",
        "section",
        "act",
        "street",
        "city",
        "state",
        "county",
        "district",
        "republic",
        "federation",
        "university",
        "school",
        "hospital",
        "police",
        "department",
        "ministry",
        "government",
        "committee",
        "commission",
        "convention",
        "union",
        "international",
        "national",
        "european",
        "united",
        "supreme",
        "federal",
    ]
)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str
    kind: str  # Name, Patr, Surn, any combination by "+", "?" for an unknown capital, "I" for an initial
    common: bool


def find_names(text: str) -> list[Span]:
    """Proposed names of people, sorted, not overlapping."""
    cased = is_cased(text)
    spans: list[Span] = []
    row: list[_Token] = []
    title = False
    before_title = False
    for match in TOKEN.finditer(text):
        word = match.group()
        token = _token(text, match.start(), match.end(), word, cased)
        joint = bool(row) and token is not None and len(row) < _MAX_ROW and _joint(text, row[-1], token)
        if not joint:
            spans += _judge(text, row, before_title, cased)
            row = []
        if token is not None:
            if not row:
                before_title = title
            row.append(token)
        title = word.lower() in _TITLES
    spans += _judge(text, row, before_title, cased)
    return spans


def _joint(text: str, last: _Token, token: _Token) -> bool:
    gap = text[last.end : token.start]
    if last.kind == "I":
        return bool(_INITIALS_GAP.fullmatch(gap))
    return bool(_GAP.fullmatch(gap))


def _token(text: str, start: int, end: int, word: str, cased: bool) -> _Token | None:
    if len(word) == 1:
        if word.isupper() and text[end : end + 1] == ".":
            return _Token(start, end, word, "I", False)
        return None
    if len(word) > 40 or (cased and not word[0].isupper()) or word.lower() in _TITLES:
        return None
    kind, common = _kind(word)
    if kind == "?" and not cased:
        return None
    return _Token(start, end, word, kind, common) if kind else None


@lru_cache(maxsize=20000)
def _kind(word: str) -> tuple[str, bool]:
    """What a capitalised word may be in a name, and whether it is an everyday word too."""
    found = readings(word)
    if not found:
        return "", False
    script, folded = found[0]
    if script == CYRILLIC:
        marks, _ = marks_of(word)
        if marks:
            return "+".join(sorted(marks)), morphology.is_common_word(folded) and not morphology.is_mostly_name(
                folded
            )
        return ("", True) if morphology.is_known(folded) else ("?", False)
    if folded in _NOT_NAMES:
        return "", True
    if given.full_names(folded) or folded in english_given_names():
        return "Name", folded in ("will", "mark", "may", "grace", "faith", "hope", "rose", "art", "june", "april")
    marks, _ = marks_of(word)
    return ("+".join(sorted(marks)) if marks else "?"), False


@lru_cache(maxsize=1)
def english_given_names() -> frozenset[str]:
    """Common English given names, from this project's own list."""
    text = resources.files(__package__).joinpath("english_given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _judge(text: str, row: list[_Token], titled: bool, cased: bool) -> list[Span]:
    """Whether a row of name-like words is a name."""
    while row and row[-1].kind == "?" and len(row) > 3:
        row = row[:-1]
    if not row:
        return []
    score, why = _weight(text, row, titled, cased)
    if score <= 0:
        return []
    end = row[-1].end + (1 if row[-1].kind == "I" and text[row[-1].end : row[-1].end + 1] == "." else 0)
    return [Span(with_address(text, row[0].start), end, "PERSON", None, SOURCE, score, False, why)]


def _weight(text: str, row: list[_Token], titled: bool, cased: bool) -> tuple[float, str]:
    kinds = [token.kind for token in row]
    words = [token for token in row if token.kind != "I"]
    if not words:
        return 0.0, ""
    names = sum("Name" in kind for kind in kinds)
    fathers = sum("Patr" in kind for kind in kinds)
    surnames = sum("Surn" in kind for kind in kinds)
    if fathers:
        return 0.8, "patronymic"
    if "I" in kinds and any(kind != "I" for kind in kinds):
        return 0.75, "initials beside a capitalised word"
    if titled:
        return 0.7, "title before a capitalised word"
    if len(words) > 1 and (names or surnames) and not all(token.common for token in words):
        if names and (surnames or "?" in kinds or names > 1):
            return 0.7, "given name and another capitalised word"
        return (0.5, "surname and another capitalised word") if cased else (0.0, "")
    if not cased or len(words) > 1:
        return 0.0, ""
    return _single(text, words[0])


def _single(text: str, token: _Token) -> tuple[float, str]:
    is_abbreviation = token.word.isupper() and len(token.word) <= _MAX_ABBREVIATION
    if token.kind == "?" or token.common or is_abbreviation:
        return 0.0, ""
    first = bool(_SENTENCE_END.search(text[max(0, token.start - 6) : token.start]))
    if "Name" in token.kind or "Surn" in token.kind:
        folded = readings(token.word)[0]
        if folded[0] == CYRILLIC and not (morphology.is_known(folded[1]) and morphology.is_mostly_name(folded[1])):
            return 0.0, ""
        if folded[0] != CYRILLIC and ("Name" not in token.kind or first):
            return 0.0, ""
        return (0.35 if first else 0.5), "a name by the dictionary"
    return 0.0, ""
