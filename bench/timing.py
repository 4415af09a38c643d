"""Whole processes, timed fairly: a warm-up, then the commands in turn, so that a slow moment hits all alike."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

CASEVAULT = Path(sys.executable).parent / "casevault"


@dataclass
class Series:
    """Seconds of each run, and the largest resident memory in MiB that one of them had."""

    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        return median(self.seconds)


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, stdin: bytes | None = None
) -> tuple[float, float]:
    """One run: seconds, and peak memory in MiB of this very process. Raises if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    if stdin is not None and process.stdin:
        process.stdin.write(stdin)
        process.stdin.close()
    error = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}: {error.decode('utf-8', 'replace')[-500:]}")
    return seconds, usage.ru_maxrss / 1024


def in_turn(
    commands: Mapping[str, Sequence[str]],
    runs: int,
    *,
    between: Callable[[str], None] | None = None,
    warm_up: int = 1,
) -> dict[str, Series]:
    """A B C A B C …; `between` cleans up what a command left, before each run of it."""
    series = {name: Series() for name in commands}
    for number in range(warm_up + runs):
        for name, command in commands.items():
            if between:
                between(name)
            seconds, peak = run(command)
            if number >= warm_up:
                series[name].seconds.append(seconds)
                series[name].peak_mib = max(series[name].peak_mib, peak)
    return series


def show(series: Mapping[str, Series]) -> None:
    """A table on standard output."""
    print(f"{'':34} {'min':>8} {'median':>8} {'max':>8} {'peak MiB':>9}")
    for name, one in series.items():
        print(f"{name:34} {min(one.seconds):8.3f} {one.median:8.3f} {max(one.seconds):8.3f} {one.peak_mib:9.0f}")


def no_core_limit() -> None:
    """Benchmarks of large files need no core dumps either."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
