"""Numbers and addresses that identify: passports, tax and court numbers, phones, cards, mail, handles, births.

A kind with a checksum is found by it; a kind without one needs a word of its context nearby, unless its shape is
its own. All patterns are bounded, so that no text makes them slow.
"""

from __future__ import annotations

import re

from ..model.findings import Span
from .checksums import CHECKS
from .identifier_kind import Words
from .identifier_kinds import KINDS, Kind
from .listed_identifiers import ListedIdentifiers
from .plain import best, plain, with_letters_as_digits, without_ignorable

__all__ = ["CHECKS", "SOURCE_RULE", "ListedIdentifiers", "find_identifiers"]

SOURCE_RULE = "identifier"
CONTEXT_BEFORE = 60
CONTEXT_AFTER = 30
_MISREAD_SCORE = 0.6
# What a number right after such a word, or before such a unit, is: a page, an article, a sum.
_OTHER_BEFORE = re.compile(
    r"(?<!\w)(?:ISBN(?:-1[03])?|ISSN|DOI|ГОСТ(?:[ ]Р)?|арт(?:икул[а-я]{0,2})?\.?|стр\.?|страниц[а-я]{1,2}|с\.|pp?\."
    r"|pages?|стать[а-я]{1,3}|ст\.|§|§§"
    r"|пункт[а-я]{0,2}|п\.|подп\.|част[ьи]|абз\.|верси[а-я]{1,2}|version|v\.|article|section|sections|para"
    r"(?:graph)?s?|закон[а-я]{0,2}"
    r"|сумм[а-я]{1,3}|цена|стоимость|total|amount|[$€£₽])[ :№]{0,3}$",
    re.IGNORECASE,
)
_OTHER_AFTER = re.compile(
    r"[ ]?(?:руб(?!\w)|рубл[а-я]{1,3}|₽|\$|€|£|долл|евро|тыс(?!\w)|тысяч|млн|млрд|коп(?!\w)|копе|грн|гривен|тенге"
    r"|сум(?!\w)|сомов|драм|лари|USD|EUR|RUB|UAH"
    r"|dollars|euros?(?!\w)|roubles|rubles|-ФЗ|кг|км(?!\w)|штук|экз)",
    re.IGNORECASE,
)
_NUMBERS_ONLY = re.compile(r"[\d\s().,/+№\-]+")
_OTHER_WINDOW = 24


def find_identifiers(text: str) -> list[Span]:
    """All identifiers by kind, sorted, not overlapping; the kind that is surest and longest wins.

    A text with letters among its digits (O for 0) is read a second time; what only that reading finds isn't sure.
    """
    shown, places = without_ignorable(text)
    shown = plain(shown)
    found = [span for kind in KINDS for span in _of_kind(kind, shown)]
    misread = with_letters_as_digits(shown)
    if misread != shown:
        for kind in KINDS:
            found += [
                _unsure(span)
                for span in _of_kind(kind, misread)
                if shown[span.start : span.end] != misread[span.start : span.end]
            ]
    chosen = best(found)
    if places is None:
        return chosen
    return [_moved(span, places) for span in chosen]


def _unsure(span: Span) -> Span:
    why = f"{span.explanation}, letters read as digits"
    return Span(span.start, span.end, span.category, None, SOURCE_RULE, _MISREAD_SCORE, False, why)


def _moved(span: Span, places: list[int]) -> Span:
    return Span(
        places[span.start], places[span.end - 1] + 1, span.category, span.person, span.source, span.score,
        span.sure, span.explanation,
    )  # fmt: skip


# What follows a street without a comma or dot: «ул.Мира д 5 кв 12». It may match nothing, so it always matches.
_HOUSE = re.compile(
    r"(?:[ ,]{1,3}(?:дом|д|корпус|корп|к|строение|стр|квартира|кв|комната|ком|подъезд|под|этаж|эт|офис|оф)\.?"
    r"[ ]{0,2}№?[ ]?\d{1,5}(?:[/\-]\d{1,4})?[А-Яа-я]?(?![\w])){0,8}",
    re.IGNORECASE,
)


def _house_end(text: str, end: int) -> int:
    match = _HOUSE.match(text, end)
    return match.end() if match else end


def _of_kind(kind: Kind, text: str) -> list[Span]:
    found: list[Span] = []
    if kind.gate is not None and not kind.gate.search(text):
        return found
    for match in kind.pattern.finditer(text):
        start, end = match.span("id") if "id" in kind.pattern.groupindex else match.span()
        if kind.category == "ADDRESS":
            end = _house_end(text, end)
        if kind.category == "PHONE":
            end = _end_of_phone(text, start, end)
        start, end = _without_half_a_bracket(text, start, end)
        if kind.check and not CHECKS[kind.check](text[start:end]):
            continue
        near = kind.context is not None and _near(kind.context, kind.after or kind.context, text, start, end)
        if (kind.context is not None and not near) or _is_other(text, start, end):
            continue
        score = 0.95 if near or (kind.check and kind.sure) else (0.85 if kind.sure else 0.6)
        why = kind.label + (", checksum" if kind.check else "") + (", by a word nearby" if near else "")
        sure = (kind.sure or near) and not kind.ask
        found.append(
            Span(start, end, kind.category, None, SOURCE_RULE, score if sure else min(score, 0.6), sure, why)
        )
    return found


# What begins behind a whole number: another sentence, or the date that the next paragraph begins with.
_SENTENCE_END = re.compile(r"\.\s")
_DATE_BELOW = re.compile(r"\s{0,2}\n\s{0,2}(?=\d{1,2}(?:[ \xa0][^\W\d_]|\.\d{1,2}\.\d|/\d{1,2}/\d))")
_WHOLE_PHONE, _WHOLE_ABROAD = 9, 11
"""Digits of a number that a full stop ends, and of one that is whole before a date, with its country's code."""

_DATE_REACH = 8


def _end_of_phone(text: str, start: int, end: int) -> int:
    """Where a telephone number ends that is whole before a full stop or a date on the next line."""
    for seam, digits in ((_SENTENCE_END, _WHOLE_PHONE), (_DATE_BELOW, _WHOLE_ABROAD)):
        match = seam.search(text, start, end + _DATE_REACH)
        if match is not None and match.start() < end and sum(map(str.isdigit, text[start : match.start()])) >= digits:
            end = match.start()
    return end


def _without_half_a_bracket(text: str, start: int, end: int) -> tuple[int, int]:
    """A bracket around the whole, of which the pattern took one half, is the sentence's."""
    opened, closed = text.count("(", start, end), text.count(")", start, end)
    if closed > opened and text[end - 1] == ")":
        end -= 1
    if opened > closed and text[start] == "(":
        start += 1
    return start, end


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether what stands beside a bare number says that it is a sum, a page or an article."""
    if not _NUMBERS_ONLY.fullmatch(text, start, end):
        return False
    before = _OTHER_BEFORE.search(text[max(0, start - _OTHER_WINDOW) : start])
    return bool(before or _OTHER_AFTER.match(text, end))


def _near(context: Words, after: Words, text: str, start: int, end: int) -> bool:
    # Slices, so that ^ and $ in a context mean the place of the number.
    if context.search(text[max(0, start - CONTEXT_BEFORE) : start]):
        return True
    stop = text.find("\n", end, end + CONTEXT_AFTER)
    return after.search(text[end : stop if stop >= 0 else end + CONTEXT_AFTER])
