"""Entries as a log would hold them, made without one: for the tests of what watches a log."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from vault.audit.clock import moment_text
from vault.audit.flags import Flag, Flags
from vault.audit.policy import FlagRules
from vault.model.events import Disclosure, Entry
from vault.model.ids import ALPHABET

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""


def case_id(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, place = divmod(number, len(ALPHABET))
        digits += ALPHABET[place]
    return f"C-{digits}"


class Story:
    """Builds a log entry by entry; `at` is the wall clock, and the monotonic clock runs along."""

    def __init__(self, start: datetime = START) -> None:
        self.entries: list[Entry] = []
        self.at = start
        self.actor = "S-AAAAAA"
        self.program = "0.4.0"
        self.offset = "+00:00"
        self.boot = "0000aaaa"
        self.mono = 1_000_000
        self._op = 0

    def wait(self, **span: float) -> Story:
        """Time goes by, on both clocks."""
        step = timedelta(**span)
        self.at += step
        self.mono += int(step.total_seconds() * 1000)
        return self

    def turn_clock(self, **span: float) -> Story:
        """Somebody sets the clock; the machine runs on."""
        self.at += timedelta(**span)
        return self

    def op(self) -> str:
        self._op += 1
        return f"{self._op:016x}"

    def write(self, action: str, phase: str = "event", case: int | None = None, **more: object) -> Story:
        members: dict[str, object] = dict.fromkeys(Entry.__dataclass_fields__)
        members |= {
            "seq": len(self.entries), "time": moment_text(self.at), "offset": self.offset, "action": action,
            "phase": phase, "actor": self.actor, "program": self.program, "rows": (), "mono": self.mono,
            "boot": self.boot, "device": "0000bbbb", "session": "0000cccc",
            "case": None if case is None else case_id(case),
        }  # fmt: skip
        self.entries.append(Entry(**(members | more)))  # type: ignore[arg-type]
        return self

    def does(self, action: str, case: int | None = None, *, count: int | None = None, **more: object) -> Story:
        """An intent and, two seconds later, its outcome."""
        op = self.op()
        self.write(action, "intent", case, op=op, **more).wait(seconds=2)
        return self.write(action, "outcome", case, op=op, outcome="ok", count=count)

    def bundles(self, case: int, recipient: str, *, lenders: tuple[int, ...] = ()) -> Story:
        """As `bundle create` logs it: the look, then the disclosure in each case that gave something."""
        look, op = self.op(), self.op()
        left = Disclosure(recipient, "ab" * 32, "lawyer", "oral")
        self.write("bundle.create", "intent", case, op=look, purpose="hearing").wait(seconds=40)
        for one in (case, *lenders):
            self.write("bundle.create", "intent", one, op=op, disclosure=left, purpose="hearing")
        for one in (case, *lenders):
            self.write("bundle.create", "outcome", one, op=op, outcome="ok")
        return self.write("bundle.create", "outcome", case, op=look, outcome="ok", count=12)


def flags_of(story: Story, **rules: object) -> list[Flag]:
    """All flags of a story, in order."""
    watch = Flags(FlagRules(**rules))  # type: ignore[arg-type]
    found = [flag for entry in story.entries for flag in watch.feed(entry)]
    return sorted([*found, *watch.end()], key=lambda flag: flag.seq)


def kinds(story: Story, **rules: object) -> list[str]:
    return [flag.kind for flag in flags_of(story, **rules)]


def month(seed: int, *, cases: int = 45) -> Story:
    """Four and a half weeks of one volunteer: evenings too, most days, new cases, hearings, a bundle now and then."""
    dice = random.Random(seed)
    story = Story(START - timedelta(days=250))
    for case in range(cases):  # the cases came in over the months before
        _intake(story, dice, case)
        story.wait(days=200 / cases)
    for case in range(cases):  # and each was looked at again once in a while, but for a few that wait for a court
        if case % 9:
            story.wait(hours=8).does("case.show", case)
    recipients = [f"R-AAAA{letter}A" for letter in "BCDEFG"]
    for number, recipient in enumerate(recipients):
        story.wait(days=1).bundles(number, recipient)
    story.wait(seconds=(START.replace(hour=0) - story.at).total_seconds())
    for day in range(31):
        if dice.random() < (0.25 if day % 7 in (5, 6) else 0.85):
            _day(story, dice, START.replace(hour=0) + timedelta(days=day), cases + day, recipients)
    return story


def first_of_month(story: Story) -> int:
    """The number of the first entry of the month itself."""
    return next(entry.seq for entry in story.entries if entry.time >= moment_text(START.replace(hour=0)))


def _intake(story: Story, dice: random.Random, case: int) -> None:
    story.does("case.new", case).wait(minutes=2).does("person.add", case)
    for _ in range(dice.randint(5, 30)):
        story.wait(seconds=dice.randint(5, 90)).does("evidence.add", case)


def _day(story: Story, dice: random.Random, day: datetime, new: int, recipients: list[str]) -> None:
    started = day + timedelta(hours=dice.choice((8, 9, 10, 13, 17, 18)), minutes=dice.randint(0, 59))
    story.wait(seconds=max(0.0, (started - story.at).total_seconds()))
    story.does("case.list").wait(seconds=30)
    if dice.random() < 0.3:
        _intake(story, dice, new)
    for case in dice.sample(range(45), dice.randint(2, 6)):
        story.wait(minutes=dice.randint(2, 15)).does("case.show", case).does("evidence.list", case)
        for _ in range(dice.randint(1, 8)):
            story.wait(minutes=dice.randint(1, 5)).does(dice.choice(("evidence.view", "evidence.show")), case)
        if dice.random() < 0.3:
            story.does("evidence.get", case)
        if dice.random() < 0.5:
            story.does("search")
            for hit in dice.sample(range(45), 6):
                story.write("search.hit", "event", hit, count=3, outcome="ok")
        if dice.random() < 0.15:
            story.wait(minutes=5).does("redact.plan", case).wait(minutes=25).does("redact.preview", case)
            story.wait(minutes=20).does("redact.accept", case).wait(minutes=3)
            story.bundles(case, dice.choice(recipients))
