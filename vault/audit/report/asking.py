"""The flags as sentences: what was seen, and what to ask the holder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from vault.audit.flags import STRONG, Flag
from vault.audit.report.collect import UNKNOWN_TIME, local_time, minutes, seconds
from vault.audit.report.data import Flagged
from vault.audit.report.words import Words

KINDS: Mapping[str, tuple[str, str]] = {
    "bulk": (
        "Much was opened in a short time",
        "That may be the evening before a hearing, or the copying of many files. Ask what it was for.",
    ),
    "quick-export": (
        "A resting case left the vault within minutes of being opened",
        "Ask who had asked for it, and whether the copy was reviewed.",
    ),
    "failed-unlocks": (
        "Many failed attempts to unlock",
        "Ask whether it was the holder who mistyped. If not, somebody else had the laptop.",
    ),
    "clock-back": (
        "The clock ran back",
        "Times of entries after such a step may be wrong; their order is not. Ask why the clock was set.",
    ),
    "slow": (
        "Files were taken out of many cases over several days",
        "Ask for which hearings or lawyers these files were meant.",
    ),
    "hours": (
        "Work outside the usual hours",
        "Ask whether it was the holder, and what could not wait.",
    ),
    "first-time": (
        "A key touched cases in which only others had worked",
        "Ask who works with this key, and who gave the cases to them.",
    ),
    "dormant": (
        "Cases were touched after a long rest",
        "Ask what made them matter again.",
    ),
    "new-recipient": (
        "Somebody was given something for the first time",
        "Ask who this is, and whether the address was confirmed over another channel.",
    ),
    "version": (
        "The program changed",
        "Usual after an update; ask if nobody announced one.",
    ),
}
"""Title and question of each kind, the gravest first."""
ITEMS: Mapping[str, str] = {
    "bulk": "{parts}",
    "quick-export": "{cases_n} left within minutes of being touched again",
    "failed-unlocks": "{count_n}",
    "clock-back": "by {by}: from {before} to {after} (UTC)",
    "slow": "files taken out of {out_cases_n} within {days_n}",
    "hours": "{actions_n}",
    "first-time": "{cases_n}",
    "dormant": "{cases_n}, untouched for {days_n} or more",
    "new-recipient": "{recipient}: {disclosures_n} of {cases_n}",
    "version": "from version {before} to {after}",
}
"""What each flag says, after its time. Fields that end in _n are numbers with their noun."""
_NOUNS: Mapping[str, tuple[str, str, str]] = {
    "files_n": ("files", "file", "files"),
    "cases_n": ("cases", "case", "cases"),
    "out_cases_n": ("out_cases", "case", "cases"),
    "hits_n": ("hits", "search hit", "search hits"),
    "count_n": ("count", "attempt", "attempts"),
    "actions_n": ("count", "action", "actions"),
    "disclosures_n": ("count", "disclosure", "disclosures"),
    "days_n": ("days", "day", "days"),
}
_BULK: Mapping[str, str] = {
    "files_n": "{files_n} opened",
    "cases_n": "{cases_n}",
    "out_cases_n": "files taken out of {out_cases_n}",
    "hits_n": "{hits_n}",
}
"""What is said of much at once; what was none of it is left out."""


def is_strong(kind: str) -> bool:
    """Whether these are looked at first."""
    return kind in STRONG


def said(words: Words, one: Flagged) -> str:
    """The flag in words, without its time."""
    flag = one.flag
    values: dict[str, object] = {**flag.numbers, **flag.words}
    values |= {
        name: words.n(flag.numbers.get(source, 0), single, many) for name, (source, single, many) in _NOUNS.items()
    }
    if flag.kind == "bulk":
        values["parts"] = "; ".join(
            words(text, **values) for name, text in _BULK.items() if flag.numbers.get(_NOUNS[name][0], 0)
        )
    if flag.kind == "clock-back":
        values["by"] = duration(words, flag.numbers.get("seconds", 0))
        for name in ("before", "after"):
            values[name] = at_text(words, flag.words.get(name, ""), 0)
        slow = _against_machine(words, flag)
        if slow:
            return slow
    return words(ITEMS[flag.kind], **values) if flag.kind in ITEMS else flag.text


def _against_machine(words: Words, flag: Flag) -> str:
    """What is said where the clock went on, or not so far back, but the machine ran longer than it shows."""
    before, after = (seconds(flag.words.get(name, "")) for name in ("before", "after"))
    behind = flag.numbers.get("seconds", 0)
    if UNKNOWN_TIME in (before, after) or before - after >= behind - 1:
        return ""
    return words(
        "by {by}, against the time that the machine ran: it ran {ran} between two entries that are dated "
        "{before} and {after} (UTC)",
        by=duration(words, behind),
        ran=duration(words, behind + after - before),
        before=words.moment(local_time(before, 0)),
        after=words.moment(local_time(after, 0)),
    )


def duration(words: Words, count: int) -> str:
    """About how long."""
    if count >= 2 * 86_400:
        return words.n(count // 86_400, "day", "days")
    if count >= 2 * 3600:
        return words.n(count // 3600, "hour", "hours")
    return words.n(max(1, count // 60), "minute", "minutes")


def at_text(words: Words, time: str, offset: int) -> str:
    """A time of an entry at the holder's clock."""
    at = seconds(time)
    return words("time unknown") if at == UNKNOWN_TIME else words.moment(local_time(at, offset))


def when(words: Words, one: Flagged) -> str:
    """From when until when, at the holder's clock, with the day of the week."""
    first, last = seconds(one.flag.time), seconds(one.flag.until)
    if UNKNOWN_TIME in (first, last):
        return words("time unknown")
    start, end = local_time(first, one.offset), local_time(last, one.offset)
    text = f"{words.weekdays()[start.weekday()]} {words.moment(start)}"
    if start.date() == end.date():
        return text if f"{start:%H:%M}" == f"{end:%H:%M}" else f"{text}–{end:%H:%M}"
    return f"{text} – {words.weekdays()[end.weekday()]} {words.moment(end)}"


def day(one: Flagged) -> date | None:
    """The holder's day on which it began."""
    first = seconds(one.flag.time)
    return None if first == UNKNOWN_TIME else local_time(first, one.offset).date()


def offset_minutes(offset: str) -> int:
    """As `Flagged.offset` is given."""
    return minutes(offset)
