"""How long commands take from their start to their end while an agent keeps a vault of 1,000 cases open.

.venv/bin/python -m compileall -q vault commands
.venv/bin/python bench/agent.py [--cases N] [--runs N]

Each command is a process of its own, started cold, in turn with the others and with a Python that does nothing. The
last column is processor time, which a busy machine distorts less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from timing import CASEVAULT

from vault.crypto import slots
from vault.model.records import Case
from vault.store.catalogue import Put
from vault.usecases import agent_begin, agent_lock, cases, opening
from vault.usecases.unlocked import Change, UnlockedVault

CODE = slots.RecoveryCode(bytes(range(32)))
REACH_SECONDS = 0.2
TOGETHER = 100


def fill(vault: UnlockedVault, count: int) -> str:
    """Make so many cases; the id of the first."""
    first = cases.new(vault, "Дело 0").id
    for start in range(1, count, TOGETHER):
        changes = []
        for number in range(start, min(start + TOGETHER, count)):
            case_id = vault.catalogue.fresh_id(Case)
            wrapped = vault.keeper.wrap(case_id, os.urandom(32))
            case = Case(
                id=case_id, case_id=case_id, title=f"Дело {number}", status="open", note="",
                created="2026-01-01T00:00:00Z", wrapped_key=wrapped,
            )  # fmt: skip
            changes.append(Change("case.new", case_id, [Put(case)]))
        vault.commit(changes)
    return first


def once(command: Sequence[str], given: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(list(command), input=given.encode(), capture_output=True, env=environment)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr.decode()
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cv-", dir="/tmp"))
    os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_STATE_HOME"] = str(folder)
    vault_folder = folder / "vault"
    try:
        opening.create(vault_folder, [CODE])
        with opening.open_vault(vault_folder, CODE) as vault:
            first = fill(vault, options.cases)
        agent_begin.begin(vault_folder, opening.unlock(vault_folder, CODE), seconds=3600, idle=3600)
        environment = {**os.environ, "CASEVAULT_PATH": str(vault_folder)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        program = str(CASEVAULT)
        commands = {
            "python -c pass": ([str(CASEVAULT.parent / "python"), "-c", "pass"], ""),
            "casevault --version": ([program, "--version"], ""),
            "casevault case list": ([program, "case", "list"], ""),
            "casevault case show": ([program, "case", "show", first], ""),
            "casevault evidence list": ([program, "evidence", "list", first], ""),
            "casevault search": ([program, "search", "--from", "-"], json.dumps({"query": "дело"})),
            "casevault status": ([program, "status"], ""),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for turn in range(options.runs + 1):
            for name, (command, given) in commands.items():
                found = once(command, given, environment)
                if turn:  # the first one warms up
                    taken[name].append(found)
        print(f"{'command':26} {'median':>8} {'least':>8} {'processor':>10}   reach: {REACH_SECONDS} s")
        for name, found in taken.items():
            clock, processor = [one for one, _ in found], [one for _, one in found]
            print(f"{name:26} {median(clock):8.3f} {min(clock):8.3f} {median(processor):10.3f}")
    finally:
        agent_lock.lock_every()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
