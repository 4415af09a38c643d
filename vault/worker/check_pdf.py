"""PDF: every object looked at, everything that our own writers never make reported, all text searched."""

from __future__ import annotations

import io
import re
from typing import Any

from vault.worker.refusal import Refusal

from .check_image import check_image
from .check_join import edge
from .check_pdf_file import MAX_PAGES, OBJECT, STREAM, blanked, outside, second_extractor, squeezed, string_texts
from .check_pdf_keys import (
    CHANNELS,
    FINER,
    FORBIDDEN,
    INFO_KNOWN,
    OUTER,
    TYPES,
    decoded,
    font_decoder,
    is_dictionary,
    is_own_word,
    resolved,
    without_own_fonts,
)
from .check_pdf_text import Decoder, Page, tokens
from .check_pdf_tree import check_tree
from .check_scan import Scan

MAXOBJECTS = 500_000
MAX_LOOSE = 4_000_000  # bytes of a stream without a page that are read as operators
NESTED = 60  # dictionaries inside dictionaries

_INFO_ALLOWED = frozenset(["/Producer", "/Creator", "/Trapped", "/CreationDate", "/ModDate"])
_INFO_EMPTY = frozenset(("", "anonymous", "(anonymous)", "unspecified", "(unspecified)", "untitled"))
_FIXED_DATE = re.compile(r"D:(?:19[78]0|2000)0101")


def check_pdf(scan: Scan, data: bytes, where: str) -> None:
    """Report all leaks of a PDF. Raises Refusal: encrypted, damaged, too-many-pages."""
    if scan.look is not None:
        second_extractor(scan, data, where, [])
        return
    outside(scan, data, where)
    reader = _open(data)
    scan.sheets += 0 if where else len(reader.pages)
    walk = _Walk(scan, reader, where)
    walk.run(data)
    second_extractor(scan, data, where, walk.shown)


def _open(data: bytes) -> Any:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Refusal("encrypted")
        if len(reader.pages) > MAX_PAGES:
            raise Refusal("too-many-pages", MAX_PAGES)
        if len(reader.pages) == 0:
            raise Refusal("damaged")
    except Refusal:
        raise
    except Exception:  # pypdf raises whatever a broken file leads it to
        raise Refusal("damaged") from None
    return reader


class _Walk:
    """Visits every object once, from the trailer and then whatever the trailer does not reach."""

    def __init__(self, scan: Scan, reader: Any, where: str) -> None:
        self.scan = scan
        self.reader = reader
        self.where = where
        self.seen: set[int] = set()
        self.page = ""
        self.shown: list[str] = []  # each page's visible text without spaces
        self._above: list[str] = []  # the last lines of the page before
        self._fonts: dict[int, Decoder] = {}
        self._content: set[int] = set()

    def place(self, detail: str = "") -> str:
        return ", ".join(p for p in (self.where, self.page, detail) if p) or "document"

    def run(self, data: bytes) -> None:
        outer, self.scan.in_document = self.scan.in_document, True
        self._run(data)
        self.scan.in_document = outer

    def _run(self, data: bytes) -> None:
        trailer = self.reader.trailer
        try:
            for number, page in enumerate(self.reader.pages, 1):
                self.page = f"page {number}"
                self._page(page)
            self.page = ""
            self._info(trailer)
            check_tree(self.scan, resolved(trailer["/Root"]), self.place())
            self._visit(trailer, "trailer", 0)
            self._orphans(data)
        except Refusal:
            raise
        except (RecursionError, MemoryError):
            raise Refusal("damaged") from None
        except Exception:  # a damaged file that its reader gave up on is not clean
            raise Refusal("damaged") from None

    # -- pages -----------------------------------------------------------------------------------------------

    def _page(self, page: Any) -> None:
        box = [float(v) for v in page.cropbox]
        shown = Page(
            (min(box[0], box[2]), max(box[0], box[2])),
            (min(box[1], box[3]), max(box[1], box[3])),
            self._font_map(page),
        )
        contents = page.get("/Contents")
        self._mark_content(contents)
        stream = page.get_contents()
        if stream is not None:
            body = stream.get_data()
            self.scan.spend(len(body))
            shown.run(body)
        everything = "".join(shown.texts.get("text", []))
        self.shown.append(squeezed(everything))
        self._report_texts(shown)
        first, last = edge(everything)
        for form in self.scan.matcher.between(self._above, first):
            self.scan.report("text", self.place(), form)
        self._above = last
        self._forms(page.get("/Resources"), shown.used, box, 0)
        self._visit(page, "page", 0)

    def _mark_content(self, contents: Any) -> None:
        raw = contents.get_object() if contents is not None else None
        for one in (contents, *(raw if isinstance(raw, list) else ())):
            number = getattr(one, "idnum", None)
            if number is not None:
                self._content.add(number)
                self.seen.add(number)

    def _report_texts(self, shown: Page) -> None:
        everything = "".join(shown.texts.get("text", []))
        self.scan.text("text", self.place(), everything)
        for kind in ("invisible", "white", "off-page"):
            if kind in shown.texts:
                text = "".join(shown.texts[kind])
                self.scan.text(f"text:{kind}", self.place(), text)
                if kind == "invisible" and text.strip():
                    self.scan.structure("invisible-text", self.place())
        for key, value in shown.marked:
            for text in string_texts([value]):
                self.scan.text(FINER.get(key, "marked-content"), self.place(), text)
        for text in string_texts(shown.strings):
            self.scan.text("stream", self.place(), text)
            self.scan.text("stream", self.place(), text.replace("\n", ""), 4)

    def _forms(self, resources: Any, used: set[str], box: list[float], depth: int) -> None:
        """Form XObjects: drawn ones are text, others are leftovers."""
        resources = resolved(resources)
        objects: Any = resolved(resources.get("/XObject")) if isinstance(resources, dict) else None
        if not is_dictionary(objects) or depth > 8:
            return
        for name, value in objects.items():
            form: Any = resolved(value)
            number = getattr(objects.raw_get(name), "idnum", None)
            if not is_dictionary(form) or form.get("/Subtype") != "/Form" or number in self._content:
                continue
            if number is not None:
                self._content.add(number)
            inner = Page((-1e9, 1e9), (-1e9, 1e9), self._font_map(form))
            body = form.get_data()
            self.scan.spend(len(body))
            inner.run(body)
            drawn = name in used
            if not drawn:
                self.scan.structure("unused-object", self.place())
                for texts in inner.texts.values():
                    self.scan.text("unused-object", self.place(), "".join(texts))
            self._report_texts(inner)
            self._forms(form.get("/Resources"), inner.used, box, depth + 1)

    def _font_map(self, holder: Any) -> dict[str, Decoder]:
        resources = resolved(holder.get("/Resources"))
        fonts: Any = resolved(resources.get("/Font")) if isinstance(resources, dict) else None
        found: dict[str, Decoder] = {}
        for name, value in (fonts or {}).items():
            font = resolved(value)
            if isinstance(font, dict):
                number = getattr(fonts.raw_get(name), "idnum", id(font))
                if number not in self._fonts:
                    self._fonts[number] = font_decoder(font)
                found[str(name)] = self._fonts[number]
        return found

    # -- everything else -------------------------------------------------------------------------------------

    def _info(self, trailer: Any) -> None:
        info = resolved(trailer.get("/Info"))
        for key, value in (info or {}).items():
            text = str(resolved(value))
            if key in ("/CreationDate", "/ModDate"):
                if not _FIXED_DATE.match(text):
                    self.scan.structure("date", self.place("document information"))
            elif key not in _INFO_ALLOWED and text.strip() not in _INFO_EMPTY:
                self.scan.structure("docinfo", self.place("document information"))

    def _visit(self, value: Any, channel: str, depth: int) -> None:
        from pypdf.generic import IndirectObject

        if depth > NESTED:
            raise Refusal("damaged")
        if isinstance(value, IndirectObject):
            if value.idnum in self.seen:
                return
            self.seen.add(value.idnum)
            if len(self.seen) > MAXOBJECTS:
                raise Refusal("too-much-inside")
            value, number = value.get_object(), value.idnum
        else:
            number = 0
        if isinstance(value, dict):
            self._dictionary(value, channel, depth, number)
        elif isinstance(value, list):
            for item in value:
                self._visit(item, channel, depth + 1)
        elif isinstance(value, bytes):
            self.scan.raw(channel, self.place(), bytes(value))
        elif isinstance(value, str):
            self._string(value, channel)

    def _string(self, value: Any, channel: str) -> None:
        if str(value).startswith("/") and hasattr(value, "renumber"):
            if not is_own_word(str(value)[1:]):
                self.scan.text(channel, self.place(), str(value)[1:], 4)  # a name object
            return
        self.scan.text(channel, self.place(), str(value))
        raw = getattr(value, "original_bytes", b"")
        if raw and not raw.isascii() and raw[:2] not in (b"\xfe\xff", b"\xff\xfe"):
            self.scan.raw(channel, self.place(), raw)

    def _dictionary(self, value: Any, channel: str, depth: int, number: int) -> None:
        kind = str(resolved(value.get("/Type")) or "")
        if kind and kind not in TYPES:
            self.scan.structure(f"type{re.sub(r'[^A-Za-z0-9]', '-', kind)[:30]}", self.place())
        if kind == "/Annot" or value.get("/Subtype") in ("/Widget", "/Link", "/Redact"):
            channel = {"/Link": "link", "/Widget": "field"}.get(str(value.get("/Subtype")), "annotation")
        for key in list(value.keys()):
            item = value.raw_get(key)
            upward = key in ("/Parent", "/P", "/Pg") and channel != "page-label"
            if upward or (key == "/Contents" and kind == "/Page"):
                continue
            self._entry(key, item, channel, depth)
        if hasattr(value, "get_data"):
            self._stream(value, channel, number)

    def _entry(self, key: str, item: Any, channel: str, depth: int) -> None:
        found = resolved(item) if key in FORBIDDEN else None
        if found or hasattr(found, "get_data"):
            self.scan.structure(FORBIDDEN[key], self.place())
        if not re.fullmatch(r"/[A-Za-z]{1,3}\d*", key) and not is_own_word(key[1:]):
            self.scan.text(channel, self.place(), key[1:], 4)
        inner = CHANNELS.get(key, channel) if channel in OUTER else channel
        if channel == "annotation" and key == "/T":
            inner = "annotation-author"
        elif key in FINER and channel not in ("font", "page", "trailer", "catalog"):
            inner = FINER[key]
        elif key == "/Private" or (channel == "link" and key == "/A"):
            inner = channel
        elif key in ("/XFA", "/JS", "/EF", "/URI", "/OCProperties") or key in ("/JavaScript", "/EmbeddedFiles"):
            inner = CHANNELS[key]
        if channel == "docinfo":
            inner = f"docinfo{'-custom' if key not in INFO_KNOWN else ''}"
        if key in ("/Root", "/Names", "/Catalog"):
            inner = "catalog"
        self._visit(item, inner, depth + 1)

    def _stream(self, stream: Any, channel: str, number: int) -> None:
        if number in self._content:
            return
        subtype = stream.get("/Subtype")
        if subtype == "/Image":
            self._image(stream, channel)
            return
        data = decoded(stream)
        self.scan.spend(len(data))
        if channel in ("attachment", "associated-file") or stream.get("/Type") == "/EmbeddedFile":
            from .check_kinds import check_any

            check_any(self.scan, data, self.place("attachment"), "attachment")
            return
        if channel == "orphan":
            self._loose(data)
            return
        if channel == "font":
            data = without_own_fonts(data)
        self.scan.raw(channel if channel not in OUTER else "stream", self.place(), data)
        if subtype == "/Form" or channel == "appearance":
            shown = Page((-1e9, 1e9), (-1e9, 1e9), self._font_map(stream))
            shown.run(data)
            for texts in shown.texts.values():
                self.scan.text(channel, self.place(), "".join(texts))
            for text in string_texts(shown.strings):
                self.scan.text(channel, self.place(), text)

    def _image(self, stream: Any, channel: str) -> None:
        if "/SMask" in stream or "/Mask" in stream:
            self.scan.structure("masked-picture", self.place("picture"))  # what the mask hides is in the file
        filters = resolved(stream.get("/Filter"))
        names = [str(resolved(f)) for f in filters] if isinstance(filters, list) else [str(filters)]
        packed = getattr(stream, "_data", b"")
        if names == ["/DCTDecode"]:
            check_image(self.scan, packed, self.place("picture"))
        elif names[-1] in ("/JPXDecode", "/JBIG2Decode"):
            self.scan.structure("image-kind", self.place("picture"))
            self.scan.raw("image:bytes", self.place("picture"), packed)
        elif names[-1] == "/DCTDecode":
            check_image(self.scan, self.scan.inflate(packed), self.place("picture"))
        else:
            data = decoded(stream)
            self.scan.spend(len(data))
            wanted = (
                int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) * int(stream.get("/BitsPerComponent", 1))
            )
            if wanted < 4096 or len(data) > wanted:
                self.scan.raw("thumbnail" if channel == "thumbnail" else "image:bytes", self.place("picture"), data)

    def _orphans(self, data: bytes) -> None:
        """Objects that nothing refers to, and bodies that the cross-reference table doesn't list."""
        from pypdf.generic import IndirectObject

        live: set[int] = set()
        for generation, entries in self.reader.xref.items():
            for number, offset in entries.items():
                live.add(offset)
                if number in self.seen or number == 0 or offset == 0:
                    continue
                reference = IndirectObject(number, generation, self.reader)
                value = reference.get_object()
                kind = str(value.get("/Type")) if isinstance(value, dict) else ""
                if kind not in ("/ObjStm", "/XRef") and value is not None:
                    self.scan.structure("orphan", self.place())
                    self._visit(reference, "orphan", 0)
        for match in OBJECT.finditer(blanked(data)):
            if match.start() not in live:
                self.scan.structure("orphan", self.place())
                self._dead(data, match.end())

    def _loose(self, data: bytes) -> None:
        """A stream that belongs to no page: its bytes, and its strings as a page would show them."""
        self.scan.raw("orphan", self.place(), data)
        shown = [value for kind, value in tokens(data[:MAX_LOOSE]) if kind == "str"]
        for text in string_texts(shown):
            self.scan.text("orphan", self.place(), text)
            self.scan.text("orphan", self.place(), text.replace("\n", ""), 4)

    def _dead(self, data: bytes, start: int) -> None:
        end = data.find(b"endobj", start)
        body = data[start : end if end >= 0 else len(data)]
        stream = STREAM.search(body)
        if stream:
            packed = stream.group(1)
            for raw in (packed, self.scan.inflate(packed)):
                self._loose(raw)
        for text in string_texts([v for k, v in tokens(STREAM.sub(b" ", body)) if k == "str"]):
            self.scan.text("orphan", self.place(), text)
