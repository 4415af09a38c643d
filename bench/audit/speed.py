"""Speed, size and memory of the audit log: `python -m bench.audit.speed --large FOLDER --small FOLDER`.

    append   one durable entry with its signed head, in turn on both logs
    verify   the whole log, and 1,000 entries that are new since a cosigned head
    proof    a .tlog-proof under a cosigned head
    disk     bytes of the database an entry
    export   what is sealed to the auditor, checked twice: as a log that is new, and as one that is known
    report   the auditor's report over that export

Seconds of the processor stand beside those of the clock: the latter hold whatever else the machine does. What is
measured is a copy; the made logs (bench/audit/made_log.py) stay as they are.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.audit import made_log
from bench.audit.hand import Hand
from bench.audit.made_log import Made
from vault.audit.cosigner import Cosigner
from vault.audit.kept import Cosigned
from vault.formats import note as notes
from vault.model.events import Event, Head
from vault.usecases import keygen, proofs
from vault.usecases.unlocked import UnlockedVault

CASEVAULT = [sys.executable, "-m", "commands.main", "--no-input", "--json"]
NEW = 1000
MIB = 1024
_FAILED = "the program failed"


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of the processor, and the largest memory in MiB of one process."""

    wall: float
    processor: float
    peak_mib: float = 0.0


@contextlib.contextmanager
def copied(made: Made) -> Iterator[Made]:
    """The made log in a folder of its own, beside it, for as long as it is needed."""
    with tempfile.TemporaryDirectory(dir=made.folder.parent, prefix=".bench-") as name:
        shutil.copytree(made.folder, name, dirs_exist_ok=True)
        yield replace(made, folder=Path(name))


def timed(work: Callable[[], object]) -> Cost:
    """What one call costs."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def run(words: Sequence[str], made: Made) -> Cost:
    """What the real program costs, from start to exit."""
    env = {**os.environ, "XDG_STATE_HOME": str(made.folder / "state"), "LC_ALL": "C.UTF-8"}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*CASEVAULT, *words], env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{_FAILED} with {process.returncode}: {said.read().decode('utf-8', 'replace')[-600:]}")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB)


def say(what: str, reach: str, cost: Cost, *, unit: float = 1.0, name: str = "s", more: str = "") -> None:
    """One line of the table on standard output."""
    times = f"{cost.wall * unit:9.3f} {name:2} {cost.processor * unit:9.3f} {name:2}"
    peak = f"{cost.peak_mib:6.0f} MiB" if cost.peak_mib else " " * 10
    print(f"{what:<56} {times} {peak}  {reach}{more}", flush=True)


def append(small: Made, large: Made, runs: int) -> None:
    """The same entry, in turn on both."""
    costs: dict[Path, list[Cost]] = {small.folder: [], large.folder: []}
    with copied(small) as one, copied(large) as two, one.open() as first, two.open() as second:
        for number in range(runs + 10):
            for made, vault in ((small, first), (large, second)):
                cost = timed(lambda vault=vault: vault.log.append([Event("vault.status", "event")], vault.writer))  # type: ignore[misc]
                if number >= 10:
                    costs[made.folder].append(cost)
    found = {}
    for made in (small, large):
        mine = costs[made.folder]
        found[made.folder] = Cost(median(one.wall for one in mine), median(one.processor for one in mine))
        say(f"append at {made.entries:,} entries, median", "≤ 2 ms", found[made.folder], unit=1000, name="ms")
    ratio = found[large.folder].wall / found[small.folder].wall
    processor = found[large.folder].processor / found[small.folder].processor
    print(f"{'ratio of the two':<56} {ratio:9.3f}    {processor:9.3f}               ≤ 1.2")


def cosigned(vault: UnlockedVault, made: Made) -> Head:
    """The log's head with the auditor's cosignature, kept with the log as `audit accept` does."""
    head = vault.log.head()
    cosigner: Cosigner = keygen.witness((made.auditor).read_bytes())
    note = notes.parse(head.checkpoint)
    whole = notes.Note(note.text, (*note.signatures, cosigner.cosign(note.text, int(time.time()))))
    vault.log.kept.add_cosigned(Cosigned(head.size, head.root, notes.serialise(whole)))
    return head


def verify(made: Made, runs: int) -> None:
    """All of it, and what came after a head that was cosigned."""
    with copied(made) as one, one.open() as vault:
        cost = timed(lambda: _good(vault.log.verify().problems))
        say(f"verify {vault.log.head().size:,} entries from scratch", "≤ 60 s", cost)
        head = cosigned(vault, one)
        days = made_log.Days(random.Random(2), Hand(made_log.START))
        while vault.log.head().size < head.size + NEW:
            vault.log.append(days.some(), vault.writer)
        costs = [timed(lambda: _good(vault.log.verify(head).problems)) for _ in range(max(3, runs // 20))]
        middle = Cost(median(c.wall for c in costs), median(c.processor for c in costs))
        say(f"verify {NEW:,} new ones from the last cosigned head", "≤ 0.5 s", middle)


def _good(problems: Sequence[object]) -> None:
    if problems:
        raise SystemExit(f"the log is not whole: {problems[0]}")


def proof(made: Made, runs: int) -> None:
    """Proofs of entries anywhere in the log, each logged as it is for a person."""
    chance = random.Random(3)
    with copied(made) as one, one.open() as vault:
        head = cosigned(vault, one)
        costs, largest = [], 0
        for number in range(runs + 5):
            seq = chance.randrange(head.size)
            start, processor = time.perf_counter(), time.process_time()
            found = proofs.proof(vault, seq)
            cost = Cost(time.perf_counter() - start, time.process_time() - processor)
            if len(found.cosigned_by) != 1:
                raise SystemExit("the proof is under no cosigned head")
            largest = max(largest, len(found.data))
            if number >= 5:
                costs.append(cost)
    middle = Cost(median(c.wall for c in costs), median(c.processor for c in costs))
    say(
        f".tlog-proof at {head.size:,}, median",
        "≤ 10 ms",
        middle,
        unit=1000,
        name="ms",
        more=f"; {largest} bytes (≤ 2 KB)",
    )


def disk(made: Made) -> None:
    """The database as it lies there, write-ahead log and all."""
    size = sum(path.stat().st_size for path in made.vault.glob("audit.db*"))
    print(f"{'on disk':<56} {size / made.entries:9.1f} bytes an entry{'':12} ≤ 600")


def export(made: Made, *, report: bool) -> None:
    """The loop by the program itself, as far as the auditor's check."""
    with copied(made) as one:
        out, state, page = one.folder / "deposit.age", one.folder / "auditor-state", one.folder / "report.html"
        open_words = ["--vault", str(one.vault), "--recovery-file", str(one.folder / "code")]
        cost = run([*open_words, "audit", "export", "--to", one.recipient, "--out", str(out)], one)
        say(
            f"export of {one.entries:,} entries",
            "",
            cost,
            more=f"{out.stat().st_size / one.entries:.0f} bytes an entry",
        )
        checks = ["--identity", str(one.auditor), "audit", "check", str(out), "--state", str(state)]
        say("check of it, a log that is new", "", run(checks, one))
        say("check of it once more, a log that is known", "", run(checks, one))
        if report:
            words = [
                "--identity",
                str(one.auditor),
                "audit",
                "report",
                str(out),
                "--state",
                str(state),
                "--out",
                str(page),
            ]
            cost = run(words, one)
            say(
                f"report over {one.entries:,} entries",
                "≤ 10 s",
                cost,
                more=f" at 100,000; {page.stat().st_size / 1e6:.2f} MB",
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[])
    parser.add_argument("--large", type=Path, required=True, help="a folder of bench.audit.made_log")
    parser.add_argument("--small", type=Path, help="another one, of 1,000 entries, for append")
    parser.add_argument("--runs", type=int, default=300)
    given = parser.parse_args()
    large = made_log.find(given.large)
    figures: dict[str, Callable[[], None]] = {
        "append": lambda: append(made_log.find(given.small), large, given.runs),
        "verify": lambda: verify(large, given.runs),
        "proof": lambda: proof(large, given.runs),
        "disk": lambda: disk(large),
        "export": lambda: export(large, report=False),
        "report": lambda: export(large, report=True),
    }
    print(f"{'':<56} {'by the clock':>12} {'processor':>12}")
    for name in given.what or ["append", "verify", "proof", "disk", "export"]:
        figures[name]()


if __name__ == "__main__":
    main()
