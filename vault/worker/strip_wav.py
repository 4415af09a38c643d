"""WAV: the form of the sound and the sound. Every other chunk stays behind. Source: RFC 2361, Microsoft RIFF."""

from __future__ import annotations

import struct

from vault.worker.refusal import Refusal

PCM, MS_ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM, EXTENSIBLE = 1, 2, 3, 6, 7, 0x11, 0xFFFE
FORMS = {PCM: 16, MS_ADPCM: 50, FLOAT: 18, A_LAW: 18, MU_LAW: 18, IMA_ADPCM: 20, EXTENSIBLE: 40}
"""The kinds of sound that are known, and how long their description is at most."""
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
STREAMED = (0, 0xFFFFFFFF)
"""Sizes that a recorder writes which never came to fill in the right one."""
FACT_SIZE = 4


def strip(data: bytes) -> list[bytes | memoryview]:
    """The pieces of the new file. Raises Refusal."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise Refusal("damaged")
    form, fact, sound = b"", b"", memoryview(b"")
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if kind == b"data" and size in STREAMED:
            size = len(data) - at
        if at + size > len(data):
            raise Refusal("damaged")
        if kind == b"fmt " and not form:
            form = _form(data[at : at + size])
        elif kind == b"fact" and not fact:
            fact = data[at : at + FACT_SIZE]
        elif kind == b"data":
            if len(sound):
                raise Refusal("media-unknown")
            sound = memoryview(data)[at : at + size]
        at += size + size % 2
    if not form or not len(sound):
        raise Refusal("damaged")
    head = b"fmt " + struct.pack("<I", len(form)) + form
    if len(fact) == FACT_SIZE:
        head += b"fact" + struct.pack("<I", FACT_SIZE) + fact
    head += b"data" + struct.pack("<I", len(sound))
    whole = 4 + len(head) + len(sound) + len(sound) % 2
    return [b"RIFF" + struct.pack("<I", whole) + b"WAVE" + head, sound, bytes(len(sound) % 2)]


def _form(content: bytes) -> bytes:
    """The description of the sound, cut to what its kind needs."""
    if len(content) < 16:
        raise Refusal("damaged")
    (kind,) = struct.unpack_from("<H", content)
    if kind not in FORMS:
        raise Refusal("media-unknown")
    if kind == EXTENSIBLE and (len(content) < FORMS[kind] or content[26:40] != GUID_TAIL):
        raise Refusal("media-unknown")
    kept = content[: FORMS[kind]]
    if len(kept) >= 18:  # how much of it follows has to be true after the cut
        kept = kept[:16] + struct.pack("<H", len(kept) - 18) + kept[18:]
    return kept[:16] if len(kept) == 17 else kept
