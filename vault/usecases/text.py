"""Text that people type into the vault: one form, bounded, printable."""

from __future__ import annotations

import unicodedata

from vault.errors import Usage
from vault.model import languages

MAX_TEXT = 20_000


def cleaned(text: str, what: str, *, required: bool = False, limit: int = MAX_TEXT) -> str:
    """NFC, without control characters but line ends and tabs, trimmed. Raises Usage naming `what`."""
    kept = "".join(
        " " if unicodedata.category(c) == "Cs" else c
        for c in unicodedata.normalize("NFC", text)
        if c in "\n\t" or unicodedata.category(c) != "Cc"
    ).strip()
    if required and not kept:
        raise Usage(f"{what} is empty")
    if len(kept) > limit:
        raise Usage(f"{what} is longer than {limit} characters")
    return kept


def language(text: str) -> str:
    """Codes of BCP 47 for codes or names of languages: they leave with an exhibit. Raises Usage."""
    tags = languages.tags(cleaned(text, "the language", limit=40))
    if tags is None:
        raise Usage("there is no such language", hint="Write its code, such as ru, ce or en; several as 'ce, ru'.")
    return tags


def file_name(name: str, limit: int) -> str:
    """A file's name as it is, character for character: no normal form, nothing trimmed.

    Only control characters, which could steer a terminal, are left out; bytes that are no UTF-8 become U+FFFD.
    """
    kept = (c for c in name if unicodedata.category(c) != "Cc")
    return "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in kept)[:limit]


def day(text: str, what: str) -> str:
    """An ISO 8601 date or time, or nothing. Raises Usage."""
    from datetime import datetime

    kept = cleaned(text, what, limit=40)
    if kept:
        try:
            datetime.fromisoformat(kept)
        except ValueError:
            raise Usage(f"{what} is not a date", hint="Write it as 2024-03-31 or 2024-03-31T14:05.") from None
    return kept
