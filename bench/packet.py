"""How long a packet of 300 pages in 40 exhibits takes, and how much memory: its pages are made before the clock runs.

`python -m bench.packet [FILE.pdf]` prints the figures and keeps the first part.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from vault.bundle import court_rules
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile
from vault.model.document import Block, Page
from vault.redaction import verify
from vault.sandbox import packet
from vault.sandbox.documents import Band, facsimile, typeset
from vault.usecases import packet_layout
from vault.usecases.bundle_making import Made, MadeExhibit
from vault.usecases.packet_layout import Layout

EXHIBITS, PAGES = 40, 300
EXPECTED = ("structure:outline", "structure:invisible-text")
STORY = "Свидетель показала, что пятого марта находилась на площади и видела задержание. "


def _exhibit(label: str, number: int) -> bytes:
    band = Band(f"Exhibit {label}", bytes(8))
    if number % 5 == 4:
        picture = Image.effect_noise((1240, 1754 if number % 2 else 800), 90).convert("RGB")
        ImageDraw.Draw(picture).rectangle((100, 100, 900, 400), fill="black")
        out = io.BytesIO()
        picture.save(out, "JPEG")
        return facsimile(out.getvalue(), "image/jpeg", {}, band=band)
    sheets = (PAGES - EXHIBITS // 5) // (EXHIBITS - EXHIBITS // 5)
    pages = [Page(n + 1, "text", 595, 842, (Block("paragraph", STORY * 44),)) for n in range(sheets)]
    return typeset(f"Exhibit {label}", pages, band=band)


def _made() -> Made:
    found, files = [], []
    for number, label in enumerate(manifests.labels(EXHIBITS)):
        data = _exhibit(label, number)
        name = f"exhibits/{label}.pdf"
        listed = ExhibitFile(name, "0" * 64, len(data), "")
        title = f"Показания свидетеля № {number + 1} о задержании на площади"
        exhibit = Exhibit(label, title, "document", "2023-03-05", "ru", (listed,), {}, "0" * 64, None, None, 1)
        found.append(MadeExhibit(exhibit, f"E-{number:09d}"))
        files.append((name, data))
    return Made(tuple(found), tuple(files))


def _spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def figures() -> Iterator[tuple[str, str]]:
    """What is printed: what was measured, and how much of it."""
    rules = court_rules.load("us-immigration-court")
    layout = Layout(rules, rules.paper, rules.lines(), rules.part_bytes, accept_weak_jail=False)
    made = _made()
    clock, spent = time.perf_counter(), _spent()
    plan = packet_layout.planned(packet_layout.sources(made, layout), layout, layout.limit)
    parts = [packet.make(part) for part in plan.parts]
    yield "seconds to lay out and make all parts", f"{time.perf_counter() - clock:.1f}"
    yield "seconds of processor time", f"{_spent() - spent:.1f}"
    clock, spent = time.perf_counter(), _spent()
    for data in parts:
        seen = verify.examine(data, "application/pdf", [], expected=EXPECTED, pixels=False)
        assert not seen.leaks
    yield "seconds to search them once more", f"{time.perf_counter() - clock:.1f}"
    yield "seconds of processor time for that", f"{_spent() - spent:.1f}"
    yield "pages", str(sum(plan.pages))
    yield "parts", ", ".join(f"{len(data) / 1e6:.1f} MB" for data in parts)
    yield (
        "largest memory of a process in the jail",
        f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MiB",
    )
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_bytes(parts[0])


if __name__ == "__main__":
    for what, value in figures():
        print(f"{what:45} {value}")
