"""Whether the time of something grows no faster than its input, told on a machine that is busy with other things.

Processor time of this process alone counts. Both sizes are measured in turn, and the least of all tries is taken for
each: what others do can only add. One good round is enough to pass; what really grows with the square of the length
fails in every round.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TRIES = 6
TIMES = 4
SLACK = 1.5
"""The square of TIMES is 16, and TIMES * SLACK is 6: a square part that is a fifth of the time is seen."""
FLOOR = 0.006
"""Seconds; shorter times are too small to compare."""


def seconds(run: Callable[[], object]) -> float:
    """Processor time of one call, without the collection of what others left."""
    collects = gc.isenabled()
    gc.disable()
    try:
        begin = time.process_time()
        run()
        return time.process_time() - begin
    finally:
        if collects:
            gc.enable()


def least_seconds(run: Callable[[], object], enough: float, tries: int = TRIES) -> float:
    """The least processor time of a few calls; fewer if one takes less than `enough`."""
    least = seconds(run)
    for _ in range(tries - 1):
        if least < enough:
            break
        least = min(least, seconds(run))
    return least


def fault(run: Callable[[int], object], size: int) -> str | None:
    """What is wrong if `run(TIMES * size)` costs much more than TIMES times `run(size)`; None if it does not."""
    run(max(1, size // 8))  # what is loaded once is not counted
    once = more = float("inf")
    for _ in range(TRIES):
        once = min(once, seconds(lambda: run(size)))
        more = min(more, seconds(lambda: run(TIMES * size)))
        once = min(once, seconds(lambda: run(size)))
        if more < max(once, FLOOR) * TIMES * SLACK:
            return None
    return f"{once:.4f} s, and {more:.4f} s for {TIMES} times that"


def assert_linear(run: Callable[[int], object], size: int) -> None:
    """Fail where there is a fault. `size` is about what takes a tenth of a second, or less."""
    found = fault(run, size)
    assert found is None, found
