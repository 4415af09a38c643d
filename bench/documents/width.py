"""How many bits the place and size of boxes and gaps give about a name: `python -m bench.documents.width`.

Each surname of a list is set at the same place of the same page, the page is read, covered and rebuilt by the real
pipeline, and what an attacker sees is compared: two names that look the same after that can't be told apart. The
entropy of what is seen, over the list, is the number of bits given away. Source of the model: "Story Beyond the Eye",
PoPETs 2023. Lists: US surnames of the 1990 census (PyPI `names`), Russian surnames in pymorphy3's dictionary.
"""

from __future__ import annotations

import argparse
import io
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from vault.model.document import Block, Document, Page
from vault.redaction import boxes, rebuild
from vault.redaction.plan import Finding
from vault.sandbox import checked
from vault.worker import read_pdf, write_typeset

FONT = Path(__file__).resolve().parents[2] / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"
LEFT, RIGHT, SIZE, STEP = 72.0, 523.0, 11.0, 15.0
STORY = (
    "the court heard the applicant about the events of that day and asked who else was there when the officers "
    "came to the house and what they had said to the people who stood at the door before they were let in"
)
TEXT = STORY.split()
BEGINNINGS = ("аб", "бел", "вол", "гор", "ел", "жу", "зу", "куз", "ли", "ман", "нау", "ряб", "сид", "тол", "ца", "щ")
DIGITS = 1
"""Decimals of a percent of the page in which places are told apart: half a pixel at 200 dpi."""


@dataclass(frozen=True)
class Seen:
    """What of one name's page an attacker sees: boxes on the line of the name, and all that moves with it."""

    boxes: tuple[Any, ...]
    moved: tuple[Any, ...]
    reflowed: tuple[str, ...]


def us_surnames() -> dict[str, float]:
    """Surnames and how frequent each is."""
    import names

    rows = (Path(names.__file__).parent / "dist.all.last").read_text().splitlines()
    return {row.split()[0].title(): float(row.split()[1]) for row in rows if row.strip()}


def russian_surnames() -> dict[str, float]:
    """Surnames that begin with some pairs of letters: the whole dictionary takes minutes to go through."""
    import pymorphy3

    dictionary = pymorphy3.MorphAnalyzer().dictionary
    tags = {"Surn", "nomn", "sing", "masc"}
    known = (one for start in BEGINNINGS for one in dictionary.iter_known_words(prefix=start))
    return {w.title(): 1.0 for w, tag, normal, *_ in known if w == normal and all(one in tag for one in tags)}


# ---- pages ------------------------------------------------------------------------------------------------------


def _width(text: str) -> float:
    return pdfmetrics.stringWidth(text, "Width", SIZE)


def _filled(canvas: Any, rows: Sequence[str], y: float, justified: bool = False) -> float:
    for row in rows:
        gaps = max(1, row.count(" "))
        canvas.drawString(LEFT, y, row, wordSpace=(RIGHT - LEFT - _width(row)) / gaps if justified else 0)
        y -= STEP
    return y


def _wrapped(words: Sequence[str]) -> list[str]:
    rows, row = [], ""
    for word in words:
        if row and _width(f"{row} {word}") > RIGHT - LEFT:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    return [*rows, row]


def _middle(canvas: Any, name: str) -> None:
    """The name in a line of which the rest goes on after it; other lines are what they are."""
    y = _filled(canvas, _wrapped(TEXT * 3)[:6], 760)
    y = _filled(canvas, [f"the witness told him that {name} was there"], y)
    _filled(canvas, _wrapped(TEXT * 3)[:6], y)


def _end(canvas: Any, name: str) -> None:
    """The name at the end of its line."""
    y = _filled(canvas, _wrapped(TEXT * 3)[:6], 760)
    y = _filled(canvas, [f"the other witness that he named to them was {name}"], y)
    _filled(canvas, _wrapped(TEXT * 3)[:6], y)


def _justified(canvas: Any, name: str) -> None:
    """The same in lines that are stretched to the margin."""
    y = _filled(canvas, _wrapped(TEXT * 3)[:6], 760, True)
    y = _filled(canvas, [f"the other witness that he named to them was {name}"], y, True)
    y = _filled(canvas, _wrapped(TEXT * 3)[:5], y, True)
    _filled(canvas, ["and there it ended"], y)


def _centred(canvas: Any, name: str) -> None:
    y = _filled(canvas, _wrapped(TEXT * 3)[:6], 760)
    canvas.drawCentredString((LEFT + RIGHT) / 2, y - STEP, f"Statement of {name} to the court")
    _filled(canvas, _wrapped(TEXT * 3)[:6], y - 3 * STEP)


def _at_right(canvas: Any, name: str) -> None:
    y = _filled(canvas, _wrapped(TEXT * 3)[:6], 760)
    canvas.drawRightString(RIGHT, y - STEP, f"Signed by {name}")
    _filled(canvas, _wrapped(TEXT * 3)[:6], y - 3 * STEP)


def _cell(canvas: Any, name: str) -> None:
    """The name in the first column of a table."""
    y = _filled(canvas, _wrapped(TEXT * 3)[:3], 760) - STEP
    for row in (("Who", "When", "What"), ("N. N.", "5 March", "witness"), (name, "6 March", "witness"),
                ("A. B.", "7 March", "officer"), ("C. D.", "8 March", "expert")):  # fmt: skip
        for x, text in zip((LEFT, 270, 390), row, strict=True):
            canvas.drawString(x, y, text)
        y -= STEP + 5


def _field(canvas: Any, name: str) -> None:
    """The name after a label, alone on a page of labels."""
    for number, row in enumerate(("Born: 1980", f"Surname: {name}", "Place: Kazan", "Form: B2", "Lives: Kazan")):
        canvas.drawString(LEFT, 760 - 30 * number, row)


def _flowing(canvas: Any, name: str) -> None:
    """Lines broken anew for each name, as the writer's program did: where they break hangs on the name."""
    _filled(canvas, _wrapped([*TEXT, "that", *name.split(), "was", "there", *TEXT * 3]), 760)


LAYOUTS: dict[str, Callable[[Any, str], None]] = {
    "in a line": _middle,
    "at a line's end": _end,
    "in a justified line": _justified,
    "in a centred line": _centred,
    "in a line set to the right": _at_right,
    "in a table's cell": _cell,
    "after a label": _field,
    "in a paragraph, with all that follows": _flowing,
}


def page_with(name: str, layout: Callable[[Any, str], None]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    canvas.setFont("Width", SIZE)
    layout(canvas, name)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


# ---- what is seen -----------------------------------------------------------------------------------------------


def _stretches(page: Page, name: str) -> list[tuple[int, int, int]]:
    return [
        (number, at, at + len(name))
        for number, block in enumerate(page.blocks)
        for at in [block.text.find(name)]
        if at >= 0
    ]


def seen(name: str, layout: Callable[[Any, str], None]) -> Seen:
    """What is left of the name's page in both kinds of copy."""
    document = checked.document(read_pdf.read(page_with(name, layout), words=True))
    page = document.pages[0]
    stretches = _stretches(page, name)
    if not stretches:
        raise SystemExit(f"a name was not found again on its page: {layout.__name__}")
    drawn, staying = boxes.cover(page, stretches)
    shapes = tuple(sorted(tuple(round(one, DIGITS) for one in (b.x, b.y, b.width, b.height)) for b in drawn))
    words = tuple(
        (page.blocks[w.block].text[w.start : w.end], round(w.box.x, DIGITS), round(w.box.y, DIGITS)) for w in staying
    )
    return Seen(shapes, words, _reflowed(document, stretches))


def _reflowed(document: Document, stretches: Iterable[tuple[int, int, int]]) -> tuple[str, ...]:
    accepted = [
        Finding("F-1", "E", 1, b, s, e, "person", None, "bench", 1.0, True, "", "[PERSON 1]", "", state="accepted")
        for b, s, e in stretches
    ]
    (page,) = rebuild.rebuild(document, accepted).text_pages
    return tuple(f"{block.kind} {block.level} {block.text}" for block in page.blocks)


def set_anew(texts: Iterable[tuple[str, ...]]) -> int:
    """How many different files the pages of text are set as."""
    made = set()
    for text in texts:
        blocks = [Block("paragraph", one) for one in text]
        request = {
            "title": "", "page_size": "A4", "labels": {},
            "pages": [{"number": 1, "kind": "text", "blocks": [
                {"kind": one.kind, "text": one.text, "level": 0} for one in blocks]}],
        }  # fmt: skip
        made.add(write_typeset.work(request, [])[1][0])
    return len(made)


def bits(values: Iterable[tuple[object, float]]) -> float:
    """The entropy of what is seen, of (what, how frequent the name is)."""
    weights: Counter[object] = Counter()
    for value, weight in values:
        weights[value] += weight
    total = sum(weights.values())
    return -sum(one / total * math.log2(one / total) for one in weights.values()) + 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=200, help="surnames drawn from each list")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    pdfmetrics.registerFont(TTFont("Width", str(FONT)))
    read_pdf.prepare()
    write_typeset.prepare({})
    draw = random.Random(given.seed)
    for which, listed in (("US", us_surnames), ("Russian", russian_surnames)):
        known = listed()
        population = sorted(known)
        chosen = draw.choices(population, weights=[known[one] for one in population], k=given.names)
        plain = bits((round(_width(one), 1), 1.0) for one in chosen)
        print(f"{which + ' surnames, a box as wide as the name':<62} {plain:6.2f} bits  of {len(chosen)}", flush=True)
        for title, layout in LAYOUTS.items():
            views = {name: seen(name, layout) for name in set(chosen)}
            shapes = bits((views[one].boxes, 1.0) for one in chosen)
            everything = bits(((views[one].boxes, views[one].moved), 1.0) for one in chosen)
            reflow = bits((views[one].reflowed, 1.0) for one in chosen)
            files = set_anew({views[one].reflowed for one in chosen})
            print(
                f"  {title:<60} facsimile: boxes {shapes:5.2f}, with what stays {everything:5.2f}   "
                f"reflow {reflow:5.2f} ({files} files)",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
