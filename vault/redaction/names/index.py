"""All forms of all listed people, looked up by one word at a time.

The cost of a look-up does not grow with the number of people: exact forms stand in a dictionary, the others in
buckets by the sound of the word, and words with one error in buckets by that sound less one letter. What a
bucket holds is compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from . import derive
from .alike import alike_keys
from .folding import CYRILLIC, LATIN, MAX_TOKEN, readings, uzbek_stem
from .forms import NameForm
from .inflect import NOMINATIVE
from .national import national_spellings
from .romanise import (
    cyrillic_keys,
    is_nearly_romanised,
    is_romanised,
    latin_keys,
    one_edit_apart,
    scan_repairs,
    to_cyrillic,
    to_latin,
    undoubled,
)

Quality = Literal["exact", "romanised", "error", "derived"]
_RANK: dict[Quality, int] = {"exact": 0, "romanised": 1, "derived": 2, "error": 3}
UNCERTAIN: frozenset[Quality] = frozenset({"error", "derived"})

ALIKE = "another spelling of"
Readings = tuple[tuple[str, str], ...]

MAX_CACHE = 200_000  # distinct words remembered; the cache is emptied beyond
MIN_FUZZY = 4
MIN_FUZZY_LATIN = 5
MAX_FUZZY = 32
START = 4
MIN_ALIKE = 5
MIN_BEGUN = 3
MADE_OF = 3  # letters; one less of names of three, since Оля and Олин share no more


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word may be this form of this person's name; `person` counts from 0 in the list of people.

    `how` says of a derived word what it is: "possessive of".
    """

    person: int
    form: NameForm
    quality: Quality
    how: str = ""


@dataclass(slots=True)
class _Record:
    text: str
    script: str
    fuzzy: bool
    latin_listed: bool = False
    base: bool = False  # a nominative: what foreign documents spell, and so what is found there with an error
    owners: list[tuple[int, NameForm]] = field(default_factory=list)


class Index:
    """Built once from every person's forms; `find` is what the text costs."""

    def __init__(self, people: Sequence[Iterable[NameForm]]) -> None:
        self._records: dict[tuple[str, str], _Record] = {}
        for number, forms in enumerate(people):
            seen: set[tuple[str, str, str, bool]] = set()
            for form in forms:
                if (form.script, form.text, form.part, form.own) in seen:
                    continue
                seen.add((form.script, form.text, form.part, form.own))
                record = self._records.setdefault((form.script, form.text), _Record(form.text, form.script, False))
                record.owners.append((number, form))
                record.latin_listed = record.latin_listed or form.base.isascii()
                record.fuzzy = record.fuzzy or form.fuzzy
                record.base = record.base or (form.fuzzy and (form.what == NOMINATIVE or form.text == form.base))
        # By the script of the word that is looked up: Russian words need only what was listed in Latin.
        self._by_key: dict[str, dict[str, list[_Record]]] = {LATIN: {}, CYRILLIC: {}}
        self._less_a_sound: dict[str, dict[str, set[str]]] = {LATIN: {}, CYRILLIC: {}}
        self._less_a_letter: dict[str, list[_Record]] = {}
        self._alike: dict[str, list[_Record]] = {}
        self._long_surnames: set[str] = set()
        self._made_of: set[str] = set()  # how names begin that other words are made of
        self._begun: dict[str, list[_Record]] = {}  # given names in the nominative by their first letters
        for record in self._records.values():
            self._file(record)
        self._starts = {record.text[:START] for record in self._records.values()}
        self._starts |= {to_latin(start)[:START] for start in self._starts}
        self._cache: dict[str, tuple[Candidate, ...]] = {}

    def _file(self, record: _Record) -> None:
        keys = cyrillic_keys(record.text) if record.script == CYRILLIC else latin_keys(record.text)
        self._file_sounds(record, keys, LATIN)
        if record.latin_listed:
            self._file_sounds(record, keys, CYRILLIC)
        if record.fuzzy and record.script == CYRILLIC:
            for short in {record.text, undoubled(record.text), *_less_one(record.text)}:
                self._less_a_letter.setdefault(short, []).append(record)
        if record.fuzzy and record.script == CYRILLIC and len(record.text) >= MIN_ALIKE:
            for key in alike_keys(record.text):
                self._alike.setdefault(key, []).append(record)
        if len(record.text) >= derive.MIN_RUN_TOGETHER and any(f.part == "surname" for _, f in record.owners):
            self._long_surnames.add(record.text)
        if record.script == CYRILLIC:
            self._made_of.add(record.text[: MADE_OF if len(record.text) > MADE_OF else MADE_OF - 1])
        if record.script == CYRILLIC and any(f.part == "given" and f.what == NOMINATIVE for _, f in record.owners):
            for width in range(MIN_BEGUN, len(record.text) - 1):
                self._begun.setdefault(record.text[:width], []).append(record)

    def _file_sounds(self, record: _Record, keys: tuple[str, ...], looked_up: str) -> None:
        for key in keys:
            self._by_key[looked_up].setdefault(key, []).append(record)
        shortened = self._less_a_sound[looked_up]
        if not record.base or keys[0] in shortened.get(keys[0], ()):
            return
        if looked_up == CYRILLIC and record.script == CYRILLIC:
            return
        for short in (keys[0], *_shorter(keys[0])):
            shortened.setdefault(short, set()).add(keys[0])

    def may_start(self, letters: str) -> bool:
        """Whether any form begins like these four letters, in one of their readings."""
        return any(word[:START] in self._starts for _, word in readings(letters))

    def is_exact(self, folded: str) -> bool:
        """Whether a folded Russian word is one of the forms."""
        return (CYRILLIC, folded) in self._records

    def find(self, token: str) -> tuple[Candidate, ...]:
        """What the word may be, the best reading of each part of each person; empty for nearly every word."""
        cached = self._cache.get(token)
        if cached is None:
            if len(self._cache) > MAX_CACHE:
                self._cache.clear()
            cached = self._cache[token] = self._look(token) if len(token) <= MAX_TOKEN * 2 else ()
        return cached

    def _look(self, token: str) -> tuple[Candidate, ...]:
        best: dict[tuple[int, str], Candidate] = {}
        read = readings(token)
        for script, word in read:
            if len(word) > MAX_TOKEN:
                continue
            record = self._records.get((script, word))
            if record is not None:
                _keep(best, record, "exact")
            self._look_by_sound(script, word, best)
        if not best:
            self._look_for_stems(read, best)
        if not any(one.quality == "exact" for one in best.values()):
            self._look_for_alike(token, read, best)
        if all(one.quality == "error" for one in best.values()):
            self._look_for_derived(read, best)
        return tuple(best.values())

    def _look_for_stems(self, read: Readings, best: dict[tuple[int, str], Candidate]) -> None:
        for script, word in read:
            stem = uzbek_stem(word)
            if stem is None or len(stem) > MAX_TOKEN:
                continue
            record = self._records.get((script, stem))
            if record is not None:
                _keep(best, record, "exact")
            else:
                self._look_by_sound(script, stem, best, errors=False)

    def _look_for_alike(self, token: str, read: Readings, best: dict[tuple[int, str], Candidate]) -> None:
        """Хўжаев for Ходжаев, also with a case ending of that language: never sure alone."""
        for script, word in read:
            if not MIN_ALIKE <= len(word) <= MAX_FUZZY:
                continue
            if script == LATIN and not token[0].isupper():
                continue  # to turn every English word into Russian letters costs more than it finds
            for russian in (word,) if script == CYRILLIC else (*national_spellings(token), *to_cyrillic(word)):
                stem = uzbek_stem(russian)
                for key in (*alike_keys(russian), *(alike_keys(stem) if stem and len(stem) >= MIN_ALIKE else ())):
                    for record in self._alike.get(key, ()):
                        _keep(best, record, "derived", fuzzy_only=True, how=ALIKE)

    def _look_for_derived(self, read: Readings, best: dict[tuple[int, str], Candidate]) -> None:
        for script, word in read:
            for plain in {word, uzbek_stem(word) or word} if len(word) <= MAX_FUZZY else ():
                self._look_for_honorifics(script, plain, best)
            if script == CYRILLIC and len(word) <= MAX_FUZZY and self._may_be_made_of(word):
                for source in derive.sources(word):
                    for record in self._sources(source):
                        _keep(best, record, "derived", parts=source.parts, how=source.how)
            surname = None if best else derive.run_together(word, self._long_surnames)
            held = self._records.get((script, surname)) if surname else None
            if held is not None:
                _keep(best, held, "derived", parts=derive.OF_SURNAME, how="run together with")

    def _look_for_honorifics(self, script: str, word: str, best: dict[tuple[int, str], Candidate]) -> None:
        """Sherzodjon, and шерзоджонга with a case ending of that language."""
        if script == CYRILLIC:
            if self._may_be_made_of(word):
                for source in derive.sources(word):
                    for record in self._sources(source) if source.how == derive.RESPECT else ():
                        _keep(best, record, "derived", parts=source.parts, how=source.how)
            return
        for name in derive.respected(word):
            named: dict[tuple[int, str], Candidate] = {}
            exact = self._records.get((script, name))
            if exact is not None:
                _keep(named, exact, "exact")
            self._look_by_sound(script, name, named, errors=False)
            for key, one in named.items():
                if one.form.part in derive.OF_GIVEN:
                    best.setdefault(key, Candidate(one.person, one.form, "derived", derive.RESPECT))

    def _may_be_made_of(self, word: str) -> bool:
        return word[:MADE_OF] in self._made_of or word[: MADE_OF - 1] in self._made_of

    def _sources(self, source: derive.Source) -> Iterable[_Record]:
        if source.is_start:
            return self._begun.get(source.text, ())
        record = self._records.get((CYRILLIC, source.text))
        return () if record is None else (record,)

    def _look_by_sound(
        self, script: str, word: str, best: dict[tuple[int, str], Candidate], *, errors: bool = True
    ) -> None:
        tried: set[int] = set()
        keys: tuple[str, ...] = ()
        if script == LATIN or self._by_key[CYRILLIC]:
            keys = cyrillic_keys(word) if script == CYRILLIC else latin_keys(word)
        for key in keys:
            for record in self._by_key[script].get(key, ()):
                if id(record) not in tried and _sounds(script, word, record):
                    tried.add(id(record))
                    _keep(best, record, "exact" if record.script == script == CYRILLIC else "romanised")
        if (
            not errors
            or len(word) < MIN_FUZZY
            or len(word) > MAX_FUZZY
            or any(one.quality == "exact" for one in best.values())
        ):
            return
        if script == CYRILLIC:
            self._look_for_errors(word, best, tried)
        else:
            self._look_for_near_sounds(script, word, keys, best, tried)

    def _look_for_errors(self, word: str, best: dict[tuple[int, str], Candidate], tried: set[int]) -> None:
        """Russian forms that one typing or scanning error makes of this Russian word."""
        plain = undoubled(word)
        for short in {word, plain, *_less_one(word)}:
            for record in self._less_a_letter.get(short, ()):
                if id(record) not in tried:
                    tried.add(id(record))
                    if one_edit_apart(word, record.text) or plain == undoubled(record.text):
                        _keep(best, record, "error", fuzzy_only=True)
        for mended in scan_repairs(word):
            repaired = self._records.get((CYRILLIC, mended))
            if repaired is not None:
                _keep(best, repaired, "error", fuzzy_only=True)

    def _look_for_near_sounds(
        self, script: str, word: str, keys: tuple[str, ...], best: dict[tuple[int, str], Candidate], tried: set[int]
    ) -> None:
        """The same across scripts, and among Latin words."""
        shortened = self._less_a_sound[script]
        if len(word) < MIN_FUZZY_LATIN or not shortened:
            return
        for short in {short for key in keys for short in (key, *_shorter(key))}:
            for near in shortened.get(short, ()):
                for record in self._by_key[script][near]:
                    if record.base and id(record) not in tried:
                        tried.add(id(record))
                        if _nearly(script, word, record):
                            _keep(best, record, "error", fuzzy_only=True)


def _less_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _shorter(key: str) -> set[str]:
    """The key less one sound; two vowels that meet by it become one."""
    found = set()
    for at in range(len(key)):
        rest = at + 1
        if at and rest < len(key) and key[at - 1] == key[rest]:
            rest += 1
        found.add(key[:at] + key[rest:])
    return found


def _keep(
    best: dict[tuple[int, str], Candidate],
    record: _Record,
    quality: Quality,
    *,
    fuzzy_only: bool = False,
    parts: frozenset[str] | None = None,
    how: str = "",
) -> None:
    for number, form in record.owners:
        if (fuzzy_only and not form.fuzzy) or (parts is not None and form.part not in parts):
            continue
        held = best.get((number, form.part))
        if held is None or (_RANK[quality], not form.own) < (_RANK[held.quality], not held.form.own):
            best[(number, form.part)] = Candidate(number, form, quality, how)


def _sounds(script: str, word: str, record: _Record) -> bool:
    if script == LATIN:
        return record.script == CYRILLIC and is_romanised(record.text, word)
    if record.script == LATIN:
        return is_romanised(word, record.text)
    # A form made from a Latin listing may lack a soft sign that the text has.
    return is_romanised(word, to_latin(record.text))


def _nearly(script: str, word: str, record: _Record) -> bool:
    if script == LATIN == record.script:
        return one_edit_apart(word, record.text)
    russian, latin = (record.text, word) if script == LATIN else (word, record.text)
    if not len(russian) - 2 <= len(latin) <= 2 * len(russian) + 2:
        return False
    return is_nearly_romanised(russian, latin)
