"""The structure of a tagged PDF: fixed names and numbers pass, whatever could carry words is reported."""

from __future__ import annotations

import re
from typing import Any

from .check_scan import Scan

MAX_ELEMENTS = 500_000
# The standard structure types of ISO 32000-1, 14.8.4.
_STANDARD = frozenset(
    re.findall(
        r"/\w+",
        """/Document /Part
    /Art /Sect /Div /BlockQuote /Caption /TOC /TOCI /Index /NonStruct /Private /P /H /H1 /H2 /H3
    /H4 /H5 /H6 /L /LI /Lbl /LBody /Table /TR /TH /TD /THead /TBody /TFoot /Span /Quote /Note /Reference /BibEntry
    /Code /Link /Annot /Ruby /Warichu /Figure /Formula /Form""",
    )
)
_KEYS = {
    "root": frozenset(("/Type", "/K", "/ParentTree", "/ParentTreeNextKey", "/ClassMap")),
    "element": frozenset(("/Type", "/S", "/P", "/K", "/Pg", "/Lang", "/C")),
    "mark": frozenset(("/Type", "/Pg", "/MCID")),
}
_CLASSES = re.compile(r"/[A-Z][a-z]{1,20}")
_OWNED = {"/O": frozenset(("/Table", "/Layout", "/List")), "/Scope": frozenset(("/Row", "/Column", "/Both"))}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


def check_tree(scan: Scan, catalog: Any, place: str) -> None:
    """Report a structure tree that holds more than kinds of elements and numbers of marked stretches."""
    language = catalog.get("/Lang")
    if language is not None and not _LANGUAGE.fullmatch(str(_object(language))):
        scan.structure("tag-language", place)
    root = _object(catalog.get("/StructTreeRoot"))
    if not isinstance(root, dict):
        return
    if set(root) - _KEYS["root"]:
        scan.structure("tag", place)
    _classes(scan, _object(root.get("/ClassMap")), place)
    waiting, met = [root.get("/K")], set[int]()
    for _ in range(MAX_ELEMENTS):
        if not waiting:
            return
        value = waiting.pop()
        number = getattr(value, "idnum", None)
        if number is not None and number in met:
            continue
        if number is not None:
            met.add(number)
        value = _object(value)
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            _element(scan, value, place)
            waiting.append(value.get("/K"))
        elif value is not None and not isinstance(value, int):
            scan.structure("tag", place)
    scan.structure("tag", place)


def _element(scan: Scan, element: Any, place: str) -> None:
    is_mark = "/MCID" in element
    if set(element) - _KEYS["mark" if is_mark else "element"]:
        scan.structure("tag", place)
    if not is_mark and str(_object(element.get("/S"))) not in _STANDARD:
        scan.structure("tag-name", place)
    language = _object(element.get("/Lang"))
    if language is not None and not _LANGUAGE.fullmatch(str(language)):
        scan.structure("tag-language", place)


def _classes(scan: Scan, classes: Any, place: str) -> None:
    for name, owned in (classes or {}).items():
        values = _object(owned)
        plain = isinstance(values, dict) and all(
            str(_object(value)) in _OWNED.get(key, ()) for key, value in values.items()
        )
        if not plain or not _CLASSES.fullmatch(str(name)):
            scan.structure("tag", place)


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
