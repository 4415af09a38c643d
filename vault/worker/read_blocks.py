"""The shapes in which every reader answers: pages of blocks, and counted notes. Bounds on both."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vault.worker.refusal import Refusal

MAX_PAGES = 2_000
MAX_BLOCKS = 200_000
MAX_TEXT = 5_000_000
MILLION = 1_000_000

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff"  # controls and lone surrogates
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff"  # soft hyphen, joiner, zero widths
    "\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"  # directions and tags
)
_TURNED = re.compile("(?<!\\w)\u202e([^\u202a-\u202e\u2066-\u2069\n]*)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def _as_seen(turned: re.Match[str]) -> str:
    """What a mark turns around is written from its end, so that it is read from its start; scripts that run
    from right to left stay as they are."""
    text = turned.group(1)
    return text if _RIGHT_TO_LEFT.search(text) else text[::-1]


def clean(text: str) -> str:
    """Without control characters, lone surrogates, soft hyphens, zero widths and direction marks.

    None of them shows, and each of them hides a name from a search.
    """
    turned = _TURNED.sub(_as_seen, text) if "\u202e" in text else text
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", turned))


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

    def watch(self, blocks: list[dict[str, Any]]) -> None:
        """Refuse a page that is still being read, as soon as it holds too many blocks."""
        if len(blocks) + self._blocks > MAX_BLOCKS:
            raise Refusal("too-much-text", MAX_TEXT // MILLION)

    def note(self, code: str, count: int = 1) -> None:
        """Count something that was there and is not in the pages; codes stand in vault/sandbox/reasons.py."""
        if count:
            self.notes[code] += count

    def answer(self, kind: str) -> dict[str, Any]:
        """The header of the `extract` job."""
        return {"kind": kind, "pages": self.pages, "notes": [list(one) for one in sorted(self.notes.items())]}
