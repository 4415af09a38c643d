"""What styles and numbering of a Word document say that matters to a reader: headings, hidden text, list numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_numbers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = ("0", "false", "off", "none")
BODY_TEXT = 9
MAX_LEVELS = 9
LARGEST_START = 32_767
_PLACE = re.compile("%([1-9])")


def value(element: Any, path: str) -> str:
    """The w:val of the element at `path`, or nothing."""
    found = element.find(path) if element is not None else None
    return (found.get(f"{W}val") or "") if found is not None else ""


def whole(text: str, most: int, default: int = 0) -> int:
    """A small whole number, or the default."""
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def toggled(properties: Any, name: str) -> bool | None:
    """A toggle property: on, off, or not said."""
    found = properties.find(W + name) if properties is not None else None
    return None if found is None else (found.get(f"{W}val") or "1").lower() not in OFF


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str
    level: int | None
    number: tuple[str, str] | None  # (numId, ilvl); each may be ""
    hidden: bool | None


def _level(title: str, outline: str) -> int | None:
    if outline.isdigit():
        return int(outline) + 1 if int(outline) < BODY_TEXT else 0
    if title == "title":
        return 1
    return int(title[8:]) if title.startswith("heading ") and title[8:].isdigit() and len(title) < 11 else None


def numbered(properties: Any) -> tuple[str, str] | None:
    """(numId, ilvl) of paragraph properties that say one."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    return None if found is None else (value(found, f"{W}numId"), value(found, f"{W}ilvl"))


class Styles:
    """Each answer follows the style's ancestors; a cycle ends where it began."""

    def __init__(self, root: Any) -> None:
        self._known: dict[str, _Style] = {}
        self.default = ""
        for style in root.iter(f"{W}style") if root is not None else ():
            name = style.get(f"{W}styleId") or ""
            if style.get(f"{W}type") == "paragraph" and (style.get(f"{W}default") or "0").lower() not in OFF:
                self.default = name
            outline = value(style, f"{W}pPr/{W}outlineLvl")
            self._known[name] = _Style(
                value(style, f"{W}basedOn"),
                _level(value(style, f"{W}name").lower(), outline),
                numbered(style.find(f"{W}pPr")),
                toggled(style.find(f"{W}rPr"), "vanish"),
            )

    def _first(self, name: str, what: str) -> Any:
        seen: set[str] = set()
        while name in self._known and name not in seen:
            said = getattr(self._known[name], what)
            if said is not None:
                return said
            seen.add(name)
            name = self._known[name].parent
        return None

    def level(self, name: str) -> int:
        """1 to 6 for a heading, else 0."""
        return min(6, self._first(name, "level") or 0)

    def hidden(self, name: str) -> bool:
        """Whether text of this style is hidden."""
        return bool(self._first(name, "hidden"))

    def number(self, name: str) -> tuple[str, str] | None:
        """(numId, ilvl) that the style gives its paragraphs."""
        found: tuple[str, str] | None = self._first(name, "number")
        return found

    def ancestors(self, name: str) -> list[str]:
        """The style and those that it is based on."""
        found: list[str] = []
        while name in self._known and name not in found:
            found.append(name)
            name = self._known[name].parent
        return found


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str
    style: str
    restart: int | None
    legal: bool


@dataclass
class _List:
    levels: dict[int, _Level]
    counters: dict[int, int] = field(default_factory=dict)


def _levels(element: Any) -> dict[int, _Level]:
    found = {}
    for one in element.findall(f"{W}lvl"):
        index = whole(one.get(f"{W}ilvl") or "", MAX_LEVELS - 1)
        restart = value(one, f"{W}lvlRestart")
        found[index] = _Level(
            whole(value(one, f"{W}start"), LARGEST_START),
            value(one, f"{W}numFmt") or "decimal",
            value(one, f"{W}lvlText"),
            value(one, f"{W}pStyle"),
            whole(restart, MAX_LEVELS) if restart else None,
            bool(toggled(one, "isLgl")),
        )
    return found


class Numbering:
    """Counts the numbered paragraphs as they come."""

    def __init__(self, root: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._of: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._own: dict[str, dict[int, _Level]] = {}
        for one in root.findall(f"{W}abstractNum") if root is not None else ():
            self._lists[one.get(f"{W}abstractNumId") or ""] = _List(_levels(one))
        for one in root.findall(f"{W}num") if root is not None else ():
            name = one.get(f"{W}numId") or ""
            self._of[name] = value(one, f"{W}abstractNumId")
            for change in one.findall(f"{W}lvlOverride"):
                index = whole(change.get(f"{W}ilvl") or "", MAX_LEVELS - 1)
                self._own.setdefault(name, {}).update(_levels(change))
                start = value(change, f"{W}startOverride")
                if start:
                    self._starts.setdefault(name, {})[index] = whole(start, LARGEST_START)

    def next(self, name: str, level: str, styles: list[str]) -> str:
        """The number of the next paragraph of list `name`, as it is shown; "" for a bullet or an unknown list."""
        known = self._lists.get(self._of.get(name, ""))
        if known is None:
            return ""
        levels = {**known.levels, **self._own.get(name, {})}
        by_style = next((index for index, one in sorted(levels.items()) if one.style and one.style in styles), 0)
        index = whole(level, MAX_LEVELS - 1) if level else by_style
        if index not in levels:
            return ""
        self._count(name, known, levels, index)
        return self._shown(known.counters, levels, index)

    def _count(self, name: str, known: _List, levels: dict[int, _Level], index: int) -> None:
        starts = self._starts.get(name, {})
        if index in starts:  # counts anew once, at the first paragraph of this list
            known.counters[index] = starts.pop(index)
        else:
            known.counters[index] = known.counters.get(index, levels[index].start - 1) + 1
        for deeper in [one for one in known.counters if one > index]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or index < restart:
                del known.counters[deeper]

    def _shown(self, counters: dict[int, int], levels: dict[int, _Level], index: int) -> str:
        legal, text = levels[index].legal, levels[index].text
        if levels[index].kind in read_numbers.SILENT:
            return ""

        def place(found: re.Match[str]) -> str:
            which = int(found.group(1)) - 1
            if which not in levels:
                return ""
            kind = "decimal" if legal and which < index else levels[which].kind
            return read_numbers.shown(counters.get(which, levels[which].start), kind)

        return _PLACE.sub(place, text)
