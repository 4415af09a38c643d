"""Starts attacks.py behind the walls, as a worker is started."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any

from vault.sandbox import Answer, Limits
from vault.sandbox.transport import MIB, exchange

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIMITS = Limits(memory_bytes=512 * MIB, cpu_seconds=5, wall_seconds=20.0, output_bytes=4 * MIB, input_bytes=8 * MIB)
START = "import sys; sys.path[:0] = sys.argv[1:3]; import attacks; attacks.main()"


def attack(
    job: str,
    request: dict[str, object] | None = None,
    blobs: tuple[Any, ...] = (),
    limits: Limits = LIMITS,
    *flags: str,
    weak: bool = False,
) -> Answer:
    """What the job of attacks.py answers. Raises Refused."""
    command = [sys.executable, "-I", "-B", "-c", START, str(ROOT), str(HERE), *flags]
    return exchange(command, job, request or {}, blobs, limits, weak)


HEADER = b'{"status":"done","answer":{}}'


def good_frame(
    header: bytes = HEADER, tail: bytes = b"\0\0\0\0", magic: bytes = b"CVA1", length: int | None = None
) -> bytes:
    """An answer in its one exact form, or with one thing of it wrong."""
    return magic + struct.pack(">I", len(header) if length is None else length) + header + tail
