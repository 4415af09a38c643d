"""X's archive: scripts that assign JSON to window.YTD.NAME.partN: posts, direct messages, likes, the account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vault.worker.read_chat_any import Walker
from vault.worker.read_chat_message import Chat, Message, file_name, items, leaves, mapping, moment, string

_NAME = re.compile(r"window\.(?:YTD\.([A-Za-z0-9_]{1,60})\.part\d{1,6}|__THAR_CONFIG)\s{0,20}")
_STARTED = ("participantsJoin", "participantsLeave", "conversationNameUpdate", "joinConversation", "reactionCreate")
_POSTS = ("tweet", "noteTweet", "deletedTweet", "communityTweet")


def is_script(text: str) -> bool:
    """Whether a text is such a script."""
    start = text[:200].lstrip("\ufeff \t\r\n")
    name, equals, _ = start.partition("=")
    return bool(equals) and _NAME.fullmatch(name) is not None


def chats(name: str, export: object) -> list[Chat] | None:
    """The pages; None for what is not X's."""
    found = _NAME.fullmatch(name.lstrip("\ufeff \t\r\n"))
    if found is None:
        return None
    title = (found.group(1) or "manifest").replace("_", " ")
    entries = items(export) if isinstance(export, list) else [mapping(export)]
    conversations = [mapping(one.get("dmConversation")) for one in entries if "dmConversation" in one]
    if conversations:
        return [_conversation(title, one) for one in conversations]
    return [_feed(title, entries)]


def _feed(title: str, entries: list[dict[str, Any]]) -> Chat:
    rest = Walker()
    messages = []
    for entry in entries:
        kind = next((key for key in _POSTS if isinstance(entry.get(key), dict)), "")
        if kind:
            messages.append(_post(kind, entry[kind]))
        elif isinstance(entry.get("like"), dict):
            messages.append(Message("like", "", string(entry["like"].get("fullText"))))
        else:
            rest.walk(entry, "", 0)
    return Chat(title, messages, tuple(block["text"] for block in rest.finished()), rest.unseen)


def _post(kind: str, post: dict[str, Any]) -> Message:
    core = mapping(post.get("core"))
    text = next(
        (string(one) for one in (post.get("full_text"), post.get("text"), core.get("text")) if string(one)), ""
    )
    when = string(post.get("created_at")) or moment(post.get("createdAt"))
    entities = mapping(post.get("entities"))
    links = [string(one.get("expanded_url")) for one in items(entities.get("urls"))]
    named = [string(one.get("name")) for one in items(entities.get("user_mentions"))]
    media = items(mapping(post.get("extended_entities")).get("media")) or items(entities.get("media"))
    files = [f"{string(one.get('type')) or 'file'}: {file_name(one.get('media_url'))}" for one in media]
    extra = (
        [f"in reply to @{string(post.get('in_reply_to_screen_name'))}"] if post.get("in_reply_to_screen_name") else []
    )
    extra += [f"names: {', '.join(name for name in named if name)}"] if any(named) else []
    alt = [string(one.get("ext_alt_text")) for one in media]
    lines = [text, *(line for line in (*links, *alt) if line and line not in text)]
    return Message("post" if kind == "tweet" else kind, when, "\n".join(lines).strip(), tuple(files), tuple(extra))


def _conversation(title: str, conversation: dict[str, Any]) -> Chat:
    """X names nobody here, only numbers: people get a number in the order in which they appear."""
    people: dict[str, str] = {}

    def person(untrusted: object) -> str:
        return people.setdefault(string(untrusted), f"person {len(people) + 1}") if string(untrusted) else ""

    def messages() -> Iterator[Message]:
        said = items(conversation.get("messages"))
        for one in reversed(said):  # the newest comes first
            for kind, inner in one.items():
                yield _said(kind, mapping(inner), person)

    name = next((text for key, text in leaves(conversation) if key == "name"), title)
    return Chat(name, messages())


def _said(kind: str, one: dict[str, Any], person: Any) -> Message:
    when = moment(one.get("createdAt"))
    author = person(one.get("senderId")) or person(one.get("initiatingUserId"))
    if kind not in ("messageCreate", "welcomeMessageCreate"):
        known = kind if kind in _STARTED else "event"
        words = re.sub(r"([A-Z])", r" \1", known).lower()
        named = [text for key, text in leaves(one) if key == "name"]
        return Message(author, when, "", (), (": ".join([words, *named]),))
    urls = one.get("mediaUrls")
    files = tuple(f"file: {file_name(url)}" for url in urls if file_name(url)) if isinstance(urls, list) else ()
    links = [string(link.get("expanded")) for link in items(one.get("urls"))]
    text = string(one.get("text"))
    reactions = [
        " ".join(filter(None, (string(each.get("reactionKey")), person(each.get("senderId")))))
        for each in items(one.get("reactions"))
    ]
    extra = (f"reactions: {', '.join(reactions)}",) if reactions else ()
    return Message(
        author, when, "\n".join([text, *(link for link in links if link not in text)]).strip(), files, extra
    )
