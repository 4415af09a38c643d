"""The entries as a table for spreadsheets (CSV, RFC 4180): a line an entry, every member that the log holds.

UTF-8 with a byte order mark, by which Excel knows it. All values are codes, ids, numbers and times; none can be a
formula, as the grammar of entries lets no other sign through.
"""

from __future__ import annotations

import csv
from typing import TextIO

from vault.audit.report.collect import UNKNOWN_TIME, local_time, minutes, seconds
from vault.model.events import Entry

BYTE_ORDER_MARK = "\ufeff"
HEADS = (
    "log", "entry", "time_utc", "time_local", "action", "phase", "outcome", "actor", "case", "case_entry", "object",
    "purpose", "count", "bytes", "recipient", "profile", "consent", "bundle_sha256", "digest", "since", "operation",
    "device", "session", "boot", "program",
)  # fmt: skip


class Sheet:
    """Writes lines as entries come."""

    def __init__(self, file: TextIO) -> None:
        file.write(BYTE_ORDER_MARK)
        self._writer = csv.writer(file)
        self._writer.writerow(HEADS)

    def add(self, log: int, entry: Entry) -> None:
        """One entry of the log with this number, from 0."""
        left, at = entry.disclosure, seconds(entry.time)
        local = "" if at == UNKNOWN_TIME else local_time(at, minutes(entry.offset)).isoformat(" ")
        given = ("", "", "", "") if left is None else (left.recipient, left.profile, left.consent, left.bundle)
        self._writer.writerow(
            (
                log + 1, entry.seq, entry.time, local, entry.action, entry.phase, entry.outcome, entry.actor,
                entry.case, entry.n, entry.object, entry.purpose, entry.count, entry.bytes, *given, entry.digest,
                entry.since, entry.op, entry.device, entry.session, entry.boot, entry.program,
            )
        )  # fmt: skip
