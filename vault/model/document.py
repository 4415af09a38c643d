"""What a document looks like once the worker has read it: pages of text blocks, and nothing executable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list-item", "table-row", "picture"]
PageKind = Literal["text", "picture"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of visible text. In a table row the cells are joined by a tab.

    A `picture` block stands where a picture was inside running text; its text is empty.
    """

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `number` counts from 1; width and height are in PDF points, 0 where the source has no pages.

    A `picture` page is one that only a person can read: a scan or a photo.
    """

    number: int
    kind: PageKind
    width: float
    height: float
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """All blocks, one a line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the worker reported it. `notes` names what was there and could not be read."""

    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()
