"""Compares a log with what was seen of it before, and says how they part.

What was seen is one record an entry (`vault/audit/walk.py`), read in step with the log. Both may be long: nothing of
them is held as long as they agree.

    the log ends within what was seen     rollback if that is a head that was seen, else truncation
    entries differ, others are there      rewrite: what was seen comes again in its place or moved
    everything differs from one on        fork; and also rollback if all of it was written after what was seen, as it
                                          is when an older copy of the vault was put back and used
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from vault.audit import entries as forms
from vault.audit.walk import CASE_MARK_BYTES, RECORD_BYTES, Parts
from vault.crypto import merkle

MAX_MARKS = 250_000
"""Records from the first that differs on that are looked for in the log: the memory of an attack, some 20 MB."""

DATE = 10
"""Characters of the date in a time."""
Head = tuple[int, bytes]
"""Size and root."""


@dataclass(frozen=True, slots=True)
class Parting:
    """How a log parts from what was seen: the kind of finding, the entry where it begins, and a sentence."""

    kind: str
    seq: int
    message: str


class History:
    """What was seen of a log: `size` records in `file`, which is read once from its beginning; None: there are none.

    `ended` is the time of the last entry that was seen.
    """

    def __init__(self, file: BinaryIO | None, size: int, ended: str) -> None:
        self._file = file
        self._size = size
        self._ended = ended
        self._at = 0
        self._differs: int | None = None
        self._began = ""
        self._marks: set[bytes] = set()
        self._again = False

    def feed(self, records: Sequence[bytes], parts: Sequence[Parts]) -> None:
        """Take the next entries of the log: their records, and the entries themselves."""
        first, self._at = self._at, self._at + len(records)
        if self._file is None:
            return
        if self._differs is None and first < self._size:
            count = min(len(records), self._size - first)
            seen = self._file.read(count * RECORD_BYTES)
            if seen == b"".join(records[:count]):
                return
            differs = next(i for i in range(count) if seen[i * RECORD_BYTES : (i + 1) * RECORD_BYTES] != records[i])
            self._differs = first + differs
            self._began = _time(parts[differs][0])
            self._remember(seen[differs * RECORD_BYTES :])
            records = records[differs:]
        if self._differs is not None:
            self._again = self._again or any(record[merkle.HASH_BYTES :] in self._marks for record in records)

    def _remember(self, seen: bytes) -> None:
        """The marks of all entries that were seen from the one on that differs."""
        assert self._file is not None
        left = min(self._size - self._differs, MAX_MARKS) if self._differs is not None else 0
        while left > 0 and seen:
            for at in range(merkle.HASH_BYTES, min(len(seen), left * RECORD_BYTES), RECORD_BYTES):
                self._marks.add(seen[at : at + CASE_MARK_BYTES])
            left -= len(seen) // RECORD_BYTES
            seen = self._file.read(min(left, 4096) * RECORD_BYTES)

    def judge(self, root: bytes, roots: dict[int, bytes], seen: Head, heads: Mapping[Head, str]) -> list[Parting]:
        """How the log, fed whole and with this root, parts from what was seen; [] if it continues it.

        `seen` is the newest head that was seen, `heads` are all, with the time when; `roots` has the log's own at the
        size of `seen`.
        """
        size, seen_root = seen
        if self._at >= size:
            if roots.get(size) == seen_root:
                return []
            return self._parted(size)
        if self._differs is not None:
            return self._parted(size)
        gone = f"{size - self._at} of the {size} entries that you have seen are not in it"
        if old := older((self._at, root), seen, heads):
            return [Parting("rollback", self._at, f"{old}: {gone}")]
        if self._file is None:
            return [Parting("truncation", self._at, f"the log is shorter than it was: {gone}")]
        return [Parting("truncation", self._at, f"the end of the log was cut off: {gone}")]

    def _parted(self, size: int) -> list[Parting]:
        at = self._differs
        if at is None:
            message = f"the first {size} entries are not those that you have seen"
            return [Parting("fork", 0, message)]
        gone = size - at
        if self._again:
            message = (
                f"entry {at} is not the one that you have seen, and later ones come again: the log was rewritten"
            )
            return [Parting("rewrite", at, message)]
        message = f"the {gone} entries from {at} on that you have seen are not in this log: it has another history"
        found = [Parting("fork", at, message)]
        if self._ended and self._began > self._ended:
            message = (
                f"what stands from entry {at} on was written after all that you have seen: an older copy of the "
                "vault was put back, or a copy of it came into use"
            )
            found.append(Parting("rollback", at, message))
        return found


def older(head: Head, seen: Head, heads: Mapping[Head, str]) -> str:
    """That this very head was seen before the newest one, and when; empty if it was not. `heads`: the times."""
    if head not in heads:
        return ""
    then, now = heads[head][:DATE], heads.get(seen, "")[:DATE]
    said = f"the log is at an older state, which you have seen before, of {head[0]} entries"
    if not then or not now:
        return said
    return f"{said} (seen on {then}; a newer one was checked on {now})"


def _time(untrusted_case_part: bytes) -> str:
    found = forms.read_case_part(untrusted_case_part)
    return "" if found is None else str(found[forms.CASE_GROUP["time"]])
