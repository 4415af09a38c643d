"""Pages as plain text, for whoever asks for nothing more: one block a line, the source's pages by their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vault.model.document import Block, Page

LABELS = {"page": "[p. {n}]", "picture": "[PICTURE WITHHELD]", "empty": "[NO TEXT ON THIS PAGE]"}
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain_text(title: str, pages: Sequence[Page], *, labels: Mapping[str, str] | None = None) -> bytes:
    """UTF-8 with "\\n" line ends and no mark of byte order; `labels` may replace "page", "picture" and "empty".

    Cells of a table have a tab between them. Characters that do not show are left out: they could hide something.
    """
    named = {**LABELS, **(labels or {})}
    lines = [title.strip(), ""] if title.strip() else []
    for page in pages:
        lines += [named["page"].replace("{n}", str(page.number)), ""]
        if not page.blocks:
            lines += [named["picture" if page.kind == "picture" else "empty"], ""]
        for place, block in enumerate(page.blocks):
            lines.append(named["picture"] if block.kind == "picture" else block.text)
            if not _together(block, page.blocks[place + 1 : place + 2]):
                lines.append("")
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", "\n".join(lines)))
    return (text.rstrip("\n") + "\n").encode()


def _together(block: Block, following: Sequence[Block]) -> bool:
    """Whether the next block stands right below: rows of a table, items of a list."""
    return block.kind in ("table-row", "list-item") and any(one.kind == block.kind for one in following)
