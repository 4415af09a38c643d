"""Start-up, search and growth: how long a command takes on a vault of 1,000 cases and 100,000 items.

.venv/bin/python bench/scale.py [--runs N] [startup] [search] [growth]
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

import timing
from ingest import casevault

from vault.crypto import kdf, recovery, slots
from vault.model.records import Evidence
from vault.store import search
from vault.store.catalogue import Catalogue, Put
from vault.usecases import adding, cases, opening
from vault.usecases.unlocked import Change, UnlockedVault, now


def open_new(folder: Path) -> UnlockedVault:
    code = slots.RecoveryCode(recovery.generate())
    opening.create(folder / "v", [code])
    (folder / "recovery").write_text(recovery.encode(code.secret) + "\n")
    return opening.open_vault(folder / "v", code)


def fill(vault: UnlockedVault, case_ids: list[str], items: int, words: list[str], weights: list[float]) -> None:
    """Rows and texts as `evidence add` and the reader make them, 500 a transaction; the stored files are left
    out, as no figure here reads one."""
    for start in range(0, items, 500):
        changes = []
        for number in range(start, min(start + 500, items)):
            case_id = case_ids[number % len(case_ids)]
            changes.append(_change(vault, case_id, " ".join(random.choices(words, weights, k=280))))
        vault.commit(changes)


def _change(vault: UnlockedVault, case_id: str, text: str) -> Change:
    digest = os.urandom(32)
    item = Evidence(
        vault.catalogue.fresh_id(Evidence), case_id, "post", f"Post {digest.hex()[:8]}", "post.txt", "text/plain",
        2048, digest, kdf.hmac_sha256(digest, digest), digest, os.urandom(16).hex(), os.urandom(32), 66_000, now(),
        "", "", "", "", "", "ru", None, "read", "",
    )  # fmt: skip

    def also(catalogue: Catalogue) -> None:
        search.index(catalogue, [search.SearchText(item.id, case_id, "text", text)])

    return Change("evidence.add", case_id, [Put(item)], object_id=item.id, also=also)


def vocabulary() -> tuple[list[str], list[float]]:
    """30,000 made-up words with the frequencies of a language (Zipf): 280 of them are about 2 KB."""
    random.seed(1)
    letters = "абвгдежзиклмнопрстуфхцчшщыэюя"
    words = ["".join(random.choices(letters, k=random.randint(3, 9))) for _ in range(30_000)]
    return words, [1 / (rank + 3) for rank in range(len(words))]


def startup(folder: Path, runs: int) -> None:
    with open_new(folder) as vault:
        for number in range(1000):
            cases.new(vault, f"Case number {number}")
    commands = {
        "casevault --help": [str(timing.CASEVAULT), "--help"],
        "casevault status": casevault(folder / "v", "status"),
        "casevault case list (1,000 cases)": casevault(folder / "v", "case", "list"),
    }
    timing.show(timing.in_turn(commands, runs))
    print("limits: 0.15, 0.2, 0.2 s")


def find(folder: Path, runs: int) -> None:
    words, weights = vocabulary()
    with open_new(folder) as vault:
        case_ids = [cases.new(vault, f"Case number {number}").id for number in range(1000)]
        fill(vault, case_ids, 100_000, words, weights)
    # A word that stands in half of the texts, one in about 100 of them.
    for name, word, limit in (
        ("rare", words[20_000], 50),
        ("common", words[25], 200),
        ("most common", words[0], 200),
    ):
        seconds, total = [], 0
        for _ in range(runs):
            code = slots.RecoveryCode.parse((folder / "recovery").read_text())
            with opening.open_vault(folder / "v", code) as vault:
                start = time.perf_counter()
                _, total = search.find(vault.catalogue, word)
                seconds.append(time.perf_counter() - start)
        print(f"{name} word, {total} texts: median {median(seconds) * 1000:.1f} ms, freshly opened (limit {limit})")


def growth(folder: Path, runs: int) -> None:
    """The same three commands at 1,000 and at 100,000 items."""
    words, weights = vocabulary()
    source = folder / "one.bin"
    source.write_bytes(os.urandom(50 * 1024))
    results: dict[int, dict[str, float]] = {}
    with open_new(folder) as vault:
        case_ids = [cases.new(vault, f"Case number {number}").id for number in range(1000)]
    for total, more in ((1000, 1000), (100_000, 99_000)):
        code = slots.RecoveryCode.parse((folder / "recovery").read_text())
        with opening.open_vault(folder / "v", code) as vault:
            # The listed case keeps its 100 items, so that the same work is timed.
            others = case_ids[1:] if total > 1000 else case_ids[:10]
            fill(vault, others, more, words, weights)
        commands = {
            "add": casevault(folder / "v", "evidence", "add", case_ids[500], str(source)),
            "list": casevault(folder / "v", "evidence", "list", case_ids[0]),
            "log": casevault(folder / "v", "case", "show", case_ids[0]),
        }
        series = timing.in_turn(commands, runs)
        print(f"at {total} items")
        timing.show(series)
        results[total] = {name: one.median for name, one in series.items()}
        results[total] |= _inside(folder, case_ids[500], source)
    for name, before in results[1000].items():
        print(f"{name}: {results[100_000][name] / before:.2f} times the cost at 1,000 items (at most 1.2)")


def _inside(folder: Path, case_id: str, source: Path) -> dict[str, float]:
    """The same without the start of a process, whose constant would hide growth."""
    code = slots.RecoveryCode.parse((folder / "recovery").read_text())
    with opening.open_vault(folder / "v", code) as vault:
        adds, logs = [], []
        for _ in range(40):
            start = time.perf_counter()
            list(adding.Adder(vault, case_id, adding.Provenance()).add([adding.NewFile(source)]))
            adds.append(time.perf_counter() - start)
            start = time.perf_counter()
            vault.note("vault.status")
            logs.append(time.perf_counter() - start)
    print(f"inside one process: add {median(adds) * 1000:.2f} ms, log {median(logs) * 1000:.2f} ms")
    return {"add (inside)": median(adds), "log (inside)": median(logs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["startup", "search", "growth", []], default=[])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--dir")
    given = parser.parse_args()
    for name in given.what or ["startup", "search", "growth"]:
        with tempfile.TemporaryDirectory(dir=given.dir) as folder:
            print(f"== {name}")
            {"startup": startup, "search": find, "growth": growth}[name](Path(folder), given.runs)
    subprocess.run(["sync"], check=False)


if __name__ == "__main__":
    main()
