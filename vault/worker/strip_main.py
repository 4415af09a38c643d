"""The `strip` job: a recording without anything that is written about it; sound and pictures are copied as they are.

Each format has a module with `strip(data)`, which gives the pieces of the new file. What it does not know it leaves
out, and what it can't leave out it refuses: nothing is copied because nobody knew what it was. What codecs carry
inside their own data (a picture's captions, an encoder's name) is not looked into.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from vault.worker import strip_flac, strip_mkv, strip_mp3, strip_mp4, strip_ogg, strip_wav
from vault.worker.refusal import Refusal

Pieces = Sequence[bytes | bytearray | memoryview]
STRIPPERS: dict[str, Callable[[bytes], Pieces]] = {
    "audio/mpeg": strip_mp3.strip,
    "audio/wav": strip_wav.strip,
    "audio/flac": strip_flac.strip,
    "audio/ogg": strip_ogg.strip,
    "audio/mp4": strip_mp4.strip,
    "video/mp4": strip_mp4.strip,
    "video/quicktime": strip_mp4.strip,
    "video/x-matroska": strip_mkv.strip,
    "video/webm": strip_mkv.strip,
}


def prepare(request: dict[str, Any]) -> None:
    """All is loaded already: the standard library is enough."""


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """request {"media_type"}; header {"media_type"} and one blob, the new recording. Raises Refusal."""
    stripper = STRIPPERS.get(request["media_type"])
    if stripper is None:
        raise Refusal("unsupported-type")
    if not blobs[0]:
        raise Refusal("empty")
    try:
        pieces = stripper(blobs[0])
    except (struct.error, IndexError, ValueError, ArithmeticError, RecursionError):
        raise Refusal("damaged") from None
    return {"media_type": request["media_type"]}, [b"".join(pieces)]
