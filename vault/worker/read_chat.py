"""Chat exports. Known: Telegram Desktop's result.json, of one chat or of a whole account.

What is shown: names, times, the words, and that something was attached. What is not: ids, paths, and keys that
no reader of the chat ever sees.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from vault.worker import read_blocks
from vault.worker.refusal import Refusal

CHAT_TYPES = ("saved_messages", "personal_chat", "bot_chat")
CHAT_TYPE_ENDS = ("_group", "_supergroup", "_channel")
# Telegram Desktop writes some control characters as \xNN, which JSON does not know.
_NOT_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\x[0-9A-Fa-f]{2}")


def prepare() -> None:
    """Load the one codec that is not there from the start."""
    codecs.lookup("utf-8-sig")


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _text(value: object) -> str:
    """Telegram writes a string, or a list of strings and {"type", "text"}."""
    if isinstance(value, list):
        return "".join(_string(part.get("text")) if isinstance(part, dict) else _string(part) for part in value)
    return _string(value)


def _attachment(message: dict[str, Any]) -> list[str]:
    lines = []
    if "photo" in message:
        lines.append("[photo]")
    if "file" in message:
        kind = _string(message.get("media_type")).replace("_", " ") or "file"
        path = _string(message.get("file"))
        name = _string(message.get("file_name")) or ("" if path.startswith("(") else path.rsplit("/", 1)[-1])
        lines.append(f"[{kind}: {name}]" if name else f"[{kind}]")
    contact = message.get("contact_information")
    if isinstance(contact, dict):
        parts = (_string(contact.get(key)) for key in ("first_name", "last_name", "phone_number"))
        lines.append(f"[contact: {' '.join(part for part in parts if part)}]")
    place = message.get("location_information")
    if isinstance(place, dict):
        lines.append(f"[location: {_string(place.get('latitude'))}, {_string(place.get('longitude'))}]")
    poll = message.get("poll")
    if isinstance(poll, dict):
        answers = poll.get("answers")
        options = [_string(one.get("text")) for one in answers if isinstance(one, dict)] if answers else []
        lines.append(f"[poll: {_string(poll.get('question'))} {' / '.join(options)}]")
    return lines


def _message(message: dict[str, Any]) -> str:
    who = _string(message.get("from")) or _string(message.get("actor")) or "?"
    when = _string(message.get("date")).replace("T", " ")
    start = f"{who}, {when}:" if when else f"{who}:"
    if message.get("type") == "service":
        members = message.get("members")
        names = ", ".join(_string(one) for one in members) if isinstance(members, list) else ""
        action = _string(message.get("action")).replace("_", " ")
        what = " ".join(part for part in (action, _string(message.get("title")), names) if part)
        return f"{start} [{what}]" + _said(message)
    forwarded = _string(message.get("forwarded_from"))
    lines = [f"[forwarded from {forwarded}]"] if forwarded else []
    via = _string(message.get("via_bot"))
    lines += [f"[via {via}]"] if via else []
    return " ".join([start, *lines, *_attachment(message)]) + _said(message)


def _said(message: dict[str, Any]) -> str:
    text = _text(message.get("text"))
    return f"\n{text}" if text else ""


def _is_telegram(chat: dict[str, Any]) -> bool:
    kind = chat.get("type")
    known = isinstance(kind, str) and (kind in CHAT_TYPES or kind.endswith(CHAT_TYPE_ENDS))
    return known and all(isinstance(one, dict) and "type" in one and "id" in one for one in chat["messages"])


def _chats(export: object) -> list[dict[str, Any]]:
    """The chats of a Telegram export; raises Refusal for any other JSON."""
    if not isinstance(export, dict):
        raise Refusal("unsupported-json")
    if isinstance(export.get("messages"), list):
        found: list[Any] = [export]
    else:
        both = [export.get("chats"), export.get("left_chats")]
        lists = [part.get("list") for part in both if isinstance(part, dict)]
        found = [chat for part in lists if isinstance(part, list) for chat in part]
    chats = [chat for chat in found if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]
    if not chats or not all(_is_telegram(chat) for chat in chats):
        raise Refusal("unsupported-json")
    return chats


def read(data: bytes) -> dict[str, Any]:
    """One page a chat: its name as a heading, each message a paragraph "who, when: words"."""
    try:
        export = json.loads(_NOT_JSON.sub(r"\1", data.decode("utf-8-sig")), strict=False)
    except (ValueError, RecursionError):
        raise Refusal("damaged") from None
    collector = read_blocks.Collector()
    for number, chat in enumerate(_chats(export), start=1):
        blocks = [read_blocks.block("heading", _string(chat.get("name")) or "?", 1)]
        for message in chat["messages"]:
            if isinstance(message, dict):
                blocks.append(read_blocks.block("paragraph", _message(message)))
                collector.note("media", sum(1 for key in ("photo", "file") if key in message))
        collector.add(read_blocks.page(number, "text", (0, 0), blocks))
    return collector.answer("chat")
