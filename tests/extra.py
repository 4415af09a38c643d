"""Which tests run with the extras, and which as on a machine where they are not installed.

A process that loads the models of `casevault[models]`, or reads a page by `casevault[ocr,faces]`, takes seconds of
processor time. So the folders of PLAIN run without them, in the test process and in what it starts; a test there that
is about one of them is marked `models` or `pictures`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

ABSENT = str(Path(__file__).resolve().parent / "absent")
PLAIN = ("agent", "cli", "faults", "keys", "rotation", "usecases")
"""Folders of tests/."""
HIDE = "TESTS_HIDE_EXTRAS"
"""Tells a process that is started with ABSENT on its path which extras to hide; all, if it is not set."""

sys.path.append(ABSENT)

import absence  # noqa: E402


def choose(folder: str, wanted: Collection[str]) -> None:
    """Hide the extras, or show them, for the next test: one of a folder in tests/ that asks for these."""
    hide([extra for extra in absence.PACKAGES if folder in PLAIN and extra not in wanted])


def hide(extras: Collection[str] = tuple(absence.PACKAGES)) -> None:
    """These extras are not installed, here and in processes that are started with our environment; all others are."""
    absence.hide(*extras)
    os.environ[HIDE] = ",".join(extras)
    path = [*([ABSENT] if extras else []), *_others()]
    if path:
        os.environ["PYTHONPATH"] = os.pathsep.join(path)
    else:
        os.environ.pop("PYTHONPATH", None)
    if not extras:
        os.environ.pop(HIDE, None)


@contextmanager
def hidden() -> Iterator[None]:
    """Hide all of them for what is made once for many tests, whichever test comes first."""
    before = os.environ.get(HIDE, "")
    hide()
    try:
        yield
    finally:
        hide([extra for extra in before.split(",") if extra])


def _others() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in ("", ABSENT)]
