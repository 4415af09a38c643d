"""What is really slow is seen to be, whatever else the machine does."""

from __future__ import annotations

import growth
import pytest

WORD = "слово "


def linear(size: int) -> int:
    return sum(ord(letter) for letter in WORD * size)


def square(size: int) -> int:
    return sum((WORD * size).count("я", start) for start in range(0, size, 8))


def partly_square(size: int) -> int:
    return linear(size * 8) + square(size)


def test_what_grows_with_the_length_passes() -> None:
    growth.assert_linear(linear, 3_000)


@pytest.mark.parametrize("run", [square, partly_square])
def test_what_grows_with_its_square_fails(run: object) -> None:
    assert callable(run)
    assert growth.fault(run, 3_000) is not None


def test_short_times_are_not_compared() -> None:
    assert growth.fault(square, 10) is None
