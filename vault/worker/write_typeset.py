"""The `typeset` job: text blocks in, one clean tagged PDF out. No source document is involved.

Lines are broken anew, so a gap or a line's length says nothing about what stood there before.
"""

from __future__ import annotations

from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_marks, write_pages, write_tags


def prepare(request: dict[str, Any]) -> None:
    """Load reportlab and the fonts."""
    write_pages.prepare()
    if request.get("band"):
        write_marks.prepare()


def language(request: dict[str, Any]) -> str:
    """The language that the request names; without one, that of the text's letters."""
    if request.get("language"):
        return str(request["language"])
    text = "".join(block["text"] for page in request["pages"] for block in page["blocks"])
    return write_tags.language_of(text, default="en")


def _notes(page: dict[str, Any], labels: dict[str, str]) -> list[str]:
    """What a reader has to know of a page that is not shown as it should be."""
    texts = [block["text"] for block in page["blocks"]]
    lost = layout.lost(texts)
    notes = [labels["lost"].replace("{n}", str(lost))] if lost else []
    return [*notes, labels["to-left"]] if any(layout.holds_to_left(text) for text in texts) else notes


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """One blob, the PDF.

    request {"title", "page_size", "labels", "language": code or "", "pages": [{"number", "kind", "blocks"}]},
    and "band" (write_marks.py) or null, which may be missing.
    """
    structure = write_tags.Structure(language(request))
    setting = write_pages.Setting(
        request["page_size"], {**layout.DEFAULT_LABELS, **request["labels"]}, write_pages.by_text, structure
    )
    story: list[Any] = []
    if request["title"].strip():
        story.append(write_pages.title(request["title"], structure))
    for page in request["pages"]:
        story += write_pages.page_start(page, setting)
        flow = write_pages.set_blocks(page["blocks"], setting)
        if not flow:
            note = setting.labels["picture" if page["kind"] == "picture" else "empty"]
            flow = [write_pages.aside(note, structure)]
        story += flow
        story += [write_pages.aside(note, structure) for note in _notes(page, setting.labels)]
    return {}, [write_pages.build(story, request["page_size"], structure, write_marks.of_request(request))]
