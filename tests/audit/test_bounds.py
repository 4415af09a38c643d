"""Times of entries against those of cosignatures."""

from __future__ import annotations

from vault.audit.bounds import MAX_OUT, OutOfBounds, TimeBounds
from vault.audit.clock import time_text

NOON = 1_767_268_800
HOUR = 3600


def at(hours: float) -> str:
    return time_text(int((NOON + hours * HOUR) * 1000))


def story(times: list[float], cosigned: list[tuple[int, float]], accepts: dict[int, int]) -> tuple[OutOfBounds, ...]:
    """`times` in hours from noon, one an entry; `cosigned` (size, hours); `accepts`: seq of the entry, size."""
    bounds = TimeBounds([(size, int(NOON + hours * HOUR)) for size, hours in cosigned])
    for seq, hours in enumerate(times):
        bounds.feed(seq, at(hours), accepts.get(seq))
    return bounds.end()


def test_honest_times_are_within() -> None:
    """Deposits on two days; entries between the export and the cosignature; clocks half an hour apart."""
    times = [0, 1, 2, 23, 24.4, 25, 26, 47, 48.6, 49]
    assert story(times, [(3, 24), (7, 48)], {4: 3, 8: 7}) == ()


def test_an_entry_that_was_cosigned_before_its_time() -> None:
    (found,) = story([0, 30, 31, 2, 40], [(4, 24)], {})
    assert (found.seq, found.count, found.late, found.time) == (1, 2, True, at(30))
    assert found.bound == at(25)


def test_the_earliest_cosignature_counts_that_covers_an_entry() -> None:
    (found,) = story([0, 1, 40, 3], [(2, 10), (4, 24), (3, 24)], {})
    assert found.seq == 2
    assert story([0, 1, 20, 21], [(2, 10), (4, 24)], {}) == ()


def test_an_entry_after_the_cosignature_came_in_is_not_before_it() -> None:
    times = [0, 1, 25, 3, 4, 26]
    (found,) = story(times, [(2, 24)], {2: 2})
    assert (found.seq, found.count, found.late, found.bound) == (3, 2, False, at(23))
    # Before it came in, nothing is known: the head was cosigned elsewhere meanwhile.
    assert story([0, 1, 2, 3, 25], [(2, 24)], {4: 2}) == ()


def test_cosignatures_of_impossible_times_bound_nothing() -> None:
    bounds = TimeBounds([(3, (1 << 63) - 1)])
    for seq in range(5):
        bounds.feed(seq, at(seq), 3 if seq == 3 else None)
    assert bounds.end() == ()


def test_a_hostile_log_is_told_in_few_lines() -> None:
    times = [hours for _ in range(500) for hours in (30, 0)]
    assert len(story(times, [(1000, 24)], {})) == MAX_OUT
