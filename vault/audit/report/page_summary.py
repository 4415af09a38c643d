"""The first screen: is the log whole, since when vouched for, how old the last deposit is, what nobody vouched for;
then what needs a question to the holder."""

from __future__ import annotations

from collections.abc import Sequence

from vault.audit.report import actions, asking
from vault.audit.report.data import Finding, Flagged, Report
from vault.audit.report.markup import Child, Markup, details, joined, table, tag
from vault.audit.report.page_parts import beyond
from vault.audit.report.standing import OVERDUE, Standing, since, standings, utc
from vault.audit.report.words import Words

SHOWN_ASKS = 3
"""Flags of one kind that stand on the page; the rest unfolds."""
MAX_ASKS = 1000
"""Of one kind, on the page; all of them are in the JSON."""
SHOWN_CASES = 6
DIGITS = 6
SHOWN_NEW = 3
"""Fingerprints in the box; the others stand under Integrity."""
GROUP = 4
"""A fingerprint is read out over the phone in groups of this many."""


def log_name(words: Words, report: Report, log: int) -> str:
    """How the page calls a log."""
    return words("Laptop {n}", n=log + 1)


def spaced(fingerprint: str) -> str:
    """A fingerprint in groups."""
    if " " in fingerprint or not fingerprint.isalnum():
        return fingerprint
    return " ".join(fingerprint[at : at + GROUP] for at in range(0, len(fingerprint), GROUP))


def key_name(words: Words, name: str) -> str:
    """The name of a cosigner's key for people: what it is for, and its first digits."""
    kind, _, digits = name.partition("/")
    said = {"casevault-witness": "auditor's key {digits}", "casevault-heads": "second party's key {digits}"}.get(kind)
    return words(said, digits=digits[:DIGITS]) if said else name


def tiles(words: Words, report: Report) -> Markup:
    """The four answers."""
    found = standings(report)
    answers = (
        _whole(words, found),
        _since(words, found, report),
        _deposit(words, found, report),
        _tail(words, found, report),
    )
    return tag("dl", *answers, klass="tiles")


def _tile(kind: str, question: str, answer: str, *more: Child) -> Markup:
    return tag(
        "div", tag("dt", question), tag("dd", answer, klass="big"), *(tag("dd", one) for one in more if one),
        klass=f"tile {kind}",
    )  # fmt: skip


def _whole(words: Words, found: Sequence[Standing]) -> Markup:
    findings = sum(one.counting for one in found)
    size = sum(one.info.size for one in found)
    question = words("Is the log whole?") if len(found) == 1 else words("Are the logs whole?")
    if findings:
        return _tile(
            "bad", question, "✗ " + words("No"),
            words("{findings}, named below.", findings=words.n(findings, "finding", "findings")),
        )  # fmt: skip
    return _tile(
        "good", question, "✓ " + words("Yes"),
        words("{entries}, without a gap, in their order, and under the signed head.",
              entries=words.n(size, "entry", "entries")),
    )  # fmt: skip


def _since(words: Words, found: Sequence[Standing], report: Report) -> Markup:
    question = words("Vouched for since when?")
    moment = utc(since(found) or "")
    answer = "! " + words("Not yet") if moment is None else words.day(moment.date())
    new = [at for at, one in enumerate(found) if one.info.first]
    if new:
        text = words("First check: nothing vouches yet for what was before. Compare the fingerprint by phone.")
        if moment is not None:
            text = words("New to your folder, though cosigned before. Compare the fingerprint by phone.")
        return _tile("warn", question, answer, text, *(_fingerprint(words, report, at) for at in new[:SHOWN_NEW]))
    if moment is None:
        return _tile("warn", question, answer, words("It was checked before, but no cosignature is in it."))
    if not all(one.whole for one in found):
        return _tile(
            "bad",
            question,
            answer,
            words("Signed since that day, but the findings below put in doubt what the log says now."),
        )
    return _tile("good", question, answer, words("Every deposit since then continues the one before it."))


def _fingerprint(words: Words, report: Report, log: int) -> Markup:
    code = tag("span", spaced(report.logs[log].fingerprint), klass="code")
    return joined([f"{log_name(words, report, log)}: " if len(report.logs) > 1 else "", code])


def _deposit(words: Words, found: Sequence[Standing], report: Report) -> Markup:
    question = words("How long ago was the last deposit?")
    at = max(range(len(found)), key=lambda at: (found[at].age_days is None, found[at].age_days or 0))
    worst, place = found[at], f"{log_name(words, report, at)}: " if len(found) > 1 else ""
    if worst.deposit is None or worst.age_days is None:
        return _tile(
            "warn", question, "! " + words("Never"), place + words("Nobody has cosigned a head of this log.")
        )
    moment = utc(worst.deposit.time)
    said = words("On {day}, cosigned by {names}.", day=words.day(moment.date()) if moment else "?",
                 names=", ".join(key_name(words, one) for one in worst.deposit.by) or "?")  # fmt: skip
    age = words("today") if worst.age_days == 0 else words("{days} ago", days=words.n(worst.age_days, "day", "days"))
    if worst.overdue:
        limit = words("Overdue: the policy allows {days}.", days=words.n(report.policy.overdue_days, "day", "days"))
        return _tile("warn", question, "! " + age, place + limit, said, *_late(words, report))
    return _tile("good", question, age, place + said, *_late(words, report))


def _late(words: Words, report: Report) -> list[str]:
    """That a deposit of these logs came late: a sentence of its own, as lateness is no damage."""
    late = [at for at, one in enumerate(standings(report)) if any(not found.other for found in one.late)]
    said = words("The deposit before this one was late by the policy: ask why. That is no damage to the log.")
    return [f"{log_name(words, report, at)}: {said}" if len(report.logs) > 1 else said for at in late]


def others_late(words: Words, report: Report) -> Markup:
    """Logs of the reader's folder that are not in this report, and late: a line each, once."""
    said = dict.fromkeys(found.message for one in standings(report) for found in one.late if found.other)
    if not said:
        return Markup("")
    lines = [words("About another laptop, not in this report: {what}.", what=words.library(one)) for one in said]
    return tag("div", *(tag("p", one) for one in lines), id="others")


def _tail(words: Words, found: Sequence[Standing], report: Report) -> Markup:
    question = words("How many entries has nobody vouched for?")
    tail, size = sum(one.tail for one in found), sum(one.info.size for one in found)
    if not tail:
        return _tile("good", question, words("None"), words("The newest entry lies under a cosignature."))
    parts = [
        words("from entry {seq} on", seq=one.info.size - one.tail)
        if len(found) == 1
        else words("{log}: {count}", log=log_name(words, report, at), count=one.tail)
        for at, one in enumerate(found)
        if one.tail
    ]
    kind = "warn" if any(one.overdue for one in found) or tail == size else "plain"
    text = words("{share} of all, {where}: they could still be rewritten on the laptop.",
                 share=words.percent(tail, size), where="; ".join(parts))  # fmt: skip
    return _tile(kind, question, words.number(tail), text)


def findings(words: Words, report: Report) -> Markup:
    """What the check found, in a box; nothing if it found nothing."""
    lines: list[Markup] = []
    for log, info in enumerate(report.logs):
        lines += [_finding(words, report, log, one) for one in info.findings if one.kind != OVERDUE]
    if not lines:
        return Markup("")
    return tag(
        "section",
        tag("h2", words("Findings of the check"), id="findings-title"),
        tag("p", words("Sign nothing until each of them is explained.")),
        tag("ul", *lines),
        klass="box",
        id="findings",
        aria_labelledby="findings-title",
    )


def _finding(words: Words, report: Report, log: int, one: Finding) -> Markup:
    name = words(actions.FINDINGS.get(one.kind, one.kind))
    place: Child = None
    if one.seq is not None:
        place = joined([" ", _entries_link(words, log, one.seq, one.seq)])
    prefix = f"{log_name(words, report, log)}: " if len(report.logs) > 1 else ""
    known = tag("span", words("explained"), klass="tag") if one.accepted else None
    return tag("li", tag("strong", f"{prefix}{name}"), f" ({one.kind}): ", words.library(one.message), place, known)


def _entries_link(words: Words, log: int, first: int, last: int) -> Markup:
    text = (
        words("entry {seq}", seq=first) if first == last else words("entries {first}–{last}", first=first, last=last)
    )
    return tag("a", text, href="#entries", data_show=f"log={log}&seq={log}-{first}-{last}")


def questions(words: Words, report: Report) -> Markup:
    """The flags, by kind."""
    head = tag("h2", words("What needs a question to the holder"), id="questions-title")
    if not report.flags:
        text = words("Nothing stands out under the thresholds of the policy.")
        return tag("section", head, tag("p", text), id="questions", aria_labelledby="questions-title")
    new = [one for one in report.flags if one.flag.last >= report.logs[one.log].own]
    old = [one for one in report.flags if one.flag.last < report.logs[one.log].own]
    lead = words("A question is no accusation: most have a good answer. Times are those of the holder's clock.")
    parts: list[Child] = [head, tag("p", lead, klass="lead")]
    if old:
        title = (
            words("New since your last signature") if report.names is None else words("New since the last deposit")
        )
        parts.append(tag("h3", title, id="questions-new"))
    parts.append(_asked(words, report, new, "") if new else tag("p", words("Nothing new.")))
    if old:
        asks = words.n(len(old), "question", "questions")
        title = (
            words("Before your last signature: {questions}", questions=asks)
            if report.names is None
            else words("Before the last deposit: {questions}", questions=asks)
        )
        parts.append(details(title, _asked(words, report, old, "old-"), more=True))
    return tag("section", *parts, id="questions", aria_labelledby="questions-title")


def _asked(words: Words, report: Report, found: Sequence[Flagged], prefix: str) -> Markup:
    """These flags, by kind, the gravest first; `prefix` tells their anchors from those of others."""
    by_kind: dict[str, list[Flagged]] = {}
    for one in found:
        by_kind.setdefault(one.flag.kind, []).append(one)
    order = [kind for kind in asking.KINDS if kind in by_kind] + sorted(set(by_kind) - set(asking.KINDS))
    brief = joined(
        (tag("a", _counted(words, kind, len(by_kind[kind])), href=f"#{prefix}ask-{kind}") for kind in order),
        " · ",
    )
    kinds = (_kind(words, report, kind, by_kind[kind], f"{prefix}ask-{kind}") for kind in order)
    return joined([tag("p", brief, klass="brief"), tag("ul", *kinds, klass="asks")])


def _counted(words: Words, kind: str, count: int) -> str:
    title = words(asking.KINDS.get(kind, (kind, ""))[0])
    return f"{title} × {words.number(count)}" if count > 1 else title


def _kind(words: Words, report: Report, kind: str, found: Sequence[Flagged], anchor: str) -> Markup:
    why = asking.KINDS.get(kind, ("", ""))[1]
    newest = sorted(found, key=lambda one: (one.flag.time, one.flag.seq), reverse=True)
    lines = [_ask(words, report, one) for one in newest[:MAX_ASKS]]
    rest = None
    if len(newest) > SHOWN_ASKS + 1:
        over = beyond(words, len(newest) - MAX_ASKS) if len(newest) > MAX_ASKS else None
        earlier = words("{count} earlier ones", count=len(newest) - SHOWN_ASKS)
        rest = details(earlier, tag("ul", *lines[SHOWN_ASKS:]), over, more=True)
        lines = lines[:SHOWN_ASKS]
    mark = tag("span", words("look at this first"), klass="tag") if asking.is_strong(kind) else None
    return tag(
        "li",
        tag("h3", _counted(words, kind, len(found))),
        mark,
        tag("p", words(why), klass="why"),
        tag("ul", *lines),
        rest,
        id=anchor,
    )


def _ask(words: Words, report: Report, one: Flagged) -> Markup:
    flag = one.flag
    prefix = f"{log_name(words, report, one.log)}, " if len(report.logs) > 1 else ""
    cases: list[Child] = [
        tag("a", case, href="#entries", data_show=f"case={case}", klass="code") for case in flag.cases[:SHOWN_CASES]
    ]
    if len(flag.cases) > SHOWN_CASES:
        cases.append(words("{count} more", count=len(flag.cases) - SHOWN_CASES))
    return tag(
        "li", tag("strong", prefix + asking.when(words, one)), ": ", asking.said(words, one), ". ",
        joined(cases, ", ") if cases else None,
        tag("span", " · " if cases else "", _entries_link(words, one.log, flag.seq, flag.last), klass="hint"),
    )  # fmt: skip


def laptops(words: Words, report: Report) -> Markup:
    """One line a log, where there are several."""
    if len(report.logs) < 2:
        return Markup("")
    rows = []
    for at, one in enumerate(standings(report)):
        moment, first = utc(one.deposit.time) if one.deposit else None, utc(one.info.consistent_since or "")
        rows.append(
            [
                log_name(words, report, at),
                tag("span", one.info.vault or one.info.origin.rpartition("/")[2][:12], klass="code"),
                words("yes") if one.whole else tag("strong", words("NO"), klass="bad"),
                words.number(one.info.size),
                words.day(first.date()) if first else words("not yet"),
                words.day(moment.date()) if moment else words("never"),
                words.number(one.tail),
            ]
        )
    heads = (
        words("Log"), words("Vault"), words("Whole"), words("Entries"), words("Vouched for since"),
        words("Last deposit"), words("Not vouched for"),
    )  # fmt: skip
    return table(heads, rows, caption=words("The laptops of this report"), numbers=(3, 6), klass="wide")
