"""The plots over time: openings of cases, failed unlocks, days since the last deposit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vault.audit.report import drawing
from vault.audit.report.drawing import ACCENT, BAR, FONT, RAMP, Cells, new_axes, new_figure, styled
from vault.audit.report.markup import Markup
from vault.audit.report.svg import Mark, inline
from vault.audit.report.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_CASES = 22
MAX_WEEKS = 80
FEWEST_WEEKS = 26
"""So wide is the plot of weeks at least: its squares stay squares."""
LABELLED = 12
MAX_MARKS = 200
"""In one plot; a hostile log must not take minutes to draw."""


@styled
def opens(words: Words, days: Counter[date], flagged: Mapping[date, str], astray: int = 0) -> Markup:
    """Openings of cases over time; a triangle where there is a question."""
    height = 190
    first, last, _ = drawing.window(days)
    width = drawing.bin_days(first, last)
    bins = [0] * ((last - first).days // width + 1)
    for day, count in days.items():
        if first <= day <= last:
            bins[(day - first).days // width] += count
    figure = new_figure(height)
    axes = new_axes(figure, height, top=22)
    start = first.toordinal()
    axes.stairs(bins, [start + width * at for at in range(len(bins) + 1)], fill=True, color=BAR)
    marks = {}
    for at, (day, text) in enumerate(sorted(flagged.items())[-MAX_MARKS:]):
        if first <= day <= last:
            marks[f"question{at}"] = Mark(f"{words.day(day)}: {text}", f"from={day}&to={day}")
            place = (day.toordinal() + 0.5, max(bins) * 1.09)
            axes.plot(
                *place, marker="v", color=ACCENT, markersize=7, gid=f"question{at}", clip_on=False, linestyle="none"
            )
    axes.set_ylim(0, max(bins) * 1.02)
    drawing.time_axis(axes, words, first, last)
    return inline(figure, "opens", words("Openings of cases over time"), opens_text(words, days, astray), marks)


def opens_text(words: Words, days: Counter[date], astray: int = 0) -> str:
    """The same in words; `astray` openings have dates that are wrong."""
    _, _, outside = drawing.window(days)
    outside += astray
    most = max(days, key=lambda day: (days[day], day))
    said = words(
        "{total} on {days} from {first} to {last}; most, {most}, on {day}.",
        total=words.n(sum(days.values()), "opening", "openings"),
        days=words.n(len(days), "day", "days"),
        first=words.day(min(days)),
        last=words.day(max(days)),
        most=days[most],
        day=words.day(most),
    )
    if outside:
        said += " " + words("Not drawn, as their dates are wrong or lie far from all others: {count}.", count=outside)
    return said


@styled
def case_weeks(words: Words, cases: Sequence[tuple[str, Counter[date]]], everything: Counter[date]) -> Markup:
    """The cases that were opened most, week by week; the most on one day stands at the end of each row."""
    shown = cases[:MAX_CASES]
    first, last, _ = drawing.window(everything)
    first -= timedelta(days=min(first.weekday(), first.toordinal() - 1))
    width = days_of_square(first, last)
    columns = (last - first).days // width + 1
    height = 56 + 17 * len(shown)
    figure = new_figure(height)
    axes = new_axes(figure, height, left=78, right=112, top=4, bottom=28)
    rows = [
        Counter((day - first).days // width for day in days.elements() if first <= day <= last) for _, days in shown
    ]
    cells = Cells(axes, max((max(row.values(), default=0) for row in rows), default=0))
    for y, ((case, _), counts) in enumerate(zip(shown, rows, strict=True)):
        for x, value in sorted(counts.items()):
            _week(words, cells, case, (x, y), value, first + timedelta(days=x * width), width)
    columns = max(columns, FEWEST_WEEKS)
    drawing.grid(axes, columns, len(shown))
    axes.set_yticks([y + 0.5 for y in range(len(shown))], [case for case, _ in shown])
    ticks = drawing.month_starts(first, last)
    axes.set_xticks([(day - first).days / width for day in ticks], drawing.month_names(words, ticks))
    axes.tick_params(axis="x", length=4)
    _say_most(words, axes, shown, columns)
    title = words("Openings of the cases that were opened most, by week")
    return inline(figure, "weeks", title, case_text(words, cases), cells.marks)


def days_of_square(first: date, last: date) -> int:
    """How many days one square stands for: a week, or several where years are shown."""
    return 7 * (1 + (last - first).days // (7 * MAX_WEEKS))


def _week(words: Words, cells: Cells, case: str, at: tuple[int, int], value: int, start: date, width: int) -> None:
    end = min(start.toordinal() + width - 1, date.max.toordinal())
    last = date.fromordinal(end)
    text = words(
        "{case}, {first} to {last}: {count}", case=case, first=words.day(start), last=words.day(last), count=value
    )
    cells.add(*at, value, Mark(text, f"case={case}&from={start}&to={last}"), width=0.86)


def _say_most(words: Words, axes: Axes, shown: Sequence[tuple[str, Counter[date]]], columns: int) -> None:
    for y, (_, days) in enumerate(shown):
        day = max(days, key=lambda one: (days[one], one))
        said = f"{words.number(days[day])} · {words.short_day(day)}"
        axes.annotate(
            said, (columns, y + 0.5), xytext=(8, 0), textcoords="offset points", va="center_baseline",
            fontsize=FONT - 2, annotation_clip=False,
        )  # fmt: skip


def case_text(words: Words, cases: Sequence[tuple[str, Counter[date]]]) -> str:
    """The same in words, of the first five."""
    said = [
        words("{case}: {count}, most on one day {most}", case=case, count=sum(days.values()), most=max(days.values()))
        for case, days in cases[:5]
    ]
    return "; ".join(said) + "."


@styled
def unlocks(words: Words, days: Counter[date], first: date, last: date) -> Markup:
    """Failed attempts to unlock, one stem a day."""
    height = 130
    figure = new_figure(height)
    axes = new_axes(figure, height, top=20)
    most = max(days.values())
    marks = {}
    places = [day.toordinal() + 0.5 for day in days]
    axes.vlines(places, 0, list(days.values()), color=ACCENT, linewidth=2.2)
    for at, (day, count) in enumerate(days.most_common(MAX_MARKS)):
        x = day.toordinal() + 0.5
        shows = f"action=vault.unlock-failed&from={day}&to={min(date.max, day + timedelta(days=7))}"
        marks[f"tries{at}"] = Mark(f"{words.day(day)}: {words.number(count)}", shows)
        axes.plot(x, count, marker="o", color=ACCENT, markersize=6, gid=f"tries{at}", clip_on=False)
        if at < LABELLED and (count > most / 3 or len(days) < LABELLED):
            axes.annotate(
                words.number(count),
                (x, count),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=FONT - 1,
            )
    axes.set_ylim(0, most * 1.15)
    drawing.time_axis(axes, words, first, last)
    return inline(figure, "unlocks", words("Failed attempts to unlock the vault"), unlocks_text(words, days), marks)


def unlocks_text(words: Words, days: Counter[date]) -> str:
    """The same in words."""
    most = max(days, key=lambda day: (days[day], day))
    return words(
        "{total} on {days}; most, {most}, on {day}.",
        total=words.n(sum(days.values()), "failed attempt", "failed attempts"),
        days=words.n(len(days), "day", "days"),
        most=days[most],
        day=words.day(most),
    )


@styled
def deposits(words: Words, name: str, vouched: Sequence[date], first: date, last: date, overdue: int) -> Markup:
    """Days since the last deposit, over time, with the limit of the policy."""
    height = 140
    figure = new_figure(height)
    axes = new_axes(figure, height)
    xs, ys, since = [first.toordinal()], [0], first
    for day in [*sorted(vouched), last]:
        age = max(0, (day - since).days)
        xs += [day.toordinal(), day.toordinal()]
        ys += [age, 0]
        since = day
    axes.fill_between(xs[:-1], ys[:-1], color=RAMP[2])
    axes.plot(xs[:-1], ys[:-1], color=BAR, linewidth=1.8)
    axes.axhline(overdue, color=ACCENT, linewidth=1.4, dashes=(5, 3))
    axes.annotate(
        words("overdue after {days}", days=words.n(overdue, "day", "days")),
        (1, overdue),
        xycoords=("axes fraction", "data"),
        ha="right",
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=FONT - 1,
        color=ACCENT,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
    )
    axes.set_ylim(0, max(*ys, overdue) * 1.18)
    drawing.time_axis(axes, words, first, last)
    said = words(
        "{count}; the longest time between two was {days}.",
        count=words.n(len(vouched), "deposit", "deposits"),
        days=words.n(max(ys), "day", "days"),
    )
    return inline(figure, f"deposits{name}", words("Days since the last deposit"), said, {})
