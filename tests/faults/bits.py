"""Flips single bits in the files of a vault: each is noticed, what it hit is named, and all else is as it was.

    python tests/faults/bits.py [--random N] [--seed N]

takes every byte of vault.json (with a slot of each kind that needs no Argon2), every byte of the first page of both
databases (SQLCipher's salt and the header of SQLite stand there), and N random bytes elsewhere: the other pages, the
stored objects, and the write-ahead logs of a vault whose process was stopped. Prints each that was missed, then
`N passed, N failed`. About ten minutes for 10,000 on two cores.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import fault_keys
import fault_lab

from vault.errors import CasevaultError, Damaged, NewerFormat, Rollback
from vault.model.records import Evidence
from vault.store import header_file
from vault.usecases import cases, doctor
from vault.usecases.unlocked import UnlockedVault

PAGE = 4096
RANDOM = 10_000
SEED = 20261122
MACHINE = "cloud"
"""The doctor's first line about this computer: what comes from there on is not about the vault's files."""
CATALOGUE, LOG = "catalog.db", "audit.db"
SAID = {
    CATALOGUE: {"catalogue", "catalogue against log"},
    LOG: {"audit log", "catalogue against log", "older copies"},
}
WORDS = {CATALOGUE: ("catalog",), LOG: ("audit",), header_file.NAME: ("vault.json", "format")}


@dataclass(frozen=True)
class Flip:
    """One bit of a file, named from the vault's folder."""

    file: str
    at: int
    bit: int

    @property
    def kind(self) -> str:
        """The file's name; "objects" for any of those."""
        return "objects" if self.file.startswith("objects") else self.file


@dataclass(frozen=True)
class Labs:
    """A closed vault, and one whose write-ahead logs are still there, as after a power cut."""

    closed: fault_lab.Lab
    stopped: fault_lab.Lab

    def of(self, flip: Flip) -> fault_lab.Lab:
        return self.stopped if flip.file.endswith("-wal") else self.closed


def build(base: Path, lab: fault_lab.Lab | None = None) -> Labs:
    """Both of them, from a lab that is copied."""
    lab = lab or fault_lab.build(base / "template")
    closed = lab.copy(base / "closed")
    fault_keys.add_every_kind(closed)
    mine, stopped = closed.copy(base / "open"), replace(closed, base=base / "stopped")
    with mine.open() as vault:
        for number in range(3):
            cases.new(vault, f"Дело {number}")
        shutil.copytree(mine.base, stopped.base)
    # What this device remembers is noted when a vault is closed.
    shutil.copytree(mine.state, stopped.state, dirs_exist_ok=True)
    for name in (CATALOGUE, LOG):
        (stopped.vault / f"{name}-shm").unlink(missing_ok=True)
        assert (stopped.vault / f"{name}-wal").stat().st_size > PAGE
    return Labs(closed, stopped)


def every_byte(labs: Labs) -> Iterator[Flip]:
    """Of the header, and of the first page of each database."""
    for name in (header_file.NAME, CATALOGUE, LOG):
        size = (labs.closed.vault / name).stat().st_size
        for at in range(size if name == header_file.NAME else min(size, PAGE)):
            yield Flip(name, at, at % 8)


def elsewhere(labs: Labs, count: int, seed: int = SEED) -> Iterator[Flip]:
    """Random bits of all other bytes: as many in each kind of file."""
    draw = random.Random(seed)
    objects = sorted(str(path.relative_to(labs.closed.vault)) for path in labs.closed.vault.rglob("*.age"))
    kinds = [[CATALOGUE], [LOG], objects, [f"{CATALOGUE}-wal"], [f"{LOG}-wal"]]
    for number in range(count):
        name = draw.choice(kinds[number % len(kinds)])
        lab = labs.stopped if name.endswith("-wal") else labs.closed
        size = (lab.vault / name).stat().st_size
        yield Flip(name, draw.randrange(PAGE if name in (CATALOGUE, LOG) else 0, size), draw.randrange(8))


def missed(labs: Labs, base: Path, flip: Flip) -> str:
    """What is wrong about how a flipped bit was met; empty if nothing is."""
    mine = labs.of(flip).copy(base)
    try:
        path = mine.vault / flip.file
        data = bytearray(path.read_bytes())
        data[flip.at] ^= 1 << flip.bit
        path.write_bytes(data)
        return _judged(mine, flip)
    finally:
        shutil.rmtree(base)


def _judged(mine: fault_lab.Lab, flip: Flip) -> str:
    try:
        vault = mine.open()
    except Rollback:
        return "" if flip.file.endswith("-wal") else "taken for an older copy"
    except (Damaged, NewerFormat) as error:
        words = WORDS.get(flip.file.removesuffix("-wal"), ())
        return "" if any(word in error.message for word in words) else f"not named: {error.message}"
    except CasevaultError as error:
        return f"taken for something else: {error.kind}"
    with vault:
        named, wrong = _named(vault), _wrong(vault, mine)
    if wrong:
        return f"a wrong answer: {wrong}"
    if flip.kind == "objects":
        return _object(mine, flip, named)
    if not named & SAID.get(flip.file.removesuffix("-wal"), set()):
        return f"not noticed; named: {sorted(named)}"
    return ""


def _named(vault: UnlockedVault) -> set[str]:
    named = set()
    for finding in doctor.examine(vault, read_data=True):
        if finding.subject == MACHINE:
            break
        if finding.level == "damaged":
            named.add(finding.subject)
    return named


def _wrong(vault: UnlockedVault, mine: fault_lab.Lab) -> list[str]:
    """The items that came out otherwise than they went in. What is refused is not wrong."""
    wrong = []
    try:
        for item in list(vault.catalogue.all(Evidence)):
            try:
                if fault_lab.content_hash(vault, item) != mine.earlier[item.id]:
                    wrong.append(item.id)
            except CasevaultError:
                continue
    except CasevaultError:
        pass
    return wrong


def _object(mine: fault_lab.Lab, flip: Flip, named: set[str]) -> str:
    """Only its item is named, and every other one can be read."""
    with mine.open() as vault:
        found = {item.id: str(vault.objects.path(item.object).relative_to(mine.vault))
                 for item in vault.catalogue.all(Evidence)}  # fmt: skip
        (hit,) = [item for item, file in found.items() if file == flip.file]
        if named != {hit}:
            return f"named {sorted(named)}, not {hit} alone"
        for item in vault.catalogue.all(Evidence):
            if item.id != hit and fault_lab.content_hash(vault, item) != mine.earlier[item.id]:
                return f"{item.id} can't be read any more"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=RANDOM, metavar="N", help="so many random bytes elsewhere")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        labs = build(Path(folder))
        failed = _all(labs, Path(folder), [*every_byte(labs), *elsewhere(labs, options.random, options.seed)])
    return 1 if failed else 0


def _all(labs: Labs, folder: Path, flips: Iterable[Flip]) -> int:
    good: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for flip, problem in pool.map(partial(_one, labs, folder), flips, chunksize=16):
            (bad if problem else good)[flip.kind] += 1
            if problem:
                print(f"FAILED {flip}: {problem}", flush=True)
    for kind in sorted({*good, *bad}):
        print(f"{kind}: {good[kind]} noticed, {bad[kind]} missed")
    print(f"{good.total()} passed, {bad.total()} failed")
    return bad.total()


def _one(labs: Labs, folder: Path, flip: Flip) -> tuple[Flip, str]:
    try:
        return flip, missed(labs, folder / f"{os.getpid()}", flip)
    except Exception as error:
        return flip, f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
