"""What a document looks like once the worker has read it: pages of text blocks, and nothing executable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vault.model.findings import Box

BlockKind = Literal["heading", "paragraph", "list-item", "table-row", "picture"]
PageKind = Literal["text", "picture"]
Look = Literal["ocr", "faces"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of visible text. In a table row the cells are joined by a tab.

    A `picture` block stands where a picture was inside running text; its text is empty.
    """

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word stands: code points [start, end) of a block of its page, and its box on the page.

    `confidence`, 0 to 1, is how sure the recognition of characters was; None where the text came with the document.
    """

    block: int
    start: int
    end: int
    box: Box
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `number` counts from 1; width and height are in PDF points, 0 where the source has no pages.

    A `picture` page leaves as pixels, as a scan or a photo does. What was recognised on it stands in `blocks`, and
    `words` says where; `unsure` are its regions with ink that no recognition is to be trusted for, `faces` those with
    a face, `looked` what it was searched by at all. `part` is the place in `Document.parts` of the file it is from.
    `density` is how many pixels a point of its picture has, 0 if that is not known; `likeness` 64 hex digits of which
    the same picture, compressed anew, has nearly all bits, "" if that is not known or it shows next to nothing.
    """

    number: int
    kind: PageKind
    width: float
    height: float
    blocks: tuple[Block, ...]
    words: tuple[Word, ...] = ()
    unsure: tuple[Box, ...] = ()
    faces: tuple[Box, ...] = ()
    looked: tuple[Look, ...] = ()
    part: int = 0
    density: float = 0.0
    likeness: str = ""

    @property
    def text(self) -> str:
        """All blocks, one a line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a file. `path` counts the members from the outermost container inwards; () is that itself.

    Its pages are `first` to `first + count - 1` of the document; `reason` says why it could not be read.
    """

    path: tuple[int, ...]
    name: str
    media_type: str
    first: int = 0
    count: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the worker reported it. `notes` names what was there and could not be read; `parts` is empty for
    a file that holds no other files."""

    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
