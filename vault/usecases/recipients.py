"""Recipients: lawyers, auditors, trustees, and the public keys they gave."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from vault.crypto import age, signing
from vault.errors import Damaged, NotAllowed, Usage
from vault.model.records import RecipientRecord
from vault.store.catalogue import Put
from vault.usecases import sealing
from vault.usecases.text import cleaned
from vault.usecases.unlocked import Change, UnlockedVault, now

RecipientRole = Literal["lawyer", "auditor", "trustee", "translator", "court", "other"]
RECIPIENT_ROLES: tuple[RecipientRole, ...] = get_args(RecipientRole)


def add(
    vault: UnlockedVault, role: str, name: str, address: str = "", age_key: str = "", verifier: str = ""
) -> RecipientRecord:
    """Note a recipient. Raises Usage for a role or a key that is none."""
    if role not in RECIPIENT_ROLES:
        raise Usage("there is no such role", hint=f"Roles are: {', '.join(RECIPIENT_ROLES)}.")
    if age_key:
        age.parse_recipient(age_key)
    if verifier:
        _check_verifier(verifier)
    record = RecipientRecord(
        id=vault.catalogue.fresh_id(RecipientRecord),
        case_id=None,
        role=role,
        name=cleaned(name, "the name", required=True),
        address=cleaned(address, "the address"),
        age_key=age_key,
        verifier=cleaned(verifier, "the verifier key", limit=500),
        state="active",
        created=now(),
    )
    vault.commit([Change("recipient.add", None, [Put(record)], object_id=record.id)])
    sealing.seed_for(vault, record)  # from now on the log is sealed for them, day by day
    return record


def _check_verifier(untrusted_text: str) -> None:
    try:
        signing.parse_cosigner(untrusted_text)
    except Damaged:
        raise Usage(
            "that is no verifier key", hint="It is the line casevault-witness/… that 'casevault keygen' shows."
        ) from None


def listing(vault: UnlockedVault) -> list[RecipientRecord]:
    """All recipients, those who were removed too."""
    with vault.access("recipient.list", None) as outcome:
        found = list(vault.catalogue.all(RecipientRecord))
        outcome.count = len(found)
    return found


def remove(vault: UnlockedVault, recipient_id: str) -> RecipientRecord:
    """Off-board a recipient: what they were given stays on record, nothing more goes to them."""
    record = vault.catalogue.require(RecipientRecord, recipient_id)
    after = replace(record, state="removed")
    vault.commit([Change("recipient.remove", None, [Put(after, record)], object_id=record.id)])
    return after


def require_active(vault: UnlockedVault, recipient_id: str) -> RecipientRecord:
    """The recipient, if something may go to them. Raises NotFound, NotAllowed."""
    record = vault.catalogue.require(RecipientRecord, recipient_id)
    if record.state != "active":
        raise NotAllowed(f"recipient {record.id} was removed: nothing more goes to them")
    return record
