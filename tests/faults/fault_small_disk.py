"""Runs commands on a disk that is nearly full: a small tmpfs, mounted in a namespace of this process's own.

    unshare [--map-root-user] --mount python fault_small_disk.py SCRATCH

Prints a line of JSON for each trial: {"name", "free_kib", "code", "kind"}. A trial that leaves anything but the old
or the new state ends the program with a traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import fault_lab
import fault_trials

from vault.usecases import ledger

DISK_KIB = 64 * 1024
# From nothing at all to enough for everything.
FREE_KIB = {
    "init": (0, 4, 64, 256, 700, 8192),
    "evidence add": (0, 8, 64, 300, 1024, 4096, 30_000),
    "evidence get": (0, 8, 48, 80, 2048),
    "bundle create": (0, 2048),
}
STICK = "bundle onto a stick"
STICK_KIB = (8, 2048)


def main() -> int:
    scratch = Path(sys.argv[1])
    template = fault_lab.build(scratch / "template")
    for name, scenario in fault_trials.SCENARIOS.items():
        for free in FREE_KIB[name]:
            print(
                json.dumps(_trial(scenario, template, scratch / f"{name.replace(' ', '-')}-{free}", free)), flush=True
            )
    for free in STICK_KIB:
        print(json.dumps(_stick(template, scratch / f"stick-{free}", free)), flush=True)
    return 0


def _stick(template: fault_lab.Lab, base: Path, free: int) -> dict[str, str | int | None]:
    """A bundle for a disk of its own: that of the vault has room, so the ledger could note what never came to be."""
    lab = fault_trials.SCENARIOS["bundle create"].start(template, base)
    stick = lab.room / "stick"
    stick.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={free}k,mode=700", "tmpfs", str(stick)], check=True)
    try:
        found = fault_lab.run(fault_trials.bundle_arguments(lab, stick / "b.age"))
        fault_lab.check_refusal(found)
        with lab.open() as vault:
            noted = [one.record.id for one in ledger.of_case(vault, lab.case)]
        names = [path.name for path in stick.iterdir()]
        assert (len(noted), names) == ((1, ["b.age"]) if found.code == 0 else (0, []))
    finally:
        subprocess.run(["umount", str(stick)], check=True)
    return {"name": STICK, "free_kib": free, "code": found.code, "kind": found.error.get("kind")}


def _trial(
    scenario: fault_trials.Scenario, template: fault_lab.Lab, base: Path, free: int
) -> dict[str, str | int | None]:
    lab = scenario.start(template, base)
    aside = base / "aside"
    lab.room.rename(aside)
    lab.room.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k,mode=700", "tmpfs", str(lab.room)], check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", str(lab.room)], check=True)
        filler = lab.room / "filler"
        _fill(filler, free)
        found = fault_lab.run(scenario.arguments(lab))
        fault_lab.check_refusal(found)
        filler.unlink()
        scenario.judge(lab, found)
    finally:
        subprocess.run(["umount", str(lab.room)], check=True)
    return {"name": scenario.name, "free_kib": free, "code": found.code, "kind": found.error.get("kind")}


def _fill(filler: Path, free: int) -> None:
    """Take all room but `free` KiB."""
    disk = os.statvfs(filler.parent)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - free * 1024)
    left = os.statvfs(filler.parent)
    assert abs(left.f_bavail * left.f_frsize - free * 1024) <= 4096 * 2


if __name__ == "__main__":
    sys.exit(main())
