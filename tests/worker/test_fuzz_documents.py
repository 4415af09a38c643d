"""A short slice of the fuzzer; the long one is `python -m bench.documents.fuzz --seconds 600`."""

from __future__ import annotations

import pytest

from bench.documents import fuzz, fuzz_coverage
from vault.worker.refusal import Refusal


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_nothing_but_a_clear_refusal_comes_of_hostile_bytes(target: str) -> None:
    (tally,) = fuzz.run(0, [target], first_seed=20, examples=25).values()
    assert not tally.failures
    assert tally.examples >= (5 if target == "jail" else 20)
    assert 0 < tally.refused <= tally.examples


@pytest.mark.parametrize("target", fuzz_coverage.TARGETS)
def test_the_guided_fuzzer_starts_from_what_is_read_and_what_is_refused(target: str) -> None:
    handle = fuzz_coverage.handler(target)
    found = [handle(data) for data in fuzz.drawn(fuzz_coverage.SEEDED_BY.get(target, target), 5, 60)]
    assert 0 < sum(found) <= len(found)
    assert not all(handle(data) for data in (b"", b"\0", b"\xff" * 99, b"<")) or target in ("mail", "attachments")


def test_the_fuzzer_sees_what_is_no_refusal() -> None:
    tally = fuzz.Tally()

    def broken() -> None:
        raise KeyError("x")

    def unknown() -> None:
        raise Refusal("no-such-reason")

    tally.take(broken, b"1", (Refusal,))
    tally.take(unknown, b"2", (Refusal,))
    first, second = sorted(tally.failures)
    assert first.startswith("KeyError in test_fuzz_documents.py:")
    assert second == "unknown reason no-such-reason"
    assert sorted(tally.samples.values()) == [b"1", b"2"]
