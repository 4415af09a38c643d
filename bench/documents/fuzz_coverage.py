"""The coverage-guided half of the fuzzer: one target under atheris, in a process of its own, as libFuzzer ends it.

Started by `python -m bench.documents.fuzz --engine atheris`, which writes the first inputs and reads what came of it.
Python's own code for archives and mail is watched along with ours; C libraries are not, as wheels of them carry no
probes. Needs `requirements/fuzz.txt`, Linux on x86-64 or aarch64.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TARGETS = {
    "frames": ("", ""),
    "zip": ("unpack", "application/zip"),
    "warc": ("unpack", "application/warc"),
    "mail": ("extract", "message/rfc822"),
    "attachments": ("unpack", "message/rfc822"),
    "docx": ("extract", DOCX),
    "docx-xml": ("extract", DOCX),
    "chat": ("extract", "application/json"),
}
"""Its job and media type; `frames` is what a parent reads, `docx-xml` the text of a package that is whole."""
SEEDED_BY = {"attachments": "mail"}
WATCHED = ["vault", "zipfile", "email", "gzip", "html", "json"]
LONGEST_INPUT = 20_000
SLOW_SECONDS = 20
MOST_MEMORY_MIB = 2048
LEAST_EDGES = 50
"""A target that covers less is one whose code carries no probes, or that refuses everything at its door."""
_RUNS = re.compile(r"^#(\d+)\s", re.MULTILINE)
_DONE = re.compile(r"^Done (\d+) (?:runs )?in", re.MULTILINE)
_COVERED = re.compile(r"\bcov: (\d+)")
_FAULT = re.compile(r"^(?: === Uncaught Python exception: ===\n|==\d+== ERROR: libFuzzer: )(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one target: runs, and what it failed with, "" for nothing."""

    runs: int
    edges: int
    failure: str
    log: str


def fuzz(target: str, seconds: int, seeds: Sequence[bytes], keep: Path) -> Outcome:
    """Run one target for so long, starting from these inputs; one that fails it is left in `keep`."""
    keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"{number:04}").write_bytes(seed[:LONGEST_INPUT])
        command = [
            sys.executable, "-m", __spec__.name, target, folder, f"-artifact_prefix={keep}/{target}-",
            f"-max_total_time={seconds}", f"-timeout={SLOW_SECONDS}", f"-rss_limit_mb={MOST_MEMORY_MIB}",
            f"-max_len={LONGEST_INPUT}", "-print_final_stats=1",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=seconds + 120, check=False
        )
    log = done.stdout + done.stderr
    runs = [int(found) for found in (*_RUNS.findall(log), *_DONE.findall(log))]
    fault = _FAULT.search(log)
    failure = "" if done.returncode == 0 else (fault.group(1).strip() if fault else f"ended with {done.returncode}")
    edges = max(map(int, _COVERED.findall(log)), default=0)
    if not failure and edges < LEAST_EDGES:
        failure = "next to nothing was covered"
    return Outcome(max(runs, default=0), edges, failure, log)


def handler(target: str) -> Callable[[bytes], bool]:
    """What a target does with one input: whether it was read, False for a clear refusal; anything else is raised."""
    from bench.documents import fuzz_answers
    from bench.documents.fuzz import packed
    from vault.errors import Refused
    from vault.sandbox.frames import BrokenAnswer
    from vault.sandbox.reasons import REASONS
    from vault.worker import read_document, unpack_main
    from vault.worker.refusal import Refusal

    job, media_type = TARGETS[target]
    module = unpack_main if job == "unpack" else read_document
    request = {"media_type": media_type}
    if job:
        module.prepare(request)

    def read(data: bytes) -> bool:
        try:
            module.work(request, [packed(data) if target == "docx-xml" else data])
        except Refusal as refusal:
            if refusal.reason not in REASONS:
                raise
            return False
        return True

    def believed(data: bytes) -> bool:
        try:
            fuzz_answers.believed(data)
        except (Refused, BrokenAnswer):
            return False
        return True

    return read if job else believed


def _one(target: str) -> None:
    """Hand everything that libFuzzer makes to the target; never comes back."""
    import atheris

    for name in [name for name in sys.modules if name.split(".")[0] in WATCHED]:
        del sys.modules[name]  # loaded already, so without probes
    with atheris.instrument_imports(include=WATCHED):
        handle = handler(target)

    def once(data: bytes) -> None:
        handle(data)

    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    _one(sys.argv[1])
