"""A mail's own words: the headers that a mail program shows, and the text. Also mailboxes and saved pages (MHTML).

What is attached is not in here: that are files of their own (unpack_mail.py).
"""

from __future__ import annotations

import re
from collections import Counter
from email.message import Message
from typing import Any

from vault.worker import read_blocks, read_html, read_mail_parts, read_mail_words, read_text
from vault.worker.read_mail_parts import MailPart
from vault.worker.refusal import Refusal

SHOWN = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject")
SHOWN_OF_A_PAGE = ("Subject", "Snapshot-Content-Location", "Content-Location", "Date")
MAX_VALUES = 200
_WORD = re.compile(r"\w+")
_TAGS = re.compile(r"</?(?:[A-Za-z][A-Za-z-]{0,40})>")
Blocks = list[dict[str, Any]]


def prepare() -> None:
    """Load the parsers and the codecs."""
    read_mail_parts.prepare()
    read_html.prepare()


def read(data: bytes) -> dict[str, Any]:
    """One page a mail: its headers as rows, its text."""
    if not data.strip():
        raise Refusal("empty")
    collector = read_blocks.Collector()
    for number, one in enumerate(read_mail_parts.messages(data), start=1):
        message = read_mail_parts.parsed(one)
        blocks = _page(message, collector) if read_mail_parts.is_page(message) else _mail(message, collector)
        collector.add(read_blocks.page(number, "text", (0, 0), blocks))
    if not collector.pages:
        raise Refusal("empty")
    return collector.answer("mail")


def _headers(message: Message, names: tuple[str, ...]) -> Blocks:
    rows = []
    for name in names:
        for value in read_mail_words.headers(message, name.lower())[:MAX_VALUES]:
            shown = read_mail_words.header(value).replace("\t", " ")
            if shown:
                rows.append(read_blocks.block("paragraph", f"{name}: {shown}"))
    return rows


def _mail(message: Message, collector: read_blocks.Collector) -> Blocks:
    blocks = _headers(message, SHOWN)
    found = list(read_mail_parts.parts(message))
    for kind, note in (("encrypted", "encrypted-parts"), ("signature", "signatures"), ("outside", "outside-parts")):
        collector.note(note, sum(1 for part in found if part.kind == kind))
    words = [part for part in found if part.kind == "words"]
    done: set[int] = set()
    for part in words:
        if part.group and part.group in done:
            continue
        done.add(part.group)
        same = [one for one in words if one.group == part.group] if part.group else [part]
        blocks += _best([_words(one, collector) for one in same], collector)
    return blocks


def _best(versions: list[Blocks], collector: read_blocks.Collector) -> Blocks:
    """Of the versions of one text the last that holds every word of the others; all where there is none."""
    kept = [blocks for blocks in versions if any(one["text"] for one in blocks)]
    counted = [_counted(blocks) for blocks in kept]
    for blocks, held in reversed(list(zip(kept, counted, strict=True))):
        if all(other <= held for other in counted):
            return blocks
    collector.note("both-bodies", int(len(kept) > 1))
    return [block for blocks in kept for block in blocks]


def _counted(blocks: Blocks) -> Counter[str]:
    return Counter(word.casefold() for block in blocks for word in _WORD.findall(block["text"]))


def _words(part: MailPart, collector: read_blocks.Collector) -> Blocks:
    text = _text(part, collector)
    if part.media_type in ("text/html", "text/x-amp-html"):
        return _html(text, collector)
    if part.media_type == "text/enriched":
        text = _TAGS.sub("", text)
    if "-----BEGIN PGP MESSAGE-----" in text:
        collector.note("encrypted-parts")
    lines = read_blocks.clean(text)
    return [read_blocks.block("paragraph", one) for one in read_text.paragraphs(lines)]


def _text(part: MailPart, collector: read_blocks.Collector) -> str:
    charset = read_mail_words.parameter(part.message, "charset", "content-type")
    data = read_mail_parts.content(part)
    if part.media_type in ("text/html", "text/x-amp-html") and not charset:
        return read_html.decoded(data, collector) if data.strip() else ""
    text, wrong = read_mail_words.decode(data, charset)
    collector.note("unknown-charset", int(wrong))
    collector.note("lost-characters", text.count("\ufffd"))
    return text


def _html(text: str, collector: read_blocks.Collector) -> Blocks:
    return read_html.shown(read_html.tree(text), collector) if text.strip() else []


def root_of(message: Message) -> MailPart | None:
    """The part of a saved page that is the page."""
    pages = [
        part for part in read_mail_parts.parts(message) if part.media_type in ("text/html", "application/xhtml+xml")
    ]
    start = read_mail_words.parameter(message, "start", "content-type")
    named = (part for part in pages if start and str(part.message.get("Content-ID", "")).strip() == start)
    return next(named, pages[0] if pages else None)


def _page(message: Message, collector: read_blocks.Collector) -> Blocks:
    root = root_of(message)
    if root is None:
        raise Refusal("damaged")
    return [*_headers(message, SHOWN_OF_A_PAGE), *_html(_text(root, collector), collector)]
