"""The shapes in which every reader answers: pages of blocks, and counted notes. Bounds on both."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vault.worker.refusal import Refusal

MAX_PAGES = 2_000
MAX_BLOCKS = 200_000
MAX_TEXT = 20_000_000
MILLION = 1_000_000

_KEPT_CONTROLS = {"\t", "\n"}
_INVISIBLE = set("\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
_INVISIBLE.update(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)]))


def clean(text: str) -> str:
    """Without control characters, lone surrogates, soft hyphens, zero widths and direction marks.

    None of them shows, and each of them hides a name from a search.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for character in text:
        if character in _INVISIBLE:
            continue
        category = unicodedata.category(character)
        if character in _KEPT_CONTROLS or category not in ("Cc", "Cs"):
            kept.append(character)
        elif character in "\r\v\f\x85":
            kept.append("\n")
    return "".join(kept)


def block(kind: str, text: str, level: int = 0) -> dict[str, Any]:
    """One block; `kind` as in vault/model/document.py."""
    return {"kind": kind, "text": clean(text), "level": level}


def page(number: int, kind: str, size: tuple[float, float], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """One page; `size` in points, (0, 0) where the source has no pages."""
    return {
        "number": number,
        "kind": kind,
        "width": round(size[0], 2),
        "height": round(size[1], 2),
        "blocks": blocks,
    }


@dataclass
class Collector:
    """Pages and notes as they come in; refuses with a clear reason what is too much."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    _blocks: int = 0
    _text: int = 0

    def add(self, new_page: dict[str, Any]) -> None:
        """Take one more page."""
        if len(self.pages) >= MAX_PAGES:
            raise Refusal("too-many-pages", MAX_PAGES)
        self._blocks += len(new_page["blocks"])
        self._text += sum(len(one["text"]) for one in new_page["blocks"])
        if self._text > MAX_TEXT or self._blocks > MAX_BLOCKS:
            raise Refusal("too-much-text", MAX_TEXT // MILLION)
        self.pages.append(new_page)

    def note(self, code: str, count: int = 1) -> None:
        """Count something that was there and is not in the pages; codes stand in vault/sandbox/reasons.py."""
        if count:
            self.notes[code] += count

    def answer(self, kind: str) -> dict[str, Any]:
        """The header of the `extract` job."""
        return {"kind": kind, "pages": self.pages, "notes": [list(one) for one in sorted(self.notes.items())]}
