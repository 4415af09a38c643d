"""Changing what opens a vault takes as long in a large vault as in an empty one.

    python bench/keys.py [--items N] [--gib N] [--runs N]

The large vault has N items, whose rows and log entries are real; their stored files are as long as the rows say,
N GiB in all, but sparse, as nothing of these commands may read them. Both vaults open with a recovery code. Whole
processes from start to exit; `key change` holds Argon2id, which takes its time on purpose.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vault.crypto import recovery, slots
from vault.model.ids import new_id
from vault.usecases import adding, cases, key_slots, opening
from vault.usecases.unlocked import Change, Put, UnlockedVault

BATCH = 250
PASSPHRASES = ("seven older words that nobody knows yet", "seven newer words that nobody knows yet")


def build(base: Path, count: int, size: int) -> None:
    """A vault with a passphrase slot and so many items of `size` bytes each."""
    code = slots.RecoveryCode(recovery.generate())
    base.mkdir()
    (base / "code").write_text(recovery.encode(code.secret) + "\n")
    for name, text in zip(("old", "new"), PASSPHRASES, strict=True):
        (base / name).write_text(text + "\n")
    opening.create(base / "vault", [code])
    found = opening.unlock(base / "vault", code)
    with opening.opened(base / "vault", found) as vault:
        slot = slots.make(slots.Passphrase(PASSPHRASES[0]), found.root)
        (base / "slot").write_text(key_slots.add(vault, found.root, slot, "").id)
        case = cases.new(vault, "Большое дело").id
        if count:
            _fill(vault, case, count, size)


def _fill(vault: UnlockedVault, case: str, count: int, size: int) -> None:
    (first,) = adding.Adder(vault, case, adding.Provenance()).add([adding.NewFile(None, io.BytesIO(b"one"), "one")])
    assert first.evidence is not None
    made = 1
    while made < count:
        rows = []
        for _ in range(min(BATCH, count - made)):
            name = os.urandom(16).hex()
            rows.append(replace(first.evidence, id=new_id("E"), object=name, stored_size=size))
            path = vault.objects.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.truncate(size)
        vault.commit([Change("evidence.add", case, puts=[Put(row) for row in rows])])
        made += len(rows)


def timed(base: Path, *words: str) -> tuple[float, float]:
    """Seconds of the clock and of the processor of one command."""
    command = [sys.executable, "-m", "commands.main", "--vault", str(base / "vault"), "--no-input", "--json",
               "--recovery-file", str(base / "code"), *words]  # fmt: skip
    before, start = _spent(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    taken = time.perf_counter() - start, _spent() - before
    assert done.returncode == 0, done.stderr
    return taken


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000, metavar="N")
    parser.add_argument("--gib", type=int, default=100, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vaults = {"empty": (Path(folder) / "empty", 0), "large": (Path(folder) / "large", options.items)}
        for base, count in vaults.values():
            build(base, count, (options.gib << 30) // max(1, options.items))
        for command in ("key add", "key change"):
            times: dict[str, list[tuple[float, float]]] = {name: [] for name in vaults}
            for run in range(options.runs):
                for name, (base, _) in vaults.items():
                    if command == "key add":
                        words = ["key", "add", "recovery", "--recovery-out", str(base / f"code-{run}")]
                    else:
                        slot = (base / "slot").read_text()
                        words = ["key", "change", slot, "--new-passphrase-file", str(base / ("new", "old")[run % 2])]
                    times[name].append(timed(base, *words))
                    if command == "key change":
                        _follow(base)
            clock, spent = ({name: statistics.median(one[at] for one in all_) for name, all_ in times.items()}
                            for at in (0, 1))  # fmt: skip
            ratio = spent["large"] / spent["empty"]
            print(
                f"{command}: {clock['large']:.2f} s against {clock['empty']:.2f} s, of the processor "
                f"{spent['large']:.2f} s against {spent['empty']:.2f} s, ratio {ratio:.2f}",
                flush=True,
            )
    return 0


def _follow(base: Path) -> None:
    """A changed slot may have another id."""
    found = opening.unlock(base / "vault", slots.RecoveryCode.parse((base / "code").read_text().strip()))
    with opening.opened(base / "vault", found) as vault:
        (slot,) = [one.id for one in key_slots.listing(vault, ask=False) if one.kind == "passphrase"]
    (base / "slot").write_text(slot)


if __name__ == "__main__":
    sys.exit(main())
