"""What YouTube keeps of an account (Google Takeout): the history of what was watched and searched."""

from __future__ import annotations

from typing import Any

from vault.worker.read_chat_message import Chat, Message, items, moment, string


def chats(export: object) -> list[Chat] | None:
    """The history; None for anything else."""
    if not isinstance(export, list) or not export or not all(_is_activity(one) for one in export):
        return None
    return [Chat(string(export[0]["header"]) or "Activity", (_activity(one) for one in export))]


def _is_activity(one: object) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("header", "title", "time"))


def _activity(one: dict[str, Any]) -> Message:
    lines = [string(one["title"])]
    for key in ("description", "titleUrl"):
        lines.append(string(one.get(key)))
    lines += [
        string(each.get("name")) for key in ("subtitles", "details", "locationInfos") for each in items(one.get(key))
    ]
    return Message(string(one["header"]), moment(one["time"]), "\n".join(line for line in lines if line))
