"""The Russian dictionary (pymorphy3), loaded once and only when a text needs it: it takes a fifth of a second."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

NAME_MARKS = frozenset({"Name", "Surn", "Patr"})
_MAX_PARSES = 24


@lru_cache(maxsize=1)
def _analyser() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=20000)
def parses(word: str) -> tuple[Any, ...]:
    """What the dictionary says of one lower-case word, the likeliest first."""
    return tuple(_analyser().parse(word)[:_MAX_PARSES])


@lru_cache(maxsize=20000)
def is_known(word: str) -> bool:
    """Whether the dictionary holds this form, as anything."""
    return bool(_analyser().word_is_known(word))


@lru_cache(maxsize=20000)
def name_marks(word: str) -> frozenset[str]:
    """Which of Name, Surn and Patr any likely reading of the word has."""
    marks: set[str] = set()
    for parse in parses(word):
        marks |= NAME_MARKS & parse.tag.grammemes
    return frozenset(marks)


@lru_cache(maxsize=20000)
def is_given_name(word: str) -> bool:
    """Whether the likeliest reading of the word is a given name in the nominative."""
    found = parses(word)
    return bool(found) and {"Name", "nomn"} <= found[0].tag.grammemes


_COMMON_SHARE = 0.3
_NAME_LIKE = NAME_MARKS | {"Geox", "Poss", "Orgn"}


def _is_name(parse: Any) -> bool:
    return bool(NAME_MARKS & frozenset(parse.tag.grammemes))


@lru_cache(maxsize=20000)
def is_common_word(word: str) -> bool:
    """Whether the dictionary knows the word as something else than a person's name, and not only rarely."""
    if not is_known(word):
        return False
    return bool(sum(float(parse.score) for parse in parses(word) if not _is_name(parse)) > _COMMON_SHARE)


@lru_cache(maxsize=20000)
def is_everyday(word: str) -> bool:
    """Whether the word is also, however rarely, something else than a name of a person or a place."""
    if not is_known(word):
        return False
    return any(not parse.tag.grammemes & _NAME_LIKE for parse in parses(word))


@lru_cache(maxsize=20000)
def may_be_made_of_a_name(word: str) -> bool:
    """Whether the word is unknown, or a possessive; so not Ленин, which is not Лена's, nor an everyday word."""
    if not is_known(word):
        return True
    return any("Poss" in parse.tag for parse in parses(word)) and not is_mostly_name(word)


@lru_cache(maxsize=20000)
def is_mostly_name(word: str) -> bool:
    """Whether the likeliest reading is a person's name."""
    found = parses(word)
    return bool(found) and _is_name(found[0])


@lru_cache(maxsize=5000)
def lexeme(word: str) -> tuple[tuple[str, str], ...]:
    """All forms of a name in the dictionary as (form, case mark), when it is there as a name in the nominative."""
    found: dict[tuple[str, str], None] = {}
    for parse in parses(word):
        if not _is_name(parse) or "nomn" not in parse.tag:
            continue
        for form in parse.lexeme:
            found[(form.word, str(form.tag.case or "nomn"))] = None
    return tuple(found)


def gender(word: str) -> str | None:
    """The letter "m" or "f" of a given name in the nominative, when the dictionary is sure."""
    seen = {
        str(parse.tag.gender)
        for parse in parses(word)
        if "Name" in parse.tag and "nomn" in parse.tag and "sing" in parse.tag
    }
    if seen == {"masc"}:
        return "m"
    return "f" if seen == {"femn"} else None
