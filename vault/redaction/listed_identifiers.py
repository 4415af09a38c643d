"""Identifiers that are listed with a person, found in any written form."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from ..model.findings import Span
from ..model.people import Person
from .identifier_kinds_reach import COUNTRY_CODE
from .names.folding import IGNORABLE
from .plain import best, plain

SOURCE_LISTED = "listed"
MIN_LISTED = 4

_SEPARATORS = r"[\s\-\u2010-\u2015().,/№#_\u00a0" + IGNORABLE + r"]{0,4}"
# Between series and number also a word: "00 01 No. 000226", "серия 00 01 номер 000226".
_BETWEEN = _SEPARATORS + r"(?:(?:no|nr|n|num|number|ном|номер)(?![^\W\d_])" + _SEPARATORS + ")?"
_SAME = {
    "0": "0OoОо", "1": "1Il|іІ", "3": "3Зз", "5": "5Ss", "6": "6бБ", "8": "8BВ", "4": "4Чч",
}  # fmt: skip
_LOOKALIKES = ["AАaа", "BВ", "CСcс", "EЕeе", "HН", "KКkк", "MМm", "OОoо", "PРpр", "TТt", "XХxх", "YУyу"]
_MAX_LISTED = 64
_RUSSIAN_CODE = rf"(?:\+?[78]{_SEPARATORS})?"


class ListedIdentifiers:
    """Finds each identifier that is listed with a person, in any written form.

    Digits may be spaced or grouped anyhow, with O for 0 and the like; a phone number is found with and without
    its country code.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self._patterns: list[tuple[re.Pattern[str], Person, bool]] = []
        for person in people:
            for untrusted_written in map(plain, person.identifiers):
                self._patterns += [(pattern, person, True) for pattern in _patterns_of(untrusted_written)]
                self._patterns += [(pattern, person, False) for pattern in _parts_of(untrusted_written)]

    def find(self, text: str) -> list[Span]:
        """All written forms of the listed identifiers, sorted; an unsure one may overlap a sure one."""
        found: list[Span] = []
        shown = plain(text)
        for pattern, person, sure in self._patterns:
            score, why = (1.0, "listed identifier") if sure else (0.5, "a part of a listed identifier")
            for match in pattern.finditer(shown):
                start, end = match.span()
                found.append(Span(start, end, "IDENTIFIER", person.id, SOURCE_LISTED, score, sure, why))
        chosen = best([span for span in found if span.sure])
        starts = [span.start for span in chosen]
        for span in best([span for span in found if not span.sure]):
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


_NAME_OF_ACCOUNT = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:[\w\-]{1,30}\.){1,4}\w{2,10}/@?(?P<name>[\w.\-]{5,64})/?"
)
_MAIL = re.compile(r"(?P<name>[\w.+\-]{6,64})@[\w.\-]{3,200}")


def _parts_of(written: str) -> list[re.Pattern[str]]:
    """What alone may stand for the whole: a phone's last digits, the name before the @ of a mail address."""
    found = []
    short = _without_code(written)
    if short is not None:
        found.append(short)
    mail = _MAIL.fullmatch(written.strip())
    if mail is not None:
        found.append(_spaced([char for char in mail["name"] if char.isalnum()]))
    return found


@lru_cache(maxsize=2000)
def _patterns_of(written: str) -> tuple[re.Pattern[str], ...]:
    bare = [char for char in written if char.isalnum()][:_MAX_LISTED]
    if len(bare) < MIN_LISTED:
        return ()
    account = _NAME_OF_ACCOUNT.fullmatch(written.strip())
    if account is not None:
        # The same account is met as vk.com/name, m.vk.com/name, @name.
        return _spaced(bare), _spaced([char for char in account["name"] if char.isalnum()])
    if not all(char.isdigit() for char in bare):
        return (_spaced(bare),)
    return _of_digits(bare, written.lstrip().startswith(("+", "00")))


def _of_digits(bare: list[str], abroad: bool) -> tuple[re.Pattern[str], ...]:
    if len(bare) == 11 and bare[0] in "78":
        return (_spaced(bare[1:], before=_RUSSIAN_CODE),)
    if len(bare) == 10 and bare[0] == "9":
        return (_spaced(bare, before=_RUSSIAN_CODE),)
    if not abroad or len(bare) < 10:
        return (_spaced(bare),)
    code = COUNTRY_CODE.match("".join(bare).lstrip("0"))
    local = bare[-9:] if code is None else list("".join(bare).lstrip("0")[code.end() :])
    return _spaced(bare), _spaced(local, before=rf"(?:(?:\+|00)?\d{{1,4}}{_SEPARATORS})?0?")


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
