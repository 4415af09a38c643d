"""The `names` job, a session: text after text in, what the models take for names out.

Opening request {"script": "cyrillic" | "latin"}: whose models to load. Then each request has one blob, a text in
UTF-8; the answer is {"found": [[start, end, label, score in thousandths], …]}, offsets in code points. Everything
is loaded, and run once, before the jail is shut: nothing can be opened after that, not even a library's own file.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from vault.worker.find_script import Script, segments
from vault.worker.refusal import Refusal

Found = tuple[int, int, str, float]
Find = Callable[[str], list[Found]]

LABELS = frozenset({"PERSON", "PLACE", "ORGANISATION", "DATE", "NATIONALITY", "QUANTITY", "CODE", "MISC"})
_MODULES: dict[Script, str] = {"cyrillic": "find_russian", "latin": "find_english"}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS")
_SURROGATE = re.compile("[\ud800-\udfff]")
_loaded: dict[Script, Find] = {}


def prepare(request: dict[str, Any]) -> None:
    """Load one script's models. Raises Refusal where they are not installed or don't start."""
    for name in _THREADS:  # no thread can be started in the jail, and one core is all that is promised
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    sys.addaudithook(_refuse_sockets)
    script: Script = request["script"]
    try:
        _loaded[script] = import_module(f"vault.worker.{_MODULES[script]}").load()
    except MemoryError:
        raise Refusal("models-memory") from None
    except Exception:
        raise Refusal("no-models") from None


def _refuse_sockets(event: str, arguments: tuple[object, ...]) -> None:
    """The jail has no network, but it is shut only behind the loading: this holds while libraries start, one of
    which tries out a socket to see whether there is an IPv6."""
    if event.startswith("socket.") and event != "socket.gethostname":
        raise OSError(errno.EPERM, "no network here")


def work(request: dict[str, Any], blobs: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Find names in the one blob."""
    text = _SURROGATE.sub("\ufffd", blobs[0].decode("utf-8", "surrogatepass"))
    (script,) = _loaded
    found: list[list[object]] = []
    try:
        for segment in segments(text, script):
            found += _of_segment(text, segment, _loaded[script])
    except MemoryError:
        raise Refusal("models-memory") from None
    except Exception:
        raise Refusal("models-stopped") from None
    return {"found": found}, []


def _of_segment(text: str, segment: tuple[int, int], find: Find) -> list[list[object]]:
    at, end = segment
    return [
        [at + max(0, first), at + min(last, end - at), label, round(1000 * min(max(score, 0.0), 1.0))]
        for first, last, label, score in find(text[at:end])
        if label in LABELS and max(0, first) < min(last, end - at)
    ]
