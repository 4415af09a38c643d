"""Matroska and WebM: the tracks of sound and pictures and their blocks, in a new file with a new index.

What describes the file and its tracks is made anew (strip_mkv_tracks.py); titles, tags, attachments, chapters, dates,
programs' names, subtitles and empty space stay behind. Sources: RFC 8794 (EBML), RFC 9559 (Matroska).
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.worker import strip_mkv_tracks
from vault.worker.refusal import Refusal
from vault.worker.strip_mkv_ebml import Elements, elements, head, made, number, of, one, whole

EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, INFO, TRACKS, CLUSTER, CUES, SEEK_HEAD = (
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
    0x1C53BB6B,
    0x114D9B74,
)
TOP = frozenset((INFO, TRACKS, CLUSTER, CUES, SEEK_HEAD, 0x1254C367, 0x1941A469, 0x1043A770, 0xEC, 0xBF))
SCALE, DURATION = 0x2AD7B1, 0x4489
TIME, SIMPLE_BLOCK, GROUP = 0xE7, 0xA3, 0xA0
BLOCK, BLOCK_DURATION, REFERENCE, PADDING = 0xA1, 0x9B, 0xFB, 0x75A2
KEYFRAME = 0x80
MOST_CLUSTERS = 200_000
PLACE_SIZE = 8
DOC_TYPES = (b"matroska", b"webm")
VERSIONS = ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))
SEEK, SEEK_ID, SEEK_PLACE = 0x4DBB, 0x53AB, 0x53AC
CUE, CUE_TIME, CUE_PLACES, CUE_TRACK, CUE_CLUSTER = 0xBB, 0xB3, 0xB7, 0xF7, 0xF1


@dataclass(frozen=True, slots=True)
class _Cluster:
    pieces: list[bytes | memoryview]
    size: int
    time: int
    key: int  # the track of its first block, if one can start to play there, else 0


def strip(data: bytes) -> list[bytes | memoryview]:
    """The pieces of the new file. Raises Refusal."""
    view = memoryview(data)
    outer = elements(view, TOP)
    if [kind for kind, _ in outer if kind not in (0xEC, 0xBF)] != [EBML, SEGMENT]:
        raise Refusal("media-unknown")
    doc_type = bytes(one(elements(of(outer, EBML)), DOC_TYPE) or b"matroska").rstrip(b"\0")
    if doc_type not in DOC_TYPES:
        raise Refusal("media-unknown")
    parts = elements(of(outer, SEGMENT), TOP)
    tracks, numbers = strip_mkv_tracks.tracks(elements(of(parts, TRACKS)))
    clusters = [_cluster(content, numbers) for kind, content in parts if kind == CLUSTER]
    if not clusters or len(clusters) > MOST_CLUSTERS:
        raise Refusal("damaged")
    start = made(
        EBML,
        *(whole(kind, value) for kind, value in VERSIONS),
        made(DOC_TYPE, doc_type),
        whole(0x4287, 4),
        whole(0x4285, 2),
    )
    return [start, *_segment(_information(elements(of(parts, INFO))), tracks, clusters)]


def _information(parts: Elements) -> bytes:
    """How long it is and in what time is counted; and, because players ask for them, two names of nothing."""
    scale, length = one(parts, SCALE), one(parts, DURATION)
    kept = whole(SCALE, number(scale) if scale is not None else 1_000_000)
    if length is not None and len(length) in (4, 8):
        kept += made(DURATION, bytes(length))
    return made(INFO, kept, made(0x4D80, b"-"), made(0x5741, b"-"))


def _cluster(content: memoryview, numbers: dict[int, int]) -> _Cluster:
    """The blocks of tracks that stay, each with the track's new number."""
    parts = elements(content)
    stamp = one(parts, TIME)
    if stamp is None:
        raise Refusal("damaged")
    time = number(stamp)
    pieces: list[bytes | memoryview] = [whole(TIME, time)]
    key = 0
    for kind, body in parts:
        if kind == SIMPLE_BLOCK:
            new = _block(body, numbers, SIMPLE_BLOCK)
            starts = bool(new) and bool(body[_track_size(body) + 2] & KEYFRAME)
        elif kind == GROUP:
            new = _group(elements(body), numbers)
            starts = bool(new) and one(elements(body), REFERENCE) is None
        else:
            continue
        if new and len(pieces) == 1 and starts:
            key = numbers[_track(body if kind == SIMPLE_BLOCK else of(elements(body), BLOCK))]
        pieces += new
    return _Cluster(pieces, sum(map(len, pieces)), time, key)


def _track_size(block: memoryview) -> int:
    return 9 - block[0].bit_length()


def _track(block: memoryview) -> int:
    size = _track_size(block)
    if size > 8 or len(block) < size + 3:
        raise Refusal("damaged")
    return int.from_bytes(block[:size], "big") & (1 << 7 * size) - 1


def _block(block: memoryview, numbers: dict[int, int], kind: int) -> list[bytes | memoryview]:
    new = numbers.get(_track(block))
    if new is None:
        return []
    size = _track_size(block)
    return [head(kind, len(block) - size + 1) + bytes([0x80 | new]), block[size:]]


def _group(parts: Elements, numbers: dict[int, int]) -> list[bytes | memoryview]:
    pieces = _block(of(parts, BLOCK), numbers, BLOCK)
    if not pieces:
        return []
    for kind, body in parts:
        if kind in (BLOCK_DURATION, REFERENCE, PADDING) and len(body) <= PLACE_SIZE:
            pieces.append(made(kind, bytes(body)))
    return [head(GROUP, sum(map(len, pieces))), *pieces]


def _segment(information: bytes, tracks: bytes, clusters: list[_Cluster]) -> list[bytes | memoryview]:
    """The segment with an index: where the tables are, and where in it a player may begin."""
    first = len(_seek_head([0, 0, 0]))
    at = first + len(information) + len(tracks)
    places, out = [], list[bytes | memoryview]()
    for cluster in clusters:
        start = head(CLUSTER, cluster.size)
        places.append(at)
        at += len(start) + cluster.size
        out += [start, *cluster.pieces]
    cues = [
        made(
            CUE,
            whole(CUE_TIME, cluster.time),
            made(CUE_PLACES, whole(CUE_TRACK, cluster.key), whole(CUE_CLUSTER, place)),
        )
        for cluster, place in zip(clusters, places, strict=True)
        if cluster.key
    ]
    index = made(CUES, *cues) if cues else b""
    seek = _seek_head([first, first + len(information), at if cues else 0])
    return [head(SEGMENT, at + len(index)), seek, information, tracks, *out, index]


def _seek_head(places: list[int]) -> bytes:
    """Always as long, whatever the places are; without cues the last entry points to the first."""
    entries = [
        made(
            SEEK,
            made(SEEK_ID, kind.to_bytes(4, "big")),
            made(SEEK_PLACE, (place or places[0]).to_bytes(PLACE_SIZE, "big")),
        )
        for kind, place in zip((INFO, TRACKS, CUES if places[2] else INFO), places, strict=True)
    ]
    return made(SEEK_HEAD, *entries)
