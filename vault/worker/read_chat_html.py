"""Chats exported as web pages: Telegram Desktop's messages.html, and VK's archive.

Only the page's look is used, so that what is not understood is still shown, as text of its message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker.read_chat_message import Chat, Message, file_name

SILENT = {"script", "style", "template", "noscript", "head"}
BREAKS = {"br", "div", "p", "tr", "li", "blockquote", "pre"}
MAX_DEPTH = 100


def chats(root: Any) -> list[Chat] | None:
    """The chat of a page; None for a page that is none."""
    messages = [one for one in root.iter("div") if "message" in classes(one)]
    if not messages:
        return None
    if any("history" in classes(one) for one in root.iter("div")):
        return [Chat(_first(root, "text", "bold") or "Telegram", _telegram(messages))]
    if any("message__header" in classes(one) for one in root.iter("div")):
        crumbs = [words(one) for one in root.iter("div") if "ui_crumb" in classes(one)]
        return [Chat(crumbs[-1] if crumbs else "VK", (_vk(one) for one in messages))]
    return None


def classes(element: Any) -> list[str]:
    """The element's classes."""
    return (element.get("class") or "").split() if isinstance(element.tag, str) else []


def words(element: Any) -> str:
    """All text of an element, also what shows only after a click; blocks and breaks part lines."""
    pieces: list[str] = []
    _collect(element, pieces, 0)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _collect(element: Any, pieces: list[str], depth: int) -> None:
    if not isinstance(element.tag, str) or element.tag in SILENT or depth > MAX_DEPTH:
        return
    parts = element.tag in BREAKS
    pieces.append("\n" if parts else "")
    keep = "".join if element.tag == "pre" else " ".join
    pieces.append(keep([element.text or ""]).replace("\n", " "))
    for child in element:
        _collect(child, pieces, depth + 1)
        pieces.append((child.tail or "").replace("\n", " "))
    pieces.append("\n" if parts and element.tag != "br" else "")


def _first(root: Any, *names: str) -> str:
    return next((words(one) for one in root.iter("div") if set(names) <= set(classes(one))), "")


def _line(element: Any) -> str:
    return ", ".join(words(element).split("\n"))


def _telegram(messages: list[Any]) -> Iterator[Message]:
    author = ""
    for one in messages:
        if "service" in classes(one):
            yield Message("Telegram", "", words(one))
            continue
        body = next((child for child in one if "body" in classes(child)), one)
        found = _Body(body)
        author = found.author or (author if "joined" in classes(one) else "")
        yield Message(author, found.when, "\n".join(found.text), tuple(found.media), tuple(found.extra))


class _Body:
    """The pieces of one message, in order."""

    def __init__(self, body: Any) -> None:
        self.author = self.when = ""
        self.text: list[str] = []
        self.media: list[str] = []
        self.extra: list[str] = []
        for child in body:
            self._take(child)
            if (child.tail or "").strip():
                self.text.append(" ".join(child.tail.split()))

    def _take(self, child: Any) -> None:
        names = classes(child)
        if "from_name" in names:
            self.author = _line(child)
        elif "date" in names and not self.when:
            self.when = child.get("title") or _line(child)
        elif "forwarded" in names:
            inner = _Body(child)
            self.extra.append(f"forwarded from {inner.author or '?'}")
            self.extra += inner.extra
            self.media += inner.media
            self.text += inner.text
        elif "media_wrap" in names:
            self.media.append(_media(child))
        elif "reactions" in names:
            self.extra.append("reactions: " + ", ".join(words(one).replace("\n", " ") for one in child if words(one)))
        elif "reply_to" in names or "signature" in names:
            self.extra.append(_line(child))
        elif words(child):
            self.text.append(words(child))


def _media(wrap: Any) -> str:
    """What the page says of a file, and its name if that is not said."""
    said = _line(wrap)
    links = [one.get("href") or "" for one in wrap.iter("a")]
    names = [file_name(link) for link in links if link and "://" not in link and not link.startswith(("#", "tel:"))]
    names += [link for link in links if "://" in link]
    kind = next((name for one in wrap.iter("a", "div") for name in classes(one) if name in _KINDS), "")
    return ", ".join(
        [_KINDS.get(kind, "file"), *(name for name in names if name not in said), *([said] if said else [])]
    )


_KINDS = {
    "photo_wrap": "photo", "video_file_wrap": "video", "animated_wrap": "animation", "sticker_wrap": "sticker",
    "media_voice_message": "voice", "media_audio_file": "audio", "media_file": "file", "media_poll": "poll",
    "media_contact": "contact", "media_location": "location", "media_call": "call", "media_game": "game",
    "media_photo": "photo", "media_video": "video", "media_live_location": "location", "media_venue": "location",
    "media_invoice": "invoice",
}  # fmt: skip


def _vk(message: Any) -> Message:
    header = next((one for one in message if "message__header" in classes(one)), None)
    line = _line(header) if header is not None else ""
    link = next((words(one) for one in header.iter("a")), "") if header is not None else ""
    author = link if link and line.startswith(link) else line.split(",", 1)[0]
    when = line[len(author) :].strip(", ")
    text: list[str] = []
    media: list[str] = []
    for child in message:
        if child is header or not isinstance(child.tag, str):
            continue
        for attached in [one for one in child.iter("div") if "kludges" in classes(one)]:
            media += [_attached(one) for one in attached if words(one)]
            tail = attached.tail
            attached.clear()
            attached.tail = tail
        if words(child):
            text.append(words(child))
    return Message(author.strip(), when, "\n".join(text), tuple(media))


def _attached(one: Any) -> str:
    """An attachment: what it is called, and the file's name of its address."""
    lines = [file_name(line) if "://" in line else line for line in words(one).split("\n")]
    return ", ".join(line for line in lines if line)
