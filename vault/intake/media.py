"""The media type of a file by its first bytes. The name is only a tie-breaker, and nothing is parsed."""

from __future__ import annotations

import re
from pathlib import PurePath

from vault.intake import office
from vault.intake.office import DOCX, OFFICE, OLE, PPTX, RTF, XLSX

UNKNOWN = "application/octet-stream"
TSV = "text/tab-separated-values"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0\x08\0\0\0", "image/tiff"),
    (b"MM\0+\0\x08\0\0", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"WARC/1.", "application/warc"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"age-encryption.org/v1", "application/age"),
    (b"-----BEGIN AGE ENCRYPTED FILE", "application/age"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-executable"),
)
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}
# A block of headers is a mail's if one of the first kind is there, or two of both.
_ONLY_IN_MAIL = {b"received", b"return-path", b"mime-version", b"delivered-to", b"message-id", b"dkim-signature"}
_IN_MAIL = {b"from", b"to", b"cc", b"date", b"subject", b"reply-to", b"content-type", b"sender"}
_SENT = {b"to", b"cc", b"received", b"message-id", b"delivered-to", b"return-path"}
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9_-]{0,60}):")
_FROM_LINE = re.compile(
    rb"From [^\r\n]{1,300}\d\d:\d\d[^\r\n]{0,60}\r?\n(?:>From [^\r\n]{0,300}\r?\n)?[A-Za-z][A-Za-z0-9_-]{0,60}:"
)
_BY_NAME = {".docx": DOCX, ".xlsx": XLSX, ".pptx": PPTX, ".csv": "text/csv", ".tsv": TSV, ".tab": TSV,
            ".md": "text/markdown"}  # fmt: skip
_MARKUP = (b"<!doctype", b"<html", b"<?xml")
# An object, or a list that begins with an object, a list or a text: "[12.03.2024, 10:15] …" is a chat in plain text.
_JSON = re.compile(rb'\{\s*["}]|\[\s*[\[{"\]]')
_BINARY_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")

READABLE = frozenset({
    "application/pdf", *OFFICE, OLE, "text/plain", "text/html", "text/markdown", "text/csv", TSV, "application/json",
    "image/jpeg", "image/png", "image/gif", "image/tiff", "image/webp", "image/bmp", "image/heic", "message/rfc822",
    "application/mbox", "multipart/related",
})  # fmt: skip
"""What the worker can read: text for the search and for redaction, or pictures. Of OLE files it only says why not."""

CONTAINERS = frozenset({
    "application/zip", "message/rfc822", "application/mbox", "multipart/related", "application/warc",
    "application/wacz", "application/gzip",
})  # fmt: skip
"""What holds files of their own, which are unpacked and read each by itself."""

PICTURES = frozenset({
    "image/jpeg", "image/png", "image/gif", "image/tiff", "image/webp", "image/bmp", "image/heic",
})  # fmt: skip

DRAWABLE = PICTURES | {"application/pdf"}
"""What has pages that can leave as pixels."""


def sniff(head: bytes, name: str = "") -> str:
    """A media type for a file that begins with `head` (up to 64 KiB)."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return _checked(media_type, head)
    if head.startswith(b"PK\x03\x04"):
        return _zip(head, name)
    if b"%PDF-" in head[:1024] and not head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        return "application/pdf"
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    return _text(head, name)


def _checked(media_type: str, head: bytes) -> str:
    # Two letters are too few to be sure: text may begin with BM or MZ.
    if media_type in ("image/bmp", "application/x-executable") and len(head) > 2 and _is_text(head):
        return "text/plain"
    # A picture that is a PDF as well: which of them a person sees depends on the program.
    return UNKNOWN if media_type in PICTURES and b"%PDF-" in head[:1024] else media_type


def _iso_media(brand: bytes) -> str:
    if brand in _HEIF:
        return "image/heic"
    if brand in (b"avif", b"avis"):
        return "image/avif"
    if brand == b"qt  ":
        return "video/quicktime"
    return "audio/mp4" if brand in (b"M4A ", b"M4B ") else "video/mp4"


def _zip(head: bytes, name: str) -> str:
    known = office.of_zip(head)
    if known:
        return known
    if head[30:38] == b"mimetype" and b"application/" in head[38:120]:
        return "application/epub+zip" if b"epub" in head[38:120] else "application/vnd.oasis.opendocument"
    if office.may_be_package(head) and (b"[Content_Types].xml" in head or b"_rels/.rels" in head):
        for mark, media_type in ((b"word/document", DOCX), (b"xl/workbook", XLSX), (b"ppt/presentation", PPTX)):
            if mark in head:
                return media_type
        return _BY_NAME.get(PurePath(name).suffix.casefold(), "application/zip")
    if PurePath(name).suffix.casefold() == ".wacz" or (b"datapackage.json" in head and b"archive/" in head):
        return "application/wacz"
    return "application/zip"


def _text(head: bytes, name: str) -> str:
    if not head or not _is_text(head):
        return "text/plain" if not head else UNKNOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2048].lower()
    if start.startswith((b"<?xml", b"<office:document")) and b"<office:document" in head[:16_384]:
        return office.of_xml(head[:16_384]) or "application/xml"
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<body" in start):
        return "text/html"
    if start.startswith(b"<?xml"):
        return "text/html" if b"<html" in start else "application/xml"
    if _JSON.match(start):
        return "application/json"
    letter = _mail(head)
    if letter:
        return letter
    by_name = _BY_NAME.get(PurePath(name).suffix.casefold(), "")
    return by_name if by_name.startswith("text/") else "text/plain"


def _mail(head: bytes) -> str:
    """The type of a mail, a mailbox or a web page saved as one; "" for none of them."""
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _FROM_LINE.match(head):
        return "application/mbox"
    found: dict[bytes, bytes] = {}
    name = b""
    for line in head.splitlines():
        header = _HEADER.match(line)
        if header:
            name = header.group(1).lower()
            found.setdefault(name, line[header.end() :].lower())
        elif line[:1] in (b" ", b"\t") and name:
            found[name] += line.lower()
        else:
            if line.strip():
                return ""
            break
    if not (_ONLY_IN_MAIL & found.keys()) and len(_IN_MAIL & found.keys()) < 2:
        return ""
    if b"snapshot-content-location" in found or b"saved by" in found.get(b"from", b""):
        return "multipart/related"
    related = b"multipart/related" in found.get(b"content-type", b"")
    return "multipart/related" if related and not _SENT & found.keys() else "message/rfc822"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head:
        # UTF-16 without a mark: every other byte of western text is zero, of Russian text 4.
        sample = head[:4096]
        return any(sample[side::2].count(0) + sample[side::2].count(4) > 0.4 * len(sample) for side in (0, 1)) and (
            sample.count(0) < 0.6 * len(sample)
        )
    return len(head.translate(None, _BINARY_CONTROLS)) == len(head)
