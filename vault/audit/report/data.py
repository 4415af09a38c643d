"""What the report is made of: what the check said of each log, and what was counted while its entries went by."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from vault.audit.bounds import OutOfBounds
from vault.audit.flags import Flag
from vault.audit.policy import Policy

HOURS = 24
WEEKDAYS = 7
DAY_SECONDS = 86_400

OPENS = frozenset(
    {
        "case.show",
        "person.list",
        "person.variants",
        "evidence.list",
        "evidence.show",
        "evidence.view",
        "evidence.get",
        "search.hit",
        "redact.show",
        "redact.preview",
        "bundle.create",
        "bundle.open",
        "bundle.again",
        "bundle.packet",
        "bundle.exhibits",
    }
)
"""What shows somebody something of a case: each counts as one opening of it."""
AUTOMATIC = frozenset({"audit.seal", "audit.map", "audit.chain", "clock.step", "jail.weak", "vault.unlock-failed"})
"""What the program writes by itself, at a time of its own; no sign that the person was at work."""
OWN_ENDS = frozenset({"audit.export", "audit.report"})
"""The last of them in a log is what it was read by: its end can't be there yet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a log, as the check names it; `seq` where one entry is meant. What is `accepted` was
    explained to the auditor, and does not count."""

    kind: str
    message: str
    seq: int | None = None
    accepted: bool = False
    other: bool = False
    """It is about another log than the one in which it stands."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A head that somebody cosigned: its size, when, by which keys, and whether the whole export was seen."""

    size: int
    time: str
    by: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Stamped:
    """A timestamp of an authority over a head."""

    size: int
    time: str
    authority: str


@dataclass(frozen=True, slots=True)
class LogInfo:
    """What the check of one export says. Times are UTC, ISO 8601; `vouched` is newest first."""

    origin: str
    fingerprint: str
    size: int
    made: str
    vault: str = ""
    root: str = ""
    first: bool = False
    consistent_since: str | None = None
    findings: tuple[Finding, ...] = ()
    vouched: tuple[Vouched, ...] = ()
    stamps: tuple[Stamped, ...] = ()
    chains: int = 0
    clock: tuple[OutOfBounds, ...] = ()
    """Entries whose times a cosignature excludes."""
    own: int = 0
    """Size of the newest head that the reader cosigned: what is before it is not new to them."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """Something to ask the holder about; `offset` is that of its first entry, in minutes east of UTC."""

    log: int
    flag: Flag
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """Something that left the vault: a line in the accounting of disclosures. `row` is its operation."""

    row: int
    recipient: str
    bundle: str
    profile: str
    consent: str
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without any entry, from entry `seq` to the `next` one; both times UTC in seconds."""

    log: int
    seq: int
    start: int
    end: int
    next: int = 0


@dataclass(frozen=True, slots=True)
class Astray:
    """Entries `seq` to `last`, dated from `low` to `high` (UTC in seconds), whose times other entries undo."""

    log: int
    seq: int
    last: int
    count: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class BadUnlocks:
    """Failed attempts to open the vault, which the next success has logged. Times are UTC in seconds."""

    log: int
    seq: int
    count: int
    since: int
    until: int
    offset: int


class Index:
    """Values by the order in which they were first seen; number 0 is None."""

    def __init__(self) -> None:
        self.values: list[object] = [None]
        self._places: dict[object, int] = {None: 0}

    def of(self, value: object) -> int:
        place = self._places.get(value)
        if place is None:
            place = self._places[value] = len(self.values)
            self.values.append(value)
        return place


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Operations:
    """The entries, those of one command and case in one row; columns of equal length.

    `time` is UTC in seconds (UNKNOWN_TIME where the entry says no real time), `offset` minutes east of UTC, `seq` the
    first entry, `after` how many entries later its last one stands (0: none), `count` and `bytes` are one more than
    said (0: not said), `own` is 1 for what the program writes by itself. Others are places in the Index of their
    name.
    """

    log: array[int] = field(default_factory=_numbers)
    seq: array[int] = field(default_factory=_numbers)
    time: array[int] = field(default_factory=_numbers)
    offset: array[int] = field(default_factory=_numbers)
    action: array[int] = field(default_factory=_numbers)
    phase: array[int] = field(default_factory=_numbers)
    context: array[int] = field(default_factory=_numbers)
    case: array[int] = field(default_factory=_numbers)
    object: array[int] = field(default_factory=_numbers)
    purpose: array[int] = field(default_factory=_numbers)
    outcome: array[int] = field(default_factory=_numbers)
    after: array[int] = field(default_factory=_numbers)
    count: array[int] = field(default_factory=_numbers)
    bytes: array[int] = field(default_factory=_numbers)
    own: array[int] = field(default_factory=_numbers)

    def __len__(self) -> int:
        return len(self.seq)


@dataclass(slots=True)
class Indexes:
    """`contexts` holds (actor, device, session, program)."""

    actions: Index = field(default_factory=Index)
    phases: Index = field(default_factory=Index)
    contexts: Index = field(default_factory=Index)
    cases: Index = field(default_factory=Index)
    objects: Index = field(default_factory=Index)
    purposes: Index = field(default_factory=Index)
    outcomes: Index = field(default_factory=Index)


@dataclass(slots=True)
class Tally:
    """What was done by one person, or in one case; times are UTC in seconds."""

    operations: int = 0
    opens: int = 0
    failed: int = 0
    left: int = 0
    without_purpose: int = 0
    first: int | None = None
    last: int | None = None
    days: Counter[date] = field(default_factory=Counter)
    others: set[str] = field(default_factory=set)
    """The cases of a person, the persons of a case."""


@dataclass(slots=True)
class Activity:
    """Everything counted. Days and hours are the holder's, by the offset of each entry."""

    entries: int = 0
    done: int = 0
    """Commands that persons gave: as many as those of all persons together."""
    own: int = 0
    """Rows of what the program wrote by itself."""
    untimed_done: int = 0
    """Commands that the heat map can't hold, as no calendar has their time."""
    operations: Operations = field(default_factory=Operations)
    indexes: Indexes = field(default_factory=Indexes)
    heat: list[list[int]] = field(default_factory=lambda: [[0] * HOURS for _ in range(WEEKDAYS)])
    opens: Counter[date] = field(default_factory=Counter)
    people: dict[str, Tally] = field(default_factory=dict)
    cases: dict[str, Tally] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    unlocks: list[BadUnlocks] = field(default_factory=list)
    clock_steps: list[tuple[int, int]] = field(default_factory=list)
    """(log, seq)"""
    unfinished: list[int] = field(default_factory=list)
    """Rows of intents that no outcome followed."""
    reading: list[int] = field(default_factory=list)
    """Rows of the exports that are read here; their ends can't be in them."""
    astray: list[Astray] = field(default_factory=list)
    astray_opens: int = 0
    """Openings that stand at no day, as their dates are wrong."""
    untimed: int = 0
    first: int | None = None
    last: int | None = None
    programs: dict[str, int] = field(default_factory=dict)
    """Each version of the program, with the time of its first entry."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `made` is the time of the report (UTC)."""

    made: str
    program: str
    logs: tuple[LogInfo, ...]
    flags: tuple[Flagged, ...]
    activity: Activity
    sources: tuple[str, ...] = ()
    """SHA-256 of each export, in hex."""
    policy: Policy = field(default_factory=Policy)
    names: Mapping[str, str] | None = None
    """Name and address of each recipient, in the holder's own copy only."""
