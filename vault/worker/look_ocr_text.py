"""Lines of words as blocks of text, with the place of each word in both."""

from __future__ import annotations

from typing import Any

from vault.worker.look_ocr_engine import Line, Seen
from vault.worker.look_ocr_image import Sheet

CELL_GAP = 1.9
"""Words further apart than this many line heights stand in different cells or columns."""


def cells(line: Line) -> list[list[Seen]]:
    """The line's words, parted where the gap is too wide for a blank."""
    parts: list[list[Seen]] = []
    wide = CELL_GAP * line.height
    for word in line.words:
        if parts and word.box[0] - parts[-1][-1].box[2] <= wide:
            parts[-1].append(word)
        else:
            parts.append([word])
    return parts


def blocks(lines: list[Line], sheet: Sheet) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """(blocks, words) as the answer holds them: a block a paragraph, lines by newlines; rows of cells by tabs."""
    made: list[dict[str, Any]] = []
    words: list[list[Any]] = []
    last = -1
    for line in lines:
        row = cells(line)
        kind = "table-row" if len(row) > 1 else "paragraph"
        goes_on = bool(made) and kind == "paragraph" and made[-1]["kind"] == kind and line.paragraph == last
        if not goes_on:
            made.append({"kind": kind, "text": "", "level": 0})
        block = made[-1]
        text = block["text"] + "\n" if goes_on else ""
        for number, cell in enumerate(row):
            text += "\t" if number else ""
            for place, word in enumerate(cell):
                text += " " if place else ""
                box = sheet.percent(word.box)
                if box is not None:
                    words.append([len(made) - 1, len(text), len(text) + len(word.text), *box, round(word.sure, 3)])
                text += word.text
        block["text"] = text
        last = line.paragraph
    return made, words
