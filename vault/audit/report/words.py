"""The report's sentences, numbers and dates in the reader's language. English is the key; Russian stands in ru.json.

`ru.json` has two tables: "sentences", with named fields in braces, and "counts", the three forms that a noun takes
after 1, 2 and 5.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ru")
NARROW_SPACE = "\u202f"
SPACE = "\u00a0"
"""No line ends at these."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_UNITS = ("B", "KB", "MB", "GB", "TB")


@functools.cache
def _tables() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("ru.json").read_text("utf-8"))
    return found


class Words:
    """One language. `library` translates finished messages of the library, such as those of findings."""

    def __init__(self, lang: str, library: Callable[[str], str] = str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self.library = library

    def __call__(self, english: str, **values: object) -> str:
        """A sentence; whole numbers in `values` are written as the language does."""
        text = _tables()["sentences"].get(english, english) if self.lang == "ru" else english
        if not values:
            return str(text)
        said = {name: self.number(value) if type(value) is int else value for name, value in values.items()}
        return str(text).format(**said)

    def n(self, count: int, one: str, many: str) -> str:
        """A number with its noun: "1 entry", "5 entries"."""
        noun = one if count == 1 else many
        if self.lang == "ru":
            forms = _tables()["counts"].get(many)
            noun = many if forms is None else forms[_russian_form(count)]
        return f"{self.number(count)} {noun}"

    def number(self, value: int) -> str:
        text = f"{value:,}"
        return text if self.lang == "en" else text.replace(",", NARROW_SPACE)

    def percent(self, part: int, whole: int) -> str:
        """With one digit after the point, where that says anything."""
        share = 100 * part / whole if whole else 0.0
        text = "100" if part == whole and whole else "0" if not part else f"{min(max(share, 0.1), 99.9):.1f}"
        return f"{text}%" if self.lang == "en" else f"{text.replace('.', ',')}{NARROW_SPACE}%"

    def size(self, count: int) -> str:
        """Bytes for people: 512 B, 1.5 MB."""
        value, unit = float(count), 0
        while value >= 1000 and unit < len(_UNITS) - 1:
            value, unit = value / 1000, unit + 1
        text = f"{value:.0f}" if not unit else f"{value:.1f}"
        return f"{text if self.lang == 'en' else text.replace('.', ',')}{NARROW_SPACE}{self(_UNITS[unit])}"

    def day(self, day: date) -> str:
        """3 Mar 2025, or 03.03.2025."""
        if self.lang == "ru":
            return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
        return f"{day.day}{SPACE}{_MONTHS[day.month - 1]}{SPACE}{day.year}"

    def short_day(self, day: date) -> str:
        """For axes: 3 Mar, or 03.03."""
        return f"{day.day:02d}.{day.month:02d}" if self.lang == "ru" else f"{day.day}{SPACE}{_MONTHS[day.month - 1]}"

    def months(self) -> tuple[str, ...]:
        """Short names."""
        return tuple(self(name) for name in _MONTHS)

    def month(self, day: date) -> str:
        """Mar 2025."""
        return f"{self.months()[day.month - 1]}{SPACE}{day.year}"

    def moment(self, at: datetime) -> str:
        """A day with its time."""
        return f"{self.day(at.date())}, {at:%H:%M}"

    def weekdays(self) -> tuple[str, ...]:
        return tuple(self(name) for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def _russian_form(count: int) -> int:
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
