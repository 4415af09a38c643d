"""Sentences for people in the language they read. English is the key; Russian stands in ru.json.

`ru.json` has two tables: "sentences", which the commands say, with named fields in braces, and "errors", which the
library raises, with `{}` where it puts an id, a number or a path.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from pathlib import Path

RUSSIAN_WINDOWS = 0x19  # LANG_RUSSIAN, primary language id
_HOLE = "{}"
_JOINT = "; "
_ONE = re.compile(
    r"1 (?:[a-z]{1,12} )?(?:pictures|pages|comments|files|annotations|objects|characters|parts|signatures|tables"
    r"|charts|equations|sheets|rows|columns|slides)\b"
)
_VERBS = (("were", "was"), ("have", "has"), ("are", "is"), ("carry", "carries"), ("hold", "holds"), ("lie", "lies"))


def default() -> str:
    """The language of this system's user: `ru`, or `en` for every other."""
    if sys.platform == "win32":
        import ctypes

        return "ru" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == RUSSIAN_WINDOWS else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ru" if value.startswith("ru") else "en"
    return "en"


@functools.cache
def _tables() -> dict[str, dict[str, str]]:
    import json

    text = Path(__file__).with_name("ru.json").read_text("utf-8")
    tables: dict[str, dict[str, str]] = json.loads(text)
    return tables


def sentence(lang: str, english: str) -> str:
    """A sentence with its fields still open; English where there is no translation."""
    return _tables()["sentences"].get(english, english) if lang == "ru" else english


def error(lang: str, english: str) -> str:
    """A finished message or hint of an error."""
    if lang != "ru" or not english:
        return english
    table = _tables()["errors"]
    if english in table:
        return table[english]
    for pattern, russian in _patterns():
        if match := pattern.fullmatch(english):
            pieces = russian.split(_HOLE)
            # What stands in a hole may be the library's too, such as "the passphrase", or why something failed.
            values = [error(lang, value) for value in match.groups()]
            return pieces[0] + "".join(v + piece for v, piece in zip(values, pieces[1:], strict=True))
    return english


def _of_one(note: str) -> str:
    """A note that counts one thing says so in the singular."""
    note = note.replace("(1 places)", "(1 place)")
    if not _ONE.match(note) or " they " in note:
        return note
    note = _ONE.sub(lambda found: found[0].removesuffix("s"), note, count=1)
    for many, one in _VERBS:
        note = note.replace(f" {many} ", f" {one} ", 1)
    return note


def notes(lang: str, english: str) -> str:
    """What the reader of a document noted, joined by "; ": each note by itself, as a hole would swallow the next."""
    if lang != "ru":
        return _JOINT.join(_of_one(piece) for piece in english.split(_JOINT))
    known, pieces, found = _tables()["errors"], english.split(_JOINT), []
    while pieces:
        # A note may itself have a semicolon in it.
        taken = next((n for n in (3, 2) if n <= len(pieces) and _JOINT.join(pieces[:n]) in known), 1)
        found.append(error(lang, _JOINT.join(pieces[:taken])))
        pieces = pieces[taken:]
    return _JOINT.join(found)


def is_known(english: str) -> bool:
    """Whether an error with `{}` in it, or a finished one, has a translation."""
    return english in _tables()["errors"] or any(pattern.fullmatch(english) for pattern, _ in _patterns())


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    found = []
    for english, russian in _tables()["errors"].items():
        if _HOLE in english:
            expression = "(.*)".join(re.escape(piece) for piece in english.split(_HOLE))
            found.append((re.compile(expression, re.DOTALL), russian))
    # The most specific first: the one with the most fixed text.
    return sorted(found, key=lambda pair: -len(pair[0].pattern))
