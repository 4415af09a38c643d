"""All forms of all listed people, looked up by one word at a time.

The cost of a look-up does not grow with the number of people: exact forms stand in a dictionary, the others in
buckets by the sound of the word, and words with one error in buckets by that sound less one letter. What a
bucket holds is compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .folding import CYRILLIC, LATIN, MAX_TOKEN, readings
from .parts import NameForm
from .romanise import cyrillic_keys, is_nearly_romanised, is_romanised, latin_keys, one_edit_apart, to_latin

Quality = Literal["exact", "romanised", "error"]
_RANK: dict[Quality, int] = {"exact": 0, "romanised": 1, "error": 2}

MAX_CACHE = 200_000  # distinct words remembered; the cache is emptied beyond
MIN_FUZZY_LATIN = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word may be this form of this person's name; `person` counts from 0 in the list of people."""

    person: int
    form: NameForm
    quality: Quality


@dataclass(slots=True)
class _Record:
    text: str
    script: str
    fuzzy: bool
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
                record.fuzzy = record.fuzzy or form.fuzzy
        self._by_key: dict[str, list[_Record]] = {}
        self._shortened: dict[str, set[str]] = {}
        for record in self._records.values():
            self._file(record)
        self._cache: dict[str, tuple[Candidate, ...]] = {}

    def _file(self, record: _Record) -> None:
        keys = cyrillic_keys(record.text) if record.script == CYRILLIC else latin_keys(record.text)
        for key in keys:
            self._by_key.setdefault(key, []).append(record)
        if record.fuzzy and keys[0] not in self._shortened.get(keys[0], ()):
            for short in (keys[0], *_shorter(keys[0])):
                self._shortened.setdefault(short, set()).add(keys[0])

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
        for script, word in readings(token):
            if len(word) > MAX_TOKEN:
                continue
            record = self._records.get((script, word))
            if record is not None:
                _keep(best, record, "exact")
            self._look_by_sound(script, word, best)
        return tuple(best.values())

    def _look_by_sound(self, script: str, word: str, best: dict[tuple[int, str], Candidate]) -> None:
        keys = cyrillic_keys(word) if script == CYRILLIC else latin_keys(word)
        tried: set[int] = set()
        for key in keys:
            for record in self._by_key.get(key, ()):
                if id(record) not in tried and _sounds(script, word, record):
                    tried.add(id(record))
                    _keep(best, record, "exact" if record.script == script == CYRILLIC else "romanised")
        if len(word) < 4 or any(found.quality == "exact" for found in best.values()):
            return
        for key in keys:
            for short in (key, *_shorter(key)):
                for near in self._shortened.get(short, ()):
                    for record in self._by_key[near]:
                        if record.fuzzy and id(record) not in tried:
                            tried.add(id(record))
                            if _nearly(script, word, record):
                                _keep(best, record, "error", fuzzy_only=True)


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
    best: dict[tuple[int, str], Candidate], record: _Record, quality: Quality, *, fuzzy_only: bool = False
) -> None:
    for number, form in record.owners:
        if fuzzy_only and not form.fuzzy:
            continue
        held = best.get((number, form.part))
        if held is None or (_RANK[quality], not form.own) < (_RANK[held.quality], not held.form.own):
            best[(number, form.part)] = Candidate(number, form, quality)


def _sounds(script: str, word: str, record: _Record) -> bool:
    if script == LATIN:
        return record.script == CYRILLIC and is_romanised(record.text, word)
    if record.script == LATIN:
        return is_romanised(word, record.text)
    # A form made from a Latin listing may lack a soft sign that the text has.
    latin_listed = any(form.base.isascii() for _, form in record.owners)
    return latin_listed and is_romanised(word, to_latin(record.text))


def _nearly(script: str, word: str, record: _Record) -> bool:
    if script == record.script:
        if script == LATIN and len(word) < MIN_FUZZY_LATIN:
            return False
        return one_edit_apart(word, record.text)
    if script == LATIN:
        return len(word) >= MIN_FUZZY_LATIN and is_nearly_romanised(record.text, word)
    return False
