"""Web pages, and the chats that come as such."""

from __future__ import annotations

from typing import Any

from vault.worker import read_blocks, read_chat_html, read_chat_message, read_html


def prepare() -> None:
    """Load the parser and the codecs."""
    read_html.prepare()


def read(data: bytes) -> dict[str, Any]:
    """A page a chat if it is one, else what a browser shows."""
    if b"message" in data:
        collector = read_blocks.Collector()
        chats = read_chat_html.chats(read_html.tree(read_html.decoded(data, collector)))
        if chats is not None:
            return read_chat_message.answer(chats, notes=collector.notes)
    return read_html.read(data)
