"""What was done: when, in which cases, by whom; failed unlocks."""

from __future__ import annotations

from collections import Counter
from datetime import date

from vault.audit.report import asking, drawing, squares, timelines
from vault.audit.report.collect import local_time
from vault.audit.report.data import Report, Tally
from vault.audit.report.markup import Child, Markup, details, joined, tag
from vault.audit.report.page_parts import figure, listed
from vault.audit.report.words import Words

SHOWN_CASES = 12
SHOWN_UNLOCKS = 12


def activity(words: Words, report: Report, drawn: bool) -> Markup:
    """The section."""
    found = report.activity
    parts: list[Child] = [tag("h2", words("Activity"), id="activity-title")]
    if not len(found.operations):
        return tag("section", *parts, tag("p", words("There are no operations.")), id="activity")
    lead = words(
        "An operation is one command that a person gave, whatever number of entries it left: {operations}. What the "
        "program wrote by itself, such as daily seals, is not among them: {own}. Hours and days are those of the "
        "holder's clock.",
        operations=words.number(found.done), own=words.n(found.own, "entry", "entries"),
    )  # fmt: skip
    parts += [
        tag("p", lead, klass="lead"),
        tag("h3", words("Operations by hour and weekday")),
        _heat(words, report, drawn),
    ]
    if found.opens:
        parts += [tag("h3", words("Openings of cases")), _opens(words, report, drawn)]
        parts += [tag("h3", words("The cases that were opened most")), _cases(words, report, drawn)]
    parts += [tag("h3", words("By person")), _people(words, report), tag("h3", words("Failed attempts to unlock"))]
    parts.append(_unlocks(words, report, drawn))
    return tag("section", *parts, id="activity", aria_labelledby="activity-title")


def _heat(words: Words, report: Report, drawn: bool) -> Markup:
    counts, rules = report.activity.heat, report.policy.flags
    plot = squares.heat(words, counts, rules) if drawn else None
    most = max(map(max, counts))
    rows = []
    for name, row in zip(words.weekdays(), counts, strict=True):
        cells = "".join(f'<td class="q{drawing.step(value, most)}">{value or "·"}</td>' for value in row)
        rows.append(Markup(f'<tr><th scope="row">{name}</th>{cells}<td>{words.number(sum(row))}</td></tr>'))
    heads = joined(tag("th", text, scope="col") for text in ("", *(f"{at:02d}" for at in range(24)), "Σ"))
    name = words("Operations by hour and weekday")
    numbers = tag(
        "div", tag("table", tag("caption", name), tag("thead", tag("tr", heads)), tag("tbody", *rows), klass="heat"),
        klass="scroll", tabindex=0, role="region", aria_label=name,
    )  # fmt: skip
    caption = (
        squares.heat_text(words, counts, rules)
        + " "
        + words("The darker, the more; the line frames the usual hours.")
    )
    if report.activity.untimed_done:
        caption += " " + words("Without a time, and so not here: {count}.", count=report.activity.untimed_done)
    return figure(plot, caption, details(words("The same as a table"), numbers, opened=not drawn))


def _flagged_days(words: Words, report: Report) -> dict[date, str]:
    found: dict[date, str] = {}
    for one in report.flags:
        day = asking.day(one)
        if asking.is_strong(one.flag.kind) and day is not None:
            title = words(asking.KINDS[one.flag.kind][0])
            found[day] = f"{found[day]}; {title}" if day in found and title not in found[day] else title
    return found


def _opens(words: Words, report: Report, drawn: bool) -> Markup:
    opens = report.activity.opens
    flagged = _flagged_days(words, report)
    plot = timelines.opens(words, opens, flagged, report.activity.astray_opens) if drawn else None
    first, last, _ = drawing.window(opens)
    width = drawing.bin_days(first, last)
    caption = timelines.opens_text(words, opens, report.activity.astray_opens) + " "
    caption += (
        words("One bar is one day.")
        if width == 1
        else words("One bar is {days}.", days=words.n(width, "day", "days"))
    )
    if flagged:
        caption += " " + words("A triangle marks a day to ask about first.")
    months: dict[date, tuple[int, int]] = {}
    for day, count in opens.items():
        total, active = months.get(day.replace(day=1), (0, 0))
        months[day.replace(day=1)] = (total + count, active + 1)
    rows = [
        [words.month(at), words.number(total), words.number(active)] for at, (total, active) in sorted(months.items())
    ]
    heads = (words("Month"), words("Openings"), words("Days with openings"))
    numbers = listed(words, heads, rows, words("Openings by month"), numbers=(1, 2))
    return figure(plot, caption, details(words("The same as a table"), numbers, opened=not drawn))


def _day(words: Words, at: int | None) -> str:
    # The holder's offset may differ by entry; a day's first and last minute are not at stake here.
    return "–" if at is None else words.day(local_time(at, 0).date())


def _cases(words: Words, report: Report, drawn: bool) -> Markup:
    found = report.activity
    ordered = sorted(found.cases.items(), key=lambda pair: (-pair[1].opens, pair[0]))
    opened = [(case, tally.days) for case, tally in ordered if tally.days]
    plot = timelines.case_weeks(words, opened, found.opens) if drawn and opened else None
    rows = [_case_row(words, case, tally) for case, tally in ordered]
    heads = (
        words("Case"), words("Openings"), words("Days"), words("Most on one day"), words("Without a purpose"),
        words("Disclosures"), words("Persons"), words("First"), words("Last"),
    )  # fmt: skip
    title = words(
        "The cases that were opened most: {cases}", cases=words.n(min(SHOWN_CASES, len(rows)), "case", "cases")
    )
    numbers = listed(words, heads, rows, title, shown=SHOWN_CASES, numbers=(1, 2, 4, 5, 6), klass="wide")
    caption = words(
        "One square is one week: the darker, the more openings. At the right the most on one day, and that day."
    )
    return figure(plot, caption if plot else "", numbers)


def _case_row(words: Words, case: str, tally: Tally) -> list[Child]:
    most: Child = "–"
    if tally.days:
        day = max(tally.days, key=lambda one: (tally.days[one], one))
        most = tag(
            "a", f"{words.number(tally.days[day])} · {words.day(day)}", href="#entries",
            data_show=f"case={case}&from={day}&to={day}",
        )  # fmt: skip
    return [
        tag("a", case, href="#entries", data_show=f"case={case}", klass="code"),
        words.number(tally.opens),
        words.number(len(tally.days)),
        most,
        words.percent(tally.without_purpose, tally.opens),
        words.number(tally.left),
        words.number(len(tally.others)),
        _day(words, tally.first),
        _day(words, tally.last),
    ]


def _people(words: Words, report: Report) -> Markup:
    rows = [
        [
            tag("a", person, href="#entries", data_show=f"actor={person}", klass="code"),
            words.number(tally.operations),
            words.number(tally.opens),
            words.number(len(tally.others)),
            words.number(tally.left),
            words.percent(tally.without_purpose, tally.opens),
            words.number(tally.failed),
            _day(words, tally.first),
            _day(words, tally.last),
        ]
        for person, tally in sorted(report.activity.people.items(), key=lambda pair: (-pair[1].operations, pair[0]))
    ]
    heads = (
        words("Key"), words("Operations"), words("Openings"), words("Cases"), words("Disclosures"),
        words("Without a purpose"), words("Failed"), words("First"), words("Last"),
    )  # fmt: skip
    note = words("A person is known by the key that opened the vault. Whose key it is, the holder can say.")
    return joined(
        [
            tag("p", note),
            listed(words, heads, rows, words("By person"), numbers=range(1, 7), klass="wide", titled=True),
        ]
    )


def _unlocks(words: Words, report: Report, drawn: bool) -> Markup:
    found = report.activity
    if not found.unlocks or found.first is None or found.last is None:
        return tag("p", words("None was logged."))
    days: Counter[date] = Counter()
    for one in found.unlocks:
        days[local_time(one.since, one.offset).date()] += one.count
    first, last = local_time(found.first, 0).date(), local_time(found.last, 0).date()
    plot = timelines.unlocks(words, days, first, last) if drawn else None
    newest = sorted(found.unlocks, key=lambda one: one.since, reverse=True)
    rows = [
        [
            words.moment(local_time(one.since, one.offset)),
            words.number(one.count),
            words.moment(local_time(one.until, one.offset)),
            tag(
                "a",
                words.number(one.seq),
                href="#entries",
                data_show=f"log={one.log}&seq={one.log}-{one.seq}-{one.seq}",
            ),
        ]
        for one in newest
    ]
    heads = (words("First attempt"), words("Attempts"), words("Vault opened after them"), words("Entry"))
    caption = words("Failed attempts to unlock, the newest first")
    numbers = listed(words, heads, rows, caption, shown=SHOWN_UNLOCKS, numbers=(1, 3))
    note = words("They are logged at the next success. Attempts on a copy of the vault elsewhere are never seen.")
    return figure(plot, timelines.unlocks_text(words, days) + " " + note, numbers)
