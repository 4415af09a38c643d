"""How a court wants a filing: dated data with its sources, never a promise that it still holds.

Each file of `rules/` says how a packet is laid out, what was read about the court, where, and on which day. What was
not read is said to be not read. The form is checked when a file is loaded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from vault.errors import Usage
from vault.sandbox.documents import PageSize
from vault.sandbox.packet import Look

FOLDER = Path(__file__).resolve().parent / "rules"
FORM = 1
OLD_DAYS = 180
"""From this age on the rules are called old."""
PAPERS: tuple[PageSize, ...] = ("Letter", "A4")
LOOKS: tuple[Look, ...] = ("court", "center", "title", "left", "right", "small", "blank", "gap")
OWN = "own"
"""Where on the cover the blanks stand, or the lines of whoever files."""
LEAST_PART, MOST_PART = 100_000, 1_000_000_000
MAX_TEXT, MAX_LINES = 1_000, 60
Word = TypeVar("Word", bound=str)
_NAME = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,4}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_TOP = frozenset((
    "casevault_rules", "name", "title", "as_of", "manual", "read_from", "language", "court_language", "paper",
    "part_bytes", "tab", "tab_small", "pages", "cover", "blanks", "contents", "translation", "certificate",
    "rules", "sources",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read; `official` where it is the court's own page."""

    id: str
    title: str
    url: str
    official: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that was read, or that was not: then `source` is empty."""

    about: str
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class CourtRules:
    """One file. `language` is that of our own sheets, `court_language` the one that documents must be in or be
    translated into, "" where none is known. `part_bytes` is the most that a part may have; `tab`, `tab_small`
    (a second, small name on the sheet before an exhibit, "" for none), `pages`, `translation` and `certificate` are
    patterns; `cover` has one line of the look "own"; `contents` is the title and
    the four heads of the table."""

    name: str
    title: str
    as_of: str
    manual: str
    read_from: str
    language: str
    court_language: str
    paper: PageSize
    part_bytes: int
    tab: str
    tab_small: str
    pages: str
    cover: tuple[tuple[str, str], ...]
    blanks: tuple[str, ...]
    contents: tuple[str, str, str, str, str]
    translation: str
    certificate: str
    rules: tuple[Rule, ...]
    sources: tuple[Source, ...]

    def age(self, today: date) -> int:
        """Days since the rules were read; never less than 0, whatever the clock says."""
        return max(0, (today - date.fromisoformat(self.as_of)).days)

    def is_old(self, today: date) -> bool:
        """Whether they were read so long ago that much may have changed."""
        return self.age(today) > OLD_DAYS

    def lines(self, own: tuple[str, ...] = ()) -> tuple[tuple[Look, str], ...]:
        """The cover's lines: with those of whoever files, or without any with blanks to write in by hand."""
        made: list[tuple[Look, str]] = []
        for look, text in self.cover:
            if look != OWN:
                made.append((cast(Look, look), text))
            elif own:
                made += [("center", line) if line else ("gap", "") for line in own]
            else:
                made += [("blank", blank) for blank in self.blanks]
        return tuple(made)


def names() -> list[str]:
    """The rules that are there."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> CourtRules:
    """Rules by name. Raises Usage where there are none of that name."""
    if not _NAME.fullmatch(name) or name not in names():
        raise Usage("there are no such court rules", hint=f"Rules are: {', '.join(names())}.")
    rules = parse((FOLDER / f"{name}.json").read_bytes())
    if rules.name != name:
        raise Usage("the court rules have another name than their file")
    return rules


def parse(untrusted_data: bytes) -> CourtRules:
    """Read a file of rules and check its form. Raises Usage."""
    try:
        return _rules(json.loads(untrusted_data))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise Usage("the court rules are not of the form that they should have") from None


def _rules(untrusted: Any) -> CourtRules:
    if set(untrusted) != _TOP or untrusted["casevault_rules"] != FORM:
        raise ValueError("members")
    cover = tuple((_one_of((*LOOKS, OWN), look), _text(text, 0)) for look, text in _many(untrusted["cover"]))
    if [look for look, _ in cover].count(OWN) != 1:
        raise ValueError("own")
    contents = tuple(_text(one) for one in _many(untrusted["contents"]))
    sources = tuple(_source(one) for one in _many(untrusted["sources"]))
    rules = tuple(_rule(one, {source.id for source in sources}) for one in _many(untrusted["rules"]))
    part = untrusted["part_bytes"]
    if len(contents) != 5 or type(part) is not int or not LEAST_PART <= part <= MOST_PART:
        raise ValueError("contents")
    languages = untrusted["language"], untrusted["court_language"] or untrusted["language"]
    if not _NAME.fullmatch(untrusted["name"]) or not all(_LANGUAGE.fullmatch(one) for one in languages):
        raise ValueError("name")
    return CourtRules(
        untrusted["name"], _text(untrusted["title"]), date.fromisoformat(untrusted["as_of"]).isoformat(),
        _text(untrusted["manual"]), _text(untrusted["read_from"]), untrusted["language"],
        untrusted["court_language"], _one_of(PAPERS, untrusted["paper"]), part, _pattern(untrusted["tab"], "{label}"),
        _pattern(untrusted["tab_small"], "{label}") if untrusted["tab_small"] else "",
        _pattern(untrusted["pages"], "{first}", "{last}"), cover,
        tuple(_text(one) for one in _many(untrusted["blanks"])),
        contents, _pattern(untrusted["translation"], "{tab}"),
        _pattern(untrusted["certificate"], "{tab}"), rules, sources,
    )  # fmt: skip


def _rule(untrusted: Any, known: set[str]) -> Rule:
    if set(untrusted) != {"about", "says", "source"} or untrusted["source"] not in known | {""}:
        raise ValueError("rule")
    return Rule(_text(untrusted["about"]), _text(untrusted["says"]), untrusted["source"])


def _source(untrusted: Any) -> Source:
    if set(untrusted) != {"id", "title", "url", "official"} or type(untrusted["official"]) is not bool:
        raise ValueError("source")
    url = _text(untrusted["url"])
    if not url.startswith(("https://", "http://")):
        raise ValueError("url")
    return Source(_text(untrusted["id"]), _text(untrusted["title"]), url, untrusted["official"])


def _many(untrusted: Any) -> list[Any]:
    if not isinstance(untrusted, list) or len(untrusted) > MAX_LINES:
        raise ValueError("list")
    return untrusted


def _one_of(known: tuple[Word, ...], untrusted: Any) -> Word:
    return known[known.index(untrusted)]


def _text(untrusted: Any, least: int = 1) -> str:
    if not isinstance(untrusted, str) or not least <= len(untrusted) <= MAX_TEXT or "\n" in untrusted:
        raise ValueError("text")
    return untrusted


def _pattern(untrusted: Any, *holes: str) -> str:
    text = _text(untrusted)
    if any(text.count(hole) != 1 for hole in holes):
        raise ValueError("pattern")
    return text
