"""The auditor's report over a synthetic year of 100,000 entries: processor time and size.

    python -m bench.audit.report [--entries N] [--out FILE]

Every entry is written in its stored form first; what is timed is all that a report does after decryption: hashing
and reading each entry, the tree, the flags, the counts, the page. Exit code 1 beyond the reach.
`bench.audit.speed` times the whole program over a log of a vault.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "report"))

import report_make
import report_sample

from vault.audit import entries as forms
from vault.audit.flags import Flags
from vault.audit.policy import Policy
from vault.audit.report.collect import Collector
from vault.audit.report.data import Flagged, Report
from vault.audit.report.page import html
from vault.audit.report.words import Words
from vault.audit.walk import Parts, Walk
from vault.model.events import Entry, Event, Writer

REACH_SECONDS, REACH_BYTES = 10.0, 3_000_000
BATCH = 1000
SALT = "0" * 32


def stored(entries: Iterator[Entry]) -> Iterator[Parts]:
    """Each entry as its two parts lie in the log."""
    for one in entries:
        event = Event(
            one.action, one.phase, one.case, one.object, one.rows, one.op, one.count, one.bytes, one.purpose,  # type: ignore[arg-type]
            one.outcome, one.disclosure, one.digest, one.since,
        )  # fmt: skip
        writer = Writer(one.actor, one.device, one.session, one.boot, one.program)
        case = forms.case_part(event, writer, n=one.n, time=one.time, offset=one.offset, salt=SALT)
        log = forms.log_part(writer, seq=one.seq, mono=max(0, one.mono), salt=SALT)
        yield case.string.encode(), log.string.encode()


def counted(parts: list[Parts]) -> Report:
    """The report over entries as they are stored."""
    policy, collector, found = Policy(), Collector(), []
    flags = Flags(policy.flags)
    collector.begin()

    def see(entry: Entry) -> None:
        collector.feed(entry)
        found.extend(Flagged(0, flag, collector.offset_at(flag.seq)) for flag in flags.feed(entry))

    walk = Walk(visitor=see)
    for at in range(0, len(parts), BATCH):
        walk.feed(parts[at : at + BATCH])
    found.extend(Flagged(0, flag, collector.offset_at(flag.seq)) for flag in flags.end())
    assert not walk.end().problems
    return Report(
        report_sample.MADE, "0", (report_sample.info(len(parts)),), tuple(found), collector.end(), policy=policy
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    parts = list(stored(report_make.year(given.entries)))
    started = time.process_time()
    made = counted(parts)
    read = time.process_time() - started
    worst = 0.0
    largest = 0
    for lang in ("en", "ru"):
        started = time.process_time()
        page = html(made, Words(lang)).encode()
        spent = read + time.process_time() - started
        worst, largest = max(worst, spent), max(largest, len(page))
        print(f"{lang}: {len(parts):,} entries, {len(made.flags)} flags: {spent:.1f} s, {len(page) / 1e6:.2f} MB")
        if given.out is not None and lang == "en":
            given.out.write_bytes(page)
    print(f"reading and counting {read:.1f} s; reach: {REACH_SECONDS:.0f} s and {REACH_BYTES / 1e6:.0f} MB")
    return int(worst > REACH_SECONDS or largest > REACH_BYTES)


if __name__ == "__main__":
    sys.exit(main())
