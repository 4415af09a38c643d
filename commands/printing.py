"""Text made safe for a terminal, aligned columns, sizes: nothing here writes anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SCHEMA = 1
MAX_CELL = 60
# What moves a cursor, recolours a terminal or turns the direction of writing: names of files come from strangers.
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_JSON_CONTROLS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text with control characters shown as escapes, line ends too: a name must not look like a line of ours."""
    return _CONTROLS.sub(lambda match: repr(match.group())[1:-1], text)


def one_line(text: str, limit: int = MAX_CELL) -> str:
    """A clean text without line ends, cut to `limit` characters."""
    flat = clean(" ".join(text.split()))
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def json_text(data: Mapping[str, Any], encoding: str) -> str:
    """One JSON object with the schema's number; plain ASCII where the output can't take more."""
    import json

    body = {"schema": SCHEMA, **data}
    text = json.dumps(body, ensure_ascii=False)
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return json.dumps(body)
    return _JSON_CONTROLS.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def columns(rows: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> list[str]:
    """Lines of aligned columns; the last one is not padded."""
    table = [[one_line(str(cell)) for cell in row] for row in rows]
    if heads and table:
        table.insert(0, list(heads))
    if not table:
        return []
    widths = [max(width(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


_UNITS = {
    "en": ("B", "KiB", "MiB", "GiB", "TiB", "h", "min", "s"),
    "ru": ("Б", "КиБ", "МиБ", "ГиБ", "ТиБ", "ч", "мин", "с"),
}


def size(count: int, lang: str = "en") -> str:
    """Bytes for people: 512 B, 1.5 MiB."""
    value = float(count)
    byte, *larger, most = _UNITS[lang][:5]
    if value < 1024:
        return f"{value:.0f} {byte}"
    for unit in larger:
        value /= 1024
        if value < 1024:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} {most}"


def clock_text(seconds: int, lang: str = "en") -> str:
    """A duration for people: hours, minutes and seconds that are not zero."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    units = _UNITS[lang][5:]
    parts = [f"{count} {unit}" for count, unit in zip((hours, minutes, left), units, strict=True) if count]
    return " ".join(parts) or f"0 {units[-1]}"
