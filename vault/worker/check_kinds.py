"""From the first bytes of a file to the check that knows its kind; what nobody knows is searched as bytes."""

from __future__ import annotations

import re

from vault.worker.refusal import Refusal

from .check_archive import check_zip
from .check_image import check_image, sniff
from .check_json import check_json
from .check_mail import check_mail, is_mail
from .check_markup import check_data_uris, check_html
from .check_media import check_media, sniff_media
from .check_pdf import check_pdf
from .check_rtf import check_rtf
from .check_scan import MAX_DEPTH, Scan, is_text
from .check_warc import check_gzip, check_warc

MAX_PACKED = 200  # places in a file of unknown kind that are tried as packed data
# Media types and what their files must be recognised as; anything else is a damaged or mislabelled file.
_EXPECTED = {
    "application/pdf": "pdf", "application/zip": "zip", "image/jpeg": "jpeg", "image/png": "png",
    "image/tiff": "tiff", "image/webp": "webp", "image/heic": "heif", "image/heif": "heif", "image/gif": "gif",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "zip",
    "application/vnd.oasis.opendocument.text": "zip", "application/vnd.oasis.opendocument.spreadsheet": "zip",
    "application/wacz": "zip", "application/rtf": "rtf", "text/rtf": "rtf",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(r"<(?:!doctype html|html|head|body|div|p|table|span|svg|a|script)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\s[\w:.-]+\s*=\s*("[^"]*"|'[^']*')""")


def kind_of(data: bytes) -> str:
    """pdf, zip, jpeg, png, tiff, webp, heif, gif, rtf, gzip, warc, ole, media, or nothing."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"  # before the next: a stored PDF in it begins close to its start
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:5] == b"{\\rtf":
        return "rtf"
    if data[:8] == _OLE:
        return "ole"
    if data[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if re.match(rb"WARC/\d\.\d\r?\n", data):
        return "warc"
    kind = sniff(data)
    if kind is None and sniff_media(data):
        return "media"
    if kind is None and b"PK\x05\x06" in data[-70_000:] and b"PK\x01\x02" in data:
        return "zip"  # with something before its start
    return kind or ""


def check_any(scan: Scan, data: bytes, where: str, channel: str, media_type: str = "") -> None:
    """Check a file of any kind. Raises Refusal when it is damaged, encrypted or not what its type says."""
    if scan.depth > MAX_DEPTH:
        raise Refusal("too-much-inside")
    kind = kind_of(data)
    expected = _EXPECTED.get(media_type, "")
    if expected and kind != expected:
        raise Refusal("damaged")
    if kind == "zip":
        check_zip(scan, data, where)
    elif kind in ("pdf", "rtf"):
        scan.depth += 1
        (check_pdf if kind == "pdf" else check_rtf)(scan, data, where)
        scan.depth -= 1
    elif kind in ("gzip", "warc"):
        (check_gzip if kind == "gzip" else check_warc)(scan, data, where)
    elif kind == "media":
        check_media(scan, data, where or "recording")
    elif kind == "ole":
        scan.structure("old-office-file", where or "document")
        scan.raw("ole:bytes", where or "document", data)
    elif kind:
        check_image(scan, data, where or "picture")
    elif media_type in ("message/rfc822", "application/mbox", "multipart/related") or is_mail(data):
        scan.depth += 1
        check_mail(scan, data, where)
        scan.depth -= 1
    else:
        _text(scan, data, where or "text", channel, media_type)


def check_inside(scan: Scan, data: bytes, where: str, channel: str, media_type: str = "") -> None:
    """Check a file that stands in another. One that can't be read is reported as such and searched as bytes.

    Raises Refusal only for what makes the whole unsearchable: nesting or unpacking without end.
    """
    depth = scan.depth
    scan.depth += 1
    try:
        check_any(scan, data, where, channel, media_type)
    except Refusal as refusal:
        if refusal.reason not in ("damaged", "encrypted", "picture-too-large", "too-many-pages"):
            raise
        scan.structure("unreadable-inside", where)
        scan.raw(channel, where, data)
    finally:
        scan.depth = depth


def _text(scan: Scan, data: bytes, where: str, channel: str, media_type: str) -> None:
    if media_type.startswith("text/") and not is_text(data) and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Refusal("damaged")
    scan.raw(channel, where, data)
    for text, shortest in scan.decoded(data)[:1]:
        if check_json(scan, text, where):
            check_data_uris(scan, text, where)
        if "<" in text and ">" in text:
            if _HTML.search(text):
                check_html(scan, text, where)
            else:
                _markup(scan, text, where, shortest)
    if not is_text(data):
        _packed(scan, data, where)
        if where == "text":
            scan.structure("unknown-kind", where)  # its bytes were searched, which says little of what is packed
    elif where == "text" and data.lstrip().startswith(b"-----BEGIN AGE ENCRYPTED FILE"):
        scan.structure("encrypted", where)


def _markup(scan: Scan, text: str, where: str, shortest: int) -> None:
    for name, pattern in (("comment", _COMMENT), ("attribute", _ATTRIBUTE)):
        found = "\n".join(dict.fromkeys(m.group(1) for m in pattern.finditer(text)))
        scan.text(f"markup:{name}", where, found, shortest)


def _packed(scan: Scan, data: bytes, where: str) -> None:
    """Deflated or zipped data in a file of unknown kind."""
    for number, match in enumerate(re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04", data)):
        if number > MAX_PACKED:
            break
        wrapped = 47 if match.group() == b"\x1f\x8b\x08" else 15
        if match.group().startswith(b"PK"):
            scan.structure("archive-inside", where)
            continue
        out = scan.inflate(data[match.start() :], wrapped)
        if len(out) > 16:
            scan.raw("packed", where, out)
