"""Every document of the test material, redacted as a user does it, and searched by programs of others.

`python -m bench.documents.leaks [--mode facsimile] [--only NAME]`: a line a file, exit 1 if anything is left. Needs
CASEVAULT_SHARED, and Debian's poppler-utils, mupdf-tools, libimage-exiftool-perl, tesseract-ocr-rus; what is missing
is named and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from bench.redaction import material

FORMS_OF = "Тимур Олегович Ковальчук"
ALIASES = ("Timur Kovalchuk", "T. Kovalchuk")
REFUSED = 14
PARTLY = 3
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866")
DPI = 150


def people(targets: list[str]) -> list[dict[str, object]]:
    """The people file that a case manager would write for these targets."""
    numbers = [one for one in targets if any(map(str.isdigit, one)) or "@" in one]
    return [{"id": "P1", "name": FORMS_OF, "role": "witness", "aliases": [*ALIASES], "identifiers": numbers}]


def redact(source: Path, out: Path, listed: Path, mode: str) -> tuple[int, str]:
    """(exit code, what was said) of the command."""
    command = [
        str(Path(sys.executable).with_name("casevault")), "redact", "file", str(source), "--people", str(listed),
        "--out", str(out), "--mode", mode, "--json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    return done.returncode, done.stderr


def outside(path: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """(program, what it sees) of a finished PDF."""
    data = path.read_bytes()
    yield "strings", "\n".join(data.decode(name, "ignore") for name in ENCODINGS)
    for program, *options in (
        ("pdftotext", str(path), "-"),
        ("mutool", "draw", "-q", "-F", "txt", str(path)),
        ("mutool", "show", str(path), "grep"),
        ("exiftool", "-a", "-u", "-g1", str(path)),
    ):
        if shutil.which(program):
            done = subprocess.run([program, *options], capture_output=True, timeout=300, check=False)
            yield program, done.stdout.decode("utf-8", "ignore")
    if shutil.which("mutool"):
        plain = folder / "plain.pdf"
        command = ["mutool", "clean", "-d", str(path), str(plain)]
        subprocess.run(command, capture_output=True, timeout=300, check=False)
        if plain.exists():
            yield "streams", "\n".join(plain.read_bytes().decode(name, "ignore") for name in ENCODINGS)
    if shutil.which("pdftoppm") and shutil.which("tesseract"):
        subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(path), str(folder / "page")], check=True, timeout=600)
        for page in sorted(folder.glob("page*.png")):
            done = subprocess.run(
                ["tesseract", str(page), "-", "-l", "rus+eng"], capture_output=True, timeout=600, check=False
            )
            yield "ocr", done.stdout.decode("utf-8", "ignore")


def folded(text: str) -> str:
    """Letters and digits alone, hyphens at line ends joined, as a name would be looked for."""
    joined = re.sub(r"[-\u00ad\u2010]\s*\n\s*", "", unicodedata.normalize("NFKC", text))
    return "".join(char for char in joined.casefold() if char.isalnum())


def left(path: Path, targets: list[str]) -> list[tuple[str, str]]:
    """(program, target) of everything that is still there."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for program, text in outside(path, Path(folder)):
            plain = folded(text)
            found += [(program, target) for target in dict.fromkeys(targets) if folded(target) in plain]
    return sorted(set(found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("reflow", "facsimile"), default="reflow")
    parser.add_argument("--only", default="", help="files whose name has this in it")
    given = parser.parse_args()
    missing = [one for one in ("pdftotext", "mutool", "exiftool", "pdftoppm", "tesseract") if not shutil.which(one)]
    if missing:
        print("not asked, as they are not installed:", ", ".join(missing))
    folder = material.shared() / "data/documents"
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    default = ["Ковальчук", "Kovalchuk"]
    rebuilt = refused = bad = 0
    for source in sorted(folder.iterdir()):
        if source.name in ("INDEX.tsv", "truth.json") or given.only not in source.name:
            continue
        targets = truth.get(source.name, {}).get("targets", default)
        with tempfile.TemporaryDirectory() as scratch:
            listed, out = Path(scratch, "people.json"), Path(scratch, "out.pdf")
            listed.write_text(json.dumps(people(targets), ensure_ascii=False), "utf-8")
            begin = time.perf_counter()
            code, said = redact(source, out, listed, given.mode)
            took = time.perf_counter() - begin
            if code == REFUSED:
                refused += 1
                why = json.loads(said.splitlines()[-1])["error"]["message"]
                print(f"refused  {took:6.1f} s  {source.name}: {why}", flush=True)
                continue
            made = sorted(out.iterdir()) if out.is_dir() else [out] if out.exists() else []
            found = [(path.name, *one) for path in made for one in left(path, targets)]
            good = code in (0, PARTLY) and made and not found
            rebuilt, bad = rebuilt + bool(good), bad + (not good)
            print(f"{'clean' if good else 'LEFT':8} {took:6.1f} s  {source.name}", *found, flush=True)
    print(f"{rebuilt} rebuilt and clean, {refused} refused, {bad} not clean")
    return 1 if bad else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    raise SystemExit(main())
