"""A process killed, a disk full, a disk failing, at some of the points where a command changes what opens the vault.

All points: `python tests/faults/run_all.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fault_keys
import fault_lab
import fault_trials
import pytest
from fault_tracer import supported

SLICES = {"kill": 2, "full": 1, "sync": 1}
NAMES = [name for name in fault_keys.SCENARIOS if name != "key change"]
"""Without what makes and tries passphrases for ten seconds in each trial."""
CASES = [(name, mode, place) for name in NAMES for mode, count in SLICES.items() for place in range(count)]

pytestmark = pytest.mark.skipif(supported() != "", reason=supported() or "-")


@pytest.mark.parametrize(("name", "mode", "place"), CASES)
def test_the_old_or_the_new_secret_opens_all_of_it(
    name: str, mode: str, place: int, lab: fault_lab.Lab, points_of: Callable[[str], list[str]], tmp_path: Path
) -> None:
    at = fault_trials.chosen(points_of(name), mode, SLICES[mode])[place]
    fault_trials.trial(fault_keys.SCENARIOS[name], lab, tmp_path / "trial", mode, at)


@pytest.mark.parametrize("name", NAMES)
def test_the_header_is_synced_before_it_gets_its_name(name: str, points_of: Callable[[str], list[str]]) -> None:
    points = points_of(name)
    moves = [at for at, point in enumerate(points) if point in fault_trials.MOVES]
    assert moves
    assert any(point in fault_trials.SYNCS for point in points[: moves[-1]]) or name == "travel now"


def test_shares_stay_as_long_as_a_header_lies_ready_for_them(
    lab: fault_lab.Lab, points_of: Callable[[str], list[str]], tmp_path: Path
) -> None:
    """The disk is full right after the header for travel got its name, so that it can't be logged."""
    points = points_of("travel prepare")
    after = max(at for at, point in enumerate(points, 1) if point in fault_trials.MOVES) + 1
    fault_trials.trial(fault_keys.SCENARIOS["travel prepare"], lab, tmp_path / "trial", "full", after)
