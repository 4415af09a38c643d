"""Tables as text: CSV and TSV in any encoding. The delimiter is the one that parts the lines most evenly."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

from vault.worker import read_blocks, read_text
from vault.worker.refusal import Refusal

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
SAMPLE = 1 << 16
LONGEST_FIELD = read_blocks.MAX_TEXT
MAX_CELLS = 1_000_000
EVEN = 0.6
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SPACE = re.compile(r"[\t\n\r]+")

prepare = read_text.prepare


def _rows(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)


def delimiter_of(text: str) -> str:
    """The delimiter, or "" where the lines are no table."""
    best, chosen = 0.0, ""
    for one in DELIMITERS:
        widths: Counter[int] = Counter()
        for row, _ in zip(_rows(text[:SAMPLE], one), range(SAMPLE_ROWS), strict=False):
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
        width, lines = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        even = lines / max(1, sum(widths.values()))
        if width > 1 and even >= EVEN and even + width / 1_000 > best:
            best, chosen = even + width / 1_000, one
    return chosen


def read(data: bytes) -> dict[str, Any]:
    """One page of table rows; of paragraphs where no delimiter parts the lines. Raises Refusal."""
    if not data.strip():
        raise Refusal("empty")
    text, guessed, lost = read_text.decode(data)
    collector = read_blocks.Collector()
    collector.note("guessed-encoding", int(guessed))
    collector.note("lost-characters", lost)
    csv.field_size_limit(LONGEST_FIELD)
    told = _SEP_LINE.match(text)
    if told:
        text = text[told.end() :]
    try:
        delimiter = told.group(1) if told else delimiter_of(text)
        blocks = _table(text, delimiter) if delimiter else _lines(text)
    except (csv.Error, TypeError):
        blocks = _lines(text)
    collector.add(read_blocks.page(1, "text", (0, 0), blocks))
    return collector.answer("csv")


def _table(text: str, delimiter: str) -> list[dict[str, Any]]:
    blocks = []
    cells = 0
    for row in _rows(text, delimiter):
        cells += len(row)
        if cells > MAX_CELLS:
            raise Refusal("too-much-inside")
        shown = [_SPACE.sub(" ", cell).strip() for cell in row]
        while shown and not shown[-1]:
            shown.pop()
        if shown:
            blocks.append(read_blocks.block("table-row", "\t".join(shown)))
    return blocks


def _lines(text: str) -> list[dict[str, Any]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return [read_blocks.block("paragraph", part) for part in read_text.paragraphs(read_blocks.clean(lines))]
