"""Rows of dashes at even distances among the small shapes of a page, and what their cells say.

A row may lie at any angle, get narrower with distance, and bend as paper does: it is followed from dash to dash, and
each is measured by the distance to those around it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vault.worker.trace_ink import Shape

BOX = 16.0  # pixels: shapes are looked up by squares of this size
STRETCHED = 1.9  # length in thicknesses of what gives a row its direction
LEAST_PITCH, MOST_PITCH = 2.2, 11.0  # distance of neighbours, in thicknesses
ASIDE, ALONG = 0.2, 0.24  # how far from where it is looked for a dash may lie, in distances
THICKNESS = 2.0  # most that neighbours differ by
SKIPPED = 4  # dashes that may be missing in a row
LOOKED_BACK = 6
LEAST_DASHES = 20
MAX_CHAINS = 40
WINDOW = 4  # neighbours on each side that a dash's distance is taken from
DOUBT = 0.16  # of the distance between short and long, around their middle
LEAST_APART = 0.16  # between short and long, in distances
SEED_STEPS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What the cells of a row say in its order: "0", "1", "?" where nothing can be told."""

    cells: str


class _Field:
    """Shapes by place."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self.shapes = shapes
        self.used = [False] * len(shapes)
        self._boxes: dict[tuple[int, int], list[int]] = {}
        for number, shape in enumerate(shapes):
            self._boxes.setdefault((int(shape.x // BOX), int(shape.y // BOX)), []).append(number)

    def near(self, x: float, y: float, reach: float) -> list[int]:
        """Numbers of the shapes around a place, some of them farther than `reach`."""
        columns = range(int((x - reach) // BOX), int((x + reach) // BOX) + 1)
        lines = range(int((y - reach) // BOX), int((y + reach) // BOX) + 1)
        return [number for c in columns for line in lines for number in self._boxes.get((c, line), ())]


Link = tuple[int, int]
"""(number of a shape, its cell)."""


def rows(shapes: Sequence[Shape]) -> list[Row]:
    """The rows of a page that may carry a mark, the longest first."""
    field = _Field(shapes)
    found: list[tuple[int, Row]] = []
    for number, shape in enumerate(shapes):
        if field.used[number] or shape.length < STRETCHED * shape.thick:
            continue
        chain = _followed(field, number)
        if len(chain) < LEAST_DASHES:
            continue
        for member, _ in chain:
            field.used[member] = True
        row = _read(shapes, chain)
        if row is not None:
            found.append((len(chain), row))
    found.sort(key=lambda one: -one[0])
    return [row for _, row in found[:MAX_CHAINS]]


def _followed(field: _Field, seed: int) -> list[Link]:
    """The row through a shape, to both of its ends."""
    shape = field.shapes[seed]
    forth = _grown(field, [(seed, 0)], shape.along)
    if len(forth) < SEED_STEPS:
        back = _grown(field, [(seed, 0)], (-shape.along[0], -shape.along[1]))
        forth = [(number, -cell) for number, cell in reversed(back)]
        return forth if len(forth) < SEED_STEPS else _grown(field, forth, shape.along)
    turned = [(number, -cell) for number, cell in reversed(forth)]
    whole = _grown(field, turned, (-shape.along[0], -shape.along[1]))
    return [(number, -cell) for number, cell in reversed(whole)]


def _grown(field: _Field, chain: list[Link], along: tuple[float, float]) -> list[Link]:
    """The chain with what follows its last shape; cells count upwards."""
    chain = list(chain)
    while True:
        way, pitch = _course(field.shapes, chain, along)
        found = _first(field, chain[-1], way) if pitch is None else _next(field, chain, way, pitch)
        if found is None:
            return chain
        chain.append(found)


def _course(
    shapes: Sequence[Shape], chain: list[Link], along: tuple[float, float]
) -> tuple[tuple[float, float], float | None]:
    """Where a chain goes at its end, and the distance of its dashes there, once it has two."""
    if len(chain) < 2:
        return along, None
    (start, first), (end, last) = chain[-min(len(chain), LOOKED_BACK)], chain[-1]
    dx, dy = shapes[end].x - shapes[start].x, shapes[end].y - shapes[start].y
    far = math.hypot(dx, dy)
    return (dx / far, dy / far), far / (last - first)


def _first(field: _Field, link: Link, way: tuple[float, float]) -> Link | None:
    """The nearest shape in the direction of a single one."""
    number, cell = link
    here = field.shapes[number]
    best: tuple[float, int] | None = None
    for other in field.near(here.x, here.y, MOST_PITCH * here.thick):
        there = field.shapes[other]
        far, aside = _offset(here, there, way)
        if other == number or field.used[other] or not _alike(here, there):
            continue
        if not LEAST_PITCH * here.thick <= far <= MOST_PITCH * here.thick or abs(aside) > ASIDE * far:
            continue
        if best is None or far < best[0]:
            best = far, other
    return None if best is None else (best[1], cell + 1)


def _next(field: _Field, chain: list[Link], way: tuple[float, float], pitch: float) -> Link | None:
    """The shape that lies where the next dash should, or the one after it where that is missing."""
    number, cell = chain[-1]
    here = field.shapes[number]
    for steps in range(1, SKIPPED + 1):
        best: tuple[float, int] | None = None
        x, y = here.x + steps * pitch * way[0], here.y + steps * pitch * way[1]
        sideways = ASIDE * pitch * (1 + 0.3 * steps)
        for other in field.near(x, y, max(sideways, ALONG * pitch)):
            there = field.shapes[other]
            dx, dy = there.x - x, there.y - y
            off, aside = abs(dx * way[0] + dy * way[1]), abs(dy * way[0] - dx * way[1])
            if off > ALONG * pitch or aside > sideways or field.used[other] or other == number:
                continue
            cost = off + 2 * aside
            if (best is None or cost < best[0]) and _alike(here, there):
                best = cost, other
        if best is not None:
            return best[1], cell + steps
    return None


def _offset(here: Shape, there: Shape, way: tuple[float, float]) -> tuple[float, float]:
    dx, dy = there.x - here.x, there.y - here.y
    return dx * way[0] + dy * way[1], dy * way[0] - dx * way[1]


def _alike(one: Shape, other: Shape) -> bool:
    return one.thick <= THICKNESS * other.thick and other.thick <= THICKNESS * one.thick


def _read(shapes: Sequence[Shape], chain: list[Link]) -> Row | None:
    """The cells of a chain; None where its dashes are not of two lengths."""
    sizes = []
    for place, (number, _) in enumerate(chain):
        low, high = chain[max(0, place - WINDOW)], chain[min(len(chain) - 1, place + WINDOW)]
        far = math.hypot(shapes[high[0]].x - shapes[low[0]].x, shapes[high[0]].y - shapes[low[0]].y)
        sizes.append(shapes[number].length / (far / (high[1] - low[1])))
    short, long = _two(sizes)
    if long - short < LEAST_APART:
        return None
    middle, doubt = (short + long) / 2, DOUBT * (long - short)
    first = chain[0][1]
    cells = ["?"] * (chain[-1][1] - first + 1)
    for (_, cell), size in zip(chain, sizes, strict=True):
        if abs(size - middle) > doubt:
            cells[cell - first] = "1" if size > middle else "0"
    return Row("".join(cells))


def _two(sizes: Sequence[float]) -> tuple[float, float]:
    """The middles of the short and of the long ones."""
    ordered = sorted(sizes)
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    for _ in range(8):
        middle = (low + high) / 2
        under, over = [s for s in ordered if s <= middle], [s for s in ordered if s > middle]
        if not under or not over:
            break
        low, high = median(under), median(over)
    return low, high
