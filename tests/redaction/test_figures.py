"""The figures of docs/redaction.md on the real test material, with room for other seeds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.needs_shared


@pytest.fixture(scope="module")
def bench(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_redaction", ROOT / "bench" / "redaction.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_redaction"] = module
    spec.loader.exec_module(module)
    module.shared = lambda: shared
    return module


def test_hard_variants_are_wholly_covered(bench: ModuleType) -> None:
    (figure,) = bench.variants_figure(show=True)
    assert figure.of > 150
    assert figure.value >= 0.99


def test_real_mentions_are_wholly_covered_and_sure_hits_are_right(bench: ModuleType) -> None:
    mentions, surely, astray = bench.mentions_figure(show=True)
    assert mentions.of > 600
    assert mentions.value >= 0.985
    assert surely.value >= 0.93
    assert astray.value <= 0.10


def test_altered_mentions(bench: ModuleType) -> None:
    figures = {figure.what: figure for figure in bench.altered_figures(seed=7, people=60, show=True)}
    least = {
        "look-alikes": 0.96, "one scanning error a word": 0.88, "one typing error a word": 0.86, "hyphenated": 0.95,
        "lower case": 0.95, "upper case": 0.95,
    }  # fmt: skip
    assert {name: figures[name].value for name in least if figures[name].value < least[name]} == {}
    romanised = next(figure for name, figure in figures.items() if "mean of" in name)
    assert romanised.of >= 28 * 60
    assert romanised.value >= 0.95


def test_strangers_are_left_alone(bench: ModuleType) -> None:
    for figure in bench.strangers_figure(show=True):
        assert figure.of > 20_000
        assert figure.value <= 3


def test_identifier_examples_and_look_alikes(bench: ModuleType) -> None:
    examples, alike = bench.identifiers_figure(seed=7, show=True)
    assert examples.of > 50
    assert examples.value == 1
    assert alike.value <= 0.02
