"""How long a bundle takes: a case of 40 exhibits and 300 pages, made anew, searched, sealed as a page.

.venv/bin/python bench/bundle.py [--pages 300] [--exhibits 40] [--keep DIR] [--ocr]

The documents are synthetic and go the real way: added, read, planned, accepted, sealed. Measured is `create` alone:
the time of the clock and of all processors, and the most memory of this process and of the jail's together. Reading
of pixels by OCR is left out unless asked for: it takes seconds a page and is measured in bench/documents.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from PIL import Image, ImageDraw, ImageFont

from vault.crypto import slots
from vault.model.document import Block, Page
from vault.redaction import verify
from vault.sandbox import documents
from vault.usecases import adding, bundling, cases, extracting, opening, people, recipients, redacting
from vault.usecases.bundle_order import Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault

FONT = Path(__file__).resolve().parents[1] / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"
PEOPLE = [
    NewPerson("Долматова Вера Олеговна", "applicant"),
    NewPerson("Гриценко Марат Игоревич", "witness", identifiers=("+7 900 555-01-23",)),
    NewPerson("Кобалашвили Нино Тамазовна", "relative"),
    NewPerson("Залужский Пётр Андреевич", "witness"),
]
SENTENCES = (
    "В тот день Марат Гриценко стоял у входа в здание и видел, как подъехали две машины без номеров.",
    "По словам Нино Кобалашвили, обыск начался около шести утра и продолжался до полудня.",
    "Заявительница, Вера Долматова, подала жалобу прокурору, но ответа не получила.",
    "Петру Залужскому позвонили с неизвестного номера и посоветовали уехать.",
    "Постановление было вручено под подпись, копия прилагается к настоящему заявлению.",
    "После задержания её доставили в отдел, где она провела девять часов без воды и еды.",
    "Свидетель записал разговор на телефон; запись хранится у адвоката.",
    "The hearing was adjourned twice; nobody told the family where the detainee was held.",
    "В медицинской справке указаны ушибы обеих рук и сотрясение, полученные накануне.",
    "Сосед подтвердил, что дверь выбили, а вещи вынесли в чёрных мешках.",
)
SENTENCES_A_PAGE = 42
SCANNED_SHARE = 0.25
SCAN_DPI = 200


@dataclass(frozen=True)
class Case40:
    """A vault with a reviewed case, and who gets it."""

    folder: Path
    case: str
    recipient: str


def page_text(chance: random.Random) -> list[Block]:
    """Four paragraphs that fill a sheet."""
    found = [chance.choice(SENTENCES) for _ in range(SENTENCES_A_PAGE)]
    return [Block("paragraph", " ".join(found[at : at + 6])) for at in range(0, SENTENCES_A_PAGE, 6)]


def scan(chance: random.Random, pages: int) -> bytes:
    """A PDF of grey pages at 200 dpi, as an office scanner makes it."""
    font = ImageFont.truetype(str(FONT), 30)
    made = []
    for _ in range(pages):
        page = Image.new("L", (1654, 2339), 250)
        draw = ImageDraw.Draw(page)
        for line in range(46):
            draw.text((150, 150 + line * 44), " ".join(chance.choice(SENTENCES).split()[:9]), 20, font)
        made.append(page)
    out = io.BytesIO()
    made[0].save(out, "PDF", resolution=SCAN_DPI, save_all=True, append_images=made[1:], quality=60)
    return out.getvalue()


def documents_of(exhibits: int, pages: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes): three quarters of the pages as text in PDF, a quarter as scans."""
    chance = random.Random(7)
    each = [pages // exhibits + (number < pages % exhibits) for number in range(exhibits)]
    scans = round(exhibits * SCANNED_SHARE)
    for number, count in enumerate(each):
        if number < scans:
            yield f"{number}.pdf", scan(chance, count)
        else:
            text = [Page(n + 1, "text", 595, 842, tuple(page_text(chance))) for n in range(count)]
            yield f"{number}.pdf", documents.typeset("", text)


def build(folder: Path, exhibits: int, pages: int) -> Case40:
    """Make the vault: add, read, plan, accept."""
    code = slots.RecoveryCode(bytes(range(32)))
    opening.create(folder / "vault", [code])
    with opening.open_vault(folder / "vault", code) as vault:
        case = cases.new(vault, "bench")
        people.add(vault, case.id, PEOPLE)
        files = [adding.NewFile(None, io.BytesIO(data), name) for name, data in documents_of(exhibits, pages)]
        for added in adding.Adder(vault, case.id, adding.Provenance(kind="document", language="ru")).add(files):
            if added.error is not None:
                raise added.error
        for _ in extracting.read(vault, extracting.pending(vault, case.id)):
            pass
        review(vault, case.id)
        return Case40(folder, case.id, recipients.add(vault, "lawyer", "Bench").id)


def review(vault: UnlockedVault, case: str) -> None:
    """Plan, look at everything, accept it; pages of pixels leave as they are."""
    redacting.make(vault, case)
    preview = vault.folder.parent / "preview.pdf"
    redacting.preview(vault, case, preview)
    preview.unlink()
    found = redacting.current(vault, case).plan.findings
    redacting.decide(vault, case, "rejected", [one.id for one in found if one.category == "picture"])
    redacting.decide(vault, case, "accepted", [], everything=True)


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """The clock, all processors' time and the most memory (MiB) of this process and its children together."""
    found: dict[str, float] = {"peak": 0.0}
    done = threading.Event()
    me = psutil.Process()

    def watch() -> None:
        while not done.wait(0.05):
            total = 0
            for one in (me, *me.children(recursive=True)):
                try:
                    total += one.memory_info().rss
                except psutil.Error:
                    continue
            found["peak"] = max(found["peak"], total / 2**20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    start, before = time.perf_counter(), os.times()
    try:
        yield found
    finally:
        after = os.times()
        found["clock"] = time.perf_counter() - start
        found["own"] = after.user + after.system - before.user - before.system
        found["jail"] = sum(after[2:4]) - sum(before[2:4])
        done.set()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--exhibits", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a folder in which the vault is kept for the next run")
    parser.add_argument("--ocr", action="store_true", help="read the pixels of finished files too")
    parser.add_argument("--form", choices=("html", "age"), default="html")
    wanted = parser.parse_args()
    if not wanted.ocr:
        verify.MAX_PICTURES = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = wanted.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "case").exists():
            made = Case40(folder, *(folder / "case").read_text().split())
        else:
            made = build(folder, wanted.exhibits, wanted.pages)
            (folder / "case").write_text(f"{made.case} {made.recipient}")
        with opening.open_vault(folder / "vault", slots.RecoveryCode(bytes(range(32)))) as vault:
            if redacting.current(vault, made.case).stale:
                review(vault, made.case)
            out = Path(scratch) / f"b.{wanted.form}"
            with watched() as figures:
                bundle = bundling.create(vault, made.case, Order(made.recipient, form=wanted.form), out)
        sheets = sum(one.exhibit.sheets for one in bundle.exhibits)
        print(
            f"{len(bundle.exhibits)} exhibits, {sheets} pages, {bundle.size / 2**20:.1f} MiB {bundle.form}: "
            f"{figures['clock']:.1f} s, processors {figures['own']:.1f} s here and {figures['jail']:.1f} s in the "
            f"jail, most memory {figures['peak']:.0f} MiB"
        )


if __name__ == "__main__":
    main()
