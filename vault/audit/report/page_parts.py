"""Pieces that several sections are made of."""

from __future__ import annotations

from collections.abc import Sequence

from vault.audit.report.markup import Child, Markup, details, joined, table, tag
from vault.audit.report.words import Words

MAX_ROWS = 1000
"""Rows of one table on the page. An honest log of a year has a few hundred; a hostile one must not burst the page."""


def figure(plot: Markup | None, caption: str, *numbers: Child) -> Markup:
    """A plot with what it says in words, and the numbers behind it."""
    return joined([tag("figure", plot, tag("figcaption", caption)), *numbers])


def listed(
    words: Words, heads: Sequence[Child], rows: Sequence[Sequence[Child]], caption: str, *, shown: int = MAX_ROWS,
    numbers: Sequence[int] = (), klass: str = "", titled: bool = False,
) -> Markup:  # fmt: skip
    """A table of the first `shown` rows; the others unfold, up to MAX_ROWS, and what is beyond that is counted."""
    kept = rows[:MAX_ROWS]
    parts: list[Child] = [table(heads, kept[:shown], caption=caption, numbers=numbers, klass=klass, titled=titled)]
    if len(kept) > shown:
        more = words("{count} more", count=len(kept) - shown)
        rest = table(heads, kept[shown:], caption=more, numbers=numbers, klass=klass)
        parts.append(details(more, rest, more=True))
    if len(rows) > MAX_ROWS:
        parts.append(beyond(words, len(rows) - MAX_ROWS))
    return joined(parts)


def beyond(words: Words, count: int) -> Markup:
    """That this many rows are not on the page."""
    return tag(
        "p", words("Left out here for their number: {count}; the table for spreadsheets holds all.", count=count)
    )
