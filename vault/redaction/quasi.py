"""What narrows down who somebody is without naming them: ages, dates, kinship, nationality, faith, profession, work.

Rules for Russian and English, meant for the `public` profile. All spans are proposals.
"""

from __future__ import annotations

import re

from ..model.findings import Span
from . import quasi_en, quasi_ru
from .dates import DATE_IN_DIGITS
from .plain import plain
from .quasi_rule import SOURCE, Rule, find_by

__all__ = ["CATEGORIES", "SOURCE", "find_quasi"]

_SHARED: tuple[Rule, ...] = (Rule("DATE", re.compile(DATE_IN_DIGITS), 0.5, "date"),)
CATEGORIES = frozenset(rule.category for rule in _SHARED) | quasi_ru.CATEGORIES | quasi_en.CATEGORIES


def find_quasi(text: str) -> list[Span]:
    """All proposals, sorted; they may overlap."""
    shown = plain(text)
    found = find_by(_SHARED, shown) + quasi_ru.find(shown) + quasi_en.find(shown)
    found.sort(key=lambda span: (span.start, -span.end))
    return found
