"""Checkpoints, https://c2sp.org/tlog-checkpoint: the body of the signed note that is a log's head.

    <origin>
    <size in decimal>
    <base64 of the root hash>

Extension lines are read by no one who checks a log, so they are neither written nor accepted.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from vault.errors import Damaged

ROOT_BYTES = 32
MAX_SIZE = 1 << 62
_ORIGIN = re.compile(r"[^\s+\x00-\x20\x7f]{1,256}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log, how many entries, and the 32-byte root of their tree."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if _ORIGIN.fullmatch(self.origin) is None:
            raise ValueError("an origin is not empty and holds neither spaces nor '+'")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != ROOT_BYTES:
            raise ValueError("a checkpoint has an impossible size or root")


def body(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def parse_body(untrusted_text: str) -> Checkpoint:
    """Read the text of a checkpoint. Raises Damaged for everything but the one form that `body` writes."""
    lines = untrusted_text.split("\n")
    if len(lines) != 4 or _SIZE.fullmatch(lines[1]) is None:
        raise Damaged("a checkpoint is not valid")
    try:
        found = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (ValueError, binascii.Error):
        raise Damaged("a checkpoint is not valid") from None
    if body(found) != untrusted_text:
        raise Damaged("a checkpoint is not valid")
    return found
