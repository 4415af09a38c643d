"""Telegram Desktop's result.json, of one chat or of a whole account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker.read_chat_message import Chat, Message, file_name, items, mapping, moment, string

CHAT_TYPES = ("saved_messages", "personal_chat", "bot_chat")
CHAT_TYPE_ENDS = ("_group", "_supergroup", "_channel")


def chats(export: object) -> list[Chat] | None:
    """The chats; None for what is not Telegram's."""
    whole = mapping(export)
    if isinstance(whole.get("messages"), list):
        found: list[Any] = [whole]
    else:
        lists = [mapping(whole.get(key)).get("list") for key in ("chats", "left_chats")]
        found = [chat for part in lists if isinstance(part, list) for chat in part]
    known = [chat for chat in found if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]
    if not known or not all(_is_telegram(chat) for chat in known):
        return None
    return [*_account(whole), *(_chat(chat) for chat in known)]


def _is_telegram(chat: dict[str, Any]) -> bool:
    kind = chat.get("type")
    known = isinstance(kind, str) and (kind in CHAT_TYPES or kind.endswith(CHAT_TYPE_ENDS))
    return known and all(isinstance(one, dict) and "type" in one and "id" in one for one in chat["messages"])


def _account(whole: dict[str, Any]) -> Iterator[Chat]:
    """What a whole account's export holds besides chats: whose it is, and their contacts."""
    owner = mapping(whole.get("personal_information"))
    lines = [f"{key.replace('_', ' ')}: {string(value)}" for key, value in owner.items() if string(value)]
    lines = [line for line in lines if not line.startswith("user id")]
    if lines:
        yield Chat("Personal information", (), tuple(lines))
    for key in ("contacts", "frequent_contacts"):
        people = items(mapping(whole.get(key)).get("list"))
        names = [" ".join(filter(None, (string(one.get(part)) for part in _CONTACT))) for one in people]
        if any(names):
            yield Chat(key.replace("_", " ").capitalize(), (), tuple(name for name in names if name))


_CONTACT = ("first_name", "last_name", "name", "phone_number")


def _chat(chat: dict[str, Any]) -> Chat:
    said = items(chat["messages"])
    authors = {str(one.get("id")): _author(one) for one in said}
    return Chat(string(chat.get("name")), (_message(one, authors) for one in said))


def _author(message: dict[str, Any]) -> str:
    return string(message.get("from")) or string(message.get("actor"))


def _text(value: object) -> str:
    """Telegram writes a string, or a list of strings and {"type", "text"}, links with {"href"}."""
    if not isinstance(value, list):
        return string(value)
    out = []
    for part in value:
        if isinstance(part, dict):
            link = string(part.get("href"))
            out.append(string(part.get("text")) + (f" ({link})" if link else ""))
        else:
            out.append(string(part))
    return "".join(out)


def _message(message: dict[str, Any], authors: dict[str, str]) -> Message:
    when = string(message.get("date")).replace("T", " ")
    text = _text(message.get("text"))
    if message.get("type") == "service":
        members = message.get("members")
        names = ", ".join(string(one) for one in members) if isinstance(members, list) else ""
        action = string(message.get("action")).replace("_", " ")
        what = " ".join(part for part in (action, string(message.get("title")), names) if part)
        return Message(_author(message), when, text, (), (what,) if what else ())
    return Message(_author(message), when, text, tuple(_files(message)), tuple(_extra(message, authors)))


def _files(message: dict[str, Any]) -> Iterator[str]:
    if "photo" in message:
        name = _stored(message.get("photo"))
        yield f"photo: {name}" if name and not name.startswith("photo_") else "photo"
    if "file" in message:
        kind = string(message.get("media_type")).replace("_", " ") or "file"
        name = string(message.get("file_name")) or _stored(message.get("file"))
        about = " ".join(filter(None, (string(message.get(key)) for key in ("performer", "title"))))
        yield ", ".join(part for part in (f"{kind}: {name}" if name else kind, about) if part)


def _stored(path: object) -> str:
    """A file's name; "" where Telegram says in brackets why there is no file."""
    return "" if string(path).startswith("(") else file_name(path)


def _extra(message: dict[str, Any], authors: dict[str, str]) -> Iterator[str]:
    for key, words in (("forwarded_from", "forwarded from"), ("saved_from", "saved from"), ("via_bot", "via")):
        if string(message.get(key)):
            yield f"{words} {string(message.get(key))}"
    if "reply_to_message_id" in message:
        author = authors.get(str(message["reply_to_message_id"]))
        yield f"in reply to {author}" if author else "in reply"
    if string(message.get("author")):
        yield f"signed {string(message.get('author'))}"
    if string(message.get("edited")):
        yield f"edited {moment(message.get('edited'))}"
    contact = mapping(message.get("contact_information"))
    if contact:
        parts = (string(contact.get(key)) for key in ("first_name", "last_name", "phone_number"))
        yield f"contact: {' '.join(part for part in parts if part)}"
    yield from _places(message)
    yield from _asked(message)
    yield from _reactions(message)


def _places(message: dict[str, Any]) -> Iterator[str]:
    place = mapping(message.get("location_information"))
    if place:
        yield f"location: {string(place.get('latitude'))}, {string(place.get('longitude'))}"
    for key in ("place_name", "address", "sticker_emoji", "game_title", "game_description"):
        if string(message.get(key)):
            yield string(message.get(key))


def _asked(message: dict[str, Any]) -> Iterator[str]:
    poll = mapping(message.get("poll"))
    if poll:
        options = " / ".join(_text(one.get("text")) for one in items(poll.get("answers")))
        yield f"poll: {_text(poll.get('question'))} {options}"
    rows = message.get("inline_bot_buttons")
    labels = [string(one.get("text")) for row in rows for one in items(row)] if isinstance(rows, list) else []
    if any(labels):
        yield f"buttons: {' / '.join(label for label in labels if label)}"


def _reactions(message: dict[str, Any]) -> Iterator[str]:
    found = []
    for one in items(message.get("reactions")):
        names = ", ".join(filter(None, (string(who.get("from")) for who in items(one.get("recent")))))
        what = " ".join(filter(None, (string(one.get("emoji")) or string(one.get("type")), string(one.get("count")))))
        found.append(f"{what} ({names})" if names else what)
    if found:
        yield f"reactions: {'; '.join(found)}"
