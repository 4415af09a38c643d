"""The last step of a deep rotation: both databases and the header under a new root key, all or none.

Everything is made beside the old files and checked there; then the header is replaced, which decides; then the
databases get their names (`vault/store/switch.py`), which whoever opens the vault next does if it was interrupted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.audit import seal_keys, succession
from vault.audit.kept import Kept, KeptHeader
from vault.audit.log import AuditLog
from vault.crypto import kdf
from vault.crypto.keys import CaseKeys, VaultKeys
from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.formats.header import Header
from vault.model.events import Event, RowState, Writer
from vault.model.records import TABLES, Case, RecipientRecord
from vault.session import remembered
from vault.store import header_file, rotation_state, slot_notes, switch
from vault.store.catalogue import Catalogue
from vault.store.rows import row_hash
from vault.usecases import headers, rowcheck
from vault.usecases.keeper import OwnKeeper
from vault.usecases.rotation_case import in_events
from vault.usecases.unlocked import UnlockedVault

ACTION = succession.ACTION
_KEPT_TABLES = ("plaintext_copies", "search_rows", "slot_notes", "backups", "earlier_names")
_COUNT = "SELECT count(*) FROM {}"
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SlotNote:
    """What the catalogue notes of a new slot."""

    slot: str
    label: str
    recipient: str


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """From the old keys and header to the new ones; `notes` are of the new slots, `writer` logs it."""

    old: VaultKeys
    new: VaultKeys
    before: Header
    after: Header
    notes: Sequence[SlotNote]
    writer: Writer


def run(folder: Path, change: Change, step: Step) -> None:
    """Do it. The vault is this process's alone, and closed. `step` hears what comes next.

    Raises Damaged, StorageFailed, LogUnavailable: then the vault is as it was, or, if the header is the new one
    already, the next opening finishes it.
    """
    try:
        step("copy")
        counts = _counts(folder, switch.CATALOGUE, change.old.catalogue)
        handed_over = _new_log(folder, change)
        _new_catalogue(folder, change)
        step("check")
        _fill_and_check(folder, change, counts, handed_over)
    except BaseException as error:
        for name in (switch.CATALOGUE, switch.AUDIT):
            with contextlib.suppress(CasevaultError):
                switch.discard(folder, name)
        if isinstance(error, Damaged) and switch.NEXT in error.message:
            # A full disk cuts the new files short; the old ones are as they were.
            raise StorageFailed(
                "the new databases can't be written whole",
                hint="Free disk space, then repeat the command: it goes on where it was.",
            ) from None
        raise
    step("switch")
    header_file.write(folder, change.after)
    step("names")
    finish(folder, change.new)


def finish(folder: Path, keys: VaultKeys) -> None:
    """Give the new databases their names, if the header is the one of these keys."""
    switch.finish(folder, {switch.CATALOGUE: keys.catalogue, switch.AUDIT: keys.audit})


def _new_log(folder: Path, change: Change) -> int:
    """The log under its new key, up to the old key's last word; how many entries that are."""
    path, old, new = switch.copy(folder, switch.AUDIT), change.old, change.new
    with contextlib.closing(AuditLog.open(path, database_key=old.audit, signing_seed=old.audit_signing)) as log:
        cases = len(log.case_heads())
        made = succession.announce(
            log, new.audit_signing, change.writer, cases=cases, map_key=old.audit_map, seals=old.seals
        )
    switch.rekey(path, old.audit, new.audit)
    succession.take_over(path, new.audit, new.audit_signing, made)
    return made.size


def _new_catalogue(folder: Path, change: Change) -> None:
    path = switch.copy(folder, switch.CATALOGUE)
    switch.rekey(path, change.old.catalogue, change.new.catalogue)


def _fill_and_check(folder: Path, change: Change, counts: dict[str, int], handed_over: int) -> None:
    """What changes with the root key: wrapped keys, what the log calls recipients, the notes of the slots."""
    with _opened(folder, change) as vault:
        with vault.catalogue.transaction():
            events = _rewrapped(vault, change) + _renamed(vault, change)
            rotation_state.clear(vault.catalogue)
            for slot in change.before.slots:
                slot_notes.drop(vault.catalogue, slot.members["id"])
            for note in change.notes:
                slot_notes.put(vault.catalogue, note.slot, note.label, note.recipient)
        digest = headers.digest_of(change.after)
        known = vault.log.kept.headers()
        noted = KeptHeader(known[-1].generation + 1 if known else 1, digest, done=True)
        events.append(Event(ACTION, "event", count=len(change.after.slots), digest=digest, outcome="ok"))
        # The header of before is one that was replaced, also where nobody had noted it.
        first = [] if known else [KeptHeader(0, headers.digest_of(change.before), done=True)]

        def also(kept: Kept) -> None:
            for one in (*first, noted):
                kept.put_header(one)
            kept.set_prepared("")

        vault.log.append(events, vault.writer, also)
        vault.catalogue.forget_deleted()
        _check(vault, counts, handed_over)
    for name in (switch.CATALOGUE, switch.AUDIT):
        switch.make_durable(folder, name)


def _opened(folder: Path, change: Change) -> UnlockedVault:
    """The new databases as the vault that they will be."""
    with contextlib.ExitStack() as held:
        catalogue = Catalogue.open(folder, change.new.catalogue, name=switch.CATALOGUE + switch.NEXT)
        held.callback(catalogue.close)
        log = AuditLog.open(
            switch.next_of(folder, switch.AUDIT), database_key=change.new.audit,
            signing_seed=change.new.audit_signing,
        )  # fmt: skip
        held.pop_all()
    keeper = OwnKeeper(change.new.case_wrap)
    return UnlockedVault(folder, change.after, change.new, catalogue, log, change.writer, keeper)


def _rewrapped(vault: UnlockedVault, change: Change) -> list[Event]:
    """Wrap every case's key under the new root key; the entries that say so. Inside a transaction."""
    events = []
    for case in list(vault.catalogue.all(Case)):
        keys = CaseKeys.unwrap(change.old.case_wrap, case.wrapped_key)
        after = replace(case, wrapped_key=kdf.wrap(change.new.case_wrap, keys.identity))
        vault.catalogue.db.execute("UPDATE cases SET wrapped_key = ? WHERE id = ?", (after.wrapped_key, case.id))
        state = RowState(case.TABLE, keys.pseudonym(case.id), row_hash(keys.rows, after))
        events += in_events([state], ACTION, case.id)
    return events


def _renamed(vault: UnlockedVault, change: Change) -> list[Event]:
    """Rows of no case are called after the root key: they leave the log under one name and enter under another."""
    states, names = [], []
    for record in vault.catalogue.all(RecipientRecord):
        old, new = (_pseudonym(keys.rows, record.id) for keys in (change.old, change.new))
        states.append(RowState(record.TABLE, old, None))
        states.append(RowState(record.TABLE, new, row_hash(change.new.rows, record)))
        names.append((old, record.id))
    rotation_state.note_names(vault.catalogue, None, names)
    return in_events(states, ACTION, None)


def _pseudonym(rows: bytes, object_id: str) -> str:
    return kdf.hmac_sha256(rows, object_id.encode())[:8].hex()


def _counts(folder: Path, name: str, key: bytes) -> dict[str, int]:
    """How many rows each table has."""
    with contextlib.closing(Catalogue.open(folder, key, name=name)) as catalogue:
        return _rows(catalogue)


def _rows(catalogue: Catalogue) -> dict[str, int]:
    names = [*(table.TABLE for table in TABLES), *_KEPT_TABLES]
    with catalogue.reading():
        return {name: int(catalogue.db.execute(_COUNT.format(name)).fetchone()[0]) for name in names}


def _check(vault: UnlockedVault, counts: dict[str, int], handed_over: int) -> None:
    """Raise Damaged unless the new databases are whole, hold as much as the old ones, and fit each other."""
    found = list(vault.catalogue.page_errors())
    now = _rows(vault.catalogue)
    found += [f"rows of {name} are missing" for name in now if name in _SAME and now[name] != counts[name]]
    report = vault.log.verify()
    found += report.problems
    if report.size <= handed_over:
        found.append("the new log holds less than the old one")
    found += rowcheck.all_problems(vault)
    if found:
        raise Damaged(f"the new databases are not whole: {found[0]}", hint="Nothing was changed: repeat the command.")


_SAME = frozenset({*(table.TABLE for table in TABLES), "plaintext_copies", "search_rows", "backups"})


def adopt(vault: UnlockedVault) -> None:
    """Take over what this device keeps under a key of before: the seals' key, and the newest state that it saw.

    Costs nothing where the root key was never replaced. What can't be written stays as it is.
    """
    for made in reversed(vault.log.kept.successions()):
        from vault.usecases import sealing

        log, now = sealing.place(vault), vault.keys.seals
        with contextlib.suppress(CasevaultError), seal_keys.held(log) as mine:
            if mine and seal_keys.read(log, now) is None and (held := seal_keys.read(log, made.seals)) is not None:
                seal_keys.write(log, now, held)
        with contextlib.suppress(CasevaultError, remembered.Untrusted):
            _adopt_remembered(vault, made.seals)
        # A copy from before bears another key, and could not say that what is remembered here is newer.
        remembered.retire(vault.header.vault, vault.log.kept.instance(), made.seals)


def _adopt_remembered(vault: UnlockedVault, old: bytes) -> None:
    instance = vault.log.kept.instance()
    try:
        remembered.read(vault.header.vault, instance, vault.keys.seals)
    except remembered.Untrusted:
        found = remembered.read(vault.header.vault, instance, old)
        if found is not None:
            remembered.write(found, vault.keys.seals)
