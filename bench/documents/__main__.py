"""Figures of the document side: `python -m bench.documents --set ocr --seed 1`.

Prints one line a figure: what was measured, the figure, out of how many, and what is to be reached.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench.documents import ocr

Row = tuple[str, float, int, str]
RUNS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "ocr": lambda given: ocr.figures(given.seed, given.show, given.pages),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=(*RUNS, "all"), default="all", help="which figures to measure")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--pages", type=int, default=ocr.PAGES, help="how many pages are scanned at each resolution")
    parser.add_argument("--show", action="store_true", help="tell of each page")
    given = parser.parse_args()
    for name in RUNS if given.set == "all" else (given.set,):
        for what, value, of, reach in RUNS[name](given):
            print(f"{what:<60} {value:>10.4f}  of {of:,}  {reach}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
