"""What the audit log may hold: events, written entries, signed heads.

Nothing personal can get in. Actions, purposes, outcomes and profiles come from the tables below, everything
else is an id, a hexadecimal string or a whole number of a strict pattern, checked when an Event is made.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal, get_args

from vault.model import ids

Phase = Literal["intent", "outcome", "event"]
PHASES: tuple[str, ...] = get_args(Phase)

ACTIONS = frozenset(
    {
        "vault.init",
        "vault.open",
        "vault.unlock-failed",
        "vault.unlock",
        "vault.lock",
        "vault.doctor",
        "vault.status",
        "vault.migrate",
        "vault.rollback",
        "vault.forgotten",
        "vault.sync-folder",
        "vault.demo",
        "case.new",
        "case.list",
        "case.show",
        "case.set",
        "case.alarm",
        "case.link",
        "case.unlink",
        "case.close",
        "case.shred",
        "case.key",
        "person.add",
        "person.list",
        "person.set",
        "person.remove",
        "person.variants",
        "evidence.add",
        "evidence.list",
        "evidence.show",
        "evidence.view",
        "evidence.get",
        "evidence.set",
        "evidence.move",
        "evidence.remove",
        "evidence.verify",
        "evidence.share",
        "evidence.translate",
        "evidence.unshare",
        "evidence.remove-source",
        "search",
        "search.hit",
        "recipient.add",
        "recipient.list",
        "recipient.remove",
        "redact.plan",
        "redact.show",
        "redact.preview",
        "redact.accept",
        "redact.accept-unseen",
        "redact.reject",
        "redact.reject-unseen",
        "redact.add",
        "bundle.create",
        "bundle.recording",
        "bundle.verify",
        "bundle.open",
        "bundle.list",
        "bundle.again",
        "bundle.mark",
        "bundle.recall",
        "bundle.trace",
        "bundle.prove",
        "bundle.packet",
        "bundle.exhibits",
        "disclosures",
        "audit.show",
        "audit.verify",
        "audit.export",
        "audit.extract",
        "audit.proof",
        "audit.stamp",
        "audit.accept",
        "audit.map",
        "audit.seal",
        "audit.chain",
        "audit.policy",
        "audit.report",
        "key.list",
        "key.add",
        "key.change",
        "key.remove",
        "key.rotate",
        "travel.prepare",
        "travel.start",
        "travel.now",
        "travel.send",
        "travel.end",
        "backup.create",
        "backup.verify",
        "backup.restore",
        "clock.step",
        "jail.weak",
    }
)
PURPOSES = frozenset({"intake", "review", "hearing", "filing", "translation", "handover", "audit", "other"})
OUTCOMES = frozenset({"ok", "failed", "refused", "cancelled"})
PROFILES = frozenset({"lawyer", "public", "internal"})


def _id(prefix: str) -> str:
    return f"{prefix}-[{ids.ALPHABET}]{{{ids.LENGTHS[prefix]}}}"


# Patterns, without anchors; `vault/audit/entries.py` builds the grammar of a stored entry from the same ones.
CODE = "[a-z][a-z.-]{0,31}"
CASE_ID = _id("C")
SLOT_ID = _id("S")
RECIPIENT_ID = _id("R")
CONSENT = f"(?:{_id('E')}|oral|none)"
PSEUDONYM = "[0-9a-f]{16,64}"
HASH = "[0-9a-f]{64}"
OP = "[0-9a-f]{16}"
DEVICE = "[0-9a-f]{8,32}"
TABLE = "[a-z][a-z_]{0,31}"
PROGRAM = r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}(?:(?:a|b|rc|\.dev|\.post)[0-9]{1,4})?"
NUMBER = "(?:0|[1-9][0-9]{0,14})"
TIME = r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"

MAX_NUMBER = 10**15 - 1
MAX_ROWS = 256
"""Rows in one event. A larger change is several events with the same `op`, in one append."""


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _check(value: str | None, pattern: str, what: str) -> None:
    if value is not None and (not isinstance(value, str) or _compiled(pattern).fullmatch(value) is None):
        raise ValueError(f"{what} has a form that the audit log does not take")


def _check_code(value: str | None, table: frozenset[str], what: str) -> None:
    if value is not None and value not in table:
        raise ValueError(f"{what} is not in the audit log's table of codes")


def _check_number(value: int | None, what: str) -> None:
    if value is not None and (type(value) is not int or not 0 <= value <= MAX_NUMBER):
        raise ValueError(f"{what} is not a number that the audit log takes")


@dataclass(frozen=True, slots=True)
class RowState:
    """The state that a change gives to one row of the catalogue.

    `table` is its name, `row` the keyed pseudonym of the row's key (hex), `hash` the keyed hash of the row's
    content (64 hex digits), None if the row is removed.
    """

    table: str
    row: str
    hash: str | None

    def __post_init__(self) -> None:
        _check(self.table, TABLE, "a table's name")
        _check(self.row, PSEUDONYM, "a row's pseudonym")
        _check(self.hash, HASH, "a row's hash")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What left the vault, for the accounting of disclosures. `bundle` is the SHA-256 of the file, in hex."""

    recipient: str
    bundle: str
    profile: str
    consent: str

    def __post_init__(self) -> None:
        _check(self.recipient, RECIPIENT_ID, "a recipient's id")
        _check(self.bundle, HASH, "a bundle's hash")
        _check_code(self.profile, PROFILES, "a profile")
        _check(self.consent, CONSENT, "a consent")


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be logged. Raises ValueError for whatever does not fit the strict patterns.

    An `intent` is written before anything is decrypted or changed and names its `op` (16 random hex digits);
    the `outcome` names the same `op`; an `event` stands alone. `rows` of an intent are the planned new states.
    `object` is a keyed pseudonym in hex, `digest` a hash that the entry vouches for (64 hex digits). `since` is the
    time at which what is told began, where that was before the entry: UTC with milliseconds, as `Entry.time`.
    """

    action: str
    phase: Phase
    case: str | None = None
    object: str | None = None
    rows: tuple[RowState, ...] = ()
    op: str | None = None
    count: int | None = None
    bytes: int | None = None
    purpose: str | None = None
    outcome: str | None = None
    disclosure: Disclosure | None = None
    digest: str | None = None
    since: str | None = None

    def __post_init__(self) -> None:
        _check_code(self.action, ACTIONS, "an action")
        _check_code(self.purpose, PURPOSES, "a purpose")
        _check_code(self.outcome, OUTCOMES, "an outcome")
        _check(self.case, CASE_ID, "a case's id")
        _check(self.object, PSEUDONYM, "an object's pseudonym")
        _check(self.op, OP, "an operation's id")
        _check(self.digest, HASH, "a digest")
        _check(self.since, TIME, "a time")
        _check_number(self.count, "a count")
        _check_number(self.bytes, "a count of bytes")
        self._check_shape()

    def _check_shape(self) -> None:
        if self.phase not in PHASES:
            raise ValueError("a phase is intent, outcome or event")
        if not isinstance(self.rows, tuple) or not all(isinstance(row, RowState) for row in self.rows):
            raise ValueError("rows are a tuple of RowState")
        if self.disclosure is not None and not isinstance(self.disclosure, Disclosure):
            raise ValueError("a disclosure is a Disclosure")
        if len(self.rows) > MAX_ROWS:
            raise ValueError(f"an event holds at most {MAX_ROWS} rows")
        if self.phase != "event" and self.op is None:
            raise ValueError("an intent and its outcome name their operation")
        if (self.phase == "outcome") > (self.outcome is not None):
            raise ValueError("an outcome says how it ended")
        if self.phase == "intent" and self.outcome is not None:
            raise ValueError("an intent has no outcome yet")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the key slot that opened the vault, and device, session and boot as random or keyed hex."""

    actor: str
    device: str
    session: str
    boot: str
    program: str

    def __post_init__(self) -> None:
        _check(self.actor, SLOT_ID, "a key slot's id")
        for token in (self.device, self.session, self.boot):
            _check(token, DEVICE, "a device, session or boot id")
        _check(self.program, PROGRAM, "a program version")


@dataclass(frozen=True, slots=True)
class Entry:
    """A written entry, decoded. `time` is UTC with milliseconds, `mono` milliseconds of the machine's
    monotonic clock, `n` the case's own number from 1."""

    seq: int
    time: str
    offset: str
    action: str
    phase: str
    actor: str
    program: str
    case: str | None
    n: int | None
    object: str | None
    op: str | None
    rows: tuple[RowState, ...]
    count: int | None
    bytes: int | None
    purpose: str | None
    outcome: str | None
    disclosure: Disclosure | None
    digest: str | None
    since: str | None
    mono: int
    boot: str
    device: str
    session: str


@dataclass(frozen=True, slots=True)
class Head:
    """A signed state of the log: how many entries, the root of their tree, the C2SP checkpoint."""

    size: int
    root: bytes
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The last number given to a case's entries, and the leaf hash of the last one."""

    n: int
    last: bytes


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """What the log says of one row: its settled hash (None: not there) and those of unfinished changes."""

    settled: str | None
    pending: frozenset[str | None] = frozenset()

    def accepts(self, found: str | None) -> bool:
        """Whether a row with this hash (None: no such row) is one that the log explains."""
        return found == self.settled or found in self.pending


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The result of verifying the log; `problems` name the entries and pages, and are empty if `ok`.

    The first `since` entries were taken as they stand, under a head that somebody vouched for: 0 where all were read.
    """

    size: int
    root: bytes
    checkpoint: bytes
    ok: bool
    problems: tuple[str, ...]
    since: int = 0
