"""What tells one copy of a bundle from another: dashed rules on its pages, drawn from the copy's random mark.

A rule is a row of cells of one width, each with a short dash (0) or a long one (1) at its middle. The dashes depend
on the mark alone: not on the text, on what was redacted, on who receives the copy, or on which page they stand.
"""

from __future__ import annotations

import hashlib

MARK_BYTES = 8
CELLS = 256
RULES = ("top", "bottom", "right")
LABEL = b"casevault copy mark"


def cells(mark: bytes, rule: str) -> str:
    """The first 256 cells of one of `RULES`, "0" and "1"; a longer rule begins again. SHA-256 of label, rule, mark.

    The whole hash and not the mark itself, so that any stretch of a rule differs from that of another copy in half
    of its cells. Raises ValueError for a mark of another length and for a rule that there is not.
    """
    if len(mark) != MARK_BYTES or rule not in RULES:
        raise ValueError("no such mark")
    digest = hashlib.sha256(LABEL + b"\0" + rule.encode() + b"\0" + mark).digest()
    return "".join(f"{byte:08b}" for byte in digest)
