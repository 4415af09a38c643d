"""Which tests run with the models of `casevault[models]`, and which as on a machine where the extra is not installed.

A process that loads the models takes seconds of processor time. So the folders of PLAIN run without them, in the
test process and in what it starts; a test there that is about the models is marked `models`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ABSENT = str(Path(__file__).resolve().parent / "absent")
PLAIN = ("cli", "faults", "usecases")
"""Folders of tests/."""

sys.path.append(ABSENT)

import absence  # noqa: E402


def choose(folder: str, *, models: bool) -> None:
    """Hide the models, or show them, for the next test: one of a folder in tests/ that asks for them or does not."""
    (hide if folder in PLAIN and not models else show)()


def hide() -> None:
    """The models are not installed, here and in processes that are started with our environment."""
    absence.hide()
    os.environ["PYTHONPATH"] = os.pathsep.join([ABSENT, *_others()])


def show() -> None:
    """The models are there again, if they are installed."""
    absence.show()
    others = _others()
    os.environ.pop("PYTHONPATH", None)
    if others:
        os.environ["PYTHONPATH"] = os.pathsep.join(others)


@contextmanager
def hidden() -> Iterator[None]:
    """Hide them for what is made once for many tests, whichever test comes first."""
    was = absence.Finder in sys.meta_path
    hide()
    try:
        yield
    finally:
        if not was:
            show()


def _others() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in ("", ABSENT)]
