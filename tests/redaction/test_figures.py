"""The figures of docs/redaction.md on the real test material, with room for other seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.redaction import altered, identifiers, listed

pytestmark = pytest.mark.needs_shared


@pytest.fixture(autouse=True)
def _material(shared: Path) -> None:
    """Skips, or fails in CI, where the material is missing."""


def test_hard_variants_are_wholly_covered() -> None:
    (figure,) = listed.variants_figure(show=True)
    assert figure.of > 150
    assert figure.value >= 0.99


def test_real_mentions_are_wholly_covered_and_sure_hits_are_right() -> None:
    mentions, surely, astray = listed.mentions_figure(show=True)
    assert mentions.of > 600
    assert mentions.value >= 0.99
    assert surely.value >= 0.93
    assert astray.value <= 0.10


def test_altered_mentions() -> None:
    figures = {figure.what: figure for figure in altered.altered_figures(seed=7, people=60, show=True)}
    least = {
        "look-alikes": 0.96, "one scanning error a word": 0.88, "one typing error a word": 0.86, "hyphenated": 0.95,
        "lower case": 0.95, "upper case": 0.95,
    }  # fmt: skip
    assert {name: figures[name].value for name in least if figures[name].value < least[name]} == {}
    romanised = next(figure for name, figure in figures.items() if "mean of" in name)
    assert romanised.of >= 28 * 60
    assert romanised.value >= 0.95


def test_strangers_are_left_alone() -> None:
    for figure in listed.strangers_figure(show=True):
        assert figure.of > 20_000
        assert figure.value <= 3


def test_identifier_examples_and_look_alikes() -> None:
    examples, alike, made, innocent = identifiers.identifiers_figure(seed=7, show=True)
    assert examples.of > 50
    assert (examples.value, made.value) == (1, 1)
    assert alike.value <= 0.02
    assert innocent.value <= 0.02
