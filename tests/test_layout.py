"""The modules that tests share are found by their bare names, so no two may have the same."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def test_no_two_shared_modules_have_one_name() -> None:
    places = defaultdict(list)
    for path in TESTS.rglob("*.py"):
        if path.name != "conftest.py" and not path.name.startswith("test_"):
            places[path.stem].append(path.relative_to(TESTS).as_posix())
    assert {stem: found for stem, found in places.items() if len(found) > 1} == {}
    assert not set(places) & (sys.stdlib_module_names | {"commands", "vault", "bench"})


def test_every_folder_with_shared_modules_is_on_the_path() -> None:
    for path in TESTS.rglob("*.py"):
        if path.name != "conftest.py" and not path.name.startswith("test_"):
            assert str(path.parent) in sys.path, f"{path.parent.name} is missing in pythonpath of pyproject.toml"
