"""Turns what a worker answered into values that can be used: types, bounds and characters, each checked.

A worker may be owned by the document that it read. Whatever is wrong here makes the whole answer worthless.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar, get_args

from vault.model.document import Block, BlockKind, Document, Page, PageKind, Word
from vault.sandbox import checked_places, reasons

MAX_PAGES = 2_000
MAX_BLOCKS = 200_000
MAX_TEXT = 5_000_000
MAX_NOTES = 100
MAX_LEVEL = 9
LARGEST_SIDE = 1_000_000.0
LIKENESS = re.compile("(?:[0-9a-f]{64})?")
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
PDF_START, PDF_END = b"%PDF-1.", b"%%EOF"
ZIP_START, ZIP_END, ZIP_END_SIZE = b"PK\x03\x04", b"PK\x05\x06", 22
BLOCK_KINDS: dict[str, BlockKind] = {kind: kind for kind in get_args(BlockKind)}
PAGE_KINDS: dict[str, PageKind] = {kind: kind for kind in get_args(PageKind)}

Name = TypeVar("Name")


def _whole(untrusted: object, least: int, most: int) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or not least <= untrusted <= most:
        raise reasons.refusal("broken-answer")
    return untrusted


def _side(untrusted: object) -> float:
    """A page's width or height in points, or its pixels a point."""
    if not isinstance(untrusted, int | float) or isinstance(untrusted, bool):
        raise reasons.refusal("broken-answer")
    if not 0 <= untrusted <= LARGEST_SIDE:  # also false for what is not a number
        raise reasons.refusal("broken-answer")
    return float(untrusted)


def _likeness(untrusted: object) -> str:
    if not isinstance(untrusted, str) or not LIKENESS.fullmatch(untrusted):
        raise reasons.refusal("broken-answer")
    return untrusted


def _list(untrusted: object, most: int) -> list[object]:
    if not isinstance(untrusted, list) or len(untrusted) > most:
        raise reasons.refusal("broken-answer")
    return untrusted


def _named(names: Mapping[str, Name], untrusted: object) -> Name | None:
    return names.get(untrusted) if isinstance(untrusted, str) else None


def _mapping(untrusted: object) -> dict[str, object]:
    if not isinstance(untrusted, dict):
        raise reasons.refusal("broken-answer")
    return untrusted


def text(untrusted: object) -> str:
    """A string without control characters (but tab and newline) and without surrogates."""
    if not isinstance(untrusted, str):
        raise reasons.refusal("broken-answer")
    return UNWANTED.sub("", untrusted)


def _block(untrusted: object) -> Block:
    fields = _mapping(untrusted)
    kind = _named(BLOCK_KINDS, fields.get("kind"))
    if kind is None:
        raise reasons.refusal("broken-answer")
    words = "" if kind == "picture" else text(fields.get("text"))
    return Block(kind, words, _whole(fields.get("level"), 0, MAX_LEVEL))


def blocks(untrusted: object, most: int = MAX_BLOCKS) -> tuple[Block, ...]:
    """The blocks of a page; raises Refused."""
    return tuple(_block(one) for one in _list(untrusted, most))


def placed(untrusted_words: object, untrusted_blocks: object, known: tuple[Block, ...]) -> tuple[Word, ...]:
    """Words with their places in `known`, the checked blocks; raises Refused if checking moved a character."""
    given = [_mapping(one).get("text") for one in _list(untrusted_blocks, MAX_BLOCKS)]
    if any(block.kind != "picture" and block.text != one for block, one in zip(known, given, strict=True)):
        raise reasons.refusal("broken-answer")
    return checked_places.words(untrusted_words, known)


def _page(untrusted: object, number: int) -> Page:
    fields = _mapping(untrusted)
    kind = _named(PAGE_KINDS, fields.get("kind"))
    if kind is None or _whole(fields.get("number"), 1, MAX_PAGES) != number:
        raise reasons.refusal("broken-answer")
    known = blocks(fields.get("blocks"))
    words = placed(fields["words"], fields.get("blocks"), known) if "words" in fields else ()
    unsure = checked_places.boxes(fields["unsure"]) if "unsure" in fields else ()
    return Page(
        number, kind, _side(fields.get("width")), _side(fields.get("height")), known, words, unsure,
        density=_side(fields["density"]) if "density" in fields else 0.0,
        likeness=_likeness(fields["likeness"]) if "likeness" in fields else "",
    )  # fmt: skip


def note(untrusted: object) -> str:
    """The sentence of one [code, number]; raises Refused."""
    pair = _list(untrusted, 2)
    if len(pair) != 2:
        raise reasons.refusal("broken-answer")
    return reasons.note(pair[0], pair[1])


def document(untrusted: dict[str, object]) -> Document:
    """The answer of the `extract` job; raises Refused where anything about it is out of bounds."""
    pages = [_page(one, number) for number, one in enumerate(_list(untrusted.get("pages"), MAX_PAGES), start=1)]
    count = sum(len(page.blocks) for page in pages)
    characters = sum(len(block.text) for page in pages for block in page.blocks)
    if not pages or count > MAX_BLOCKS or characters > MAX_TEXT:
        raise reasons.refusal("broken-answer")
    notes = tuple(note(one) for one in _list(untrusted.get("notes"), MAX_NOTES))
    return Document(tuple(pages), notes)


def docx(untrusted_blobs: tuple[bytes, ...]) -> bytes:
    """The one DOCX of a writing job: its first and last record are looked at, as with a PDF."""
    if len(untrusted_blobs) != 1:
        raise reasons.refusal("broken-answer")
    (untrusted,) = untrusted_blobs
    if not untrusted.startswith(ZIP_START) or not untrusted[-ZIP_END_SIZE:].startswith(ZIP_END):
        raise reasons.refusal("broken-answer")
    return untrusted


def pdf(untrusted_blobs: tuple[bytes, ...]) -> bytes:
    """The one PDF of a writing job. Only its ends are looked at: the leak check reads the rest, in a jail."""
    if len(untrusted_blobs) != 1:
        raise reasons.refusal("broken-answer")
    (untrusted,) = untrusted_blobs
    if not untrusted.startswith(PDF_START) or not untrusted.rstrip(b"\r\n").endswith(PDF_END):
        raise reasons.refusal("broken-answer")
    return untrusted
