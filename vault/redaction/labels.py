"""Labels that stand in for people and identifiers: the same one for the same entity through a whole bundle.

A label says a person's part in the case or the kind of an identifier, and a number. It says nothing of gender,
length or origin. The key (which label is whom) stays in the vault: `export` gives it, `restore` takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Damaged
from ..model.findings import Span
from ..model.people import Person
from . import found, freetext, morphology
from .names import given
from .names.folding import CYRILLIC, LATIN, TOKEN, readings
from .names.inflect import is_patronymic
from .names.romanise import cyrillic_keys, latin_keys, to_latin

EXPORT_VERSION = 1
_LABEL = re.compile(r"\[([A-Z][A-Z ]{1,30}) (\d{1,6})\]")
_ROLE_LABELS = {"applicant": "APPLICANT", "relative": "RELATIVE", "witness": "WITNESS", "other": "PERSON"}
_MAX_NUMBER = 1_000_000
PERHAPS = "listed, perhaps"  # the source of a listed person's span that what stands beside gives to somebody else
EITHER = "listed, either"  # and of a span that may be several listed people: sisters, by their surname alone
# Labelled as nobody known, even where it may name somebody listed.
_NOT_LISTED = (freetext.SOURCE, found.SOURCE, PERHAPS, EITHER)


class Labels:
    """Gives each entity its label at first sight and remembers it.

    Listed people are numbered by role in the order of first mention. An unlisted name shares a label with its
    other cases and scripts where the lemma tells; an identifier with its other spellings.
    """

    def __init__(self, people: Sequence[Person] = ()) -> None:
        self._roles = {person.id: _ROLE_LABELS[person.role] for person in people}
        self._labels: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._surnames: dict[str, list[str]] = {}  # of unlisted people: the given names seen with each

    def avoid(self, text: str) -> None:
        """Numbers from above the labels that stand in a text already: redacted before, or quoted in a reply."""
        for match in _LABEL.finditer(text):
            kind, number = match[1], int(match[2])
            self._counts[kind] = max(self._counts.get(kind, 0), number)

    def label_for(self, span: Span, text: str) -> str:
        """The label in brackets, such as "[WITNESS 2]"; `text` is what the span covers."""
        entity, kind = self._entity(span, text)
        if entity not in self._labels:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._labels[entity] = f"{kind} {self._counts[kind]}"
        return f"[{self._labels[entity]}]"

    def _entity(self, span: Span, text: str) -> tuple[str, str]:
        if span.person is not None and span.category == "PERSON" and span.source not in _NOT_LISTED:
            role = self._roles.get(span.person, "PERSON")
            return f"person:{span.person}|{role}", role  # a changed role gets another label
        if span.category == "PERSON" and span.source == EITHER:
            return f"either:{name_key(text)[0]}", "PERSON"  # nor anybody unlisted who has the same surname
        if span.category == "PERSON":
            return self._unlisted(text), "PERSON"
        kind = span.category.replace("_", " ").upper()
        if span.category in _PHRASES:
            return f"{span.category}:{phrase_key(text)}", kind
        return f"{span.category}:{identifier_key(text)}", kind

    def _unlisted(self, text: str) -> str:
        """The name seen before that this one may be another form of, else its own key.

        Two names are one when the surnames agree and the given names do, or their initials, or one has none.
        """
        surname, given_key = name_key(text)
        known = self._surnames.setdefault(surname, [])
        for other in known:
            if _may_agree(other, given_key):
                return f"name:{surname}|{other}"
        known.append(given_key)
        return f"name:{surname}|{given_key}"

    def export(self) -> dict[str, Any]:
        """The key, as plain JSON; it names people: only ever store it inside the vault."""
        return {"version": EXPORT_VERSION, "labels": dict(self._labels), "counts": dict(self._counts)}

    @classmethod
    def restore(cls, exported: Mapping[str, Any], people: Sequence[Person] = ()) -> Labels:
        """The labels of an earlier `export`. Raises Damaged if it is none."""
        labels, counts = exported.get("labels"), exported.get("counts")
        if exported.get("version") != EXPORT_VERSION or not isinstance(labels, dict) or not isinstance(counts, dict):
            raise Damaged("the key of a bundle's labels can't be read")
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in labels.items()):
            raise Damaged("the key of a bundle's labels can't be read")
        if not all(isinstance(k, str) and isinstance(v, int) and 0 <= v <= _MAX_NUMBER for k, v in counts.items()):
            raise Damaged("the key of a bundle's labels can't be read")
        restored = cls(people)
        restored._labels.update(labels)
        restored._counts.update(counts)
        for entity in labels:
            if entity.startswith("name:"):
                surname, _, given_key = entity.removeprefix("name:").rpartition("|")
                restored._surnames.setdefault(surname, []).append(given_key)
        return restored


_PHONE_DIGITS = 10
_SHORTEST_KEY = 4


def identifier_key(text: str) -> str:
    """An identifier without what only separates; a Russian phone also without its country code."""
    bare = "".join(char for char in text.lower() if char.isalnum())
    if bare.isdigit() and len(bare) == _PHONE_DIGITS + 1 and bare[0] in "78":
        return bare[1:]
    return bare


_PHRASES = frozenset({"PLACE", "ORGANISATION"})


def phrase_key(text: str) -> str:
    """A place's or a body's name by the lemmas of its words, in Latin letters: «Казани» and "Kazan" are one."""
    return " ".join(_word_key(match.group()) for match in TOKEN.finditer(text)) or text.casefold()


def _word_key(word: str) -> str:
    for script, folded in readings(word):
        if script != CYRILLIC:
            return folded
        parses = morphology.parses(folded)
        best = next((parse for parse in parses if "Geox" in parse.tag), parses[0] if parses else None)
        return to_latin(str(best.normal_form).replace("ё", "е") if best is not None else folded)
    return word.casefold()


def name_key(text: str) -> tuple[str, str]:
    """(surname, given name) of an unlisted name, each by the sound of its lemma; an initial is one small letter.

    Without a surname the given name stands in its place.
    """
    words = [match.group() for match in TOKEN.finditer(text)]
    long = [word for word in words if len(word) > 1 and word.lower() not in _ADDRESSES]
    surnames = [word for word in long if not _is_given(word)]
    givens = [word for word in long if word not in surnames and not _is_father(word)]
    initials = [word for word in words if len(word) == 1]
    surname = " ".join(sorted(_bare(_lemma_key(word)) for word in surnames or givens)) or text.casefold()
    if surnames and givens:
        return surname, _initial_key(givens[0]) + _lemma_key(givens[0])
    return surname, _initial_key(initials[0]) if surnames and initials else ""


_ADDRESSES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "messrs", "herr", "frau", "г-н", "г-жа"})
_SAME_SOUND = {"i": "e", "y": "e", "j": "e", "w": "v", "h": "g", "c": "k", "x": "k"}


def _initial_key(word: str) -> str:
    """The first letter in Latin, small; letters that schemes mix up are one."""
    for script, folded in readings(word):
        first = (to_latin(folded) if script == CYRILLIC else folded)[:1]
        return _SAME_SOUND.get(first, first)
    return word[0].lower()


def _may_agree(one: str, other: str) -> bool:
    if not one or not other or one == other:
        return True
    return one[0] == other[0] and 1 in (len(one), len(other))


def _is_father(word: str) -> bool:
    return any(script == CYRILLIC and is_patronymic(folded) for script, folded in readings(word))


def _is_given(word: str) -> bool:
    for script, folded in readings(word):
        if script == CYRILLIC and is_patronymic(folded):
            return True
        if script == CYRILLIC:
            marks = morphology.name_marks(folded)
            return bool(marks & {"Name", "Patr"}) and "Surn" not in marks
        return bool(given.full_names(folded))
    return False


def _lemma_key(word: str) -> str:
    for script, folded in readings(word):
        if script == LATIN:
            return latin_keys(folded)[0]
        for parse in morphology.parses(folded):
            if morphology.NAME_MARKS & parse.tag.grammemes:
                return cyrillic_keys(_feminine_too(str(parse.normal_form).replace("ё", "е")))[0]
        return cyrillic_keys(_feminine_too(folded))[0]
    return word.casefold()


def _bare(key: str) -> str:
    """Without the vowel at its end: the case of a surname that no dictionary has (Хван, Хвана), or Petrova."""
    return key[:-1] if len(key) >= _SHORTEST_KEY and key.endswith("A") else key


def _feminine_too(lemma: str) -> str:
    """Иванова and Иванов are told apart by no label: one key for both."""
    for ending in ("ова", "ева", "ина", "ына"):
        if lemma.endswith(ending):
            return lemma[:-1]
    return lemma
