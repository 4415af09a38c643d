"""What YouTube keeps of an account (Google Takeout): the history of what was watched, subscriptions, comments."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from vault.worker.read_chat_message import Chat, Message, items, leaves, moment, string

LOOK_AT = 4_096
_CHANNEL = ("channel id", "channel url", "channel title")
_COMMENT = re.compile(r"(?:comment|live chat) (?:text|create timestamp|id)")
_UNSEEN = re.compile(r"(?:\b|^)(?:id|url)$")


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


def is_table(text: str) -> bool:
    """Whether a table of comma-separated values is YouTube's, by the names of its columns."""
    first = text[:LOOK_AT].lstrip("\ufeff").split("\n", 1)[0].lower()
    return all(name in first for name in _CHANNEL) or len(set(_COMMENT.findall(first))) > 1


def table(text: str) -> list[Chat]:
    """The table's rows, without the columns that are ids and addresses of channels. Raises csv.Error."""
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    names = [name.strip() for name in next(rows, [])]
    return [Chat("YouTube", (_row(dict(zip(names, row, strict=False))) for row in rows if row))]


def _row(row: dict[str, str]) -> Message:
    when = next((moment(value) for name, value in row.items() if name.lower().endswith("timestamp")), "")
    shown = [
        _said(value) for name, value in row.items()
        if value.strip() and not _UNSEEN.search(name.lower()) and not name.lower().endswith("timestamp")
    ]  # fmt: skip
    return Message("YouTube", when, "\n".join(shown))


def _said(cell: str) -> str:
    """A comment is JSON: {"text": …}, or several of them with commas between."""
    if not cell.lstrip().startswith("{"):
        return cell
    try:
        return "".join(text for _, text in leaves(json.loads(f"[{cell}]")))
    except (ValueError, RecursionError):
        return cell
