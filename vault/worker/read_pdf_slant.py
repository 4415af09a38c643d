"""Letters that don't stand on a level line: slanted, along a curve, or up and down in boxes of a form.

Cut into scraps and put back in an order of their own, they would leave as text in which no net finds a name. So
they are not text at all: they are left out, counted, and a picture block stands where they stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.worker.read_pdf_words import Word

Box = tuple[float, float, float, float]

LEVEL = 0.035  # the tangent of 2 degrees: a line of a page's width then still overlaps itself
TOUCHING = 0.8
SCRAP_LETTERS = 3
LEAST_SCRAPS = 3
LEAST_LETTERS = 4
UNEVEN_STEPS = 0.34
LEAST_SHIFT, MOST_SHIFT = 0.2, 1.0
LONGEST_STEP = 6.0
SAME_SIZE = 0.75


def is_slanted(along_x: float, along_y: float) -> bool:
    """Whether writing in that direction is neither level nor upright on the page."""
    low, high = sorted((abs(along_x), abs(along_y)))
    return low > LEVEL * high


def touching(one: Box, other: Box) -> bool:
    """Whether two letters stand close enough to belong to one word; boxes are (left, top, right, bottom)."""
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    size = min(max(one[2] - one[0], one[3] - one[1]), max(other[2] - other[0], other[3] - other[1]))
    return max(across, down) < TOUCHING * size


def _is_scrap(word: Word) -> bool:
    return word.upright and len(word.text) <= SCRAP_LETTERS and any(one.isalnum() for one in word.text)


def _follows(before: Word, word: Word) -> bool:
    """Whether a scrap goes on, a short step to the right, in the same size, where the one before ended."""
    smaller, larger = sorted((before.height, word.height))
    step = word.left - before.right
    return (
        smaller > SAME_SIZE * larger
        and -larger < step < LONGEST_STEP * larger
        and word.left > before.left
        and abs(word.bottom - before.bottom) < MOST_SHIFT * larger
    )


def _is_uneven(run: Sequence[Word]) -> bool:
    if len(run) < LEAST_SCRAPS or sum(len(word.text) for word in run) < LEAST_LETTERS:
        return False
    shifts = [abs(word.bottom - before.bottom) > LEAST_SHIFT * word.height for before, word in pairwise(run)]
    return sum(shifts) >= UNEVEN_STEPS * len(shifts)


def out_of_line(words: Sequence[Word]) -> set[int]:
    """The places, in the file's order, of scraps that go up and down along what should be one line."""
    found: set[int] = set()
    run: list[int] = []
    for place, word in enumerate(words):
        if run and not (_is_scrap(word) and _follows(words[run[-1]], word)):
            found |= set(run) if _is_uneven([words[one] for one in run]) else set()
            run = []
        if _is_scrap(word):
            run.append(place)
    return found | (set(run) if _is_uneven([words[one] for one in run]) else set())
