"""One rule for what narrows somebody down, and how a set of rules is run over a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..model.findings import Span

SOURCE = "rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """A bounded pattern; its group `id`, where it has one, is what narrows. `check` may refuse a match."""

    category: str
    pattern: re.Pattern[str]
    score: float
    why: str
    check: Callable[[re.Match[str]], bool] | None = None


def find_by(rules: Iterable[Rule], text: str) -> list[Span]:
    """Every rule's proposals, in no order; they may overlap."""
    found: list[Span] = []
    for rule in rules:
        for match in rule.pattern.finditer(text):
            if rule.check is not None and not rule.check(match):
                continue
            start, end = match.span("id") if "id" in rule.pattern.groupindex else match.span()
            found.append(Span(start, end, rule.category, None, SOURCE, rule.score, False, rule.why))
    return found
