"""What OpenDocument styles say that matters to a reader: hidden text and sheets, list numbers, page headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_numbers

STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
MAX_LEVELS = 10
LARGEST_START = 1_000_000


def whole(text: str | None, most: int, default: int = 0) -> int:
    """A small whole number, or the default."""
    known = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return min(int(text or ""), most) if known else default


@dataclass(frozen=True, slots=True)
class ListLevel:
    """How one level of a list counts; `parts` is how many levels its number shows."""

    kind: str
    before: str
    after: str
    start: int
    parts: int


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str
    hidden: bool | None
    list_style: str
    page: str
    no_table: bool
    no_slide: bool


@dataclass
class Styles:
    """Styles of a document, of both its parts; each answer follows the ancestors, and a cycle ends."""

    lists: dict[str, dict[int, ListLevel]] = field(default_factory=dict)
    masters: dict[str, Any] = field(default_factory=dict)
    outline: dict[int, ListLevel] = field(default_factory=dict)
    _known: dict[tuple[str, str], _Style] = field(default_factory=dict)
    _next: dict[str, str] = field(default_factory=dict)

    def learn(self, root: Any) -> None:
        """Take in all styles below `root`; later ones of the same name count."""
        for style in root.iter(f"{STYLE}style"):
            key = style.get(f"{STYLE}family") or "", style.get(f"{STYLE}name") or ""
            self._known[key] = _style(style)
        for style in root.iter(f"{TEXT}list-style"):
            self.lists[style.get(f"{STYLE}name") or ""] = _levels(style)
        for style in root.iter(f"{TEXT}outline-style"):
            self.outline = _levels(style)
        for page in root.iter(f"{STYLE}master-page"):
            name = page.get(f"{STYLE}name") or ""
            self.masters[name] = page
            self._next[name] = page.get(f"{STYLE}next-style-name") or ""

    def _chain(self, family: str, name: str) -> list[_Style]:
        found, seen = [], set()
        while (family, name) in self._known and name not in seen:
            seen.add(name)
            found.append(self._known[family, name])
            name = found[-1].parent
        return found

    def hidden(self, family: str, name: str) -> bool:
        """Whether text of this style shows nowhere."""
        return next((one.hidden for one in self._chain(family, name) if one.hidden is not None), False)

    def list_of(self, name: str) -> str:
        """The list style that a paragraph style brings along."""
        return next((one.list_style for one in self._chain("paragraph", name) if one.list_style), "")

    def table_hidden(self, name: str) -> bool:
        """Whether a table or sheet of this style is hidden."""
        return any(one.no_table for one in self._chain("table", name)[:1])

    def slide_hidden(self, name: str) -> bool:
        """Whether a slide of this style is left out when shown."""
        return any(one.no_slide for one in self._chain("drawing-page", name)[:1])

    def used_masters(self) -> list[Any]:
        """The page masters that some page may follow: the first, those that styles name, and what comes after."""
        wanted = {one.page for one in self._known.values() if one.page} | set(list(self.masters)[:1]) | {"Standard"}
        waiting = list(wanted)
        while waiting:
            after = self._next.get(waiting.pop(), "")
            if after and after not in wanted:
                wanted.add(after)
                waiting.append(after)
        return [page for name, page in self.masters.items() if name in wanted]


def _style(style: Any) -> _Style:
    hidden: bool | None = None
    no_table = no_slide = False
    for properties in style:
        display = properties.get(f"{TEXT}display")
        if display is not None:
            hidden = display == "none"
        no_table = no_table or properties.get(f"{TABLE}display") == "false"
        no_slide = no_slide or properties.get(f"{PRESENTATION}visibility") == "hidden"
    return _Style(
        style.get(f"{STYLE}parent-style-name") or "",
        hidden,
        style.get(f"{STYLE}list-style-name") or "",
        style.get(f"{STYLE}master-page-name") or "",
        no_table,
        no_slide,
    )


def _levels(style: Any) -> dict[int, ListLevel]:
    found = {}
    for one in style:
        level = whole(one.get(f"{TEXT}level"), MAX_LEVELS)
        kind = one.get(f"{STYLE}num-format") or "" if "bullet" not in str(one.tag) else ""
        if level:
            found[level] = ListLevel(
                kind,
                one.get(f"{STYLE}num-prefix") or "",
                one.get(f"{STYLE}num-suffix") or "",
                whole(one.get(f"{TEXT}start-value"), LARGEST_START, 1),
                max(1, whole(one.get(f"{TEXT}display-levels"), MAX_LEVELS, 1)),
            )
    return found


class Counter:
    """Counts the items of one list."""

    def __init__(self, levels: dict[int, ListLevel]) -> None:
        self.levels = levels
        self._at: dict[int, int] = {}

    def next(self, level: int, start: str | None = None) -> str:
        """The number of the next item as it is shown; "" for a bullet."""
        known = self.levels.get(level)
        if known is None:
            return ""
        self._at[level] = self._at.get(level, known.start - 1) + 1
        if start is not None:
            self._at[level] = whole(start, LARGEST_START, self._at[level])
        for deeper in [one for one in self._at if one > level]:
            del self._at[deeper]
        if not known.kind:
            return ""
        shown = []
        for one in range(level - known.parts + 1, level + 1):
            if one in self.levels and self.levels[one].kind:
                shown.append(read_numbers.shown(self._at.get(one, self.levels[one].start), self.levels[one].kind))
        return f"{known.before}{'.'.join(shown)}{known.after}"
