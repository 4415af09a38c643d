"""Exports of chats and social networks as JSON. Which service it is from, the shape tells.

What is shown: names, times, words, and what was attached by its name. What is not: ids, paths, and keys that no
reader of the chat ever sees. JSON of no known shape is shown whole, name by name.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from vault.worker import (
    read_chat_any,
    read_chat_message,
    read_chat_meta,
    read_chat_telegram,
    read_chat_tiktok,
    read_chat_x,
    read_chat_youtube,
)
from vault.worker.refusal import Refusal

# Telegram Desktop writes some control characters as \xNN, which JSON does not know.
_NOT_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\x[0-9A-Fa-f]{2}")
KNOWN = (read_chat_telegram, read_chat_meta, read_chat_youtube, read_chat_tiktok)


def prepare() -> None:
    """Load the codecs that are not there from the start."""
    for name in ("utf-8-sig", "latin-1", "utf-16", "utf-32"):
        codecs.lookup(name)


def parsed(text: str) -> Any:
    """The value. Raises Refusal."""
    try:
        return json.loads(_NOT_JSON.sub(r"\1", text), strict=False)
    except (ValueError, RecursionError):
        raise Refusal("damaged") from None


def read(data: bytes) -> dict[str, Any]:
    """A page a chat, or a page a section of what an account holds."""
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeError:
        raise Refusal("damaged") from None
    export = parsed(text)
    try:
        return _read(export)
    except RecursionError:
        raise Refusal("dangerous") from None


def _read(export: object) -> dict[str, Any]:
    for service in KNOWN:
        chats = service.chats(export)
        if chats is not None:
            return read_chat_message.answer(chats)
    return read_chat_any.read(export)


def read_script(text: str) -> dict[str, Any]:
    """The same of a script that only assigns JSON to a name, as X exports it."""
    name, _, value = text.partition("=")
    export = parsed(value.strip().rstrip(";"))
    chats = read_chat_x.chats(name, export)
    return read_chat_message.answer(chats) if chats is not None else read_chat_any.read(export)
