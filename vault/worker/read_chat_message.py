"""What all chats and feeds come down to: pages of messages, each with who, when, what, and what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vault.worker import read_blocks
from vault.worker.refusal import Refusal

MAX_DEPTH = 60
LATEST_SECOND = 32_503_680_000  # the year 3000
MILLISECONDS_FROM = 100_000_000_000
_START = datetime(1970, 1, 1, tzinfo=UTC)
_LATIN_1_PAIR = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")
_AN_ID = re.compile(
    r"(?:^|_|\b)(?:id|ids|uid|uuid|guid|hash|token|etag|checksum|thread_path|uri_path)$|(?:Id|Ids|Hash|Token|_str)$|(?:[a-z_]|\b)IDs?$"
)


@dataclass(frozen=True, slots=True)
class Message:
    """`media` are names of files or kinds of them, `extra` what stands in brackets: a reply, an edit, reactions."""

    author: str
    when: str
    text: str = ""
    media: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def shown(self) -> str:
        """Who, when: what hangs on it; the words below."""
        start = ", ".join(part for part in (self.author or "?", self.when) if part)
        bracketed = [f"[{one}]" for one in (*self.extra, *self.media)]
        head = " ".join([f"{start}:", *bracketed])
        return f"{head}\n{self.text}" if self.text else head


@dataclass(frozen=True, slots=True)
class Chat:
    """One page. `about` are lines below its name, `files` how many photos and files its messages name."""

    name: str
    messages: Iterable[Message]
    about: tuple[str, ...] = ()
    unseen: int = 0


def answer(chats: Iterable[Chat], kind: str = "chat", notes: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The header of the `extract` job: a page a chat, its name as a heading, each message a paragraph."""
    collector = read_blocks.Collector()
    for number, chat in enumerate(chats, start=1):
        blocks = [read_blocks.block("heading", chat.name or "?", 1)]
        blocks += [read_blocks.block("paragraph", line) for line in chat.about]
        for message in chat.messages:
            blocks.append(read_blocks.block("paragraph", message.shown()))
            collector.note("media", len(message.media))
            if len(blocks) > read_blocks.MAX_BLOCKS:
                raise Refusal("too-much-text", read_blocks.MAX_TEXT // read_blocks.MILLION)
        collector.note("details-left-out", chat.unseen)
        collector.add(read_blocks.page(number, "text", (0, 0), blocks))
    for code, count in (notes or {}).items():
        collector.note(code, count)
    if not collector.pages:
        raise Refusal("empty")
    return collector.answer(kind)


def string(value: object) -> str:
    """Text and numbers as text; "" for anything else."""
    if isinstance(value, str):
        return mended(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def mended(text: str) -> str:
    """Text whose UTF-8 was written as if it were Latin-1, as Meta does, made whole; other text as it is."""
    if not _LATIN_1_PAIR.search(text):
        return text
    try:
        raw = text.encode("latin-1")
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:  # cut off in the middle of a letter
        return raw[: error.start].decode("utf-8") if error.start and error.start >= len(raw) - 3 else text
    except UnicodeEncodeError:
        return text


def items(value: object) -> list[dict[str, Any]]:
    """The objects of a list; nothing of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def mapping(value: object) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def moment(value: object) -> str:
    """A time given as seconds or milliseconds since 1970, or as ISO 8601, for people to read; other text as it is."""
    number = value
    if isinstance(value, str) and value.isascii() and value.isdigit() and 9 <= len(value) <= 16:
        number = int(value)
    if isinstance(number, int | float) and not isinstance(number, bool):
        seconds = number / 1000 if number >= MILLISECONDS_FROM else number
        if 0 < seconds < LATEST_SECOND:
            return (_START + timedelta(seconds=int(seconds))).strftime("%Y-%m-%d %H:%M:%S UTC")
        return string(value)
    text = string(value)
    iso = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?", text)
    if iso is None:
        return text
    return f"{iso[1]} {iso[2]}" + {None: "", "Z": " UTC"}.get(iso[3], f" {iso[3]}")


def file_name(value: object) -> str:
    """The last piece of a path or address, without its query."""
    return string(value).split("?", 1)[0].replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def is_id(key: str) -> bool:
    """Whether a key names something that only programs see."""
    return _AN_ID.search(key) is not None


def leaves(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(key, text) of every text and number in order, ids aside; a path to a file gives the file's name."""
    if depth > MAX_DEPTH:
        raise Refusal("dangerous")
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, key, depth + 1)
    elif not is_id(key):
        text = file_name(value) if key in ("uri", "media_url", "thumbnail_url") else string(value)
        if text.strip():
            yield key, text
