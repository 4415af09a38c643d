"""Parts of DOCX, XLSX, PPTX, ODT and ODS: what each part is for, and what in it a reader doesn't see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .check_scan import Scan, is_text
from .check_tags import Piece, local, pieces

_PACKAGE = re.compile(r"^(?:\[Content_Types\]\.xml|mimetype)$")
# Which channel the text of a part belongs to, by its name; the first that fits.
_CHANNELS = (
    (re.compile(r"people\.xml|persons/|commentAuthors", re.I), "author"),
    (re.compile(r"comments|annotations", re.I), "comment"),
    (re.compile(r"docProps/|^meta\.xml$|documentProperties", re.I), "property"),
    (re.compile(r"customXml/|customUI", re.I), "custom-xml"),
    (re.compile(r"\.rels$|META-INF/|^manifest", re.I), "relation"),
    (re.compile(r"externalLinks/|connections\.xml|queryTables/", re.I), "external-link"),
    (re.compile(r"word/(?:header|footer)|(?:^|/)styles\.xml$", re.I), "header"),
    (re.compile(r"footnotes|endnotes", re.I), "footnote"),
    (re.compile(r"xl/workbook\.xml$", re.I), "workbook"),
    (re.compile(r"xl/sharedStrings", re.I), "string"),
    (re.compile(r"xl/worksheets/|xl/tables/|pivot", re.I), "sheet"),
    (re.compile(r"ppt/slides/|ppt/notesSlides/|xl/drawings/|charts?/|diagrams/", re.I), "drawing"),
    (re.compile(r"settings|webSettings|fontTable|numbering|theme", re.I), "settings"),
)
# Parts of an office file that our writers never make.
_PARTS = (
    (re.compile(r"comments|people\.xml|annotations|persons/", re.I), "comments"),
    (re.compile(r"docProps/thumbnail|Thumbnails/", re.I), "thumbnail"),
    (re.compile(r"customXml/|docProps/custom\.xml", re.I), "custom-xml"),
    (re.compile(r"embeddings/|ObjectReplacements/|(?:^|/)Object \d", re.I), "embedded-object"),
    (re.compile(r"vbaProject|Basic/|activeX|Scripts/|macrosheets/", re.I), "macro"),
    (re.compile(r"externalLinks/|connections\.xml|queryTables/", re.I), "external-data"),
    (re.compile(r"pivotCache/|revisions/|userNames\.xml", re.I), "cached-data"),
    (re.compile(r"printerSettings|_signatures|documentsignatures", re.I), "machine-data"),
)
_MARKS = (
    (re.compile(r"<w:(?:del|moveFrom)\b|<text:deletion\b"), "deletion"),
    (re.compile(r"<w:(?:ins|moveTo)\b|<text:insertion\b"), "insertion"),
    (re.compile(r"<w:(?:vanish|webHidden|specVanish)(?:/|\s|>)|text:display=[\"']none[\"']"), "hidden-text"),
    (re.compile(r"w:rsid[A-Za-z]{0,20}="), "revision-ids"),
    (re.compile(r"<a:srcRect[^>]{0,200}[1-9]|fo:clip=[\"']rect\([^)]{0,60}[1-9]"), "cropped-picture"),
    (re.compile(r"<dc:creator>[^<]|<cp:lastModifiedBy>[^<]|<meta:initial-creator>[^<]"), "author"),
    (re.compile(r"TargetMode=[\"']External[\"']"), "external-link"),
    (re.compile(r"<sheet\b[^>]{0,300}state=[\"'](?:hidden|veryHidden)[\"']"), "hidden-sheet"),
    (re.compile(r"table:display=[\"']false[\"']"), "hidden-sheet"),
    (re.compile(r"<(?:row|col)\b[^>]{0,300}hidden=[\"'](?:1|true)[\"']"), "hidden-cells"),
    (re.compile(r"table:visibility=[\"'](?:collapse|filter)[\"']"), "hidden-cells"),
    (re.compile(r"<office:annotation\b"), "comments"),
    (re.compile(r"<w:dataBinding\b|<w:docVar\b|<w:mailMerge\b"), "form-data"),
)  # fmt: skip
_DELETED = frozenset(("del", "movefrom", "deltext", "delinstrtext", "deletion", "tracked-changes"))
_INSERTED = frozenset(("ins", "moveto"))
_FIELD = frozenset(("instrtext", "fldsimple"))
_NOTES = frozenset(("annotation", "comment", "note"))
_ENDS = frozenset(("p", "h", "tc", "tr", "br", "cr", "tab", "si", "c", "row", "table-cell", "table-row", "title"))
_ALTERNATIVE = frozenset(("descr", "title", "alt", "tooltip", "prompt", "placeholder"))
_AUTHOR = frozenset(("author", "initials", "userid", "displayname", "lastmodifiedby"))


def is_office(names: list[str]) -> bool:
    """Whether these members' names are those of an office package."""
    return any(_PACKAGE.match(name) for name in names)


@dataclass(slots=True)
class _Part:
    base: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    hidden_run: bool = False

    def take(self, piece: Piece) -> None:
        name = local(piece.name)
        if piece.kind == "comment":
            self.texts.setdefault("xml-comment", []).append(piece.text + "\n")
        elif piece.kind == "text":
            self._text(piece.text)
        elif piece.kind == "open":
            self._opened(piece, name)
        else:
            if name in self.open:
                while self.open and self.open.pop() != name:
                    pass
            if name == "r":
                self.hidden_run = False
            if name in _ENDS:
                self._end()

    def _opened(self, piece: Piece, name: str) -> None:
        for key, value in piece.attributes:
            low = local(key)
            kind = "alt" if low in _ALTERNATIVE else "author" if low in _AUTHOR else "attribute"
            kind = "field" if name in _FIELD else kind
            self.values.setdefault(kind, {})[value] = None
        if name in ("vanish", "webhidden", "specvanish") and "rpr" in self.open:
            self.hidden_run = True
        if piece.empty:
            if name in _ENDS:
                self._end()
        else:
            self.open.append(name)

    def _end(self) -> None:
        for texts in self.texts.values():
            texts.append("\n")

    def _text(self, text: str) -> None:
        inside = set(self.open)
        kinds = ["text"]
        if self.hidden_run:
            kinds.append("hidden-text")
        if inside & _DELETED:
            kinds = ["deletion"]
        elif inside & _INSERTED:
            kinds.append("insertion")
        if inside & _FIELD:
            kinds = ["field"]
        if inside & _NOTES:
            kinds.append("comment")
        for kind in kinds:
            self.texts.setdefault(kind, []).append(text)


def channel_of(name: str) -> str:
    """The channel of a part's own text."""
    return next((channel for pattern, channel in _CHANNELS if pattern.search(name)), "text")


def check_part(scan: Scan, name: str, body: bytes, where: str) -> None:
    """Search one part by what it is for, and report what only other programs write."""
    for pattern, what in _PARTS:
        if pattern.search(name):
            scan.structure(f"office:{what}", where)
    text = scan.decoded(body)[0][0] if body and (is_text(body) or body[:2] in (b"\xff\xfe", b"\xfe\xff")) else ""
    for mark, what in _MARKS:
        if mark.search(text):
            scan.structure(f"office:{what}", where)
    if not text.lstrip("\ufeff \r\n").startswith("<"):
        return
    part = _Part(channel_of(name))
    for piece in pieces(text):
        part.take(piece)
    for kind, texts in part.texts.items():
        joined = re.sub(r"\n{2,}", "\n", "".join(texts))
        scan.text(f"office:{part.base if kind == 'text' else kind}", where, joined)
    for kind, values in part.values.items():
        scan.text(f"office:{kind if part.base == 'text' else part.base}", where, "\n".join(values))
