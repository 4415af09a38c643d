"""What this machine does not protect: an open disk, plain swap, hibernation, core dumps."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Warning:
    """Something outside the vault that could keep plain text or keys."""

    subject: str
    message: str
    hint: str


def warnings() -> Iterator[Warning]:
    """What could be found out without asking for more rights."""
    if sys.platform == "linux":
        yield from _disk()
        yield from _swap()
        return
    name = "BitLocker" if sys.platform == "win32" else "FileVault"
    yield Warning(
        "disk encryption",
        f"was not checked on this system ({name} would provide it)",
        f"Make sure that {name} is on: swap and the files that you get out lie on that disk.",
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


def _disk() -> Iterator[Warning]:
    if _encrypted_mapping():
        return
    yield Warning(
        "disk encryption",
        "no encrypted disk was found",
        "The vault itself is encrypted; what you get out of it is not. Turn on the system's disk encryption.",
    )


def _encrypted_mapping() -> bool:
    return any(path.read_text().startswith("CRYPT-") for path in Path("/sys/block").glob("dm-*/dm/uuid"))


def _swap() -> Iterator[Warning]:
    lines = _read("/proc/swaps").splitlines()[1:]
    plain = [line for line in lines if not line.startswith(("/dev/zram", "/dev/dm-"))]
    if plain:
        yield Warning(
            "swap",
            "memory may be written to a swap area that is not encrypted",
            "Encrypt the swap, or turn it off with 'swapoff -a'.",
        )
    if "disk" in _read("/sys/power/state").split() and _read("/sys/power/resume").strip() not in ("", "0:0"):
        yield Warning("hibernation", "this computer can write its whole memory to disk", "Turn hibernation off.")
