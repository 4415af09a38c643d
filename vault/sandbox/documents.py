"""What the rest of the program asks of the jail: read a document, set text, make a facsimile, make a preview.

All four raise Refused, with kind encrypted, damaged, unsupported or unreadable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from vault.errors import Usage
from vault.model import copymarks
from vault.model.document import Block, BlockKind, Document, Page, PageKind
from vault.model.findings import Box, State
from vault.sandbox import checked
from vault.sandbox.jail import run
from vault.sandbox.standing import Standing
from vault.sandbox.transport import DEFAULT_LIMITS, DRAWING_LIMITS, Limits

PageSize = Literal["A4", "Letter"]
LOWEST_DPI, HIGHEST_DPI = 72, 400
DEFAULT_DPI = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding in a block's text: code points [start, end), the number that the reviewer types, its state."""

    start: int
    end: int
    number: int
    state: State


@dataclass(frozen=True, slots=True)
class MarkedBlock:
    """A block of a text page, as in the document, with its findings."""

    kind: BlockKind
    text: str
    level: int = 0
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedBox:
    """A box that was drawn on a picture page, with the number of its finding."""

    box: Box
    number: int


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One page to review: blocks for a text page, boxes for a picture page, which is page `drawn` of its source."""

    number: int
    kind: PageKind
    blocks: tuple[MarkedBlock, ...] = ()
    boxes: tuple[NumberedBox, ...] = ()
    drawn: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One exhibit. `source` is its place in the sources given along; None where it has no picture pages."""

    heading: str
    pages: tuple[PreviewPage, ...]
    source: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """What is on every page that is made for one copy: a text (the exhibit's label alone), "n / N", dashed rules.

    `mark` are the 8 random bytes of the copy, which the rules carry. Pages count from `first` up to `total`, 0 for as
    many as there turn out to be.
    """

    text: str
    mark: bytes
    first: int = 1
    total: int = 0


def _band(band: Band | None) -> dict[str, dict[str, object]]:
    """What a request says of it; nothing without one, so that pages of no copy are what they were."""
    if band is None:
        return {}
    rules = {rule: copymarks.cells(band.mark, rule) for rule in copymarks.RULES}
    return {"band": {"text": band.text, "first": band.first, "total": band.total, **rules}}


def extract(
    source: BinaryIO | bytes,
    media_type: str,
    *,
    words: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    accept_weak_jail: bool = False,
) -> Document:
    """Read the visible text of a document; pages that only a person can read come as kind "picture".

    `words` asks for the place of each word on a PDF's pages of text.
    """
    request = {"media_type": media_type, "words": words}
    answer = run("extract", request, [source], limits, accept_weak_jail=accept_weak_jail)
    return checked.document(answer.header)


def _block(block: Block) -> dict[str, object]:
    return {"kind": block.kind, "text": block.text, "level": block.level}


def _text_request(
    title: str, pages: Sequence[Page], page_size: PageSize, language: str, labels: Mapping[str, str] | None
) -> dict[str, object]:
    return {
        "title": title,
        "page_size": page_size,
        "language": language,
        "labels": dict(labels or {}),
        "pages": [
            {"number": page.number, "kind": page.kind, "blocks": [_block(one) for one in page.blocks]}
            for page in pages
        ],
    }


def typeset(
    title: str,
    pages: Sequence[Page],
    page_size: PageSize = "A4",
    *,
    language: str = "",
    labels: Mapping[str, str] | None = None,
    band: Band | None = None,
    worker: Standing | None = None,
    limits: Limits = DEFAULT_LIMITS,
    accept_weak_jail: bool = False,
) -> bytes:
    """A new tagged PDF of these pages' text; `labels` may replace "page" ("p. {n}"), "picture", "empty" and "lost".

    Nothing but the text given here is in it: no dates, names of programs, or glyphs that are not used. `language` is
    what screen readers are told ("ru"); without one it follows from the letters. `band` marks the pages of one copy,
    which break where they would without it. `worker` (see `typesetter`) does it in place of a process of its own.
    """
    request = _text_request(title, pages, page_size, language, labels) | _band(band)
    if worker is not None:
        return checked.pdf(worker.ask(request).blobs)
    return checked.pdf(run("typeset", request, (), limits, accept_weak_jail=accept_weak_jail).blobs)


def typesetter(*, accept_weak_jail: bool = False) -> Standing:
    """A worker that typesets one text after another, with bands or without."""
    return Standing("typeset", {"band": True}, accept_weak_jail=accept_weak_jail)


def docx(
    title: str,
    pages: Sequence[Page],
    page_size: PageSize = "A4",
    *,
    language: str = "",
    labels: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    accept_weak_jail: bool = False,
) -> bytes:
    """A new Word document of these pages' text, with the arguments of `typeset`; nothing else is in it."""
    request = _text_request(title, pages, page_size, language, labels)
    return checked.docx(run("docx", request, (), limits, accept_weak_jail=accept_weak_jail).blobs)


def _sides(box: Box) -> dict[str, float]:
    """A box in percent, refused where it is not on the page: a box that hides nothing must not pass unseen."""
    inside = 0 <= box.x <= 100 and 0 <= box.y <= 100 and box.x + box.width <= 100.5 and box.y + box.height <= 100.5
    if not inside or not (box.width > 0 and box.height > 0):
        raise Usage("a box lies outside its page", hint="Give X,Y,W,H in percent of the page, from the top left.")
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def facsimile(
    source: BinaryIO | bytes,
    media_type: str,
    boxes: Mapping[int, Sequence[Box]],
    withheld: Collection[int] = (),
    dpi: int = DEFAULT_DPI,
    *,
    pages: Collection[int] = (),
    words: Mapping[int, Sequence[tuple[str, Box]]] | None = None,
    largest: int | None = None,
    band: Band | None = None,
    limits: Limits = DRAWING_LIMITS,
    accept_weak_jail: bool = False,
) -> bytes:
    """A new PDF of the pages' pixels, black boxes filled in, `withheld` pages replaced; keys count pages from 1.

    `pages` are the only ones in the new document; none named means all. `words` go into an invisible layer, so that
    what stays readable can be searched; `largest` is the most bytes that the PDF may have. With a `band` the pages
    grow by white strips around their pixels, which stay as large as they were.

    Raises Usage for a box outside its page, Refused (unreadable) for a page that the document does not have.
    """
    request: dict[str, object] = {
        "media_type": media_type,
        "dpi": max(LOWEST_DPI, min(HIGHEST_DPI, dpi)),
        "pages": sorted(set(pages)),
        "withheld": sorted(set(withheld)),
        "boxes": [{"page": page, **_sides(box)} for page, many in sorted(boxes.items()) for box in many],
        "words": [
            {"page": page, "text": text, **_sides(box)}
            for page, many in sorted((words or {}).items())
            for text, box in many
        ],
        "largest": largest,
        **_band(band),
    }
    return checked.pdf(run("facsimile", request, [source], limits, accept_weak_jail=accept_weak_jail).blobs)


def _preview_page(page: PreviewPage) -> dict[str, object]:
    blocks = [
        {
            "kind": block.kind,
            "level": block.level,
            "text": block.text,
            "marks": [
                {"start": mark.start, "end": mark.end, "number": mark.number, "state": mark.state}
                for mark in block.marks
            ],
        }
        for block in page.blocks
    ]
    boxes = [{**_sides(one.box), "number": one.number} for one in page.boxes]
    drawn = page.drawn or page.number
    return {"number": page.number, "kind": page.kind, "blocks": blocks, "boxes": boxes, "drawn": drawn}


def preview(
    title: str,
    sections: Sequence[Section],
    sources: Sequence[BinaryIO | bytes] = (),
    page_size: PageSize = "A4",
    *,
    dpi: int = DEFAULT_DPI,
    labels: Mapping[str, str] | None = None,
    limits: Limits = DRAWING_LIMITS,
    accept_weak_jail: bool = False,
) -> bytes:
    """The reviewer's PDF: findings numbered in the text, picture pages under a percent grid with their boxes.

    The pixels of picture pages are those of a facsimile of the same `dpi`: what can't be seen there doesn't leave.
    `labels` may replace "page", "picture", "empty" and "legend".
    """
    request: dict[str, object] = {
        "title": title,
        "page_size": page_size,
        "dpi": max(LOWEST_DPI, min(HIGHEST_DPI, dpi)),
        "labels": dict(labels or {}),
        "sections": [
            {
                "heading": section.heading,
                "blob": section.source,
                "media_type": section.media_type,
                "pages": [_preview_page(page) for page in section.pages],
            }
            for section in sections
        ],
    }
    return checked.pdf(run("preview", request, sources, limits, accept_weak_jail=accept_weak_jail).blobs)


def join(pdfs: Sequence[bytes], *, limits: Limits = DEFAULT_LIMITS, accept_weak_jail: bool = False) -> bytes:
    """One PDF of several of ours, in their order."""
    return checked.pdf(run("join", {}, pdfs, limits, accept_weak_jail=accept_weak_jail).blobs)
