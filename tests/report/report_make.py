"""A year of synthetic entries, as one case manager's laptop would log them, for the report's tests and benchmark.

Nothing is random: the same arguments give the same entries. What an auditor should notice is put in on purpose, see
`PLANTED`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from vault.model.events import Disclosure, Entry
from vault.model.ids import ALPHABET, LENGTHS

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
HOLIDAY = (datetime(2025, 8, 4, tzinfo=UTC), datetime(2025, 8, 25, tzinfo=UTC))
PLANTED = {
    "night": datetime(2025, 10, 11, 0, 40, tzinfo=UTC),
    "clock": datetime(2025, 6, 3, 9, 12, tzinfo=UTC),
    "guesses": datetime(2025, 11, 20, 20, 5, tzinfo=UTC),
}
"""A night in which one case is read from end to end, a clock that is set back, a burst of failed unlocks."""

READS = (
    "case.show", "case.show", "evidence.list", "evidence.list", "evidence.show", "evidence.show", "evidence.show",
    "redact.show", "redact.show", "person.list", "evidence.view", "evidence.view",
)  # fmt: skip
WRITES = ("evidence.add", "evidence.add", "evidence.set", "person.add", "case.set", "redact.accept", "redact.plan")
PURPOSES = ("review", "review", "review", "filing", "hearing", "translation", "intake", None, None)
VERSIONS = ("0.1.0", "0.2.0", "0.2.1")


@dataclass
class Year:
    """The state of one laptop while its year is told."""

    rng: random.Random
    cases: list[str]
    recipients: list[str]
    writer: tuple[str, str] = ("S-7K3Q9N", "1a2b3c4d5e6f7081")
    seq: int = 0
    op: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    session: str = "00000000"
    boot: str = "11111111"
    program: str = VERSIONS[0]
    epoch: int = -1
    free: datetime = START

    def entry(self, at: datetime, action: str, phase: str, case: str | None = None, **more: object) -> Entry:
        if case is not None:
            self.numbers[case] = self.numbers.get(case, 0) + 1
        offset = at.astimezone(ZONE).strftime("%z")
        made = Entry(
            seq=self.seq, time=at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
            offset=f"{offset[:3]}:{offset[3:]}", action=action, phase=phase, actor=self.writer[0],
            program=self.program, case=case, n=self.numbers.get(case or ""),
            mono=int((at - START).total_seconds() * 1000), boot=self.boot, device=self.writer[1],
            session=self.session,
            **{"object": None, "op": None, "rows": (), "count": None, "bytes": None, "purpose": None,
               "outcome": None, "disclosure": None, "digest": None, "since": None, **more},  # type: ignore[arg-type]
        )  # fmt: skip
        self.seq += 1
        return made

    def pair(self, at: datetime, action: str, case: str | None, **more: object) -> Iterator[Entry]:
        """An intent and its outcome."""
        self.op += 1
        op = hexed(f"op {self.op}", 16)
        ok = more.pop("ok", "ok")
        size = more.pop("size", None)
        yield self.entry(at, action, "intent", case, op=op, **more)
        if ok is not None:
            later = at + timedelta(milliseconds=self.rng.randrange(20, 900))
            yield self.entry(later, action, "outcome", case, op=op, object=more.get("object"), outcome=ok, bytes=size)


def hexed(text: str, digits: int = 64) -> str:
    """A stand-in for a keyed hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def an_id(prefix: str, rng: random.Random) -> str:
    return f"{prefix}-" + "".join(rng.choice(ALPHABET) for _ in range(LENGTHS[prefix]))


def year(count: int = 100_000, cases: int = 300, *, seed: int = 7, days: int = 365) -> Iterator[Entry]:
    """`count` entries or a few more, over `days` from START on."""
    rng = random.Random(seed)
    one = Year(rng, [an_id("C", rng) for _ in range(cases)], [an_id("R", rng) for _ in range(24)])
    one.writer = (an_id("S", rng), hexed(f"device {seed}", 16))
    yield one.entry(START, "vault.init", "event", outcome="ok")
    working = sum(_sessions(START + timedelta(days=day)) for day in range(days))
    a_session = max(4, (count - 4 * days) // max(1, working))
    for day in range(days):
        yield from _day(one, START + timedelta(days=day), a_session, day / days)


def _sessions(day: datetime) -> int:
    if HOLIDAY[0] <= day < HOLIDAY[1]:
        return 0
    return 4 if day.weekday() < 5 else 1 if day.weekday() == 5 and day.day % 3 == 0 else 0


def _day(one: Year, day: datetime, entries: int, progress: float) -> Iterator[Entry]:
    rng = one.rng
    one.boot = hexed(f"boot {day} {one.writer}", 16)
    one.program = VERSIONS[min(int(progress * 3), 2)]
    midnight = day.astimezone(ZONE).replace(hour=0, minute=0)
    hours = sorted(rng.sample((9, 10, 11, 13, 14, 15, 16, 17, 19), _sessions(day)))
    sealed = False
    for hour in hours:
        at = (midnight + timedelta(hours=hour, minutes=rng.randrange(20))).astimezone(UTC)
        yield from _session(one, at, entries, progress, seal=not sealed)
        sealed = True
    for name, moment in PLANTED.items():
        if moment.date() == day.date():
            yield from _planted(one, name, moment)


def _session(one: Year, at: datetime, entries: int, progress: float, *, seal: bool) -> Iterator[Entry]:
    rng = one.rng
    end = one.seq + entries
    at = max(at, one.free)
    one.session = hexed(f"session {one.seq} {one.writer}", 16)
    if rng.random() < 0.02:
        since = (at - timedelta(seconds=40)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        yield one.entry(
            at, "vault.unlock-failed", "event", count=rng.choice((1, 1, 2)), outcome="failed", since=since
        )
    yield one.entry(at, "vault.open", "event", outcome="ok")
    today_number = (at - START).days
    while seal and one.epoch < today_number:
        one.epoch += 1
        yield one.entry(
            at, "audit.seal", "event", count=one.epoch, object=hexed("chain", 16), digest=hexed(f"seal {one.epoch}"),
            outcome="ok",
        )  # fmt: skip
    known = min(len(one.cases), max(6, int(len(one.cases) * min(1.0, 0.25 + progress))))
    today = [one.cases[min(int(rng.expovariate(3 / known)), known - 1)] for _ in range(3)]
    step = timedelta(seconds=5400 / max(1, entries))
    while one.seq < end:
        at += step * rng.uniform(0.7, 1.3)
        yield from _operation(one, at, rng.choice(today))
    if rng.random() < 0.18:
        yield from _handed_over(one, at + step, today[0])
    one.free = at + timedelta(minutes=2)


def _operation(one: Year, at: datetime, case: str) -> Iterator[Entry]:
    rng = one.rng
    thing = hexed(f"object {case} {rng.randrange(90)}", 16)
    draw = rng.random()
    if draw < 0.002:
        yield from one.pair(
            at, "evidence.get", case, object=thing, purpose="filing", size=rng.randrange(2_000, 4_000_000)
        )
    elif draw < 0.06:
        yield from one.pair(at, "search", None, purpose=rng.choice(PURPOSES))
        yield one.entry(at, "search.hit", "event", case, count=rng.randrange(1, 5), outcome="ok")
    elif draw < 0.25:
        yield from one.pair(at, rng.choice(WRITES), case, object=thing)
    else:
        ok = "failed" if draw > 0.997 else None if draw > 0.9965 else "ok"
        yield from one.pair(
            at, rng.choice(READS), case, object=thing, purpose=rng.choice(PURPOSES), ok=ok,
            size=rng.randrange(2_000, 4_000_000),
        )  # fmt: skip


def _handed_over(one: Year, at: datetime, case: str) -> Iterator[Entry]:
    rng = one.rng
    to = one.recipients[min(int(rng.expovariate(0.25)), len(one.recipients) - 1)]
    left = Disclosure(
        to, hexed(f"bundle {one.seq}"), rng.choice(("lawyer", "lawyer", "public")),
        rng.choice((an_id("E", rng), an_id("E", rng), "oral", "none")),
    )  # fmt: skip
    yield from one.pair(
        at, "bundle.create", case, object=hexed(f"b {one.seq}", 16), disclosure=left, count=rng.randrange(1, 40),
        bytes=rng.randrange(50_000, 9_000_000), purpose=rng.choice(("hearing", "filing", "handover")),
    )  # fmt: skip


def _planted(one: Year, name: str, at: datetime) -> Iterator[Entry]:
    one.session = hexed(f"planted {name}", 16)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if name == "clock":
        yield one.entry(at, "clock.step", "event", outcome="ok", since=_text(at + timedelta(days=2)))
    elif name == "guesses":
        yield one.entry(
            at + timedelta(minutes=9), "vault.unlock-failed", "event", count=14, outcome="failed", since=stamp
        )
        yield one.entry(at + timedelta(minutes=10), "vault.open", "event", outcome="ok")
    else:
        yield one.entry(at, "vault.open", "event", outcome="ok")
        for index in range(80):
            thing = hexed(f"object {one.cases[5]} {index}", 16)
            yield from one.pair(at + timedelta(seconds=11 * index), "evidence.get", one.cases[5], object=thing)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
