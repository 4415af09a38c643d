"""Web pages: what a browser would show without running or fetching anything."""

from __future__ import annotations

import re
from typing import Any

from vault.worker import read_blocks, read_text
from vault.worker.refusal import Refusal

SILENT = {
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "object", "embed", "applet",
    "iframe", "frame", "noframes", "svg", "math", "canvas", "audio", "video", "map", "datalist", "dialog",
}  # fmt: skip
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "main",
    "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "thead", "tfoot", "ul", "caption",
}  # fmt: skip
PICTURES = {"img", "picture"}
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
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

    def __init__(self, collector: read_blocks.Collector) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._collector = collector
        self._waiting: list[str] = []
        self._kind = ("paragraph", 0)

    def text(self, text: str | None, keep_lines: bool) -> None:
        if text:
            self._waiting.append(text if keep_lines else _SPACE.sub(" ", text))

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

    def _row(self, element: Any, depth: int) -> None:
        self.flush()
        cells = []
        for cell in element:
            if cell.tag in ("td", "th") and not _hidden(cell):
                inner = _Walker(self._collector)
                inner._children(cell, depth + 1, False)
                inner.flush()
                cells.append(" ".join(one["text"].replace("\t", " ").replace("\n", " ") for one in inner.blocks))
        if any(cell.strip() for cell in cells):
            self.blocks.append(read_blocks.block("table-row", "\t".join(cells)))

    def element(self, element: Any, depth: int, keep_lines: bool) -> None:
        tag = element.tag
        if not isinstance(tag, str):  # a comment or a processing instruction
            self._collector.note("comments", int(bool((element.text or "").strip())))
            return
        if tag in SILENT:
            return
        if _hidden(element):
            self._collector.note("hidden-text", int(bool("".join(element.itertext()).strip())))
            return
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        self._visible(element, tag, depth, keep_lines)

    def _visible(self, element: Any, tag: str, depth: int, keep_lines: bool) -> None:
        if tag in HEADINGS:
            self._inside(("heading", HEADINGS[tag]), element, depth, False)
        elif tag == "li":
            self._inside(("list-item", 1), element, depth, keep_lines)
        elif tag == "tr":
            self._row(element, depth)
        elif tag == "br":
            self._waiting.append("\n")
        elif tag in PICTURES:
            self.flush()
            self.blocks.append(read_blocks.block("picture", ""))
            self._collector.note("pictures")
        elif tag in ("input", "textarea", "select", "button"):
            self._form_field(element, tag, depth)
        elif tag in BLOCKS:
            self._inside(self._kind, element, depth, keep_lines or tag == "pre")
        else:
            self._children(element, depth, keep_lines)

    def _form_field(self, element: Any, tag: str, depth: int) -> None:
        if tag == "input":
            if element.get("type", "text").lower() not in ("hidden", "password", "checkbox", "radio", "file"):
                self.text(element.get("value"), False)
        else:
            self._children(element, depth, tag == "textarea")


def _hidden(element: Any) -> bool:
    return (
        element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
    )


def decoded(data: bytes, collector: read_blocks.Collector) -> str:
    """The page's source in the encoding that it declares, or else seems to have."""
    if not data.strip():
        raise Refusal("empty")
    return _decoded(data, collector)


def tree(text: str) -> Any:
    """The root element of a page's source. Raises Refusal."""
    import lxml.html

    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", read_blocks.clean(text))
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_pis=True, encoding="utf-8")
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.LxmlError:
        raise Refusal("damaged") from None


def shown(root: Any, collector: read_blocks.Collector) -> list[dict[str, Any]]:
    """The blocks of what a browser would show of this element."""
    walker = _Walker(collector)
    walker.element(root, 0, False)
    walker.flush()
    return walker.blocks


def read(data: bytes) -> dict[str, Any]:
    """One page of headings, paragraphs, list items and table rows."""
    collector = read_blocks.Collector()
    root = tree(decoded(data, collector))
    collector.add(read_blocks.page(1, "text", (0, 0), shown(root, collector)))
    return collector.answer("html")
