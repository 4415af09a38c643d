"""What an agent writes for a command, and whose key a case's key is: only what no command can make up.

A command that asks the agent has neither the root key nor the log's key. So nothing is written for it that only
holders of the root key do, and no entry that says what is not so of a case's row or of the map of cases.
"""

from __future__ import annotations

from vault.audit import casemap, clock
from vault.audit import entries as forms
from vault.audit.log import AuditLog
from vault.crypto import merkle
from vault.crypto.keys import CaseNames
from vault.errors import Damaged, NotAllowed
from vault.model.events import Entry, Event, Writer
from vault.model.records import Case
from vault.session import failed_unlocks

ROTATION = "key.rotate"
MAP = "audit.map"
SHRED = "case.shred"
ROLLBACK = "vault.rollback"
_OWN = frozenset(
    {
        "backup.restore", "case.key", "clock.step", "key.add", "key.change", "key.remove", ROTATION,
        "travel.end", "travel.now", "travel.prepare", "travel.start", "vault.demo", "vault.init", "vault.lock",
        "vault.migrate", "vault.open", "vault.unlock", "vault.unlock-failed",
    }
)  # fmt: skip
"""What is written by whoever holds the root key, or by the agent for itself."""
READING = frozenset(
    {
        "audit.extract", "backup.create", "backup.verify", "bundle.again", "bundle.create", "bundle.exhibits",
        "bundle.list", "bundle.mark", "bundle.open", "bundle.packet", "bundle.prove", "bundle.recall",
        "bundle.trace", "bundle.verify", "case.alarm", "case.new", "case.set", "case.shred", "case.show",
        "evidence.add",
        "evidence.get", "evidence.move", "evidence.set", "evidence.share", "evidence.show", "evidence.translate",
        "evidence.verify", "evidence.view", "person.add", "person.set", "redact.accept", "redact.accept-unseen",
        "redact.add", "redact.plan", "redact.preview", "redact.reject", "redact.reject-unseen", "redact.show",
        "search", "travel.send",
    }
)  # fmt: skip
"""Intents that say that a case's content is read or changed: the log then tells what its key is given out for."""
MAX_RENEWALS = 4096
"""Entries of renewals in one case that are looked through for a key, newest first."""
_NOT_ITS_OWN = "the key of a case is not the one that the audit log says is its own"
_HINT = (
    "Run 'casevault doctor' with a secret of yours ('casevault lock' first): rows of the catalogue were exchanged."
)


def check(event: Event, *, accepted: bool) -> None:
    """Raise NotAllowed for an entry that no command may have written; `accepted`: an older copy was, at unlock."""
    if event.action in _OWN or (event.action == ROLLBACK and not accepted):
        raise NotAllowed("only who opens the vault with a secret can have this logged")


def came_before(log: AuditLog, writer: Writer, vault_id: str) -> list[Event]:
    """The failed tries and the clock that went back, as any opening of a vault logs them: no command is believed
    them. Raises Damaged."""
    from vault.usecases.begun import went_back

    events: list[Event] = []
    failed, last = failed_unlocks.read(vault_id), log.last()
    if failed is not None:
        since = clock.time_text(failed.first)
        events.append(Event("vault.unlock-failed", "event", count=failed.count, since=since, outcome="failed"))
    if last is not None and (back := went_back(last, writer)):
        events.append(Event("clock.step", "event", count=back, since=last.time, outcome="ok"))
    return events


def check_rows(event: Event, names: CaseNames) -> None:
    """Raise NotAllowed where an entry names the row of a case otherwise than the case's own key does."""
    for row in event.rows:
        if row.table == Case.TABLE and (event.case is None or row.row != names.pseudonym(event.case)):
            raise NotAllowed("an entry about a case's row is of the case itself")


def check_map(event: Event, map_key: bytes, log: AuditLog, size: int, root: bytes) -> None:
    """Raise NotAllowed unless this is the map of the first `size` entries of a log with this root."""
    trees = casemap.CaseTrees()
    try:
        for case, leaf in log.leaves(size):
            trees.add(case, leaf)
        true = log.root_at(size) == root
    except (Damaged, ValueError):
        true = False
    made = casemap.CaseMap.build(trees.state(), casemap.salt(map_key, size, root)) if true else None
    if made is None or event.digest != made.root.hex():
        raise NotAllowed("this is not the map of the audit log: it is not logged")


def named(events: list[Event]) -> set[str]:
    """The cases whose content these entries, of one append, say is read or changed: an intent, or with it an entry
    for each case that lends something. Not what was refused, listed, or has ended."""
    ops = {(one.action, one.op) for one in events if one.phase == "intent" and one.action in READING}
    return {
        one.case
        for one in events
        if one.case is not None
        and (
            (one.phase == "intent" and one.action in READING)
            or (one.phase == "event" and one.outcome == "ok" and (one.action, one.op) in ops)
            or (one.phase == "event" and one.outcome == "ok" and one.action == "search.hit")
        )
    }


def require_own(log: AuditLog, case: str, names: CaseNames) -> None:
    """Raise Damaged unless this key is the case's own: the first entry of the case in the signed log, or one of a
    renewal of its keys, names its row as this key does.

    No command can write either of them otherwise (`check`, `check_rows`). Cost: two entries and a Merkle proof; for a
    renewed case so many more as its renewals have.
    """
    wanted = names.pseudonym(case)
    first = next(log.entries(case=case, limit=1), None)
    if first is not None and first.n == 1 and _names(first, wanted) and _proven(log, first, case):
        return
    for entry in log.entries(case=case, action=ROTATION, reverse=True, limit=MAX_RENEWALS):
        if entry.action == ROTATION and _names(entry, wanted) and _proven(log, entry, case):
            return
    raise Damaged(_NOT_ITS_OWN, hint=_HINT)


def _names(entry: Entry, wanted: str) -> bool:
    return any(row.table == Case.TABLE and row.row == wanted and row.hash is not None for row in entry.rows)


def _proven(log: AuditLog, entry: Entry, case: str) -> bool:
    """Whether the bytes of this entry are in the tree under the signed head, and are of this case."""
    head = log.head()
    ((case_part, log_part),) = log.stored(entry.seq, entry.seq + 1)
    read = forms.decode(case_part, log_part)
    merkle.verify_inclusion(
        forms.leaf(case_part, log_part), entry.seq, head.size, log.inclusion_proof(entry.seq, head.size), head.root
    )
    return read == entry and entry.case == case
