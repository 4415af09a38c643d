"""A process killed and a disk full at some of the points where a command copies, destroys or renews much.

All points: `python tests/faults/run_all.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fault_lab
import fault_moves
import fault_trials
import pytest
from fault_tracer import supported

SLICES = {"kill": 2, "full": 1}
CASES = [
    (name, mode, place) for name in fault_moves.SCENARIOS for mode, count in SLICES.items() for place in range(count)
]

pytestmark = pytest.mark.skipif(supported() != "", reason=supported() or "-")


@pytest.mark.parametrize(("name", "mode", "place"), CASES)
def test_the_old_or_the_new_state_stands(
    name: str, mode: str, place: int, lab: fault_lab.Lab, points_of: Callable[[str], list[str]], tmp_path: Path
) -> None:
    at = fault_trials.chosen(points_of(name), mode, SLICES[mode])[place]
    fault_trials.trial(fault_moves.SCENARIOS[name], lab, tmp_path / "trial", mode, at)
