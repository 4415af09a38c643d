"""`casevault status`."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

from commands.context import Session
from commands.printing import clock_text, columns
from vault.errors import CasevaultError

if TYPE_CHECKING:
    from vault.usecases.agent_remote import Left
    from vault.usecases.backups import BackupState
    from vault.usecases.log_state import LogState
    from vault.usecases.overview import Status
    from vault.usecases.unlocked import UnlockedVault

MAX_SHOWN = 200


def show(session: Session) -> None:
    """Count, and warn of what needs attention."""
    from vault.usecases import overview, view_pages

    view_pages.sweep()
    with session.vault() as vault:
        found = overview.status(vault)
        left = _left(session, vault)
    t = session.console.text
    counted = Counter(t(slot.kind) for slot in found.slots)
    kinds = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in counted.items())
    rows = [
        (t("Vault"), found.id),
        (t("Folder"), str(found.folder.absolute())),
        (t("Format"), str(found.format)),
        (t("Cases"), t("{count}, of them open: {open}", count=found.cases, open=found.open_cases)),
        (t("Items"), str(found.items)),
        (t("Key slots"), kinds),
        *_open_rows(session, left),
        *_log_rows(session, found.log),
        *([(t("Travel"), t("prepared: casevault travel now"))] if found.travel else []),
        *_backup_rows(session, found.backup),
        (t("Models"), t("installed") if found.models else t("not installed")),
    ]
    agent = left and {"left": left.seconds, "idle": left.idle}
    session.console.answer({**shape(found), "agent": agent}, columns(rows))
    _warn(session, found)


def _left(session: Session, vault: UnlockedVault) -> Left | None:
    """How long an agent keeps this vault open, whether or not this command asked it."""
    from vault.usecases import agent_remote

    if isinstance(vault.keeper, agent_remote.RemoteKeeper):
        return vault.keeper.agent.left
    with contextlib.suppress(CasevaultError):  # what is wrong there, a command without a secret will say
        return agent_remote.left(session.folder, vault.header.vault)
    return None


def _open_rows(session: Session, left: Left | None) -> list[tuple[str, str]]:
    if left is None:
        return []
    t = session.console.text
    lang = session.console.lang
    whole, idle = clock_text(left.seconds, lang), clock_text(left.idle, lang)
    text = t("for {left} more, {idle} if idle", left=whole, idle=idle)
    return [(t("Kept open"), text)]


def shape(found: Status) -> dict[str, object]:
    """The JSON form."""
    return {
        "vault": {"id": found.id, "path": str(found.folder), "format": found.format},
        "cases": found.cases,
        "open_cases": found.open_cases,
        "alarms": list(found.alarms),
        "items": found.items,
        "slots": [{"id": slot.id, "kind": slot.kind} for slot in found.slots],
        "weakest_slot": None if found.weakest is None else found.weakest.id,
        "plaintext_left": [
            {"path": copy.path, "evidence": copy.evidence_id, "origin": copy.origin} for copy in found.plaintext
        ],
        "plaintext_count": found.plaintext_count,
        "last_verified_backup": found.backup.verified,
        "backup": {
            "made": found.backup.made,
            "verified": found.backup.verified,
            "items_since": found.backup.items,
            "due": found.backup.due or None,
        },
        "log": _log_shape(found.log),
        "pending_reading": found.pending,
        "models": found.models,
        "cloud_folder": None if found.cloud is None else str(found.cloud),
        "remembered": found.remembered,
        "travel_prepared": found.travel,
    }


def _log_shape(log: LogState) -> dict[str, object]:
    vouched = log.vouched
    return {
        "size": log.size,
        "uncosigned": log.uncosigned,
        "cosigners": log.cosigners,
        "cosigned": vouched and {"size": vouched.size, "time": _utc(vouched.time), "by": list(vouched.by)},
        "quorum": {"asked": log.asked, "met": log.met is not None, "size": log.met},
        "overdue": log.overdue,
        "seals": {
            "chain": log.seals.chain, "sealed": log.seals.sealed, "due": log.seals.due, "key": log.seals.key,
            "last": log.sealed,
        },
        "stamps": {"size": log.stamped, "waiting": log.waiting},
        "ok": not log.wrong,
    }  # fmt: skip


def _utc(seconds: int) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)  # a cosigner may say any number


def _log_rows(session: Session, log: LogState) -> list[tuple[str, str]]:
    """What there is to say of the log; nothing of what was never set up."""
    t, vouched = session.console.text, log.vouched
    rows = [(t("Log"), t("{count} entries", count=log.size))]
    if vouched is not None:
        day = _utc(vouched.time)[:10]
        rows.append(
            (t("Cosigned"), t("the first {size} entries, {day}, by {who}; {count} since then",
                              size=vouched.size, day=day, who=_who(session, vouched.by), count=log.uncosigned))
        )  # fmt: skip
    elif log.cosigners:
        rows.append((t("Cosigned"), t("nothing yet")))
    if log.asked:
        met = t("not met") if log.met is None else t("met for the first {size} entries", size=log.met)
        rows.append((t("Quorum"), met))
    if log.seals.chain is not None:
        day = t("none yet, the first one comes tomorrow") if log.sealed is None else log.sealed[:10]
        rows.append((t("Last seal"), day))
    if log.stamped is not None or log.waiting:
        size = "–" if log.stamped is None else t("the first {size} entries", size=log.stamped)
        rows.append((t("Stamped"), size + (t(", {count} waiting", count=log.waiting) if log.waiting else "")))
    return rows


def _backup_rows(session: Session, backup: BackupState) -> list[tuple[str, str]]:
    if backup.verified is None:
        return []
    text = session.console.text("{day}; {count} items added since then", day=backup.verified[:10], count=backup.items)
    return [(session.console.text("Last verified backup"), text)]


def _warn_of_backup(session: Session, backup: BackupState) -> None:
    warn = session.console.warn
    if backup.due == "none":
        warn("There is no backup of this vault: casevault backup create DEST --verify, best on another disk.")
    elif backup.due == "unverified":
        warn("No backup of this vault was ever verified: casevault backup verify {place}", place=backup.place)
    elif backup.due == "old":
        warn("The last verified backup is {days} days old: casevault backup create DEST --verify", days=backup.days)
    elif backup.due == "many":
        warn(
            "{count} items were added since the last verified backup: casevault backup create DEST --verify",
            count=backup.items,
        )


def _who(session: Session, names: tuple[str, ...]) -> str:
    """By kind, who vouches: the names of their keys say nothing to anybody."""
    from vault.audit.cosigner import WITNESS

    whole = sum(name.startswith(WITNESS) for name in names)
    kinds = []
    if whole:
        kinds.append(session.console.text("an auditor's key"))
    if whole < len(names):
        kinds.append(session.console.text("a key for heads alone"))
    return ", ".join(kinds)


def _warn_of_log(session: Session, log: LogState) -> None:
    console = session.console
    if not log.cosigners and log.vouched is None:
        console.say(
            "Nobody else vouches for the log yet. An auditor who keeps its heads would make it visible if it was "
            "ever rewritten or cut: casevault recipient add --role auditor"
        )
    if log.wrong:
        console.warn(
            "The log is not the one that was cosigned: run 'casevault audit verify', and tell your auditor. An older "
            "copy of the vault may have been put back."
        )
    if log.overdue:
        console.warn("A deposit is overdue: casevault audit export --to R --out FILE")
    if log.seals.chain is not None and (not log.seals.key or log.seals.due):
        console.warn("The log is not sealed up to today: the key of its seals is missing or can't be used here.")


def _warn_of_slots(session: Session, found: Status) -> None:
    console, kinds = session.console, {slot.kind for slot in found.slots}
    weakest = found.weakest
    if weakest is not None and weakest.kind == "passphrase":
        console.say("The weakest key is a passphrase: the vault is as safe as it is long and unguessable.")
        if "passphrase+device" in kinds:
            console.warn(
                "{slot} opens with a passphrase alone: while it exists, the second secret of this computer protects "
                "nothing. Remove it: casevault key remove {slot}",
                slot=weakest.id,
            )
    if weakest is not None and weakest.kind == "passphrase+device":
        console.say(
            "The weakest key is a passphrase with a second secret of this computer: nobody can guess at a copy of "
            "the folder. On the computer itself, once its keyring is open, the passphrase alone protects."
        )
    if not kinds & {"recovery", "shares", "recipient"}:
        console.warn("There is no recovery code: a forgotten passphrase loses everything.")


def _warn(session: Session, found: Status) -> None:
    console = session.console
    if found.alarms:
        console.warn(
            "Under alarm, so that nothing is exported: {cases}. See what is out there: casevault case alarm CASE "
            "--dry-run",
            cases=", ".join(found.alarms),
        )
    _warn_of_log(session, found.log)
    _warn_of_backup(session, found.backup)
    if found.cloud is not None:
        console.warn(
            "The vault lies in a folder that is copied to a cloud ({folder}): close every casevault, then move the "
            "vault out of it whole.",
            folder=found.cloud,
        )
    if not found.remembered:
        console.warn("This computer can't keep how far it saw the vault: an older copy would not be noticed.")
    if found.travel_trouble is not None:
        console.warn("Not ready for travel: {reason}.", reason=console.library(found.travel_trouble))
    _warn_of_slots(session, found)
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
