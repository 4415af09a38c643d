"""What all plots share: the look, the axes, filled squares with numbers. matplotlib is loaded where it is used."""

from __future__ import annotations

import functools
import logging
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ParamSpec

from vault.audit.report.markup import Markup
from vault.audit.report.svg import Mark
from vault.audit.report.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")
WIDTH = 900
"""Of every plot, in units that are CSS pixels at full size on a laptop."""
FONT = 12.5
INK, SOFT, PALE, BAR, ACCENT = "#1b1f24", "#5a6470", "#d5dbe1", "#2f6193", "#9a3412"
RAMP = ("#ffffff", "#e3ebf3", "#bdd0e2", "#8fb0cf", "#5c8ab6", "#2f6193", "#123a63")
"""From nothing to much, evenly darker in grey too."""
DARK_FROM = 5
"""From this step of the ramp on, letters are white."""
DAILY_UP_TO, WEEKLY_UP_TO = 800, 3660
STRAY_SHARE = 0.001
MOST_MONTHS = 13
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "casevault",
    "font.size": FONT,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


def available() -> bool:
    """Whether matplotlib is installed."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def styled(draw: Callable[P, Markup]) -> Callable[P, Markup]:
    """Draw under our settings, whatever those of the user's matplotlib are."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Markup:
        # It would speak of its cache on standard error.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        import matplotlib

        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(STYLE)
            return draw(*args, **kwargs)

    return drawn


def new_figure(height: float) -> Figure:
    """A figure of WIDTH by `height`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH / 72, height / 72), dpi=72)


def new_axes(
    figure: Figure, height: float, *, left: float = 62, right: float = 28, top: float = 12, bottom: float = 34
) -> Axes:
    """Axes with these margins."""
    across, down = (left + right) / WIDTH, (top + bottom) / height
    axes = figure.add_axes((left / WIDTH, bottom / height, 1 - across, 1 - down))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def step(value: int, most: int) -> int:
    """Which step of the ramp: 0 for nothing, else 1 to the last."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, min(len(RAMP) - 1, math.ceil(value / most * (len(RAMP) - 1))))


class Cells:
    """Filled squares with their numbers, and what they say when pointed at."""

    def __init__(self, axes: Axes, most: int) -> None:
        self._axes = axes
        self._most = most
        self.marks: dict[str, Mark] = {}

    def add(self, x: float, y: float, value: int, mark: Mark, *, text: str = "", width: float = 0.94) -> None:
        """One square at column x and row y."""
        from matplotlib.patches import Rectangle

        level = step(value, self._most)
        gid = f"cell{len(self.marks)}"
        self.marks[gid] = mark
        edge = PALE if not level else "none"
        corner = (x + (1 - width) / 2, y + 0.04)
        # Not add_patch, which looks for the limits of the axes anew each time; they are set by `grid`.
        self._axes.add_artist(
            Rectangle(corner, width, 0.92, facecolor=RAMP[level], edgecolor=edge, linewidth=0.6, gid=gid)
        )
        if text:
            colour = "#ffffff" if level >= DARK_FROM else INK
            self._axes.text(
                x + 0.5, y + 0.5, text, ha="center", va="center_baseline", color=colour, fontsize=FONT - 2
            )


def grid(axes: Axes, columns: int, rows: int) -> None:
    """Axes of squares, the first row on top."""
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def window(days: Counter[date]) -> tuple[date, date, int]:
    """The first and last day to draw, and how much lies outside: a clock set to 1970 must not squeeze the rest."""
    ordered = sorted(days)
    first, last = ordered[0], ordered[-1]
    stray = sum(days.values()) * STRAY_SHARE
    low, high = _past(ordered, days, stray), _past(ordered[::-1], days, stray)
    if (last - first).days <= 2 * max(31, (high - low).days):
        return first, last, 0
    return low, high, sum(count for day, count in days.items() if not low <= day <= high)


def _past(ordered: Sequence[date], days: Counter[date], stray: float) -> date:
    seen = 0
    for day in ordered:
        seen += days[day]
        if seen > stray:
            return day
    return ordered[-1]


def bin_days(first: date, last: date) -> int:
    """How many days one bar stands for."""
    span = (last - first).days
    return 1 if span <= DAILY_UP_TO else 7 if span <= WEEKLY_UP_TO else 30


def time_axis(axes: Axes, words: Words, first: date, last: date) -> None:
    """Days (as ordinals) to the right, whole numbers upwards."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(first.toordinal(), last.toordinal() + 1)
    if (last - first).days < 100:
        axes.xaxis.set_major_locator(MaxNLocator(9, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.short_day(date.fromordinal(max(1, int(x))))))
    else:
        ticks = month_starts(first, last)
        axes.set_xticks([day.toordinal() for day in ticks], month_names(words, ticks))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.number(int(y))))
    axes.grid(axis="y", color=PALE, linewidth=0.7)
    axes.set_axisbelow(True)


def month_starts(first: date, last: date) -> list[date]:
    """The first days of months within, at most MOST_MONTHS or so."""
    count = (last.year - first.year) * 12 + last.month - first.month
    months = [
        date(first.year + (first.month + at) // 12, (first.month + at) % 12 + 1, 1)
        for at in range(min(count, (date.max.year - first.year) * 12))
    ]
    return months[:: 1 + len(months) // MOST_MONTHS] or [first]


def month_names(words: Words, ticks: Sequence[date]) -> list[str]:
    """The year stands where it changes."""
    return [
        words.months()[day.month - 1] if at and ticks[at - 1].year == day.year else words.month(day)
        for at, day in enumerate(ticks)
    ]
