"""The parts of a mail in reading order, each with what it is: words of the mail itself, or something attached.

Both readers of a mail, of its own text (read_mail.py) and of what is in it (unpack_mail.py), go by this.
"""

from __future__ import annotations

import email
import email.generator
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from vault.worker import read_mail_words
from vault.worker.refusal import Refusal

Kind = Literal["words", "attached", "message", "encrypted", "signature", "outside", "wrapper", "nothing"]

MAX_PARTS = 5_000
MAX_DEPTH = 40
MAX_MESSAGES = 2_000
FROM_LINE = re.compile(
    rb"From [^\r\n]{0,300}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? {1,2}(?:[A-Z][a-z]{2} |\d)[^\r\n]{0,60}\d\d:\d\d"
)
SHORT_FROM_LINE = re.compile(rb"From [^\r\n ]{1,200}@?[^\r\n ]{0,200}\r?\n")
QUOTED_FROM = re.compile(rb"^>(>{0,50}From )", re.MULTILINE)
_PGP = ("application/pgp-encrypted", "application/pgp-signature", "application/pgp-keys")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_WRAPPERS = ("application/ms-tnef", "application/vnd.ms-tnef")
_SAMPLE = (
    b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    b"Content-Disposition: attachment; filename*=utf-8''a\nContent-Transfer-Encoding: base64\n\nYQ==\n"
    b"--b\nContent-Type: message/rfc822\n\nTo: \xd0\xb0\n\na\n--b--\n"
)


@dataclass(frozen=True, slots=True)
class MailPart:
    """One leaf. `group` is the number of the alternative that it is a part of, 0 for none."""

    kind: Kind
    message: Message
    media_type: str
    name: str
    group: int = 0


def prepare() -> None:
    """Load what the parser loads late, by parsing."""
    read_mail_words.prepare()
    for part in parts(parsed(_SAMPLE)):
        content(part)


def parsed(data: bytes) -> Message:
    """The mail. Raises Refusal where there is none."""
    try:
        message = email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), read_mail_words.Mail)
    except RecursionError:
        raise Refusal("dangerous") from None
    if not message.keys():
        raise Refusal("damaged")
    return message


def messages(data: bytes) -> list[bytes]:
    """The mails of a mailbox file, or the one mail that the file is. A quoted "From " parts nothing."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not (FROM_LINE.match(data) or SHORT_FROM_LINE.match(data)):
        return [data]
    starts = [0]
    position = data.find(b"\nFrom ")
    while position >= 0:
        blank = data[max(0, position - 2) : position].endswith((b"\n", b"\n\r"))
        if blank and FROM_LINE.match(data, position + 1):
            starts.append(position + 1)
        position = data.find(b"\nFrom ", position + 1)
        if len(starts) > MAX_MESSAGES:
            raise Refusal("too-many-pages", MAX_MESSAGES)
    found = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        first = data.find(b"\n", start, end) + 1
        found.append(QUOTED_FROM.sub(rb"\1", data[first or end : end]))
    return [one for one in found if one.strip()]


def is_page(message: Message) -> bool:
    """Whether this is a web page that a browser saved as one file (MHTML, RFC 2557), and not a mail."""
    if message.get_content_type() != "multipart/related":
        return message.get("Snapshot-Content-Location") is not None
    saved = "saved by" in str(message.get("From", "")).lower() or message.get("Snapshot-Content-Location") is not None
    sent = any(message.get(name) is not None for name in ("To", "Cc", "Received", "Message-ID"))
    placed = any(one.get("Content-Location") is not None for one in inside(message)[:MAX_PARTS])
    return saved or (placed and not sent)


def inside(message: Message) -> list[Message]:
    """The messages that this one is made of. Its text is never asked for so: that would look its charset up."""
    held = message.get_payload() if message.is_multipart() else []
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def parts(message: Message) -> Iterator[MailPart]:
    """All leaves in order; a mail inside the mail is one. Raises Refusal where there are too many or too deep."""
    groups = seen = 0
    waiting = [(message, 0, 0)]
    while waiting:
        one, depth, group = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            raise Refusal("too-much-inside")
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        media_type = one.get_content_type()
        inner = inside(one)
        if media_type == "multipart/encrypted":
            yield MailPart("encrypted", one, media_type, filename(one), group)
        elif one.is_multipart() and one.get_content_maintype() == "multipart":
            if media_type == "multipart/alternative" and not group:
                groups += 1
                group = groups
            elif media_type != "multipart/related" and media_type != "multipart/alternative":
                group = 0
            waiting += [(child, depth + 1, group) for child in reversed(inner)]
        else:
            yield _leaf(one, media_type, group)


def _leaf(one: Message, media_type: str, group: int) -> MailPart:
    name = filename(one)
    disposition = one.get_content_disposition() or ""
    kind: Kind = "attached"
    if media_type in ("message/rfc822", "message/global", "message/news"):
        kind = "message"
    elif media_type == "message/external-body":
        kind = "outside"
    elif media_type in _SIGNATURES or media_type in _PGP:
        kind = "signature"
    elif media_type in _SMIME:
        kind = "encrypted"
    elif media_type in _WRAPPERS or name.lower() == "winmail.dat":
        kind = "wrapper"
    elif disposition != "attachment" and not name and _is_words(one, media_type):
        kind = "words"
    elif not one.is_multipart() and not one.get_payload(decode=True) and not name:
        kind = "nothing"
    return MailPart(kind, one, media_type, name, group)


def _is_words(one: Message, media_type: str) -> bool:
    if media_type in ("message/delivery-status", "message/disposition-notification"):
        return True
    # What claims no type that exists is text by RFC 2045, 5.2.
    return media_type in ("text/plain", "text/html", "text/enriched", "text/rfc822-headers", "text/x-amp-html")


def filename(one: Message) -> str:
    """The name of an attachment as a mail program shows it."""
    words = read_mail_words.parameter
    return words(one, "filename", "content-disposition") or words(one, "name", "content-type")


def content(part: MailPart) -> bytes:
    """The bytes of a leaf, its transfer encoding undone; of a mail inside, the mail."""
    if part.message.is_multipart():
        inner = inside(part.message)
        if part.kind != "message":  # the blocks of a delivery report
            return b"\n\n".join(_lines(one) for one in inner[:MAX_PARTS])
        if not inner:
            return b""
        mail = inner[0]
        packed = str(part.message.get("Content-Transfer-Encoding", "")).strip().lower()
        if packed in ("base64", "quoted-printable") and not mail.keys():
            mail["Content-Transfer-Encoding"] = packed  # against the RFC, and yet it is sent
            data = mail.get_payload(decode=True)
            return data if isinstance(data, bytes) else b""
        return mail.as_bytes(policy=email.policy.compat32.clone(max_line_length=0))
    data = part.message.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _lines(one: Message) -> bytes:
    body = one.get_payload(decode=True)
    lines = read_mail_words.raw("\n".join(f"{name}: {value}" for name, value in one.raw_items()))
    return (lines + b"\n" + (body if isinstance(body, bytes) else b"")).strip()
