"""The audit log: append and read.

The format, version 1. An entry is stored as two byte strings, each canonical JSON (RFC 8785), members as follows;
absent ones are left out. Two parts, so that an extract of one case can show the case part and only a salted digest of
the log part: whoever gets it learns nothing of other cases, not even how many entries lie between.

    case part
      v          1
      salt       128 random bits, hex
      case       the case's id; absent if the entry belongs to no case
      n          the case's own number of the entry, from 1; with `case` only
      time       UTC with milliseconds, 2026-11-21T21:27:22.123Z
      offset     of local time, +03:00
      action     code of the table in vault/model/events.py
      phase      intent (before content is read or changed) | outcome (of the intent with the same op) | event
      op         64 random bits, hex; in every intent and outcome
      actor      key slot, S-…
      object     keyed pseudonym of what was acted on, hex
      rows       [[table, keyed pseudonym of the row, keyed hash of its new state or null if removed], …]
      count      how many things, whole number
      bytes      how much, whole number
      purpose    code
      outcome    ok | failed | refused | cancelled; in every outcome
      digest     SHA-256 that the entry vouches for, hex
      recipient, bundle, profile, consent     of a disclosure, all four: R-…, SHA-256, code, E-…|oral|none
      program    version of Casevault

    log part
      v 1 · salt (as above) · seq (from 0) · mono (milliseconds of the monotonic clock) · boot, device, session (hex)

    leaf data = canonical {"case": base64(SHA-256(case part)), "log": base64(SHA-256(log part)), "v": 1}
    tree      = RFC 6962: leaf SHA-256(0x00 || data), node SHA-256(0x01 || left || right)
    head      = C2SP checkpoint, Ed25519, origin and key name "casevault/<128 random bits, hex>", no extension lines

Nothing in it is free text, so no name of a person or a file can get in: every value has a strict pattern
(vault/model/events.py), numbers are below 10^15, an entry names at most 256 rows (a larger change is several intents
with one op), and what does not match the grammar of vault/audit/entries.py is neither written nor read.

Stored in SQLCipher (vault/store/auditdb.py): case part with the number of its case's counter, log part with the
hashes of the subtrees that the entry completes (its own leaf first, then one for each trailing one bit of seq),
counters (case, its last n, the leaf hash of its last entry), one row with size, root and checkpoint of the head.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from vault.audit import clock as clocks
from vault.audit import entries as forms
from vault.audit import heads, rows
from vault.audit.kept import Kept
from vault.crypto import merkle, signing
from vault.errors import Busy, CasevaultError, Damaged, LogUnavailable, NewerFormat, StorageFailed
from vault.formats.note import Signature
from vault.model.events import CaseHead, Entry, Event, ExpectedRow, Head, VerifyReport, Writer
from vault.store import auditdb, in_use

LOG_ID_BYTES = 16
PAGE_ENTRIES = 500
WALK_ENTRIES = 4096
MAX_SEQ = 1 << 62

Late = Callable[[int, bytes], Event]
"""Makes an event from the size and the root of the tree right before it: for what vouches for that tree."""


class AuditLog:
    """An open audit log. Not for several threads at once; several processes may each have it open."""

    def __init__(
        self, db: auditdb.Connection, signer: heads.Signing, key: signing.NoteKey, clock: clocks.Clock
    ) -> None:
        self._db = db
        self._signer = signer
        self._key = key
        self._clock = clock
        # The head that was last checked or written here, and its frontier: valid while the stored head is the same.
        self._known: tuple[Head, list[bytes]] | None = None
        self._held = contextlib.ExitStack()
        self._held.callback(db.close)

    @classmethod
    def create(
        cls, path: Path, *, database_key: bytes, signing_seed: bytes, clock: clocks.Clock | None = None
    ) -> AuditLog:
        """Make an empty log with a signed head. Raises LogUnavailable if it can't be written or is there already."""
        signer = signing.Signer(signing_seed)
        log_id = os.urandom(LOG_ID_BYTES).hex()
        key = signing.NoteKey(heads.ORIGIN + log_id, signer.public)
        head = heads.sign(signer, key, 0, merkle.EMPTY_ROOT)
        try:
            db = auditdb.create(path, database_key, log_id=log_id, head=head)
        except StorageFailed as error:
            raise LogUnavailable(f"the audit log can't be made: {error.message}") from None
        return cls(db, signer, key, clock or clocks.SystemClock())

    @classmethod
    def open(cls, path: Path, *, database_key: bytes, signing_seed: bytes, clock: clocks.Clock | None = None) -> Self:
        """Open a log. Raises Damaged if it is missing, empty or altered, LogUnavailable, Busy, NewerFormat."""
        return cls.opened(path, database_key, signing.Signer(signing_seed), clock)

    @classmethod
    def opened(
        cls, path: Path, database_key: bytes, signer: heads.Signing, clock: clocks.Clock | None = None
    ) -> Self:
        """The same with what signs for it, wherever its key is."""
        with contextlib.ExitStack() as held:
            held.callback(in_use.share(path))
            try:
                db = auditdb.connect(path, database_key)
            except StorageFailed as error:
                raise LogUnavailable(f"the audit log can't be opened: {error.message}") from None
            held.callback(db.close)
            try:
                key = signing.NoteKey(heads.ORIGIN + auditdb.log_id(db), signer.public)
            except ValueError:
                raise Damaged("the audit log's id is not valid") from None
            log = cls(db, signer, key, clock or clocks.SystemClock())
            log._held = held.pop_all()
        return log

    def close(self) -> None:
        """Close the file. The log can't be used afterwards."""
        self._held.close()

    @property
    def key(self) -> signing.NoteKey:
        """The log's public key; its name is the log's origin."""
        return self._key

    @property
    def verifier(self) -> str:
        """The log's public key as a C2SP verifier key."""
        return self._key.text

    @property
    def kept(self) -> Kept:
        """What is kept beside the log: cosignatures, stamps, seeds, the policy."""
        return Kept(self._db)

    def sign(self, text: str) -> Signature:
        """The log's own signature of a note's text."""
        return Signature(self._key.name, self._key.id, self._signer.sign(text.encode()))

    def append(
        self, events: Sequence[Event | Late], writer: Writer, also: Callable[[Kept], object] | None = None
    ) -> list[Entry]:
        """Write entries and a new signed head, all or none, durable on return; `also` keeps something with them.

        Raises LogUnavailable if they can't be stored: then nothing may be shown or changed either. Busy if another
        process holds the log too long; Damaged if the stored tree and the signed head do not fit together.
        """
        if not events:
            return []
        try:
            with auditdb.transaction(self._db):
                head, written = self._append(events, writer)
                if also is not None:
                    also(self.kept)
        except (Busy, Damaged, NewerFormat, LogUnavailable):
            raise
        except CasevaultError as error:
            raise LogUnavailable(f"the audit log can't be written: {error.message}") from None
        # Only now: a commit that fails leaves the old state on the disk, and the old state is what we know.
        self._known = head
        return written

    def _append(self, events: Sequence[Event | Late], writer: Writer) -> tuple[tuple[Head, list[bytes]], list[Entry]]:
        old, known = self._frontier()
        frontier, size = list(known), old.size
        counters: dict[str, CaseHead] = {}
        stored: list[auditdb.EntryRow] = []
        written: list[Entry] = []
        stamp = _Stamp(self._clock)
        for given in events:
            event = given if isinstance(given, Event) else given(size, merkle.fold(frontier))
            n = None if event.case is None else self._next_number(counters, event.case)
            case_part = forms.case_part(event, writer, n=n, time=stamp.time, offset=stamp.offset, salt=stamp.salt())
            log_part = forms.log_part(writer, seq=size, mono=stamp.mono, salt=stamp.salt())
            case_bytes, log_bytes = case_part.string.encode(), log_part.string.encode()
            leaf = forms.leaf(case_bytes, log_bytes)
            if event.case is not None and n is not None:
                counters[event.case] = CaseHead(n, leaf)
            nodes = b"".join(merkle.push(frontier, size, leaf))
            stored.append((size, event.case, case_bytes, log_bytes, nodes))
            written.append(forms.entry(case_part, log_part))
            size += 1
        head = heads.sign(self._signer, self._key, size, merkle.fold(frontier))
        auditdb.write_counters(self._db, counters)
        auditdb.write_entries(self._db, stored)
        auditdb.write_head(self._db, head)
        return (head, frontier), written

    def _next_number(self, counters: dict[str, CaseHead], case: str) -> int:
        last = counters.get(case) or auditdb.read_counter(self._db, case)
        return last.n + 1 if last else 1

    def _frontier(self) -> tuple[Head, list[bytes]]:
        """The signed head and the frontier under it. A head that another process wrote is checked first."""
        head = auditdb.read_head(self._db)
        if self._known is None or self._known[0] != head:
            heads.check(head, self._key)
            found = [self._node(level, index) for level, index in merkle.frontier(head.size)]
            if merkle.fold(found) != head.root:
                raise Damaged("the audit log's tree does not lead to its signed head")
            self._known = head, found
        return self._known

    def _node(self, level: int, index: int) -> bytes:
        return auditdb.read_node(self._db, merkle.completed_by(level, index), level)

    def head(self) -> Head:
        """The current head; its signature has been checked. Raises Damaged or Forged."""
        with auditdb.snapshot(self._db):
            return self._frontier()[0]

    def root_at(self, size: int) -> bytes:
        """The root when the log had `size` entries. Raises ValueError if it never had."""
        with auditdb.snapshot(self._db):
            return merkle.tree_root(self._node, self._within(size))

    def inclusion_proof(self, seq: int, size: int | None = None) -> list[bytes]:
        """The Merkle proof of an entry under the current head, or under an older one of `size` entries.

        Raises ValueError if there is no such entry or the log never had that size.
        """
        with auditdb.snapshot(self._db):
            return merkle.inclusion_proof(self._node, seq, self._within(size))

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """The Merkle proof that the current head, or the one of `size`, continues the tree of `old_size`.

        Raises ValueError for sizes that the log never had.
        """
        with auditdb.snapshot(self._db):
            return merkle.consistency_proof(self._node, old_size, self._within(size))

    def _within(self, size: int | None) -> int:
        current = self._frontier()[0].size
        if size is not None and not 0 <= size <= current:
            raise ValueError("the log never had this size")
        return current if size is None else size

    def stored(self, first: int = 0, end: int | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Case part and log part of the entries with first <= seq < end, as they are stored, in order.

        Never beyond the head at the beginning; nothing but their number is checked. Raises Damaged.
        """
        for low, high in self._chunks(first, end):
            rows = auditdb.read_entries(self._db, low, high)
            if len(rows) != high - low:
                raise Damaged(f"{auditdb.NAME} has lost entries")
            yield from ((row[2], row[3]) for row in rows)

    def leaves(self, end: int | None = None) -> Iterator[tuple[str | None, bytes]]:
        """Case id (None: of no case) and leaf hash of the entries with seq < end, in order. Raises Damaged."""
        for low, high in self._chunks(0, end):
            yield from auditdb.read_leaves(self._db, low, high)

    def _chunks(self, first: int, end: int | None) -> Iterator[tuple[int, int]]:
        with auditdb.snapshot(self._db):
            stop = self._within(end)
        for low in range(first, stop, WALK_ENTRIES):
            yield low, min(low + WALK_ENTRIES, stop)

    def last(self) -> Entry | None:
        """The newest entry."""
        return next(self.entries(reverse=True, limit=1), None)

    def case_heads(self) -> dict[str, CaseHead]:
        """Every case in the log, with its last number and the leaf hash of its last entry."""
        return auditdb.read_counters(self._db)

    def entries(
        self,
        *,
        case: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_seq: int | None = None,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        """The entries that fit all filters, in order of `seq`, newest first with `reverse`; read bit by bit.

        `since` is inclusive, `until` exclusive, both with a time zone; `after_seq` leaves out what comes up to it.
        Entries written after reading has begun are not among them. Raises Damaged for an entry that is not in its
        form or place, ValueError for a moment without a time zone.
        """
        contains = [f'"{name}":"{value}"'.encode() for name, value in (("action", action), ("actor", actor)) if value]
        low = -1 if after_seq is None else after_seq
        first, end = (None if moment is None else clocks.moment_text(moment) for moment in (since, until))
        wanted = auditdb.ANY_CASE if case is None else case
        return self._read(wanted, contains, first, end, low, reverse, MAX_SEQ if limit is None else limit)

    def _read(
        self,
        case: object,
        contains: Sequence[bytes],
        since: str | None,
        until: str | None,
        low: int,
        reverse: bool,
        limit: int,
    ) -> Iterator[Entry]:
        high = auditdb.read_head(self._db).size
        while limit > 0:
            page = auditdb.find_entries(
                self._db,
                case=case,
                contains=contains,
                since=since,
                until=until,
                after=low,
                before=high,
                reverse=reverse,
                limit=min(limit, PAGE_ENTRIES),
            )
            for seq, _, case_part, log_part, _ in page:
                entry = forms.decode(case_part, log_part)
                if entry.seq != seq:
                    raise Damaged(f"entry {seq} of the audit log stands in the wrong place")
                yield entry
            if len(page) < min(limit, PAGE_ENTRIES):
                return
            limit -= len(page)
            low, high = (low, page[-1][0]) if reverse else (page[-1][0], high)

    def case_rows(self, case: str | None) -> dict[tuple[str, str], ExpectedRow]:
        """What the log says each row of a case must be (`vault/audit/rows.py`); None: rows that belong to no case.

        Every entry up to the signed head is looked at, without the help of an index: old pages of the index or of
        the counters, put back to hide a change, are noticed. Raises Damaged if an entry is missing, or if the
        case's entries are not numbered without a gap up to its counter.
        """
        with auditdb.snapshot(self._db):
            if not auditdb.is_gapless(self._db, self._frontier()[0].size):
                raise Damaged("the audit log has lost entries: it does not reach up to its signed head")
            last = None if case is None else auditdb.read_counter(self._db, case)
            found = self._walk(case)
            return rows.expected(found if case is None else rows.complete(found, last.n if last else 0))

    def _walk(self, case: str | None) -> Iterator[Entry]:
        for seq, case_part, log_part in auditdb.walk_case(self._db, case):
            entry = forms.decode(case_part, log_part)
            if entry.seq != seq or entry.case != case:
                raise Damaged(f"entry {seq} of the audit log stands in the wrong place")
            yield entry

    def verify(self, since: Head | None = None) -> VerifyReport:
        """Check everything, or what was added after a head that is known to be good; see `vault/audit/verify.py`."""
        from vault.audit import verify  # most commands only append

        return verify.run(self._db, self._key, since)


class _Stamp:
    """The moment of one append, and its salts, drawn from the system in one go where there are many."""

    _AT_ONCE = 64

    def __init__(self, clock: clocks.Clock) -> None:
        self.time = clocks.time_text(clock.wall())
        self.offset = clocks.offset_text(clock.offset())
        self.mono = clock.monotonic()
        self._salts = ""

    def salt(self) -> str:
        """128 random bits in hex."""
        if not self._salts:
            self._salts = os.urandom(forms.SALT_BYTES * self._AT_ONCE).hex()
        width = 2 * forms.SALT_BYTES
        salt, self._salts = self._salts[:width], self._salts[width:]
        return salt
