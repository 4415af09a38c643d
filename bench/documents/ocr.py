"""How many of the listed surnames on scanned pages are found, and whether those that are not are covered.

Each page is a picture file of text and people of our own, spoilt as scans and photos are. It goes through the
worker like a user's; the engine searches what was read, by rules alone. A surname counts as found where a finding's
words cover it from end to end, as covered where a region that is not trusted does; one that is neither is lost:
it would leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.documents.scanned import Placed, Scan, scans, surnames
from vault.model.findings import Box
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.sandbox.looking import Looked, look

PAGES = 28
MIDDLE = 0.4
SIDE = 0.12
"""Of a name's width at both ends that a box may miss: places on the drawn page are known to a few pixels."""


@dataclass(frozen=True)
class Fate:
    """What became of the mentions on one page. `unsure` is the share of the page that is not trusted."""

    how: str
    found: int
    covered: int
    lost: tuple[str, ...]
    unsure: float


def engine() -> Engine:
    """Everyone is listed once, by the surname of a man in the nominative, with a given name."""
    people = [Person(f"p{at}", f"Иван {one.listed}") for at, one in enumerate(surnames())]
    return Engine(people, PROFILES["lawyer"])


def fate(page: Scan, judge: Engine) -> Fate:
    """Look at one page in the worker and tell what is found on it."""
    looked = look(page.data, page.media_type, [1], ocr=True, faces=False, accept_weak_jail=True)[1]
    boxes = hits(looked, judge)
    found = covered = 0
    lost = []
    for one in page.placed:
        if any(holds(box, one) for box in boxes):
            found += 1
        elif any(holds(box, one) for box in looked.unsure):
            covered += 1
        else:
            lost.append(f"{one.form} as {read_at(looked, one)!r}")
    unsure = sum(box.width * box.height for box in looked.unsure) / 10_000
    return Fate(page.how, found, covered, tuple(lost), unsure)


def hits(looked: Looked, judge: Engine) -> list[Box]:
    """The places of the words that findings touch."""
    found = []
    for at, block in enumerate(looked.blocks):
        words = [word for word in looked.words if word.block == at]
        for span in judge.analyse(block.text):
            found += [word.box for word in words if word.start < span.end and span.start < word.end]
    return found


def holds(box: Box, one: Placed) -> bool:
    """Whether the box covers the middle of the name's height from its first letter to its last."""
    across = (box.x, box.x + box.width, one.box.x, one.box.width)
    down = (box.y, box.y + box.height, one.box.y, one.box.height)
    along, over = (down, across) if one.upright else (across, down)
    start, end, name, length = along
    low, high, edge, thickness = over
    whole = start <= name + SIDE * length and name + (1 - SIDE) * length <= end
    return whole and low <= edge + MIDDLE * thickness <= high


def read_at(looked: Looked, one: Placed) -> str:
    """What was read there."""
    x, y = one.box.x + one.box.width / 2, one.box.y + 0.45 * one.box.height
    return " ".join(
        looked.blocks[word.block].text[word.start : word.end]
        for word in looked.words
        if word.box.x <= x <= word.box.x + word.box.width and word.box.y <= y <= word.box.y + word.box.height
    )


def measure(dpi: int, seed: int, pages: int = PAGES, show: bool = False) -> list[Fate]:
    """The fates of so many pages."""
    judge = engine()
    out = []
    for page in scans(pages, dpi, seed):
        one = fate(page, judge)
        out.append(one)
        if show:
            print(f"  {one.how}: found {one.found}, covered {one.covered}, lost {one.lost}, "
                  f"unsure {100 * one.unsure:.1f} % of the page", flush=True)  # fmt: skip
    return out


def figures(seed: int, show: bool, pages: int = PAGES) -> list[tuple[str, float, int, str]]:
    """(what, figure, out of how many, what is to be reached)."""
    out = []
    for dpi, reach in ((200, ">= .99"), (150, ""), (100, "")):
        fates = measure(dpi, seed, pages, show)
        out += _told(fates, dpi, reach)
    return out


def _told(fates: Sequence[Fate], dpi: int, reach: str) -> list[tuple[str, float, int, str]]:
    found, covered = sum(one.found for one in fates), sum(one.covered for one in fates)
    total = found + covered + sum(len(one.lost) for one in fates)
    return [
        (f"scans, {dpi} dpi: surnames found", found / total, total, reach),
        (f"scans, {dpi} dpi: surnames found or covered", (found + covered) / total, total, "1" if dpi < 200 else ""),
        (f"scans, {dpi} dpi: pages with a lost surname", sum(bool(one.lost) for one in fates), len(fates), "0"),
        (f"scans, {dpi} dpi: share of the pages not trusted", sum(one.unsure for one in fates) / len(fates),
         len(fates), ""),
    ]  # fmt: skip
