"""The list of entries with its filters; report.js fills it."""

from __future__ import annotations

import json

from vault.audit.report import rows
from vault.audit.report.data import Report
from vault.audit.report.markup import Markup, tag
from vault.audit.report.page_summary import log_name
from vault.audit.report.words import NARROW_SPACE, Words


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
    """The section."""
    note = words(
        "The list of entries needs a browser that runs the script in this file; "
        "the table for spreadsheets holds the same."
    )
    limit = words(
        "The list holds the newest {count} lines; the table for spreadsheets holds all.", count=rows.MAX_ROWS
    )
    lines = words(
        "A line is a command with all its entries, one for each case that it touched; what the program wrote by "
        "itself is marked so, and is nobody's operation."
    )
    return tag(
        "section",
        tag("h2", words("Entries"), id="entries-title", tabindex=-1),
        tag("p", note, id="list-note"),
        tag("p", lines, klass="lead"),
        tag("p", limit) if rows.left_out(report.activity) else None,
        tag("div", _filters(words, report), _turn(words), _list(words), id="list-area", hidden=True),
        tag("script", Markup(_json(_list_words(words, report))), type="application/json", id="list-words"),
        tag("script", Markup(rows.packed(report.activity, words)), type="text/plain", id="entries-data"),
        id="entries",
        aria_labelledby="entries-title",
    )


def _turn(words: Words) -> Markup:
    return tag(
        "p",
        tag("button", words("Newer"), type="button", id="list-before"),
        tag("button", words("Older"), type="button", id="list-after"),
        tag("span", "", id="list-count", role="status", aria_live="polite"),
        klass="turn",
    )


def _list(words: Words) -> Markup:
    names = ("No.", "Time", "Key", "What", "Case", "Object or recipient", "Purpose", "Result", "Amount")
    right = ("No.", "Amount")
    heads = (tag("th", words(name), scope="col", klass="num" if name in right else None) for name in names)
    caption = tag("caption", words("Entries, the newest first"), klass="soft")
    table = tag("table", caption, tag("thead", tag("tr", *heads)), tag("tbody"), id="list", klass="wide")
    return tag("div", table, klass="scroll", tabindex=0, role="region", aria_label=words("Entries"))


def _filters(words: Words, report: Report) -> Markup:
    laptops = [(str(at), log_name(words, report, at)) for at in range(len(report.logs))]
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
        "logs": [log_name(words, report, at) for at in range(len(report.logs))],
        "thousands": NARROW_SPACE if russian else ",",
        "point": "," if russian else ".",
        "units": [words(unit) for unit in ("B", "KB", "MB", "GB", "TB")],
        "months": [] if russian else list(words.months()),
        "weekdays": words.weekdays(),
        "untimed": words("time unknown"),
        "open": words("no end logged"),
        "reading": words("this export") if report.names is None else words("this report"),
        "program": words("the program itself"),
        "persons": words("all persons"),
        "shown": words("{first}–{last} of {all}"),
        "nothing": words("No entry fits."),
        "range": words("entries {first}–{last}"),
        "device": words("device"),
        "session": words("session"),
        "old": words("This browser is too old for the list of entries; the table for spreadsheets holds the same."),
    }


def _json(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
