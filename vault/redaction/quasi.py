"""What narrows down who somebody is without naming them: ages, dates, kinship, nationality, faith, profession, work.

Rules for Russian and English, meant for the `public` profile. All spans are proposals.
"""

from __future__ import annotations

import re

from ..model.findings import Span
from .dates import DATE_IN_DIGITS
from .plain import plain
from .quasi_rule import SOURCE, Rule, find_by

__all__ = ["CATEGORIES", "SOURCE", "find_quasi"]

_SHARED: tuple[Rule, ...] = (Rule("DATE", re.compile(DATE_IN_DIGITS), 0.5, "date"),)
CATEGORIES = frozenset({
    "AGE", "BIRTHPLACE", "CLAN", "DATE", "EDUCATION", "EMPLOYER", "FAITH", "FAMILY", "HEALTH", "KINSHIP", "MISC",
    "NATIONALITY", "NUMBER", "ORIENTATION", "PLACE", "PROFESSION", "QUANTITY", "RESIDENCE",
})  # fmt: skip
"""Of all rules; written out, so that a search that wants none of them need not wait for them."""


def find_quasi(text: str) -> list[Span]:
    """All proposals, sorted; they may overlap."""
    from . import quasi_en, quasi_ru

    shown = plain(text)
    found = find_by(_SHARED, shown) + quasi_ru.find(shown) + quasi_en.find(shown)
    found.sort(key=lambda span: (span.start, -span.end))
    return found
