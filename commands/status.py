"""`casevault status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.context import Session
from commands.printing import columns

if TYPE_CHECKING:
    from vault.usecases.overview import Status

MAX_SHOWN = 200


def show(session: Session) -> None:
    """Count, and warn of what needs attention."""
    from vault.usecases import overview

    with session.vault() as vault:
        found = overview.status(vault)
    t = session.console.text
    kinds = ", ".join(t(slot.kind) for slot in found.slots)
    rows = [
        (t("Vault"), found.id),
        (t("Folder"), str(found.folder)),
        (t("Format"), str(found.format)),
        (t("Cases"), t("{count}, of them open: {open}", count=found.cases, open=found.open_cases)),
        (t("Items"), str(found.items)),
        (t("Key slots"), kinds),
        (t("Log"), t("{count} entries", count=found.log_size)),
        (t("Models"), t("installed") if found.models else t("not installed")),
    ]
    session.console.answer(shape(found), columns(rows))
    _warn(session, found)


def shape(found: Status) -> dict[str, object]:
    """The JSON form."""
    return {
        "vault": {"id": found.id, "path": str(found.folder), "format": found.format},
        "cases": found.cases,
        "open_cases": found.open_cases,
        "items": found.items,
        "slots": [{"id": slot.id, "kind": slot.kind} for slot in found.slots],
        "weakest_slot": None if found.weakest is None else found.weakest.id,
        "plaintext_left": [
            {"path": copy.path, "evidence": copy.evidence_id, "origin": copy.origin} for copy in found.plaintext
        ],
        "plaintext_count": found.plaintext_count,
        "last_verified_backup": None,
        "log": {"size": found.log_size, "uncosigned": found.uncosigned},
        "pending_reading": found.pending,
        "models": found.models,
    }


def _warn(session: Session, found: Status) -> None:
    console = session.console
    if found.weakest is not None and found.weakest.kind == "passphrase":
        console.say("The weakest key is a passphrase: the vault is as safe as it is long and unguessable.")
    if not any(slot.kind == "recovery" for slot in found.slots):
        console.warn("There is no recovery code: a forgotten passphrase loses everything.")
    if found.plaintext:
        console.warn("{count} plain copies lie outside the vault:", count=found.plaintext_count)
        for copy in found.plaintext[:MAX_SHOWN]:
            console.say("    {item}  {path}", item=copy.evidence_id, path=copy.path)
        if found.plaintext_count > MAX_SHOWN:
            console.say("    … and {count} more", count=found.plaintext_count - MAX_SHOWN)
    if found.pending:
        console.warn(
            "{count} items were not read for the search yet; 'casevault doctor' reads them.",
            count=found.pending,
        )
