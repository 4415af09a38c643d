"""Small dark things on a page: what is darker than what lies around it, as shapes with a place and a direction."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_RUNS = 1_500_000  # of what is no page; nothing is found there
SMOOTH = 0.6  # pixels: a camera's noise is finer than a dash
REACH = 14  # pixels around one that are its ground; more than a dash is thick
DARKER = (18, 0.14)  # grey levels, and share of the ground, by which ink is darker
WHITE = 255
LEAST_AREA = 5.0
LONGEST = 64.0  # pixels
_RUN = re.compile(rb"\xff+")


class _TooManyError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Shape:
    """A dash or anything as small: centre, unit vector along it, length and thickness, all in pixels."""

    x: float
    y: float
    along: tuple[float, float]
    length: float
    thick: float


def mask(grey: Any) -> Any:
    """255 where the grey picture has ink: what is darker than its neighbourhood, however dim that is."""
    from PIL import Image, ImageChops, ImageFilter

    smooth = grey.filter(ImageFilter.GaussianBlur(SMOOTH))
    ground = grey.filter(ImageFilter.BoxBlur(REACH))
    least, share = DARKER
    limit = ground.point([max(0, round(level - max(least, share * level))) for level in range(256)])
    ink = ImageChops.subtract(limit, smooth).point([0, *[WHITE] * 255])
    framed = Image.new("L", (grey.width + 1, grey.height), 0)  # a column that parts one line's end from the next
    framed.paste(ink, (0, 0))
    return framed


def shapes(picture: Any) -> list[Shape]:
    """The small shapes of a mask; none where there are too many to look at."""
    try:
        sums = _joined(picture)
    except _TooManyError:
        return []
    return [shape for total in sums if (shape := _shape(total)) is not None]


def _runs(picture: Any) -> Iterator[tuple[int, int, int]]:
    """(row, first, one behind the last) of all that is white, from the top."""
    width = picture.width
    for count, match in enumerate(_RUN.finditer(picture.tobytes())):
        if count > MAX_RUNS:
            raise _TooManyError
        row, first = divmod(match.start(), width)
        yield row, first, first + match.end() - match.start()


def _joined(picture: Any) -> list[list[float]]:
    """Sums over each shape's pixels: how many, x, y, xx, yy, xy. Runs of neighbouring rows that touch are one."""
    parents: list[int] = []
    sums: list[list[float]] = []
    above: list[tuple[int, int, int]] = []
    here: list[tuple[int, int, int]] = []
    row = at = 0
    for y, first, end in _runs(picture):
        if y != row:
            above, here, row, at = (here if y == row + 1 else []), [], y, 0
        while at < len(above) and above[at][1] < first:
            at += 1
        mine, place = -1, at
        while place < len(above) and above[place][0] <= end:
            other = _root(parents, above[place][2])
            if mine < 0:
                mine = other
            elif other != mine:
                parents[other] = mine
                sums[mine] = [a + b for a, b in zip(sums[mine], sums[other], strict=True)]
                sums[other] = []
            place += 1
        if mine < 0:
            mine = len(parents)
            parents.append(mine)
            sums.append([0.0] * 6)
        _count(sums[mine], y, first, end)
        here.append((first, end, mine))
    return [total for total in sums if total]


def _root(parents: list[int], one: int) -> int:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one


def _count(total: list[float], y: int, first: int, end: int) -> None:
    size = end - first
    middle = (first + end - 1) / 2
    total[0] += size
    total[1] += size * middle
    total[2] += size * y
    total[3] += size * (middle * middle + (size * size - 1) / 12)
    total[4] += size * y * y
    total[5] += size * middle * y


def _shape(total: list[float]) -> Shape | None:
    """The bar that has the same area and moments; None for what is too small or too large to be a dash."""
    area = total[0]
    if not LEAST_AREA <= area <= LONGEST * LONGEST / 4:
        return None
    x, y = total[1] / area, total[2] / area
    xx, yy, xy = total[3] / area - x * x, total[4] / area - y * y, total[5] / area - x * y
    spread = math.hypot((xx - yy) / 2, xy)
    length = math.sqrt(12 * ((xx + yy) / 2 + spread) + 1)
    thick = math.sqrt(12 * max(0.0, (xx + yy) / 2 - spread) + 1)
    if length > LONGEST or area < 0.6 * length * thick:
        return None
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    return Shape(x, y, (math.cos(angle), math.sin(angle)), length, thick)
