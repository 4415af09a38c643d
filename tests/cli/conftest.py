"""Scratch vaults for the tests of the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_tools import COMPILED, Scratch, new_scratch


@pytest.fixture(scope="session", autouse=True)
def _compiled_code() -> Iterator[None]:
    yield
    shutil.rmtree(COMPILED, ignore_errors=True)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A fresh vault."""
    return new_scratch(tmp_path)


@pytest.fixture(scope="module")
def shared_scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """One vault for all tests of a module that only add to it."""
    return new_scratch(tmp_path_factory.mktemp("vault"))
