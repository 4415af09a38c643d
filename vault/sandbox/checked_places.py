"""Places on a page that a worker answered, checked: boxes in percent, and words with where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from vault.model.document import Block, Word
from vault.model.findings import Box
from vault.sandbox import reasons

MAX_WORDS = 20_000
"""Words of one page; a densely printed A4 page has about a thousand."""
MAX_BOXES = 2_000
SLACK = 0.5
"""Percent by which a box may reach over its page's edge: the rounding of drawn pages."""


def _number(untrusted: object, least: float, most: float) -> float:
    if not isinstance(untrusted, int | float) or isinstance(untrusted, bool) or not least <= untrusted <= most:
        raise reasons.refusal("broken-answer")
    return float(untrusted)


def _index(untrusted: object, most: int) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or not 0 <= untrusted <= most:
        raise reasons.refusal("broken-answer")
    return untrusted


def _items(untrusted: object, most: int) -> list[object]:
    if not isinstance(untrusted, list) or len(untrusted) > most:
        raise reasons.refusal("broken-answer")
    return untrusted


def box(untrusted: object) -> Box:
    """[x, y, width, height] in percent, clipped to the page. Raises Refused for one that is not on it."""
    sides = _items(untrusted, 4)
    if len(sides) != 4:
        raise reasons.refusal("broken-answer")
    x, y = (_number(side, -SLACK, 100) for side in sides[:2])
    width, height = (_number(side, 0, 100 + 2 * SLACK) for side in sides[2:])
    right, bottom = x + width, y + height
    if right > 100 + SLACK or bottom > 100 + SLACK:
        raise reasons.refusal("broken-answer")
    left, top = max(0.0, x), max(0.0, y)
    return Box(left, top, max(0.0, min(100.0, right) - left), max(0.0, min(100.0, bottom) - top))


def boxes(untrusted: object) -> tuple[Box, ...]:
    """A list of boxes; raises Refused."""
    return tuple(box(one) for one in _items(untrusted, MAX_BOXES))


def words(untrusted: object, blocks: Sequence[Block]) -> tuple[Word, ...]:
    """[[block, start, end, x, y, width, height, confidence or null], …] within the texts of `blocks`, in their order.

    A word must lie in its block, no two may share a character: a place that points elsewhere would uncover a name.
    Raises Refused.
    """
    out: list[Word] = []
    last = (0, 0)
    for one in _items(untrusted, MAX_WORDS):
        fields = _items(one, 8)
        if len(fields) != 8:
            raise reasons.refusal("broken-answer")
        place = _index(fields[0], len(blocks) - 1)
        end = _index(fields[2], len(blocks[place].text))
        start = _index(fields[1], end)
        if start == end or (place, start) < last:
            raise reasons.refusal("broken-answer")
        last = (place, end)
        sure = None if fields[7] is None else _number(fields[7], 0, 1)
        out.append(Word(place, start, end, box(fields[3:7]), sure))
    return tuple(out)
