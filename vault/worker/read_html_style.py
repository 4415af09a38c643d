"""Which elements of a web page style sheets hide. Only what can be told without laying the page out.

Selectors of names, classes and ids are followed, also below one another; one that is more than that never hides
anything, but may show again what another hides. So what is in doubt stays in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_CSS = 4_000_000
MAX_RULES = 20_000
LONGEST_SELECTOR = 300
LONGEST_STYLE = 20_000
FAR = 500.0
"""Pixels to the left or above from which nothing shows any more."""

_COMPOUND = re.compile(r"([A-Za-z][\w-]*|\*)?((?:[.#][\w-]+)*)")
_PIECE = re.compile(r"([.#])([\w-]+)")
_STEP = re.compile(r"\s*>\s*|\s+")
_PSEUDO = re.compile(r"::?[\w-]+(?:\([^()]*\))?|\[[^\]]*\]")
_NUMBER = re.compile(r"(-?[0-9]*\.?[0-9]+)(px|pt|em|rem|%|vw|vh|cm|in|mm)?", re.IGNORECASE)
_PIXELS = {"pt": 1.33, "em": 16.0, "rem": 16.0, "%": 10.0, "vw": 10.0, "vh": 10.0, "cm": 38.0, "in": 96.0, "mm": 3.8}
_MEDIA = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*$", re.IGNORECASE)
_WHITE = {"white": "#ffffff", "black": "#000000"}

Weight = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Simple:
    tag: str
    name: str
    classes: frozenset[str]

    def fits(self, element: Any) -> bool:
        if self.tag and element.tag != self.tag:
            return False
        if self.name and element.get("id") != self.name:
            return False
        return self.classes <= set((element.get("class") or "").split()) if self.classes else True


@dataclass(frozen=True, slots=True)
class _Rule:
    steps: tuple[tuple[str, _Simple], ...]  # from the element itself upwards; " " anywhere above, ">" just above
    weight: tuple[int, int, int]
    order: int
    says: dict[str, tuple[str, bool]]
    exact: bool

    def fits(self, element: Any) -> bool:
        if not self.steps[0][1].fits(element):
            return False
        return not self.exact or _above(element, self.steps[1:])


def _above(element: Any, steps: tuple[tuple[str, _Simple], ...]) -> bool:
    """Whether the elements above fit; the nearest that fits is taken, which is what nearly all pages mean."""
    for relation, simple in steps:
        element = element.getparent()
        while relation == " " and element is not None and not simple.fits(element):
            element = element.getparent()
        if element is None or not simple.fits(element):
            return False
    return True


def declarations(text: str) -> dict[str, tuple[str, bool]]:
    """property -> (value, whether it is important); the last one counts."""
    found: dict[str, tuple[str, bool]] = {}
    for part in text[:LONGEST_STYLE].split(";"):
        name, colon, value = part.partition(":")
        value = value.strip().lower()
        important = value.endswith("important") and "!" in value
        if colon:
            found[name.strip().lower()] = (value.partition("!")[0].strip(), important)
    return found


def _simple(text: str) -> _Simple | None:
    found = _COMPOUND.fullmatch(text)
    if found is None or not text:
        return None
    pieces = _PIECE.findall(found.group(2))
    names = [name for kind, name in pieces if kind == "#"]
    tag = (found.group(1) or "").lower()
    classes = frozenset(name for kind, name in pieces if kind == ".")
    return _Simple("" if tag == "*" else tag, names[0] if names else "", classes)


def _rule(selector: str, says: dict[str, tuple[str, bool]], order: int) -> _Rule | None:
    plain = _PSEUDO.sub("", selector)
    exact = plain == selector and not any(sign in selector for sign in "+~")
    parts = _STEP.split(plain.strip().replace("+", " ").replace("~", " "))
    relations = [">" if ">" in one else " " for one in _STEP.findall(plain.strip())]
    simples = [_simple(part) for part in parts]
    known = [one for one in simples if one is not None]
    if len(known) < len(simples) or not known:
        return None
    steps = [("", known[-1])]
    if exact:
        steps += [(relation, one) for relation, one in zip(reversed(relations), reversed(known[:-1]), strict=True)]
    weight = (
        sum(bool(one.name) for one in known),
        sum(len(one.classes) for one in known) + len(_PSEUDO.findall(selector)),
        sum(bool(one.tag) for one in known),
    )
    return _Rule(tuple(steps), weight, order, says, exact)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules that count on a screen."""
    place = 0
    while (brace := css.find("{", place)) >= 0:
        prelude = css[place:brace].rpartition(";")[2].strip()
        if prelude.startswith("@") and _MEDIA.match(prelude):
            place = brace + 1  # its rules follow; the brace that ends it stands before the next selector
            continue
        if prelude.startswith("@"):
            place = _after(css, brace)
            continue
        end = css.find("}", brace)
        end = len(css) if end < 0 else end
        yield prelude.lstrip("} \t\r\n"), css[brace + 1 : end]
        place = end + 1


def _after(css: str, brace: int) -> int:
    """The place after the block that begins at `brace`."""
    depth, place = 0, brace
    while place < len(css):
        opened, closed = css.find("{", place), css.find("}", place)
        if closed < 0:
            return len(css)
        if 0 <= opened < closed:
            depth, place = depth + 1, opened + 1
        else:
            depth, place = depth - 1, closed + 1
            if depth == 0:
                return place
    return place


def _without_comments(css: str) -> str:
    parts, place = [], 0
    while (start := css.find("/*", place)) >= 0:
        parts.append(css[place:start])
        end = css.find("*/", start + 2)
        place = len(css) if end < 0 else end + 2
    return "".join(parts) + css[place:]


@dataclass
class Styles:
    """All rules of a page."""

    _by_key: dict[str, list[_Rule]] = field(default_factory=dict)
    _count: int = 0

    def learn(self, css: str) -> None:
        """Take in one style element."""
        for selectors, body in _blocks(_without_comments(css[:MAX_CSS]).replace("<!--", "").replace("-->", "")):
            says = declarations(body)
            for selector in selectors.split(",") if says.keys() & MATTER else ():
                if self._count >= MAX_RULES or len(selector) > LONGEST_SELECTOR:
                    continue
                rule = _rule(selector.strip(), says, self._count)
                if rule is not None:
                    self._count += 1
                    self._by_key.setdefault(_key(rule.steps[0][1]), []).append(rule)

    def _rules(self, element: Any) -> Iterator[_Rule]:
        keys = ["", element.tag, f"#{element.get('id') or ''}"]
        keys += [f".{one}" for one in (element.get("class") or "").split()]
        for key in dict.fromkeys(keys):
            for rule in self._by_key.get(key, ()):
                if rule.fits(element):
                    yield rule

    def says(self, element: Any) -> dict[str, str]:
        """What holds for an element itself, of the properties that matter."""
        best: dict[str, tuple[Weight, str]] = {}

        def offer(name: str, value: str, weight: Weight) -> None:
            if name in MATTER and (name not in best or weight >= best[name][0]):
                best[name] = weight, value

        if element.get("hidden") is not None:
            offer("display", "none", (0, -1, 0, 0, 0))
        for rule in self._rules(element) if self._by_key else ():
            for name, (value, important) in rule.says.items():
                if rule.exact or not _hides(name, value):
                    offer(name, value, (int(important), 0, *rule.weight))
        for name, (value, important) in declarations(element.get("style") or "").items():
            offer(name, value, (int(important), 1, 0, 0, 0))
        return {name: value for name, (_, value) in best.items()}


def _key(simple: _Simple) -> str:
    if simple.name:
        return f"#{simple.name}"
    return f".{min(simple.classes)}" if simple.classes else simple.tag


def pixels(value: str) -> float | None:
    """A length in pixels, roughly."""
    found = _NUMBER.fullmatch(value)
    return None if found is None else float(found.group(1)) * _PIXELS.get((found.group(2) or "px").lower(), 1.0)


def _far(value: str) -> bool:
    length = pixels(value)
    return length is not None and length <= -FAR


def _zero(value: str) -> bool:
    return pixels(value) == 0


MATTER = frozenset((
    "display", "visibility", "opacity", "font-size", "text-indent", "position", "left", "top", "right", "bottom",
    "margin-left", "margin-top", "clip", "clip-path", "width", "height", "max-height", "overflow", "transform",
    "content-visibility", "color", "background", "background-color", "font",
))  # fmt: skip


def _hides(name: str, value: str) -> bool:
    return value in ("none", "hidden", "collapse", "transparent", "absolute", "fixed") or (
        name in ("opacity", "font-size", "width", "height", "max-height", "left", "top", "right", "margin-left",
                 "margin-top", "text-indent", "clip", "clip-path", "transform", "font", "color", "background",
                 "background-color", "bottom")
    )  # fmt: skip


def gone(says: dict[str, str]) -> bool:
    """Whether an element and all that is inside it can't be seen."""
    if says.get("display") == "none" or says.get("content-visibility") == "hidden":
        return True
    if _zero(says.get("opacity", "1")) or _far(says.get("text-indent", "0")):
        return True
    placed = says.get("position") in ("absolute", "fixed")
    if (placed or says.get("position") == "relative") and any(_far(says.get(one, "0")) for one in ("left", "top")):
        return True
    if placed and any(_far(says.get(one, "0")) for one in ("right", "bottom")):
        return True
    if _far(says.get("margin-left", "0")) or _far(says.get("margin-top", "0")):
        return True
    return _cut_off(says, placed)


def _cut_off(says: dict[str, str], placed: bool) -> bool:
    clip = says.get("clip", "").replace(" ", "").replace(",", "").replace("px", "")
    if placed and clip in ("rect(0000)", "rect(1111)", "rect(0)", "rect(0110)"):
        return True
    if says.get("clip-path", "").replace(" ", "") in ("inset(50%)", "inset(100%)", "circle(0)"):
        return True
    if says.get("transform", "").replace(" ", "") in ("scale(0)", "scalex(0)", "scaley(0)", "scale(0,0)"):
        return True
    small = [pixels(says.get(one, "none")) for one in ("width", "height", "max-height")]
    return says.get("overflow") in ("hidden", "clip") and any(one is not None and one <= 1 for one in small)


def shows(says: dict[str, str], before: tuple[bool, bool, bool]) -> tuple[bool, bool, bool]:
    """(visible, of some size, in some colour), each as inherited where an element says nothing."""
    visible, sized, coloured = before
    if "visibility" in says:
        visible = says["visibility"] not in ("hidden", "collapse") if says["visibility"] != "inherit" else visible
    size = says.get("font-size", "")
    if _zero(size):
        sized = False
    elif size.endswith("rem") or (size and not size.endswith(("em", "%", "inherit", "smaller", "larger"))):
        sized = True
    if "color" in says and says["color"] != "inherit":
        colour = _colour(says["color"])
        behind = says.get("background-color") or says.get("background") or ""
        coloured = colour != "transparent" and not (behind and _colour(behind) == colour)
    return visible, sized, coloured


def _colour(text: str) -> str:
    text = _WHITE.get(text, text).replace(" ", "")
    if text in ("rgba(0,0,0,0)", "#00000000", "#0000"):
        return "transparent"
    if text in ("rgb(255,255,255)", "rgba(255,255,255,1)"):
        return "#ffffff"
    if re.fullmatch("#[0-9a-f]{3}", text):
        return "#" + "".join(2 * one for one in text[1:])
    return text
