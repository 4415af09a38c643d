"""The process that reads hostile documents: one request on standard input, one answer, then the end.

Where the request asks for a session, further requests follow, each with its answer; nothing else differs.

Started by `vault/sandbox` alone, without keys, environment or open files. It bounds itself, loads the
libraries that its one job needs, takes all input into memory, locks itself down (lockdown.py) and only then
parses the first byte of the document.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, BinaryIO

from vault.worker import frames, lockdown
from vault.worker.refusal import Refusal

Work = Callable[[dict[str, Any], list[bytes]], tuple[dict[str, Any], Sequence[bytes]]]
Load = Callable[[str, dict[str, Any]], Work]

# A job is a module with `prepare(request)`, run while files can still be read, and `work(request, blobs)`.
JOBS = {
    "extract": "read_document",
    "typeset": "write_typeset",
    "docx": "write_docx",
    "facsimile": "write_facsimile",
    "join": "write_join",
    "packet": "write_packet",
    "preview": "write_preview",
    "check": "check_main",
    "look": "look_main",
    "names": "find_main",
    "strip": "strip_main",
    "unpack": "unpack_main",
    "trace": "trace_main",
    "probe": "probe",
}

# A thread that a library starts before the walls are up would stay outside of them. OpenMP's, OpenBLAS's and others'.
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **dict.fromkeys(("NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
}


def load(job: str, request: dict[str, Any]) -> Work:
    """Import a job's module and everything that it will need later."""
    module = import_module(f"vault.worker.{JOBS[job]}")
    module.prepare(request)
    work: Work = module.work
    return work


def _answer(work: Work, request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], Sequence[bytes]]:
    try:
        header, out = work(request, blobs)
    except Refusal as refusal:
        return {"status": "refused", "reason": refusal.reason, "number": refusal.number}, ()
    except MemoryError:
        return {"status": "refused", "reason": "memory", "number": None}, ()
    except Exception:  # whatever a parser throws at a broken document; its text may hold the document's
        return {"status": "refused", "reason": "parser-failed", "number": None}, ()
    return {"status": "done", "answer": header}, out


def _converse(source: BinaryIO, sink: BinaryIO, work: Work, state: lockdown.State) -> None:
    """Say that the work may begin, then answer one request after the other until the input ends."""
    frames.write_answer(sink, {"status": "done", "answer": {"jail": state.as_dict()}})
    while (header := frames.read_next(source)) is not None:
        blobs = [frames.read_blob(source) for _ in range(header["blobs"])]
        answer, out = _answer(work, header["request"], blobs)
        frames.write_answer(sink, answer, out)


def serve(load_job: Load = load) -> None:
    """Do one job and end the process. `load_job` finds the work that belongs to a job's name."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    lockdown.die_with_parent()
    os.environ.update(ONE_THREAD)
    header = frames.read_header(source)
    limits_hold = lockdown.limit(int(header["memory_bytes"]), int(header["cpu_seconds"]))
    request = header["request"]
    try:
        work = load_job(header["job"], request)
    except Refusal as refusal:
        frames.write_answer(sink, {"status": "refused", "reason": refusal.reason, "number": refusal.number})
        os._exit(0)
    except Exception:  # a library that is missing or does not start: nothing has been read yet
        frames.write_answer(sink, {"status": "refused", "reason": "no-reader", "number": None})
        os._exit(0)
    blobs = [frames.read_blob(source) for _ in range(header["blobs"])]
    state = lockdown.apply(limits_hold)
    if not (state.strong or header["accept_weak_jail"]):
        frames.write_answer(sink, {"status": "refused", "reason": "no-jail", "number": None})
        os._exit(0)
    try:
        if header.get("session") is True:
            _converse(source, sink, work, state)
        else:
            answer, out = _answer(work, {**request, "jail": state.as_dict()}, blobs)
            frames.write_answer(sink, answer, out)
    except (ValueError, MemoryError, OSError, frames.BrokenRequest):
        os._exit(1)
    os._exit(0)  # no clean-up: interpreter shutdown would only make calls that are refused now


if __name__ == "__main__":
    serve()
