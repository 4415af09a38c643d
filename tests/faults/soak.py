"""Several processes on one vault for a minute add, read, change and back up. Nothing is lost, wrong or stuck.

    python tests/faults/soak.py [--processes N] [--seconds N]

Each process runs commands of the real program, one after the other. Afterwards all that a command said it had done is
there, once, and byte for byte; what was refused was refused as busy; each backup is whole; the log is one chain.
Prints how many commands of each kind ran, then `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import fault_lab

from vault.usecases import backup_check, items

LARGEST = 2_000_000
BUSY = "busy"


@dataclass
class Did:
    """What one process did: ids and hashes of what it added, notes that it set, how many commands of each kind."""

    added: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ran: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def work(lab: fault_lab.Lab, who: int, until: float) -> Did:
    """One process: commands in a random order until the time is over."""
    lab.here()
    did, draw = Did(), random.Random(who)
    folder = lab.base / f"process-{who}"
    folder.mkdir()
    kinds = [_add, _add, _read, _list, _note, _backup]
    while time.time() < until:
        kind = draw.choice(kinds)
        kind(lab, folder, draw, did)
    return did


def _run(lab: fault_lab.Lab, did: Did, *words: str) -> dict[str, object] | None:
    """The answer; None if another process was at work."""
    found = fault_lab.run(lab.arguments(*words))
    did.ran[" ".join(words[:2])] += 1
    if found.code == 0:
        return found.answer
    if found.error.get("kind") == BUSY:
        did.ran["busy"] += 1
    else:
        did.wrong.append(f"{words[:2]}: {found.stderr[-300:]}")
    return None


def _add(lab: fault_lab.Lab, folder: Path, draw: random.Random, did: Did) -> None:
    path = folder / f"{draw.getrandbits(64):x}.bin"
    path.write_bytes(draw.randbytes(draw.choice((1, 700, 70_000, LARGEST))))
    answer = _run(lab, did, "evidence", "add", lab.case, str(path))
    if answer is not None:
        (item,) = answer["evidence"]  # type: ignore[misc]
        did.added[item["id"]] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()


def _read(lab: fault_lab.Lab, folder: Path, draw: random.Random, did: Did) -> None:
    wanted = {**lab.earlier, **did.added}
    item = draw.choice(sorted(wanted))
    out = folder / "read"
    got = _run(lab, did, "evidence", "get", item, "--out", str(out))
    if got is not None and hashlib.sha256(out.read_bytes()).hexdigest() != wanted[item]:
        did.wrong.append(f"{item} came out otherwise than it went in")
    out.unlink(missing_ok=True)


def _list(lab: fault_lab.Lab, folder: Path, draw: random.Random, did: Did) -> None:
    del folder, draw
    answer = _run(lab, did, "evidence", "list", lab.case)
    if answer is not None:
        there = {item["id"] for item in answer["evidence"]}  # type: ignore[attr-defined]
        if not {*lab.earlier, *did.added} <= there:
            did.wrong.append("a list without what had been added")


def _note(lab: fault_lab.Lab, folder: Path, draw: random.Random, did: Did) -> None:
    note = f"Заметка {draw.getrandbits(64):x}"
    (folder / "note.json").write_text(json.dumps({"note": note}))
    if _run(lab, did, "evidence", "set", lab.binary, "--from", str(folder / "note.json")) is not None:
        did.notes.append(note)


def _backup(lab: fault_lab.Lab, folder: Path, draw: random.Random, did: Did) -> None:
    del draw
    _run(lab, did, "backup", "create", str(folder / "backups"))


def soak(lab: fault_lab.Lab, processes: int, seconds: float) -> tuple[Counter[str], list[str]]:
    """Run them, and judge: how many commands of each kind ran, and what was wrong."""
    assert fault_lab.run(lab.arguments("status")).code == 0  # so that all runs are forks of one process
    until = time.time() + seconds
    with ProcessPoolExecutor(processes) as pool:
        done = [one.result() for one in [pool.submit(work, lab, who, until) for who in range(processes)]]
    ran, wrong = Counter[str](), [text for one in done for text in one.wrong]
    for one in done:
        ran += one.ran
    added = {item: sha256 for one in done for item, sha256 in one.added.items()}
    if len(added) != sum(len(one.added) for one in done):
        wrong.append("an id was given twice")
    there = {item.id: item.sha256.hex() for item in fault_lab.check_vault(lab)}
    if there != added:
        wrong.append(f"{len(added.keys() - there.keys())} lost, {len(there.keys() - added.keys())} too many")
    with lab.open() as vault:
        notes = [note for one in done for note in one.notes]
        if notes and items.show(vault, lab.binary).note not in notes:
            wrong.append("a note that nobody set")
        for place in sorted(lab.base.glob("process-*/backups")):
            wrong += [
                f"{place.parent.name}: {one.message}" for one in backup_check.verify(place, vault=vault).problems
            ]
    return ran, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=8, metavar="N")
    parser.add_argument("--seconds", type=float, default=60, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ran, wrong = soak(fault_lab.build(Path(folder) / "lab"), options.processes, options.seconds)
    for kind, count in sorted(ran.items()):
        print(f"{kind}: {count}")
    for text in wrong:
        print(f"FAILED {text}")
    print(f"{ran.total() - ran['busy'] - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
