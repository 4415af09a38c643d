"""Who holds the keys of the cases: this process itself, or an agent that hands them out one by one."""

from __future__ import annotations

from typing import Protocol

from vault.crypto import kdf
from vault.crypto.keys import CaseKeys, CaseNames


class Keeper(Protocol):
    """Gives the keys of a case for its wrapped key, 40 bytes as the catalogue holds it. Several threads may ask.

    Each method raises Damaged if the wrapped key does not open.
    """

    def names(self, case_id: str, wrapped: bytes) -> CaseNames:
        """What names and checks the case's rows. It opens nothing, so it needs no entry in the log."""
        ...

    def recipient(self, case_id: str, wrapped: bytes) -> bytes:
        """The public half of the case's identity, 32 bytes: what its objects are encrypted to."""
        ...

    def keys(self, case_id: str, wrapped: bytes) -> CaseKeys:
        """All keys of the case. The log must hold an entry that says what for: an agent refuses without one."""
        ...

    def wrap(self, case_id: str, identity: bytes) -> bytes:
        """The wrapped key of a new case."""
        ...

    def forget(self, case_id: str) -> None:
        """The case is gone, or has a new key."""
        ...


class OwnKeeper:
    """The keys are in this process."""

    def __init__(self, case_wrap: bytes) -> None:
        self._case_wrap = case_wrap
        self._known: dict[str, CaseKeys] = {}

    def names(self, case_id: str, wrapped: bytes) -> CaseNames:
        return self.keys(case_id, wrapped)

    def recipient(self, case_id: str, wrapped: bytes) -> bytes:
        from vault.crypto import age

        return age.X25519Identity.from_bytes(self.keys(case_id, wrapped).identity).recipient().to_bytes()

    def keys(self, case_id: str, wrapped: bytes) -> CaseKeys:
        if case_id not in self._known:
            self._known[case_id] = CaseKeys.unwrap(self._case_wrap, wrapped)
        return self._known[case_id]

    def wrap(self, case_id: str, identity: bytes) -> bytes:
        self._known[case_id] = CaseKeys.derive(identity)
        return kdf.wrap(self._case_wrap, identity)

    def forget(self, case_id: str) -> None:
        self._known.pop(case_id, None)
