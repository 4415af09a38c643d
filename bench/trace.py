"""Whether a copy is named from its pages: printed to a PDF, printed and scanned, photographed; and never a wrong one.

`python -m bench.trace` prints the table; --copies and --tries make it smaller. pdftoppm has to be there; pdftocairo,
Ghostscript and Chromium print where they are.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bench import trace_channels as channels
from vault.bundle import copymatch
from vault.model.document import Block, Page
from vault.sandbox import documents, tracing
from vault.sandbox.documents import Band
from vault.worker import trace_main

FONT = Path(documents.__file__).parents[1] / "worker" / "fonts" / "DejaVuSans.ttf"
WORDS = (
    "On the morning of the twelfth two men came to the house and asked for my brother. "
    "Утром двенадцатого числа в дом пришли двое и спросили моего брата. "
    "They had no papers with them, and left a summons for the sixteenth at 9.30. "
)
KINDS = ("text", "picture")
RIGHT = "… and named right"
Marks = dict[str, bytes]


def ledger(copies: int, seed: int = 1) -> Marks:
    """Marks of so many copies, as a vault holds them."""
    random = Random(seed)
    return {f"B-{number}": random.randbytes(8) for number in range(copies)}


def text_pdf(mark: bytes | None, pages: int = 1) -> bytes:
    """A typeset exhibit; without a mark as `redact file` makes it."""
    blocks = [Block("heading", "Statement", 1), *(Block("paragraph", WORDS * (1 + n % 3)) for n in range(11))]
    made = [Page(number, "text", 0, 0, tuple(blocks)) for number in range(1, pages + 1)]
    return documents.typeset("Exhibit B: Statement", made, band=mark and Band("Exhibit B", mark))


def photo() -> bytes:
    """A page as a telephone takes it: a form with lines, dots to write on, a table, a dark picture."""
    page = Image.new("RGB", (1240, 1700), (246, 244, 236))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 25)
    for line in range(28):
        text = WORDS[line % 40 : line % 40 + 70] if line % 5 else "Name " + "." * 60 + " No - - - - - - - - - - -"
        draw.text((90, 90 + 44 * line), text, fill=(40, 40, 60), font=font)
    for row in range(8):
        draw.line((90, 1330 + 40 * row, 700, 1330 + 40 * row), fill=(60, 60, 60), width=2)
    draw.rectangle((760, 1300, 1150, 1620), fill=(90, 110, 80))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=85)
    return out.getvalue()


def picture_pdf(mark: bytes | None) -> bytes:
    """An exhibit of pixels."""
    return documents.facsimile(photo(), "image/jpeg", {}, band=mark and Band("Exhibit C", mark, 2, 7))


def made(kind: str, mark: bytes | None) -> bytes:
    return text_pdf(mark) if kind == "text" else picture_pdf(mark)


def drawn(pdf: bytes, dpi: int = 300) -> Any:
    """The first page, by poppler."""
    done = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-f", "1", "-l", "1"], input=pdf, capture_output=True, check=True
    )
    return Image.open(io.BytesIO(done.stdout)).convert("L")


# -- prints ------------------------------------------------------------------------------------------------------


def by_cairo(pdf: bytes) -> bytes:
    return _by_files(["pdftocairo", "-pdf", "IN", "OUT"], pdf)


def by_ghostscript(pdf: bytes) -> bytes:
    return _by_files(["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-sOutputFile=OUT", "IN"], pdf)


def by_chromium(pdf: bytes) -> bytes:
    """Each page as a drawing in a web page, printed from there with the browser's own margins."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.pdf").write_bytes(pdf)
        subprocess.run(["pdftocairo", "-svg", "-f", "1", "-l", "1", folder / "in.pdf", folder / "1.svg"], check=True)
        page = folder / "page.html"
        page.write_text('<img src="1.svg" style="max-width:100%;max-height:9in">')
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
             f"--print-to-pdf={folder / 'out.pdf'}", page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
        return (folder / "out.pdf").read_bytes()


def as_pixels(pdf: bytes) -> bytes:
    """What programs make that print pictures: 150 dots an inch in a PDF."""
    out = io.BytesIO()
    drawn(pdf, 150).save(out, "PDF", resolution=150)
    return out.getvalue()


def _by_files(command: list[str], pdf: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        start, end = Path(name, "in.pdf"), Path(name, "out.pdf")
        start.write_bytes(pdf)
        filled = [
            part.replace("IN", str(start)) if part == "IN" else part.replace("OUT", str(end)) for part in command
        ]
        subprocess.run(filled, check=True, capture_output=True)
        return end.read_bytes()


def printers() -> list[Callable[[bytes], bytes]]:
    """Those whose programs are here."""
    known = (("pdftocairo", by_cairo), ("gs", by_ghostscript), ("chromium", by_chromium), ("pdftoppm", as_pixels))
    return [printer for program, printer in known if shutil.which(program)]


# -- looking -----------------------------------------------------------------------------------------------------


def readings(data: bytes, media_type: str, jailed: bool = True) -> Iterator[list[str]]:
    """The rows of a file's first page at each look. Without a jail in this very process, for many tries."""
    for look in tracing.LOOKS:
        if jailed:
            yield list(tracing.rows(data, media_type, [1], look)[1].get(1, ()))
        else:
            answer, _ = trace_main.work({"media_type": media_type, "pages": [1], "look": look}, [data])
            yield answer["pages"][0]["rows"]


def named(data: bytes, media_type: str, marks: Marks, jailed: bool = True) -> str | None:
    """The copy that a file's first page names."""
    for rows in readings(data, media_type, jailed):
        match = copymatch.match(rows, marks)
        if match is not None:
            return match.copy
    return None


def run_channel(name: str, kind: str, marks: Marks, pdfs: dict[str, bytes]) -> Counter[str]:
    """One way for all copies: how many were named right, wrong, not at all."""
    found: Counter[str] = Counter()
    machines = printers()
    for number, (copy, pdf) in enumerate(pdfs.items()):
        random = Random(f"{name} {kind} {copy}")
        if name == "printed":
            data, media_type = machines[number % len(machines)](pdf), "application/pdf"
        else:
            data, media_type = getattr(channels, name)(drawn(pdf), random), "image/jpeg"
        got = named(data, media_type, marks)
        found["right" if got == copy else "none" if got is None else "wrong"] += 1
    return found


# -- what must not be named --------------------------------------------------------------------------------------


def spoiled(page: Any, other: Any, random: Random) -> Any:
    """A page that was cut, painted over, or put together from two copies: rules of `page` and of `other`."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    for _ in range(random.randint(1, 60)):
        x, y = random.uniform(0, page.width), random.uniform(0, page.height)
        w, h = random.uniform(2, page.width / 6), random.uniform(2, page.height / 12)
        draw.rectangle((x, y, x + w, y + h), fill=random.choice((0, 255, 200)))
    size = page.size
    if random.random() < 0.6:
        cut = round(size[1] * random.uniform(0.2, 0.8))
        page.paste(other.resize(size).crop((0, cut, *size)), (0, cut))
    if random.random() < 0.4:
        cut = round(size[0] * random.uniform(0.2, 0.8))
        page.paste(other.resize(size).crop((cut, 0, *size)), (cut, 0))
    left, top = random.uniform(0, 0.5) * size[0], random.uniform(0, 0.5) * size[1]
    return page.crop((left, top, left + random.uniform(0.3, 1) * size[0], top + random.uniform(0.3, 1) * size[1]))


def anything(random: Random) -> Any:
    """A picture of no page: noise, bricks, bars, dashes of chance, tables."""
    page = Image.new("L", (750, 1000), random.randint(150, 255))
    draw = ImageDraw.Draw(page)
    kind = random.randrange(4)
    if kind == 0:
        page = Image.frombytes("L", (300, 400), random.randbytes(120_000)).resize(page.size, Image.Resampling.BICUBIC)
    for row in range(12 if kind else 0):
        y, x, pitch = 50 + 75 * row, 30.0, random.uniform(8, 20)
        while x < 720:
            if kind == 1:
                long = random.choice((0.33, 0.7)) * pitch  # rows just like ours, of no copy
            elif kind == 2:
                long = random.uniform(0.2, 0.8) * pitch
            else:
                long = 0.5 * pitch
            draw.rectangle((x, y, x + long, y + pitch / 6), fill=random.randint(0, 90))
            x += pitch
    return channels.noisy(page, random.uniform(0, 12), random).rotate(random.uniform(-8, 8), fillcolor=200)


def hostile(
    tries: Iterable[int], pdfs: dict[str, dict[str, bytes]], others: int = 6, dpi: int = 150
) -> Iterator[tuple[str, bytes, set[str]]]:
    """(what it is, a JPEG, the copies that may be named) for each number, with so many `others` of another vault."""
    strangers = {kind: [drawn(made(kind, mark), dpi) for mark in ledger(others, seed=2).values()] for kind in KINDS}
    bare = {kind: drawn(made(kind, None), dpi) for kind in KINDS}
    ours = {kind: {copy: drawn(pdf, dpi) for copy, pdf in list(pdfs[kind].items())[:6]} for kind in KINDS}
    for number in tries:
        random, kind = Random(f"try {number}"), KINDS[number % 2]
        if number % 10 < 3:
            page, what, allowed = random.choice(strangers[kind]), "copies of no ledger", set[str]()
        elif number % 10 < 4:
            page, what, allowed = bare[kind], "pages without a mark", set[str]()
        elif number % 10 < 7:
            copy, page = random.choice(sorted(ours[kind].items()))
            second = random.choice(sorted(ours[kind])) if random.random() < 0.5 else ""
            page = spoiled(page, ours[kind][second] if second else random.choice(strangers[kind]), random)
            what, allowed = "cut, painted over, put together", {copy, second} - {""}
        else:
            yield "no page at all", channels.jpeg(anything(random), 70), set()
            continue
        if what.startswith("cut") or number % 4:
            yield what, channels.scanned(page, random, random.choice((100, 110, 150)), 150), allowed
        else:
            yield what, channels.warped(page, random, random.choice(((1200, 1600), (1500, 2000)))), allowed


def run_hostile(
    tries: Iterable[int], marks: Marks, pdfs: dict[str, dict[str, bytes]], **how: int
) -> tuple[Counter[str], Counter[str]]:
    """(tries by kind, wrong ones by kind)."""
    trace_main.prepare({"media_type": "image/jpeg"})
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for what, data, allowed in hostile(tries, pdfs, **how):
        got = named(data, "image/jpeg", marks, jailed=False)
        total[what] += 1
        if got is not None and got not in allowed:
            wrong[what] += 1
        if allowed:
            total[RIGHT] += got in allowed
        if not (sum(total.values()) - total[RIGHT]) % 50:
            print("so far", dict(total), "wrong", dict(wrong), flush=True)
    return total, wrong


def chance(rounds: int, marks: Marks) -> int:
    """How often rows of coin flips name a copy."""
    random = Random(5)
    rows = [["".join(random.choice("01") for _ in range(size)) for size in (103, 66, 66)] for _ in range(rounds)]
    return sum(copymatch.match(one, marks) is not None for one in rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--tries", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first try")
    parser.add_argument("--only-tries", action="store_true")
    asked = parser.parse_args()
    marks = ledger(asked.copies)
    pdfs = {kind: {copy: made(kind, mark) for copy, mark in list(marks.items())[: 6 if asked.only_tries else None]}
            for kind in KINDS}  # fmt: skip
    for name in () if asked.only_tries else ("printed", "scanned", "warped"):
        for kind in KINDS:
            print(name, kind, dict(run_channel(name, kind, marks, pdfs[kind])), flush=True)
    total, wrong = run_hostile(range(asked.first, asked.first + asked.tries), marks, pdfs)
    print("tries", dict(total), "wrong", dict(wrong), flush=True)
    print("of 2,000 pages of coin flips named:", chance(2_000, marks))


if __name__ == "__main__":
    main()
