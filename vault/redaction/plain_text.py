"""Pages as plain text in UTF-8, each with the number that it has in its source."""

from __future__ import annotations

from collections.abc import Sequence

from vault.model.document import Block, Page

PAGE = "[p. {n}]"
WITHHELD = "[PICTURE WITHHELD]"
EMPTY = "[NO TEXT ON THIS PAGE]"


def write(title: str, pages: Sequence[Page]) -> bytes:
    """The text of the pages, a blank line between blocks but for rows and list items of one kind."""
    lines = [title, ""] if title.strip() else []
    for page in pages:
        lines.append(PAGE.format(n=page.number))
        if not page.blocks:
            lines += [WITHHELD if page.kind == "picture" else EMPTY, ""]
        for number, block in enumerate(page.blocks):
            lines.append(_line(block))
            following = page.blocks[number + 1 : number + 2]
            if not (following and following[0].kind == block.kind and block.kind in ("list-item", "table-row")):
                lines.append("")
    return "\n".join(lines).encode()


def _line(block: Block) -> str:
    if block.kind == "picture":
        return WITHHELD
    if block.kind == "list-item":
        return f"- {block.text}"
    return block.text
