"""One vault for all faults: each trial spoils its own copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache

import fault_lab
import fault_scenarios
import fault_trials
import pytest


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> fault_lab.Lab:
    """The vault that the trials copy."""
    before = dict(os.environ)
    made = fault_lab.build(tmp_path_factory.mktemp("faults") / "template")
    os.environ.update(before)
    return made


@pytest.fixture(scope="session")
def points_of(lab: fault_lab.Lab, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """The points of a command, from one undisturbed run."""

    @cache
    def find(name: str) -> list[str]:
        return fault_trials.points(fault_scenarios.ALL[name], lab, tmp_path_factory.mktemp("dry") / "lab")

    return find


@pytest.fixture(scope="module", autouse=True)
def _this_device_again() -> Iterator[None]:
    """Give back the device that other modules work on."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
