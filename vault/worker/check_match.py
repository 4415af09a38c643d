"""Which listed people a text names, by the over-matching codes of check_people and the neighbours of each hit.

Two rules keep an over-matching search usable, and both are deliberate:

* A lone given name or patronymic counts, but not inside somebody else's name: "Ольга Петрова" is no hit for a
  protected Ольга Ковальчук, "Ольга" is, and so is "Ольга Ковапьчук".
* People who stay (`allowed`) explain a hit when one of their own parts fits the word at least as well, in a
  form that their gender can have, and nothing beside the word tells the protected person apart: no other part
  of theirs, and no initial that is theirs and not an allowed person's. A witness who shares the applicant's
  surname can't be told from them by the surname alone, so "Ковальчук" passes and "О. Ковальчук" does not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import check_ids, check_national
from . import check_skeleton as sk
from .check_disguise import Disguised
from .check_grammar import PATRONYMIC, is_surname, is_title, same_case
from .check_initials import both_scripts, initial_patterns
from .check_join import Joiner, one_line
from .check_people import (
    EXACT,
    FUZZY,
    RUN_TOGETHER_STEM,
    People,
    everyday,
    fits_gender,
    foreign_needles,
    is_short,
)
from .check_text import Word, normalise, spaced_words, words
from .check_variants import masked

REACH = 3  # words on each side that may belong to one name
NEXT_LINES = 3  # lines at a page's end and start of which each is read on into each
SHORTEST_CUT = 2  # in text with longer shortest words, which is machine data, no halves are joined
SPACED_FREELY = 4  # letters from which a word with gaps between its letters may be inflected
MAX_GAP = 4  # characters between the pieces of a word that was torn apart

_BETWEEN = re.compile(r"[\s.,\-\u00a0_/+]{0,4}")
_TIGHT = re.compile(r"[ \u00a0]|\r?\n")
_LABEL_BEFORE = re.compile(r"[\]\u2588]\s{0,2}$")
_LABEL_AFTER = re.compile(r"^\.?\s{0,2}[\[\u2588]")


@dataclass(frozen=True, slots=True)
class Person:
    """One protected person as it came over the pipe."""

    id: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A listed person in a text: the id and where, in characters of the normalised text."""

    form: str
    start: int


class Matcher:
    """Everything prepared once for one check: protected and allowed people, and their identifiers."""

    def __init__(self, protected: Sequence[Person], allowed: Sequence[str] = ()) -> None:
        self.protected = tuple(protected)
        self.people = People()
        self.allowed = People()
        for number, person in enumerate(self.protected):
            for name in person.names:
                self.people.add(number, name)
        self._father_names = People()
        for part in [part for part in self.people.parts if part.role == "patronymic"]:
            for father in check_national.fathers(part.plain):
                self._father_names.add(part.person, father)
        for number, name in enumerate(allowed):
            self.allowed.add(number, name)
        self._allowed_initials = {p.plain[0] for p in self.allowed.parts if p.role != "surname"}
        self._patterns = [
            (p.id, pattern) for p in self.protected for i in p.identifiers for pattern in check_ids.patterns(i)
        ]
        self._compact = [
            (p.id, needle)
            for p in self.protected
            for i in p.identifiers
            if (needle := check_ids.compact_needle(i)) is not None
        ]
        self._foreign = [
            (p.id, needle) for p in self.protected for n in p.names for needle in foreign_needles(n) if needle
        ]
        self._disguised = Disguised(
            (self.protected[p.person].id, p.plain)
            for p in self.people.parts
            if not (p.short_form or self.allowed.rate(p.plain) or everyday(p, p.plain))
        )
        self._joiner = Joiner(self.people, [(p.id, i) for p in self.protected for i in p.identifiers])
        self._initials = [(p.id, pattern) for p in self.protected for pattern in initial_patterns(p.names)]
        for part in self.people.parts:
            pattern = masked(part.plain) if part.role == "surname" and not self.allowed.rate(part.plain) else None
            if pattern is not None:
                self._initials.append((self.protected[part.person].id, pattern))

    def search(self, text: str, whole_words_from: int = 2) -> list[Found]:
        """All hits in `text`, at most one for each person and position.

        `whole_words_from`: shorter words are left out, for text that is really machine data.
        """
        cut_apart = self._cut_apart(self._joiner.within(text)) if whole_words_from <= SHORTEST_CUT else ()
        hidden = [Found(form, at) for form, at in self._disguised.search(text)] if whole_words_from <= 2 else ()
        text = normalise(text)
        found = [*self._identifiers(text), *self._names(text, whole_words_from), *cut_apart, *hidden]
        return list({(f.form, f.start): f for f in found}.values())

    def between(self, above: Sequence[str], below: Sequence[str]) -> set[str]:
        """Ids of people whom a cut between pages hides: `above` and `below` are the lines at the cut."""
        forms = {found.form for found in self._cut_apart(self._joiner.between(above, below))}
        if not above or not below:
            return set()
        lines = {*above[-NEXT_LINES:], *below[:NEXT_LINES]}
        alone = {line: {f.form for f in self.search(line)} for line in lines}
        for first in above[-NEXT_LINES:]:
            for second in below[:NEXT_LINES]:
                joined = {f.form for f in self.search(one_line(first, second))}
                forms |= joined - alone[first] - alone[second]
        return forms

    def _cut_apart(self, joined: Iterator[tuple[str, int]]) -> Iterator[Found]:
        for what, number in joined:
            if number < 0:
                yield Found(what, 0)
            elif not self._explained(what, number):
                yield Found(self._id(number), 0)

    def _identifiers(self, text: str) -> Iterator[Found]:
        if self._patterns:
            folded = check_ids.fold(text)
            for form, pattern in self._patterns:
                for haystack in (text.casefold(), folded):
                    match = pattern.search(haystack)
                    if match:
                        yield Found(form, min(match.start(), len(text)))
                        break
        if self._compact:
            packed = check_ids.compact(text)
            for form, needle in self._compact:
                if needle in packed:
                    yield Found(form, 0)
        if self._foreign:
            plain = sk.strip_marks(text.casefold())
            closed = "".join(plain.split())
            for form, needle in self._foreign:
                if needle in plain or needle in closed:
                    yield Found(form, 0)
        for form, pattern in self._initials:
            for match in pattern.finditer(text):
                yield Found(form, match.start())

    def _names(self, text: str, shortest: int) -> Iterator[Found]:
        if not self.people.parts:
            return
        found = words(text)
        spaced = spaced_words(text)
        for index, word in enumerate(found):
            if len(word.text) >= shortest:
                for number in self.people.rate(word.text):
                    if self._counts(text, found, index, number):
                        yield Found(self._id(number), word.start)
        for word in spaced:
            freely = self._anywhere(word.text) if len(word.text) >= SPACED_FREELY else self._as_surname(word.text)
            for number in freely | self.people.short_in(word.text):
                if not self._explained(word.text, number):
                    yield Found(self._id(number), word.start)
        yield from self._torn(text, found)
        yield from self._fathers(text)

    def _fathers(self, text: str) -> Iterator[Found]:
        """A patronymic in the national form: Рахимжон ўғли for Рахимджанович."""
        for match in check_national.FATHER.finditer(text) if self._father_names.parts else ():
            for number in self._father_names.rate(match.group(1).title()):
                yield Found(self.protected[self._father_names.parts[number].person].id, match.start())

    def _id(self, number: int) -> str:
        return self.protected[self.people.parts[number].person].id

    def _as_surname(self, word: str) -> set[int]:
        rated = self.people.rate(word.title())
        return {n for n, rank in rated.items() if rank < FUZZY and self.people.parts[n].role == "surname"}

    def _anywhere(self, word: str) -> set[int]:
        found = set(self.people.rate(word)) | set(self.people.rate(word.title()))
        codes = {"fine": sk.fine(word.casefold()), "coarse": sk.coarse(word.casefold())[0]}
        return found | {n for kind, stem, n in self.people.long_stems if stem in codes[kind]}

    # -- does a fitting word count? -------------------------------------------------------------------------

    def _counts(self, text: str, found: list[Word], index: int, number: int) -> bool:
        part, word = self.people.parts[number], found[index]
        around = self._around(text, found, index)
        supported = self._supported(around, number)
        if is_short(part) and not supported and not is_title(word.text) and not _lonely_capitals(word.text, around):
            return False
        if everyday(part, word.text) and not supported:
            return False
        if part.role != "surname" and not supported and self._of_somebody_else(text, found, index, number):
            return False
        return supported or not self._explained(word.text, number) or self._told_apart(text, found, index, number)

    def _around(self, text: str, found: list[Word], index: int) -> list[Word]:
        """The words that may belong to the same name as this one."""
        near: list[Word] = []
        for step in (-1, 1):
            edge = found[index]
            at = index + step
            while 0 <= at < len(found) and abs(at - index) <= REACH + 2:
                other = found[at]
                gap = text[edge.end : other.start] if step > 0 else text[other.end : edge.start]
                overlaps = other.start < edge.end and edge.start < other.end
                if not overlaps and not _BETWEEN.fullmatch(gap):
                    break
                if not overlaps:
                    near.append(other)
                    edge = other
                at += step
                if len(near) >= 2 * REACH:
                    break
        return near

    def _supported(self, around: list[Word], number: int) -> bool:
        """Whether a neighbour is another part of the same person that no allowed person explains."""
        part = self.people.parts[number]
        for other in around:
            for n in self.people.rate(other.text):
                mine = self.people.parts[n]
                same = mine.person == part.person and mine.plain != part.plain and mine.role != part.role
                if same and not self._explained(other.text, n):
                    return True
        return False

    def _explained(self, word: str, number: int) -> bool:
        """Whether an allowed person's part fits the word at least as well as the protected one's."""
        if not self.allowed.parts:
            return False
        rank = self.people.rate(word).get(number, FUZZY)
        for n, other in self.allowed.rate(word).items():
            if other <= rank and (other == EXACT or fits_gender(self.allowed.parts[n], word)):
                return True
        return False

    def _told_apart(self, text: str, found: list[Word], index: int, number: int) -> bool:
        """Whether an initial beside the word is the protected person's and no allowed person's."""
        person = self.people.parts[number].person
        mine = {p.plain[0] for p in self.people.parts if p.person == person and p.role != "surname"}
        mine_everywhere = both_scripts(mine) - both_scripts(self._allowed_initials)
        return bool(_initials_beside(text, found, index) & mine_everywhere)

    def _of_somebody_else(self, text: str, found: list[Word], index: int, number: int) -> bool:
        """Whether a given name or patronymic stands inside the name of another person."""
        word, part = found[index], self.people.parts[number]
        if not is_title(word.text):
            return False
        others: tuple[Word | None, ...]
        after = _neighbour(text, found, index, 1)
        before = _neighbour(text, found, index, -1)
        if part.role == "patronymic":
            return (
                before is not None
                and is_title(before.text)
                and not self._mine(before, part.person)
                and same_case(before.text.casefold(), word.text.casefold())
            )
        if after is not None and PATRONYMIC.search(after.text.casefold()) and is_title(after.text):
            if self._has_patronymic(part.person) and not self._mine(after, part.person):
                return True
            others = (_neighbour(text, found, found.index(after), 1), after, before)
        else:
            others = (after, before)
        return any(w is not None and not self._mine(w, part.person) and is_surname(word.text, w.text) for w in others)

    def _mine(self, word: Word, person: int) -> bool:
        return any(self.people.parts[n].person == person for n in self.people.rate(word.text))

    def _has_patronymic(self, person: int) -> bool:
        return any(p.person == person and p.role == "patronymic" for p in self.people.parts)

    # -- words torn apart ----------------------------------------------------------------------------------

    def _torn(self, text: str, found: list[Word]) -> Iterator[Found]:
        """Long stems that only appear when the gaps between words are closed."""
        wanted = [(k, s, n) for k, s, n in self.people.long_stems if len(s) >= RUN_TOGETHER_STEM]
        for kind in {k for k, _, _ in wanted}:
            starts, kept, joined = _joined(found, kind)
            for _, stem, number in (w for w in wanted if w[0] == kind):
                at = joined.find(stem)
                while at >= 0:
                    first, last = (bisect_right(starts, at) - 1), (bisect_right(starts, at + len(stem) - 1) - 1)
                    span = kept[first : last + 1]
                    if len(span) > 1 and _torn_apart(text, span) and not self._any_explained(span, number):
                        yield Found(self._id(number), span[0].start)
                    at = joined.find(stem, at + 1)

    def _any_explained(self, span: list[Word], number: int) -> bool:
        return self._explained("".join(w.text for w in span), number)


def _joined(found: list[Word], kind: str) -> tuple[list[int], list[Word], str]:
    starts, kept, pieces, size, end = [], [], [], 0, -1
    for word in found:
        if word.start < end:
            continue  # a piece of a CamelCase word that is in already
        end = word.end
        folded = word.text.casefold()
        code = sk.coarse(folded)[0] if kind == "coarse" else sk.fine(folded) if sk.is_cyrillic(folded) else "|"
        if code:
            starts.append(size)
            kept.append(word)
            pieces.append(code)
            size += len(code)
    return starts, kept, "".join(pieces)


def _torn_apart(text: str, span: list[Word]) -> bool:
    """Whether the pieces stand so close that they may have been one word, and aren't ordinary words."""
    gaps = [text[a.end : b.start] for a, b in pairwise(span)]
    if any(len(g) > MAX_GAP or re.search(r"[,;:!?()]|\.\s", g) for g in gaps):
        return False
    # Абдул-Керимов for Абдулкеримов; with a space between, two capitalised words are two names.
    return all(g == "-" for g in gaps) or not all(is_title(w.text) or w.text.isdigit() for w in span)


def _neighbour(text: str, found: list[Word], index: int, step: int) -> Word | None:
    at = index + step
    while 0 <= at < len(found) and found[at].start < found[index].end and found[index].start < found[at].end:
        at += step
    if not 0 <= at < len(found):
        return None
    word, other = found[index], found[at]
    gap = text[word.end : other.start] if step > 0 else text[other.end : word.start]
    return other if _TIGHT.fullmatch(gap) else None


def _initials_beside(text: str, found: list[Word], index: int) -> set[str]:
    """The single capitals right before and after a word, with nothing but dots and spaces between."""
    letters: set[str] = set()
    for step in (-1, 1):
        edge, at = found[index], index + step
        while 0 <= at < len(found):
            other = found[at]
            at += step
            if other.start < edge.end and edge.start < other.end:
                continue  # another reading of the same place
            gap = text[other.end : edge.start] if step < 0 else text[edge.end : other.start]
            if len(other.text) != 1 or not other.text.isupper() or not _GAP_OF_INITIALS.fullmatch(gap):
                break
            # «О Ковальчук» speaks about her; «О. Ковальчук» is her.
            if step > 0 or "." in gap or other.text not in _PREPOSITIONS:
                letters.add(other.text.casefold())
            edge = other
    return letters


def _lonely_capitals(word: str, around: list[Word]) -> bool:
    """A short name in capitals counts unless the whole line is in capitals."""
    return word.isupper() and not any(len(w.text) > 3 and w.text.isupper() for w in around)


_GAP_OF_INITIALS = re.compile(r"[\s.,\-]{0,4}")
_PREPOSITIONS = "ВКСОУИАЯ"
