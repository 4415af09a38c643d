"""What one guess at a passphrase costs: memory, times how long it is held. Ours beside the defaults of others.

    python bench/attack_cost.py

The parameters are those that each program writes when nobody says otherwise; the sources stand beside them. Two of
them are not fixed, but measured by the program when a key is made: what restic chooses here is read from a repository
that it makes here, and for KeePassXC the passes are found as it finds them. Time is of the processor, on this
machine, with one implementation of each function for all (OpenSSL): whoever guesses has a fast one. `filled` is what
the function writes into that memory altogether, which depends on no machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vault.crypto.kdf import Argon2Parameters

MIB = 1 << 20
TRIES = 3
SALT, PASSWORD = bytes(16), b"a passphrase to be guessed at"


@dataclass(frozen=True)
class Scheme:
    """One program's default. `memory` and `filled` in bytes; `ours` must cost more than each with `beaten`."""

    program: str
    function: str
    memory: int
    filled: int
    derive: Callable[[], object]
    source: str
    beaten: bool = True

    def seconds(self) -> float:
        """Processor seconds of one guess: the median of some."""
        times = []
        for _ in range(TRIES):
            start = time.process_time()
            self.derive()
            times.append(time.process_time() - start)
        return statistics.median(times)


def argon2(program: str, memory_kib: int, passes: int, lanes: int, source: str, *, beaten: bool = True) -> Scheme:
    """Argon2id (RFC 9106)."""

    def derive() -> object:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        return Argon2id(
            salt=SALT, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib
        ).derive(PASSWORD)  # fmt: skip

    words = f"Argon2id, {memory_kib >> 10} MiB, {passes} passes, {lanes} lane{'s' * (lanes > 1)}"
    return Scheme(program, words, memory_kib << 10, passes * memory_kib << 10, derive, source, beaten)


def scrypt(program: str, n: int, r: int, p: int, source: str) -> Scheme:
    """scrypt (RFC 7914); its p parts run one after the other in the same memory."""

    def derive() -> object:
        return hashlib.scrypt(PASSWORD, salt=SALT, n=n, r=r, p=p, dklen=32, maxmem=256 * n * r + MIB)

    words = f"scrypt, N = 2^{n.bit_length() - 1}, r = {r}, p = {p}"
    return Scheme(program, words, 128 * n * r, 128 * n * r * p, derive, source)


def pbkdf2(program: str, iterations: int, source: str) -> Scheme:
    """PBKDF2 with HMAC-SHA-256; the 256 bytes are a generous guess at its state."""
    words = f"PBKDF2-HMAC-SHA-256, {iterations:,} rounds"
    return Scheme(program, words, 256, 256, lambda: hashlib.pbkdf2_hmac("sha256", PASSWORD, SALT, iterations), source)


def ours() -> Scheme:
    """The default of a passphrase slot."""
    cost = Argon2Parameters()
    return argon2("**Casevault**", cost.memory_kib, cost.passes, cost.lanes, "`vault/crypto/kdf.py`")


RESTIC = (1 << 15, 8, 5)
"""What takes restic 0.5 s within 60 MiB on the machine of SECURITY.md's table while nothing else runs there."""
KEEPASSXC_KIB, KEEPASSXC_LANES, KEEPASSXC_SECONDS = 1 << 16, 2, 1.0
KEEPASSXC_PASSES = 19
"""As many as took it one second there, on two threads."""


def others() -> list[Scheme]:
    """The defaults of four programs; the two that are measured as they were measured for the table."""
    return [
        scrypt("restic", *RESTIC, "`internal/repository/key.go`: calibrated to 500 ms and 60 MiB"),
        pbkdf2("borg 1.x", 100_000, "`src/borg/constants.py`: `PBKDF2_ITERATIONS`"),
        argon2("borg 2", 1 << 16, 3, 4, "`src/borg/constants.py`: `ARGON2_ARGS`"),
        argon2(
            "KeePassXC", KEEPASSXC_KIB, KEEPASSXC_PASSES, KEEPASSXC_LANES,
            "`DatabaseSettingsWidgetEncryption.cpp`: 64 MiB, 2 threads, as many passes as take 1 s",
        ),
        scrypt("Cryptomator", 1 << 15, 8, 1, "`MasterkeyFileAccess.java`: `DEFAULT_SCRYPT_COST_PARAM`"),
    ]  # fmt: skip


def beyond() -> Scheme:
    """What is above ours, so that nobody takes ours for the most that is done."""
    return argon2(
        "LUKS2", 1 << 20, 4, 4, "cryptsetup: at most 1 GiB, up to 4 threads, as many passes as take 2 s", beaten=False
    )


def restic_here() -> tuple[int, int, int] | None:
    """What restic chooses on this machine; None if it is not installed."""
    program = shutil.which("restic")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "RESTIC_PASSWORD": PASSWORD.decode(), "HOME": folder}
        repository = Path(folder) / "repository"
        subprocess.run(
            [program, "-q", "-r", str(repository), "--no-cache", "init"], env=environment, check=True, timeout=60
        )
        (key,) = (json.loads(path.read_bytes()) for path in (repository / "keys").iterdir())
    return key["N"], key["r"], key["p"]


def passes_here(memory_kib: int, lanes: int, seconds: float) -> int:
    """How many passes take that long on as many cores as there are lanes, as KeePassXC and cryptsetup find out."""
    trial = 4
    spent = argon2("", memory_kib, trial, lanes, "").seconds()
    return max(1, round(trial * seconds / (spent / lanes)))


def measured() -> list[Scheme]:
    """All, with what is chosen on this machine."""
    restic, keepassxc = restic_here() or RESTIC, passes_here(KEEPASSXC_KIB, KEEPASSXC_LANES, KEEPASSXC_SECONDS)
    rows = []
    for one in others():
        if one.program == "restic":
            one = scrypt("restic", *max(restic, RESTIC), one.source)
        elif one.program == "KeePassXC":
            one = argon2("KeePassXC", KEEPASSXC_KIB, keepassxc, KEEPASSXC_LANES, one.source)
        rows.append(one)
    return [ours(), *rows, beyond()]


def row(scheme: Scheme, seconds: float) -> str:
    """A line of SECURITY.md's table."""
    memory = scheme.memory / MIB
    return (
        f"| {scheme.program} | {scheme.function} | {size(scheme.memory)} | {size(scheme.filled)} | {seconds:.2f} s | "
        f"{memory * seconds:.0f} | {scheme.source} |"
    )


def size(number: int) -> str:
    """Of memory."""
    return f"{number >> 20:,} MiB" if number >= MIB else f"{number} bytes"


def main() -> int:
    rows = [(one, one.seconds()) for one in measured()]
    for one, seconds in rows:
        print(row(one, seconds))
    (mine, spent), *rest = rows
    least = min(mine.memory * spent / (one.memory * seconds) for one, seconds in rest if one.beaten)
    print(f"ours is at least {least:.1f} times that of each but LUKS2")
    return 0 if least > 1 else 1


if __name__ == "__main__":
    sys.exit(main())
