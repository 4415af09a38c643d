"""The report as one HTML file that asks for nothing outside it, with or without scripts, on a screen and on A4.

The policy in its head lets no address be loaded, and only this file's own style and script run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from vault.audit.report import drawing, page_activity, page_entries, page_integrity, page_left, page_summary
from vault.audit.report.collect import local_time
from vault.audit.report.data import Report
from vault.audit.report.markup import Child, Markup, joined, tag
from vault.audit.report.standing import utc
from vault.audit.report.words import Words

NO_PLOTS = "The plots are left out, as matplotlib is not installed here (the extra casevault[report])."


def html(report: Report, words: Words) -> str:
    """The whole page."""
    drawn = drawing.available()
    style = _file("report.css").replace('var(--foot, "")', json.dumps(_foot(words, report), ensure_ascii=False))
    script = _file("report.js")
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("title", words("Audit report")),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("a", words("Skip to the contents"), href="#main", klass="skip"),
        _header(words, report),
        _nav(words),
        _main(words, report, drawn),
        _footer(words, report),
        tag("script", Markup(script)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=words.lang)}\n"


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _foot(words: Words, report: Report) -> str:
    made = utc(report.made)
    return words("Audit report") + (f" · {words.moment(made)} UTC" if made else "")


def _header(words: Words, report: Report) -> Markup:
    found = report.activity
    parts = [words.n(found.entries, "entry", "entries"), words.n(found.done, "operation", "operations"),
             words.n(len(report.logs), "laptop", "laptops"),
             words.n(len(found.cases), "case", "cases")]  # fmt: skip
    if found.first is not None and found.last is not None:
        first, last = (words.day(local_time(at, 0).date()) for at in (found.first, found.last))
        parts.insert(0, f"{first} – {last}")
    return tag(
        "header", tag("div", tag("h1", words("Audit report: who opened what, and can the log be trusted?")),
        tag("p", " · ".join(parts), klass="lead")),
    )  # fmt: skip


def _nav(words: Words) -> Markup:
    links = (
        ("summary", "Summary"), ("questions", "Questions"), ("activity", "Activity"), ("disclosures", "Disclosures"),
        ("integrity", "Integrity"), ("limits", "Limits"), ("entries", "Entries"),
    )  # fmt: skip
    items = (tag("li", tag("a", words(text), href=f"#{name}")) for name, text in links)
    return tag("nav", tag("div", tag("ul", *items)), aria_label=words("Contents"))


def _main(words: Words, report: Report, drawn: bool) -> Markup:
    summary = tag(
        "section", page_summary.tiles(words, report), page_summary.laptops(words, report),
        page_summary.others_late(words, report),
        None if drawn else tag("p", words(NO_PLOTS)), id="summary", aria_label=words("Summary"),
    )  # fmt: skip
    return tag(
        "main",
        summary,
        page_summary.findings(words, report),
        page_summary.questions(words, report),
        page_activity.activity(words, report, drawn),
        page_left.disclosures(words, report, drawn),
        page_integrity.integrity(words, report, drawn),
        page_integrity.limits(words),
        page_entries.entries(words, report),
        id="main",
    )


def _footer(words: Words, report: Report) -> Markup:
    made = utc(report.made)
    time, program = words.moment(made) if made else report.made, report.program
    lines: list[Child] = [
        words("Made {time} UTC by Casevault {program} on the auditor's machine, from {exports}.",
              time=time, program=program,
              exports=words.n(len(report.sources) or len(report.logs), "export", "exports")),
        words("It holds ids only, no names, and asks for nothing outside this file."),
    ] if report.names is None else [
        words("Made {time} UTC by Casevault {program} from the vault, by its holder.", time=time, program=program),
        words("It is the holder's own copy: it proves nothing to others, and it holds names of recipients."),
    ]  # fmt: skip
    parts: list[Child] = [tag("p", joined(lines, " "))]
    if report.sources:
        hashes = joined((tag("span", one, klass="code hash") for one in report.sources), ", ")
        parts.append(tag("p", words("SHA-256 of the exports:"), " ", hashes))
    rules = report.policy.flags
    first, end = (f"{at // 60:02d}:{at % 60:02d}" for at in rules.work_hours)
    text = words("thresholds of its policy file") if report.policy.text else words("default thresholds")
    parts.append(
        tag(
            "p",
            words(
                "Flags follow the {thresholds}: usual hours {first}–{end}, a deposit is overdue after {days}.",
                thresholds=text,
                first=first,
                end=end,
                days=words.n(report.policy.overdue_days, "day", "days"),
            ),
        )
    )
    return tag("footer", *parts)
