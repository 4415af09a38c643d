"""The keys of a vault: what the root key derives, and what a case's own identity derives.

A case's identity is random and wrapped under `case_wrap`; everything else of a case follows from it, so that
destroying the wrapped identity destroys all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.crypto import kdf
from vault.errors import Damaged


@dataclass(frozen=True, slots=True, repr=False)
class WorkingKeys:
    """What every command needs, 32 bytes each: they open the two databases, but no case, and sign nothing."""

    catalogue: bytes
    audit: bytes
    rows: bytes
    audit_map: bytes
    seals: bytes


@dataclass(frozen=True, slots=True, repr=False)
class VaultKeys(WorkingKeys):
    """All keys derived from the root key, 32 bytes each."""

    header: bytes
    audit_signing: bytes
    case_wrap: bytes

    @classmethod
    def derive(cls, root: bytes) -> VaultKeys:
        """All vault-wide keys of a 32-byte root key."""
        return cls(*(kdf.hkdf(root, f"casevault/v1/{name}") for name in _VAULT_LABELS))


_VAULT_LABELS = ("catalogue", "audit", "rows", "audit-map", "seals", "header", "audit-signing", "case-wrap")


@dataclass(frozen=True, slots=True, repr=False)
class CaseNames:
    """A case's keys that name and check its rows, 32 bytes each. They open nothing."""

    rows: bytes
    pseudonyms: bytes

    def pseudonym(self, object_id: str) -> str:
        """What the audit log calls an object of this case: 16 hex digits that nobody without the key can undo."""
        return kdf.hmac_sha256(self.pseudonyms, object_id.encode())[:8].hex()


@dataclass(frozen=True, slots=True, repr=False)
class CaseKeys(CaseNames):
    """A case's X25519 identity and what follows from it, 32 bytes each."""

    identity: bytes
    signing: bytes

    @classmethod
    def derive(cls, identity: bytes) -> CaseKeys:
        """All keys of a case from its 32-byte age identity."""
        rows, pseudonyms, signing = (
            kdf.hkdf(identity, f"casevault/v1/case/{name}") for name in ("rows", "pseudonyms", "bundle-signing")
        )
        return cls(rows, pseudonyms, identity, signing)

    @classmethod
    def unwrap(cls, case_wrap: bytes, wrapped: bytes) -> CaseKeys:
        """Open a case's wrapped identity. Raises Damaged if it does not open."""
        identity = kdf.unwrap(case_wrap, wrapped)
        if identity is None:
            raise Damaged("the key of a case is damaged in the catalogue")
        return cls.derive(identity)
