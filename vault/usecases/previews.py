"""What the reviewer's preview shows of an item: findings marked in its text, boxes on its pages of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from vault.model.document import Document, Page
from vault.model.records import Evidence
from vault.redaction import rebuild
from vault.redaction.plan import Finding
from vault.sandbox.documents import Mark, MarkedBlock, NumberedBox, PreviewPage, Section


@dataclass(frozen=True, slots=True)
class Drawn:
    """A section, and the part of the document that its pages of pixels are drawn from; None where there are none."""

    section: Section
    part: int | None


def sections(number: int, item: Evidence, document: Document, findings: Sequence[Finding]) -> list[Drawn]:
    """One section for each file inside the item that has pages, the item's own first."""
    out = []
    for part, group in groupby(document.pages, key=lambda page: page.part):
        pages = list(group)
        heading = f"{number}. {item.id}  {item.kind}" + (f", file {part} inside" if part else "")
        first = document.parts[part].first if document.parts else 1
        shown = tuple(_page(page, page.number - first + 1, findings) for page in pages)
        pixels = any(page.kind == "picture" for page in pages)
        out.append(Drawn(Section(heading, shown), part if pixels else None))
    return out


def _page(page: Page, drawn: int, findings: Sequence[Finding]) -> PreviewPage:
    mine = [finding for finding in findings if finding.page == page.number]
    if page.kind == "picture":
        boxes = tuple(NumberedBox(box, f.number) for f in mine for box in rebuild.boxes_of(page, f))
        return PreviewPage(page.number, page.kind, (), boxes, drawn)
    blocks = tuple(
        MarkedBlock(block.kind, block.text, block.level, _marks(mine, place))
        for place, block in enumerate(page.blocks)
    )
    return PreviewPage(page.number, page.kind, blocks, (), drawn)


def _marks(findings: Sequence[Finding], block: int) -> tuple[Mark, ...]:
    return tuple(Mark(f.start, f.end, f.number, f.state) for f in findings if f.block == block and not f.on_picture)
