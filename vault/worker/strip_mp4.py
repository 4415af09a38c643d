"""MP4, M4A, 3GP and MOV: a new index of the tracks of sound and pictures, and their samples alone behind it.

Nothing is taken over as a whole but the samples: each box of the index is made anew from the fields that a player
needs (strip_mp4_boxes.py, strip_mp4_samples.py). Other tracks (places, times, subtitles, chapters) and whatever lies
between the samples stay behind. Source: ISO/IEC 14496-12, Apple's QuickTime File Format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vault.worker import strip_mp4_boxes, strip_mp4_samples
from vault.worker.refusal import Refusal
from vault.worker.strip_mp4_boxes import box, children, only, plain

BRANDS = frozenset((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4A ", b"M4V ", b"qt  ",
                    b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"MSNV", b"hvc1"))  # fmt: skip
FRAGMENTS = (b"moof", b"mvex", b"sidx")
MOST_TRACKS = 32
MOST_COPIED = 2
"""Times the size of the source: tracks that share samples could make more of it."""
MEDIA_HEADS = {b"vide": (b"vmhd", 8), b"soun": (b"smhd", 4)}
QUICKTIME = b"mhlr"
OWN_DATA = box(b"dref", bytes(4) + struct.pack(">I", 1) + box(b"url ", bytes((0, 0, 0, 1))))


@dataclass(frozen=True, slots=True)
class _Track:
    boxes: tuple[bytes, bytes]  # what goes before the table of places, and behind it, within the innermost box
    outer: bytes
    middle: bytes
    inner: bytes
    chunks: list[tuple[int, int]]


def strip(data: bytes) -> list[bytes | memoryview]:
    """The pieces of the new file. Raises Refusal."""
    view = memoryview(data)
    top = children(view)
    if any(kind in FRAGMENTS for kind, _ in top):
        raise Refusal("media-unknown")
    movie = children(only(top, b"moov"))
    if any(kind in FRAGMENTS for kind, _ in movie):
        raise Refusal("media-unknown")
    found = [_track(content, len(data)) for kind, content in movie if kind == b"trak"]
    tracks = [one for one in found if one is not None]
    if not tracks or len(found) > MOST_TRACKS:
        raise Refusal("media-unknown")
    order = sorted(
        (chunk, track, place) for track, one in enumerate(tracks) for place, chunk in enumerate(one.chunks)
    )
    size = sum(length for (_, length), _, _ in order)
    if size > MOST_COPIED * len(data):
        raise Refusal("media-unknown")
    head = _brands(top)
    movie_head = strip_mp4_boxes.movie_head(only(movie, b"mvhd"))
    places = [[0] * len(one.chunks) for one in tracks]
    index = box(b"moov", movie_head, *map(_written, tracks, places))
    at = len(head) + len(index) + 8
    for (_, length), track, place in order:
        places[track][place] = at
        at += length
    index = box(b"moov", movie_head, *map(_written, tracks, places))
    return [head, index, struct.pack(">I", size + 8) + b"mdat", *(view[at : at + long] for (at, long), _, _ in order)]


def _brands(top: list[tuple[bytes, memoryview]]) -> bytes:
    """What kinds of player may play the file, as far as the names are common ones."""
    given = next((bytes(content) for kind, content in top if kind == b"ftyp"), b"qt  \0\0\0\0")
    major = given[:4] if given[:4] in BRANDS else b"isom"
    others = [given[at : at + 4] for at in range(8, min(len(given), 128), 4)]
    return box(b"ftyp", major, bytes(4), *(one for one in others if one in BRANDS))


def _track(content: memoryview, size: int) -> _Track | None:
    """A track of sound or pictures; None for any other. `size` is that of the whole file."""
    parts = children(content)
    media = children(only(parts, b"mdia"))
    maker, kind = (bytes(only(media, b"hdlr")[at : at + 4]) for at in (4, 8))
    if kind not in MEDIA_HEADS:
        return None
    information = children(only(media, b"minf"))
    name, length = MEDIA_HEADS[kind]
    sources = children(only(children(only(information, b"dinf")), b"dref")[8:])
    if any(not body[3] & 1 for _, body in sources):  # the samples lie in another file
        raise Refusal("media-unknown")
    table = children(only(information, b"stbl"))
    samples = strip_mp4_samples.read(table, size)
    if samples.of_one_byte and kind == b"soun":  # old QuickTime counts so what is not so long
        raise Refusal("media-unknown")
    edits = [
        box(b"edts", strip_mp4_boxes.edits(only(children(one), b"elst"))) for part, one in parts if part == b"edts"
    ]
    head = (
        plain(only(information, name), 4 + length)
        if any(part == name for part, _ in information)
        else bytes(4 + length)
    )
    return _Track(
        boxes=(strip_mp4_boxes.descriptions(only(table, b"stsd"), kind) + samples.before, samples.behind),
        outer=strip_mp4_boxes.track_head(only(parts, b"tkhd")) + b"".join(edits[:1]),
        middle=strip_mp4_boxes.media_head(only(media, b"mdhd"))
        + box(b"hdlr", bytes(4), QUICKTIME if maker == QUICKTIME else bytes(4), kind, bytes(13)),
        inner=box(name, head) + box(b"dinf", OWN_DATA),
        chunks=samples.chunks,
    )


def _written(track: _Track, places: list[int]) -> bytes:
    before, behind = track.boxes
    table = box(b"stco", bytes(4), struct.pack(f">I{len(places)}I", len(places), *places))
    samples = box(b"stbl", before, behind, table)
    return box(b"trak", track.outer, box(b"mdia", track.middle, box(b"minf", track.inner, samples)))
