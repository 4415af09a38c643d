"""Reads back what was just sealed to somebody else: nothing that can't be opened may be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.crypto.age import Recipient
    from vault.crypto.age.header import Stanza


class KeptKey:
    """A recipient that remembers the file key it wrapped, and so is the identity of that one file too."""

    def __init__(self, recipient: Recipient) -> None:
        self._recipient = recipient
        self._file_key = b""

    @property
    def kind(self) -> str:
        """Of the recipient."""
        return self._recipient.kind

    def wrap(self, file_key: bytes) -> Stanza:
        """As the recipient does it."""
        self._file_key = file_key
        return self._recipient.wrap(file_key)

    def unwrap(self, untrusted_stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key that was wrapped last."""
        return self._file_key or None
