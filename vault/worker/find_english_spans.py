"""What of two models' proposals identifies: generic names go, what is left is widened, and found again elsewhere.

All functions are plain: text and proposals in, proposals out. A proposal is (start, end, label, score) in code
points of the text. Work is linear in the length of the text and in the number of proposals.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence

from . import find_english_words as words

Proposal = tuple[int, int, str, float]

PERSON, PLACE, ORGANISATION, DATE = "PERSON", "PLACE", "ORGANISATION", "DATE"
NATIONALITY, QUANTITY, CODE, MISC = "NATIONALITY", "QUANTITY", "CODE", "MISC"

TOKEN = re.compile(r"[^\W_](?:[^\W_]|[’'‑\-](?=[^\W_]))*")
_PROPER_LENGTH = 4  # a shorter word is not looked for again elsewhere
_YEAR = re.compile(r"(?<!\d)(?:1[789]|20)\d\d(?!\d)")
_POSSESSIVE = re.compile(r"[’']s?$")
_FOREIGN_BODY = re.compile(
    r"(?:gericht|gerichtshof|gesetz|gesetzbuch|ministerium|minister|behörde|verordnung|senat|kommission|anwaltschaft)"
    r"(?:e?s)?$",
    re.IGNORECASE,
)
_GAP = re.compile(r"[’']?[ \u00a0/]|[ ]?\n[ ]?")


class Words:
    """The words of a text with their places, so that neighbours are found by bisection."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in TOKEN.finditer(text)]
        self._starts = [start for start, _ in self.spans]
        self.small = {text[a:b] for a, b in self.spans if text[a].islower()}

    def at(self, index: int) -> str:
        """The word of that number, without a possessive ending; empty where there is none."""
        if not 0 <= index < len(self.spans):
            return ""
        start, end = self.spans[index]
        return _POSSESSIVE.sub("", self.text[start:end])

    def inside(self, start: int, end: int) -> range:
        """Numbers of the words that touch the stretch."""
        first = bisect.bisect_right(self._starts, start) - 1
        if first < 0 or self.spans[first][1] <= start:
            first += 1
        return range(first, bisect.bisect_left(self._starts, end))

    def joined(self, index: int) -> bool:
        """Whether nothing but a blank or a slash stands between this word and the next."""
        if not 0 <= index < len(self.spans) - 1:
            return False
        gap = self.text[self.spans[index][1] : self.spans[index + 1][0]]
        return bool(_GAP.fullmatch(gap))


def is_capital(word: str) -> bool:
    """Whether a word is written as a name: a capital first."""
    return word[:1].isupper() or word[:1].istitle()


def is_generic(word: str) -> bool:
    """Whether a word says what kind, never which one."""
    small = word.lower()
    if small in words.GENERIC or small in words.STOP or small in words.DEMONYMS or small in words.COUNTRIES:
        return True
    if "-" in small or "‑" in small:
        return all(part in words.GENERIC or part in words.STOP for part in re.split("[-‑]", small))
    return bool(_FOREIGN_BODY.search(small))


def proper_words(text: Words, start: int, end: int) -> list[str]:
    """The words of a stretch that may tell which one is meant."""
    found = (text.at(at) for at in text.inside(start, end))
    return [word for word in found if is_capital(word) and not is_generic(word)]


def trimmed(text: Words, start: int, end: int) -> tuple[int, int] | None:
    """The stretch as whole words, without a leading article or a possessive ending."""
    inside = text.inside(start, end)
    while inside and text.at(inside[0]).lower() in ("the", "a", "an", "this", "that", "and", "of", "in"):
        inside = inside[1:]
    if not inside:
        return None
    begin, finish = text.spans[inside[0]][0], text.spans[inside[-1]][1]
    ending = _POSSESSIVE.search(text.text[text.spans[inside[-1]][0] : finish])
    return begin, finish - (len(ending[0]) if ending else 0)


def judged(text: Words, raw: Proposal) -> Proposal | None:
    """One of the models' proposals with its words whole, or None if it tells nobody apart."""
    stretch = trimmed(text, raw[0], raw[1])
    if stretch is None:
        return None
    start, end, label, score = *stretch, raw[2], raw[3]
    keep = _JUDGES.get(label)
    if keep is None or not keep(text, start, end):
        return None
    if label == PERSON:
        start = _with_title(text, start)
    return start, end, label, score


def _is_person(text: Words, start: int, end: int) -> bool:
    proper = proper_words(text, start, end)
    if not proper:
        return False
    if len(proper) == 1 and proper[0].lower() in text.small:
        return False  # the same word is also written small: an everyday word at the head of a sentence
    return not _in_generic_bracket(text, start)


def _in_generic_bracket(text: Words, start: int) -> bool:
    """Whether the stretch is the foreign name, in brackets, of a body that tells nothing: "Supreme Court (Sąd …)"."""
    before = text.text[max(0, start - 30) : start]
    opened = before.rfind("(")
    if opened < 0 or ")" in before[opened:]:
        return False
    inside = text.inside(max(0, start - 30), start - len(before) + opened)
    if not inside or not text.text[start - len(before) + opened - 1 : start - len(before) + opened].isspace():
        return False
    word = text.at(inside[-1])
    return word.lower() in words.GENERIC


def _is_place(text: Words, start: int, end: int) -> bool:
    before = text.inside(max(0, start - 1), start)
    inside = [text.at(at) for at in text.inside(start, end)]
    small = [word.lower() for word in inside]
    if small and all(word in words.GENERIC or word in words.COUNTRIES or word in words.STOP for word in small):
        return any(word in words.COUNTRIES for word in small)  # a state too: else it tells the nationality
    del before
    return any(is_capital(word) and word.lower() not in words.GENERIC and not is_bad(word) for word in inside)


def is_bad(word: str) -> bool:
    """Whether a capitalised word is a function word or foreign institution."""
    return word.lower() in words.STOP or bool(_FOREIGN_BODY.search(word.lower()))


def _is_state(text: Words, at: int) -> bool:
    """Whether a country is named as a party: "Government of Turkey", "v. Turkey"."""
    if text.at(at - 1) == "v":
        return True
    back = at - 2 if text.at(at - 1) == "of" else at - 3
    return text.at(back).lower() in words.NATIONAL_STATE


def _is_body(text: Words, start: int, end: int) -> bool:
    if _in_generic_bracket(text, start):
        return False
    return bool(proper_words(text, start, end))


def _is_people(text: Words, start: int, end: int) -> bool:
    inside = text.inside(start, end)
    if not any(is_capital(text.at(at)) for at in inside):
        return False
    if any(text.at(at).lower() in words.GENERIC for at in inside):
        return False
    if text.at(inside[-1]).lower() not in words.DEMONYMS:
        return not is_generic(text.at(inside[-1])) and not _in_generic_bracket(text, start)
    after = text.at(inside[-1] + 1) if text.joined(inside[-1]) else ""
    return not (is_capital(after) or after.lower() in words.NOT_PEOPLE)


def _is_date(text: Words, start: int, end: int) -> bool:
    inside = [text.at(at).lower() for at in text.inside(start, end)]
    if "century" in inside or "centuries" in inside:
        return False
    if any(word in words.WEEKDAYS for word in inside):
        return True
    if any(word in words.MONTHS for word in inside):
        return any(word[0].isdigit() for word in inside) or inside[-1] not in ("may", "march", "mar", "dec")
    return bool(_YEAR.search(text.text[start:end])) and not _is_of_law(text, start, end)


def _is_of_law(text: Words, start: int, end: int) -> bool:
    """Whether a year is a law's: "the 1993 Act", "Act of 1993"."""
    inside = text.inside(start, end)
    near = {text.at(at) for at in (inside[0] - 1, inside[0] - 2, inside[-1] + 1)}
    return bool(near & {"Act", "Law", "Code", "Regulation", "Regulations", "Protocol", "Convention", "Decree"})


def _has_digit(text: Words, start: int, end: int) -> bool:
    return any(char.isdigit() for char in text.text[start:end])


def _is_code(text: Words, start: int, end: int) -> bool:
    piece = text.text[start:end]
    digits = sum(char.isdigit() for char in piece)
    return (digits >= 3 and ("/" in piece or "-" in piece)) or (digits >= 6 and " " not in piece)


_JUDGES = {
    PERSON: _is_person,
    PLACE: _is_place,
    ORGANISATION: _is_body,
    NATIONALITY: _is_people,
    DATE: _is_date,
    QUANTITY: _has_digit,
    CODE: _is_code,
    MISC: _is_body,
}


def _with_title(text: Words, start: int) -> int:
    """The start with a form of address and initials before the name."""
    at = text.inside(start, start + 1)[0]
    while at and len(text.at(at - 1)) <= 2 and is_capital(text.at(at - 1)) and _is_initial(text, at - 1):
        at -= 1
    if at and text.at(at - 1).lower() in words.FAMILY_TITLES:
        gap = text.text[text.spans[at - 1][1] : text.spans[at][0]]
        if gap.strip(" \u00a0") in ("", "."):
            at -= 1
    return text.spans[at][0]


def _is_initial(text: Words, at: int) -> bool:
    gap = text.text[text.spans[at][1] : text.spans[at + 1][0]]
    return gap.rstrip(" \u00a0") == "." and len(text.at(at)) <= 2


def repeated(text: Words, known: Iterable[Proposal]) -> list[Proposal]:
    """A name that was found once is proposed wherever the text has one of its proper words, written as a name."""
    labels: dict[str, str] = {}
    taken: set[int] = set()
    for start, end, label, _ in known:
        inside = text.inside(start, end)
        taken.update(inside)
        if label == PERSON or (label in (PLACE, ORGANISATION, MISC) and len(inside) == 1):
            for at in inside:
                word = text.at(at)
                if len(word) >= _PROPER_LENGTH and is_capital(word) and not is_generic(word):
                    labels.setdefault(word, label)
    found: list[Proposal] = []
    for at, (start, _) in enumerate(text.spans):
        word = text.at(at)
        if at not in taken and word in labels and word.lower() not in text.small:
            found.append((start, start + len(word), labels[word], 0.5))
    return found


def merged(spans: Sequence[Proposal]) -> list[Proposal]:
    """Sorted, without what lies wholly inside another of the same label."""
    out: list[Proposal] = []
    for span in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not any(other[0] <= span[0] and span[1] <= other[1] and other[2] == span[2] for other in out[-4:]):
            out.append(span)
    return out
