"""An open vault: its keys, its catalogue, its objects, its log, and the one way to change or read anything.

Every change goes through `commit`: the planned state of each row into the log, then the catalogue, then the
outcome into the log. Every read of content goes through `access`: the intent into the log before anything is
decrypted, the outcome after. If the log can't be written, nothing is shown and nothing is changed.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vault.audit.log import AuditLog
from vault.crypto.kdf import hmac_sha256
from vault.crypto.keys import CaseKeys, CaseNames, WorkingKeys
from vault.errors import CasevaultError, NotAllowed, Refused, Rollback, StorageFailed
from vault.formats.header import Header
from vault.model.events import Disclosure, Event, RowState, Writer
from vault.model.records import Case, Record
from vault.store.catalogue import Catalogue, Put
from vault.store.rows import row_hash
from vault.usecases.keeper import Keeper

if TYPE_CHECKING:
    from vault.crypto import age
    from vault.store.objects import ObjectStore

AUDIT_NAME = "audit.db"
OBJECTS_NAME = "objects"


@dataclass(frozen=True, slots=True)
class Change:
    """One logged change: rows to write and to remove, and what else belongs into the same transaction."""

    action: str
    case_id: str | None
    puts: Sequence[Put] = ()
    removes: Sequence[Record] = ()
    object_id: str | None = None
    purpose: str | None = None
    count: int | None = None
    size: int | None = None
    disclosure: Disclosure | None = None
    digest: bytes | None = None
    also: Callable[[Catalogue], None] | None = None


@dataclass(slots=True)
class Outcome:
    """What a logged read reports when it is done."""

    size: int | None = None
    count: int | None = None


@dataclass
class UnlockedVault:
    """An open vault. Close it, or use it as a context manager."""

    folder: Path
    header: Header
    keys: WorkingKeys
    catalogue: Catalogue
    log: AuditLog
    writer: Writer
    keeper: Keeper
    memory: str = "first"
    """What this device remembered of the vault when it was opened (`vault/usecases/rollback.py`): "kept", "first" (no
    computer has seen it before), "elsewhere" (others have), "gone", "altered", "unkept" (the device can keep
    nothing), "unchecked" (a damaged log)."""
    rollback: Rollback | None = None
    """Why this is an older copy, where it was opened all the same to report that."""
    on_written: Callable[[bool], None] | None = None
    """Told after something was logged, and with True right before the vault is closed."""
    _wrapped: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def objects(self) -> ObjectStore:
        """The stored files."""
        from vault.store.objects import ObjectStore  # many commands read none

        return ObjectStore(self.folder / OBJECTS_NAME)

    def __enter__(self) -> UnlockedVault:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close both databases."""
        self._written(closing=True)
        self.catalogue.close()
        self.log.close()

    def _written(self, *, closing: bool = False) -> None:
        if self.on_written is not None:
            self.on_written(closing)

    def wrapped_key(self, case_id: str) -> bytes:
        """A case's wrapped key; remembered, so that another thread may ask for it. Raises NotFound."""
        if case_id not in self._wrapped:
            self._wrapped[case_id] = self.catalogue.require(Case, case_id).wrapped_key
        return self._wrapped[case_id]

    def forget_case(self, case_id: str) -> None:
        """A case is gone, or has a new key: what was known of its key no longer holds."""
        self._wrapped.pop(case_id, None)
        self.keeper.forget(case_id)

    def case_names(self, case_id: str) -> CaseNames:
        """What names and checks the rows of a case. Raises NotFound, Damaged."""
        return self.keeper.names(case_id, self.wrapped_key(case_id))

    def case_keys(self, case_id: str) -> CaseKeys:
        """The keys of a case, after what they are needed for was logged. Raises NotFound, Damaged."""
        return self.keeper.keys(case_id, self.wrapped_key(case_id))

    def identity(self, case_id: str) -> age.X25519Identity:
        """The age identity that a case's objects are encrypted to, after the reading of them was logged."""
        from vault.crypto import age

        return age.X25519Identity.from_bytes(self.case_keys(case_id).identity)

    def recipient(self, case_id: str) -> age.X25519Recipient:
        """The age recipient that a case's objects are encrypted to."""
        from vault.crypto import age

        return age.X25519Recipient.from_bytes(self.keeper.recipient(case_id, self.wrapped_key(case_id)))

    def pseudonym(self, case_id: str | None, object_id: str) -> str:
        """What the log calls an object: keyed by its case, or by the vault where it has none."""
        if case_id is None:
            return hmac_sha256(self.keys.rows, object_id.encode())[:8].hex()
        return self.case_names(case_id).pseudonym(object_id)

    def row_state(self, record: Record, *, removed: bool = False) -> RowState:
        """What the log holds of one row."""
        if isinstance(record, Case):
            self._wrapped.setdefault(record.id, record.wrapped_key)
        key = self.keys.rows if record.case_id is None else self.case_names(record.case_id).rows
        digest = None if removed else row_hash(key, record)
        return RowState(record.TABLE, self.pseudonym(record.case_id, record.id), digest)

    def commit(self, changes: Sequence[Change]) -> None:
        """Log, write and confirm all changes; the catalogue takes them in one transaction, all or none."""
        intents: list[Event] = []
        committed = False
        try:
            with self.catalogue.transaction():
                # Inside the write lock, so that the log's order of intents is the order of the changes.
                op = secrets.token_hex(8)
                planned = [self._event(change, op) for change in changes]
                self.log.append(planned, self.writer)
                intents = planned
                for change in changes:
                    self._apply(change)
            committed = True
        except BaseException as error:
            # A disk that fails within a commit may show the old or the new state once it is read again: the intent
            # then stays open, which allows both. Else, what counts is what the catalogue says: Ctrl-C can arrive
            # between the commit and the line that notes it.
            if intents and not isinstance(error, StorageFailed):
                with contextlib.suppress(CasevaultError):
                    self._close_intents(intents, "ok" if committed or self._is_done(changes) else "failed")
            raise
        self._close_intents(intents, "ok")

    def _is_done(self, changes: Sequence[Change]) -> bool:
        """Whether the catalogue holds every row as planned. Rows that were to stay as they are tell nothing."""
        planned: dict[tuple[type[Record], str], Record | None] = {
            (type(record), record.id): None for change in changes for record in change.removes
        }
        # An item that moves is removed from one case and put into the other under the same id.
        planned |= {
            (type(put.record), put.record.id): put.record
            for change in changes for put in change.puts if put.record != put.before
        }  # fmt: skip
        return bool(planned) and all(self.catalogue.get(*row) == record for row, record in planned.items())

    def _apply(self, change: Change) -> None:
        for put in change.puts:
            self.catalogue.put(put)
        for record in change.removes:
            self.catalogue.remove(record)
        if change.also:
            change.also(self.catalogue)

    def _event(self, change: Change, op: str) -> Event:
        rows = [self.row_state(put.record) for put in change.puts]
        rows += [self.row_state(record, removed=True) for record in change.removes]
        return Event(
            action=change.action,
            phase="intent",
            case=change.case_id,
            object=None if change.object_id is None else self.pseudonym(change.case_id, change.object_id),
            rows=tuple(rows),
            op=op,
            count=change.count,
            bytes=change.size,
            purpose=change.purpose,
            disclosure=change.disclosure,
            digest=None if change.digest is None else change.digest.hex(),
        )

    def _close_intents(self, intents: Sequence[Event], outcome: str) -> None:
        # One operation, one `op`: one outcome for each case and action that it touched.
        groups: dict[tuple[str | None, str], list[Event]] = {}
        for intent in intents:
            groups.setdefault((intent.case, intent.action), []).append(intent)
        done = [_outcome_of(group, outcome) for group in groups.values()]
        self.log.append(done, self.writer)
        self._written()

    @contextlib.contextmanager
    def access(
        self, action: str, case_id: str | None, object_id: str | None = None, *, purpose: str | None = None,
        lenders: Mapping[str, int] | None = None,
    ) -> Iterator[Outcome]:  # fmt: skip
        """Log a read: the intent is durable before the body runs, the outcome is written after it.

        `lenders` are other cases whose things are read too, and how many: each case's log tells it.
        """
        intent = Event(
            action=action,
            phase="intent",
            case=case_id,
            object=None if object_id is None else self.pseudonym(case_id, object_id),
            op=secrets.token_hex(8),
            purpose=purpose,
        )
        lent = [
            Event(action, "event", case=case, op=intent.op, count=count, purpose=purpose, outcome="ok")
            for case, count in sorted((lenders or {}).items())
        ]
        self.log.append([intent, *lent], self.writer)
        outcome = Outcome()
        try:
            yield outcome
        except BaseException as error:
            result = "failed" if isinstance(error, CasevaultError) else "cancelled"
            result = "refused" if isinstance(error, (Refused, NotAllowed)) else result
            # What went wrong first says more than that the log can't be written now.
            with contextlib.suppress(CasevaultError):
                self._close_access(intent, result, outcome)
            raise
        self._close_access(intent, "ok", outcome)

    def _close_access(self, intent: Event, result: str, outcome: Outcome) -> None:
        done = Event(
            intent.action,
            "outcome",
            case=intent.case,
            object=intent.object,
            op=intent.op,
            outcome=result,
            count=outcome.count,
            bytes=outcome.size,
        )
        self.log.append([done], self.writer)
        self._written()

    def note_weak_jail(self, case_id: str | None) -> None:
        """Log that documents were parsed on somebody's word where the worker's walls do not all stand."""
        self.note("jail.weak", case_id)

    def note(
        self, action: str, case_id: str | None = None, *, object_id: str | None = None, purpose: str | None = None,
        count: int | None = None,
    ) -> None:  # fmt: skip
        """Log something that has no before and after."""
        named = None if object_id is None else self.pseudonym(case_id, object_id)
        event = Event(action, "event", case=case_id, object=named, purpose=purpose, count=count, outcome="ok")
        self.log.append([event], self.writer)
        self._written()


def _outcome_of(group: Sequence[Event], outcome: str) -> Event:
    first = group[0]
    many = len(group) > 1
    return Event(
        first.action,
        "outcome",
        case=first.case,
        object=None if many else first.object,
        op=first.op,
        outcome=outcome,
        count=len(group) if many else None,
    )


def now() -> str:
    """The time as it is stored: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
