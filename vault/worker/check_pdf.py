"""PDF: every object looked at, everything that our own writers never make reported, all text searched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from vault.worker.refusal import Refusal

from .check_image import check_image
from .check_pdf_text import Page, decoder, to_unicode, tokens
from .check_scan import Scan

MAX_PAGES = 5_000
MAX_OBJECTS = 500_000
NESTED = 60  # dictionaries inside dictionaries

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})\s+(\d{1,5})\s+obj\b")

# Key → the channel that its content belongs to. The first that fits on the way down holds, but for the finer ones.
_CHANNELS = {
    "/Info": "docinfo", "/Metadata": "xmp", "/Annots": "annotation", "/AcroForm": "field", "/XFA": "xfa",
    "/JavaScript": "javascript", "/JS": "javascript", "/OpenAction": "action", "/AA": "action", "/A": "action",
    "/EmbeddedFiles": "attachment", "/AF": "associated-file", "/EF": "attachment", "/OCProperties": "layer",
    "/Outlines": "outline", "/PageLabels": "page-label", "/Dests": "destination", "/Threads": "thread",
    "/URI": "link", "/StructTreeRoot": "structure-tree", "/Thumb": "thumbnail", "/PieceInfo": "pieceinfo",
    "/Collection": "portfolio", "/Perms": "signature", "/SpiderInfo": "web-capture", "/B": "thread",
    "/RichMedia": "media", "/Font": "font", "/ViewerPreferences": "viewer", "/Requirements": "requirements",
    "/ID": "id", "/OC": "layer", "/Properties": "layer",
}  # fmt: skip
_FINER = {
    "/Alt": "alt", "/ActualText": "actual-text", "/E": "expansion", "/TU": "field-tooltip", "/TM": "field-name",
    "/V": "field-value", "/DV": "field-default", "/XFA": "xfa", "/JS": "javascript", "/EF": "attachment",
    "/RC": "annotation-rich-text", "/AP": "appearance", "/Base": "uri-base", "/T": "label",
}  # fmt: skip
# Keys whose presence alone is reported: what we never write.
_FORBIDDEN = {
    "/AcroForm": "form", "/XFA": "xfa", "/JavaScript": "JavaScript", "/JS": "JavaScript", "/OpenAction": "action",
    "/AA": "action", "/A": "action", "/EmbeddedFiles": "attachment", "/EF": "attachment", "/AF": "associated-file",
    "/OCProperties": "layer", "/Outlines": "outline", "/PageLabels": "page-label", "/Dests": "destination",
    "/Threads": "thread", "/URI": "link", "/Thumb": "thumbnail", "/PieceInfo": "pieceinfo", "/Annots": "annotation",
    "/Collection": "portfolio", "/Perms": "signature", "/SpiderInfo": "web-capture", "/Metadata": "xmp",
    "/Launch": "action", "/OPI": "opi", "/Alternates": "alternate-picture", "/Requirements": "requirements",
}  # fmt: skip
_TYPES = frozenset("/Catalog /Pages /Page /Font /FontDescriptor /XObject /ExtGState /Encoding /CMap /StructTreeRoot"
                   " /StructElem /Group /Pattern /Mask /ObjStm /XRef /MCR /OBJR /Halftone /OutputIntent".split())  # fmt: skip
_INFO_ALLOWED = frozenset("/Producer /Creator /Trapped /CreationDate /ModDate".split())
_INFO_EMPTY = frozenset(("", "anonymous", "(anonymous)", "unspecified", "(unspecified)", "untitled"))
_FIXED_DATE = re.compile(r"D:(?:19[78]0|2000)0101")


def check_pdf(scan: Scan, data: bytes, where: str) -> None:
    """Report all leaks of a PDF. Raises Refusal: encrypted, damaged, too-many-pages."""
    _outside(scan, data, where)
    reader = _open(data)
    _Walk(scan, reader, where).run(data)
    _second_extractor(scan, data, where)


def _at(where: str, place: str) -> str:
    return f"{where}, {place}" if where else place


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


def _outside(scan: Scan, data: bytes, where: str) -> None:
    """What lies around and between revisions, by a scan of the raw file."""
    start = data[:1024].find(b"%PDF-")
    if start < 0:
        raise Refusal("damaged")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refusal("damaged")
    if start > 0:
        scan.structure("before-start", _at(where, "start"))
        scan.raw("before-start", _at(where, "start"), data[:start])
    rest = data[end + 5 :]
    if rest.strip():
        scan.structure("after-end", _at(where, "end"))
        scan.raw("after-end", _at(where, "end"), rest)
    bare = _STREAM.sub(b" ", data)
    if bare.count(b"%%EOF") > 1 or re.search(rb"/Prev\s+\d+[^\d]*?(?:/|>>)", _trailers(data, bare)):
        scan.structure("incremental", _at(where, "file"))
    for comment in re.findall(rb"(?<![\\(])%(?!PDF-|%EOF)([^\r\n]{4,})", bare):
        scan.raw("comment", _at(where, "file"), comment)
    found = [value for kind, value in tokens(bare) if kind in ("str", "name")]
    for text in _string_texts(found):
        scan.text("object", _at(where, "file"), text)


def _trailers(data: bytes, bare: bytes) -> bytes:
    found = re.findall(rb"trailer\b(.{0,4000}?)startxref", bare, re.DOTALL)
    found += re.findall(rb"<<[^<>]*/Type\s*/XRef\b.{0,1000}?stream", data, re.DOTALL)
    return b" / ".join(found) + b" /"


def _string_texts(strings: list[bytes]) -> Iterator[str]:
    """All strings of a file as text, in the encodings that PDF strings have."""
    wide = [s for s in strings if s[:2] in (b"\xfe\xff", b"\xff\xfe")]
    yield "\n".join(s.decode("utf-16", "replace") for s in wide)
    narrow = b"\n".join(s.removeprefix(b"\xef\xbb\xbf") for s in strings if s[:2] not in (b"\xfe\xff", b"\xff\xfe"))
    yield narrow.decode("utf-8", "ignore")
    if not narrow.isascii():
        for charset in ("cp1251", "koi8-r", "utf-16-be"):
            yield narrow.replace(b"\n", b"\0\n").decode(charset, "ignore") if charset == "utf-16-be" else narrow.decode(
                charset, "replace"
            )


def _second_extractor(scan: Scan, data: bytes, where: str) -> None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise Refusal("damaged") from None
    try:
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            text = page.get_textpage()
            scan.text("text", _at(where, f"page {number + 1}"), text.get_text_range())
            text.close()
            page.close()
    except pypdfium2.PdfiumError:
        raise Refusal("damaged") from None
    finally:
        document.close()


class _Walk:
    """Visits every object once, from the trailer and then whatever the trailer does not reach."""

    def __init__(self, scan: Scan, reader: Any, where: str) -> None:
        self.scan = scan
        self.reader = reader
        self.where = where
        self.seen: set[int] = set()
        self.page = ""
        self._fonts: dict[int, Callable[[bytes], str]] = {}
        self._content: set[int] = set()

    def place(self, detail: str = "") -> str:
        return ", ".join(p for p in (self.where, self.page, detail) if p) or "document"

    def run(self, data: bytes) -> None:
        trailer = self.reader.trailer
        try:
            for number, page in enumerate(self.reader.pages, 1):
                self.page = f"page {number}"
                self._page(page)
            self.page = ""
            self._info(trailer)
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
            (min(box[0], box[2]), max(box[0], box[2])), (min(box[1], box[3]), max(box[1], box[3])), self._font_map(page)
        )
        contents = page.get("/Contents")
        self._mark_content(contents)
        stream = page.get_contents()
        if stream is not None:
            body = stream.get_data()
            self.scan.spend(len(body))
            shown.run(body)
        self._report_texts(shown)
        self._forms(page.get("/Resources"), shown.used, box, 0)
        self._visit(page, "page", 0)

    def _mark_content(self, contents: Any) -> None:
        raw = contents.get_object() if contents is not None else None
        for one in (contents, *(raw if isinstance(raw, list) else ())):
            number = getattr(one, "idnum", None)
            if number is not None:
                self._content.add(number)

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
            for text in _string_texts([value]):
                self.scan.text(_FINER.get(key, "marked-content"), self.place(), text)
        for text in _string_texts(shown.strings):
            self.scan.text("stream", self.place(), text)
            self.scan.text("stream", self.place(), text.replace("\n", ""), 4)

    def _forms(self, resources: Any, used: set[str], box: list[float], depth: int) -> None:
        """Form XObjects: drawn ones are text, others are leftovers."""
        resources = _object(resources)
        objects = _object(resources.get("/XObject")) if isinstance(resources, dict) else None
        if not isinstance(objects, dict) or depth > 8:
            return
        for name, value in objects.items():
            form = _object(value)
            number = getattr(objects.raw_get(name), "idnum", None)
            if not isinstance(form, dict) or form.get("/Subtype") != "/Form" or number in self._content:
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

    def _font_map(self, holder: Any) -> dict[str, Callable[[bytes], str]]:
        resources = _object(holder.get("/Resources"))
        fonts = _object(resources.get("/Font")) if isinstance(resources, dict) else None
        found: dict[str, Callable[[bytes], str]] = {}
        for name, value in (fonts or {}).items():
            font = _object(value)
            if isinstance(font, dict):
                number = getattr(fonts.raw_get(name), "idnum", id(font))
                if number not in self._fonts:
                    self._fonts[number] = _font_decoder(font)
                found[str(name)] = self._fonts[number]
        return found

    # -- everything else -------------------------------------------------------------------------------------

    def _info(self, trailer: Any) -> None:
        info = _object(trailer.get("/Info"))
        for key, value in (info or {}).items():
            text = str(_object(value))
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
            if len(self.seen) > MAX_OBJECTS:
                raise Refusal("too-much-inside")
            value, number = value.get_object(), value.idnum
        else:
            number = 0
        if isinstance(value, dict):
            self._dictionary(value, channel, depth, number)
        elif isinstance(value, list):
            for item in value:
                self._visit(_raw(item), channel, depth + 1)
        elif isinstance(value, bytes):
            self.scan.raw(channel, self.place(), bytes(value))
        elif isinstance(value, str):
            self._string(value, channel)

    def _string(self, value: Any, channel: str) -> None:
        if str(value).startswith("/") and hasattr(value, "renumber"):
            self.scan.text(channel, self.place(), str(value)[1:], 4)  # a name object
            return
        self.scan.text(channel, self.place(), str(value))
        raw = getattr(value, "original_bytes", b"")
        if raw and not raw.isascii() and raw[:2] not in (b"\xfe\xff", b"\xff\xfe"):
            self.scan.raw(channel, self.place(), raw)

    def _dictionary(self, value: Any, channel: str, depth: int, number: int) -> None:
        kind = str(_object(value.get("/Type")) or "")
        if kind and kind not in _TYPES:
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
        if key in _FORBIDDEN and _object(item):
            self.scan.structure(_FORBIDDEN[key], self.place())
        if not re.fullmatch(r"/[A-Za-z]{1,3}\d*", key):
            self.scan.text(channel, self.place(), key[1:], 4)
        inner = _CHANNELS.get(key, channel) if channel in _OUTER else channel
        if channel == "annotation" and key == "/T":
            inner = "annotation-author"
        elif key in _FINER and channel not in ("font", "page", "trailer", "catalog"):
            inner = _FINER[key]
        elif key == "/Private" or (channel == "link" and key == "/A"):
            inner = channel
        elif key in ("/XFA", "/JS", "/EF", "/URI", "/OCProperties") or key in ("/JavaScript", "/EmbeddedFiles"):
            inner = _CHANNELS[key]
        if channel == "docinfo":
            inner = f"docinfo{'-custom' if key not in _INFO_KNOWN else ''}"
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
        data = _decoded(stream)
        self.scan.spend(len(data))
        if channel in ("attachment", "associated-file") or stream.get("/Type") == "/EmbeddedFile":
            from .check_kinds import check_any

            check_any(self.scan, data, self.place("attachment"), "attachment")
            return
        self.scan.raw(channel if channel not in _OUTER else "stream", self.place(), data)
        if subtype == "/Form" or channel == "appearance":
            shown = Page((-1e9, 1e9), (-1e9, 1e9), self._font_map(stream))
            shown.run(data)
            for texts in shown.texts.values():
                self.scan.text(channel, self.place(), "".join(texts))
            for text in _string_texts(shown.strings):
                self.scan.text(channel, self.place(), text)

    def _image(self, stream: Any, channel: str) -> None:
        filters = _object(stream.get("/Filter"))
        names = [str(_object(f)) for f in filters] if isinstance(filters, list) else [str(filters)]
        packed = getattr(stream, "_data", b"")
        if names == ["/DCTDecode"]:
            check_image(self.scan, packed, self.place("picture"))
        elif names[-1] in ("/JPXDecode", "/JBIG2Decode"):
            self.scan.structure("image-kind", self.place("picture"))
            self.scan.raw("image:bytes", self.place("picture"), packed)
        elif names[-1] == "/DCTDecode":
            check_image(self.scan, self.scan.inflate(packed), self.place("picture"))
        else:
            data = _decoded(stream)
            self.scan.spend(len(data))
            wanted = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) * int(stream.get("/BitsPerComponent", 1))
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
        for match in _OBJECT.finditer(_blanked(data)):
            if match.start() not in live:
                self.scan.structure("orphan", self.place())
                self._dead(data, match.end())

    def _dead(self, data: bytes, start: int) -> None:
        end = data.find(b"endobj", start)
        body = data[start : end if end >= 0 else len(data)]
        stream = _STREAM.search(body)
        if stream:
            packed = stream.group(1)
            for raw in (packed, self.scan.inflate(packed)):
                self.scan.raw("orphan", self.place(), raw)
                shown = [v for k, v in tokens(raw[:1_000_000]) if k == "str"]
                for text in _string_texts(shown):
                    self.scan.text("orphan", self.place(), text)
        for text in _string_texts([v for k, v in tokens(_STREAM.sub(b" ", body)) if k == "str"]):
            self.scan.text("orphan", self.place(), text)


_OUTER = frozenset(("trailer", "catalog", "page", "structure-tree", "layer", "orphan", "action", "annotation", "field", "link"))
_INFO_KNOWN = frozenset("/Title /Author /Subject /Keywords /Creator /Producer /CreationDate /ModDate /Trapped".split())


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _raw(item: Any) -> Any:
    return item


def _decoded(stream: Any) -> bytes:
    try:
        return bytes(stream.get_data())
    except Exception:  # an unknown or broken filter: what lies there packed is searched instead
        return bytes(getattr(stream, "_data", b""))


def _blanked(data: bytes) -> bytes:
    """The file with its streams overwritten, so that offsets stay and no chance match comes from inside one."""
    return _STREAM.sub(lambda m: b" " * (m.end() - m.start()), data)


def _font_decoder(font: Any) -> Callable[[bytes], str]:
    cmap = _object(font.get("/ToUnicode"))
    maps = to_unicode(_decoded(cmap)) if hasattr(cmap, "get_data") else {}
    return decoder(maps, font.get("/Subtype") == "/Type0")
