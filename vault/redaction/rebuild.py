"""Applies a reviewed plan to a document: the pages to typeset anew, the boxes and pages to cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vault.model.document import Block, Document, Page
from vault.model.findings import Box
from vault.redaction.plan import BOX, PICTURE, Finding


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What remains of one document.

    `text_pages` are to be typeset; `boxes` and `withheld` belong to the pages that are pictures, by page number.
    `counts` is redactions by category.
    """

    text_pages: tuple[Page, ...]
    picture_pages: tuple[int, ...]
    boxes: dict[int, list[Box]]
    withheld: frozenset[int]
    counts: dict[str, int]


def rebuild(document: Document, findings: Sequence[Finding]) -> Rebuilt:
    """Apply the accepted findings of one document."""
    accepted = [finding for finding in findings if finding.state == "accepted"]
    boxes: dict[int, list[Box]] = {}
    counts: dict[str, int] = {}
    for finding in accepted:
        counts[finding.category] = counts.get(finding.category, 0) + 1
        if finding.category == BOX and finding.box is not None:
            boxes.setdefault(finding.page, []).append(finding.box)
    pictures = tuple(page.number for page in document.pages if page.kind == "picture")
    reviewed = {f.page for f in findings if f.category == PICTURE and f.state == "rejected"}
    return Rebuilt(
        text_pages=tuple(_text_page(page, accepted) for page in document.pages if page.kind == "text"),
        picture_pages=pictures,
        boxes={number: boxes[number] for number in boxes if number in pictures},
        # A page leaves only after somebody has said that they looked at it; whatever else is withheld.
        withheld=frozenset(pictures) - reviewed,
        counts=counts,
    )


def _text_page(page: Page, accepted: Sequence[Finding]) -> Page:
    mine = [f for f in accepted if f.page == page.number and f.category not in (BOX, PICTURE)]
    blocks = tuple(
        replace(block, text=replaced(block, [f for f in mine if f.block == number]))
        for number, block in enumerate(page.blocks)
    )
    return replace(page, blocks=blocks)


def replaced(block: Block, findings: Sequence[Finding]) -> str:
    """The block's text with each accepted stretch replaced by its label; overlapping ones become one."""
    out, place = [], 0
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if finding.start < place:
            # Nested or overlapping: the first label stands for both, and nothing of the second may remain.
            place = max(place, finding.end)
            continue
        out += [block.text[place : finding.start], finding.label]
        place = finding.end
    return "".join([*out, block.text[place:]])
