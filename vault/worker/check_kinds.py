"""From the first bytes of a file to the check that knows its kind; what nobody knows is searched as bytes."""

from __future__ import annotations

import email
import email.policy
import json
import re
from email.message import Message

from vault.worker.refusal import Refusal

from .check_archive import check_zip
from .check_image import check_image, sniff
from .check_pdf import check_pdf
from .check_scan import MAX_DEPTH, Scan, is_text

MAX_PARTS = 5_000
# Media types and what their files must be recognised as; anything else is a damaged or mislabelled file.
_EXPECTED = {
    "application/pdf": "pdf", "application/zip": "zip", "image/jpeg": "jpeg", "image/png": "png",
    "image/tiff": "tiff", "image/webp": "webp", "image/heic": "heif", "image/heif": "heif",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "zip",
    "application/vnd.oasis.opendocument.text": "zip",
}  # fmt: skip
_MAIL_HEADER = re.compile(
    rb"\A(?:From |[A-Za-z][\w-]{1,40}:\s?[^\n]*\n(?:[ \t][^\n]*\n|[A-Za-z][\w-]{1,40}:[^\n]*\n){1,})"
)
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\s[\w:.-]+\s*=\s*("[^"]*"|'[^']*')""")
_SCRIPT = re.compile(r"<(script|style|template)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)


def kind_of(data: bytes) -> str:
    """pdf, zip, jpeg, png, tiff, webp, heif, gif, or nothing."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    kind = sniff(data)
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
    if kind == "pdf":
        scan.depth += 1
        check_pdf(scan, data, where)
        scan.depth -= 1
    elif kind == "zip":
        check_zip(scan, data, where)
    elif kind:
        check_image(scan, data, where or "picture")
    elif media_type == "message/rfc822" or _is_mail(data):
        _mail(scan, data, where)
    else:
        _text(scan, data, where or "text", channel, media_type)


def _is_mail(data: bytes) -> bool:
    head = data[:20_000]
    return bool(_MAIL_HEADER.match(head)) and bool(
        re.search(rb"(?mi)^(?:Received|Message-ID|MIME-Version|Subject):", head)
    )


def _text(scan: Scan, data: bytes, where: str, channel: str, media_type: str) -> None:
    if media_type.startswith("text/") and not is_text(data) and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Refusal("damaged")
    scan.raw(channel, where, data)
    for text, shortest in scan.decoded(data)[:1]:
        stripped = text.lstrip()
        if stripped[:1] in ("{", "["):
            _json(scan, text, where)
        if "<" in text and ">" in text:
            _markup(scan, text, where, shortest)
    if not is_text(data):
        _packed(scan, data, where)


def _markup(scan: Scan, text: str, where: str, shortest: int) -> None:
    for name, pattern, group in (("comment", _COMMENT, 1), ("attribute", _ATTRIBUTE, 1), ("script", _SCRIPT, 2)):
        found = "\n".join(m.group(group) for m in pattern.finditer(text))
        scan.text(f"markup:{name}", where, found, shortest)


def _json(scan: Scan, text: str, where: str) -> None:
    """All strings of a JSON document in order: closed up, so that a name split over entities is met."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return
    keys, values = list[str](), list[str]()
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in reversed(value.items()):
                keys.append(key)
                waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, str):
            values.append(value)
    scan.text("json:key", where, "\n".join(keys))
    scan.text("json:value", where, "\n".join(values))
    scan.text("json:value", where, "".join(values))


def _packed(scan: Scan, data: bytes, where: str) -> None:
    """Deflated or zipped data in a file of unknown kind."""
    for number, match in enumerate(re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04", data)):
        if number > 200:
            break
        wrapped = 47 if match.group() == b"\x1f\x8b\x08" else 15
        if match.group().startswith(b"PK"):
            scan.structure("archive-inside", where)
            continue
        out = scan.inflate(data[match.start() :], wrapped)
        if len(out) > 16:
            scan.raw("packed", where, out)


def _mail(scan: Scan, data: bytes, where: str) -> None:
    scan.raw("mail:source", where or "mail", data)
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for number, part in enumerate(message.walk(), 1):
        if number > MAX_PARTS:
            raise Refusal("too-much-inside")
        place = f"{where}, part {number}" if where else f"part {number}"
        _mail_headers(scan, part, place)
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        scan.spend(len(body))
        charset = part.get_content_charset()
        if part.get_content_maintype() == "text" and charset:
            scan.text("text", place, _decode(body, charset))
        scan.depth += 1
        check_any(scan, body, place, "text" if part.get_filename() is None else "attachment")
        scan.depth -= 1


def _mail_headers(scan: Scan, part: Message, place: str) -> None:
    from email.header import decode_header, make_header

    for name, value in part.items():
        text = str(value)
        scan.text("mail:header", place, f"{name}: {text}")
        try:
            scan.text("mail:header", place, str(make_header(decode_header(text))))
        except (ValueError, LookupError):
            continue
    filename = part.get_filename()
    if filename:
        scan.text("mail:attachment-name", place, filename)


def _decode(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("latin-1")
