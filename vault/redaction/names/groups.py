"""From single hits to groups: the hits of one person that stand together as one written name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...model.people import Person
from . import context
from .folding import CYRILLIC, is_caseless, is_cyrillic
from .forms import NameForm
from .index import UNCERTAIN, Candidate
from .parts import NameParts, as_listed, initials
from .scan import Hit

MAX_SHORT = 4  # parts so short are found with an error only beside another part

_JOIN = re.compile(r"[ \t\r\n\xa0_\-\u2010\u2011\u2013/.]{0,3}|,[ \t\r\n\xa0]{1,2}|<{1,2}")
_JOIN_INITIALS = re.compile(r"[ \t\n\xa0,]{0,2}(?:(?:[^\W\d_]\.|[A-ZА-ЯЁІЇЄ])[ \t\n\xa0]{0,2}){1,2}")
_MIDDLE = re.compile(
    r"[ \t\xa0\n\-]{1,2}([^\W\d_]{2,20})(?:[\-\u2010]\n([^\W\d_]{1,20}))?['\u2019\u02b9`]?[ \t\xa0\n\-]{1,2}"
    r"(?:([^\W\d_]{2,6}['\u2018\u2019`]?[^\W\d_]{0,5})[ \t\xa0\n]{1,2})?"
)
_MAX_GAP = 10
MAX_MEMBERS = 12  # no written name has more parts; what goes on is another name
_PRIORITY = {"surname": 0, "joined": 1, "given": 2, "patronymic": 3, "short": 4}


def kind_of(candidate: Candidate) -> str:
    """The part of a name, where a short form counts as a given name."""
    return "given" if candidate.form.part == "short" else candidate.form.part


@dataclass(frozen=True, slots=True)
class Listed:
    """What matters of a listed person beside the forms: which parts are known, and the initials."""

    person: Person
    given: bool
    patronymic: bool
    surname: bool
    compound: bool
    given_initials: frozenset[str]
    patronymic_initials: frozenset[str]
    short_forms: frozenset[str]
    syllabic: bool  # every word is one syllable, as in Chinese, Korean, Burmese and Vietnamese names
    shown: dict[str, str]  # folded words of the name as they are listed


@dataclass(slots=True)
class Group:
    """Hits of one person that stand together, while it grows; `kinds` are the parts of the name that it has."""

    start: int
    end: int
    members: list[tuple[Hit, Candidate]]
    kinds: set[str] = field(default_factory=set)
    conflict: bool = False  # a part between its hits is none of this person's

    def __post_init__(self) -> None:
        self.kinds = {kind_of(found) for _, found in self.members}

    def add(self, hit: Hit, found: Candidate) -> None:
        """Takes in one more hit."""
        self.members.append((hit, found))
        self.kinds.add(kind_of(found))
        self.end = max(self.end, hit.end)

    def reread_first(self, found: Candidate) -> None:
        """Takes the only hit for another part of the name."""
        self.members[0] = (self.members[0][0], found)
        self.kinds = {kind_of(found)}


def facts_of(person: Person, apart: list[NameParts], forms: list[NameForm]) -> Listed:
    """What the weighing needs to know of a person."""
    given = tuple(word for parts in apart for word in parts.given)
    patronymic = tuple(word for parts in apart for word in parts.patronymic)
    surnames = [parts.surname for parts in apart]
    return Listed(
        person,
        bool(given),
        bool(patronymic),
        any(surnames),
        any(len(parts) > 1 for parts in surnames) or any(len(parts.given) > 1 for parts in apart),
        initials(given),
        initials(patronymic),
        frozenset(
            form.text
            for form in forms
            if form.script == CYRILLIC and 2 < len(form.text) <= MAX_SHORT and form.part in ("surname", "given")
        ),
        all(map(context.is_syllable, (word for parts in apart for word in parts.words))),
        as_listed(person),
    )


def by_person(hits: list[Hit]) -> dict[int, list[tuple[Hit, list[Candidate]]]]:
    """The hits of each person, each with what it may be, the best first."""
    found: dict[int, list[tuple[Hit, list[Candidate]]]] = {}
    for hit in hits:
        split: dict[int, list[Candidate]] = {}
        for candidate in hit.candidates:
            split.setdefault(candidate.person, []).append(candidate)
        for number, candidates in split.items():
            candidates.sort(key=order)
            found.setdefault(number, []).append((hit, candidates))
    return found


def order(candidate: Candidate) -> tuple[bool, bool, int, bool]:
    """Sorts what a word may be: without an error first, then by how much the part says."""
    form = candidate.form
    return (candidate.quality in UNCERTAIN, form.weak, _PRIORITY[form.part], candidate.quality != "exact")


def groups_of(text: str, hits: list[tuple[Hit, list[Candidate]]], listed: Listed) -> list[Group]:
    """Hits that stand together as one name."""
    groups: list[Group] = []
    for hit, candidates in hits:
        last = groups[-1] if groups else None
        if last is not None and _join(text, last, hit, candidates, listed):
            continue
        groups.append(Group(hit.start, hit.end, [(hit, candidates[0])]))
    return groups


def _join(text: str, group: Group, hit: Hit, candidates: list[Candidate], listed: Listed) -> bool:
    if hit.start < group.end:
        group.add(hit, candidates[0])
        return True
    if len(group.members) >= MAX_MEMBERS:
        return False
    gap = text[group.end : hit.start]
    middle = None
    if not (len(gap) <= _MAX_GAP and _is_joint(gap, group)):
        middle = _middle(gap)
        if middle is None:
            return False
    used = group.kinds
    if "," in gap and (not used <= {"surname", "joined"} or context.has_given_before(text, group.start)):
        return False
    if context.is_apart(gap) and (gap.strip() or used == _WHOLE or _is_of_another(text, group)):
        return False
    free = [one for one in candidates if kind_of(one) not in used]
    if not free and len(group.members) == 1:
        free = _swap_reading(group, hit, candidates)
    if not free:
        if "," in gap or context.is_apart(gap) or not (listed.compound or used == {"given"}):
            return False
        if _is_twice(group, hit, gap):
            return False
        free = candidates
    group.add(hit, free[0])
    group.conflict = group.conflict or _contradicts(middle, listed)
    return True


def _is_twice(group: Group, hit: Hit, gap: str) -> bool:
    """Whether a dash with a space, or the same word once more, parts two names: "А. Тер-Ян - Тер-Ян И."."""
    dash = gap.strip(" \t\xa0") in ("-", "\u2010", "\u2011", "\u2013") and gap.strip() != gap
    return dash or hit.word.casefold() == group.members[-1][0].word.casefold()


_WHOLE = {"given", "surname"}


def _is_of_another(text: str, group: Group) -> bool:
    """Whether what stands before a line's end is the rest of somebody else's name."""
    return "given" not in group.kinds and context.has_given_before(text, group.start)


def _contradicts(middle: str | None, listed: Listed) -> bool:
    """Whether the word between two parts is a given name or patronymic where this person has another."""
    if not middle:
        return False
    marks, known = context.marks_of(middle)
    return known and (("Name" in marks and listed.given) or ("Patr" in marks and listed.patronymic))


def _swap_reading(group: Group, hit: Hit, candidates: list[Candidate]) -> list[Candidate]:
    """Магомедов Магомед: when both words may be the same part, let the first be another of its own parts."""
    first_hit, first = group.members[0]
    kind = kind_of(first)
    for other in first_hit.candidates:
        if other.person == first.person and kind_of(other) != kind:
            group.reread_first(other)
            return candidates
    return []


def _is_joint(gap: str, group: Group) -> bool:
    if _JOIN.fullmatch(gap):
        return "." not in gap or len(gap) == 1 or group.members[-1][0].end - group.members[-1][0].start <= 3
    return bool(_JOIN_INITIALS.fullmatch(gap))


def _middle(gap: str) -> str | None:
    """The further word of a name, or the particle, that alone stands between two parts; None when more does."""
    match = _MIDDLE.fullmatch(gap)
    if match is None:
        return None
    word = match.group(1) + (match.group(2) or "")
    if match.group(3):
        return "" if context.is_after_father(match.group(3)) and (word[0].isupper() or is_caseless(word[0])) else None
    if context.is_particle(word):
        return ""
    marks, known = context.marks_of(word)
    if word[0].isupper():
        return word if marks or not known else None
    return word if not known and is_cyrillic(word) else None
