"""Speed, memory and words kept of facsimiles, and what the jail costs: `python -m bench.documents.speed`.

Times are of the processor, not of the clock, so that other work on the machine does not count. The pages are set on
the spot; real ones (CASEVAULT_SHARED, or files named with --file) are measured for the words that a copy keeps.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from vault.model.document import Document
from vault.model.findings import Box
from vault.redaction import boxes
from vault.sandbox import checked, documents
from vault.worker import read_pdf, write_facsimile

FONT = Path(__file__).resolve().parents[2] / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"
PDF = "application/pdf"
LINE = "the court heard the applicant about the events of that day and asked who else was there, page {n}, line {k}"
HIDDEN_SHARE = 50
"""One word of so many is covered where the words kept are counted."""


def pages_of_text(count: int) -> bytes:
    """A PDF of that many full pages."""
    pdfmetrics.registerFont(TTFont("Speed", str(FONT)))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    for number in range(count):
        canvas.setFont("Speed", 8)
        for row in range(30):
            canvas.drawString(60, 780 - 24 * row, LINE.format(n=number, k=row))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _request(document: Document) -> dict[str, object]:
    words = [
        {"page": page.number, "text": page.blocks[word.block].text[word.start : word.end], "x": word.box.x,
         "y": word.box.y, "width": word.box.width, "height": word.box.height}
        for page in document.pages for word in page.words
    ]  # fmt: skip
    return {"media_type": PDF, "dpi": 200, "pages": [], "withheld": [], "boxes": [], "words": words, "largest": None}


def pages_a_second(count: int) -> tuple[float, float]:
    """(pages read with their words, pages of a facsimile) in a second of one processor, in this process."""
    source = pages_of_text(count)
    read_pdf.prepare()
    begin = time.process_time()
    document = checked.document(read_pdf.read(source, words=True))
    read = time.process_time() - begin
    request = _request(document)
    write_facsimile.prepare(request)
    begin = time.process_time()
    write_facsimile.work(request, [source])
    return count / read, count / (time.process_time() - begin)


def memory(count: int) -> tuple[float, float]:
    """MiB at the peak of the processes that (read, draw) a document of so many pages, with all its words."""
    code = (
        "import json, sys, resource; from vault.worker import {module} as job; request, data = sys.argv[1:];"
        "request = json.load(open(request)); data = open(data, 'rb').read(); job.prepare({prepared});"
        "{work}; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    reading = code.format(module="read_pdf", prepared="", work="job.read(data, words=True)")
    drawing = code.format(module="write_facsimile", prepared="request", work="job.work(request, [data])")
    source = pages_of_text(count)
    read_pdf.prepare()
    request = _request(checked.document(read_pdf.read(source, words=True)))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, "request.json"), Path(folder, "source.pdf")]
        files[0].write_text(json.dumps(request))
        files[1].write_bytes(source)
        first, second = (
            subprocess.run([sys.executable, "-c", one, *map(str, files)], capture_output=True, check=True, text=True)
            for one in (reading, drawing)
        )
    return float(first.stdout), float(second.stdout)


def jail_milliseconds(runs: int) -> tuple[float, float]:
    """Median (milliseconds of processor to lock a process down, of a whole call for one short document)."""
    code = (
        "import time; from vault.worker import lockdown; a = time.process_time(); lockdown.limit(1 << 31, 60);"
        "s = lockdown.apply(True); b = time.process_time(); import os; os.write(1, repr((b - a) * 1000).encode())"
    )
    locking = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(runs)
    ]
    source, whole = pages_of_text(1), []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        documents.extract(source, PDF)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return median(locking), median(whole)


def _text(data: bytes) -> Counter[str]:
    """The words that pdftotext finds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.pdf")
        path.write_bytes(data)
        done = subprocess.run(["pdftotext", "-q", str(path), "-"], capture_output=True, check=False)
    return Counter(re.findall(r"\w+", done.stdout.decode("utf-8", "replace")))


def kept(source: bytes) -> tuple[float, float, int]:
    """(share of the words that no box covers, as pdftotext reads the source, in the copy's layer; share of all words
    that no box covers; how many the source has). One word of fifty is hidden."""
    document = documents.extract(source, PDF, words=True)
    hidden: dict[int, tuple[Box, ...]] = {}
    staying: dict[int, list[tuple[str, Box]]] = {}
    covered: Counter[str] = Counter()
    for page in document.pages:
        chosen = page.words[HIDDEN_SHARE // 2 :: HIDDEN_SHARE]
        hidden[page.number], words = boxes.cover(page, [(w.block, w.start, w.end) for w in chosen])
        staying[page.number] = [(page.blocks[w.block].text[w.start : w.end], w.box) for w in words]
        for word in set(page.words) - set(words):
            covered.update(re.findall(r"\w+", page.blocks[word.block].text[word.start : word.end]))
    copy = _text(documents.facsimile(source, PDF, hidden, words=staying))
    expected = _text(source) - covered
    found = expected & copy
    return (
        found.total() / max(1, expected.total()),
        expected.total() / max(1, _text(source).total()),
        _text(source).total(),
    )


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument(
        "--many", type=int, default=500, help="pages of the document whose memory is measured; 0: none"
    )
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--file", type=Path, action="append", default=[], help="a PDF to count the words kept of")
    asked = parser.parse_args(given)
    for path in asked.file:
        share, apart, count = kept(path.read_bytes())
        print(
            f"words kept, {count:6} words: {share:.4f} of those beside boxes (>= 0.97); {apart:.3f} beside",
            flush=True,
        )
    reading, drawing = pages_a_second(asked.pages)
    print(f"pages a second, read with places: {reading:.1f}; facsimile at 200 dpi: {drawing:.1f} (>= 3)", flush=True)
    locking, whole = jail_milliseconds(asked.runs)
    print(
        f"jail: {locking:.1f} ms to lock (<= 10); a whole call for one page, with its start: {whole:.0f} ms",
        flush=True,
    )
    if asked.many:
        reading, drawing = memory(asked.many)
        print(f"memory, {asked.many} pages: {reading:.0f} MiB to read, {drawing:.0f} MiB to draw (< 400)", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
