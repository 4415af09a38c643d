"""Scratch vaults for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_tools import Scratch, new_scratch


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A fresh vault."""
    return new_scratch(tmp_path)


@pytest.fixture(scope="module")
def shared_scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """One vault for all tests of a module that only add to it."""
    return new_scratch(tmp_path_factory.mktemp("vault"))
