"""The plots of squares: hour × weekday, recipients × cases. Numbers stand in them; colour alone says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vault.audit.policy import FlagRules
from vault.audit.report.drawing import ACCENT, Cells, grid, new_axes, new_figure, styled
from vault.audit.report.markup import Markup
from vault.audit.report.svg import Mark, inline
from vault.audit.report.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_COLUMNS, MAX_ROWS = 30, 16
FEWEST_COLUMNS = 12
THOUSANDS_FROM = 10_000


@styled
def heat(words: Words, counts: Sequence[Sequence[int]], rules: FlagRules) -> Markup:
    """Hour × weekday, with the usual working hours framed."""
    height = 262
    figure = new_figure(height)
    axes = new_axes(figure, height, left=44, right=4, top=4, bottom=26)
    names = words.weekdays()
    cells = Cells(axes, max(map(max, counts)))
    for weekday, row in enumerate(counts):
        for hour, value in enumerate(row):
            text = words(
                "{day}, {hour}:00 to {hour}:59: {count}", day=names[weekday], hour=f"{hour:02d}", count=value
            )
            mark = Mark(text, f"weekday={weekday}&hour={hour}&actor=persons" if value else "")
            cells.add(hour, weekday, value, mark, text=_short(words, value) if value else "")
    _outline(axes, rules)
    grid(axes, 24, 7)
    axes.set_yticks([row + 0.5 for row in range(7)], names)
    axes.set_xticks([hour + 0.5 for hour in range(24)], [f"{hour:02d}" for hour in range(24)])
    title = words("Operations by hour and weekday")
    return inline(figure, "heat", title, heat_text(words, counts, rules), cells.marks)


def _outline(axes: Axes, rules: FlagRules) -> None:
    """A line around the usual hours: only where a neighbour is not usual."""
    inside = {(day, hour) for day in rules.work_days for hour in range(24) if is_work(rules, hour)}
    for day, hour in inside:
        edges = (
            ((day - 1, hour), (hour, hour + 1), (day, day)),
            ((day + 1, hour), (hour, hour + 1), (day + 1, day + 1)),
            ((day, hour - 1), (hour, hour), (day, day + 1)),
            ((day, hour + 1), (hour + 1, hour + 1), (day, day + 1)),
        )
        for neighbour, xs, ys in edges:
            if neighbour not in inside:
                axes.plot(xs, ys, color=ACCENT, linewidth=1.6, clip_on=False, solid_capstyle="round")


def is_work(rules: FlagRules, hour: int) -> bool:
    """Whether the whole hour is usual. Usual hours may pass midnight."""
    first, end = rules.work_hours
    start, stop = hour * 60, hour * 60 + 60
    return first <= start and stop <= end if first < end else stop <= end or first <= start


def heat_text(words: Words, counts: Sequence[Sequence[int]], rules: FlagRules) -> str:
    """The heat map in words."""
    total = sum(map(sum, counts))
    if not total:
        return words("There are no operations.")
    most, weekday, hour = max((value, -d, -h) for d, row in enumerate(counts) for h, value in enumerate(row))
    outside = sum(
        value
        for day, row in enumerate(counts)
        for at, value in enumerate(row)
        if day not in rules.work_days or not is_work(rules, at)
    )
    return words(
        "Most, {most}, on {day} from {hour}:00 to {hour}:59. "
        "Outside the framed hours: {outside} of {total} ({share}).",
        most=most,
        day=words.weekdays()[-weekday],
        hour=f"{-hour:02d}",
        outside=outside,
        total=total,
        share=words.percent(outside, total),
    )


def _short(words: Words, value: int) -> str:
    return str(value) if value < THOUSANDS_FROM else f"{value // 1000}{words('k')}"


@styled
def matrix(words: Words, left: Mapping[tuple[str, str], int]) -> Markup:
    """Recipients × cases: how many disclosures, of those with the most."""
    by_recipient, by_case = totals(left)
    recipients = [name for name, _ in by_recipient.most_common(MAX_ROWS)]
    cases = [name for name, _ in by_case.most_common(MAX_COLUMNS)]
    height = 84 + 21 * len(recipients)
    figure = new_figure(height)
    axes = new_axes(figure, height, left=84, right=4, top=76, bottom=4)
    cells = Cells(axes, max(left.values()))
    for y, recipient in enumerate(recipients):
        for x, case in enumerate(cases):
            count = left.get((recipient, case), 0)
            text = words("{recipient}, {case}: {count}", recipient=recipient, case=case, count=count)
            mark = Mark(text, f"recipient={recipient}&case={case}" if count else "")
            cells.add(x, y, count, mark, text=str(count) if count else "")
    grid(axes, max(len(cases), FEWEST_COLUMNS), len(recipients))
    axes.set_yticks([y + 0.5 for y in range(len(recipients))], recipients)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks([x + 0.5 for x in range(len(cases))], cases, rotation=90)
    title = words("Disclosures by recipient and case")
    return inline(figure, "recipients", title, matrix_text(words, left), cells.marks)


def totals(left: Mapping[tuple[str, str], int]) -> tuple[Counter[str], Counter[str]]:
    """Disclosures by recipient, and by case."""
    by_recipient: Counter[str] = Counter()
    by_case: Counter[str] = Counter()
    for (recipient, case), count in sorted(left.items()):
        by_recipient[recipient] += count
        by_case[case] += count
    return by_recipient, by_case


def matrix_text(words: Words, left: Mapping[tuple[str, str], int]) -> str:
    """The same in words, and whether all of it is drawn."""
    by_recipient, by_case = totals(left)
    name, count = by_recipient.most_common(1)[0]
    said = words(
        "{total} of {cases} to {recipients}; most, {count}, to {name}.",
        total=words.n(sum(left.values()), "disclosure", "disclosures"),
        cases=words.n(len(by_case), "case", "cases"),
        recipients=words.n(len(by_recipient), "recipient", "recipients"),
        count=count,
        name=name,
    )
    if len(by_recipient) > MAX_ROWS or len(by_case) > MAX_COLUMNS:
        said += " " + words(
            "Drawn are the {rows} recipients and {columns} cases with the most; the tables hold all.",
            rows=min(MAX_ROWS, len(by_recipient)),
            columns=min(MAX_COLUMNS, len(by_case)),
        )
    return said
