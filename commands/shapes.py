"""Records as the JSON objects that scripts rely on. Never translated."""

from __future__ import annotations

from typing import Any

from vault.model.events import Entry
from vault.model.records import Case, Disclosure, Evidence, PersonRecord, RecipientRecord


def case(record: Case) -> dict[str, Any]:
    """A case without its key."""
    return {
        "id": record.id,
        "title": record.title,
        "status": record.status,
        "note": record.note,
        "created": record.created,
    }


def person(record: PersonRecord) -> dict[str, Any]:
    """A listed person, and whether exports protect them."""
    return {
        "id": record.id,
        "case": record.case_id,
        "name": record.name,
        "role": record.role,
        "aliases": list(record.aliases),
        "identifiers": list(record.identifiers),
        "keep": record.keep,
        "protected": record.role != "applicant" and record.keep is None,
        "note": record.note,
    }


def evidence(record: Evidence) -> dict[str, Any]:
    """An item of evidence without keys and names of stored files."""
    return {
        "id": record.id,
        "case": record.case_id,
        "kind": record.kind,
        "title": record.title,
        "name": record.original_name,
        "media_type": record.media_type,
        "size": record.size,
        "sha256": record.sha256.hex(),
        "added": record.added,
        "source": record.source,
        "note": record.note,
        "given_by": record.given_by,
        "collected_at": record.collected_at,
        "captured_at": record.captured_at,
        "language": record.language,
        "translation_of": record.translation_of,
        "text": {"state": record.text_state, "note": record.text_note},
    }


def recipient(record: RecipientRecord) -> dict[str, Any]:
    """A recipient and the public keys they gave."""
    return {
        "id": record.id,
        "role": record.role,
        "name": record.name,
        "address": record.address,
        "age": record.age_key or None,
        "verifier": record.verifier or None,
        "state": record.state,
        "created": record.created,
    }


def disclosure(record: Disclosure) -> dict[str, Any]:
    """A bundle that was handed out."""
    return {
        "id": record.id,
        "case": record.case_id,
        "recipient": record.recipient_id,
        "made": record.made,
        "sha256": record.sha256.hex(),
        "size": record.size,
        "fingerprint": record.fingerprint,
        "profile": record.profile,
        "purpose": record.purpose,
        "consent": record.consent,
        "state": record.state,
    }


def entry(record: Entry, object_id: str | None = None) -> dict[str, Any]:
    """An entry of the audit log; members that do not apply are left out.

    `object` is the id of what was acted on where the vault still knows it, else what the log calls it.
    """
    shape: dict[str, Any] = {
        "seq": record.seq,
        "time": record.time,
        "offset": record.offset,
        "action": record.action,
        "phase": record.phase,
        "actor": record.actor,
        "case": record.case,
        "n": record.n,
        "object": object_id or record.object,
        "pseudonym": record.object,
        "op": record.op,
        "count": record.count,
        "bytes": record.bytes,
        "purpose": record.purpose,
        "outcome": record.outcome,
        "digest": record.digest,
        "since": record.since,
        "program": record.program,
        "device": record.device,
        "session": record.session,
    }
    if record.disclosure is not None:
        given = record.disclosure
        shape |= {
            "recipient": given.recipient,
            "bundle": given.bundle,
            "profile": given.profile,
            "consent": given.consent,
        }
    always = ("seq", "time", "action", "phase", "case", "object")
    return {name: value for name, value in shape.items() if value is not None or name in always}
