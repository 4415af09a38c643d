"""Tables as text, and the exports that come as such: YouTube's comments and subscriptions."""

from __future__ import annotations

import csv
from typing import Any

from vault.worker import read_blocks, read_chat_message, read_chat_youtube, read_csv, read_text
from vault.worker.refusal import Refusal

prepare = read_csv.prepare


def read(data: bytes) -> dict[str, Any]:
    """One page of table rows; of an export an entry a row."""
    if not data:
        raise Refusal("empty")
    text, guessed, lost = read_text.decode(data)
    if not read_chat_youtube.is_table(text):
        return read_csv.read(data)
    csv.field_size_limit(read_blocks.MAX_TEXT)
    notes = {"guessed-encoding": int(guessed), "lost-characters": lost}
    try:
        return read_chat_message.answer(read_chat_youtube.table(text), notes=notes)
    except csv.Error:
        raise Refusal("damaged") from None
