"""Findings as people type them."""

from __future__ import annotations

import pytest

from commands import ranges
from vault.errors import Usage


def test_ranges_and_commas() -> None:
    assert ranges.findings(["5-8"]) == ["F-5", "F-6", "F-7", "F-8"]
    assert ranges.findings(["F-4,F-7", "13", "f-13,"]) == ["F-4", "F-7", "F-13"]
    assert ranges.findings(["F-4,", "F-5-F-6"]) == ["F-4", "F-5", "F-6"]
    assert ranges.findings([]) == []


@pytest.mark.parametrize("word", ["8-5", "1-9999999", "F-", "5--6"])
def test_what_is_not_understood_is_named(word: str) -> None:
    with pytest.raises(Usage) as caught:
        ranges.findings(["3", word])
    assert str(caught.value).startswith(f"{word} is no finding")


def test_what_may_be_a_name_is_told_by_its_place() -> None:
    with pytest.raises(Usage) as caught:
        ranges.findings(["3,4", "Тернёва"])
    assert "place 3" in str(caught.value)
    assert "Тернёва" not in str(caught.value) + str(caught.value.hint)
