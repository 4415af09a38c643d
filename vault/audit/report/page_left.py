"""What left the vault: recipients × cases, and the accounting of disclosures (45 CFR 164.528)."""

from __future__ import annotations

from collections import Counter

from vault.audit.report import actions, squares
from vault.audit.report.collect import UNKNOWN_TIME, local_time
from vault.audit.report.data import Left, Report
from vault.audit.report.markup import Child, Markup, joined, tag
from vault.audit.report.page_parts import beyond, figure, listed
from vault.audit.report.page_summary import log_name
from vault.audit.report.words import Words

SHOWN_IN_ROW = 8
FULL_PAGE = 8
"""From so many disclosures on, they begin on a sheet of their own."""
MAX_DISCLOSURES = 10_000
"""On the page; more than any case manager makes in a lifetime."""


def pairs(report: Report) -> Counter[tuple[str, str]]:
    """How many disclosures a recipient got of a case; those that failed or were stopped are no disclosures."""
    held, cases = report.activity.operations, report.activity.indexes.cases.values
    return Counter(
        (one.recipient, str(cases[held.case[one.row]] or "–"))
        for one in report.activity.left
        if one.outcome in ("ok", None)
    )


def disclosures(words: Words, report: Report, drawn: bool) -> Markup:
    """The section."""
    head = tag("h2", words("Disclosures"), id="disclosures-title")
    if not report.activity.left:
        none = tag("p", words("Nothing left the vault by a way that the program logs."))
        return tag("section", head, none, id="disclosures", aria_labelledby="disclosures-title")
    counted = pairs(report)
    parts: list[Child] = [head]
    if counted:
        plot = squares.matrix(words, counted) if drawn else None
        parts += [
            tag("h3", words("Recipients and cases")),
            figure(plot, squares.matrix_text(words, counted), _recipients(words, report, counted)),
        ]
    parts += [
        tag("h3", words("Accounting of disclosures")),
        tag(
            "p",
            words(
                "Each copy that left the vault: date, recipient, description, purpose and consent, as 45 CFR 164.528 "
                "asks for. Names and addresses of recipients are in the case manager's own list only."
            )
            if report.names is None
            else words(
                "Each copy that left the vault: date, recipient with name and address, description, purpose and "
                "consent, as 45 CFR 164.528 asks for."
            ),
        ),
        _accounting(words, report),
    ]
    return tag("section", *parts, id="disclosures", aria_labelledby="disclosures-title",
               klass="page" if len(report.activity.left) >= FULL_PAGE else None)  # fmt: skip


def _recipients(words: Words, report: Report, counted: Counter[tuple[str, str]]) -> Markup:
    held = report.activity.operations
    times: dict[str, list[int]] = {}
    for one in report.activity.left:
        if held.time[one.row] != UNKNOWN_TIME:
            times.setdefault(one.recipient, []).append(held.time[one.row] + held.offset[one.row] * 60)
    by_recipient, _ = squares.totals(counted)
    by_case: dict[str, list[tuple[int, str]]] = {}
    for (recipient, case), count in counted.items():
        by_case.setdefault(recipient, []).append((count, case))
    rows = []
    for recipient, count in by_recipient.most_common():
        cases = sorted(by_case[recipient], key=lambda one: (-one[0], one[1]))
        names = (f"{case}\u00a0×\u00a0{n}" if n > 1 else case for n, case in cases[:SHOWN_IN_ROW])
        said = joined((tag("span", name, klass="code") for name in names), ", ")
        if len(cases) > SHOWN_IN_ROW:
            said = joined([said, " ", words("and {count} more", count=len(cases) - SHOWN_IN_ROW)])
        seen = times.get(recipient, [])
        rows.append(
            [
                joined(
                    [
                        tag("a", recipient, href="#entries", data_show=f"recipient={recipient}", klass="code"),
                        _name(report, recipient),
                    ]
                ),
                words.number(count), words.number(len(cases)), said,
                words.day(local_time(min(seen), 0).date()) if seen else "–",
                words.day(local_time(max(seen), 0).date()) if seen else "–",
            ]
        )  # fmt: skip
    heads = (
        words("Recipient"),
        words("Disclosures"),
        words("Cases"),
        words("Which cases"),
        words("First"),
        words("Last"),
    )
    return listed(words, heads, rows, words("By recipient"), numbers=(1, 2), klass="wide")


def _accounting(words: Words, report: Report) -> Markup:
    held = report.activity.operations
    newest = sorted(report.activity.left, key=lambda one: (held.time[one.row], one.row), reverse=True)
    heads = (
        words("Date"), words("Recipient"), words("Case"), words("Description"), words("Purpose"), words("Consent"),
        words("Entry"),
    )  # fmt: skip
    caption = words("{disclosures}, the newest first", disclosures=words.n(len(newest), "disclosure", "disclosures"))
    head = tag("tr", *(tag("th", one, scope="col", klass="num" if one == heads[-1] else None) for one in heads))
    # Each stands in a body of its own, so that paper never parts it from its hash.
    bodies = (_disclosure(words, report, one) for one in newest[:MAX_DISCLOSURES])
    found = tag(
        "div", tag("table", tag("caption", caption), tag("thead", head), *bodies, klass="wide"), klass="scroll long",
        tabindex=0, role="region", aria_label=caption,
    )  # fmt: skip
    return joined([found, beyond(words, len(newest) - MAX_DISCLOSURES)]) if len(newest) > MAX_DISCLOSURES else found


def _disclosure(words: Words, report: Report, one: Left) -> Markup:
    held, indexes, row = report.activity.operations, report.activity.indexes, one.row
    at, log, seq = held.time[row], held.log[row], held.seq[row]
    case = str(indexes.cases.values[held.case[row]] or "–")
    purpose = indexes.purposes.values[held.purpose[row]]
    when = words("time unknown") if at == UNKNOWN_TIME else words.moment(local_time(at, held.offset[row]))
    place = f"{log_name(words, report, log)}: " if len(report.logs) > 1 else ""
    consent: Child = (
        words(actions.CONSENTS[one.consent])
        if one.consent in actions.CONSENTS
        else tag("span", one.consent, klass="code")
    )
    cells: list[Child] = [
        joined([tag("span", one.recipient, klass="code"), _name(report, one.recipient)]),
        tag("span", case, klass="code"),
        described(words, report, one),
        words(actions.PURPOSES.get(str(purpose), str(purpose)))
        if purpose
        else tag("span", words("none recorded"), klass="bad"),
        tag("span", consent, klass="bad") if one.consent == "none" else consent,
    ]
    link = tag("a", place + words.number(seq), href="#entries", data_show=f"log={log}&seq={log}-{seq}-{seq}")
    first = tag(
        "tr", tag("th", when, scope="row"), *(tag("td", cell) for cell in cells), tag("td", link, klass="num")
    )
    size = f" · {words.size(held.bytes[row] - 1)}" if held.bytes[row] else ""
    hashed = tag("td", tag("span", f"SHA-256 {one.bundle}", klass="code hash"), size, colspan=6, klass="soft")
    return tag("tbody", first, tag("tr", tag("td"), hashed), klass="pair")


def _name(report: Report, recipient: str) -> str:
    """What follows a recipient's id in the holder's own copy."""
    name = (report.names or {}).get(recipient, "")
    return f" {name}" if name else ""


def described(words: Words, report: Report, one: Left) -> str:
    """What it was: which copy, how many items, and whether it came to an end."""
    held, indexes = report.activity.operations, report.activity.indexes
    said = [words(actions.PROFILES.get(one.profile, one.profile))]
    action = str(indexes.actions.values[held.action[one.row]])
    if action != "bundle.create":
        said.append(words(actions.LABELS.get(action, action)))
    if held.count[one.row]:
        said.append(words.n(held.count[one.row] - 1, "item", "items"))
    code = one.outcome or ""
    if code != "ok":
        said.append("! " + (words(actions.OUTCOMES.get(code, code)) if code else words(actions.UNFINISHED)))
    return ", ".join(said)
