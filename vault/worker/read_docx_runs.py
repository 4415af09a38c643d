"""The text of one paragraph of a Word document, run by run, as Word shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_blocks, read_numbers
from vault.worker.read_docx_package import Package
from vault.worker.read_docx_styles import Numbering, Styles, toggled, value, whole
from vault.worker.read_zip_xml import RELATION
from vault.worker.refusal import Refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
KNOWN_EXTENSIONS = (
    "http://schemas.microsoft.com/",
    "http://schemas.openxmlformats.org/",
    "urn:schemas-microsoft-com:",
)
PICTURES = {f"{W}drawing", f"{W}pict"}
DELETED = {f"{W}del", f"{W}moveFrom"}
INSERTED = {f"{W}ins", f"{W}moveTo"}
DELETED_TEXT = {f"{W}delText", f"{W}delInstrText"}
SILENT = {f"{W}rPr", f"{W}pPr", f"{W}instrText", f"{W}sdtPr", f"{W}rubyPr", f"{W}sdtEndPr", f"{MATH}ctrlPr"}
CHARACTERS = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
NOTE_MARKS = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
SYMBOL_FONTS = ("wingdings", "webdings", "symbol", "marlett", "zapfdingbats", "zapf dingbats", "mt extra")
SYMBOLS = {0xFE: "\u2612", 0xA8: "\u2610", 0x6F: "\u2610", 0xFC: "\u2713", 0xFB: "\u2717", 0x52: "\u2611",
           0x51: "\u2612", 0xA3: "\u2610", 0x53: "\u2612", 0x54: "\u2612"}  # fmt: skip
"""Boxes and ticks of Wingdings 1 and 2, which forms are filled with."""
OTHER_SYMBOL = "\u25aa"
CHECKED, UNCHECKED = "\u2612", "\u2610"
MAX_DEPTH = 200


@dataclass
class Context:
    """What all readers of one document share."""

    package: Package
    styles: Styles
    numbering: Numbering
    collector: read_blocks.Collector
    referred: dict[str, list[str]] = field(default_factory=lambda: {"footnotes": [], "endnotes": []})
    fields: list[str] = field(default_factory=list)  # "code" or "result" for each field that is open
    fields_hold: bool = False


def children(parent: Any) -> Iterator[Any]:
    """The child elements; of alternatives, the one that Word takes."""
    for child in parent:
        if child.tag == f"{COMPATIBILITY}AlternateContent":
            chosen = _chosen(child)
            if chosen is not None:
                yield from children(chosen)
        elif isinstance(child.tag, str):
            yield child


def _chosen(alternatives: Any) -> Any:
    for choice in alternatives.findall(f"{COMPATIBILITY}Choice"):
        needs = [choice.nsmap.get(prefix) or "" for prefix in (choice.get("Requires") or "").split()]
        if all(one.startswith(KNOWN_EXTENSIONS) for one in needs):
            return choice
    return alternatives.find(f"{COMPATIBILITY}Fallback")


def fields_are_whole(root: Any) -> bool:
    """Whether every field of a part begins, parts and ends in turn; if not, nothing can be told from them."""
    open_fields: list[str] = []
    for one in root.iter(f"{W}fldChar"):
        kind = one.get(f"{W}fldCharType")
        if kind == "begin":
            open_fields.append("code")
        elif not open_fields or (kind == "separate" and open_fields[-1] == "result"):
            return False
        elif kind == "separate":
            open_fields[-1] = "result"
        elif kind == "end":
            open_fields.pop()
        else:
            return False
    return not open_fields


class Runs:
    """Gives the text of one paragraph; what belongs after it collects in `boxes`, `lines` and `pictures`."""

    def __init__(self, context: Context, style: str) -> None:
        self.boxes: list[Any] = []
        self.lines: list[str] = []
        self.pictures = 0
        self._context = context
        self._note = context.collector.note
        self._hidden_style = context.styles.hidden(style)

    def text(self, paragraph: Any) -> str:
        """All that shows of the paragraph."""
        return "".join(self._inside(paragraph, 0))

    def _inside(self, parent: Any, depth: int) -> Iterator[str]:
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in children(parent):
            if child.tag in DELETED:
                self._note("deletions")
            elif child.tag in (f"{W}r", f"{MATH}r"):
                yield from self._run(child, depth)
            elif child.tag == f"{W}p":  # never well-formed, yet shown
                yield from self._inside(child, depth + 1)
            elif child.tag not in SILENT:
                self._note("insertions", int(child.tag in INSERTED))
                self._note("equations", int(child.tag == f"{MATH}oMath"))
                inner = self._piece(child, depth, True) if child.tag in PICTURES else self._inside(child, depth + 1)
                yield from inner

    def _hidden(self, run: Any) -> bool:
        properties = run.find(f"{W}rPr")
        own = toggled(properties, "vanish")
        if own is not None:
            return own
        # Styles of paragraph and character toggle each other (ECMA-376 part 1, 17.7.3).
        return self._hidden_style != self._context.styles.hidden(value(properties, f"{W}rStyle"))

    def _run(self, run: Any, depth: int) -> Iterator[str]:
        seen = not self._hidden(run)
        if not seen:
            self._note("hidden-text", int(any(one.text for one in run.iter(f"{W}t"))))
        for child in children(run):
            yield from self._piece(child, depth, seen)

    def _in_code(self) -> bool:
        return "code" in self._context.fields

    def _piece(self, child: Any, depth: int, seen: bool) -> Iterator[str]:
        tag = child.tag
        if tag == f"{W}fldChar":
            yield from self._field(child, seen)
        elif tag in DELETED_TEXT:
            self._note("deletions")
        elif tag == f"{W}commentReference":
            self._note("comments")
        elif not seen or self._in_code():
            self._note("hidden-text", int(seen and bool(child.text) and tag == f"{W}t"))
        elif tag in (f"{W}t", f"{MATH}t"):
            yield child.text or ""
        elif tag in CHARACTERS:
            yield CHARACTERS[tag]
        else:
            yield from self._rarer(child, depth)

    def _rarer(self, child: Any, depth: int) -> Iterator[str]:
        tag = child.tag
        if tag == f"{W}sym":
            yield _symbol(child)
        elif tag in NOTE_MARKS:
            yield self._mark(child, NOTE_MARKS[tag])
        elif tag == f"{W}object":
            self._note("embedded-objects")
        elif tag in PICTURES:
            self._drawing(child)
        elif tag == f"{W}ruby":
            base, reading = child.find(f"{W}rubyBase"), child.find(f"{W}rt")
            above = "".join(self._inside(reading, depth + 1)) if reading is not None else ""
            yield from self._inside(base, depth + 1) if base is not None else ()
            yield f"({above})" if above.strip() else ""
        elif tag not in SILENT and depth < MAX_DEPTH:
            for inner in children(child):
                yield from self._piece(inner, depth + 1, True)

    def _mark(self, reference: Any, kind: str) -> str:
        referred = self._context.referred[kind]
        identifier = reference.get(f"{W}id") or ""
        if identifier not in referred:
            referred.append(identifier)
        if (reference.get(f"{W}customMarkFollows") or "0").lower() not in ("0", "false", "off"):
            return ""
        return note_mark(kind, referred.index(identifier) + 1)

    def _field(self, mark: Any, seen: bool) -> Iterator[str]:
        fields, kind = self._context.fields, mark.get(f"{W}fldCharType")
        if not self._context.fields_hold:
            return
        if kind == "begin":
            if seen and not self._in_code():
                yield _form_field(mark)
            fields.append("code")
        elif fields and kind == "separate":
            fields[-1] = "result"
        elif fields:
            fields.pop()

    def _drawing(self, drawing: Any) -> None:
        waiting, found = list(reversed(list(children(drawing)))), False
        while waiting:
            element = waiting.pop()
            if element.get("hidden") in ("1", "true") and element.tag.endswith("}docPr"):
                self._note("hidden-text")
                return
            if element.tag == f"{W}txbxContent":
                self.boxes.append(element)
            elif element.tag == WORD_ART:
                self.lines.append(element.get("string") or "")
            elif element.tag == DIAGRAM:
                self._diagram(element)
            elif element.tag == CHART:
                self._note("charts")
            else:
                waiting.extend(reversed(list(children(element))))
                continue
            found = True
        self.pictures += not found

    def _diagram(self, element: Any) -> None:
        root = self._context.package.target(element.get(f"{RELATION}dm") or "")
        for paragraph in root.iter(f"{A}p") if root is not None else ():
            self.lines.append("".join(one.text or "" for one in paragraph.iter(f"{A}t")))


def note_mark(kind: str, number: int) -> str:
    """How a note is referred to: in brackets, so that the number does not grow into the word before it."""
    return f"[{read_numbers.shown(number, 'lowerRoman') if kind == 'endnotes' else number}]"


def _symbol(element: Any) -> str:
    try:
        code = int(element.get(f"{W}char") or "", 16)
    except ValueError:
        return OTHER_SYMBOL
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if (element.get(f"{W}font") or "").lower().startswith(SYMBOL_FONTS):
        return SYMBOLS.get(low, OTHER_SYMBOL)
    if 0xE000 <= low <= 0xF8FF or not 0x20 <= low <= 0x10FFFF:
        return OTHER_SYMBOL
    return chr(low)


def _form_field(mark: Any) -> str:
    """A box or a list of an old form shows its state, which stands in no run."""
    box = mark.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        own = toggled(box, "checked")
        return CHECKED if (toggled(box, "default") if own is None else own) else UNCHECKED
    choice = mark.find(f"{W}ffData/{W}ddList")
    if choice is None:
        return ""
    entries = [one.get(f"{W}val") or "" for one in choice.findall(f"{W}listEntry")]
    number = whole(value(choice, f"{W}result") or value(choice, f"{W}default"), len(entries))
    return entries[number] if number < len(entries) else ""
