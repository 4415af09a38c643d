"""The boxes of an MP4 file, and those of its index that are made anew field by field, without times and names.

Source: ISO/IEC 14496-12 (boxes), -14 (mp4a, mp4v), -15 (AVC, HEVC), Apple's QuickTime File Format (sound, versions 1
and 2), the specifications of AV1, VP9, Opus and FLAC in ISO media.
"""

from __future__ import annotations

import struct

from vault.worker import strip_flac
from vault.worker.refusal import Refusal

Boxes = list[tuple[bytes, memoryview]]

MOST_BOXES = 10_000
MOST_EDITS = 10_000
MOST_DESCRIPTIONS = 16
LARGEST_SETUP = 1 << 16
NO_LANGUAGE = 0x55C4  # "und"
MOVIE_REST, TRACK_REST = 80, 60  # bytes behind the length
PICTURES = frozenset((b"avc1", b"avc3", b"hvc1", b"hev1", b"mp4v", b"vp08", b"vp09", b"av01", b"s263", b"h263",
                      b"jpeg", b"mjpa", b"apcn", b"apch", b"apcs", b"apco", b"ap4h"))  # fmt: skip
SOUNDS = frozenset((b"mp4a", b"samr", b"sawb", b"alac", b"ac-3", b"ec-3", b"Opus", b"fLaC", b"lpcm", b"sowt", b"twos",
                    b"ulaw", b"alaw", b"in24", b"in32", b"fl32", b"fl64", b"ipcm", b"fpcm", b".mp3",
                    b"raw "))  # fmt: skip
SETUPS = frozenset((b"avcC", b"hvcC", b"esds", b"vpcC", b"av1C", b"d263", b"btrt", b"pasp", b"colr", b"clap", b"fiel",
                    b"dOps", b"dac3", b"dec3", b"damr", b"alac", b"chan", b"pcmC", b"srat", b"frma", b"enda",
                    b"mdcv", b"clli", b"chnl"))  # fmt: skip
COLOURS = (b"nclx", b"nclc")
VENDORS = (b"damr", b"d263")
PICTURE_HEAD, SOUND_HEAD = 78, 28
SOUND_MORE = {0: 0, 1: 16, 2: 36}
PICTURE_KEPT = ((24, 40), (74, 78))  # without vendor and the encoder's name


def children(content: memoryview) -> Boxes:
    """(kind, content) of the boxes that fill a stretch. Raises Refusal where they don't."""
    out: Boxes = []
    at = 0
    while at < len(content):
        if len(content) - at < 8:
            if any(content[at:]):  # QuickTime ends some lists with four zero bytes
                raise Refusal("damaged")
            break
        size, kind = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start) if len(content) - start >= 8 else (0,)
            start += 8
        elif size == 0:
            size = len(content) - at
        if size < start - at or at + size > len(content) or len(out) >= MOST_BOXES:
            raise Refusal("damaged")
        out.append((kind, content[start : at + size]))
        at += size
    return out


def only(boxes: Boxes, kind: bytes) -> memoryview:
    """The content of the one box of this kind. Raises Refusal for none or two."""
    found = [content for name, content in boxes if name == kind]
    if len(found) != 1:
        raise Refusal("damaged")
    return found[0]


def box(kind: bytes, *contents: bytes) -> bytes:
    """A box."""
    content = b"".join(contents)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def plain(content: memoryview, size: int) -> bytes:
    """Exactly so many bytes. Raises Refusal for fewer."""
    if len(content) < size:
        raise Refusal("damaged")
    return bytes(content[:size])


def _long(content: memoryview) -> bool:
    if not len(content) or content[0] > 1:
        raise Refusal("damaged")
    return content[0] == 1


def movie_head(content: memoryview) -> bytes:
    """mvhd without times; how fast, how loud and how turned it is shown stays."""
    at = 20 if _long(content) else 12
    scale, length, rest = _timing(content, at)
    matrix = rest[16:52]
    return box(b"mvhd", b"\1\0\0\0", bytes(16), scale, length, rest[:6], bytes(10), matrix, bytes(24), rest[76:80])


def _timing(content: memoryview, at: int) -> tuple[bytes, bytes, bytes]:
    """(ticks a second, length in ticks as eight bytes, what follows)."""
    wide = 8 if _long(content) else 4
    whole = plain(content, at + 4 + wide)
    rest = bytes(content[at + 4 + wide :])
    return whole[at : at + 4], _length(whole[at + 4 :]), rest.ljust(MOVIE_REST, b"\0")


def _length(given: bytes) -> bytes:
    """A length in ticks as eight bytes; all bits set means that nobody knew it."""
    return b"\xff" * 8 if given == b"\xff" * len(given) else given.rjust(8, b"\0")


def track_head(content: memoryview) -> bytes:
    """tkhd without times."""
    at = 20 if _long(content) else 12
    wide = 8 if _long(content) else 4
    whole = plain(content, at + 8 + wide + TRACK_REST)
    number, rest = whole[at : at + 4], whole[at + 8 + wide :]
    length = _length(whole[at + 8 : at + 8 + wide])
    flags = bytes((1, 0, 0, content[3] & 15))
    return box(b"tkhd", flags, bytes(16), number, bytes(4), length, bytes(8), rest[8:14], bytes(2), rest[16:])


def media_head(content: memoryview) -> bytes:
    """mdhd without times and language."""
    scale, length, _ = _timing(content, 20 if _long(content) else 12)
    return box(b"mdhd", b"\1\0\0\0", bytes(16), scale, length, struct.pack(">HH", NO_LANGUAGE, 0))


def edits(content: memoryview) -> bytes:
    """elst: which stretches of the track are shown."""
    size = 20 if _long(content) else 12
    (count,) = struct.unpack_from(">I", content, 4)
    if count > MOST_EDITS:
        raise Refusal("damaged")
    return box(b"elst", bytes((content[0], 0, 0, 0)), plain(content[4:], 4 + count * size))


def descriptions(content: memoryview, kind: bytes) -> bytes:
    """stsd: how the samples are to be decoded, by known codecs alone. Raises Refusal for others."""
    entries = children(content[8:])
    known, made = (PICTURES, _picture) if kind == b"vide" else (SOUNDS, _sound)
    if not entries or len(entries) > MOST_DESCRIPTIONS or any(name not in known for name, _ in entries):
        raise Refusal("media-unknown")
    out = [box(name, made(body)) for name, body in entries]
    return box(b"stsd", bytes(4), struct.pack(">I", len(out)), *out)


def _picture(content: memoryview) -> bytes:
    head = bytearray(PICTURE_HEAD)
    given = plain(content, PICTURE_HEAD)
    for first, last in PICTURE_KEPT:
        head[first:last] = given[first:last]
    head[6:8] = head[40:42] = b"\0\1"  # the one place of data, one picture a sample
    return bytes(head) + _setups(children(content[PICTURE_HEAD:]))


def _sound(content: memoryview) -> bytes:
    given = plain(content, SOUND_HEAD)
    (version,) = struct.unpack_from(">H", given, 8)
    if version not in SOUND_MORE:
        raise Refusal("media-unknown")
    size = SOUND_HEAD + SOUND_MORE[version]
    more = plain(content[SOUND_HEAD:], SOUND_MORE[version])
    return bytes(6) + b"\0\1" + given[8:10] + bytes(6) + given[16:] + more + _setups(children(content[size:]))


def _setups(boxes: Boxes, inside: bool = False) -> bytes:
    """What decoders are set up with; boxes of other kinds stay behind."""
    out = []
    for name, content in boxes:
        if len(content) > LARGEST_SETUP:
            raise Refusal("media-unknown")
        if name == b"wave" and not inside:
            out.append(box(name, _setups(children(content), True), box(bytes(4))))
        elif name == b"dfLa":
            information, _ = strip_flac.described(b"fLaC" + bytes(content[4:]))
            out.append(box(name, bytes(4), b"\x80\0\0\x22", information))
        elif name in VENDORS:
            out.append(box(name, bytes(4), bytes(content[4:])))
        elif name == b"mp4a" and inside:
            out.append(box(name, bytes(4)))
        elif name == b"colr" and content[:4] not in COLOURS:  # a profile, which may name a camera
            continue
        elif name in SETUPS:
            out.append(box(name, bytes(content)))
    return b"".join(out)
