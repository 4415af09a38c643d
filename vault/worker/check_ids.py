"""Listed identifiers, found however they are spaced: phones and numbers by their digits, addresses by sound."""

from __future__ import annotations

import re

from .check_skeleton import strip_marks

MIN_NUMBER = 4
MIN_NUMBER_IN_WORDS = 7  # digits that identify by themselves, whatever words are listed with them
MIN_LOCAL_PART = 6
MIN_PACKED = 6
LOCAL_NUMBER = 7  # last digits of a phone, which identify it where people live
_GAP = r"(?:[\s\-\u2010-\u2015\u2212.,/()\[\]_#:·]|no){0,4}"  # № is "no" once normalised
_DIGIT = {"0": "[0OoОо]", "1": "[1lIІі|]", "3": "[3ЗзӠ]", "6": "[6б]"}
_DATE = re.compile(r"^\s*(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})\s*$")
_MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("ма[йя]", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip
_AT = r"\s{0,2}(?:@|%40|\(at\)|\[at\]|\{at\}|<at>|\bat\b|\(собака\)|\[собака\]|\bсобака\b|\(а\)|\(a\)|[^\w\s])\s{0,2}"
_DOT = r"\s{0,2}(?:\.|\(dot\)|\[dot\]|\bdot\b|\(точка\)|\[точка\]|\bточка\b|_|-)\s{0,2}"
# Everything that can be read as a Latin letter, so that a plate or an address typed in the other layout is met.
_FOLD = str.maketrans("авекмнорстухіјѕгё", "abekmhopctyxijsre")


def fold(text: str) -> str:
    """`text` casefolded, marks gone, Cyrillic look-alikes as Latin letters, o as 0 and l and i as 1."""
    return strip_marks(text).casefold().translate(_FOLD)


def compact(text: str) -> str:
    """Letters and digits of `text` only, folded, with o, l and i read as the digits they resemble."""
    folded = re.sub(r"[\W_]", "", fold(text))
    return folded.translate(str.maketrans("oli", "011"))


def patterns(identifier: str) -> list[re.Pattern[str]]:
    """What to search a normalised, casefolded text for, so that no spelling of `identifier` is missed."""
    identifier = identifier.strip()
    if "@" in identifier.strip("@"):
        return _mail(identifier)
    if _DATE.match(identifier):
        return _date(identifier)
    digits = re.sub(r"\D", "", identifier)
    letters = re.sub(r"[\W\d_]", "", identifier)
    found = []
    if len(digits) >= MIN_NUMBER and (len(digits) >= 2 * len(letters) or len(digits) >= MIN_NUMBER_IN_WORDS):
        found.append(_number(digits, phone="+" in identifier or "(" in identifier))
        found += [_own_number(local) for local in number_forms(identifier)[1:]]
    if identifier.startswith("@") or re.search(r"^https?:|^www\.|\w/\w|^[^\s\d]+\.[^\s\d]+$", identifier):
        found += _handle(identifier)
    if not found and compact_needle(identifier) is None:
        found = _phrase(identifier)
    return found


def compact_needle(identifier: str) -> str | None:
    """The letters and digits of an address, plate or code, when they are enough to search for run together."""
    needle = compact(identifier)
    mixed = re.search(r"\d", identifier) and re.search(r"[^\W\d_]", identifier)
    return needle if mixed and len(needle) >= MIN_PACKED else None


def number_forms(identifier: str) -> tuple[str, ...]:
    """The digits of a listed number; of a phone the ten without its country and the seven that neighbours dial."""
    digits = re.sub(r"\D", "", identifier)
    if _DATE.match(identifier.strip()) or "@" in identifier or re.search(r"[^\W\d_]", identifier):
        return ()
    russian = len(digits) == 11 and digits[0] in "78"
    if russian or (10 <= len(digits) <= 15 and ("+" in identifier or "(" in identifier)):
        return digits[-10:], digits[-LOCAL_NUMBER:]
    return (digits,)


def _own_number(digits: str) -> re.Pattern[str]:
    """A number that must stand by itself: no digit before or after."""
    return re.compile(rf"(?<!\d){_GAP.join(_DIGIT.get(d, d) for d in digits)}(?!\d)")


def _number(digits: str, phone: bool) -> re.Pattern[str]:
    if len(digits) == 11 and digits[0] in "78":
        digits, phone = digits[1:], True
    elif len(digits) > 10 and phone:
        digits = digits[-10:]
    body = _GAP.join(_DIGIT.get(d, d) for d in digits)
    return re.compile(body if phone else rf"(?<!\d){body}(?!\d)")


def _date(identifier: str) -> list[re.Pattern[str]]:
    a, b, c = _DATE.match(identifier).groups()  # type: ignore[union-attr]
    year, month, day = (a, b, c) if len(a) == 4 else (c, b, a)
    if int(month) > 12 and int(day) <= 12:
        month, day = day, month
    y = f"(?:{year}|{year[2:]})" if len(year) == 4 else year
    m, d, gap = f"0?{int(month)}", f"0?{int(day)}", r"[\s./\-]{1,3}"
    found = [rf"(?<!\d){d}{gap}{m}{gap}{y}(?!\d)", rf"(?<!\d){m}{gap}{d}{gap}{y}(?!\d)",
             rf"(?<!\d){year}{gap}{m}{gap}{d}(?!\d)", rf"(?<!\d){int(year):04}{int(month):02}{int(day):02}(?!\d)",
             rf"(?<!\d){int(day):02}{int(month):02}{int(year):04}(?!\d)"]  # fmt: skip
    if 1 <= int(month) <= 12:
        name = "(?:" + "|".join(_MONTHS[int(month) - 1]) + r")\w*\.?"
        found.append(rf"(?<!\d){d}(?:st|nd|rd|th|-?го)?\W{{0,3}}(?:of )?{name}\W{{1,3}}{year}")
        found.append(rf"{name}\W{{1,3}}{d}(?:st|nd|rd|th)?\W{{1,3}}{year}")
    return [re.compile(p) for p in found]


def _mail(identifier: str) -> list[re.Pattern[str]]:
    local, _, domain = fold(identifier).rpartition("@")
    found = [re.compile(_dotted(local) + _AT + _dotted(domain))]
    if len(local) >= MIN_LOCAL_PART or re.search(r"[\d._-]", local):
        found.append(re.compile(rf"(?<![^\W_]){_dotted(local)}(?![^\W_])"))
    return found


def _dotted(text: str) -> str:
    return _DOT.join(re.escape(part) for part in text.split("."))


def _phrase(identifier: str) -> list[re.Pattern[str]]:
    """Anything else that was listed: its words in order, whatever stands between them."""
    pieces = re.findall(r"[^\W_]+", fold(identifier))
    if not pieces:
        return []
    return [re.compile(r"(?<![^\W_])" + r"[\W_]{1,4}".join(map(re.escape, pieces)) + r"(?![^\W_])")]


def _handle(identifier: str) -> list[re.Pattern[str]]:
    plain = re.sub(r"^(?:https?://)?(?:www\.)?@?", "", fold(identifier)).rstrip("/")
    if len(plain) < 3:
        return []
    return [re.compile(rf"(?<![^\W_]){re.escape(plain)}(?![^\W_])")]
