"""From a listed person to every form of every part of the name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...model.people import Person
from .. import morphology
from . import given as names
from . import inflect
from .context import PARTICLES, is_syllable
from .folding import CYRILLIC, HYPHENS, LATIN, TOKEN, fold_cyrillic, fold_latin, is_cyrillic, readings
from .foreign import without_foreign
from .forms import NameForm, given_parts, in_russian, joined_forms, patronymic_parts, script_of, surname_parts
from .national import national_spellings
from .romanise import initials_of, to_cyrillic

_AFTER_FATHER = frozenset(
    [
        "оглы",
        "оглу",
        "огли",
        "угли",
        "кызы",
        "кизи",
        "гызы",
        "улы",
        "уулу",
        "ogly",
        "oglu",
        "ogli",
        "oghlu",
        "ugli",
        "kyzy",
        "kizi",
        "qizi",
        "gizi",
        "uulu",
        "uly",
    ]
)


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart, every word folded and with its script."""

    given: tuple[str, ...] = ()
    patronymic: tuple[str, ...] = ()
    surname: tuple[str, ...] = ()
    as_one: tuple[str, ...] = ()  # double surnames and particles with their name, written as one word
    given_as_one: tuple[str, ...] = ()
    spelled: tuple[tuple[str, tuple[str, ...]], ...] = ()  # Russian readings of Latin words with marks

    @property
    def words(self) -> tuple[str, ...]:
        return self.given + self.patronymic + self.surname


def fold(word: str) -> str:
    """A word of a listed name, folded in the script that most of its letters are of."""
    if is_cyrillic(word):
        return fold_cyrillic(word)
    for script, folded in readings(word):
        if script == LATIN:
            return folded
    return fold_latin(word)


def _looks_given(folded: str) -> bool:
    if names.full_names(folded) or names.is_short_form(folded):
        return True
    if script_of(folded) == LATIN or not morphology.is_known(folded):
        return False
    # In the nominative: Алиев is also a genitive plural of Али, and a surname all the same.
    return any({"Name", "nomn"} <= parse.tag.grammemes for parse in morphology.parses(folded))


def _is_father(folded: str) -> bool:
    if script_of(folded) == CYRILLIC:
        return inflect.is_patronymic(folded)
    return folded.endswith(("ovich", "evich", "ovna", "evna", "ichna", "ovych", "ivna", "evych", "ovitch", "evitch",
                            "owitsch", "ewitsch", "owna", "ewna", "ovic", "evic"))  # fmt: skip


def take_apart(name: str) -> NameParts:
    """Which word of a listed name is what. Words that can't be told are taken as surnames, the strongest kind."""
    words = [match.group() for match in TOKEN.finditer(name)]
    folded = [word for word in (fold(word) for word in words) if word and not word.isdigit()]
    fathers = [
        at
        for at, word in enumerate(folded)
        if (_is_father(word) and len(folded) > 1) or (at + 1 < len(folded) and folded[at + 1] in _AFTER_FATHER and at)
    ]
    bare = _bare_particles(name)
    real = [at for at, word in enumerate(folded) if len(word) > 1 and (word not in PARTICLES or at in bare)]
    if len(fathers) > 1 and len(real) > 1:
        fathers = [_true_father(folded, fathers)]  # Абрамович is a surname too
    if len(real) == 2 and fathers == [real[1]] and not _looks_given(folded[real[0]]):
        fathers = []
    if len(real) == 2 and fathers == [real[0]]:
        fathers = []  # Станкевич Лев
    rest = [at for at in real if at not in fathers]
    runs = _runs(name)
    given_at = _given_place(folded, rest, fathers, bare)
    surname_at = [at for at in rest if at not in given_at] if given_at != set(rest) or len(rest) == 1 else rest
    given = tuple(folded[at] for at in rest if at in given_at)
    return NameParts(
        given=given,
        patronymic=tuple(folded[at] for at in fathers),
        surname=tuple(folded[at] for at in surname_at),
        as_one=tuple("".join(run) for run in runs if not set(run) <= set(given)),
        given_as_one=tuple("".join(run) for run in runs if set(run) <= set(given)),
        spelled=tuple(
            (fold(word), read) for word in words if (read := national_spellings(word) or _chinese(word, folded))
        ),
    )


def _chinese(word: str, folded: list[str]) -> tuple[str, ...]:
    """Wang is Ван in Russian: where all words are syllables, the last g may be silent. Nothing for other words."""
    plain = fold(word)
    if script_of(plain) != LATIN or not plain.endswith("ng") or len(folded) < 2 or not all(map(is_syllable, folded)):
        return ()
    return (*to_cyrillic(plain), *(read.removesuffix("г") for read in to_cyrillic(plain)))


def _true_father(folded: list[str], fathers: list[int]) -> int:
    """The patronymic among words that look like one: it follows the given name, else it stands last."""
    for at in fathers:
        if at and at - 1 not in fathers and _looks_given(folded[at - 1]):
            return at
    return fathers[-1] or fathers[0]


_AFTER_NAME = frozenset({"заде", "зода", "zade", "zoda"})
_BEFORE_NAME = PARTICLES - _AFTER_FATHER - _AFTER_NAME - {"хан", "бек", "khan", "bek", "угл"}
_MIN_AS_ONE = 5
_ARTICLES = frozenset(
    [
        "аль", "эль", "ал", "ел", "уль", "ас", "аш", "ад", "ибн", "бин", "бинт", "абу", "ум", "дель", "дос", "лос",
        "al", "el", "ul", "as", "ash", "ad", "ibn", "bin", "bint", "abu", "del", "dos", "los",
    ]
)  # fmt: skip  # no surname when a name follows: Аль Хасан, Абу Мариам
_SECOND = frozenset({"дер", "ден", "ла", "лос", "der", "den", "la", "los"})  # Ван дер Берг
_GIVEN_TOO = frozenset({"бен", "ben"})


def _bare_particles(name: str) -> frozenset[int]:
    """Which folded words are particles by their letters and surnames by their place: first or last, Khan Imran."""
    found = [match for match in TOKEN.finditer(name) if fold(match.group()) and not fold(match.group()).isdigit()]
    folded = [fold(match.group()) for match in found]
    if all(word in PARTICLES for word in folded):
        return frozenset(range(len(folded)))  # Ван Ле
    if len(folded) < 2:
        return frozenset()
    cased = any(match.group()[0].isupper() for match in found)
    bare: set[int] = set()
    for at, beside in ((0, 1), (len(found) - 1, len(found) - 2)):
        left, right = sorted((at, beside))
        gap = name[found[left].end() : found[right].start()]
        if folded[at] not in PARTICLES or (len(gap) == 1 and gap in HYPHENS):
            continue
        if cased and not found[at].group()[0].isupper():
            continue  # ван дер Берг, Гульчехра хан
        is_particle = _opens_name(folded) if at == 0 else _closes_name(folded)
        if not is_particle:
            bare.add(at)
    return frozenset(bare)


def _opens_name(folded: list[str]) -> bool:
    return folded[0] in _ARTICLES or (folded[1] in _SECOND and any(word not in PARTICLES for word in folded[2:]))


def _closes_name(folded: list[str]) -> bool:
    """Whether the last word belongs to the father's name before it: Алиев Вагиф Гасан оглы, Лейла Мамед заде."""
    if folded[-1] not in _AFTER_FATHER | _AFTER_NAME or len(folded) < 3:
        return False
    return folded[-2] not in PARTICLES and not _is_father(folded[-2])


def _runs(name: str) -> list[list[str]]:
    """The words of a listed name that are written as one elsewhere: joined by hyphens, or a particle and its name."""
    runs: list[list[str]] = []
    end = 0
    for match in TOKEN.finditer(name):
        word, gap = fold(match.group()), name[end : match.start()]
        end = match.end()
        last = runs[-1][-1] if runs else ""
        by_particle = last in _BEFORE_NAME or word in _AFTER_NAME
        if runs and word and ((len(gap) == 1 and gap in HYPHENS) or (gap.isspace() and by_particle)):
            runs[-1].append(word)
        elif word:
            runs.append([word])
    return [run for run in runs if len(run) > 1 and len("".join(run)) >= _MIN_AS_ONE and run[-1] not in _AFTER_FATHER]


# What ends no given name: with one such word, the other is the given name though no dictionary holds it.
_FAMILY_ENDING = re.compile(
    "(?:[оеё]ва?|[сц]кий|[сц]кая|швили|дзе|енко|чук|янц?"
    "|[oe]va?|[oe]ff|owa?|ewa?|[st]k(?:iy|ii|yi|y|i|aya|aia|aja)|shvili|dze|enko|chuk|yants?|iants?)$"
)
_MIN_STEM = 3


def _ends_as_surname(folded: str) -> bool:
    return _FAMILY_ENDING.search(folded, _MIN_STEM) is not None


def _given_place(folded: list[str], rest: list[int], fathers: list[int], bare: frozenset[int]) -> set[int]:
    """Which words are given names; all of them when neither order nor a dictionary tells."""
    if not rest:
        return set()
    if len(rest) == 1:
        only = folded[rest[0]]
        is_before_father = bool(fathers) and rest[0] < fathers[0]
        return {rest[0]} if _looks_given(only) or is_before_father else set()
    if fathers and fathers[0] > rest[0]:
        before = [at for at in rest if at < fathers[0]]
        return {before[-1]}
    first, last = folded[rest[0]], folded[rest[-1]]
    if _looks_given(first) and not (_looks_given(last) and _is_rather_surname(first, last)):
        return {rest[0]}
    if _looks_given(last):
        return {rest[-1]}
    named = [at for at in rest if (at in bare and folded[at] not in _GIVEN_TOO) or _ends_as_surname(folded[at])]
    if len(rest) == 2 and len(named) == 1:
        return set(rest) - set(named)
    return set(rest)  # nothing tells: every word is searched as both


def _is_rather_surname(first: str, last: str) -> bool:
    """Ким Ольга: both words are given names, but only the first is a surname too."""
    if script_of(first) == LATIN or script_of(last) == LATIN:
        return False
    if names.full_names(last) and not names.full_names(first):
        return True  # Кара-Мурза Фатима: the dictionary holds rare given names too
    return "Surn" in morphology.name_marks(first) and "Surn" not in morphology.name_marks(last)


def gender_of(parts: NameParts) -> str | None:
    """The letter "m", "f" or None, from the patronymic, the given name or the surname."""
    for word in parts.patronymic:
        if word.endswith(("на", "na")):
            return "f"
        if word.endswith(("ич", "ich", "itch", "itsch", "ic", "ych")):
            return "m"
    for word in parts.given:
        rows = {names.table()[name].gender for name in names.full_names(word)}
        if len(rows) == 1:
            return rows.pop()
        if script_of(word) == CYRILLIC and (found := morphology.gender(word)):
            return found
    for word in parts.surname:
        if found := inflect.gender_of_surname(to_cyrillic(word)[0] if script_of(word) == LATIN else word):
            return found
    return None


def forms_of(parts: NameParts) -> tuple[NameForm, ...]:
    """Every form of a name taken apart."""
    gender = gender_of(parts)
    found: list[NameForm] = []
    readings_of = dict(parts.spelled)
    for word in (*parts.surname, *parts.as_one):
        found += surname_parts(word, gender, readings_of.get(word, ()))
    for word in (*parts.given, *parts.given_as_one):
        found += given_parts(word, gender, readings_of.get(word, ()))
    for word in parts.patronymic:
        found += patronymic_parts(word, gender, readings_of.get(word, ()))
    found += joined_forms(parts.given, parts.patronymic, parts.surname)
    if parts.surname and parts.given and any(script_of(word) == LATIN for word in parts.words):
        found += joined_forms(
            tuple((names.full_names(word) or in_russian(word))[0] for word in parts.given),
            tuple(in_russian(word)[0] for word in parts.patronymic),
            tuple(in_russian(word)[0] for word in parts.surname),
        )
    return tuple(found)


_HANDLE = re.compile(r"^@|[_@/]|[0-9]$")


def names_of(person: Person) -> list[NameParts]:
    """The name and every alias that is a name in a script with forms, taken apart. A one-word alias stands alone."""
    found = [take_apart(without_foreign(person.name))]
    for alias in person.aliases:
        if _HANDLE.search(alias):
            continue
        parts = take_apart(without_foreign(alias))
        if len(parts.words) == 1 and not parts.given:
            parts = NameParts(surname=parts.words, spelled=parts.spelled)
        if parts.words:
            found.append(parts)
    return found


def as_listed(person: Person) -> dict[str, str]:
    """The words of a person's name and aliases as they are listed, by their folded form."""
    found: dict[str, str] = {}
    for name in (person.name, *person.aliases):
        if not _HANDLE.search(name):
            for match in TOKEN.finditer(name):
                found.setdefault(fold(match.group()), match.group())
    return found


def handles_of(person: Person) -> tuple[str, ...]:
    """Aliases that are written as handles, as listed."""
    return tuple(alias for alias in person.aliases if _HANDLE.search(alias))


def initials(parts: tuple[str, ...]) -> frozenset[str]:
    """Letters of either script that may stand as the initial of any of these words."""
    found: set[str] = set()
    for word in parts:
        for russian in in_russian(word):
            found |= initials_of(russian)
        found.add(word[0])
        for full in names.full_names(word):
            found |= initials_of(full)
            row = names.table()[full]
            for other in row.neighbours:
                found |= initials_of(other)
            found |= {other[0] for other in row.latin}
    return frozenset(found)
