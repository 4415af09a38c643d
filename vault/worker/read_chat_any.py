"""JSON of no known shape: every text and number in order, each with its name, so that nothing goes unsearched."""

from __future__ import annotations

from typing import Any

from vault.worker import read_blocks
from vault.worker.read_chat_message import MAX_DEPTH, file_name, is_id, string
from vault.worker.refusal import Refusal

MAX_LINES = 100_000
DEEPEST_HEADING = 3


def read(export: object) -> dict[str, Any]:
    """One page: objects as paragraphs of "name: value" lines, what they hold below them. Raises Refusal."""
    collector = read_blocks.Collector()
    walker = Walker()
    walker.walk(export, "", 0)
    blocks = walker.finished()
    if not walker.lines:
        raise Refusal("unsupported-json")
    collector.note("unknown-export")
    collector.note("details-left-out", walker.unseen)
    collector.add(read_blocks.page(1, "text", (0, 0), blocks))
    return collector.answer("json")


class Walker:
    """Collects lines into paragraphs, an object each; also for the parts of known exports that have no form."""

    def __init__(self) -> None:
        self.lines = 0
        self.unseen = 0
        self._blocks: list[dict[str, Any]] = []
        self._waiting: list[str] = []

    def finished(self) -> list[dict[str, Any]]:
        """All blocks."""
        self._flush()
        return self._blocks

    def _flush(self) -> None:
        if self._waiting:
            self._blocks.append(read_blocks.block("paragraph", "\n".join(self._waiting)))
            self._waiting = []

    def _line(self, key: str, value: object) -> None:
        text = string(value)
        if is_id(key):
            self.unseen += int(bool(text))
            return
        if key in ("uri", "media_url", "thumbnail_url"):
            text = file_name(text)
        if text.strip():
            self.lines += 1
            if self.lines > MAX_LINES:
                raise Refusal("unsupported-json")
            self._waiting.append(f"{key}: {text}" if key else text)

    def walk(self, value: object, key: str, depth: int) -> None:
        """Take in one value under its name."""
        if depth > MAX_DEPTH:
            raise Refusal("dangerous")
        if isinstance(value, dict):
            self._flush()
            nested = []
            for name, inner in value.items():
                if isinstance(inner, dict | list):
                    nested.append((string(name), inner))
                else:
                    self._line(string(name), inner)
            for name, inner in nested:
                self._heading(name, inner, depth)
                self.walk(inner, name, depth + 1)
            self._flush()
        elif isinstance(value, list):
            for inner in value:
                self.walk(inner, key, depth + 1)
        else:
            self._line(key, value)

    def _heading(self, name: str, inner: object, depth: int) -> None:
        """A heading only over what has objects in it: a list of plain values carries its name on each line."""
        objects = isinstance(inner, dict) or any(isinstance(one, dict | list) for one in inner if inner)  # type: ignore[attr-defined]
        if objects and inner and name:
            self._flush()
            kind = ("heading", min(depth + 1, 6)) if depth < DEEPEST_HEADING else ("paragraph", 0)
            self._blocks.append(read_blocks.block(kind[0], name, kind[1]))
