"""The entries for the page's list: columns of numbers, packed as deflated JSON in base64."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from vault.audit.report import actions
from vault.audit.report.collect import UNKNOWN_TIME
from vault.audit.report.data import Activity, Index
from vault.audit.report.words import Words

MAX_ROWS = 200_000
"""The newest that the page's list holds; the table for spreadsheets has all."""
LEVEL = 6


def left_out(activity: Activity) -> int:
    """How many of the oldest rows the page does not hold."""
    return max(0, len(activity.operations) - MAX_ROWS)


def packed(activity: Activity, words: Words) -> str:
    """What report.js unpacks."""
    held, indexes, skip = activity.operations, activity.indexes, left_out(activity)
    columns: dict[str, Sequence[int]] = {
        "log": held.log, "after": held.after, "offset": held.offset, "action": held.action, "phase": held.phase,
        "context": held.context, "case": held.case, "object": held.object, "purpose": held.purpose,
        "outcome": held.outcome, "count": held.count, "bytes": held.bytes, "own": held.own,
    }  # fmt: skip
    columns = {name: column[skip:] for name, column in columns.items()}
    columns["seq"] = differences(held.seq[skip:])
    columns["time"] = differences(held.time[skip:])
    data: dict[str, Any] = {
        "columns": {name: list(column) for name, column in columns.items()},
        "unknown": UNKNOWN_TIME,
        "actions": [
            [code, words(actions.LABELS.get(code, code)) if code else ""] for code in _texts(indexes.actions)
        ],
        "phases": _texts(indexes.phases),
        "contexts": [list(one) if isinstance(one, tuple) else ["", "", "", ""] for one in indexes.contexts.values],
        "cases": _texts(indexes.cases),
        "objects": _texts(indexes.objects),
        "purposes": [words(actions.PURPOSES.get(code, code)) for code in _texts(indexes.purposes)],
        "outcomes": [
            [code, words(actions.OUTCOMES.get(code, code)) if code else ""] for code in _texts(indexes.outcomes)
        ],
        "reading": [row - skip for row in activity.reading if row >= skip],
        "left": {str(one.row - skip): [one.recipient, one.bundle] for one in activity.left if one.row >= skip},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(zlib.compress(text.encode(), LEVEL)).decode()


def differences(column: Sequence[int]) -> list[int]:
    """Each value less the one before: small numbers pack well."""
    before, found = 0, []
    for value in column:
        found.append(value - before)
        before = value
    return found


def _texts(index: Index) -> list[str]:
    return ["" if value is None else str(value) for value in index.values]
