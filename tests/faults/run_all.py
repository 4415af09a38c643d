"""Disturbs each command at every one of its points, not only at the few that the test suite takes.

    python tests/faults/run_all.py [--only NAME]… [--mode kill|full|sync] [--every N]

Takes about an hour on two cores. Prints each failure with the point that shows it again, then how many points there
are and `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import fault_lab
import fault_scenarios
import fault_trials
from fault_tracer import supported

MODES = ("kill", "full", "sync")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(fault_scenarios.ALL), action="append", help="one command")
    parser.add_argument("--mode", choices=MODES, help="one kind of fault")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th point")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="start at this point")
    options = parser.parse_args()
    if supported():
        print(supported())
        return 2
    failed = passed = all_points = 0
    with tempfile.TemporaryDirectory() as folder:
        lab = fault_lab.build(Path(folder) / "template")
        for name, scenario in fault_scenarios.ALL.items():
            if options.only is None or name in options.only:
                total = len(fault_trials.points(scenario, lab, Path(folder) / "dry"))
                all_points += total
                places = range(options.first, total + 1, options.every)
                for mode in MODES if options.mode is None else (options.mode,):
                    good, bad = _all(scenario, lab, Path(folder), mode, places)
                    print(f"{name}, {mode}: {total} points, {good} good, {bad} bad", flush=True)
                    passed, failed = passed + good, failed + bad
    print(f"{all_points} points")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _all(
    scenario: fault_trials.Scenario, lab: fault_lab.Lab, folder: Path, mode: str, places: range
) -> tuple[int, int]:
    # Processes, as each trial works on a device of its own.
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(partial(_one, scenario.name, lab, folder, mode), places))
    return results.count(True), results.count(False)


def _one(name: str, lab: fault_lab.Lab, folder: Path, mode: str, at: int) -> bool:
    try:
        fault_trials.trial(fault_scenarios.ALL[name], lab, folder / f"{name}-{mode}-{at}", mode, at)
    except Exception as error:
        print(f"FAILED {name}, {mode} at {at}: {type(error).__name__}: {error}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
