"""The structure of a tagged PDF (ISO 32000-1, 14.7 and 14.8): what is a heading, a list, a table, in reading order.

It says what kind of thing a stretch of a page is and holds no text of its own: no alternate text, no expansions, no
identifiers. The number of a source page is a paragraph of the structure, because whoever listens must cite it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

KINDS = ("Document", "Sect", "P", "H1", "H2", "H3", "H4", "H5", "H6",
         "L", "LI", "LBody", "Table", "TR", "TH", "TD", "Figure")  # fmt: skip
DEEPEST_HEADING = 6
DEEPEST_LIST = 3
LEAST_LETTERS = 12
SCRIPTS = (
    ("ru", re.compile("[\u0400-\u052f]")),
    ("en", re.compile("[A-Za-z\u00c0-\u024f]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("ar", re.compile("[\u0620-\u06ff]")),
)
# Letters that one language of a script has and its most frequent one lacks.
NEIGHBOURS = (
    ("ru", "uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", "be", re.compile("[ўЎ]")),
    ("ru", "kk", re.compile("[әғқңөұүһӘҒҚҢӨҰҮҺ]")),
    ("ar", "fa", re.compile("[پچژگ]")),
)
SHARE_OF_NEIGHBOUR = 0.02
_FIT = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


@dataclass(slots=True)
class Element:
    """One element; `marks` are (sheet, number of the marked stretch on it), both from 0."""

    kind: str
    language: str = ""
    children: list[Element] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)

    def add(self, kind: str, language: str = "") -> Element:
        """A new last child."""
        child = Element(kind, language)
        self.children.append(child)
        return child


class Structure:
    """Grows with the story: blocks come in one after the other, and lists and tables close by themselves."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if _FIT.fullmatch(language) else "en"
        self.root = Element("Document")
        self._place = self.root
        self._lists: list[Element] = []
        self._heading = 0

    def section(self) -> None:
        """What comes now belongs to a new section: one page of the source."""
        self._lists = []
        self._place = self.root.add("Sect")

    def block(self, kind: str, text: str) -> Element:
        """A paragraph, figure or table."""
        self._lists = []
        return self._place.add(kind, self._other(text))

    def heading(self, level: int, text: str) -> Element:
        """A heading, never more than one level below the one before: who listens must be able to find the way."""
        self._lists = []
        self._heading = max(1, min(level, self._heading + 1, DEEPEST_HEADING))
        return self._place.add(f"H{self._heading}", self._other(text))

    def item(self, level: int, text: str) -> Element:
        """The body of a list item; items that follow one another are one list, deeper ones lists inside."""
        level = max(1, min(level, DEEPEST_LIST, len(self._lists) + 1))
        if level > len(self._lists):
            above = self._lists[-1].children[-1].children[-1] if self._lists else self._place
            self._lists.append(above.add("L"))
        del self._lists[level:]
        return self._lists[-1].add("LI").add("LBody", self._other(text))

    def cell(self, row: Element, text: str, heading: bool) -> Element:
        """A cell of a row."""
        return row.add("TH" if heading else "TD", self._other(text))

    def _other(self, text: str) -> str:
        """The text's language where it is plainly not that of the document."""
        guessed = language_of(text[:2_000], LEAST_LETTERS)
        return "" if not guessed or _script(guessed) == _script(self.language) else guessed


def _script(language: str) -> str:
    return next((first for first, other, _ in NEIGHBOURS if other == language[:2]), language[:2])


def language_of(text: str, least: int = 1, default: str = "") -> str:
    """The language that most of the letters speak for; only their script and a few letters are looked at."""
    counts = [(len(pattern.findall(text)), language) for language, pattern in SCRIPTS]
    most, language = max(counts)
    if most < least:
        return default
    for first, other, pattern in NEIGHBOURS:
        if language == first and len(pattern.findall(text)) > SHARE_OF_NEIGHBOUR * most:
            return other
    return language


@contextmanager
def marked(canvas: Any, element: Element | None) -> Iterator[None]:
    """What is drawn inside belongs to the element; to nothing, as an artifact, where there is none."""
    begin(canvas, element)
    yield
    end(canvas)


def begin(canvas: Any, element: Element | None) -> None:
    """Open a marked stretch on a canvas of write_sheets.py."""
    if element is None:
        canvas._code.append("/Artifact BMC")
        return
    sheet, number = canvas.next_mark()
    element.marks.append((sheet, number))
    canvas._code.append(f"/{element.kind} <</MCID {number}>> BDC")


def end(canvas: Any) -> None:
    """Close it."""
    canvas._code.append("EMC")


def write(writer: Any, structure: Structure) -> None:
    """Put the structure into a pypdf writer whose pages are those that were drawn."""
    from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, NullObject, NumberObject
    from pypdf.generic import TextStringObject as Text

    pages = [page.indirect_reference for page in writer.pages]
    owners: list[dict[int, Any]] = [{} for _ in pages]
    top = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
    root = writer._add_object(top)

    def build(element: Element, parent: Any) -> Any:
        made = DictionaryObject({NameObject("/S"): NameObject(f"/{element.kind}"), NameObject("/P"): parent})
        reference = writer._add_object(made)
        kids = ArrayObject()
        home = element.marks[0][0] if element.marks else None
        for sheet, number in element.marks:
            owners[sheet][number] = reference
            if sheet == home:
                kids.append(NumberObject(number))
            else:
                kids.append(
                    DictionaryObject(
                        {
                            NameObject("/Type"): NameObject("/MCR"),
                            NameObject("/Pg"): pages[sheet],
                            NameObject("/MCID"): NumberObject(number),
                        }
                    )
                )
        kids.extend(build(child, reference) for child in element.children)
        if home is not None:
            made[NameObject("/Pg")] = pages[home]
        if kids:
            made[NameObject("/K")] = kids if len(kids) > 1 else kids[0]
        if element.language:
            made[NameObject("/Lang")] = Text(element.language)
        if element.kind == "TH":
            made[NameObject("/C")] = NameObject("/Heading")
        return reference

    top[NameObject("/K")] = build(structure.root, root)
    numbers = ArrayObject()
    for sheet, owner in enumerate(owners):
        row = ArrayObject(owner.get(number, NullObject()) for number in range(max(owner, default=-1) + 1))
        numbers.extend((NumberObject(sheet), writer._add_object(row)))
        writer.pages[sheet][NameObject("/StructParents")] = NumberObject(sheet)
        writer.pages[sheet][NameObject("/Tabs")] = NameObject("/S")
    top[NameObject("/ParentTree")] = writer._add_object(DictionaryObject({NameObject("/Nums"): numbers}))
    scope = DictionaryObject({NameObject("/O"): NameObject("/Table"), NameObject("/Scope"): NameObject("/Column")})
    top[NameObject("/ClassMap")] = DictionaryObject({NameObject("/Heading"): scope})
    top[NameObject("/ParentTreeNextKey")] = NumberObject(len(pages))
    catalog = writer._root_object
    catalog[NameObject("/StructTreeRoot")] = root
    catalog[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    catalog[NameObject("/Lang")] = Text(structure.language)
