"""A process killed, a disk full, a disk failing, at some of the points where `bundle create` changes the disk.

All points: `python tests/faults/run_all.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fault_lab
import fault_trials
import pytest
from fault_tracer import supported

# A trial takes long, as several workers take part.
SLICES = {"kill": 4, "full": 2, "sync": 1}
CASES = [(mode, place) for mode, count in SLICES.items() for place in range(count)]

pytestmark = pytest.mark.skipif(supported() != "", reason=supported() or "-")


@pytest.mark.parametrize(("mode", "place"), CASES)
def test_the_old_or_the_new_state_stands(
    mode: str, place: int, lab: fault_lab.Lab, points_of: Callable[[str], list[str]], tmp_path: Path
) -> None:
    at = fault_trials.chosen(points_of("bundle create"), mode, SLICES[mode])[place]
    fault_trials.trial(fault_trials.SCENARIOS["bundle create"], lab, tmp_path / "trial", mode, at)
