"""Chats and other JSON: every key, every string, every number, and strings that were split over pieces."""

from __future__ import annotations

import json
import re
from typing import Any

from .check_scan import Scan

MAX_LINES = 200_000
# The archives of some services are scripts: window.YTD.tweets.part0 = [ … ]
_ASSIGNED = re.compile(
    r"\s{0,20}(?:(?:var|let|const)\s{1,4})?[A-Za-z_$][\w$.\[\]\"']{0,200}\s{0,4}=\s{0,20}(?=[\[{])"
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def check_json(scan: Scan, text: str, where: str) -> bool:
    """Search a JSON document, lines of JSON or a script that assigns JSON; False where it is none of these."""
    start = _ASSIGNED.match(text)
    text = text[start.end() :] if start else text.lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return False
    trees = _trees(text.rstrip().rstrip(";"))
    keys, values, numbers = list[str](), list[str](), list[str]()
    if trees is None:
        values = [m.group(1) for m in _STRING.finditer(text)]
    waiting: list[Any] = [trees] if trees is not None else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in reversed(value.items()):
                keys.append(str(key))
                waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, str):
            values.append(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers.append(str(value))
    scan.text("json:key", where, "\n".join(dict.fromkeys(keys)))
    scan.text("json:value", where, "\n".join(values))
    scan.text("json:value", where, "".join(values))
    scan.text("json:number", where, "\n".join(dict.fromkeys(n for n in numbers if len(n) > 3)))
    return True


def _trees(text: str) -> Any:
    """The parsed document, or None where nothing parses."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    found = []
    for number, line in enumerate(text.splitlines()):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line, strict=False))
        except (ValueError, RecursionError):
            return None
        if number > MAX_LINES:
            return None
    return found
