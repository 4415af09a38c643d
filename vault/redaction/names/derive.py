"""Words made of a name: possessives, adjectives, wives' names, affectionate forms, honorifics, words run together.

Their forms are too many to be listed beforehand, so it goes the other way: from a word that is nothing else to what
it may be made of. What is found so is only ever proposed.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

_ENDING_POSS = "(?:а|о|ы|у|ой|ого|ому|ым|ом|ых|ыми)?"
_ENDING_ADJ = "(?:ий|ая|ое|ие|ого|ому|им|ом|ой|ую|ою|их|ими)"
_ENDING_NOUN = "(?:а|у|ом|ем|е|ы|и|ов|ам|ами|ах)?"
_ENDING_A = "(?:а|я|ы|и|е|у|ю|ой|ей|ою|ею)?"

_POSSESSIVE = re.compile(f"(.{{2,20}})ин{_ENDING_POSS}")
_ADJECTIVE = re.compile(f"(.{{3,24}})ск{_ENDING_ADJ}")
_WIFE = re.compile("(.{3,24})их(?:а|и|е|у|ой|ою)")
_HONORIFIC = re.compile(f"(.{{3,20}}?)(джон|жон|джан|жан|бек|хон|хан|бой|бай|ака|апа|опа){_ENDING_NOUN}")
_HONORIFIC_LATIN = re.compile("(.{3,20}?)(j[oa]n|zhan|bek|(?:x|kh)[oa]n|bo[yi]|ba[yi]|aka|[oa]pa)")
_AFFECTIONATE = re.compile(
    "(.{3,16}?)(?:(?:унчик|ьчик|чик|ик|ек)" + _ENDING_NOUN
    + "|(?:очк|ечк|ушк|юшк|ашк|еньк|оньк|ульк|уньк|ьк|к|ул|юл|ун|юн|уш|юш|уц|ц|ух|юх)" + _ENDING_A + ")"
)  # fmt: skip

MIN_RUN_TOGETHER = 6
_MAX_RUN_TOGETHER = 48
_NAME_TAILS = ("", "а", "я", "ь", "о", "и", "е", "э", "й")
_SURNAME_TAILS = ("", "о", "а", "я", "ь", "й", "ий", "е", "и")
OF_GIVEN = frozenset({"given", "short"})
RESPECT, AFFECTION = "form of respect of", "affectionate form of"
ALSO_SMALL = frozenset({RESPECT, AFFECTION})  # what is proposed in small letters too
OF_SURNAME = frozenset({"surname"})


@dataclass(frozen=True, slots=True)
class Source:
    """A folded word that another may be made of, and which parts of a name it must be for that.

    `how` says what the other word is: "possessive of". `is_start` is for words cut short: it is only the beginning
    of the name.
    """

    text: str
    parts: frozenset[str]
    how: str
    is_start: bool = False


def sources(word: str) -> list[Source]:
    """What a folded Russian word may be made of, the longest first; each must still be some listed form."""
    found: dict[Source, None] = {}
    if match := _POSSESSIVE.fullmatch(word):
        _put(found, match.group(1), ("а", "я"), OF_GIVEN, "possessive of")
    if match := _ADJECTIVE.fullmatch(word):
        _of_surname(found, match.group(1))
    if match := _WIFE.fullmatch(word):
        stem = match.group(1)
        _put(found, stem, _SURNAME_TAILS, OF_SURNAME, "wife's name of")
        if stem.endswith("ч"):
            _put(found, stem[:-1] + "к", _SURNAME_TAILS, OF_SURNAME, "wife's name of")
    if match := _HONORIFIC.fullmatch(word):
        # Шерзоджон: the д is the name's as well as the honorific's.
        _put(found, match.group(1), ("", "д") if match.group(2)[0] == "д" else ("",), OF_GIVEN, RESPECT)
    if match := _AFFECTIONATE.fullmatch(word):
        _put(found, match.group(1), _NAME_TAILS, OF_GIVEN, AFFECTION)
        found[Source(match.group(1), OF_GIVEN, AFFECTION, is_start=True)] = None
    return list(found)


def respected(word: str) -> tuple[str, ...]:
    """The names in Latin letters that a folded Latin word may be with an honorific; mostly none."""
    match = _HONORIFIC_LATIN.fullmatch(word)
    if match is None:
        return ()
    return (match.group(1), match.group(1) + "d") if match.group(2)[0] == "j" else (match.group(1),)


def _put(found: dict[Source, None], stem: str, tails: tuple[str, ...], parts: frozenset[str], how: str) -> None:
    for tail in tails:
        if len(stem) + len(tail) > 2:
            found[Source(stem + tail, parts, how)] = None


def _of_surname(found: dict[Source, None], stem: str) -> None:
    """Дудаевский of Дудаев, Тимченковский of Тимченко."""
    _put(found, stem, _SURNAME_TAILS, OF_SURNAME, "adjective of")
    if stem.endswith(("ов", "ев")) and len(stem) > 5:
        _put(found, stem[:-2], _SURNAME_TAILS, OF_SURNAME, "adjective of")


def run_together(word: str, surnames: Container[str]) -> str | None:
    """The longest surname that a long folded word ends or begins with, written together with another word."""
    if not MIN_RUN_TOGETHER + 3 <= len(word) <= _MAX_RUN_TOGETHER:
        return None
    for at in range(3, len(word) - MIN_RUN_TOGETHER + 1):
        if word[at:] in surnames:
            return word[at:]
        if word[:-at] in surnames:
            return word[:-at]
    return None
