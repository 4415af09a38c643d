"""Web pages: what a browser would show without running or fetching anything."""

from __future__ import annotations

import re
from typing import Any

from vault.worker import read_blocks, read_numbers, read_text
from vault.worker.read_html_style import Styles, gone, shows
from vault.worker.refusal import Refusal

DATA = {"script", "template", "noscript"}
OBJECTS = {"object", "embed", "applet", "iframe", "frame"}
SILENT = {
    "style", "title", "meta", "link", "noframes", "map", "datalist", "param", "source", "track", "base", "rp",
    "progress", "meter", "basefont", "bgsound", "col", "colgroup",
}  # fmt: skip
SILENT_IN_SVG = {
    "title", "desc", "defs", "metadata", "script", "style", "symbol", "clippath", "mask", "pattern", "marker",
}  # fmt: skip
SILENT_IN_MATH = ("annotation", "annotation-xml")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "head", "header", "hgroup", "hr", "html", "legend", "main",
    "nav", "p", "pre", "section", "summary", "table", "tbody", "thead", "tfoot", "caption", "dialog",
    "optgroup", "search",
}  # fmt: skip
PICTURES = {"img", "picture"}
FIELDS = {"input", "textarea", "select", "button"}
NO_TEXT_FIELDS = ("hidden", "password", "file", "image", "range", "color")
BUTTONS = ("submit", "reset", "button")
CHECKED, UNCHECKED = "\u2612", "\u2610"
FEW_BLOCKS = 4  # more of them in one cell are no cell of a table of data
WHOLE = ("table-row", "heading", "list-item")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\n\r\f]+")
MAX_DEPTH = 200
DECLARED = ("utf-8", "windows-1251", "cp1251", "koi8-r", "koi8-u", "cp866", "ibm866", "iso-8859-1", "iso-8859-5",
            "windows-1252", "windows-1250", "utf-16", "x-mac-cyrillic", "mac-cyrillic")  # fmt: skip


def prepare() -> None:
    """Load the parser and the codecs."""
    import codecs

    import lxml.html

    read_text.prepare()
    for name in DECLARED:
        try:
            codecs.lookup(name)
        except LookupError:
            continue
    lxml.html.document_fromstring("<p>warm")


def _decoded(data: bytes, collector: read_blocks.Collector) -> str:
    declared = _CHARSET.search(data[:4096])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    if name in DECLARED and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and name != "utf-16":
        try:
            return data.decode({"x-mac-cyrillic": "mac-cyrillic", "iso-8859-1": "cp1252"}.get(name, name))
        except (UnicodeDecodeError, LookupError):
            collector.note("guessed-encoding")
    text, guessed, lost = read_text.decode(data)
    collector.note("guessed-encoding", int(guessed))
    collector.note("lost-characters", lost)
    return text


class _Walker:
    """Turns the tree into blocks; holds the inline text that waits for its block to end."""

    def __init__(self, collector: read_blocks.Collector, styles: Styles) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._collector = collector
        self._note = collector.note
        self._styles = styles
        self._waiting: list[str] = []
        self._kind = ("paragraph", 0)
        self._shows = (True, True, True)
        self._lists: list[_List] = []

    def text(self, text: str | None, keep_lines: bool) -> None:
        if text and all(self._shows):
            self._waiting.append(text if keep_lines else _SPACE.sub(" ", text))
        elif text and text.strip():
            self._note("hidden-text")

    def flush(self) -> None:
        joined = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", "".join(self._waiting))).strip(" \n")
        self._waiting.clear()
        if joined.strip():
            self.blocks.append(read_blocks.block(self._kind[0], joined, self._kind[1]))

    def _inside(self, kind: tuple[str, int], element: Any, depth: int, keep_lines: bool) -> None:
        self.flush()
        outer, self._kind = self._kind, kind
        self._children(element, depth, keep_lines)
        self.flush()
        self._kind = outer

    def _children(self, element: Any, depth: int, keep_lines: bool) -> None:
        self.text(element.text, keep_lines)
        for child in element:
            self.element(child, depth + 1, keep_lines)
            self.text(child.tail, keep_lines)

    def element(self, element: Any, depth: int, keep_lines: bool) -> None:
        """One element, if it shows."""
        tag = element.tag
        if not isinstance(tag, str):  # a comment or a processing instruction
            self._note("comments", int(bool((element.text or "").strip())))
            return
        if tag in SILENT or tag in DATA or tag in OBJECTS:
            self._note("scripts", int(tag in DATA and bool("".join(element.itertext()).strip())))
            self._note("embedded-objects", int(tag in OBJECTS))
            return
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        says = self._styles.says(element)
        if gone(says) or (tag == "dialog" and element.get("open") is None):
            self._note("hidden-text", int(bool("".join(element.itertext()).strip())))
            return
        outer, self._shows = self._shows, shows(says, self._shows)
        self._visible(element, tag, depth, keep_lines)
        self._shows = outer

    def _visible(self, element: Any, tag: str, depth: int, keep_lines: bool) -> None:
        if tag in HEADINGS:
            self._inside(("heading", HEADINGS[tag]), element, depth, False)
        elif tag in ("ul", "ol", "menu"):
            self._lists.append(_List(element))
            self._inside(self._kind, element, depth, keep_lines)
            self._lists.pop()
        elif tag == "li":
            self._item(element, depth, keep_lines)
        elif tag == "tr":
            self._row(element, depth)
        elif tag == "br":
            self.text("\n", True)
        elif tag in PICTURES:
            self.flush()
            self.blocks.append(read_blocks.block("picture", ""))
            self._note("pictures")
        elif tag in FIELDS:
            self._form_field(element, tag, depth)
        elif tag in BLOCKS:
            self._inside(self._kind, element, depth, keep_lines or tag == "pre")
        else:
            self._rarer(element, tag, depth, keep_lines)

    def _rarer(self, element: Any, tag: str, depth: int, keep_lines: bool) -> None:
        if tag == "svg":
            self._drawing(element, depth)
        elif tag in ("audio", "video", "canvas"):
            self._note("embedded-objects")
        elif tag in SILENT_IN_MATH:
            return
        elif tag == "rt":
            self.text("(", False)
            self._children(element, depth, keep_lines)
            self.text(")", False)
        elif tag == "q":
            self.text("\u201c", False)
            self._children(element, depth, keep_lines)
            self.text("\u201d", False)
        elif tag == "bdo" and (element.get("dir") or "").lower() == "rtl":
            start = len(self._waiting)
            self._children(element, depth, keep_lines)
            self._waiting[start:] = ["".join(self._waiting[start:])[::-1]]  # as it stands on the screen
        else:
            self._children(element, depth, keep_lines)

    def _item(self, element: Any, depth: int, keep_lines: bool) -> None:
        self.flush()
        number = self._lists[-1].next(element) if self._lists else ""
        if number:
            self.text(f"{number} ", False)
        self._inside_without_flush(("list-item", max(1, len(self._lists))), element, depth, keep_lines)

    def _inside_without_flush(self, kind: tuple[str, int], element: Any, depth: int, keep_lines: bool) -> None:
        outer, self._kind = self._kind, kind
        self._children(element, depth, keep_lines)
        self.flush()
        self._kind = outer

    def _row(self, element: Any, depth: int) -> None:
        self.flush()
        found: list[list[dict[str, Any]]] = []
        for cell in element:
            if not isinstance(cell.tag, str):
                self.element(cell, depth, False)
                continue
            inner = _Walker(self._collector, self._styles)
            inner._shows = self._shows
            if cell.tag in ("td", "th"):
                says = self._styles.says(cell)
                if gone(says):
                    self._note("hidden-text", int(bool("".join(cell.itertext()).strip())))
                    continue
                inner._shows = shows(says, self._shows)
                inner._children(cell, depth + 1, False)
                inner.flush()
                found.append(inner.blocks)
            else:
                inner.element(cell, depth + 1, False)
                inner.flush()
                self.blocks += inner.blocks
        self._add_row(found)

    def _add_row(self, cells: list[list[dict[str, Any]]]) -> None:
        """A table row; where the cells hold whole texts, the table only places them on the page."""
        for blocks in cells:
            self.blocks += [one for one in blocks if one["kind"] == "picture"]
        texts = [[one for one in blocks if one["text"]] for blocks in cells]
        if any(len(blocks) > FEW_BLOCKS or any(one["kind"] in WHOLE for one in blocks) for blocks in texts):
            self._note("table-in-table", int(any(one["kind"] == "table-row" for blocks in texts for one in blocks)))
            for blocks in texts:
                self.blocks += blocks
            return
        row = [" ".join(one["text"].replace("\t", " ").replace("\n", " ") for one in blocks) for blocks in texts]
        while row and not row[-1].strip():
            row.pop()
        if len(row) == 1 and len(cells) == 1:
            self.blocks += texts[0]
        elif row:
            self.blocks.append(read_blocks.block("table-row", "\t".join(row)))

    def _form_field(self, element: Any, tag: str, depth: int) -> None:
        kind = (element.get("type") or "text").lower()
        if tag == "input" and kind in ("checkbox", "radio"):
            self.text(CHECKED if element.get("checked") is not None else UNCHECKED, False)
        elif tag == "input":
            shown = element.get("value") or ("" if kind in BUTTONS else element.get("placeholder") or "")
            if kind not in NO_TEXT_FIELDS:
                self.text(shown, False)
            else:
                self._note("hidden-text", int(kind == "hidden" and bool(element.get("value"))))
        elif tag == "select":
            self._choice(element)
        else:
            self._children(element, depth, tag == "textarea")
            if tag == "textarea" and not (element.text or "").strip():
                self.text(element.get("placeholder"), False)

    def _choice(self, element: Any) -> None:
        """A list that is folded shows one entry; one that is open shows all."""
        entries = list(element.iter("option"))
        size = element.get("size") or ""
        chosen = [one for one in entries if one.get("selected") is not None][-1:] or entries[:1]
        if element.get("multiple") is not None or (size.isdigit() and size not in ("0", "1")):
            chosen = entries
        self.text(" / ".join(one.get("label") or "".join(one.itertext()).strip() for one in chosen), False)
        self._note("hidden-text", int(len(chosen) < len(entries)))

    def _drawing(self, element: Any, depth: int) -> None:
        """The words of a drawing show; the rest of it is a picture."""
        self.flush()
        self._words(element, depth)
        if not self._waiting:
            self._note("pictures")
        self.flush()

    def _words(self, element: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        for child in element:
            tag = child.tag.lower() if isinstance(child.tag, str) else "title"
            if tag in SILENT_IN_SVG or gone(self._styles.says(child)):
                self._note("hidden-text", int(bool("".join(child.itertext()).strip()) and tag != "style"))
            elif tag in ("text", "foreignobject"):
                self._children(child, depth + 1, False)
                self.text(" ", False)
            else:
                self._words(child, depth + 1)


class _List:
    """Counts the items of one list."""

    def __init__(self, element: Any) -> None:
        self._kind = (element.get("type") or "1") if element.tag == "ol" else ""
        start = _number(element.get("start"))
        items = sum(1 for one in element if one.tag == "li")
        reverse = element.get("reversed") is not None
        self._step = -1 if reverse else 1
        self._at = (start if start is not None else items if reverse else 1) - self._step

    def next(self, item: Any) -> str:
        """The number of the next item, "" for a bullet."""
        told = _number(item.get("value"))
        self._at = told if told is not None else self._at + self._step
        return f"{read_numbers.shown(self._at, self._kind)}." if self._kind else ""


def _number(text: str | None) -> int | None:
    known = text is not None and re.fullmatch(r"\s*-?[0-9]{1,6}\s*", text)
    return int(text or "") if known else None


def decoded(data: bytes, collector: read_blocks.Collector) -> str:
    """The page's source in the encoding that it declares, or else seems to have."""
    if not data.strip():
        raise Refusal("empty")
    return _decoded(data, collector)


def tree(text: str) -> Any:
    """The root element of a page's source. Raises Refusal."""
    import lxml.html

    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROLS.sub("", text).lstrip("\ufeff"))
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_pis=True, encoding="utf-8")
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.LxmlError:
        raise Refusal("damaged") from None


def shown(root: Any, collector: read_blocks.Collector) -> list[dict[str, Any]]:
    """The blocks of what a browser would show of this element."""
    styles = Styles()
    for sheet in root.getroottree().iter("style"):
        styles.learn(sheet.text or "")
    walker = _Walker(collector, styles)
    walker.element(root, 0, False)
    walker.flush()
    return walker.blocks


def read(data: bytes) -> dict[str, Any]:
    """One page of headings, paragraphs, list items and table rows."""
    collector = read_blocks.Collector()
    root = tree(decoded(data, collector))
    collector.add(read_blocks.page(1, "text", (0, 0), shown(root, collector)))
    return collector.answer("html")
