"""Reflow: pages a second, memory, words kept: `python -m bench.documents.reflow`.

Speed is that of the worker's processes (processor time, start included) for a dense text PDF of 500 made-up pages.
Kept words: each PDF of CASEVAULT_SHARED with text, and long ones named with --pdf, against what pdftotext reads in
the source and in the result. Nothing is redacted here: every word should come back. `order` is the share of
neighbouring pairs of words that are neighbours still.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from vault.errors import Refused
from vault.sandbox import documents

FONT = Path(documents.__file__).resolve().parents[1] / "worker" / "fonts" / "DejaVuSans.ttf"
LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшю"
LINES, WORDS_A_LINE, VOCABULARY = 48, 10, 3_000
FEWEST_WORDS = 100
_WORD = re.compile(r"\w+")


def text_pdf(pages: int, seed: int) -> bytes:
    """Dense pages of words that mean nothing."""
    draw = random.Random(seed)
    words = ["".join(draw.choice(LETTERS) for _ in range(draw.randint(2, 11))) for _ in range(VOCABULARY)]
    pdfmetrics.registerFont(TTFont("Reflow", str(FONT)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for _ in range(pages):
        canvas.setFont("Reflow", 8.5)  # no line reaches the edge
        for line in range(LINES):
            canvas.drawString(60, 780 - 14.5 * line, " ".join(draw.choice(words) for _ in range(WORDS_A_LINE)))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _children() -> tuple[float, float]:
    """(processor seconds, MiB of the largest) of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit / (1 << 20)


def words_of(pdf: bytes) -> list[str]:
    """What pdftotext reads."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(["pdftotext", "-enc", "UTF-8", file.name, "-"], capture_output=True, check=True)
    return _WORD.findall(done.stdout.decode("utf-8", "replace"))


def kept(source: list[str], made: list[str]) -> tuple[float, float]:
    """(share of the words, share of the pairs of neighbours) that are in both."""
    words = sum((Counter(source) & Counter(made)).values()) / max(1, len(source))
    pairs = Counter(pairwise(source))
    return words, sum((pairs & Counter(pairwise(made))).values()) / max(1, sum(pairs.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pdf", type=Path, action="append", default=[], help="a long PDF to look at as well")
    given = parser.parse_args()
    data = text_pdf(given.pages, given.seed)
    before, _ = _children()
    document = documents.extract(data, "application/pdf")
    between, _ = _children()
    made = documents.typeset("", document.pages)
    after, peak = _children()
    print(f"pages a second, read {given.pages / (between - before):8.1f}")
    print(f"pages a second, set  {given.pages / (after - between):8.1f}")
    print(f"pages a second, both {given.pages / (after - before):8.1f}   to be reached: 10")
    print(f"MiB of the largest   {peak:8.1f}   to be reached: < 400")
    if shutil.which("pdftotext") is None:
        print("words kept: pdftotext is not installed")
        return 0
    print(f"words kept, made     {kept(words_of(data), words_of(made))[0]:8.4f}   to be reached: 0.99")
    shared = os.environ.get("CASEVAULT_SHARED")
    real = sorted((Path(shared) / "data" / "documents").glob("*.pdf")) if shared else []
    for path in [*real, *given.pdf]:
        try:
            document = documents.extract(path.read_bytes(), "application/pdf")
            source = words_of(path.read_bytes())
        except (Refused, subprocess.CalledProcessError):
            continue
        if len(source) < FEWEST_WORDS or any(page.kind == "picture" for page in document.pages):
            continue
        words, order = kept(source, words_of(documents.typeset("", document.pages)))
        print(f"{path.name:<46} {len(source):>6} words  kept {words:.4f}  order {order:.4f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
