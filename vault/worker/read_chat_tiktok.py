"""TikTok's user_data JSON: a page a section, an entry a message; chats with who said what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker.read_chat_message import MAX_DEPTH, Chat, Message, is_id, leaves, mapping, string
from vault.worker.refusal import Refusal

SECTIONS = frozenset({
    "Profile And Settings", "Profile", "Your Activity", "Activity", "Comment", "Comments", "Direct Messages",
    "Direct Message", "Likes and Favorites", "Post", "Video", "Tiktok Shopping", "TikTok Shop", "TikTok Shopping",
    "App Settings", "Ads and data", "Tiktok Live", "TikTok Live", "Income Plus", "Income+ Wallet Transactions",
    "Wallet",
})  # fmt: skip
ENOUGH = 2
_AUTHOR, _TIME = ("From", "from"), ("Date", "date", "Time", "time")
_EMPTY = ("", "N/A", "None")


def chats(export: object) -> list[Chat] | None:
    """A page for each section that holds something; None for what is not TikTok's."""
    whole = mapping(export)
    known = SECTIONS & whole.keys()
    if len(known) < min(ENOUGH, len(whole)) or not known:
        return None
    found = [chat for name, section in whole.items() for chat in _section(string(name), section)]
    return found or None


def _section(name: str, section: object) -> Iterator[Chat]:
    lines: list[str] = []
    messages: list[tuple[str, Message]] = []
    _walk(section, "", 0, lines, messages)
    if lines or messages:
        yield Chat(name, _titled(messages), tuple(lines))


def _titled(messages: list[tuple[str, Message]]) -> Iterator[Message]:
    for title, message in messages:
        yield message if message.author else Message(title, message.when, message.text, message.media, message.extra)


def _walk(value: object, title: str, depth: int, lines: list[str], messages: list[tuple[str, Message]]) -> None:
    """Lists of objects become messages, single values lines; `title` is the last name on the way."""
    if depth > MAX_DEPTH:
        raise Refusal("dangerous")
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                messages.append((title, _entry(one)))
            else:
                _walk(one, title, depth + 1, lines, messages)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                name = string(key)
                if isinstance(inner, list) and name.startswith("Chat History with"):
                    lines.append(name.rstrip(": "))
                _walk(inner, name if not name.endswith(("List", "Map")) else title, depth + 1, lines, messages)
            elif string(inner) not in _EMPTY and not is_id(key):
                lines.append(f"{string(key)}: {string(inner)}")
    elif string(value) not in _EMPTY:
        lines.append(f"{title}: {string(value)}" if title else string(value))


def _entry(one: dict[str, Any]) -> Message:
    author = next((string(one[key]) for key in _AUTHOR if string(one.get(key))), "")
    when = next((string(one[key]) for key in _TIME if string(one.get(key))), "")
    rest = {key: value for key, value in one.items() if key not in (*_AUTHOR, *_TIME)}
    said = [(key, text) for key, text in leaves(rest) if text not in _EMPTY]
    if len(said) == 1 or (author and said):
        return Message(author, when, "\n".join(text for _, text in said))
    return Message(author, when, "\n".join(f"{key}: {text}" for key, text in said))
