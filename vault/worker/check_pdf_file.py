"""PDF as a file: what lies around, between and in its objects, by a scan of the bytes, and PDFium's reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vault.worker.refusal import Refusal

from .check_cover import MAX_PAGES_DRAWN, check_cover, pixel_page
from .check_pdf_keys import is_own_word
from .check_pdf_text import tokens
from .check_scan import Scan

MAX_PAGES = 5_000
SHORTEST_IN_NAMES = 4

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})\s+(\d{1,5})\s+obj\b")


def _at(where: str, place: str) -> str:
    return f"{where}, {place}" if where else place


def outside(scan: Scan, data: bytes, where: str) -> None:
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
    bare = STREAM.sub(b" ", data)
    if bare.count(b"%%EOF") > 1 or re.search(rb"/Prev\s+\d+[^\d]*?(?:/|>>)", _trailers(data, bare)):
        scan.structure("incremental", _at(where, "file"))
    for comment in re.findall(rb"(?<![\\(])%(?!PDF-|%EOF)([^\r\n]{4,})", bare):
        scan.raw("comment", _at(where, "file"), comment)
    found = [one for one in tokens(bare) if one[0] != "name" or not is_own_word(one[1][1:].decode("latin-1"))]
    # Names (/To, /Li) are machine data, where short words stand by chance.
    for wanted, shortest in (("str", 2), ("name", SHORTEST_IN_NAMES)):
        for text in string_texts([value for kind, value in found if kind == wanted]):
            scan.text("object", _at(where, "file"), text, shortest)


def _trailers(data: bytes, bare: bytes) -> bytes:
    found = re.findall(rb"trailer\b(.{0,4000}?)startxref", bare, re.DOTALL)
    found += re.findall(rb"<<[^<>]*/Type\s*/XRef\b.{0,1000}?stream", data, re.DOTALL)
    return b" / ".join(found) + b" /"


def string_texts(strings: list[bytes]) -> Iterator[str]:
    """All strings of a file as text, in the encodings that PDF strings have."""
    wide = [s for s in strings if s[:2] in (b"\xfe\xff", b"\xff\xfe")]
    yield "\n".join(s.decode("utf-16", "replace") for s in wide)
    narrow = b"\n".join(s.removeprefix(b"\xef\xbb\xbf") for s in strings if s[:2] not in (b"\xfe\xff", b"\xff\xfe"))
    yield narrow.decode("utf-8", "ignore")
    if not narrow.isascii():
        for charset in ("cp1251", "koi8-r", "utf-16-be"):
            yield (
                narrow.replace(b"\n", b"\0\n").decode(charset, "ignore")
                if charset == "utf-16-be"
                else narrow.decode(charset, "replace")
            )


def second_extractor(scan: Scan, data: bytes, where: str, shown: list[str]) -> None:
    """Each page's text by PDFium, searched where it differs from what our own interpreter read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise Refusal("damaged") from None
    try:
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            text = page.get_textpage()
            read = text.get_text_range()
            if number >= len(shown) or squeezed(read) != shown[number]:
                scan.text("text", _at(where, f"page {number + 1}"), read)
            text.close()
            place = _at(where, f"page {number + 1}")
            if number < MAX_PAGES_DRAWN and scan.look is None:
                check_cover(scan, page, place)
            if not scan.in_document:  # an attached document is reported as such
                pixel_page(scan, page, len(read.strip()), place)
            page.close()
    except pypdfium2.PdfiumError:
        raise Refusal("damaged") from None
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def blanked(data: bytes) -> bytes:
    """The file with its streams overwritten, so that offsets stay and no chance match comes from inside one."""
    return STREAM.sub(lambda m: b" " * (m.end() - m.start()), data)
