"""Figures of the redaction engine on the real test material.

    python bench/redaction --set all --seed 1

The material is found by the environment variable CASEVAULT_SHARED (default ../shared beside the checkout).
Prints one line a figure: what was measured, the figure, and out of how many.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.pop(1)  # this folder, whose modules would hide others of their names

from bench.redaction import altered, identifiers, listed, russian, speed, tab
from bench.redaction.material import Figure

SETS = ("variants", "mentions", "altered", "strangers", "identifiers", "persons", "tab", "speed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=(*SETS, "all"), default="all", help="which figures to measure")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--people", type=int, default=120, help="how many mentions are altered")
    parser.add_argument("--show", action="store_true", help="print each miss")
    given = parser.parse_args()
    runs: dict[str, Callable[[], list[Figure]]] = {
        "variants": lambda: listed.variants_figure(given.show),
        "mentions": lambda: listed.mentions_figure(given.show),
        "altered": lambda: altered.altered_figures(given.seed, given.people, given.show),
        "strangers": lambda: listed.strangers_figure(given.show),
        "identifiers": lambda: identifiers.identifiers_figure(given.seed, given.show),
        "persons": lambda: russian.persons_figure(given.show),
        "tab": lambda: tab.tab_figures(given.show),
        "speed": speed.speed_figures,
    }
    for name in SETS if given.set == "all" else (given.set,):
        for figure in runs[name]():
            value = f"{figure.value:.4f}" if figure.value < 100 else f"{figure.value:,.0f}"
            print(f"{figure.what:<75} {value:>12}  of {figure.of:,}  {figure.reach}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
