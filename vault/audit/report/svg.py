"""A figure of matplotlib's as SVG that stands inside a page: no addresses, no styles, with a text alternative.

The page's policy forbids styles in attributes, so each becomes the presentation attribute of the same name; letters
are set by the page's own fonts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from vault.audit.report.markup import Markup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DROPPED = frozenset({"metadata", "style"})
_STYLE = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]+?)\s*(?:;|$)")
_SIZE = re.compile(r"\b(\d+(?:\.\d+)?)px\b")
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"#([\w-]+)")
_KEPT_STYLES = frozenset(
    {"fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "text-anchor", "fill-rule"}
)
_DEFAULTS = {("stroke-linejoin", "miter"), ("stroke-linecap", "butt"), ("opacity", "1"), ("fill-opacity", "1")}


class Mark:
    """What a part of a figure says when it is pointed at, and which entries it stands for."""

    __slots__ = ("shows", "text")

    def __init__(self, text: str, shows: str = "") -> None:
        self.text = text
        self.shows = shows


def inline(figure: Figure, name: str, title: str, description: str, marks: Mapping[str, Mark]) -> Markup:
    """The figure as an element; `name` is unique in the page, `marks` belong to parts by their gid."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ElementTree.fromstring(out.getvalue())  # noqa: S314 - made by us a line above
    references = set(_REFERENCE.findall(out.getvalue()))
    _clean(root, name, references, marks)
    for at, (tag, text) in enumerate((("title", title), ("desc", description))):
        child = ElementTree.Element(tag, id=f"{name}-{tag}")
        child.text = text
        root.insert(at, child)
    view = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update(
        {"viewBox": view, "role": "img", "class": "plot", "aria-labelledby": f"{name}-title {name}-desc"}
    )
    return Markup(ElementTree.tostring(root, encoding="unicode", short_empty_elements=False))


def _clean(node: ElementTree.Element, name: str, references: set[str], marks: Mapping[str, Mark]) -> None:
    node.tag = node.tag.rpartition("}")[2]
    for child in list(node):
        if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in _DROPPED:
            node.remove(child)
        else:
            _clean(child, name, references, marks)
            if child.tag in ("g", "defs") and not len(child) and not (child.text or "").strip():
                node.remove(child)
    attributes = {key.rpartition("}")[2]: value for key, value in node.attrib.items()}
    mark = marks.get(attributes.get("id", ""))
    node.attrib.clear()
    node.attrib.update(_attributes(attributes, name, references))
    node.tail = None
    if node.tag != "text" and node.tag != "tspan":
        node.text = None
    if mark is not None:
        _point_out(node, mark)


def _attributes(found: Mapping[str, str], name: str, references: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in found.items():
        if key == "style":
            kept |= _styles(value)
        elif key == "id":
            if value in references:
                kept["id"] = f"{name}-{value}"
        elif key == "href" or value.startswith("url(#"):
            kept[key] = value.replace("#", f"#{name}-", 1)
        elif key in ("d", "x", "y", "width", "height", "transform", "points"):
            kept[key] = " ".join(_NUMBER.sub(_rounded, value).split())
        elif key != "clip-path":
            kept[key] = value
    return kept


def _styles(text: str) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in _STYLE.findall(text):
        size = _SIZE.search(value)
        if key in ("font", "font-size") and size:
            kept["font-size"] = size[1]
            if "bold" in value or " 700 " in f" {value} ":
                kept["font-weight"] = "bold"
        elif key == "font-weight" or (key in _KEPT_STYLES and (key, value) not in _DEFAULTS):
            kept[key] = value
    return kept


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0").replace("-0", "0" if found[0].startswith("-0.0") else "-0")


def _point_out(node: ElementTree.Element, mark: Mark) -> None:
    title = ElementTree.Element("title")
    title.text = mark.text
    node.insert(0, title)
    if mark.shows:
        node.set("data-show", mark.shows)
