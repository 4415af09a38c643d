"""What happened within the last minutes or days: counted in slices, so that memory stays small in any log."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from vault.model.events import Entry

SLICES = 120
"""A window holds at most about so many slices; it reaches back by its span and up to one slice more."""


@dataclass(slots=True)
class _Slice:
    start: float
    seq: int
    time: str
    actor: str
    files: int = 0
    hits: int = 0
    cases: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)


class Window:
    """A window of `span` seconds on a line of time that never runs back: files and hits as sums, `cases` and `out`
    (those from which files were taken out) as the slices in which each stands."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._slices: deque[_Slice] = deque()
        self.files = 0
        self.hits = 0
        self.cases: Counter[str] = Counter()
        self.out: Counter[str] = Counter()

    def add(
        self, now: float, entry: Entry, *, files: int = 0, hits: int = 0, case: str | None = None, out: bool = False
    ) -> None:
        """Count something that happened `now`."""
        width = self._span / SLICES
        while self._slices and self._slices[0].start + width <= now - self._span:
            self._drop(self._slices.popleft())
        if not self._slices or self._slices[-1].start + width <= now:
            self._slices.append(_Slice(now, entry.seq, entry.time, entry.actor))
        last = self._slices[-1]
        last.files += files
        last.hits += hits
        self.files += files
        self.hits += hits
        if case is not None:
            _note(case, last.cases, self.cases)
            if out:
                _note(case, last.out, self.out)

    def first(self) -> tuple[int, str, str]:
        """The oldest entry that counts: its number, its time, who wrote it. Only after `add`."""
        return self._slices[0].seq, self._slices[0].time, self._slices[0].actor

    def _drop(self, gone: _Slice) -> None:
        self.files -= gone.files
        self.hits -= gone.hits
        for names, total in ((gone.cases, self.cases), (gone.out, self.out)):
            for name in names:
                total[name] -= 1
                if not total[name]:
                    del total[name]


def _note(case: str, seen: set[str], total: Counter[str]) -> None:
    if case not in seen:
        seen.add(case)
        total[case] += 1
