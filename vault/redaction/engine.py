"""One text in, its findings out: listed people, listed and found identifiers, names and traits by rule and by model.

The engine only proposes; what is redacted is decided by a reviewer. Two rules are kept here: a protected person's
name is proposed even where the applicant shares it, and what overlaps becomes one span that covers all of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model.findings import Span
from ..model.people import Person
from . import echoes, found, freetext, places, quasi
from . import kept as kept_people
from .identifiers import ListedIdentifiers, find_identifiers
from .labels import EITHER, PERHAPS, Labels
from .names import Matcher
from .names.matcher import Match, is_cased

ENGINE_VERSION = "2"


@dataclass(frozen=True, slots=True)
class Profile:
    """What leaves. `categories` None means all; `keep_applicant` also keeps people who have a reason to be kept."""

    name: str
    keep_applicant: bool
    categories: frozenset[str] | None
    without: frozenset[str] = frozenset()

    def wants(self, category: str) -> bool:
        """Whether findings of this category are proposed."""
        return category not in self.without and (self.categories is None or category in self.categories)


PROFILES: dict[str, Profile] = {
    "lawyer": Profile("lawyer", keep_applicant=True, categories=None, without=quasi.CATEGORIES | found.NOT_PEOPLE),
    "public": Profile("public", keep_applicant=False, categories=None),
    "internal": Profile("internal", keep_applicant=True, categories=frozenset()),
}

# In a lawyer's bundle these are as likely the applicant's own, so each is looked at.
_TO_REVIEW = frozenset(
    {"COURT_CASE", "COURT_UID", "CRIMINAL_CASE", "FINE", "ADDRESS", "BIRTH_DATE", "COMPANY_NUMBER"}
)
_CONTAINERS = frozenset({"ADDRESS", "URL"})
_TIE = 0.06


def version(*, models: bool) -> str:
    """What a review is bound to: with models more is found, so a plan that was made without them doesn't count."""
    return f"{ENGINE_VERSION}+models" if models else ENGINE_VERSION


class Engine:
    """Built once for a case; `analyse` may be called for each text. `finder` asks the models, where there are any."""

    def __init__(self, people: Sequence[Person], profile: Profile, finder: found.Finder | None = None) -> None:
        self.profile = profile
        self._finder = finder
        self._kept = {person.id for person in people if profile.keep_applicant and _is_kept(person)}
        self._matcher = Matcher(people)
        self._listed = ListedIdentifiers(people)

    def keeps(self, person: Person) -> bool:
        """Whether the profile leaves this listed person."""
        return person.id in self._kept or (self.profile.categories is not None and not self.profile.categories)

    def analyse(self, text: str) -> list[Span]:
        """All proposals, sorted by start, none overlapping another."""
        return self._analyse(text, self._finder)

    def analyse_seam(self, text: str) -> list[Span]:
        """The same by rules alone: for the few words around a seam, of which models make too little of too much."""
        return self._analyse(text, None)

    def _analyse(self, text: str, finder: found.Finder | None) -> list[Span]:
        if self.profile.categories is not None and not self.profile.categories:
            return []
        matches = self._matcher.matches(text)
        kept = [match for match in matches if match.span.person in self._kept]
        spans = _protected(text, [match for match in matches if match.span.person not in self._kept], kept)
        listed = self._listed.find(text)
        spans += [span for span in listed if span.person not in self._kept]
        own = kept_people.own_words(text, [match for match in kept if not match.conflict])
        clear_ids = _Cover([span for span in listed if span.person in self._kept])
        spans += [self._reviewed(span) for span in find_identifiers(text) if not (clear_ids.touches(span))]
        cased = is_cased(text)
        for span in freetext.find_names(text):
            spans += kept_people.others(text, span, own, cased)
        if finder is not None:
            spans += self._by_models(text, finder, spans, own)
        people = [span for span in spans if span.category == "PERSON"]
        for span in echoes.find(text, people):
            spans += kept_people.others(text, span, own, cased)
        if self.profile.wants("PLACE"):
            spans += quasi.find_quasi(text) + places.find_places(text)
        return _one_each([span for span in spans if self.profile.wants(span.category)])

    def _by_models(
        self, text: str, finder: found.Finder, others: Sequence[Span], own: Sequence[tuple[int, int]]
    ) -> list[Span]:
        wanted = [span for span in found.spans(text, finder(text)) if self.profile.wants(span.category)]
        out: list[Span] = []
        cased = is_cased(text)
        people = _Cover([span for span in others if span.category == "PERSON"], join=False)
        for span in wanted:
            if span.category != "PERSON":
                out.append(span)
                continue
            for piece in kept_people.others(text, span, own, cased):
                known = people.within(piece)
                out += [piece] if len(known) < 2 else found.between(text, piece, known)
        return out

    def _reviewed(self, span: Span) -> Span:
        if self.profile.keep_applicant and span.category in _TO_REVIEW:
            return replace(span, sure=False)
        return span


def _is_kept(person: Person) -> bool:
    return person.role == "applicant" or bool(person.keep)


class _Cover:
    """Answers whether a span touches any of a list of spans. `join` makes one of those that merely adjoin."""

    def __init__(self, spans: Sequence[Span], *, join: bool = True) -> None:
        self._ends = _merged(spans, join)

    def touches(self, span: Span) -> bool:
        """By bisection over the merged stretches."""
        low = self._first(span)
        return low < len(self._ends) and self._ends[low][0] < span.end

    def within(self, span: Span) -> list[tuple[int, int]]:
        """The merged stretches that touch it, in order."""
        low = high = self._first(span)
        while high < len(self._ends) and self._ends[high][0] < span.end:
            high += 1
        return self._ends[low:high]

    def _first(self, span: Span) -> int:
        return bisect_right(self._ends, span.start, key=lambda stretch: stretch[1])


def _merged(spans: Sequence[Span], join: bool) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda one: one.start):
        if out and span.start < out[-1][1] + join:
            out[-1] = (out[-1][0], max(out[-1][1], span.end))
        else:
            out.append((span.start, span.end))
    return out


def _protected(text: str, matches: Sequence[Match], kept: Sequence[Match]) -> list[Span]:
    """Protected people's spans; where a kept person's name fits better it is theirs, where as well it is asked.

    A kept name excuses only the words that are its own: never one beside it that is a protected person's alone
    (the applicant in one line of a table, a relative of the same surname in the next).
    """
    out: list[Span] = []
    waiting = sorted(kept, key=lambda one: one.span.start)
    first = 0
    for match in sorted(matches, key=lambda one: one.span.start):
        span = replace(match.span, source=PERHAPS) if match.conflict else match.span
        while first < len(waiting) and waiting[first].span.end <= span.start:
            first += 1
        rival, is_whole = 0.0, False
        beside: list[Match] = []
        for other in waiting[first:]:
            if other.span.start >= span.end:
                break
            beside.append(other)
            whole = other.span.start <= span.start and span.end <= other.span.end
            if whole and not other.conflict and _are_within(match.parts, other.parts):
                # Only a name that accounts for every letter: «Даш. Гронберга» is not the applicant's for «Даш».
                rival = max(rival, other.span.score)
                is_whole = is_whole or other.whole
        if rival > span.score + _TIE:
            if is_whole or not match.own_surname:
                continue
            # In a form of the protected person's own it is asked about unless a whole name has it, as nobody's.
            span = replace(span, source=PERHAPS)
        span = kept_people.without_kept(text, span, beside) if beside else span
        if rival and rival >= span.score - _TIE:
            # As likely the kept person: under a protected one's label the page would change who it is about.
            span = replace(span, sure=False, source=PERHAPS if span.source == PERHAPS else EITHER)
        out.append(span)
    return out


def _are_within(parts: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> bool:
    """Whether each part lies in one of the others; both are sorted."""
    low = 0
    for start, end in parts:
        while low < len(others) and others[low][1] < end:
            low += 1
        if low == len(others) or others[low][0] > start:
            return False
    return True


def _rank(span: Span) -> tuple[bool, bool, float, int]:
    return (span.person is not None and span.sure, span.sure, span.score, span.end - span.start)


def _one_each(spans: Sequence[Span]) -> list[Span]:
    """Overlapping spans become one: the strongest's, as wide as all of them."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if out and span.start < out[-1].end:
            out[-1] = _joined(out[-1], span)
        else:
            out.append(span)
    return out


def _joined(one: Span, other: Span) -> Span:
    start, end = min(one.start, other.start), max(one.end, other.end)
    for outer, inner in ((one, other), (other, one)):
        inside = outer.start <= inner.start and inner.end <= outer.end
        longer = outer.end - outer.start > inner.end - inner.start
        if outer.category in _CONTAINERS and inside and longer:
            return _with_person(outer, one, other)
    joined = _with_person(replace(max(one, other, key=_rank), start=start, end=end), one, other)
    return replace(joined, sure=False, source=EITHER) if _may_be_either(one, other) else joined


def _may_be_either(one: Span, other: Span) -> bool:
    """Whether the same words may be two listed people: sisters, by their surname alone."""
    same = (one.start, one.end) == (other.start, other.end)
    both = one.person is not None and other.person is not None and one.person != other.person
    return same and both and abs(one.score - other.score) < _TIE


def _with_person(joined: Span, one: Span, other: Span) -> Span:
    """Whoever is listed stays with the joined span: what was decided of a stretch where nobody was known doesn't
    hold for one that may name a listed person. The source stays a rule's where it is rather somebody else."""
    listed = max((span for span in (one, other) if span.person is not None), key=_rank, default=None)
    sure = one.sure or other.sure
    if listed is None or joined.person is not None:
        return replace(joined, sure=sure)
    source = joined.source if listed.source in (PERHAPS, EITHER) else listed.source
    return replace(joined, person=listed.person, source=source, sure=sure)


def redact(text: str, spans: Sequence[Span], labels: Labels) -> str:
    """The text with each span replaced by its label. Spans that overlap are replaced as one."""
    out: list[str] = []
    at = 0
    for span in _one_each(spans):
        out.append(text[at : span.start])
        out.append(labels.label_for(span, text[span.start : span.end]))
        at = span.end
    out.append(text[at:])
    return "".join(out)
