"""What is written on picture pages, which regions of them nobody may trust, and where faces are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from vault.model.document import Block, Look, Word
from vault.model.findings import Box
from vault.sandbox import checked, checked_places, reasons
from vault.sandbox.documents import DEFAULT_DPI, HIGHEST_DPI, LOWEST_DPI
from vault.sandbox.jail import run
from vault.sandbox.transport import MIB, Limits

MAX_BLOCKS = 20_000
PAGES_AT_ONCE = 8
"""Of one document in one process: a page that stops it costs its few neighbours a second try, no more."""
SECONDS_TO_START, SECONDS_A_PAGE = 30, 120
"""A page takes about 4 s; one that is turned, enlarged and searched again, on a slow machine, far more."""
MEMORY = 2048 * MIB
OUTPUT = 32 * MIB


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen on one page. Boxes are in percent of the page as a facsimile shows it."""

    blocks: tuple[Block, ...] = ()
    words: tuple[Word, ...] = ()
    unsure: tuple[Box, ...] = ()
    faces: tuple[Box, ...] = ()
    looked: tuple[Look, ...] = ()


def limits(pages: int) -> Limits:
    """What a process may use for so many pages."""
    seconds = SECONDS_TO_START + SECONDS_A_PAGE * pages
    return Limits(MEMORY, cpu_seconds=seconds, wall_seconds=2.0 * seconds, output_bytes=OUTPUT)


def look(
    source: BinaryIO | bytes,
    media_type: str,
    pages: Sequence[int],
    *,
    ocr: bool,
    faces: bool,
    dpi: int = DEFAULT_DPI,
    accept_weak_jail: bool = False,
) -> dict[int, Looked]:
    """Look at these pages of a PDF or a picture, counted from 1, a few of them in each process.

    Raises Refused: kind unsupported where an extra does not start, unreadable for pages that there are not. A source
    that is a file is read from where it stands; where it takes a second process, from its start.
    """
    wanted = sorted(set(pages))
    found: dict[int, Looked] = {}
    for at in range(0, len(wanted), PAGES_AT_ONCE):
        some = wanted[at : at + PAGES_AT_ONCE]
        if at and not isinstance(source, bytes):
            source.seek(0)
        request: dict[str, object] = {
            "media_type": media_type,
            "pages": some,
            "ocr": ocr,
            "faces": faces,
            "dpi": max(LOWEST_DPI, min(HIGHEST_DPI, dpi)),
        }
        answer = run("look", request, [source], limits(len(some)), accept_weak_jail=accept_weak_jail)
        found.update(looked(answer.header, some, ocr=ocr, faces=faces))
    return found


def looked(untrusted: dict[str, object], wanted: Sequence[int], *, ocr: bool, faces: bool) -> dict[int, Looked]:
    """The answer of the `look` job, checked: exactly the pages and the looks that were asked for; raises Refused."""
    pages = untrusted.get("pages")
    if not isinstance(pages, list) or len(pages) != len(wanted):
        raise reasons.refusal("broken-answer")
    asked: tuple[Look, ...] = (*(("ocr",) if ocr else ()), *(("faces",) if faces else ()))
    return {number: _page(one, number, asked) for number, one in zip(wanted, pages, strict=True)}


def _page(untrusted: object, number: int, asked: tuple[Look, ...]) -> Looked:
    if not isinstance(untrusted, dict) or untrusted.get("number") != number or untrusted.get("looked") != [*asked]:
        raise reasons.refusal("broken-answer")
    blocks = checked.blocks(untrusted.get("blocks"), MAX_BLOCKS)
    if sum(len(block.text) for block in blocks) > checked.MAX_TEXT:
        raise reasons.refusal("broken-answer")
    words = checked.placed(untrusted.get("words"), untrusted.get("blocks"), blocks)
    unsure = checked_places.boxes(untrusted.get("unsure"))
    found = checked_places.boxes(untrusted.get("faces"))
    if ("ocr" not in asked and (blocks or words or unsure)) or ("faces" not in asked and found):
        raise reasons.refusal("broken-answer")
    return Looked(blocks, words, unsure, found, asked)
