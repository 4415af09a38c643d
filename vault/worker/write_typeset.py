"""The `typeset` job: text blocks in, one clean PDF out. No source document is involved.

Lines are broken anew, so a gap or a line's length says nothing about what stood there before.
"""

from __future__ import annotations

from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_pages


def prepare(request: dict[str, Any]) -> None:
    """Load reportlab and the fonts."""
    write_pages.prepare()


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """request {"title", "page_size", "labels", "pages": [{"number", "kind", "blocks"}]}; one blob, the PDF."""
    from reportlab.platypus import Paragraph

    labels = {**layout.DEFAULT_LABELS, **request["labels"]}
    width = write_pages.text_width(request["page_size"])
    story: list[Any] = []
    if request["title"].strip():
        story.append(Paragraph(layout.markup(request["title"], layout.STRONG), layout.style("title")))
    for page in request["pages"]:
        story += write_pages.page_start(page, labels)
        flow = write_pages.blocks_as_flowables(page["blocks"], width, labels, write_pages.by_text)
        if not flow:
            note = labels["picture"] if page["kind"] == "picture" else labels["empty"]
            flow = [Paragraph(layout.markup(note), layout.style("aside"))]
        story += flow
    return {}, [write_pages.build(story, request["page_size"], "")]
