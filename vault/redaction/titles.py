"""A title leaves too: it is reviewed as page 0 of its item, like any other text.

A title is the case manager's own words about a document, and as likely to name somebody as the document is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vault.model.document import Block, Document, Page
from vault.redaction.plan import Finding
from vault.redaction.rebuild import replaced

PAGE = 0


def with_title(document: Document, title: str) -> Document:
    """The document with its title as a page before the first; the same one where there is no title."""
    if not title.strip():
        return document
    return replace(document, pages=(Page(PAGE, "text", 0, 0, (Block("heading", title),)), *document.pages))


def redacted(title: str, findings: Sequence[Finding]) -> str:
    """The title as the accepted findings of its item leave it."""
    mine = [f for f in findings if f.page == PAGE and f.state == "accepted"]
    return replaced(Block("heading", title), mine)
