"""Numbers and addresses that identify: passports, tax and court numbers, phones, cards, mail, handles, births.

A kind with a checksum is found by it; a kind without one needs a word of its context nearby, unless its shape is
its own. All patterns are bounded, so that no text makes them slow.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from ..model.findings import Span
from ..model.people import Person
from .identifier_kinds import KINDS, Kind
from .names.folding import IGNORABLE

SOURCE_RULE = "identifier"
SOURCE_LISTED = "listed"
CONTEXT_BEFORE = 60
CONTEXT_AFTER = 30
MIN_LISTED = 4


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _inn(digits: str) -> bool:
    def check(weights: Sequence[int], upto: int) -> bool:
        total = sum(w * int(d) for w, d in zip(weights, digits[:upto], strict=True))
        return total % 11 % 10 == int(digits[upto])

    if len(digits) == 10:
        return check((2, 4, 10, 3, 5, 9, 4, 6, 8), 9)
    tail = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return len(digits) == 12 and check((7, *tail), 10) and check((3, 7, *tail), 11)


def _snils(digits: str) -> bool:
    total = sum((9 - place) * int(char) for place, char in enumerate(digits[:9]))
    return total % 101 % 100 == int(digits[9:])


def _ogrn(digits: str) -> bool:
    divisor = 11 if len(digits) == 13 else 13
    return int(digits[:-1]) % divisor % 10 == int(digits[-1])


def _ssn(digits: str) -> bool:
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def _iban(text: str) -> bool:
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _ip(text: str) -> bool:
    return all(part.isdigit() and int(part) < 256 for part in text.split("."))


_DIGITS = re.compile(r"\D+")
CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": lambda text: _luhn(_DIGITS.sub("", text)),
    "inn": lambda text: _inn(_DIGITS.sub("", text)),
    "snils": lambda text: _snils(_DIGITS.sub("", text)),
    "ogrn": lambda text: _ogrn(_DIGITS.sub("", text)),
    "ssn": lambda text: _ssn(_DIGITS.sub("", text)),
    "iban": lambda text: _iban(re.sub(r"\W+", "", text).upper()),
    "ip": _ip,
}

_IGNORED = re.compile(f"[{IGNORABLE}]")


def find_identifiers(text: str) -> list[Span]:
    """All identifiers by kind, sorted, not overlapping; the kind that is surest and longest wins."""
    plain, places = _without_ignorable(text)
    found: list[Span] = []
    for kind in KINDS:
        found += _of_kind(kind, plain)
    chosen = _best(found)
    if places is None:
        return chosen
    return [_moved(span, places) for span in chosen]


def _without_ignorable(text: str) -> tuple[str, list[int] | None]:
    """The text without characters that print nothing, and where each character stood; None when all stay."""
    if not _IGNORED.search(text):
        return text, None
    places = [at for at, char in enumerate(text) if not _IGNORED.match(char)]
    return "".join(text[at] for at in places), places


def _moved(span: Span, places: list[int]) -> Span:
    return Span(
        places[span.start], places[span.end - 1] + 1, span.category, span.person, span.source, span.score,
        span.sure, span.explanation,
    )  # fmt: skip


# What follows a street without a comma or dot: «ул.Мира д 5 кв 12». It may match nothing, so it always matches.
_HOUSE = re.compile(
    r"(?:[ \u00a0,]{1,3}(?:дом|д|корпус|корп|к|строение|стр|квартира|кв|комната|ком|подъезд|под|этаж|эт|офис|оф)\.?"
    r"[ \u00a0]{0,2}№?[ \u00a0]?\d{1,5}(?:[/\-]\d{1,4})?[А-Яа-я]?(?![\w]))*",
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
        start, end = match.span("id") if "id" in match.groupdict() else match.span()
        if kind.category == "ADDRESS":
            end = _house_end(text, end)
        if kind.check and not CHECKS[kind.check](text[start:end]):
            continue
        near = kind.context is not None and _near(kind.context, text, start, end)
        if kind.context is not None and not near:
            continue
        score = 0.95 if near or (kind.check and kind.sure) else (0.85 if kind.sure else 0.6)
        why = kind.label + (", checksum" if kind.check else "") + (", by a word nearby" if near else "")
        found.append(Span(start, end, kind.category, None, SOURCE_RULE, score, kind.sure or near, why))
    return found


def _near(context: re.Pattern[str], text: str, start: int, end: int) -> bool:
    if context.search(text, max(0, start - CONTEXT_BEFORE), start):
        return True
    stop = text.find("\n", end, end + CONTEXT_AFTER)
    return bool(context.search(text, end, stop if stop >= 0 else end + CONTEXT_AFTER))


def _best(found: list[Span]) -> list[Span]:
    taken: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end, -one.score)):
        if taken and span.start < taken[-1].end:
            last = taken[-1]
            if (span.score, span.end - span.start) > (last.score, last.end - last.start) and span.start == last.start:
                taken[-1] = span if span.end >= last.end else _widened(span, last)
            elif span.end > last.end:
                taken[-1] = _widened(last, span)
            continue
        taken.append(span)
    return taken


def _widened(span: Span, other: Span) -> Span:
    start, end = min(span.start, other.start), max(span.end, other.end)
    return Span(start, end, span.category, span.person, span.source, span.score, span.sure, span.explanation)


# Letters that are written or scanned for a digit.
_AS_DIGIT = str.maketrans("OoОоIlіІЗзSsБбBВ", "0000111133556688")
_SEPARATORS = r"[\s\-\u2010-\u2015().,/№#_\u00a0" + IGNORABLE + r"]{0,4}"
# Between series and number also a word: "00 01 No. 000226", "серия 00 01 номер 000226".
_BETWEEN = _SEPARATORS + r"(?:(?:no|nr|n|num|number|ном|номер)(?![^\W\d_])" + _SEPARATORS + ")?"
_SAME = {
    "0": "0OoОо", "1": "1Il|іІ", "3": "3Зз", "5": "5Ss", "6": "6бБ", "8": "8BВ", "4": "4Чч",
}  # fmt: skip
_LOOKALIKES = ["AАaа", "BВ", "CСcс", "EЕeе", "HН", "KКkк", "MМm", "OОoо", "PРpр", "TТt", "XХxх", "YУyу"]
_MAX_LISTED = 64


class ListedIdentifiers:
    """Finds each identifier that is listed with a person, in any written form.

    Digits may be spaced or grouped anyhow, with O for 0 and the like; a phone number is found with and without
    its country code.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self._patterns: list[tuple[re.Pattern[str], Person, bool]] = []
        for person in people:
            for untrusted_written in person.identifiers:
                for pattern in _patterns_of(untrusted_written):
                    self._patterns.append((pattern, person, True))
                short = _without_code(untrusted_written)
                if short is not None:
                    self._patterns.append((short, person, False))

    def find(self, text: str) -> list[Span]:
        """All written forms of the listed identifiers, sorted; an unsure one may overlap a sure one."""
        found: list[Span] = []
        for pattern, person, sure in self._patterns:
            score, why = (1.0, "listed identifier") if sure else (0.5, "the last digits of a listed telephone")
            for match in pattern.finditer(text):
                start, end = match.span()
                found.append(Span(start, end, "IDENTIFIER", person.id, SOURCE_LISTED, score, sure, why))
        chosen = _best([span for span in found if span.sure])
        starts = [span.start for span in chosen]
        for span in _best([span for span in found if not span.sure]):
            at = bisect_right(starts, span.start) - 1
            if at < 0 or chosen[at].end <= span.start:
                chosen.append(span)
        return sorted(chosen, key=lambda span: (span.start, -span.end))


_LOCAL_DIGITS = 7


def _without_code(written: str) -> re.Pattern[str] | None:
    """A telephone number as it is said in its own town, by its last seven digits; None for what is no telephone."""
    bare = [char for char in written if char.isalnum()][:_MAX_LISTED]
    is_russian = len(bare) in (10, 11) and (bare[0] in "78" if len(bare) == 11 else bare[0] == "9")
    if not all(char.isdigit() for char in bare) or not (
        is_russian or (written.lstrip().startswith("+") and len(bare) > _LOCAL_DIGITS + 1)
    ):
        return None
    return _spaced(bare[-_LOCAL_DIGITS:])


@lru_cache(maxsize=2000)
def _patterns_of(written: str) -> tuple[re.Pattern[str], ...]:
    bare = [char for char in written if char.isalnum()][:_MAX_LISTED]
    if len(bare) < MIN_LISTED:
        return ()
    patterns = [_spaced(bare)]
    digits = "".join(char for char in written if char.isdigit())
    if len(digits) == len(bare) == 11 and digits[0] in "78":
        patterns = [_spaced(list(digits[1:]), before=rf"(?:\+?[78]{_SEPARATORS})?")]
    elif len(digits) == len(bare) and len(digits) >= 11 and written.lstrip().startswith("+"):
        patterns.append(_spaced(list(digits[-9:]), before=rf"(?:\+?\d{{1,4}}{_SEPARATORS})?0?"))
    return tuple(patterns)


def _spaced(chars: list[str], before: str = "") -> re.Pattern[str]:
    body = _BETWEEN.join(_alike(char) for char in chars)
    return re.compile(rf"(?<![^\W_]){before}{body}(?![^\W_])", re.IGNORECASE)


def _alike(char: str) -> str:
    if char in _SAME:
        return f"[{_SAME[char]}]"
    for group in _LOOKALIKES:
        if char in group:
            return f"[{group}]"
    return re.escape(char)
