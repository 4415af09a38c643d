"""Numbers as a spreadsheet shows them: dates, leading zeros, thousands, percent, by the cell's number format.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "dd.mm.yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "dd.mm.yyyy h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats that a file names by number alone; 14 and 22 follow the reader's country: here always day, month, year."""

EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LARGEST_DATE = 2_958_465  # the last day of 9999
LONGEST_FORMAT = 500
MAX_DECIMALS = 15
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
RUSSIAN_MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905
)
_RUSSIAN = re.compile(r"\[\$-[0-9A-F]{0,5}(?:419|FC19)\]", re.IGNORECASE)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905

_TOKEN = re.compile(
    r'"([^"]*)"?'  # quoted
    r"|\\(.)"  # one letter as it is
    r"|\[([^\]]*)\]"  # colour, condition, language, or elapsed time
    r"|([_*]).?"  # the width of a letter; a letter that fills
    r"|(AM/PM|A/P|General|yyyy|yy|y|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|E[+-])"
    r"|(.)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=1_000)
def sections(code: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The format's sections, each as (kind, text) pieces; kinds: literal, code, bracket, place."""
    found: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(code[:LONGEST_FORMAT]):
        quoted, escaped, bracket, space, word, other = match.groups()
        if other == ";":
            found.append([])
        elif quoted is not None or escaped is not None:
            found[-1].append(("literal", quoted if quoted is not None else escaped))
        elif bracket is not None:
            found[-1].append(_bracket(bracket))
        elif space is not None:
            found[-1].append(("literal", " " if space == "_" else ""))
        elif word is not None:
            found[-1].append(("code", word if word.upper() in ("AM/PM", "A/P") else word.lower()))
        else:
            found[-1].append(("place" if other in "0#?.,%/@" else "literal", other))
    return tuple(tuple(section) for section in found)


def _bracket(text: str) -> tuple[str, str]:
    if text.lower() in ("h", "hh", "m", "mm", "s", "ss"):
        return "code", f"[{text.lower()}]"
    if text.startswith("$"):
        return "literal", text[1:].split("-")[0]
    return "bracket", text


def is_date(code: str) -> bool:
    """Whether a format shows a date or a time."""
    first = sections(code)[0]
    return any(kind == "code" and text[0] in "ymdhs[" for kind, text in first)


def shows_nothing(code: str) -> bool:
    """Whether a format hides what is in the cell: ";;;"."""
    return len(sections(code)) >= 3 and not any(sections(code))


def number(value: float, code: str, epoch_1904: bool) -> str:
    """A number as its format shows it."""
    parts = sections(code or "General")
    if is_date(code):
        days = value if not epoch_1904 else value + (EPOCH_1904 - EPOCH).days
        months = RUSSIAN_MONTHS if _RUSSIAN.search(code[:LONGEST_FORMAT]) else MONTHS
        return _date(days, parts[0], months) if 0 <= days <= LARGEST_DATE else general(value)
    which = 1 if value < 0 and len(parts) > 1 else 2 if value == 0 and len(parts) > 2 else 0
    section = parts[which]
    if any(kind == "code" and text == "general" for kind, text in section) or not section:
        return general(value) if section or len(parts) == 1 else ""
    shown = _placed(abs(value), section)
    return f"-{shown}" if value < 0 and which == 0 else shown


def text(value: str, code: str) -> str:
    """A text as its format shows it: the fourth section, where there is one."""
    parts = sections(code or "General")
    if len(parts) < 4:
        return value
    return "".join(value if piece == "@" else piece for kind, piece in parts[3] if kind != "bracket")


def general(value: float) -> str:
    """A number as it stands: eleven digits, as a cell of no format shows them; whole numbers in full."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def _date(days: float, section: tuple[tuple[str, str], ...], months: list[str]) -> str:
    moment = EPOCH + timedelta(seconds=round(days * 86_400))
    noon = any(text.upper() in ("AM/PM", "A/P") for kind, text in section if kind == "code")
    out, before = "", ""
    for index, (kind, piece) in enumerate(section):
        if kind == "code":
            after = next((text for kind, text in section[index + 1 :] if kind == "code"), "")
            minutes = piece in ("m", "mm") and (before.strip("[")[:1] == "h" or after[:1] == "s")
            out += f"{moment.minute:0{len(piece)}}" if minutes else _moment(moment, days, piece, noon, months)
            before = piece
        elif kind == "literal" or (kind == "place" and piece in "./,"):
            out += piece
    return out


def _moment(moment: datetime, days: float, piece: str, noon: bool, months: list[str]) -> str:
    hour = (moment.hour % 12 or 12) if noon else moment.hour
    if piece.upper() in ("AM/PM", "A/P"):
        return "AM" if moment.hour < 12 else "PM"
    known = {
        "yyyy": f"{moment.year:04}", "y": f"{moment.year % 100:02}", "yy": f"{moment.year % 100:02}",
        "mmmm": months[moment.month - 1], "mmm": months[moment.month - 1][:3], "mmmmm": months[moment.month - 1][:1],
        "mm": f"{moment.month:02}", "m": str(moment.month), "dddd": DAYS[moment.weekday()],
        "ddd": DAYS[moment.weekday()][:3], "dd": f"{moment.day:02}", "d": str(moment.day), "hh": f"{hour:02}",
        "h": str(hour), "ss": f"{moment.second:02}", "s": str(moment.second),
    }  # fmt: skip
    if piece.startswith("["):
        unit = {"h": 3_600, "m": 60, "s": 1}[piece[1]]
        return str(round(days * 86_400) // unit)
    return known.get(piece, "")


def _placed(value: float, section: tuple[tuple[str, str], ...]) -> str:
    """Digits into the places of the format."""
    places = "".join(piece for kind, piece in section if kind == "place")
    if "/" in places or any(kind == "code" and piece.startswith("e") for kind, piece in section):
        return general(value)  # fractions and powers of ten: the value is the same
    whole_places, _, decimals = places.replace("%", "").partition(".")
    value *= 100 ** places.count("%")
    value /= 1_000 ** (len(places.replace("%", "")) - len(places.replace("%", "").rstrip(",")))
    wanted = min(MAX_DECIMALS, sum(decimals.count(one) for one in "0#?"))
    digits = f"{value:.{wanted}f}"
    whole, _, rest = digits.partition(".")
    least = sum(decimals.count(one) for one in "0?")
    while len(rest) > least and rest.endswith("0"):
        rest = rest[:-1]
    fill = whole_places.count("0")
    whole = "" if whole == "0" and not fill else whole.zfill(fill)
    if "," in whole_places.rstrip(","):
        whole = f"{int(whole or '0'):,}".zfill(fill)
        return _around(section, whole + ("." + rest if rest else ""))
    return _spread(section, whole, rest)


def _around(section: tuple[tuple[str, str], ...], digits: str) -> str:
    """Literals before and after the digits."""
    out, placed = "", False
    for kind, piece in section:
        if kind == "place" and piece == "%":
            out += "%"
        elif kind == "place":
            out, placed = (out if placed else out + digits), True
        elif kind == "literal":
            out += piece
    return out


def _spread(section: tuple[tuple[str, str], ...], whole: str, rest: str) -> str:
    """Digits one by one, because literals may stand between them: 0000-00-00, 00" "00" "000000."""
    kinds = [(kind, piece) for kind, piece in section if kind in ("literal", "place")]
    point = next((index for index, one in enumerate(kinds) if one == ("place", ".")), len(kinds))
    before = sum(1 for kind, piece in kinds[:point] if kind == "place" and piece in "0#?")
    out, first, left = "", True, before
    for index, (kind, piece) in enumerate(kinds):
        if kind == "literal":
            out += piece
        elif piece == "%":
            out += "%"
        elif piece == ".":
            out += "." if rest else ""
        elif piece in "0#?" and index < point:
            taken = (
                whole[: max(0, len(whole) - left + 1)] if first else whole[len(whole) - left : len(whole) - left + 1]
            )
            out += taken if len(whole) >= left else ""
            first = first and not (len(whole) >= left)
            left -= 1
        elif piece in "0#?":
            out, rest = out + rest[:1], rest[1:]
        elif piece == "@":
            out += whole
    return out
