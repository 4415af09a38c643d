"""The note that lies beside a filing, never in it: what was read about the court, when, and what nobody checked."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from vault.bundle import taken_out
from vault.bundle.court_rules import CourtRules

NAME = "READ-FIRST.txt"
WIDTH = 78
WITHHELD = "page withheld"


@dataclass(frozen=True, slots=True)
class About:
    """What is to be said of a packet: things to look at, what was taken out of each exhibit by its label, how many
    items of the case are not in it, and whether the ledger notes who gets it. No name and no id of a person."""

    warnings: list[str] = field(default_factory=list)
    taken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: int = 0
    noted: bool = True


def note(rules: CourtRules, files: list[str], made: date, about: About) -> str:
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
    if not about.noted:
        lines += ["", *_wrapped("Nothing was noted as handed to anybody: this packet stands in no ledger.")]
    lines += ["", "WHAT WAS TAKEN OUT", *(line for one in _taken(about) for line in _item(one))]
    said = [*about.warnings, *_left_out(about)]
    if said:
        lines += ["", "TO LOOK AT IN THIS PACKET", *(line for one in said for line in _item(one))]
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


def _taken(about: About) -> list[str]:
    found = [f"Exhibit {label}: {taken_out.phrases(one)[0]}" for label, one in about.taken.items() if one]
    withheld = sum(one.get(WITHHELD, 0) for one in about.taken.values())
    if withheld:
        found.append(f"Pages withheld: {withheld}. Whoever gets the packet sees an empty page in place of each.")
    return found or ["Nothing."]


def _left_out(about: About) -> list[str]:
    return [f"Items of the case that are not in it: {about.left_out}."] if about.left_out else []


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
