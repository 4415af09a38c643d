"""The tracks of a Matroska file, made anew: numbers, codecs, sizes and rates, without names and languages.

Source: RFC 9559, and the codec mappings of draft-ietf-cellar-codec.
"""

from __future__ import annotations

import re

from vault.worker import strip_flac
from vault.worker.refusal import Refusal
from vault.worker.strip_mkv_ebml import Elements, elements, made, number, of, one, whole

ENTRY, NUMBER, UID, TYPE, CODEC, SETUP, LANGUAGE = 0xAE, 0xD7, 0x73C5, 0x83, 0x86, 0x63A2, 0x22B59C
ENCODINGS, ENCODING, COMPRESSION, COMPRESSION_KIND, COMPRESSION_SETTINGS = 0x6D80, 0x6240, 0x5034, 0x4254, 0x4255
HEADER_STRIPPING = 3
LACING, DEFAULT_DURATION, DELAY, PREROLL = 0x9C, 0x23E383, 0x56AA, 0x56BB
VIDEO, AUDIO = 0xE0, 0xE1
KINDS = {1: VIDEO, 2: AUDIO}
NUMBERS_OF = {
    VIDEO: frozenset((0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x9A, 0x9D, 0x53B8)),
    AUDIO: frozenset((0xB5, 0x78B5, 0x9F, 0x6264)),
}
COLOUR = 0x55B0
COLOUR_NUMBERS = frozenset((0x55B1, 0x55B2, 0x55B3, 0x55B4, 0x55B5, 0x55B6, 0x55B7, 0x55B8, 0x55B9, 0x55BA, 0x55BB))
PLAIN = frozenset((LACING, DEFAULT_DURATION, DELAY, PREROLL, 0xB9, 0x88))
CODEC_NAME = re.compile(rb"[AV]_[A-Z0-9_/.]{1,30}\0*")
LARGEST_SETUP = 1 << 18
MOST_TRACKS = 100
NOTHING = bytes(8)
LACED = {b"A_VORBIS": b"\x03vorbis", b"V_THEORA": b"\x81theora"}


def tracks(parts: Elements) -> tuple[bytes, dict[int, int]]:
    """(the new element, old number to new number of the tracks that stay). Raises Refusal."""
    out: list[bytes] = []
    numbers: dict[int, int] = {}
    for kind, content in parts:
        if kind != ENTRY:
            continue
        entry = elements(content)
        which = KINDS.get(number(of(entry, TYPE)))
        if which is None:
            continue
        old = number(of(entry, NUMBER))
        if old in numbers or len(numbers) >= MOST_TRACKS:
            raise Refusal("damaged")
        numbers[old] = len(numbers) + 1
        out.append(_entry(entry, which, numbers[old]))
    if not numbers:
        raise Refusal("media-unknown")
    return made(0x1654AE6B, *out), numbers


def _entry(entry: Elements, which: int, new: int) -> bytes:
    codec = bytes(of(entry, CODEC))
    if not CODEC_NAME.fullmatch(codec):
        raise Refusal("media-unknown")
    kept = [whole(NUMBER, new), whole(UID, new), whole(TYPE, 1 if which == VIDEO else 2)]
    kept += [made(LANGUAGE, b"und"), made(CODEC, codec)]
    kept += [made(kind, bytes(content)) for kind, content in entry if kind in PLAIN and len(content) <= 8]
    setup = one(entry, SETUP)
    if setup is not None:
        kept.append(made(SETUP, _setup(codec.rstrip(b"\0"), bytes(setup))))
    encodings = one(entry, ENCODINGS)
    if encodings is not None:
        kept.append(_encodings(elements(encodings)))
    described = one(entry, which)
    if described is not None:
        kept.append(_described(elements(described), which))
    return made(ENTRY, *kept)


def _described(parts: Elements, which: int) -> bytes:
    kept = [made(kind, bytes(content)) for kind, content in parts if kind in NUMBERS_OF[which] and len(content) <= 8]
    colour = one(parts, COLOUR)
    if colour is not None:
        inside = [(kind, content) for kind, content in elements(colour) if kind in COLOUR_NUMBERS]
        kept.append(made(COLOUR, *(made(kind, bytes(content)) for kind, content in inside if len(content) <= 8)))
    return made(which, *kept)


def _encodings(parts: Elements) -> bytes:
    """Only the kind that spares bytes which all frames begin with; a compressed or encrypted track is refused."""
    encoding = elements(of(parts, ENCODING))
    compression = elements(of(encoding, COMPRESSION))
    kind, settings = one(compression, COMPRESSION_KIND), one(compression, COMPRESSION_SETTINGS)
    if kind is None or number(kind) != HEADER_STRIPPING or settings is None or len(settings) > 64:
        raise Refusal("media-unknown")
    inner = made(COMPRESSION, whole(COMPRESSION_KIND, HEADER_STRIPPING), made(COMPRESSION_SETTINGS, bytes(settings)))
    return made(ENCODINGS, made(ENCODING, inner))


def _setup(codec: bytes, setup: bytes) -> bytes:
    """What a decoder is set up with; those that hold comments get an empty one."""
    if len(setup) > LARGEST_SETUP:
        raise Refusal("media-unknown")
    if codec == b"A_FLAC":
        at = 0 if setup.startswith(b"fLaC") else -1
        information, _ = strip_flac.described(setup if at == 0 else b"fLaC" + setup)
        return b"fLaC\x80\0\0\x22" + information
    if codec in LACED:
        return _laced(setup, LACED[codec])
    return setup


def _laced(setup: bytes, mark: bytes) -> bytes:
    """Three packets with Xiph's sizes before them; the middle one is the comment."""
    if setup[0] != 2:
        raise Refusal("media-unknown")
    sizes, at = [], 1
    for _ in range(2):
        size = 0
        while setup[at] == 255:
            size += 255
            at += 1
        sizes.append(size + setup[at])
        at += 1
    first, rest = setup[at : at + sizes[0]], setup[at + sizes[0] :]
    comment, last = rest[: sizes[1]], rest[sizes[1] :]
    if not comment.startswith(mark) or not last:
        raise Refusal("media-unknown")
    empty = mark + NOTHING + (b"\1" if mark == LACED[b"A_VORBIS"] else b"")
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in (first, empty))
    return b"\2" + lacing + first + empty + last
