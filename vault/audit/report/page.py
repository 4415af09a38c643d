"""The report as one HTML file that asks for nothing outside it, with or without scripts, on a screen and on A4.

The policy in its head lets no address be loaded, and only this file's own style and script run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from vault.audit.report import drawing, page_activity, page_integrity, page_left, page_summary, rows
from vault.audit.report.collect import local_time
from vault.audit.report.data import Report
from vault.audit.report.markup import Child, Markup, joined, tag
from vault.audit.report.standing import utc
from vault.audit.report.words import NARROW_SPACE, Words

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
    parts = [words.n(found.entries, "entry", "entries"), words.n(len(report.logs), "laptop", "laptops"),
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
        entries(words, report),
        id="main",
    )


def _field(label: str, control: Markup) -> Markup:
    return tag("label", label, control)


def _select(name: str, every: str, options: list[tuple[str, str]]) -> Markup:
    return tag(
        "select",
        tag("option", every, value=""),
        *(tag("option", text, value=value) for value, text in options),
        id=f"f-{name}",
    )


def entries(words: Words, report: Report) -> Markup:
    """The list that is filtered; report.js fills it."""
    left_out = rows.left_out(report.activity)
    note: list[Child] = [
        words(
            "The list of entries needs a browser that runs the script in this file; "
            "the table for spreadsheets holds the same."
        )
    ]
    limit = (
        tag(
            "p",
            words(
                "The list holds the newest {count} operations; the table for spreadsheets holds all.",
                count=rows.MAX_ROWS,
            ),
        )
        if left_out
        else None
    )
    heads = ("No.", "Time", "Key", "What", "Case", "Object or recipient", "Purpose", "Result", "Amount")
    head = tag(
        "tr",
        *(tag("th", words(text), scope="col", klass="num" if text in ("No.", "Amount") else None) for text in heads),
    )
    area = tag(
        "div",
        _filters(words, report),
        tag(
            "p",
            tag("button", words("Newer"), type="button", id="list-before"),
            tag("button", words("Older"), type="button", id="list-after"),
            tag("span", "", id="list-count", role="status", aria_live="polite"),
            klass="turn",
        ),
        tag(
            "div",
            tag(
                "table",
                tag("caption", words("Entries, the newest first"), klass="soft"),
                tag("thead", head),
                tag("tbody"),
                id="list",
                klass="wide",
            ),
            klass="scroll",
            tabindex=0,
            role="region",
            aria_label=words("Entries"),
        ),
        id="list-area",
        hidden=True,
    )
    return tag(
        "section",
        tag("h2", words("Entries"), id="entries-title", tabindex=-1),
        tag("p", *note, id="list-note"),
        limit,
        area,
        tag("script", Markup(_json(_list_words(words, report))), type="application/json", id="list-words"),
        tag("script", Markup(rows.packed(report.activity, words)), type="text/plain", id="entries-data"),
        id="entries",
        aria_labelledby="entries-title",
    )


def _filters(words: Words, report: Report) -> Markup:
    laptops = [(str(at), page_summary.log_name(words, report, at)) for at in range(len(report.logs))]
    results = [("bad", words("failed, refused or cancelled")), ("open", words("no end logged"))]
    days = [(str(at), name) for at, name in enumerate(words.weekdays())]
    hours = [(str(at), f"{at:02d}:00–{at:02d}:59") for at in range(24)]
    return tag(
        "form",
        _field(words("Laptop"), _select("log", words("all"), laptops)) if len(laptops) > 1 else None,
        _field(
            words("Case"),
            tag(
                "input",
                id="f-case",
                list="cases-known",
                size=10,
                placeholder="C-…",
                autocomplete="off",
                spellcheck="false",
            ),
        ),
        tag("datalist", id="cases-known"),
        _field(words("Key"), _select("actor", words("all"), [])),
        _field(words("Action"), _select("action", words("all"), [])),
        _field(words("Recipient"), _select("recipient", words("all"), [])),
        _field(words("From day"), tag("input", id="f-from", type="date")),
        _field(words("To day"), tag("input", id="f-to", type="date")),
        _field(words("Weekday"), _select("weekday", words("all"), days)),
        _field(words("Hour"), _select("hour", words("all"), hours)),
        _field(words("Result"), _select("result", words("all"), results)),
        tag(
            "span",
            tag("span", "", id="f-range-text"),
            " ",
            tag("button", words("drop"), type="button", id="f-range-clear"),
            id="f-range",
            hidden=True,
        ),
        tag("button", words("Show all"), type="reset"),
        id="filters",
        aria_label=words("Which entries are shown"),
    )


def _list_words(words: Words, report: Report) -> dict[str, object]:
    russian = words.lang == "ru"
    return {
        "logs": [page_summary.log_name(words, report, at) for at in range(len(report.logs))],
        "thousands": NARROW_SPACE if russian else ",",
        "point": "," if russian else ".",
        "units": [words(unit) for unit in ("B", "KB", "MB", "GB", "TB")],
        "months": [] if russian else list(words.months()),
        "weekdays": words.weekdays(),
        "untimed": words("time unknown"),
        "open": words("no end logged"),
        "shown": words("{first}–{last} of {all}"),
        "nothing": words("No entry fits."),
        "range": words("entries {first}–{last}"),
        "device": words("device"),
        "session": words("session"),
        "old": words("This browser is too old for the list of entries; the table for spreadsheets holds the same."),
    }


def _json(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _footer(words: Words, report: Report) -> Markup:
    made = utc(report.made)
    lines: list[Child] = [
        words("Made {time} UTC by Casevault {program} on the auditor's machine, from {exports}.",
              time=words.moment(made) if made else report.made, program=report.program,
              exports=words.n(len(report.sources) or len(report.logs), "export", "exports")),
        words("It holds ids only, no names, and asks for nothing outside this file."),
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
