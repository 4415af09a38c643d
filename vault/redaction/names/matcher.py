"""Listed people in a text: words are looked up, put together to names, weighed and widened to the whole name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...model.findings import Span
from ...model.people import Person
from .. import morphology
from . import context
from .folding import CYRILLIC, LATIN, readings
from .index import Candidate, Index
from .parts import NameForm, NameParts, forms_of, handles_of, initials, names_of
from .romanise import one_edit_apart
from .scan import Hit, scan

CATEGORY = "PERSON"
SOURCE = "listed"

_JOIN = re.compile(r"[ \t\r\n\xa0_\-\u2010\u2011\u2013/.]{0,3}|,[ \t\r\n\xa0]{1,2}")
_JOIN_INITIALS = re.compile(r"[ \t\n\xa0,]{0,2}(?:[^\W\d_]\.?[ \t\n\xa0]{0,2}){1,2}")
_MIDDLE = re.compile(r"[ \t\xa0\n\-]{1,2}([^\W\d_]{2,20})['\u2019\u02b9`]?[ \t\xa0\n\-]{1,2}")
_MAX_GAP = 10
_SENTENCE_END = re.compile(r"[.!?…:;]['\"»”)]?\s*$|[\n\r]\s*$|[«\"„“(\-–—]\s*$")
_PRIORITY = {"surname": 0, "joined": 1, "given": 2, "patronymic": 3, "short": 4}
_ONE_KIND = {"given": "given", "short": "given"}
_MIN_SURE_LATIN = 5
_MIN_SURE_LOWER_LATIN = 6
_MIN_FUZZY_ALONE = 4
MAX_SHORT = 4  # parts so short are found with an error only beside another part


@dataclass(frozen=True, slots=True)
class Match:
    """A span, and whether what stands beside it says that it is somebody else of that name."""

    span: Span
    conflict: bool


@dataclass(frozen=True, slots=True)
class _Listed:
    person: Person
    given: bool
    patronymic: bool
    surname: bool
    compound: bool
    given_initials: frozenset[str]
    patronymic_initials: frozenset[str]
    short_forms: frozenset[str]


@dataclass(slots=True)
class _Group:
    """Hits of one person that stand together, while it grows."""

    start: int
    end: int
    members: list[tuple[Hit, Candidate]] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {_ONE_KIND.get(found.form.part, found.form.part) for _, found in self.members}


@dataclass(slots=True)
class _Verdict:
    start: int
    end: int
    conflict: bool = False
    initials: bool = False


class Matcher:
    """Finds every listed person in every guise; building it costs milliseconds a person, searching hardly any.

    `find` gives spans in order of their start, in code points of the text as given. Spans of different people
    may overlap (a shared surname); those of one person don't. `sure` spans hold a surname, or two parts of
    one name that agree.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self._listed: list[_Listed] = []
        forms: list[list[NameForm]] = []
        for person in people:
            apart = names_of(person)
            found = [form for parts in apart for form in forms_of(parts)]
            self._listed.append(_facts(person, apart, found))
            for handle in handles_of(person):
                found += [NameForm(word, script, "joined", "as listed", word) for script, word in readings(handle)]
            forms.append(found)
        self._index = Index(forms)

    def find(self, text: str) -> list[Span]:
        """All spans that may name a listed person."""
        return [match.span for match in self.matches(text)]

    def matches(self, text: str) -> list[Match]:
        """The same, with what says that a span may be somebody else who shares a name."""
        hits = scan(text, self._index)
        if not hits:
            return []
        cased = is_cased(text)
        matches: list[Match] = []
        for number, own in _by_person(hits).items():
            listed = self._listed[number]
            found = [_weigh(text, group, listed, cased) for group in _groups(text, own, listed)]
            matches += _raise_near(_merge([match for match in found if match is not None]))
        matches.sort(key=lambda one: (one.span.start, -one.span.end, one.span.person or ""))
        return matches


def is_cased(text: str) -> bool:
    """Whether capitals in this text mean anything: neither all small nor all large."""
    sample = text[:200_000]
    upper = sum(map(str.isupper, sample))
    lower = sum(map(str.islower, sample))
    return upper * 200 > lower and lower * 4 > upper


def _facts(person: Person, apart: list[NameParts], forms: list[NameForm]) -> _Listed:
    given = tuple(word for parts in apart for word in parts.given)
    patronymic = tuple(word for parts in apart for word in parts.patronymic)
    surnames = [parts.surname for parts in apart]
    return _Listed(
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
    )


def _by_person(hits: list[Hit]) -> dict[int, list[tuple[Hit, list[Candidate]]]]:
    found: dict[int, list[tuple[Hit, list[Candidate]]]] = {}
    for hit in hits:
        split: dict[int, list[Candidate]] = {}
        for candidate in hit.candidates:
            split.setdefault(candidate.person, []).append(candidate)
        for number, candidates in split.items():
            candidates.sort(key=_order)
            found.setdefault(number, []).append((hit, candidates))
    return found


def _order(candidate: Candidate) -> tuple[bool, bool, int, bool]:
    form = candidate.form
    return (candidate.quality == "error", form.weak, _PRIORITY[form.part], candidate.quality != "exact")


def _groups(text: str, hits: list[tuple[Hit, list[Candidate]]], listed: _Listed) -> list[_Group]:
    groups: list[_Group] = []
    for hit, candidates in hits:
        last = groups[-1] if groups else None
        if last is not None and _join(text, last, hit, candidates, listed):
            continue
        groups.append(_Group(hit.start, hit.end, [(hit, candidates[0])]))
    return groups


def _join(text: str, group: _Group, hit: Hit, candidates: list[Candidate], listed: _Listed) -> bool:
    if hit.start < group.end:
        group.end = max(group.end, hit.end)
        group.members.append((hit, candidates[0]))
        return True
    gap = text[group.end : hit.start]
    if not (len(gap) <= _MAX_GAP and _is_joint(gap, group)) and not _is_middle(gap):
        return False
    used = group.kinds
    free = [one for one in candidates if _ONE_KIND.get(one.form.part, one.form.part) not in used]
    if not free and len(group.members) == 1:
        free = _swap_reading(group, hit, candidates)
    if not free:
        if not (listed.compound or "-" in gap or used == {"given"}):
            return False
        free = candidates
    group.members.append((hit, free[0]))
    group.end = hit.end
    return True


def _swap_reading(group: _Group, hit: Hit, candidates: list[Candidate]) -> list[Candidate]:
    """Магомедов Магомед: when both words may be the same part, let the first be another of its own parts."""
    first_hit, first = group.members[0]
    kind = _ONE_KIND.get(first.form.part, first.form.part)
    for other in first_hit.candidates:
        if other.person == first.person and _ONE_KIND.get(other.form.part, other.form.part) != kind:
            group.members[0] = (first_hit, other)
            return candidates
    return []


def _is_joint(gap: str, group: _Group) -> bool:
    if _JOIN.fullmatch(gap):
        return "." not in gap or len(gap) == 1 or group.members[-1][0].end - group.members[-1][0].start <= 3
    return bool(_JOIN_INITIALS.fullmatch(gap))


def _is_middle(gap: str) -> bool:
    """Whether only one further word of a name, or a particle, stands between two parts."""
    match = _MIDDLE.fullmatch(gap)
    if match is None:
        return False
    word = match.group(1)
    if word.lower() in context.PARTICLES:
        return True
    marks, known = context.marks_of(word)
    return bool(marks) or not known if word[0].isupper() else not known


def _weigh(text: str, group: _Group, listed: _Listed, cased: bool) -> Match | None:
    verdict = _widen(text, group, listed, cased)
    score, sure = _score(text, group, listed, verdict, cased)
    if score <= 0:
        return None
    start, end = context.whole_handle(text, verdict.start, verdict.end)
    span = Span(start, end, CATEGORY, listed.person.id, SOURCE, score, sure, _explain(group, verdict))
    return Match(span, verdict.conflict)


def _widen(text: str, group: _Group, listed: _Listed, cased: bool) -> _Verdict:
    verdict = _Verdict(group.start, group.end)
    kinds = group.kinds
    if "surname" in kinds:
        _take_initials(text, verdict, listed)
    if not verdict.initials:
        _take_neighbours(text, verdict, kinds, listed, cased)
    return verdict


def _take_initials(text: str, verdict: _Verdict, listed: _Listed) -> None:
    for found, is_after in (
        (context.initials_after(text, verdict.end), True),
        (context.initials_before(text, verdict.start), False),
    ):
        if found is None:
            continue
        agrees = _initials_agree(found.letters, listed)
        if not agrees and not found.surely:
            continue
        if is_after:
            verdict.end = found.place
        else:
            verdict.start = found.place
        if listed.given:
            verdict.initials = verdict.initials or agrees
            verdict.conflict = verdict.conflict or not agrees
        return


def _initials_agree(letters: tuple[str, ...], listed: _Listed) -> bool:
    if not listed.given or letters[0] not in listed.given_initials:
        return False
    return len(letters) < 2 or not listed.patronymic or letters[1] in listed.patronymic_initials


_MAX_NEIGHBOURS = 3


def _take_neighbours(text: str, verdict: _Verdict, kinds: set[str], listed: _Listed, cased: bool) -> None:
    kinds = set(kinds)
    end = verdict.end
    for _ in range(_MAX_NEIGHBOURS):
        found = context.neighbour_after(text, end, cased)
        if found is None or not _belongs(found, kinds, listed, verdict):
            break
        end = found.end
        if "Particle" not in found.marks or _is_after_name(found):
            verdict.end = end
    start = verdict.start
    for _ in range(_MAX_NEIGHBOURS):
        found = context.neighbour_before(text, start, cased)
        if found is None or not _belongs(found, kinds, listed, verdict):
            break
        start = found.start
        if "Particle" not in found.marks or not _is_after_name(found):
            verdict.start = start


_AFTER_NAME = frozenset("оглы оглу огли угли кызы кизи гызы заде зода улы уулу хан бек".split()) | frozenset(
    "ogly oglu ogli oghlu ugli kyzy kizi qizi gizi zade zoda uulu uly khan bek".split()
)


def _is_after_name(found: context.Neighbour) -> bool:
    return found.word.lower() in _AFTER_NAME


def _belongs(found: context.Neighbour, kinds: set[str], listed: _Listed, verdict: _Verdict) -> bool:
    """Whether the neighbour is part of the same name; notes when it shows that this is somebody else."""
    marks = found.marks
    if found.hyphen or "Particle" in marks or _is_short_part(found.word, listed):
        return True
    if "Patr" in marks and "patronymic" not in kinds:
        kinds.add("patronymic")
        verdict.conflict = verdict.conflict or (listed.patronymic and found.known)
        return True
    if "Name" in marks and "given" not in kinds and kinds & {"surname", "patronymic"}:
        kinds.add("given")
        verdict.conflict = verdict.conflict or (listed.given and found.known)
        return True
    if "Surn" in marks and "surname" not in kinds and "joined" not in kinds:
        kinds.add("surname")
        verdict.conflict = verdict.conflict or (listed.surname and kinds != {"given", "patronymic", "surname"})
        return True
    return _is_strange(found)


def _is_short_part(word: str, listed: _Listed) -> bool:
    """A short part of this name with one error in it: alone it would say nothing."""
    if len(word) > MAX_SHORT + 1:
        return False
    return any(
        one_edit_apart(folded, form)
        for script, folded in readings(word)
        if script == CYRILLIC
        for form in listed.short_forms
    )


def _is_strange(found: context.Neighbour) -> bool:
    """A capitalised Russian word that is a name or in no dictionary: a further name, a foreign part of this one."""
    if not any(script == CYRILLIC for script, _ in readings(found.word)):
        return False
    return bool(found.marks) or not found.known


def _score(text: str, group: _Group, listed: _Listed, verdict: _Verdict, cased: bool) -> tuple[float, bool]:
    parts: set[str] = {found.form.part for _, found in group.members}
    kinds = group.kinds
    erring = [hit for hit, found in group.members if found.quality == "error"]
    if len(kinds) > 1:
        score = 0.97 if not erring else 0.85
        return (0.5, False) if verdict.conflict else (score, True)
    hit, found = min(group.members, key=lambda member: _order(member[1]))
    if verdict.initials:
        return (0.95 if not erring else 0.8), not verdict.conflict
    if verdict.conflict:
        return _other_person(parts, found)
    return _alone(text, hit, found, listed, cased)


def _other_person(parts: set[str], found: Candidate) -> tuple[float, bool]:
    if found.quality == "error":
        return 0.0, False
    return (0.4, False) if parts & {"surname", "joined"} else (0.15, False)


def _alone(text: str, hit: Hit, found: Candidate, listed: _Listed, cased: bool) -> tuple[float, bool]:
    """One part without anything beside it."""
    if found.form.weak:
        return 0.0, False
    part = found.form.part
    folded = _folded(hit.word)
    capital = hit.word[0].isupper() or not cased or not hit.word[0].isalpha() or hit.word[0] == "l"  # a scanned I
    cyrillic = folded[0] == CYRILLIC
    common = cyrillic and morphology.is_everyday(folded[1])
    if common and not capital:
        return 0.0, False
    if found.quality == "error":
        return _alone_with_error(part, folded, capital, cyrillic)
    if part == "joined" or (part == "given" and not listed.surname and not listed.patronymic):
        part = "surname"
    if part == "surname":
        return _surname_alone(text, hit, found, cyrillic, common, capital)
    if part == "patronymic":
        return 0.45, False
    if len(folded[1]) < 4 and not hit.word[0].isupper():
        return 0.0, False
    return (0.35 if part == "given" else 0.3), False


def _alone_with_error(part: str, folded: tuple[str, str], capital: bool, cyrillic: bool) -> tuple[float, bool]:
    script, word = folded
    if len(word) < _MIN_FUZZY_ALONE or (cyrillic and morphology.is_known(word)):
        return 0.0, False
    if (script == LATIN or len(word) == _MIN_FUZZY_ALONE) and not capital:
        return 0.0, False
    if part == "surname":
        return 0.5, False
    return (0.25, False) if capital and len(word) > _MIN_FUZZY_ALONE else (0.0, False)


def _surname_alone(
    text: str, hit: Hit, found: Candidate, cyrillic: bool, common: bool, capital: bool
) -> tuple[float, bool]:
    length = len(found.form.text)
    if not capital and length < 4:
        return 0.0, False
    if not cyrillic:
        least = _MIN_SURE_LATIN if hit.word[0].isupper() else _MIN_SURE_LOWER_LATIN
        sure = length >= least
        if length < 4 and not hit.word[0].isupper():
            return 0.0, False
    else:
        sure = not common or not _SENTENCE_END.search(text[max(0, hit.start - 8) : hit.start] or "\n")
    if not found.form.own:
        return 0.6, False
    return (0.9, True) if sure else (0.55, False)


def _folded(word: str) -> tuple[str, str]:
    found = readings(word)
    return found[0] if found else (LATIN, word.lower())


def _explain(group: _Group, verdict: _Verdict) -> str:
    said: dict[str, None] = {}
    for hit, found in group.members:
        how = {"exact": "", "romanised": ", romanised", "error": ", one letter off"}[found.quality]
        broken = ", broken up" if hit.broken else ""
        said[f"{found.form.part}: {found.form.what}{how}{broken}"] = None
    text = "; ".join(said)
    if verdict.initials:
        text += "; the initials agree"
    return text + ("; may be somebody else of that name" if verdict.conflict else "")


def _merge(matches: list[Match]) -> list[Match]:
    """Spans of one person that overlap become one, with the better score."""
    out: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.span.start, -one.span.end)):
        if out and match.span.start < out[-1].span.end:
            best = max(out[-1], match, key=lambda one: (one.span.sure, one.span.score))
            end = max(out[-1].span.end, match.span.end)
            out[-1] = Match(replace(best.span, start=out[-1].span.start, end=end), best.conflict)
        else:
            out.append(match)
    return out


_NEAR = 0.25


def _raise_near(matches: list[Match]) -> list[Match]:
    """A bare given name weighs more when the same text names the person in full."""
    if not any(match.span.sure for match in matches):
        return matches
    return [
        match
        if match.span.sure or match.conflict or match.span.score >= 0.5
        else Match(replace(match.span, score=round(match.span.score + _NEAR, 2)), False)
        for match in matches
    ]
