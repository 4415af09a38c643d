"""How far each log can be trusted: heads, cosignatures, stamps, seals, gaps; and what no log can show."""

from __future__ import annotations

from vault.audit.report import timelines
from vault.audit.report.asking import duration
from vault.audit.report.collect import UNKNOWN_TIME, local_time
from vault.audit.report.data import LogInfo, Report
from vault.audit.report.markup import Child, Markup, joined, tag
from vault.audit.report.page_parts import beyond, figure, listed
from vault.audit.report.page_summary import log_name, spaced
from vault.audit.report.standing import Standing, standings, utc
from vault.audit.report.words import Words

SHOWN_HEADS = 12
SHOWN_GAPS = 15
LIMITS = (
    "Somebody who has the vault's keys and reads its database with other tools than Casevault leaves no trace in "
    "this log. No log can show that.",
    "What nobody has vouched for yet, the tail of the log, can still be rewritten by whoever holds the laptop and "
    "its keys. The shorter the time between two deposits, the shorter that tail.",
    "Times are those of the laptop's clock. They can be wrong; the order of the entries can't. The time of a "
    "cosignature or of an authority's stamp says when an entry existed at the latest.",
    "The log says that something was opened, not what was done with it afterwards: a photo of the screen, for "
    "instance.",
    "Attempts to open a copy of the vault on another computer are not in this log.",
    "Ids stand for cases, people and recipients. What they are called, only the holder's vault says.",
)
"""Told plainly, in the report itself."""


def integrity(words: Words, report: Report, drawn: bool) -> Markup:
    """The section."""
    parts: list[Child] = [tag("h2", words("Integrity"), id="integrity-title")]
    for at, one in enumerate(standings(report)):
        if len(report.logs) > 1:
            parts.append(tag("h3", log_name(words, report, at)))
        parts += [_facts(words, one), _deposits(words, report, at, one, drawn), _stamps(words, one.info)]
    parts += [tag("h3", words("Gaps")), _gaps(words, report), _programs(words, report)]
    return tag("section", *parts, id="integrity", aria_labelledby="integrity-title", klass="integrity")


def limits(words: Words) -> Markup:
    """What this report can't show."""
    return tag(
        "section",
        tag("h2", words("What this report can't show"), id="limits-title"),
        tag("ul", *(tag("li", words(one)) for one in LIMITS), klass="limits"),
        id="limits",
        aria_labelledby="limits-title",
    )


def _facts(words: Words, one: Standing) -> Markup:
    info = one.info
    made = utc(info.made)
    since = utc(info.consistent_since or "")
    facts: list[tuple[str, Child]] = [
        (words("Log"), tag("span", info.origin, klass="code")),
        (words("Vault"), tag("span", info.vault, klass="code") if info.vault else None),
        (words("Fingerprint of its key"), tag("span", spaced(info.fingerprint), klass="code")),
        (words("Entries"), words.number(info.size)),
        (words("Root of the signed head"), tag("span", info.root, klass="code hash") if info.root else None),
        (words("Exported"), f"{words.moment(made)} UTC" if made else None),
        (words("Vouched for since"), words.day(since.date()) if since else words("not yet")),
        (words("Chains of daily seals"), words.number(info.chains) if info.chains else words("none yet")),
        (words("Times that a cosignature excludes"), joined(_excluded(words, info), Markup("<br>"))),
    ]
    return tag("dl", *(joined([tag("dt", name), tag("dd", text)]) for name, text in facts if text), klass="facts")


def _excluded(words: Words, info: LogInfo) -> list[str]:
    """Entries that the laptop's clock dates otherwise than a cosigner's allows."""
    return [
        words("{entries} from entry {seq} on, later than a cosigner saw them: the laptop's clock was ahead",
              entries=words.n(one.count, "entry", "entries"), seq=words.number(one.seq))
        if one.late
        else words("{entries} from entry {seq} on, earlier than a cosignature that they follow: the clock was behind",
                   entries=words.n(one.count, "entry", "entries"), seq=words.number(one.seq))
        for one in info.clock
    ]  # fmt: skip


def _deposits(words: Words, report: Report, at: int, one: Standing, drawn: bool) -> Markup:
    info = one.info
    if not info.vouched:
        return tag("p", words("Nobody has cosigned a head of this log."))
    moments = [moment for moment in (utc(head.time) for head in info.vouched) if moment is not None]
    plot, end = None, utc(report.made)
    first = report.activity.first
    if drawn and moments and end is not None:
        start = min(moments) if first is None else min(local_time(first, 0), *moments)
        days = sorted({moment.date() for moment in moments})
        plot = timelines.deposits(words, str(at), days, start.date(), end.date(), report.policy.overdue_days)
    rows = []
    for head in sorted(info.vouched, key=lambda head: head.size, reverse=True):
        moment = utc(head.time)
        what = words("the whole export and its maps") if head.whole else words("that nothing before was changed")
        rows.append(
            [f"{words.moment(moment)} UTC" if moment else "–", words.number(head.size),
             joined((tag("span", name, klass="code") for name in head.by), Markup("<br>")), what]
        )  # fmt: skip
    heads = (words("Cosigned"), words("Entries"), words("By which key"), words("Vouches for"))
    name = words("Heads that were cosigned, the newest first")
    numbers = listed(words, heads, rows, name, shown=SHOWN_HEADS, numbers=(1,), klass="wide")
    return figure(
        plot, words("Days since the last deposit; the line is the limit of the policy.") if plot else "", numbers
    )


def _stamps(words: Words, info: LogInfo) -> Markup:
    if not info.stamps:
        return tag("p", words("No authority has put a timestamp on this log."))
    rows = []
    for one in info.stamps:
        moment = utc(one.time)
        rows.append(
            [
                f"{words.moment(moment)} UTC" if moment else "–",
                words.number(one.size),
                tag("span", one.authority, klass="code hash"),
            ]
        )
    heads = (words("Time"), words("Entries"), words("Authority"))
    return listed(words, heads, rows, words("Timestamps by an authority (RFC 3161)"), numbers=(1,))


def _gaps(words: Words, report: Report) -> Markup:
    found = report.activity
    parts: list[Child] = []
    if found.untimed:
        parts.append(
            tag("p", words("Entries whose time no calendar has: {count}.", count=found.untimed), klass="bad")
        )
    parts += _astray(words, report)
    if found.clock_steps:
        steps = words.n(len(found.clock_steps), "change", "changes")
        parts.append(tag("p", words("The clock of the laptop was set: {steps}.", steps=steps), " ", tag(
            "a", words("show the entries"), href="#entries", data_show="action=clock.step", klass="screen",
        )))  # fmt: skip
    for row in found.reading:
        seq = words.number(found.operations.seq[row])
        said = (
            words("Entry {seq} is the beginning of this export; the end of it can't be in it.", seq=seq)
            if report.names is None
            else words("Entry {seq} is the beginning of this report; the end of it can't be in it.", seq=seq)
        )
        place = f"{log_name(words, report, found.operations.log[row])}: " if len(report.logs) > 1 else ""
        parts.append(tag("p", place + said))
    if found.unfinished:
        parts.append(
            tag(
                "p",
                words(
                    "Operations whose end is not in the log: {count}. The program was stopped meanwhile, or was "
                    "still at work.",
                    count=len(found.unfinished),
                ),
                " ",
                tag("a", words("show the entries"), href="#entries", data_show="result=open", klass="screen"),
            )
        )
    if not found.silences:
        parts.append(tag("p", words("There is no week without an entry.")))
        return joined(parts)
    rows = [
        _silence(words, report, at)
        for at in sorted(range(len(found.silences)), key=lambda at: -found.silences[at].start)
    ]
    heads = (words("Last entry before"), words("Next entry"), words("Length"), words("After entry"))
    note = words("A week or more without any entry: a holiday, or logging that was switched off. Ask which.")
    name = words("Times without any entry")
    return joined([*parts, tag("p", note), listed(words, heads, rows, name, shown=SHOWN_GAPS, numbers=(3,))])


def _astray(words: Words, report: Report) -> list[Child]:
    """Times that were left out of the dates, each stretch once."""
    found = report.activity.astray
    parts: list[Child] = []
    for one in found[:SHOWN_GAPS]:
        place = f"{log_name(words, report, one.log)}: " if len(report.logs) > 1 else ""
        first, last = (words.moment(local_time(at, 0)) for at in (one.low, one.high))
        said = words(
            "{entries} from entry {seq} on, dated {time} UTC: the clock was wrong, as entries before or after "
            "them show. These dates are left out of this report's first and last days, plots over time and gaps.",
            entries=words.n(one.count, "entry", "entries"), seq=words.number(one.seq),
            time=first if first == last else f"{first} – {last}",
        )  # fmt: skip
        link = tag("a", words("show the entries"), href="#entries", klass="screen",
                   data_show=f"log={one.log}&seq={one.log}-{one.seq}-{one.last}")  # fmt: skip
        parts.append(tag("p", place + said, " ", link))
    if len(found) > SHOWN_GAPS:
        parts.append(beyond(words, len(found) - SHOWN_GAPS))
    return parts


def _silence(words: Words, report: Report, at: int) -> list[Child]:
    one = report.activity.silences[at]
    place = f"{log_name(words, report, one.log)}: " if len(report.logs) > 1 else ""
    return [
        f"{words.moment(local_time(one.start, 0))} UTC",
        f"{words.moment(local_time(one.end, 0))} UTC",
        duration(words, one.end - one.start),
        tag(
            "a",
            place + words.number(one.seq),
            href="#entries",
            data_show=f"log={one.log}&seq={one.log}-{one.seq}-{one.next}",
        ),
    ]


def _programs(words: Words, report: Report) -> Markup:
    rows = [
        [tag("span", program, klass="code"), words.day(local_time(at, 0).date()) if at != UNKNOWN_TIME else "–"]
        for program, at in report.activity.programs.items()
    ]
    name = words("Versions of the program")
    return joined([tag("h3", name), listed(words, (words("Version"), words("First entry")), rows, name, titled=True)])
