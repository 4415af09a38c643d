"""MP3 (and MPEG layers 1 and 2): the frames of sound, and nothing before, after or between them.

The first frame, where it is none of sound but tells the encoder's name and settings (Xing, Info, VBRI), goes too.
Source: ISO/IEC 11172-3, 13818-3; the tags are ID3v1, ID3v2, APE and Lyrics3, which all stand outside of frames.
"""

from __future__ import annotations

from vault.worker.refusal import Refusal

RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version: 1, 2, 2.5
KILOBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
IN_A_ROW = 3
"""So many frames of one sort, one right behind the other, are sound; a look-alike in a picture is one alone."""
MOST_OTHER_SHARE = 0.5
"""Where more is neither tag nor frame, the file is no MP3."""
ID3V2_HEAD, ID3V1_SIZE, APE_HEAD = 10, 128, 32
NOT_SOUND = (b"Xing", b"Info")
VBRI_PLACE = 36
Sort = tuple[int, int, int]


def strip(data: bytes) -> list[memoryview]:
    """The frames. Raises Refusal."""
    view = memoryview(data)
    pieces: list[memoryview] = []
    sort: Sort | None = None
    at = other = 0
    while at < len(data):
        end, runs = _run(data, at, sort)
        if runs:
            sort = sort or _head(data, at)[1]
            pieces += [view[first:last] for first, last in runs]
            at = end
            continue
        tag = _tag(data, at)
        following = at + tag if tag else data.find(b"\xff", at + 1)
        following = min(following, len(data)) if following > 0 else len(data)
        other += 0 if tag else following - at
        at = following
    if not pieces or other > MOST_OTHER_SHARE * len(data):
        raise Refusal("damaged")
    return pieces


def _head(data: bytes, at: int) -> tuple[int, Sort]:
    """(size of the frame that begins here, 0 where none does; its version, layer and sounds a second)."""
    none = 0, (0, 0, 0)
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return none
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    kilobits, rate, padded = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or kilobits in (0, 15) or rate == 3:
        return none
    bits, hertz = KILOBITS[1 if version == 3 else 2, layer][kilobits - 1] * 1000, RATES[version][rate]
    if layer == 1:
        return (12 * bits // hertz + padded) * 4, (version, layer, hertz)
    return (72 if layer == 3 and version != 3 else 144) * bits // hertz + padded, (version, layer, hertz)


def _run(data: bytes, at: int, sort: Sort | None) -> tuple[int, list[tuple[int, int]]]:
    """(where a run of frames that begins here ends, its stretches without the frames that are none of sound)."""
    stretches: list[tuple[int, int]] = []
    start, count = at, 0
    while True:
        size, found = _head(data, at)
        if not size or at + size > len(data) or (sort or found) != found:
            break
        sort = found
        count += 1
        if _tells(data, at, found):
            if start < at:
                stretches.append((start, at))
            start = at + size
        at += size
    if start < at:
        stretches.append((start, at))
    return at, stretches if count >= IN_A_ROW else []


def _tells(data: bytes, at: int, sort: Sort) -> bool:
    """Whether the frame is one that tells about the file, and holds silence."""
    if sort[1] != 3:
        return False
    mono, checked = data[at + 3] >> 6 == 3, not data[at + 1] & 1
    side = (17 if mono else 32) if sort[0] == 3 else (9 if mono else 17)
    place = at + 4 + side
    told = any(data.startswith(mark, one) for mark in NOT_SOUND for one in (place, place + 2 * checked))
    return told or data.startswith(b"VBRI", at + VBRI_PLACE)


def _tag(data: bytes, at: int) -> int:
    """The size of a tag that begins here, 0 for none."""
    if data.startswith(b"ID3", at) and at + ID3V2_HEAD <= len(data):
        size = 0
        for byte in data[at + 6 : at + ID3V2_HEAD]:
            size = size << 7 | byte & 127
        return ID3V2_HEAD + size + (ID3V2_HEAD if data[at + 5] & 0x10 else 0)
    if data.startswith(b"APETAGEX", at) and at + APE_HEAD <= len(data):
        is_head = data[at + 23] & 0x20
        return APE_HEAD + (int.from_bytes(data[at + 12 : at + 16], "little") if is_head else 0)
    if data.startswith(b"TAG", at) and at == len(data) - ID3V1_SIZE:
        return ID3V1_SIZE
    return 0
