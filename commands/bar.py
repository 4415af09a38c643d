"""The progress bar. Apart from the console, because loading rich takes longer than most commands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commands.console import Advance


@contextlib.contextmanager
def running(label: str, total: int | None, *, colour: bool) -> Iterator[Advance]:
    """A bar on stderr that goes away when the body ends; `total` in bytes or things."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    parts = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    screen = Console(stderr=True, no_color=not colour, markup=False, highlight=False)
    with Progress(*parts, console=screen, transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)
