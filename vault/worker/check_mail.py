"""Mail: every header, part, charset, nested message and attachment; mailboxes and saved web pages (MHTML) too."""

from __future__ import annotations

import binascii
import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message

from vault.worker.refusal import Refusal

from .check_scan import MAX_DEPTH, Scan

MAX_PARTS = 5_000
MAX_MESSAGES = 20_000
_FROM = re.compile(rb"(?m)^From [^\r\n]{1,300}\r?\n(?=[A-Za-z][\w-]{1,60}:)")
_LINE = rb"[A-Za-z][\w-]{1,60}:[^\n]{0,2000}\n"
_HEADER = re.compile(rb"\A(?:From [^\n]{0,400}\n|" + _LINE + rb"(?:[ \t][^\n]{0,2000}\n|" + _LINE + rb"))")
_KNOWN = re.compile(rb"(?mi)^(?:Received|Message-ID|MIME-Version|Subject|Snapshot-Content-Location):")
_BASE64_LINES = re.compile(rb"(?:^[A-Za-z0-9+/]{40,90}\r?\n){2,}(?:^[A-Za-z0-9+/]{1,90}={0,2}\r?\n?)?", re.MULTILINE)
_UUENCODED = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n")


def is_mail(data: bytes) -> bool:
    """Whether bytes begin like a message or a mailbox."""
    head = data[:20_000]
    return bool(_HEADER.match(head)) and bool(_KNOWN.search(head))


def check_mail(scan: Scan, data: bytes, where: str) -> None:
    """Search one message or all of a mailbox. Raises Refusal: too-much-inside."""
    starts = [m.start() for m in _FROM.finditer(data)]
    if len(starts) > MAX_MESSAGES:
        raise Refusal("too-much-inside")
    if len(starts) < 2 or starts[0] != 0:
        _message(scan, data, where)
        return
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        place = f"{where}, message {number}" if where else f"message {number}"
        line = data.index(b"\n", start) + 1
        scan.raw("mail:envelope", place, data[start:line])
        _message(scan, data[line:end], place)


def _message(scan: Scan, data: bytes, where: str) -> None:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    bodies: list[bytes] = []
    for number, part in enumerate(_parts(message), 1):
        if number > MAX_PARTS:
            raise Refusal("too-much-inside")
        place = f"{where}, part {number}" if where else f"part {number}"
        _headers(scan, part, place)
        for edge in (part.preamble, part.epilogue):
            if edge and str(edge).strip():
                scan.text("mail:around", place, str(edge))
        if not part.is_multipart() or _packed_message(part):
            bodies.append(_part(scan, part, place))
    scan.raw("mail:source", where or "mail", _without_read(data, bodies))


def _parts(message: Message) -> Iterator[Message]:
    yield message
    if message.is_multipart() and not _packed_message(message):
        for inner in message.get_payload():
            if isinstance(inner, Message):
                yield from _parts(inner)


def _packed_message(part: Message) -> bool:
    """A nested message in base64, which the library does not open."""
    packed = str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable")
    return packed and part.get_content_maintype() == "message"


def _part(scan: Scan, part: Message, place: str) -> bytes:
    from .check_kinds import check_inside

    if _packed_message(part):
        inner = part.get_payload(0) if part.is_multipart() else part
        source = inner.as_bytes() if isinstance(inner, Message) else b""
        try:
            body = binascii.a2b_base64(source.strip())
        except (binascii.Error, ValueError):
            body = source
    else:
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
    if not body:
        return b""
    scan.spend(len(body))
    charset = part.get_content_charset()
    if part.get_content_maintype() == "text" and charset:
        scan.text("text", place, _decode(body, charset))
    inside = part.get_content_type() == "message/rfc822"
    channel = "text" if part.get_filename() is None else "attachment"
    _uuencoded(scan, body, place)
    if scan.depth >= MAX_DEPTH:
        raise Refusal("too-much-inside")
    check_inside(scan, body, place, channel, "message/rfc822" if inside else "")
    return body


def _uuencoded(scan: Scan, body: bytes, place: str) -> None:
    from .check_kinds import check_inside

    for match in _UUENCODED.finditer(body):
        scan.raw("mail:attachment-name", place, match.group(1))
        out = bytearray()
        for line in body[match.end() :].splitlines():
            if line.strip() in (b"end", b"`", b""):
                break
            try:
                out += binascii.a2b_uu(line)
            except binascii.Error:
                break
        if out:
            scan.spend(len(out))
            check_inside(scan, bytes(out), place, "attachment")


def _headers(scan: Scan, part: Message, place: str) -> None:
    from email.header import decode_header, make_header

    for name, value in part.items():
        text = str(value)
        channel = "mail:location" if name.lower() in ("content-location", "content-base") else "mail:header"
        scan.text(channel, place, f"{name}: {text}")
        try:
            scan.text(channel, place, str(make_header(decode_header(text))))
        except (ValueError, LookupError):
            continue
    filename = part.get_filename()
    if filename:
        scan.text("mail:attachment-name", place, str(filename))
        try:
            scan.text("mail:attachment-name", place, str(make_header(decode_header(str(filename)))))
        except (ValueError, LookupError):
            return


def _decode(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("latin-1")


def _without_read(data: bytes, bodies: list[bytes]) -> bytes:
    """The source without the base64 whose content was searched as a part: only chance could be found in it."""
    starts = {body[:30] for body in bodies if len(body) >= 30}

    def one(match: re.Match[bytes]) -> bytes:
        try:
            head = binascii.a2b_base64(match.group()[:40])
        except (binascii.Error, ValueError):
            return match.group()
        return b"\n" if head[:30] in starts else match.group()

    return _BASE64_LINES.sub(one, data)
