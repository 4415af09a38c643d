"""The note that lies beside a filing, never in it: what was read about the court, when, and what nobody checked."""

from __future__ import annotations

import textwrap
from datetime import date

from vault.bundle.court_rules import CourtRules

NAME = "READ-FIRST.txt"
WIDTH = 78


def note(rules: CourtRules, files: list[str], made: date, warnings: list[str]) -> str:
    """The text, with lines that end as on Windows: that is where it is opened."""
    lines = [
        "READ THIS FIRST. IT IS FOR YOU, NOT FOR THE COURT: DO NOT FILE IT.",
        "ПРОЧТИТЕ СНАЧАЛА. ЭТО ДЛЯ ВАС, НЕ ДЛЯ СУДА: В СУД НЕ ПОДАВАТЬ.",
        "",
        *_wrapped(f"Check this packet against {rules.manual} as it is today, before anything is filed. Casevault "
                  "does not know whether it meets the rules of your court, and nobody has checked that it does."),
        "",
        f"Rules: {rules.name} ({rules.title})",
        f"Read on {rules.as_of}, {rules.age(made)} days before this packet was made.",
    ]  # fmt: skip
    if rules.is_old(made):
        lines += ["", *_wrapped("THESE RULES ARE OLD. Rules of courts change: look each of them up.")]
    lines += ["", *_wrapped(f"Read from: {rules.read_from}"), "", "Files:", *(f"  {name}" for name in files)]
    lines += ["", *_wrapped("Nothing here is encrypted: whoever gets these files can read them. Delete them from "
                            "this computer once they are filed.")]  # fmt: skip
    if warnings:
        lines += ["", "TO LOOK AT IN THIS PACKET", *(line for one in warnings for line in _item(one))]
    lines += ["", "WHAT WAS READ, AND WHAT WAS NOT"]
    for rule in rules.rules:
        source = f" [{rule.source}]" if rule.source else " [not read anywhere]"
        lines += _item(f"{rule.about}: {rule.says}{source}")
    if rules.sources:
        lines += ["", "SOURCES"]
    for one in rules.sources:
        kind = "the court's own page" if one.official else "not the court's own page"
        lines += [*_item(f"[{one.id}] {one.title} ({kind})"), f"    {one.url}"]
    return "\r\n".join(lines) + "\r\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
