"""A process killed, a disk full, a disk failing, at some of the points where a command changes the disk.

All points: `python tests/faults/run_all.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fault_lab
import fault_trials
import pytest
from fault_tracer import supported

SLICES = {
    ("init", "kill"): 12, ("init", "full"): 6, ("init", "sync"): 3,
    ("evidence add", "kill"): 12, ("evidence add", "full"): 6, ("evidence add", "sync"): 3,
    ("evidence get", "kill"): 6, ("evidence get", "full"): 3, ("evidence get", "sync"): 2,
}  # fmt: skip
CASES = [(name, mode, place) for (name, mode), count in SLICES.items() for place in range(count)]

pytestmark = pytest.mark.skipif(supported() != "", reason=supported() or "-")


@pytest.mark.parametrize(("name", "mode", "place"), CASES)
def test_the_old_or_the_new_state_stands(
    name: str, mode: str, place: int, lab: fault_lab.Lab, points_of: Callable[[str], list[str]], tmp_path: Path
) -> None:
    at = fault_trials.chosen(points_of(name), mode, SLICES[name, mode])[place]
    fault_trials.trial(fault_trials.SCENARIOS[name], lab, tmp_path / "trial", mode, at)


@pytest.mark.parametrize("name", list(fault_trials.SCENARIOS))
def test_what_gets_its_name_was_synced_before_and_its_folder_after(
    name: str, points_of: Callable[[str], list[str]]
) -> None:
    points = points_of(name)
    moves = [at for at, point in enumerate(points) if point in fault_trials.MOVES]
    assert moves
    if name != "evidence add":
        # Objects get their names first and are synced together; their rows come after that.
        for number, at in enumerate(moves, 1):
            assert sum(point in fault_trials.SYNCS for point in points[:at]) >= number
    assert any(point in fault_trials.SYNCS for point in points[moves[-1] :])
