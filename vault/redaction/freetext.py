"""Names that nobody listed, by rules alone: dictionary names in a row, initials beside a surname, titles and cues.

Every span here is a proposal (`sure` is false). Models find more; these rules bring what models miss: forms that are
filled in, signatures, text in one letter case, surnames by their endings, one that the text gave in full elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from ..model.findings import Span
from . import morphology
from .freetext_cues import announced, is_title, not_names
from .names import given
from .names.context import is_particle, marks_of, with_address
from .names.folding import CYRILLIC, TOKEN, readings
from .names.matcher import is_cased

SOURCE = "rule"
_GAP = re.compile(r"[ \t\xa0]{1,2}|[ \t\xa0]?\n[ \t\xa0]?|[-\u2010\u2011]")
_CLOSE_GAP = re.compile(r"[ \xa0]|[-\u2010\u2011]")
_TITLE_GAP = re.compile(r"[ \t\xa0]{1,2}|[ \t\xa0]?\n[ \t\xa0]?|[ ]?[:–—-][ ]{1,2}")
_INITIALS_GAP = re.compile(r"\.?[ \t\xa0\n]{0,2}")
_MAX_ROW = 5
_MAX_ABBREVIATION = 5  # a single word in capitals so short is rather ИНН than a name
_SENTENCE_END = re.compile(r"(?:^|[.!?…\n\r]['\"»”)]?\s*|[«\"“(\-–—•*]\s*)$")
_IN_QUOTES = re.compile(r"[«\"“„][^»\"”\n]{0,40}$")
_OF_A_PLACE = re.compile(
    r"(?<![а-яё])(?:в|на|из|под|город[а-я]{0,2}|г\.|сел[аоеу]|река|реки|улиц[аеыу]|ул\.)[ ]$", re.IGNORECASE
)
# Words that join names in other languages and mean something else in this one.
_NO_PARTICLE = frozenset(["о", "да", "ад", "до", "ум", "ел", "ла", "ди", "o", "as", "ad", "da", "no"])
_EVERYDAY_NAMES = frozenset(["will", "mark", "may", "grace", "faith", "hope", "rose", "art", "june", "april"])
_SURNAME_END = re.compile(
    r"[а-я]{2,}(?:(?:ов|ев|ин|ын)(?:а|у|ым|ом|е|ой|ы|ых|ыми)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую|ие|их|ими)"
    r"|(?:енк|йк|чк|шк)о|швили|дзе|(?:я|[жшчцр]а)н(?:а|у|ом|е|ы)?|(?:[чнльщтр]у|ю)к(?:а|у|ом|е)?|[оеи]вич(?:а|у|ем"
    r"|е)?|заде|оглы"
    r"|(?:хан|бек|бай|улы|джон)(?:а|у|ом|е)?)"
)
_CASE_ENDING = re.compile(
    r"(?:ого|ому|ыми|ими|ами|ями|ым|им|ом|ем|ой|ей|ую|юю|ых|их|ая|яя|ий|ый|ам|ям|ах|ях|а|я|у|ю|е|ы|и|о|ь|й)$"
)
_MIN_KEY = 3
_MAX_HALF = 8
_FIRST_HALF = re.compile(r"(?<![\w-])[A-ZА-ЯЁ][A-Za-zА-Яа-яё]{1,5}-$")  # Тер-Петросян, Аль-Хадж
_TITLED_ALONE = 0.7


@dataclass(frozen=True, slots=True)
class _Token:
    """A word that may be part of a name. `kind` is Name, Patr, Surn, any of these joined by "+"; "?" for a capital
    that no dictionary has, "C" for an everyday word, "I" for an initial, "P" for a particle such as «ван»."""

    start: int
    end: int
    word: str
    kind: str
    common: bool


@dataclass(frozen=True, slots=True)
class _Row:
    tokens: list[_Token]
    titled: bool


def find_names(text: str) -> list[Span]:
    """Proposed names of people, sorted, not overlapping."""
    cased = is_cased(text)
    spans: list[Span] = []
    rest: list[_Token] = []
    seen: set[str] = set()
    for row in _rows(text, cased):
        judged = _judge(text, row, cased)
        if judged is None:
            rest += row.tokens
            continue
        span, tokens = judged
        spans.append(span)
        if len(tokens) > 1 or row.titled:
            seen.update(_key(token.word) for token in tokens if _is_surname_here(token))
    for token in rest:
        if _key(token.word) in seen and _may_come_again(token, cased):
            why = "a surname that the text has beside a given name"
            spans.append(Span(token.start, token.end, "PERSON", None, SOURCE, 0.5, False, why))
    spans.sort(key=lambda span: span.start)
    return spans


def _is_surname_here(token: _Token) -> bool:
    return token.kind not in ("I", "P", "C") and "Name" not in token.kind


def _may_come_again(token: _Token, cased: bool) -> bool:
    if token.kind in ("I", "P") or "Name" in token.kind:
        return False
    abbreviation = cased and token.word.isupper() and len(token.word) <= _MAX_ABBREVIATION
    return not abbreviation and (cased or not token.common)


def _key(word: str) -> str:
    """The word without its ending: one for all cases, within a text."""
    folded = readings(word)
    whole = folded[0][1] if folded else word.lower()
    bare = _CASE_ENDING.sub("", whole)
    return bare if len(bare) >= _MIN_KEY else whole


def _rows(text: str, cased: bool) -> Iterator[_Row]:
    """Runs of words that may be names, and whether a title stands before each."""
    row: list[_Token] = []
    titled = False
    last_title_end = -1
    for match in TOKEN.finditer(text):
        word = match.group()
        beside = bool(last_title_end >= 0 and _TITLE_GAP.fullmatch(text, last_title_end, match.start()))
        token = _token(text, match.start(), match.end(), word, cased)
        if token is not None and not (row and len(row) < _MAX_ROW and _joint(text, row, token)):
            if row:
                yield _Row(row, titled)
            row = [] if token.kind == "P" else [token]
            titled = beside
        elif token is not None:
            row.append(token)
        elif row:
            yield _Row(row, titled)
            row = []
        last_title_end = match.end() if is_title(word) and (token is None or len(row) <= 1) else -1
    if row:
        yield _Row(row, titled)


def _joint(text: str, row: list[_Token], token: _Token) -> bool:
    last = row[-1]
    gap = text[last.end : token.start]
    if last.kind == "I":
        return bool(_INITIALS_GAP.fullmatch(gap))
    if token.kind == "C":
        # Beside a given name an everyday word with a capital is rather a surname: «Виктор Понедельник».
        return "Name" in last.kind and bool(_CLOSE_GAP.fullmatch(gap)) and text[token.end : token.end + 1] != ":"
    return bool(_GAP.fullmatch(gap))


def _token(text: str, start: int, end: int, word: str, cased: bool) -> _Token | None:
    if len(word) == 1:
        if word.isupper() and text[end : end + 1] == ".":
            return _Token(start, end, word, "I", False)
        return None
    lower = word.lower()
    if lower not in _NO_PARTICLE and is_particle(word) and (not cased or not word[0].isupper()):
        return _Token(start, end, word, "P", True)
    if len(word) > 40 or (cased and not word[0].isupper()) or lower in not_names():
        return None
    kind, common = _kind(word)
    if kind == "C" and (not cased or (word.isupper() and len(word) <= _MAX_ABBREVIATION)):
        return None
    if is_title(word):
        kind = "C" if cased else ""
    if kind == "?" and not cased and not _may_be_unknown_name(word):
        return None
    return _Token(start, end, word, kind, common) if kind else None


def _may_be_unknown_name(word: str) -> bool:
    """Whether a word that no dictionary has may be a name where letters say nothing: no verb, no Latin word."""
    script, folded = readings(word)[0]
    if script != CYRILLIC:
        return False
    found = morphology.parses(folded)
    return not found or str(found[0].tag.POS) in ("NOUN", "ADJF")


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
            common = morphology.is_common_word(folded) and not morphology.is_mostly_name(folded)
            return "+".join(sorted(marks)), common
        if not morphology.is_known(folded):
            return "?", False
        return ("C", True) if _may_be_surname(folded) else ("", True)
    if given.full_names(folded) or folded in english_given_names():
        return "Name", folded in _EVERYDAY_NAMES
    marks, _ = marks_of(word)
    return ("+".join(sorted(marks)) if marks else "?"), False


def _may_be_surname(folded: str) -> bool:
    """Whether an everyday word can stand in a surname's place: a noun or adjective, no place, no organisation."""
    found = morphology.parses(folded)
    tags = found[0].tag.grammemes if found else frozenset()
    return bool({"NOUN", "ADJF"} & tags) and not {"Geox", "Orgn", "Apro", "Trad"} & tags


@lru_cache(maxsize=1)
def english_given_names() -> frozenset[str]:
    """Common English given names, from this project's own list."""
    text = resources.files(__package__).joinpath("english_given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _judge(text: str, row: _Row, cased: bool) -> tuple[Span, list[_Token]] | None:
    """The name in a row of name-like words, and its words; None where there is none."""
    tokens = list(row.tokens)
    while tokens and (tokens[-1].kind == "P" or (tokens[-1].kind == "?" and len(tokens) > 3)):
        tokens.pop()
    while tokens and tokens[0].kind == "C" and not any("Patr" in token.kind for token in tokens) and len(tokens) > 1:
        tokens.pop(0)
    if not tokens:
        return None
    cue = "title before a capitalised word" if row.titled else announced(text, tokens[0].start, tokens[-1].end)
    score, why = _weight(text, tokens, cue, cased)
    if score <= 0:
        return None
    end = tokens[-1].end + (1 if tokens[-1].kind == "I" and text[tokens[-1].end : tokens[-1].end + 1] == "." else 0)
    joined = _FIRST_HALF.search(text[max(0, tokens[0].start - _MAX_HALF) : tokens[0].start])
    start = with_address(text, tokens[0].start - (len(joined.group()) if joined else 0))
    return Span(start, end, "PERSON", None, SOURCE, score, False, why), tokens


def _weight(text: str, row: list[_Token], cue: str | None, cased: bool) -> tuple[float, str]:
    kinds = [token.kind for token in row]
    words = [token for token in row if token.kind not in ("I", "P")]
    if not words:
        return 0.0, ""
    names = sum("Name" in kind for kind in kinds)
    if any("Patr" in kind for kind in kinds) and (cased or not all(token.common for token in words)):
        return 0.8, "patronymic"
    if "I" in kinds and _initials_fit(text, row, cased):
        return 0.75, "initials beside a capitalised word"
    if cue is not None and _fits_cue(words, cased):
        return _TITLED_ALONE, cue
    if len(words) > 1 and not all(token.common for token in words):
        return _pair(words, names, cased)
    if len(words) > 1:
        return 0.0, ""
    return _single(text, words[0], cased)


def _initials_fit(text: str, row: list[_Token], cased: bool) -> bool:
    """Whether a word beside initials may be a surname; «10 G. Из-за» is none, nor a list's «А. Суд»."""
    words = [token for token in row if token.kind not in ("I", "P")]
    if all(token.kind == "C" for token in words):
        return sum(token.kind == "I" for token in row) > 1 or row[-1].kind == "I"
    if not cased and all(token.common for token in words):
        return False
    alone = len(row) > 1 and row[0].kind == "I" and row[1].kind != "I"
    return not (alone and text[max(0, row[0].start - 2) : row[0].start].strip().isdigit())


def _fits_cue(words: list[_Token], cased: bool) -> bool:
    if not cased:
        return any(not token.common and token.kind != "C" for token in words)
    if any(token.kind != "C" for token in words):
        return True
    # «следователь Мороз», and not «президент Республики».
    return len(words) == 1 and any(
        "nomn" in parse.tag and "sing" in parse.tag for parse in morphology.parses(readings(words[0].word)[0][1])[:1]
    )


def _pair(words: list[_Token], names: int, cased: bool) -> tuple[float, str]:
    kinds = [token.kind for token in words]
    surnames = sum("Surn" in kind for kind in kinds)
    if names and (surnames or "?" in kinds or "C" in kinds or names > 1):
        return 0.7, "given name and another capitalised word"
    if not surnames and not (kinds.count("?") == len(kinds) and _is_cyrillic(words[0])):
        return 0.0, ""
    if surnames:
        return (0.5, "surname and another capitalised word") if cased else (0.35, "surname beside another word")
    return (0.4 if cased else 0.35), "capitalised words that no dictionary has"


def _is_cyrillic(token: _Token) -> bool:
    return bool(readings(token.word)) and readings(token.word)[0][0] == CYRILLIC


def _single(text: str, token: _Token, cased: bool) -> tuple[float, str]:
    is_abbreviation = cased and token.word.isupper() and len(token.word) <= _MAX_ABBREVIATION
    if token.common or is_abbreviation or token.kind == "C" or text[token.end : token.end + 1] == "-":
        return 0.0, ""
    first = bool(_SENTENCE_END.search(text[max(0, token.start - 6) : token.start]))
    script, folded = readings(token.word)[0]
    if token.kind == "?":
        return _unknown(text, token, folded, first, cased) if script == CYRILLIC else (0.0, "")
    if script != CYRILLIC:
        return (0.5, "a name by the dictionary") if cased and "Name" in token.kind and not first else (0.0, "")
    if morphology.is_known(folded):
        if not morphology.is_mostly_name(folded) or (not cased and morphology.is_everyday(folded)):
            return 0.0, ""
        return (0.35 if first or not cased else 0.5), "a name by the dictionary"
    return _unknown(text, token, folded, first, cased)


_NEXT_WORD = re.compile(r"[ ]([а-яё]{3,30})(?![а-яё])")


def _unknown(text: str, token: _Token, folded: str, first: bool, cased: bool) -> tuple[float, str]:
    """A single word that no dictionary has: a surname by its ending, or somebody who does something."""
    around = text[max(0, token.start - 44) : token.start]
    if _IN_QUOTES.search(around) or _OF_A_PLACE.search(around) or "-" in text[token.end : token.end + 1]:
        return 0.0, ""
    if _SURNAME_END.fullmatch(folded):
        return (0.4 if cased and not first else 0.35), "a surname by its ending"
    following = _NEXT_WORD.match(text, token.end)
    if cased and not first and following is not None and len(folded) > _MIN_KEY and _is_deed(following[1]):
        return 0.35, "somebody who does something"
    return 0.0, ""


@lru_cache(maxsize=20000)
def _is_deed(word: str) -> bool:
    found = morphology.parses(word.replace("ё", "е"))
    return bool(found) and "VERB" in found[0].tag and "sing" in found[0].tag and "neut" not in found[0].tag
