"""Why a document can't be worked on, as a code: the parent holds the sentences.

The worker is not believed: it may have been taken over by the document. So it sends no sentence, only one of
the codes that `vault/sandbox/reasons.py` knows, and at most one number.
"""

from __future__ import annotations


class Refusal(Exception):
    """`reason` is a code of `vault/sandbox/reasons.py`; `number` goes into its sentence where it has one."""

    def __init__(self, reason: str, number: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.number = number
