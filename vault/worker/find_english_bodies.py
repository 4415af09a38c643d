"""Named institutions and places by the noun that says what they are: "Izmir Prison", "village of Ashagi".

A head noun is widened over the capitals beside it; the whole is proposed only if one of its words is proper.
"""

from __future__ import annotations

import re

from . import find_english_words as words
from .find_english_spans import ORGANISATION, PLACE, Proposal, Words, is_capital, is_generic, proper_words, trimmed

_MAX_WORDS = 9  # to each side of a head
_MAX_BRACKET = 90
_MAX_SMALL = 3
_LEFT_JOINS = frozenset({"of", "the", "for", "de", "du", "des", "la", "der", "von"})
_RIGHT_JOINS = frozenset({"of", "for", "de", "du", "des", "der", "für"})
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)")
_NUMBER = re.compile(r"[ \u00a0](?:No\.?|no\.?|nos\.|№|#)[ \u00a0]?\d{1,6}(?:[/\-]\d{1,6})?")
_BRACKET = re.compile(rf"[ \u00a0]?\((?P<inside>[^()\n]{{2,{_MAX_BRACKET}}})\)")


def find_bodies(text: Words) -> list[Proposal]:
    """Every institution and place that a head noun and a proper word show."""
    found: list[Proposal] = []
    done = -1
    for at in range(len(text.spans)):
        if at <= done:
            continue
        word = text.at(at)
        small = word.lower()
        if small in words.SMALL_PLACES and not is_capital(word):
            stretch = _named_of(text, at)
            if stretch is not None:
                found.append((*stretch, PLACE, 0.6))
            continue
        if not (small in words.HEADS or small in words.PLACE_HEADS):
            continue
        if not is_capital(word):
            if small in words.HEADS and (first := _before_small(text, at)) is not None:
                found.append((text.spans[first][0], _with_number(text, text.spans[at][1]), ORGANISATION, 0.5))
            continue
        first, last = _widened(text, at)
        start, end = trimmed(text, text.spans[first][0], text.spans[last][1]) or text.spans[at]
        if proper_words(text, start, end):
            label = PLACE if small in words.PLACE_HEADS else ORGANISATION
            found.append((start, _with_number(text, end), label, 0.6))
            done = last
    return found


def _named_of(text: Words, at: int) -> tuple[int, int] | None:
    """ "municipality of Härjedalen", "the village Kalogrea", "Ramne village": without the article."""
    if text.joined(at) and text.at(at + 1) in ("of", "called", "named", "known"):
        after = at + 2
    elif text.joined(at) and is_capital(text.at(at + 1)):
        after = at + 1
    elif at and text.joined(at - 1) and is_capital(text.at(at - 1)) and not is_generic(text.at(at - 1)):
        return text.spans[at - 1][0], text.spans[at][1]
    else:
        return None
    word = text.at(after)
    if not (text.joined(after - 1) and is_capital(word) and not is_generic(word)):
        return None
    last = after
    while last - after < _MAX_WORDS and text.joined(last) and is_capital(text.at(last + 1)):
        last += 1
    return text.spans[at][0], text.spans[last][1]


def _before_small(text: Words, head: int) -> int | None:
    """The first word of "Andijan police", "Salzburg municipal cemetery": capitals, and at most three small words."""
    at = head
    while head - at <= _MAX_SMALL and at and text.joined(at - 1):
        word = text.at(at - 1)
        if is_capital(word):
            break
        if word not in words.GENERIC:
            return None
        at -= 1
    first = at
    while at - first < _MAX_WORDS and first and text.joined(first - 1) and _belongs(text.at(first - 1)):
        first -= 1
    if first == at or not proper_words(text, text.spans[first][0], text.spans[at - 1][1]):
        return None
    return first


def _belongs(word: str) -> bool:
    return (is_capital(word) and word.lower() not in words.STOP) or bool(_ORDINAL.fullmatch(word))


def _widened(text: Words, head: int) -> tuple[int, int]:
    first = head
    for _ in range(_MAX_WORDS):
        if not first or not text.joined(first - 1):
            break
        if _belongs(text.at(first - 1)):
            first -= 1
            continue
        step = first - 1
        while step >= first - 2 and step > 0 and text.at(step).lower() in _LEFT_JOINS and text.joined(step - 1):
            step -= 1
        if step == first - 1 or not is_generic(text.at(step)) or not is_capital(text.at(step)):
            break
        if text.at(step + 1) == "the":
            break
        first = step
    last, reached = head, False
    for _ in range(_MAX_WORDS):
        if not text.joined(last):
            break
        if _belongs(text.at(last + 1)) and _POSSESSED.search(text.text[slice(*text.spans[last])]) is None:
            last += 1
            continue
        step = last + 1
        join = text.at(step).lower()
        if not (join in _RIGHT_JOINS or (join == "and" and reached) or join == "in") or not text.joined(step):
            break
        if text.at(step + 1) == "the" and text.joined(step + 1):
            step += 1
        if not _belongs(text.at(step + 1)) or (join == "in" and is_generic(text.at(step + 1))):
            break
        last = step + 1
        reached = join != "and"
    return first, last


_POSSESSED = re.compile(r"[’']s?$")


def _with_number(text: Words, end: int) -> int:
    match = _NUMBER.match(text.text, end)
    return match.end() if match else end


def short_names(text: Words, end: int) -> list[str]:
    """What a text says in brackets that it will call a body: ("the University")."""
    match = _SHORT.match(text.text, end)
    if match is None:
        return []
    name = match["name"]
    proper = any(not is_generic(word) for word in name.split()) or name in _WORKPLACES
    return [name] if proper and is_capital(name) else []


_SHORT = re.compile(
    r"[ \u00a0]?\((?:hereinafter|hereafter|[A-Z]{2,8})?:?[ \u00a0]?(?:hereinafter|hereafter)?[:,]?[ \u00a0]?"
    r"[“\"‘'«](?:the )?(?P<name>[^“”\"‘’'»()\n]{2,50})[”\"’'»]"
)
_WORKPLACES = frozenset(
    {
        "University",
        "College",
        "School",
        "Institute",
        "Hospital",
        "Clinic",
        "Prison",
        "Company",
        "Bank",
        "Factory",
        "Newspaper",
    }
)


def find_short_names(text: Words, known: list[Proposal]) -> list[Proposal]:
    """Every place where a body that was found stands under the short name that the text gave it."""
    names = {name for _, end, label, _ in known if label == ORGANISATION for name in short_names(text, end)}
    by_first: dict[str, list[str]] = {}
    for name in names:
        by_first.setdefault(name.split()[0], []).append(name)
    found: list[Proposal] = []
    for at, (start, _) in enumerate(text.spans):
        for name in by_first.get(text.at(at), ()):
            if text.text.startswith(name, start):
                found.append((start, start + len(name), ORGANISATION, 0.5))
    return found


def with_bracket(text: Words, end: int) -> int:
    """The end of a translation or short name in brackets that follows a name, else the same end."""
    match = _BRACKET.match(text.text, end)
    if match is None:
        return end
    inside = [text.at(at) for at in text.inside(match.start("inside"), match.end("inside"))]
    if not inside or any(word[:1].isdigit() for word in inside) or "hereinafter" in inside:
        return end
    if is_capital(inside[0]) or not any(word.lower() in words.STOP for word in inside):
        return match.end()
    if inside[0] == "the" and len(inside) > 1 and not all(is_generic(word) for word in inside):
        return match.end()
    return end
