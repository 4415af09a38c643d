"""Plain text, and the exports that come as such: WhatsApp's chats, X's scripts."""

from __future__ import annotations

from typing import Any

from vault.worker import read_chat, read_chat_message, read_chat_whatsapp, read_chat_x, read_text
from vault.worker.refusal import Refusal


def prepare() -> None:
    """Load the codecs."""
    read_text.prepare()
    read_chat.prepare()


def read(data: bytes) -> dict[str, Any]:
    """One page of paragraphs; of an export a page a chat."""
    if not data:
        raise Refusal("empty")
    text, guessed, lost = read_text.decode(data)
    if not lost and read_chat_x.is_script(text):
        return read_chat.read_script(text)
    if read_chat_whatsapp.is_one(text):
        chat = read_chat_message.Chat("WhatsApp", read_chat_whatsapp.messages(text))
        return read_chat_message.answer([chat], notes={"guessed-encoding": int(guessed), "lost-characters": lost})
    return read_text.read(data)
