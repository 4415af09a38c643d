"""A page's pixels made fit for reading, by Pillow alone: dark ink on even white paper, upright, level, large enough.

Whatever is done is remembered in the Sheet, so that every place found on it can be told in percent of the page as
it was drawn: those are the pixels that leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""

MAX_SHEET_PIXELS = 16_000_000
FULL_DPI, POOR_DPI, WORST_DPI = 200, 130, 80
SAMPLE_STEP = 4
PAPER_WINDOW, TIDY_WINDOW = 11, 5
EVEN_WITHIN, EVEN_SHARE, LIGHT_PAPER = 25, 0.95, 170
STRONGEST, HIGHEST_GAIN, INK_SHARE = 235, 4.0, 0.995
SKEW_WIDTH = 500
COARSE, FINE = (15.0, 1.0), (1.0, 0.25)
LEAST_SKEW, CLEARLY = 0.25, 1.15
QUARTERS = (None, "ROTATE_90", "ROTATE_180", "ROTATE_270")


@dataclass(frozen=True, slots=True)
class Sheet:
    """`picture` (mode L, dark on white) is the page after `quarters` turns to the left, `angle` degrees and `scale`.

    `page` is width and height of the page in pixels, before all of that.
    `dpi` is about how many pixels an inch of the paper has on the picture.
    """

    picture: Any
    page: tuple[int, int]
    dpi: float
    scale: float = 1.0
    quarters: int = 0
    angle: float = 0.0

    def _back(self, x: float, y: float) -> tuple[float, float]:
        x, y = x / self.scale, y / self.scale
        width, height = self.page if self.quarters % 2 == 0 else self.page[::-1]
        turn = math.radians(self.angle)
        dx, dy = x - width / 2, y - height / 2
        x = width / 2 + dx * math.cos(turn) - dy * math.sin(turn)
        y = height / 2 + dx * math.sin(turn) + dy * math.cos(turn)
        x, y = x / width, y / height
        for _ in range(self.quarters):
            x, y = 1 - y, x
        return 100 * x, 100 * y

    def percent(self, rect: Rect) -> list[float] | None:
        """[x, y, width, height] in percent of the page, clipped to it; None for what lies outside."""
        corners = [self._back(x, y) for x in rect[::2] for y in rect[1::2]]
        left, right = (min(100.0, max(0.0, side(x for x, _ in corners))) for side in (min, max))
        top, bottom = (min(100.0, max(0.0, side(y for _, y in corners))) for side in (min, max))
        if right - left <= 0 or bottom - top <= 0:
            return None
        return [round(left, 3), round(top, 3), round(right - left, 3), round(bottom - top, 3)]


def prepare() -> None:
    """Load what is used here: Pillow reads some of its modules on first use."""
    from PIL import Image

    blank = Image.new("RGB", (64, 64), (255, 255, 255))
    made = turned(sheet(blank, FULL_DPI), 1)
    enlarged(straightened(made), 2)


def sheet(picture: Any, dpi: float) -> Sheet:
    """The page, its ground made even and white, and enlarged where it has few pixels an inch."""
    grey = picture.convert("L")
    page = grey.size
    made = Sheet(_evened(grey), page, dpi)
    return enlarged(made, 3 if dpi < WORST_DPI else 2 if dpi < POOR_DPI else 1)


def enlarged(given: Sheet, factor: float) -> Sheet:
    """Scaled, within bounds, down too where it is very large."""
    from PIL import Image

    width, height = given.picture.size
    factor = min(factor, math.sqrt(MAX_SHEET_PIXELS / (width * height)))
    if 1.0 <= factor < 1.05:
        return given
    size = max(1, round(width * factor)), max(1, round(height * factor))
    picture = given.picture.resize(size, Image.Resampling.BICUBIC)
    return Sheet(picture, given.page, given.dpi * factor, given.scale * factor, given.quarters, given.angle)


def turned(given: Sheet, quarters: int) -> Sheet:
    """Turned to the left by so many quarters. For a sheet whose angle is none yet."""
    from PIL import Image

    name = QUARTERS[quarters % 4]
    if name is None:
        return given
    picture = given.picture.transpose(getattr(Image.Transpose, name))
    return Sheet(picture, given.page, given.dpi, given.scale, (given.quarters + quarters) % 4, given.angle)


def straightened(given: Sheet) -> Sheet:
    """Turned by a few degrees so that its lines lie level, if there are lines."""
    from PIL import Image

    angle = _skew(given.picture)
    if abs(angle) < LEAST_SKEW:
        return given
    picture = given.picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    return Sheet(picture, given.page, given.dpi, given.scale, given.quarters, given.angle + angle)


def _evened(grey: Any) -> Any:
    """Dark ink on white, whatever the paper and its shadows; light writing on dark ground comes out dark on white.

    The paper's grey at each place is the middle one of its neighbourhood, which ink covers for less than half.
    """
    from PIL import Image, ImageChops, ImageFilter

    size = max(1, grey.width // SAMPLE_STEP), max(1, grey.height // SAMPLE_STEP)
    small = grey.resize(size, Image.Resampling.NEAREST)
    paper = small.filter(ImageFilter.MedianFilter(PAPER_WINDOW)).filter(ImageFilter.MedianFilter(TIDY_WINDOW))
    counts = paper.histogram()
    mode = counts.index(max(counts))
    even = sum(counts[max(0, mode - EVEN_WITHIN) : mode + EVEN_WITHIN + 1])
    if mode >= LIGHT_PAPER and even >= EVEN_SHARE * sum(counts):
        # Most scans: only the paper's grey is taken away, so that nothing of the letters changes.
        return grey.point(lambda value: min(255, value + 255 - mode))
    ground = paper.filter(ImageFilter.BoxBlur(2)).resize(grey.size, Image.Resampling.BILINEAR)
    ink = ImageChops.difference(grey, ground)
    strongest = _percentile(ink.histogram(), INK_SHARE)
    gain = min(HIGHEST_GAIN, max(1.0, STRONGEST / max(1, strongest)))
    return ink.point(lambda value: 255 - min(255, round(value * gain)))


def _percentile(counts: list[int], share: float) -> int:
    wanted, seen = share * sum(counts), 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return 255


def _skew(picture: Any) -> float:
    """By how many degrees to turn to the left for level lines; 0 where no turn is clearly better than none."""
    from PIL import Image

    factor = max(1, picture.width // SKEW_WIDTH)
    small = picture.reduce(factor).point(lambda value: 255 if value < 190 else 0)
    best, best_score = 0.0, -1.0
    plain = _levelness(small)
    for reach, step in (COARSE, FINE):
        middle = best
        for count in range(-round(reach / step), round(reach / step) + 1):
            angle = middle + count * step
            score = _levelness(small.rotate(angle, Image.Resampling.NEAREST, fillcolor=0))
            if score > best_score:
                best, best_score = angle, score
    return best if best_score > plain * CLEARLY or abs(best) <= 1.0 else 0.0


def _levelness(ink: Any) -> float:
    """How sharply inked and empty rows part."""
    from PIL import Image

    rows = ink.resize((1, ink.height), Image.Resampling.BOX).tobytes()
    return float(sum((one - other) ** 2 for one, other in pairwise(rows)))
