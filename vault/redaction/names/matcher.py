"""Listed people in a text: words are looked up, put together to names, weighed and widened to the whole name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...model.findings import Span
from ...model.people import Person
from . import context, explain, foreign
from .folding import CYRILLIC, is_cyrillic
from .forms import NameForm
from .groups import Group, Listed, by_person, facts_of, groups_of
from .index import ALIKE, UNCERTAIN, Candidate, Index
from .masked import SCORE as MASKED_SCORE
from .masked import Masked
from .parts import forms_of, handles_of, names_of
from .romanise import one_edit_apart
from .scan import Hit, scan
from .schemes import scheme_of, spelled
from .weigh import score
from .widen import Verdict, widen

CATEGORY = "PERSON"
SOURCE = "listed"


@dataclass(frozen=True, slots=True)
class Match:
    """A span, and whether what stands beside it says that it is somebody else of that name.

    `own_surname`: it is nothing but the listed surname, without an error, in a form of that person's own gender or
    of the family. `parts` are the stretches that are this person's own words and initials, sorted: what the span
    was widened to beside them may be anybody's. `whole`: given name and surname, in forms of the own gender.
    `erring`: parts that another part or the initials make this person's, and that are spelt as no form of theirs is.
    """

    span: Span
    conflict: bool
    own_surname: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    whole: bool = False
    erring: tuple[tuple[int, int], ...] = ()


class Matcher:
    """Finds every listed person in every guise; building it costs milliseconds a person, searching hardly any.

    `find` gives spans in order of their start, in code points of the text as given. Spans of different people
    may overlap (a shared surname); those of one person don't. `sure` spans hold a surname, or two parts of
    one name that agree.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self._listed: list[Listed] = []
        forms: list[list[NameForm]] = []
        for person in people:
            apart = names_of(person)
            found = [form for parts in apart for form in forms_of(parts)]
            self._listed.append(facts_of(person, apart, found))
            forms.append(found)
        self._index = Index(forms)
        self._masked = Masked(forms)
        self._as_written: list[tuple[re.Pattern[str], Listed, float]] = []
        for person, listed, own in zip(people, self._listed, forms, strict=True):
            self._as_written += [(pattern, listed, value) for pattern, value in foreign.patterns_of(person)]
            if not own and any(map(str.isalnum, person.name)) and not foreign.is_foreign(person.name):
                self._as_written.append((_letters(person.name), listed, _BARE_SCORE))
            for handle in handles_of(person):
                self._as_written.append((_handle(handle), listed, _HANDLE_SCORE))

    def find(self, text: str) -> list[Span]:
        """All spans that may name a listed person."""
        return [match.span for match in self.matches(text)]

    def matches(self, text: str) -> list[Match]:
        """The same, with what says that a span may be somebody else who shares a name."""
        matches: list[Match] = []
        written: dict[str, list[Match]] = {}
        for pattern, listed, value in self._as_written:
            written.setdefault(listed.person.id, []).extend(_written(text, pattern, listed, value))
        for start, end, number in self._masked.find(text):
            owner = self._listed[number].person.id
            span = Span(
                start, end, CATEGORY, owner, SOURCE, MASKED_SCORE, False, "the surname with its middle left out"
            )
            written.setdefault(owner, []).append(Match(span, False, parts=((start, end),)))
        hits = scan(text, self._index)
        cased = bool(hits) and is_cased(text)
        for number, own in by_person(hits).items():
            listed = self._listed[number]
            found = [_weigh(text, group, listed, cased) for group in groups_of(text, own, listed)]
            found += written.pop(listed.person.id, [])
            matches += _raise_near(_merge([match for match in found if match is not None]))
        matches += [match for rest in written.values() for match in _merge(rest)]
        matches.sort(key=lambda one: (one.span.start, -one.span.end, one.span.person or ""))
        return matches


_BARE_SCORE = 0.3
_HANDLE_SCORE = 0.95


def _letters(name: str) -> re.Pattern[str]:
    """A name of single letters, which has no forms: it is found as it is listed, and never surely."""
    return re.compile(r"(?<!\w)" + r"[\s.]{1,3}".join(map(re.escape, re.findall(r"\w+", name))) + r"(?!\w)")


def _handle(alias: str) -> re.Pattern[str]:
    """A listed handle, with anything or nothing where it has a dot, dash or underscore."""
    words = map(re.escape, re.findall(r"[^\W_]+", alias))
    return re.compile(r"(?<![^\W_])@?" + r"[.\-_]{0,2}".join(words) + r"(?![^\W_])", re.IGNORECASE)


def _written(text: str, pattern: re.Pattern[str], listed: Listed, value: float) -> list[Match]:
    sure = value > foreign.SCORE_ALONE
    return [
        Match(
            Span(*found.span(), CATEGORY, listed.person.id, SOURCE, value, sure, "as listed"),
            False,
            parts=(found.span(),),
        )
        for found in pattern.finditer(text)
    ]


def is_cased(text: str) -> bool:
    """Whether capitals in this text mean anything: neither all small nor all large."""
    sample = text[:200_000]
    upper = sum(map(str.isupper, sample))
    lower = sum(map(str.islower, sample))
    return upper * 200 > lower and lower * 4 > upper


def _weigh(text: str, group: Group, listed: Listed, cased: bool) -> Match | None:
    verdict = widen(text, group, listed, cased)
    value, sure = score(text, group, listed, verdict, cased)
    if value <= 0:
        return None
    start, end = context.whole_handle(text, verdict.start, verdict.end)
    start = context.with_address(text, start)
    span = Span(start, end, CATEGORY, listed.person.id, SOURCE, value, sure, _explain(group, verdict, listed))
    parts = _parts(group, verdict)
    own = not verdict.conflict and _is_own_surname(group)
    whole = not verdict.conflict and _is_whole(group)
    return Match(span, verdict.conflict, own, parts, whole, _erring(group, verdict, listed))


def _parts(group: Group, verdict: Verdict) -> tuple[tuple[int, int], ...]:
    """The person's own words and the initials that agree."""
    return tuple(sorted({(hit.start, hit.end) for hit, _ in group.members} | set(verdict.agreed)))


def _erring(group: Group, verdict: Verdict, listed: Listed) -> tuple[tuple[int, int], ...]:
    if verdict.conflict or (len(group.kinds) < 2 and not verdict.initials):
        return ()
    return tuple((hit.start, hit.end) for hit, found in group.members if _is_misspelt(hit, found, listed))


def _is_misspelt(hit: Hit, found: Candidate, listed: Listed) -> bool:
    """Whether a word is none of the spellings that the list, or a known way of romanising it, gives."""
    if found.quality == "error" or found.how == ALIKE:
        return True
    word = hit.word.lower()
    if is_cyrillic(word) and found.form.base.isascii() and sum(map(is_cyrillic, listed.shown)) > 1:
        # Read back from Latin letters almost any vowel will do; but this name is listed in Russian too.
        others = (one for one in hit.candidates if one.person == found.person and one.quality not in UNCERTAIN)
        return all(one.form.base.isascii() for one in others)
    if found.quality != "romanised" or not word.isascii():
        return False
    known = [one for one in listed.shown if one.isascii()]
    if word in known or scheme_of(found.form.text, word):
        return False
    return any(one_edit_apart(word, one) for one in known) or _has_other_letter(word, found)


_ALIKE_LETTERS = ("ijy", "vwuf", "ckq", "sz", "gh", "xks", "eo")
"""Latin letters that stand for one Russian letter in some way of romanising it."""


def _has_other_letter(word: str, found: Candidate) -> bool:
    """Whether a Latin surname is the English spelling but for one letter, for which no way of romanising has that."""
    if found.form.part != "surname" or found.form.script != CYRILLIC:
        return False
    english = spelled("English", found.form.text)
    other = [pair for pair in zip(word, english, strict=False) if pair[0] != pair[1]]
    if len(word) != len(english) or len(other) != 1:
        return False
    return not any(other[0][0] in group and other[0][1] in group for group in _ALIKE_LETTERS)


def _is_own_surname(group: Group) -> bool:
    return all(
        found.form.part == "surname" and found.form.own and found.quality in ("exact", "romanised")
        for _, found in group.members
    )


def _is_whole(group: Group) -> bool:
    return {"given", "surname"} <= group.kinds and all(
        (found.form.own or found.form.part != "surname") and found.quality in ("exact", "romanised")
        for _, found in group.members
    )


def _explain(group: Group, verdict: Verdict, listed: Listed) -> str:
    said = list(dict.fromkeys(explain.of_hit(hit, found, listed.shown) for hit, found in group.members))
    if verdict.initials:
        said.append("the initials agree")
    if verdict.conflict:
        said.append("may be somebody else of that name")
    return "; ".join(said)


def _merge(matches: list[Match]) -> list[Match]:
    """Spans of one person that overlap become one, with the better score."""
    runs: list[list[Match]] = []
    end = -1
    for match in sorted(matches, key=lambda one: (one.span.start, -one.span.end)):
        if runs and match.span.start < end:
            runs[-1].append(match)
        else:
            runs.append([match])
            end = -1
        end = max(end, match.span.end)
    return [run[0] if len(run) == 1 else _merged(run, max(match.span.end for match in run)) for run in runs]


def _merged(run: list[Match], end: int) -> Match:
    best = max(run, key=lambda one: (one.span.sure, one.span.score))
    parts = sorted({part for match in run for part in match.parts})
    span = replace(best.span, start=run[0].span.start, end=end)
    own = all(match.own_surname for match in run)
    # Read in several ways, a stretch has an error only if no reading of it has none.
    erring = best.erring if all(match.erring for match in run) else ()
    return Match(span, best.conflict, own, tuple(parts), all(match.whole for match in run), erring)


_NEAR = 0.25


def _raise_near(matches: list[Match]) -> list[Match]:
    """A bare given name weighs more when the same text names the person in full."""
    if not any(match.span.sure for match in matches):
        return matches
    return [
        match
        if match.span.sure or match.conflict or match.span.score >= 0.5
        else replace(match, span=replace(match.span, score=round(match.span.score + _NEAR, 2)))
        for match in matches
    ]
