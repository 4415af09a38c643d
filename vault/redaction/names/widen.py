"""Widening a group to the whole written name, and noticing that it is somebody else's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import context
from .folding import CYRILLIC, readings
from .groups import MAX_SHORT, Group, Listed
from .romanise import one_edit_apart

_CERTAIN = frozenset({"exact", "romanised"})  # a word with an error in it beside a strange one is still proposed


@dataclass(slots=True)
class Verdict:
    """Where the whole name stands; `conflict` when it shows another person, `initials` when those agree.

    `agreed`: the stretches of the initials that agree. `stranger`: a word that no dictionary knows stands where the
    given name would, so it may be a relative.
    """

    start: int
    end: int
    conflict: bool = False
    initials: bool = False
    agreed: list[tuple[int, int]] = field(default_factory=list)
    stranger: bool = False


def widen(text: str, group: Group, listed: Listed, cased: bool) -> Verdict:
    """Takes in initials and further parts beside the group."""
    verdict = Verdict(group.start, group.end, group.conflict)
    if (suffix := _SUFFIX.match(text, group.end)) and group.end > 0:
        verdict.end = suffix.end()
    kinds = group.kinds
    if listed.syllabic and len(kinds) > 1:
        verdict.start, verdict.end = context.syllables_around(text, verdict.start, verdict.end, cased)
    if "surname" in kinds:
        _take_initials(text, verdict, listed, cased)
    if not verdict.initials:
        before = (verdict.start, verdict.end)
        _take_neighbours(text, verdict, kinds, listed, cased)
        if "surname" in kinds and before != (verdict.start, verdict.end):
            _take_initials(text, verdict, listed, cased)
    if verdict.stranger and not verdict.initials and all(found.quality in _CERTAIN for _, found in group.members):
        verdict.conflict = True
    return verdict


def _take_initials(text: str, verdict: Verdict, listed: Listed, cased: bool) -> None:
    after, before = context.initials_after(text, verdict.end), context.initials_before(text, verdict.start)
    beside = []
    if after is not None:
        beside.append((text[verdict.end : after.place], after, True))
    if before is not None:
        beside.append((text[before.place : verdict.start], before, False))
    # Those of the same line rather than of the next, and their own rather than a neighbour's.
    beside.sort(key=lambda one: (context.is_apart(one[0]), not _initials_agree(one[1].letters, listed)))
    for gap, found, is_after in beside:
        agrees = _initials_agree(found.letters, listed)
        bare = not (cased or is_after or listed.given)  # э. чернова
        if not agrees and not bare and (not found.surely or context.is_apart(gap)):
            continue
        if agrees:
            verdict.agreed.append((verdict.end, found.place) if is_after else (found.place, verdict.start))
        if is_after:
            verdict.end = found.place
        else:
            verdict.start = found.place
        if listed.given:
            verdict.initials = verdict.initials or agrees
            verdict.conflict = verdict.conflict or not agrees
        return


def _initials_agree(letters: tuple[str, ...], listed: Listed) -> bool:
    if not listed.given or letters[0] not in listed.given_initials:
        return False
    return len(letters) < 2 or not listed.patronymic or letters[1] in listed.patronymic_initials


# What is hung on a name of the other script: Khitrovo-а, Цай's.
_SUFFIX = re.compile("(?<=[a-zA-Z])[-\u2010\u2011'\u2019][а-яё]{1,3}(?!\\w)|(?<=[а-яёА-ЯЁ])['\u2019][sS](?!\\w)")
_MAX_NEIGHBOURS = 3


def _take_neighbours(text: str, verdict: Verdict, kinds: set[str], listed: Listed, cased: bool) -> None:
    kinds = set(kinds)
    end = verdict.end
    for _ in range(_MAX_NEIGHBOURS):
        found = context.neighbour_after(text, end, cased)
        if found is None or not _may_go_on(text[end : found.start], found, kinds, listed):
            break
        if not _belongs(found, kinds, listed, verdict):
            break
        end = found.end
        if "Particle" not in found.marks or _is_after_name(found):
            verdict.end = end
    start = verdict.start
    for _ in range(_MAX_NEIGHBOURS):
        found = context.neighbour_before(text, start, cased)
        if found is None or not _may_go_on(text[found.end : start], found, kinds, listed):
            break
        if not _belongs(found, kinds, listed, verdict):
            break
        start = found.start
        if "Particle" not in found.marks or not _is_after_name(found):
            verdict.start = start


def _may_go_on(gap: str, found: context.Neighbour, kinds: set[str], listed: Listed) -> bool:
    """Over a line's end only what a wrapped name still lacks: a list of relatives has the next one there."""
    if not context.is_apart(gap) or found.hyphen or "Particle" in found.marks:
        return True
    if "\t" in gap:
        return False
    lacks_patronymic = "Patr" in found.marks and "patronymic" not in kinds and not listed.patronymic
    return lacks_patronymic and "given" in kinds


_AFTER_NAME = frozenset(
    ["оглы", "оглу", "огли", "угли", "кызы", "кизи", "гызы", "заде", "зода", "улы", "уулу", "хан", "бек"]
) | frozenset(
    [
        "ogly",
        "oglu",
        "ogli",
        "oghlu",
        "ugli",
        "kyzy",
        "kizi",
        "qizi",
        "gizi",
        "zade",
        "zoda",
        "uulu",
        "uly",
        "khan",
        "bek",
    ]
)


def _is_after_name(found: context.Neighbour) -> bool:
    return found.word.lower() in _AFTER_NAME


def _belongs(found: context.Neighbour, kinds: set[str], listed: Listed, verdict: Verdict) -> bool:
    """Whether the neighbour is part of the same name; notes when it shows that this is somebody else."""
    marks = found.marks
    if found.hyphen or "Particle" in marks or _is_short_part(found.word, listed):
        return True
    if "Patr" in marks and "patronymic" not in kinds:
        kinds.add("patronymic")
        _note_other(verdict, found, listed.patronymic)
        return True
    if "Name" in marks and "given" not in kinds and kinds & {"surname", "patronymic"}:
        _note_other(verdict, found, listed.given)
        kinds.add("given")
        return True
    if "Surn" in marks and "surname" not in kinds and "joined" not in kinds:
        kinds.add("surname")
        verdict.conflict = verdict.conflict or (listed.surname and kinds != {"given", "patronymic", "surname"})
        return True
    if not _is_strange(found):
        return False
    verdict.stranger = verdict.stranger or (listed.given and "given" not in kinds and not found.marks)
    return True


def _note_other(verdict: Verdict, found: context.Neighbour, is_listed: bool) -> None:
    """A part that this person has otherwise: surely another's where a dictionary knows it, else perhaps."""
    verdict.conflict = verdict.conflict or (is_listed and found.known)
    verdict.stranger = verdict.stranger or is_listed


def _is_short_part(word: str, listed: Listed) -> bool:
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
