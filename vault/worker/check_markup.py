"""HTML and SVG: what a browser shows, and the far more that it doesn't."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from contextlib import suppress

from .check_json import check_json
from .check_scan import Scan
from .check_tags import local, pieces

MAX_DATA_URIS = 2_000
_VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta param source track wbr"))
_HIDING = re.compile(
    r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}(?:hidden|collapse)|opacity\s{0,4}:\s{0,4}0(?:\.0*)?\s{0,4}(?:;|$)"
    r"|font-size\s{0,4}:\s{0,4}0|(?:left|top|text-indent)\s{0,4}:\s{0,4}-\d{3,6}",
    re.IGNORECASE,
)
_UNSEEN = frozenset(("template", "noscript", "head", "title", "desc", "metadata", "option", "datalist"))
_DATA_URI = re.compile(r"data:([\w.+/-]{0,80})((?:;[\w=.+-]{1,60}){0,4}),([^\s\"'<>)]{4,})", re.IGNORECASE)
_BREAKS = frozenset(re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 tr td th li div br title option tc si row cell"))


def check_html(scan: Scan, text: str, where: str) -> None:
    """Search each kind of place that HTML has for text. What was hidden is also searched as part of its sentence."""
    found: dict[str, list[str]] = {}
    hidden: list[str] = []  # open elements from the outermost hidden one inwards
    raw = ""
    for piece in pieces(text, is_html=True):
        name = local(piece.name)
        if piece.kind == "comment":
            found.setdefault("comment", []).append(piece.text)
        elif piece.kind == "open":
            _attributes(found, name, piece.attributes)
            unseen = hidden or name in _UNSEEN or _hides(piece.attributes)
            if unseen and name not in _VOID and not piece.empty:
                hidden.append(name)
            raw = name if name in ("script", "style") else ""
            _break(found, name)
        elif piece.kind == "close":
            while hidden and name in hidden and hidden.pop() != name:
                pass
            raw = ""
            _break(found, name)
        elif raw:
            found.setdefault("script" if raw == "script" else "style", []).append(piece.text + "\n")
            if raw == "script":
                check_json(scan, piece.text, where)
        else:
            found.setdefault("hidden" if hidden else "shown", []).append(piece.text)
    for kind, texts in found.items():
        joined = ("" if kind in ("shown", "hidden") else "\n").join(texts)
        scan.text("text" if kind == "shown" else f"markup:{kind}", where, joined)
    check_data_uris(scan, text, where)


def _break(found: dict[str, list[str]], name: str) -> None:
    if name in _BREAKS:
        for kind in ("shown", "hidden"):
            if kind in found:
                found[kind].append("\n")


def _hides(attributes: tuple[tuple[str, str], ...]) -> bool:
    for key, value in attributes:
        low = key.lower()
        if low == "hidden" or (low == "style" and _HIDING.search(value)):
            return True
        if low == "aria-hidden" and value.lower() == "true":
            return True
    return False


def _attributes(found: dict[str, list[str]], name: str, attributes: tuple[tuple[str, str], ...]) -> None:
    for key, value in attributes:
        if value[:5].lower() == "data:":
            continue  # checked as a file
        kind = "meta" if name in ("meta", "link", "base") else "attribute"
        found.setdefault(kind, []).append(value)
        if len(key) > 4:
            found.setdefault(kind, []).append(key)


def check_data_uris(scan: Scan, text: str, where: str) -> None:
    """Files that stand in the text itself, checked as files."""
    from .check_kinds import check_inside

    for number, match in enumerate(_DATA_URI.finditer(text), 1):
        if number > MAX_DATA_URIS:
            scan.structure("too-many-data-uris", where)
            return
        body = urllib.parse.unquote_to_bytes(match.group(3))
        if "base64" in match.group(2).lower():
            with suppress(ValueError, binascii.Error):
                body = base64.b64decode(body + b"=" * (-len(body) % 4))
        scan.spend(len(body))
        check_inside(scan, body, f"{where}, data {number}" if where else f"data {number}", "markup:data-uri")
