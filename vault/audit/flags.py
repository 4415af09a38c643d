"""Flags: what in a log an auditor should ask about. Pure, one entry at a time, in memory that grows with cases only.

A flag is a question and no accusation. Thresholds come from the policy (`vault/audit/policy.py`); what belongs
together, such as one evening of copying, is one flag with its counts, given out when it is over.

Spans of time are measured on a line of their own that never runs back, so that a clock that is set back neither hides
a burst nor makes one. Local times are those that the entries say, or of the zone that the policy names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vault.audit.flag_windows import Window
from vault.audit.policy import FlagRules
from vault.model.events import Entry

MINUTE, DAY, WEEK = 60.0, 86_400.0, 604_800.0
NIGHT = 6 * 3600.0
"""Work outside hours with shorter pauses than this is one flag."""
STRONG = frozenset({"bulk", "clock-back", "failed-unlocks", "quick-export", "slow"})
"""Kinds that an auditor looks at first."""
TEXTS: Mapping[str, str] = {
    "bulk": "Much was opened at once: {files} files, {cases} cases, {out_cases} with files taken out, {hits} hits.",
    "clock-back": "The clock ran back, from {before} to {after}.",
    "dormant": "{cases} cases were touched after resting for {days} days or more.",
    "failed-unlocks": "{count} attempts to unlock the vault failed.",
    "first-time": "{cases} cases were touched by this key for the first time, after others had worked in them.",
    "hours": "{count} actions outside working hours.",
    "new-recipient": "{recipient} was given something for the first time: {count} disclosures from {cases} cases.",
    "quick-export": "{cases} cases had rested and left the vault within minutes of being touched again.",
    "slow": "Files were taken out of {out_cases} cases within {days} days.",
    "version": "The program changed from version {before} to {after}.",
}
"""What each kind says; its fields are the flag's `numbers` and `words`."""

# The program's own entries, and those that show that something was looked at without opening it.
AUTOMATIC = frozenset(
    {"audit.chain", "audit.map", "audit.seal", "clock.step", "jail.weak", "search.hit", "vault.unlock-failed"}
)
PASSIVE = AUTOMATIC | {
    "audit.export", "audit.extract", "audit.proof", "audit.show", "audit.verify", "evidence.verify", "vault.doctor",
}  # fmt: skip
OPENED = frozenset(
    {
        "bundle.create", "bundle.exhibits", "bundle.packet", "case.show", "evidence.get", "evidence.list",
        "evidence.show", "evidence.view", "person.list", "person.variants", "redact.plan", "redact.preview",
        "redact.show",
    }
)  # fmt: skip
FILES = frozenset({"evidence.get", "evidence.view"})
TAKEN_OUT = frozenset({"bundle.again", "bundle.create", "bundle.packet", "evidence.get", "redact.preview"})


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to ask about. `time` and `until` are UTC as the entries `seq` and `last` say; `actor` is that of the
    first. `numbers` and `words` fill the kind's sentence in TEXTS."""

    kind: str
    seq: int
    last: int
    time: str
    until: str
    actor: str
    cases: tuple[str, ...]
    numbers: Mapping[str, int]
    words: Mapping[str, str]

    @property
    def strong(self) -> bool:
        """Whether an auditor should look at it first."""
        return self.kind in STRONG

    @property
    def text(self) -> str:
        """The sentence in English."""
        return TEXTS[self.kind].format(**self.numbers, **self.words)

    def shape(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "kind": self.kind,
            "seq": self.seq,
            "last": self.last,
            "time": self.time,
            "until": self.until,
            "actor": self.actor,
            "cases": list(self.cases),
            "numbers": dict(self.numbers),
            "words": dict(self.words),
            "strong": self.strong,
            "message": self.text,
        }


@dataclass(slots=True)
class _Run:
    """A flag that may still grow, until `closes` on the line of time."""

    kind: str
    seq: int
    last: int
    time: str
    until: str
    actor: str
    closes: float
    cases: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)
    op: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def extend(self, entry: Entry, case: str | None = None) -> None:
        self.last, self.until = entry.seq, entry.time
        if case is not None:
            self.cases.add(case)

    def flag(self) -> Flag:
        numbers = {"cases": len(self.cases), **({"out_cases": len(self.out)} if self.out else {}), **self.numbers}
        return Flag(
            self.kind, self.seq, self.last, self.time, self.until, self.actor, tuple(sorted(self.cases)), numbers,
            self.words,
        )  # fmt: skip


@dataclass(slots=True)
class _Case:
    """What is known of a case: when it was last touched, by whom ever, and since when it is open after a rest."""

    last: float
    actors: set[str]
    woken: float | None = None
    files: int = 0


class Flags:
    """Watches one log. Feed it every entry in order, then ask for what is still open."""

    def __init__(self, rules: FlagRules) -> None:
        self._rules = rules
        self._runs: dict[tuple[str, str], _Run] = {}
        self._cases: dict[str, _Case] = {}
        self._recipients: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._before: Entry | None = None
        self._moment: datetime | None = None
        self._now = 0.0
        self._fast = Window(rules.bulk_minutes * MINUTE)
        self._slow = Window(rules.slow_days * DAY)
        self._failed = Window(rules.failed_minutes * MINUTE)

    def feed(self, entry: Entry) -> tuple[Flag, ...]:
        """Take the next entry; the flags that are complete now."""
        moment = _moment(entry.time)
        self._step(entry, moment)
        done = tuple(self._closed())
        self._check_version(entry)
        self._before = entry
        if entry.action == "vault.unlock-failed":
            self._failed_unlock(entry)
        if entry.phase == "outcome":
            if entry.action == "search" and entry.case is not None:
                self._count(entry, hits=entry.count or 0)
            return done
        if entry.action not in AUTOMATIC:
            self._check_hours(entry, moment)
        self._look(entry)
        return done

    def end(self) -> tuple[Flag, ...]:
        """The flags that are still open after the last entry."""
        left = [run.flag() for run in self._runs.values() if run.kind not in self._rules.off]
        self._runs.clear()
        return tuple(sorted(left, key=lambda flag: (flag.seq, flag.kind)))

    def _closed(self) -> Iterator[Flag]:
        if not self._runs:
            return
        for key in [key for key, run in self._runs.items() if run.closes < self._now]:
            run = self._runs.pop(key)
            if run.kind not in self._rules.off:
                yield run.flag()

    def _run(self, kind: str, entry: Entry, *, who: str = "", join: float, hold: bool = False) -> _Run:
        """The open run of a kind, or a new one; `join` is how long it stays open, after its start with `hold`."""
        run = self._runs.get((kind, who))
        if run is None:
            run = _Run(kind, entry.seq, entry.seq, entry.time, entry.time, entry.actor, self._now + join)
            self._runs[kind, who] = run
        elif not hold:
            run.closes = self._now + join
        run.extend(entry)
        return run

    def _step(self, entry: Entry, moment: datetime | None) -> None:
        """Move on the line of time, and see whether the clock ran back."""
        before, was = self._before, self._moment
        if moment is None:
            return
        self._moment = moment
        if before is None or was is None:
            return
        wall = (moment - was).total_seconds()
        running = (entry.mono - before.mono) / 1000 if entry.boot == before.boot else 0.0
        self._now += wall if wall >= 0 else max(0.0, min(running, DAY))
        # Within one boot, a clock that went on more slowly than the machine ran was set back too.
        behind = max(running - wall, -wall)
        if behind > self._rules.clock_back_seconds:
            run = self._run("clock-back", entry, who=str(entry.seq), join=0.0)
            run.words |= {"before": before.time, "after": entry.time}
            run.numbers["seconds"] = int(behind)

    def _check_version(self, entry: Entry) -> None:
        if self._before is not None and entry.program != self._before.program:
            run = self._run("version", entry, join=DAY, hold=True)
            run.words.setdefault("before", self._before.program)
            run.words["after"] = entry.program

    def _failed_unlock(self, entry: Entry) -> None:
        tries = 1 if entry.count is None else entry.count
        self._failed.add(self._now, entry, files=tries)
        known = ("failed-unlocks", "") in self._runs
        if not known and self._failed.files < self._rules.failed_unlocks:
            return
        run = self._run("failed-unlocks", entry, join=self._rules.failed_minutes * MINUTE)
        if known:
            run.numbers["count"] += tries
        else:
            run.seq, run.time, run.actor = self._failed.first()
            run.numbers["count"] = self._failed.files

    def _check_hours(self, entry: Entry, moment: datetime | None) -> None:
        if moment is None or self._rules.works_at(moment, entry.offset):
            return
        run = self._run("hours", entry, who=entry.actor, join=NIGHT)
        run.extend(entry, entry.case)
        run.numbers["count"] = run.numbers.get("count", 0) + 1

    def _look(self, entry: Entry) -> None:
        """An intent or an event: what it means for its case, for the windows, for recipients."""
        case, action = entry.case, entry.action
        if action == "search.hit":
            self._count(entry, hits=entry.count or 0)
        if case is None or action in PASSIVE:
            return
        self._touch(entry, case)
        if action in OPENED:
            self._count(entry, files=int(action in FILES), case=case, out=action in TAKEN_OUT)
        if entry.disclosure is not None:
            self._disclosed(entry, case, entry.disclosure.recipient)

    def _touch(self, entry: Entry, case: str) -> None:
        rules, state = self._rules, self._cases.get(case)
        if state is None:
            # A case whose beginning is not in the log may have rested; one that is made now has not.
            woken = None if entry.action == "case.new" else self._now
            state = self._cases[case] = _Case(self._now, {entry.actor}, woken)
        rested = self._now - state.last
        if rested >= rules.dormant_days * DAY:
            run = self._run("dormant", entry, who=entry.actor, join=WEEK, hold=True)
            run.extend(entry, case)
            run.numbers["days"] = rules.dormant_days
        if entry.actor not in state.actors:
            state.actors.add(entry.actor)
            self._run("first-time", entry, who=entry.actor, join=rules.first_time_days * DAY, hold=True).extend(
                entry, case
            )
        if rested >= rules.quick_rest_days * DAY:
            state.woken, state.files = self._now, 0
        state.last = self._now
        self._check_quick(entry, case, state)

    def _check_quick(self, entry: Entry, case: str, state: _Case) -> None:
        rules = self._rules
        if state.woken is None:
            return
        if self._now - state.woken > rules.quick_minutes * MINUTE:
            state.woken = None
            return
        state.files += entry.action == "evidence.get"
        if entry.disclosure is not None or state.files >= rules.quick_files:
            run = self._run("quick-export", entry, join=rules.bulk_minutes * MINUTE)
            run.extend(entry, case)
            run.numbers["minutes"] = rules.quick_minutes

    def _disclosed(self, entry: Entry, case: str, recipient: str) -> None:
        span = self._rules.new_recipient_days * DAY
        first = self._recipients.setdefault(recipient, self._now)
        if self._now - first > span:
            return
        run = self._run("new-recipient", entry, who=recipient, join=span, hold=True)
        run.extend(entry, case)
        run.words["recipient"] = recipient
        # A case that lends an item to a bundle is named in an entry of its own, under the same operation.
        if run.op is None or run.op != entry.op:
            run.numbers["count"] = run.numbers.get("count", 0) + 1
            run.op = entry.op

    def _count(
        self, entry: Entry, *, files: int = 0, hits: int = 0, case: str | None = None, out: bool = False
    ) -> None:
        rules, fast = self._rules, self._fast
        fast.add(self._now, entry, files=files, hits=hits, case=case, out=out)
        known = self._runs.get(("bulk", ""))
        over = (
            fast.files >= rules.bulk_files
            or len(fast.cases) >= rules.bulk_cases
            or len(fast.out) >= rules.bulk_out_cases
            or fast.hits >= rules.bulk_hits
        )
        if over:
            run = self._run("bulk", entry, join=rules.bulk_minutes * MINUTE)
            if known is None:
                run.seq, run.time, run.actor = fast.first()
                run.cases, run.out = set(fast.cases), set(fast.out)
                run.numbers = {"files": fast.files, "hits": fast.hits, "out_cases": len(run.out)}
                self._told |= dict.fromkeys(run.out, self._now)
        if known is not None:
            _add(known, files, hits, case, out=out)
        if out and case is not None:
            if ("bulk", "") in self._runs:
                self._told[case] = self._now
            self._count_slow(entry, case)

    def _count_slow(self, entry: Entry, case: str) -> None:
        """Cases whose files were taken out little by little; those of a burst have been told already."""
        rules, slow = self._rules, self._slow
        slow.add(self._now, entry, case=case, out=True)
        if len(slow.out) < rules.slow_out_cases:
            return
        span = rules.slow_days * DAY
        cases = {one for one in slow.out if self._now - self._told.get(one, -2 * span) > span}
        if len(cases) >= rules.slow_out_cases:
            known = ("slow", "") in self._runs
            run = self._run("slow", entry, join=span)
            if not known:
                run.seq, run.time, run.actor = slow.first()
            run.cases |= cases
            run.out |= cases
            run.numbers["days"] = rules.slow_days


def _add(run: _Run, files: int, hits: int, case: str | None, *, out: bool) -> None:
    run.numbers["files"] += files
    run.numbers["hits"] += hits
    if case is not None:
        run.cases.add(case)
        if out:
            run.out.add(case)
    run.numbers["out_cases"] = len(run.out)


def _moment(time: str) -> datetime | None:
    """The moment of an entry; None if its digits are no time (29:69, day 39)."""
    try:
        return datetime.fromisoformat(time)
    except ValueError:
        return None
