"""Recordings without anything that is written about them, made in the jail; what is heard and seen stays."""

from __future__ import annotations

from typing import BinaryIO

from vault.sandbox import reasons
from vault.sandbox.jail import run
from vault.sandbox.transport import Limits

STARTS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "audio/mpeg": ((0, b"\xff"),),
    "audio/wav": ((0, b"RIFF"), (8, b"WAVE")),
    "audio/flac": ((0, b"fLaC\x80\0\0\x22"),),
    "audio/ogg": ((0, b"OggS"),),
    "audio/mp4": ((4, b"ftyp"),),
    "video/mp4": ((4, b"ftyp"),),
    "video/quicktime": ((4, b"ftyp"),),
    "video/x-matroska": ((0, b"\x1a\x45\xdf\xa3"),),
    "video/webm": ((0, b"\x1a\x45\xdf\xa3"),),
}
"""What a recording of each kind that can be stripped begins with."""

STRIP_LIMITS = Limits(cpu_seconds=300, wall_seconds=600.0)
"""The sums of a FLAC file of 200 MB take a minute; everything else is copied in seconds."""


def strippable(media_type: str) -> bool:
    """Whether `strip` knows recordings of this kind."""
    return media_type in STARTS


def strip(
    source: BinaryIO | bytes,
    media_type: str,
    *,
    limits: Limits = STRIP_LIMITS,
    accept_weak_jail: bool = False,
) -> tuple[str, bytes]:
    """(its media type, a new recording) of the same sound and pictures, without titles, places, times, covers, other
    tracks, and whatever lies between the frames. What codecs hold inside their own data stays.

    Raises Refused: kind unsupported for recordings of other kinds or with parts that can't be told apart, damaged for
    those that can't be followed to the end. Only the start of the answer is looked at: the leak check reads it all.
    """
    if not strippable(media_type):
        raise reasons.refusal("unsupported-type")
    answer = run("strip", {"media_type": media_type}, [source], limits, accept_weak_jail=accept_weak_jail)
    if answer.header.get("media_type") != media_type or len(answer.blobs) != 1:
        raise reasons.refusal("broken-answer")
    (untrusted,) = answer.blobs
    if not all(untrusted.startswith(mark, at) for at, mark in STARTS[media_type]):
        raise reasons.refusal("broken-answer")
    return media_type, untrusted
