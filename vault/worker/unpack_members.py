"""The shape in which every unpacker answers: members with display names, bounded in number and bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_blocks
from vault.worker.refusal import Refusal

MIB = 1 << 20
MAX_MEMBERS = 5_000
MAX_MEMBER = 256 * MIB
MAX_ALL = 448 * MIB  # below what the parent takes as one answer
MAX_RATIO = 500
RATIO_MATTERS_FROM = 4 * MIB
MAX_NAME = 400


def display_name(text: str) -> str:
    """A name for people to read, without what does not show; never a path to open. The end of a long one is kept."""
    name = " ".join(read_blocks.clean(text).split())
    return name if len(name) <= MAX_NAME else "…" + name[1 - MAX_NAME :]


@dataclass
class Members:
    """What was found so far. A member that can't be had comes with an empty blob and the code of a reason."""

    blobs: list[bytes] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    _list: list[dict[str, str]] = field(default_factory=list)
    _bytes: int = 0

    @property
    def room(self) -> int:
        """How many bytes the next member may have at most."""
        return min(MAX_MEMBER, MAX_ALL - self._bytes)

    def add(self, name: str, data: bytes, media_type: str = "") -> None:
        """Take one more member; `media_type` only where the container says more than the first bytes do."""
        if len(data) > self.room:
            self.refuse(name, "too-much-inside")
        elif not data:
            self.refuse(name, "empty")
        else:
            self._bytes += len(data)
            self._enter(name, media_type, "", data)

    def refuse(self, name: str, reason: str) -> None:
        """Name a member that can't be had; `reason` is a code of vault/sandbox/reasons.py."""
        self._enter(name, "", reason, b"")

    def _enter(self, name: str, media_type: str, reason: str, data: bytes) -> None:
        if len(self._list) >= MAX_MEMBERS:
            raise Refusal("too-many-members", MAX_MEMBERS)
        self._list.append({"name": display_name(name), "media_type": media_type, "note": reason})
        self.blobs.append(data)

    def note(self, code: str, count: int = 1) -> None:
        """Count something that is no member; codes stand in vault/sandbox/reasons.py."""
        if count:
            self.notes[code] += count

    def answer(self) -> dict[str, Any]:
        """The header of the `unpack` job."""
        return {"members": self._list, "notes": [list(one) for one in sorted(self.notes.items())]}
