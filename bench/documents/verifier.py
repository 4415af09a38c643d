"""Figures of the independent leak check: what it finds in seeded files, what it flags in clean ones, and its speed.

    python -m bench.documents.verifier [--no-pixels]

The material is found by the environment variable CASEVAULT_SHARED (default ../shared beside the checkout).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time
from pathlib import Path

from vault.errors import Refused
from vault.model.document import Block, Page
from vault.redaction import verify
from vault.redaction.verify import Protected
from vault.sandbox import documents

SEEDED = Protected("t", ("Тимур Ковальчук", "Kovalchuk"), ("+7 912 555-01-42", "t.kovalchuk@example.org"))
COVERED = {"x-ray__bad_cross_hatched_redactions.pdf", "x-ray__rectangles_yes.pdf"}
ENDINGS = re.compile(r"[аеийоуыьэюя]+$")


def material() -> Path:
    """The folder of documents."""
    base = os.environ.get("CASEVAULT_SHARED", str(Path(__file__).resolve().parents[3] / "shared"))
    return Path(base) / "data"


def files(folder: Path, pixels: bool) -> None:
    """One line a file: whom and what the check found there, and in how many seconds."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    good = 0
    for path in sorted(folder.iterdir()):
        if path.name in ("INDEX.tsv", "truth.json"):
            continue
        started = time.monotonic()
        try:
            seen = verify.examine(path.read_bytes(), "", [SEEDED], expected=verify.ORDINARY, pixels=pixels)
        except Refused as refused:
            print(f"{path.name:<52} refused: {refused.kind}")
            continue
        named = sorted({leak.channel for leak in verify.names_found(seen.leaks)})
        held = sorted({leak.channel.removeprefix(verify.STRUCTURE) for leak in seen.leaks} - set(named))
        good += bool(named) and path.name in truth
        took = time.monotonic() - started
        print(f"{path.name:<52} {took:6.1f} s  {seen.read}/{seen.pictures} pictures read", flush=True)
        print(
            f"    names in {len(named)} channels: {', '.join(named) or '-'}\n    structure: {', '.join(held) or '-'}"
        )
        if path.name.startswith("x-ray") and ("covered-text" in held) != (path.name in COVERED):
            print("    WRONG: covered text")
    print(f"files with a seeded name, named by the check: {good} of {len(truth)}")


def clean(folder: Path, count: int, seed: int) -> None:
    """Hits in documents that were set anew, of people whose names stand nowhere in them."""
    drawn = random.Random(seed)
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    names = sorted(
        {
            m.group()
            for text in texts
            for m in re.finditer(r"[А-Я][а-я]{3,12} [А-Я][а-я]{5,14}(?:ов|ин|ский|ко)\b", text)
        }
    )
    hits = asked = pages = 0
    started = time.monotonic()
    for text in drawn.sample(texts, min(count, len(texts))):
        low = text.casefold()
        absent = [n for n in names if not any(ENDINGS.sub("", part)[:5] in low for part in n.casefold().split())]
        people = [Protected(f"p{i}", (name,)) for i, name in enumerate(drawn.sample(absent, min(5, len(absent))))]
        blocks = tuple(Block("paragraph", one) for one in text.splitlines() if one.strip())
        made = documents.typeset("", [Page(1, "text", 595, 842, blocks)])
        leaks = verify.check_file(made, "application/pdf", people)
        hits, asked, pages = hits + len(leaks), asked + len(people), pages + 1
        for leak in leaks:
            print("    alarm:", leak.channel, next((p.names for p in people if p.id == leak.form), ""))
    took = time.monotonic() - started
    print(f"false alarms in {pages} documents set anew, {asked} absent people: {hits}  ({took:.0f} s)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-pixels", action="store_true", help="leave pictures unread")
    parser.add_argument("--clean", type=int, default=60, help="how many clean documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("files", "clean"))
    given = parser.parse_args()
    if given.only != "clean":
        files(material() / "documents", not given.no_pixels)
    if given.only != "files":
        clean(material() / "factrueval" / "devset", given.clean, given.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
