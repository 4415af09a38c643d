"""Facebook's and Instagram's JSON: threads of messages (both of their forms) and posts.

Both write each byte of UTF-8 as a letter of Latin-1; read_chat_message.mended turns that back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault.worker.read_chat_message import Chat, Message, file_name, is_id, items, leaves, mapping, moment, string

_FILES = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "media")
_TIMES = ("timestamp", "creation_timestamp", "update_timestamp", "taken_timestamp", "modified_timestamp")


def chats(export: object) -> list[Chat] | None:
    """The thread or the posts; None for what is not Meta's."""
    whole = mapping(export)
    if isinstance(whole.get("messages"), list) and isinstance(whole.get("participants"), list):
        return [_thread(whole)]
    if isinstance(export, list) and export and all(_is_post(one) for one in export):
        return [Chat("Posts", (_post(one) for one in export))]
    return None


def _thread(whole: dict[str, Any]) -> Chat:
    people = [string(one.get("name") if isinstance(one, dict) else one) for one in whole["participants"]]
    people = [name for name in people if name]
    about = (f"Participants: {', '.join(people)}",) if people else ()
    said = items(whole["messages"])
    if all("timestamp_ms" in one for one in said):
        said = list(reversed(said))  # the newest comes first, which nobody reads that way
    name = string(whole.get("title")) or string(whole.get("threadName")) or ", ".join(people)
    return Chat(name, (_message(one) for one in said), about)


def _message(one: dict[str, Any]) -> Message:
    author = string(one.get("sender_name")) or string(one.get("senderName"))
    when = moment(one.get("timestamp_ms", one.get("timestamp")))
    text = string(one.get("content")) or string(one.get("text"))
    return Message(author, when, text, tuple(_files(one)), tuple(_extra(one)))


def _files(one: dict[str, Any]) -> Iterator[str]:
    for key in _FILES:
        held = one.get(key)
        for file in items(held) or items([held]):
            kind = key.replace("_", " ").removesuffix("s")
            name = file_name(file.get("uri"))
            yield f"{kind}: {name}" if name else kind


def _extra(one: dict[str, Any]) -> Iterator[str]:
    if one.get("is_unsent") is True or one.get("isUnsent") is True:
        yield "unsent"
    if isinstance(one.get("call_duration"), int):
        yield f"call, {string(one['call_duration'])} s"
    for key in ("share", "users", "bumped_message_metadata"):
        found = [text for _, text in leaves(one.get(key))]
        if found:
            yield f"{key.split('_')[0]}: {', '.join(found)}"
    reactions = [
        f"{string(each.get('reaction'))} {string(each.get('actor'))}".strip() for each in items(one.get("reactions"))
    ]
    if any(reactions):
        yield f"reactions: {', '.join(reactions)}"


def _is_post(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    if isinstance(one.get("media"), list) and any("uri" in each for each in items(one["media"])):
        return True
    return "timestamp" in one and any(key in one for key in ("data", "attachments", "title"))


def _post(one: dict[str, Any]) -> Message:
    """The post's title stands for its author: that is where the service writes "Anna has shared a post"."""
    times = [*(one.get(key) for key in _TIMES), *(each.get("creation_timestamp") for each in items(one.get("media")))]
    when = next((moment(time) for time in times if time), "")
    lines = [text for key, text in leaves(one.get("data")) if key not in _TIMES]
    files, about = [], []
    for key, text in leaves([one.get("attachments"), one.get("media"), one.get("tags")]):
        if key == "uri":
            files.append(f"file: {text}")
        elif key not in _TIMES and not is_id(key):
            about.append(text)
    return Message(string(one.get("title")), when, "\n".join(dict.fromkeys([*lines, *about])), tuple(files))
