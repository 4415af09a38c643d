"""Runs commands that show something on a disk where the log can't be written: full, and read-only.

    unshare [--map-root-user] --mount python fault_log_disk.py SCRATCH

Prints a line of JSON for each command and disk: {"name", "disk", "code", "kind", "out", "err"}.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import fault_lab
import fault_small_disk


def commands(lab: fault_lab.Lab) -> dict[str, list[str]]:
    """Whatever shows something of a case, each logged before it does."""
    words = {
        "case show": ["case", "show", lab.case],
        "evidence list": ["evidence", "list", lab.case],
        "evidence show": ["evidence", "show", lab.readable],
        "evidence get": ["evidence", "get", lab.readable, "--out", str(lab.base / "got.txt")],
        "person list": ["person", "list", lab.case],
        "redact show": ["redact", "show", lab.case],
        "redact preview": ["redact", "preview", lab.case, "--out", str(lab.base / "preview.pdf")],
        "search": ["search", "--from", str(lab.base / "query.json")],
        "disclosures": ["disclosures"],
        "recipient list": ["recipient", "list"],
        "case list": ["case", "list"],
        "audit show": ["audit", "show"],
        "audit extract": ["audit", "extract", lab.case, "--out", str(lab.base / "extract.json")],
        "audit proof": ["audit", "proof", "2", "--out", str(lab.base / "entry.tlog-proof")],
    }
    return {name: lab.arguments(*line) for name, line in words.items()}


def prepare(lab: fault_lab.Lab) -> None:
    """What the commands read beside the vault."""
    (lab.base / "query.json").write_text(json.dumps({"query": fault_lab.WITNESS.split()[0]}), "utf-8")


def trial(name: str, disk: str, line: list[str], written: Path) -> dict[str, object]:
    """Run one command and see what it showed."""
    found = fault_lab.run(line)
    left = sorted(path.name for path in written.iterdir() if path.suffix in (".txt", ".pdf", ".tlog-proof", ".part"))
    return {"name": name, "disk": disk, "code": found.code, "kind": found.error.get("kind"),
            "out": json.dumps(found.answer, ensure_ascii=False) if found.answer else "", "err": found.stderr,
            "left": left}  # fmt: skip


SOME = ("evidence show", "case show", "audit show")
FREE_KIB = (0, 36, 68, 72, 80)
"""Room for nothing; for what the catalogue needs to be opened; for what the log needs; for a page of it, and some."""


def _try_all(lab: fault_lab.Lab, disk: str, only: Sequence[str] = ()) -> None:
    for name, line in commands(lab).items():
        if only and name not in only:
            continue
        print(json.dumps(trial(name, disk, line, lab.base)), flush=True)


def main() -> int:
    lab = fault_lab.build(Path(sys.argv[1]) / "lab")
    prepare(lab)
    aside = lab.base / "aside"
    lab.room.rename(aside)
    lab.room.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={fault_small_disk.DISK_KIB}k,mode=700", "tmpfs", str(lab.room)]
    subprocess.run(mount, check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", str(lab.room)], check=True)
        for free in FREE_KIB:
            fault_small_disk._fill(lab.room / "filler", free)
            _try_all(lab, f"full but for {free} KiB", SOME if free else ())
            (lab.room / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(lab.room)], check=True)
        _try_all(lab, "read-only")
    finally:
        subprocess.run(["umount", str(lab.room)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
