"""Reports over synthetic logs, as the tests and the benchmark make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import report_make

from vault.audit.flags import Flags
from vault.audit.policy import Policy
from vault.audit.report.collect import Collector, minutes
from vault.audit.report.data import Finding, Flagged, LogInfo, Report, Stamped, Vouched
from vault.model.events import Entry

MADE = "2026-03-05T10:12:00Z"
WITNESS = "casevault-witness/5d1f0c7e9a2b4468"
HEADS = "casevault-heads/77aa02c19e3d5b10"


def info(size: int, *, number: int = 1, tail: int = 1240, findings: Sequence[Finding] = ()) -> LogInfo:
    """What a check would say of a log that was deposited about monthly."""
    times = ("2025-04-02", "2025-05-05", "2025-06-03", "2025-07-01", "2025-09-11", "2025-10-06", "2025-11-03",
             "2025-12-08", "2026-01-12", "2026-02-21")  # fmt: skip
    heads = [
        Vouched(
            (size - tail) * (at + 1) // len(times),
            f"{day}T09:30:00Z",
            (WITNESS, HEADS) if at % 3 == 0 else (WITNESS,),
            True,
        )
        for at, day in enumerate(times)
    ]
    return LogInfo(
        origin=f"casevault/{report_make.hexed(f'log {number}', 32)}",
        fingerprint=report_make.hexed(f"key {number}", 32),
        size=size,
        made="2026-03-05T09:50:11Z",
        vault=f"V-{number:012d}",
        root=report_make.hexed("root"),
        consistent_since="2025-04-02T09:30:00Z",
        findings=tuple(findings),
        vouched=tuple(reversed(heads)),
        stamps=(Stamped(size // 2, "2025-09-11T12:00:04Z", report_make.hexed("authority")),),
        chains=1,
    )


def report(logs: Iterable[Iterable[Entry]], *, policy: Policy | None = None, infos: Sequence[LogInfo] = ()) -> Report:
    """The report over these entries, flags included."""
    policy = policy or Policy()
    collector, flagged, made = Collector(), [], []
    for at, entries in enumerate(logs):
        collector.begin()
        flags, before, offsets = Flags(policy.flags), collector.activity.entries, {}
        for entry in entries:
            collector.feed(entry)
            offsets[entry.seq] = entry.offset
            flagged += [Flagged(at, flag, minutes(offsets[flag.seq])) for flag in flags.feed(entry)]
        flagged += [Flagged(at, flag, minutes(offsets[flag.seq])) for flag in flags.end()]
        size = collector.activity.entries - before
        made.append(replace(infos[at], size=size) if infos else info(size, number=at + 1))
    return Report(MADE, "0.2.1", tuple(made), tuple(flagged), collector.end(), (report_make.hexed("file"),), policy)
