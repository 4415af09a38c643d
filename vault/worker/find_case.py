"""Gives Russian text in capitals, or in small letters, the capitals that it would have, for a tagger that needs them.

Line by line: one that is all capitals or all small letters is written anew; in others, only surnames in capitals
("ИВАНОВ Пётр") and names without one are. The text keeps its length, so offsets hold. Sources of what is a name:
pymorphy3's dictionary and the lists of given names and surnames in natasha's data; words that both lack are
judged by what stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

WORD = re.compile("[\u0410-\u044f\u0401\u0451]+(?:[-\u2010\u2011][\u0410-\u044f\u0401\u0451]+){0,4}")
_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_JOINT = re.compile(r"[ \t\u00a0]{1,3}|\.[ \t\u00a0]{0,3}")
_STOP = re.compile(r"[.!?\u2026][\"'\u00bb\u201d)]?[ \t\u00a0]+$|[\u00ab\u201e\u201c\"]$|^\W*$")
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:\w|ул|гр|см|им|пр|тов|проф|акад|ст|чл|зам|зав|обл|гос|тыс|млн|млрд|руб|т\.\s?[декп])\.\s*$"
)

NAMES = frozenset({"Name", "Surn", "Patr"})
PROPER = NAMES | {"Geox", "Orgn"}
SURE, LIKELY, HARDLY = 0.85, 0.5, 0.02
_CAPS = 0.7
_SHORT = 4
_ENOUGH = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BEFORE_NAMES = _words(
    "гражданин гражданка господин госпожа судья следователь адвокат прокурор свидетель потерпевший подсудимый"
    " врач доктор капитан майор полковник лейтенант сержант президент премьер министр премьер-министр депутат"
    " директор глава лидер председатель режиссёр режиссер актёр актриса тренер певец певица писатель"
    " журналист правозащитник учитель профессор академик генерал товарищ брат сестра сын дочь муж жена отец"
    " мать дядя тётя друг подруга спикер губернатор мэр посол представитель секретарь эксперт сотрудник"
    " фамилия имя"
)
_BEFORE_PLACES = _words(
    "город село деревня посёлок поселок станица аул хутор улица проспект площадь переулок река озеро остров"
    " район область республика край округ аэропорт станция метро"
)
_BODIES = _words(
    "министерство комитет комиссия департамент управление агентство служба администрация прокуратура дума"
    " парламент сенат совет палата федерация академия университет институт партия фонд банк суд союз"
    " ассоциация"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a small-letter word may be: the share of readings as a proper name, and as a person's name alone."""

    known: bool
    noun: bool
    proper: float
    person: float
    abbreviation: bool
    listed: bool
    lemmas: frozenset[str]


@dataclass(slots=True)
class _Word:
    start: int
    end: int
    small: str
    shape: Shape
    title: bool = False
    upper: bool = False


class Restorer:
    """Holds the dictionary and the lists. `restored` may be called for any number of texts."""

    def __init__(self, analyser: Any, given: frozenset[str], surnames: frozenset[str]) -> None:
        self._analyser = analyser
        self._lists = given | surnames
        self._shape: Callable[[str], Shape] = lru_cache(maxsize=50_000)(self._shaped)

    def _shaped(self, word: str) -> Shape:
        parses = self._analyser.parse(word)
        whole = sum(parse.score for parse in parses) or 1.0
        proper = sum(parse.score for parse in parses if parse.tag.grammemes & PROPER)
        person = sum(parse.score for parse in parses if parse.tag.grammemes & NAMES)
        lemmas = frozenset(str(parse.normal_form) for parse in parses)
        first = parses[0].tag if parses else None
        short = any({"Abbr", "Fixd"} <= set(p.tag.grammemes) and p.tag.grammemes & {"Orgn", "Geox"} for p in parses)
        return Shape(
            known=bool(self._analyser.word_is_known(word)),
            noun=first is not None and "NOUN" in first,
            proper=proper / whole,
            person=person / whole,
            abbreviation=short,
            listed=not self._lists.isdisjoint(lemmas | {word}),
            lemmas=lemmas,
        )

    def restored(self, text: str, *, generous: bool = False) -> str:
        """The text with capitals where names are; the very same string where nothing changes."""
        out = list(text)
        changed = False
        for line in _LINE.finditer(text):
            words = self._words(text, line.start(), line.end())
            if not words:
                continue
            state = _state(text, words)
            self._judge(text, line.start(), words, generous)
            for word in words:
                wanted = self._written(text, word, state, generous)
                if wanted != text[word.start : word.end] and len(wanted) == word.end - word.start:
                    out[word.start : word.end] = wanted
                    changed = True
        return "".join(out) if changed else text

    def _words(self, text: str, start: int, end: int) -> list[_Word]:
        found = []
        for match in WORD.finditer(text, start, end):
            small = match.group().lower()
            found.append(_Word(match.start(), match.end(), small, self._shape(small)))
        return found

    def _judge(self, text: str, line: int, words: Sequence[_Word], generous: bool) -> None:
        """Which words of a line are names, each first by itself, then by its neighbours."""
        for at, word in enumerate(words):
            shape = word.shape
            if len(word.small) == 1:
                word.upper = text[word.end : word.end + 1] == "." and _beside_name(text, words, at)
            elif shape.abbreviation and shape.proper >= LIKELY:
                word.upper = True
            elif shape.known:
                word.title = shape.proper >= LIKELY or (generous and shape.proper >= HARDLY)
            else:
                word.title = shape.noun or shape.listed or generous
            if not word.title and shape.lemmas & _BODIES:
                word.title = at == 0 or not words[at - 1].title
        for _ in range(2):
            for at, word in enumerate(words):
                if not word.title and not word.upper and len(word.small) > 1:
                    word.title = self._by_neighbours(text, words, at)
        for word in words:
            if not word.upper and _starts_sentence(text, line, word):
                word.title = True

    def _by_neighbours(self, text: str, words: Sequence[_Word], at: int) -> bool:
        word = words[at]
        before = words[at - 1] if at and _adjoin(text, words[at - 1], word) else None
        after = words[at + 1] if at + 1 < len(words) and _adjoin(text, word, words[at + 1]) else None
        may_be_person = word.shape.person >= HARDLY or (word.shape.listed and word.shape.noun)
        if may_be_person:
            for other in (before, after):
                if other is not None and ((other.title and other.shape.person >= LIKELY) or other.upper):
                    return True
            if before is not None and before.shape.lemmas & _BEFORE_NAMES:
                return True
        return bool(before is not None and before.shape.lemmas & _BEFORE_PLACES and word.shape.proper >= HARDLY)

    def _written(self, text: str, word: _Word, state: str, generous: bool) -> str:
        now = text[word.start : word.end]
        if state == "caps" or state == "small":
            if word.upper or (
                state == "caps" and len(now) <= _SHORT and not word.shape.known and not word.shape.listed
            ):
                return now.upper()
            return titled(word.small) if word.title else word.small
        shape = word.shape
        if now.isupper() and len(now) > 2 and not shape.abbreviation:
            names = shape.person >= LIKELY or (not shape.known and (shape.listed or len(now) > _SHORT + 1))
            return titled(word.small) if names else now
        if now.islower() and shape.person >= SURE and shape.known and len(now) > 2:
            return titled(word.small)
        return now


def titled(small: str) -> str:
    """«нью-йорк» → «Нью-Йорк», «ростов-на-дону» → «Ростов-на-Дону»."""
    parts = re.split("([-\u2010\u2011])", small)
    return "".join(part if len(part) < 3 and at else part[:1].upper() + part[1:] for at, part in enumerate(parts))


def _state(text: str, words: Sequence[_Word]) -> str:
    """ "caps", "small" or "mixed"."""
    long = [text[word.start : word.end] for word in words if word.end - word.start > 1] or [
        text[word.start : word.end] for word in words
    ]
    upper = sum(word.isupper() for word in long)
    if upper >= _CAPS * len(long):
        return "caps"
    return "small" if all(word.islower() for word in long) else "mixed"


def _adjoin(text: str, one: _Word, other: _Word) -> bool:
    gap = text[one.end : other.start]
    return bool(_JOINT.fullmatch(gap)) and ("." not in gap or len(one.small) == 1)


def _beside_name(text: str, words: Sequence[_Word], at: int) -> bool:
    for other in (at - 1, at + 1, at - 2, at + 2):
        if 0 <= other < len(words):
            near = text[min(words[at].end, words[other].end) : max(words[at].start, words[other].start)]
            shape = words[other].shape
            if len(near) < 6 and (shape.person >= HARDLY or not shape.known or shape.listed):
                return True
    return False


def _starts_sentence(text: str, line: int, word: _Word) -> bool:
    before = text[max(line, word.start - 8) : word.start]
    return bool(_STOP.search(before)) and not (before.rstrip().endswith(".") and _ABBREVIATED.search(before))
