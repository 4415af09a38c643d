"""Recordings leave with what is heard and seen, and with nothing that was written about it."""

from __future__ import annotations

import io
import random
import struct
import wave
from collections.abc import Callable

import pytest
import recordings
from recordings import MEDIA

from vault.errors import Refused
from vault.sandbox import reasons
from vault.sandbox.media import STARTS, strip, strippable
from vault.worker import strip_main, strip_ogg
from vault.worker.refusal import Refusal

SAMPLES = {
    "tone.mp3": "audio/mpeg",
    "tone.flac": "audio/flac",
    "tone.opus": "audio/ogg",
    "tone.ogg": "audio/ogg",
    "film.ogv": "audio/ogg",
    "film.mp4": "video/mp4",
    "film.mov": "video/quicktime",
    "film.mkv": "video/x-matroska",
    "live.webm": "video/webm",
}
TRACES = (b"Secret", b"55.75", b"2024", b"GMT", b"rus", b"udta", b"ID3", b"TAG", b"Xing", b"Info", b"Xiph")


def stripped(data: bytes, media_type: str) -> bytes:
    """In this process, for the many cases; the jail has its own test."""
    header, blobs = strip_main.work({"media_type": media_type}, [data])
    assert header == {"media_type": media_type}
    (made,) = blobs
    return made


def sound(frames: int = 800) -> bytes:
    noise = random.Random(4)
    return b"".join(struct.pack("<h", noise.randrange(-3000, 3000)) for _ in range(frames))


def wav(*chunks: tuple[bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(sound())
    body = buffer.getvalue()[12:]
    for kind, content in chunks:
        body += kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_written_stays_in_any_format(name: str) -> None:
    data = (MEDIA / name).read_bytes()
    assert b"Secret" in data
    kind, made = strip(data, SAMPLES[name])
    assert kind == SAMPLES[name]
    assert [trace for trace in TRACES if trace in made] == []
    assert stripped(made, kind) == made, "what is stripped has nothing more to lose"


def test_all_kinds_of_the_parent_are_kinds_of_the_worker() -> None:
    assert set(STARTS) == set(strip_main.STRIPPERS)
    assert not strippable("video/x-msvideo")
    with pytest.raises(Refused, match="can't be read yet"):
        strip(b"RIFF", "video/x-msvideo")


def test_wav_keeps_each_sample_and_no_other_chunk() -> None:
    data = wav((b"LIST", b"INFOIART\x06\0\0\0Secret"), (b"bext", b"Secret" * 100), (b"id3 ", b"Secret"))
    made = stripped(data, "audio/wav")
    assert b"Secret" not in made
    with wave.open(io.BytesIO(made)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 800)
        assert file.readframes(1000) == sound()
    assert len(made) == 44 + len(sound())
    assert struct.unpack("<I", made[4:8])[0] == len(made) - 8


def test_wav_that_nobody_closed_is_read_to_its_end() -> None:
    data = bytearray(wav())
    data[40:44] = b"\xff" * 4
    assert stripped(bytes(data), "audio/wav") == wav()


def test_mp3_keeps_the_frames_but_not_the_one_that_tells() -> None:
    data = (MEDIA / "tone.mp3").read_bytes()
    made = stripped(data, "audio/mpeg")
    at = data.index(made)
    assert data[:3] == b"ID3"
    assert b"Info" in data[:at] or b"Xing" in data[:at]
    assert data[at + len(made) :].startswith(b"TAG")
    assert made[:2] == data[at : at + 2] != b"ID"


def test_mp3_with_tags_between_and_after() -> None:
    plain = stripped((MEDIA / "tone.mp3").read_bytes(), "audio/mpeg")
    text = b"APETAGEX\xd0\x07\0\0" + struct.pack("<III", 46, 1, 0xA0000000) + bytes(8) + b"Secret" + bytes(8)
    text += b"APETAGEX\xd0\x07\0\0" + struct.pack("<III", 46, 1, 0x80000000) + bytes(8)
    picture = b"ID3\x04\0\0\0\0\0\x46" + plain[:72][:60].ljust(70, b"S")  # a frame that is none, inside of a tag
    junk = b"LYRICSBEGINSecret" + b"\xff\xfb" + b"000042LYRICS200"
    data = picture + plain + text + picture + plain + junk + text + b"TAG" + b"Secret".ljust(125)
    assert stripped(data, "audio/mpeg") == plain + plain


def test_flac_keeps_the_frames_and_finds_what_is_hidden_among_them() -> None:
    data = (MEDIA / "tone.flac").read_bytes()
    made = stripped(data, "audio/flac")
    assert made[:8] == b"fLaC\x80\0\0\x22"
    assert made[8:42] == data[8:42]
    assert data.endswith(made[42:])
    assert stripped(data + b"TAG" + bytes(125), "audio/flac") == made
    for broken in (data + b"Secret", data[:-5], data[:-40] + b"Secret" + data[-40:]):
        with pytest.raises(Refusal, match="damaged"):
            stripped(broken, "audio/flac")


@pytest.mark.parametrize(("name", "headers"), [("tone.opus", 2), ("tone.ogg", 2), ("film.ogv", 4)])
def test_ogg_keeps_the_pages_of_sound(name: str, headers: int) -> None:
    before = recordings.ogg_pages((MEDIA / name).read_bytes())
    made = stripped((MEDIA / name).read_bytes(), "audio/ogg")
    after = recordings.ogg_pages(made)
    numbers = {serial: number for number, serial in enumerate(dict.fromkeys(page[0] for page in before), 1)}
    left = [(numbers[serial], granule, body) for serial, granule, _, body in before if granule > 0]
    assert [(serial, granule, body) for serial, granule, _, body in after if granule > 0] == left
    assert len(left) >= len(numbers)
    for number in numbers.values():
        assert [page[2] for page in after if page[0] == number] == list(range(sum(p[0] == number for p in after)))


def test_ogg_leaves_streams_of_unknown_kinds_behind() -> None:
    def page(flags: int, sequence: int, body: bytes) -> bytes:
        head = struct.pack("<4sBBqIIIBB", b"OggS", 0, flags, 0, 777, sequence, 0, 1, len(body)) + body
        return head[:22] + struct.pack("<I", strip_ogg.checksum(head)) + head[26:]

    plain = stripped((MEDIA / "tone.opus").read_bytes(), "audio/ogg")
    first = 27 + 1 + 19
    data = plain[:first] + page(2, 0, b"\x80kate\0\0\0Secret") + plain[first:] + page(4, 1, b"Secret")
    assert stripped(data, "audio/ogg") == plain
    with pytest.raises(Refusal):
        stripped(plain + page(4, 0, b"Secret of a stream that never began"), "audio/ogg")
    with pytest.raises(Refusal):
        stripped(plain + b"Secret", "audio/ogg")


@pytest.mark.parametrize(("name", "kind"), [("film.mp4", "video/mp4"), ("film.mov", "video/quicktime")])
def test_mp4_keeps_each_sample_of_sound_and_pictures(name: str, kind: str) -> None:
    data = (MEDIA / name).read_bytes()
    made = stripped(data, kind)
    before, after = recordings.mp4_samples(data), recordings.mp4_samples(made)
    assert after == {handler: before[handler] for handler in ("vide", "soun")}
    assert all(len(samples) > 2 for samples in after.values())
    boxes = recordings.mp4_boxes(made)
    assert [name for name, _, _ in boxes if "/" not in name] == ["ftyp", "moov", "mdat"]
    mdat = next((b - a) for name, a, b in boxes if name == "mdat")
    assert mdat == sum(len(sample) for samples in after.values() for sample in samples)
    times = [made[a + 4 : a + 20] for name, a, _ in boxes if name.endswith(("mvhd", "tkhd", "mdhd"))]
    assert len(times) == 5
    assert set(times) == {bytes(16)}


def test_mp4_leaves_what_lies_between_samples_behind() -> None:
    data = (MEDIA / "film.mp4").read_bytes()
    secret = b"Secret" * 20
    loose = (
        data + struct.pack(">I4s", 8 + len(secret), b"uuid") + secret + struct.pack(">I4s", 14, b"free") + b"Secret"
    )
    assert stripped(loose, "video/mp4") == stripped(data, "video/mp4")


def test_mp4_of_pieces_of_other_files_and_of_other_codecs_is_refused() -> None:
    data = (MEDIA / "film.mp4").read_bytes()
    assert b"url \0\0\0\1" in data
    for bad in (
        (MEDIA / "pieces.mp4").read_bytes(),
        data.replace(b"url \0\0\0\1", b"url \0\0\0\0"),
        data.replace(b"avc1\0\0\0\0\0\0\0\1", b"encv\0\0\0\0\0\0\0\1"),
    ):
        with pytest.raises(Refusal, match="media-unknown"):
            stripped(bad, "video/mp4")
    with pytest.raises(Refused, match="nobody can rid"):
        strip((MEDIA / "pieces.mp4").read_bytes(), "video/mp4")


def test_mp4_whose_samples_lie_outside_is_refused() -> None:
    data = bytearray((MEDIA / "film.mp4").read_bytes())
    at = next(a for name, a, _ in recordings.mp4_boxes(bytes(data)) if name.endswith("stbl/stco"))
    data[at + 8 : at + 12] = struct.pack(">I", len(data) - 2)
    with pytest.raises(Refusal, match="damaged"):
        stripped(bytes(data), "video/mp4")


@pytest.mark.parametrize(("name", "kind"), [("film.mkv", "video/x-matroska"), ("live.webm", "video/webm")])
def test_matroska_keeps_each_block_of_sound_and_pictures(name: str, kind: str) -> None:
    data = (MEDIA / name).read_bytes()
    made = stripped(data, kind)
    before = [packet for packet in recordings.mkv_packets(data) if packet[0] in (1, 2)]
    after = recordings.mkv_packets(made)
    assert sorted(after) == sorted(before)
    assert len(after) > 8
    kinds = {kind for kind, _ in recordings.mkv_elements(made)}
    assert kinds.isdisjoint((0x1254C367, 0x1941A469, 0x1043A770, 0x7BA9, 0x536E, 0x4461, 0x73A4, 0xEC, 0xBF))
    assert 0x1C53BB6B in kinds


def test_the_index_of_a_matroska_file_points_at_its_clusters() -> None:
    made = stripped((MEDIA / "film.mkv").read_bytes(), "video/x-matroska")
    elements = recordings.mkv_elements(made)
    segment = made.index(b"\x18\x53\x80\x67") + 12
    places = [int.from_bytes(body, "big") for kind, body in elements if kind == 0xF1]
    assert places
    assert all(made[segment + place :].startswith(b"\x1f\x43\xb6\x75") for place in places)
    seek = [body for kind, body in elements if kind == 0x114D9B74]
    assert len(seek) == 1
    for entry in (seek[0][at : at + 12 * 2 + 11] for at in range(0, len(seek[0]), len(seek[0]) // 3)):
        assert entry[:2] == b"\x4d\xbb"


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _doubled(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[max(0, at - rng.randrange(64)) :]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("harm", [_cut, _flipped, _doubled])
def test_broken_recordings_are_refused_or_stripped(name: str, harm: Callable[[bytes, random.Random], bytes]) -> None:
    data = (MEDIA / name).read_bytes()
    rng = random.Random(name)
    outcomes = set()
    for _ in range(60):
        try:
            made = stripped(harm(data, rng), SAMPLES[name])
        except Refusal as refusal:
            outcomes.add(refusal.reason)
        else:
            outcomes.add("stripped")
            assert b"SecretTitle" not in made
            assert len(made) <= 3 * len(data)
    assert outcomes <= {"stripped", "empty", *reasons.REASONS}
    assert outcomes - {"stripped"} or name == "tone.mp3"
