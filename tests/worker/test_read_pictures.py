"""HEIC, BMP, and pictures of several pages or frames: upright, whole, and with nothing but their pixels."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from vault.errors import Refused
from vault.intake.media import PICTURES, READABLE, sniff
from vault.sandbox.documents import extract, facsimile
from vault.worker import read_image, read_pixels
from vault.worker.refusal import Refusal

# A picture of 64 by 32: the left half red, the right half blue, a green square in the top left corner.
SETUP = base64.b64decode(
    "AQQIAAAAn6gAAAAAHvAA/P34+AAADwOgAAEAF0ABDAH//wQIAAADAJ+oAAADAAAeugJAoQABACZCAQEECAAAAwCfqAAAAwAAHqAg"
    "ghZbq5MrmwIAAAMAAgAAAwAyEKIAAQAGRAHBc8CJ"
)
STILL = base64.b64decode(
    "AAAAF0ABDAH//wQIAAADAJ+oAAADAAAeugJAAAAAJkIBAQQIAAADAJ+oAAADAAAeoCCCFlurkyubAgAAAwACAAADADIQAAAABkQB"
    "wXPAiQAAAFcoAa8E+EE4d0fFytvl5fG6Hfq6RwzLIJ4aXjECUaEu3fJiXL/ks/6X3H3wv8O+Khj/JZHDEWZs4APanKBFf1Kb1wWO"
    "9n5DzGLxPmhf4PCFb+PIg//rDs8="
)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def _box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full(kind: bytes, version: int, *contents: bytes) -> bytes:
    return _box(kind, bytes((version, 0, 0, 0)), *contents)


def heic(turn: int = 0, orientation: int = 0, copies: int = 1) -> bytes:
    """`turn` quarters against the clock by HEIF's own means; `orientation` by EXIF, which does not count in HEIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation or 1
    exif[0x010E] = "Secret"
    items = [STILL] * copies + [struct.pack(">I", 6) + exif.tobytes()]
    last = len(items)
    kinds = [b"hvc1"] * copies + [b"Exif"]
    entries = [_full(b"infe", 2, struct.pack(">HH4sB", n, 0, kind, 0)) for n, kind in enumerate(kinds, 1)]
    places = [1, 0x82, 0x83] if turn else [1, 0x82]
    assigned = [struct.pack(">HB", n, len(places)) + bytes([0x81, *places[1:]]) for n in range(1, copies + 1)]
    properties = [_box(b"hvcC", SETUP), _full(b"ispe", 0, struct.pack(">II", 64, 32))]
    properties += [_box(b"irot", bytes([turn]))] if turn else []

    def meta(start: int) -> bytes:
        where, at = [], start
        for number, item in enumerate(items, 1):
            where.append(struct.pack(">HHHII", number, 0, 1, at, len(item)))
            at += len(item)
        return _full(
            b"meta", 0,
            _full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            _full(b"pitm", 0, struct.pack(">H", 1)),
            _full(b"iinf", 0, struct.pack(">H", last), *entries),
            _full(b"iref", 0, _box(b"cdsc", struct.pack(">HHH", last, 1, 1))),
            _box(b"iprp", _box(b"ipco", *properties), _full(b"ipma", 0, struct.pack(">I", copies), *assigned)),
            _full(b"iloc", 0, b"\x44\0", struct.pack(">H", last), *where),
        )  # fmt: skip

    head = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + _box(b"mdat", *items)


def near(pixel: Any, colour: Sequence[int]) -> bool:
    return all(abs(one - other) < 60 for one, other in zip(pixel[:3], colour, strict=True))


def drawn(data: bytes, media_type: str, page: int = 0) -> Any:
    """The pixels of a facsimile's page, made in the jail."""
    with pypdfium2.PdfDocument(facsimile(data, media_type, {}, dpi=72)) as made:
        return made[page].render().to_pil().convert("RGB")


def corners(picture: Any) -> list[Any]:
    across, down = picture.width // 8, picture.height // 8
    places = [(across, down), (picture.width - across, down), (across, picture.height - down)]
    return [picture.getpixel(place) for place in places]


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic_is_drawn_upright_once(orientation: int) -> None:
    data = heic(orientation=orientation)
    assert sniff(data) == "image/heic"
    page = extract(data, "image/heic").pages[0]
    assert (page.kind, page.width, page.height) == ("picture", 48, 24)
    found = corners(drawn(data, "image/heic"))
    assert all(map(near, found, (GREEN, BLUE, RED)))


@pytest.mark.parametrize("orientation", [1, 8])
def test_heic_that_turns_itself_is_not_turned_again(orientation: int) -> None:
    data = heic(turn=1, orientation=orientation)
    page = extract(data, "image/heic").pages[0]
    assert (page.width, page.height) == (24, 48)
    found = corners(drawn(data, "image/heic"))
    assert all(map(near, found, (BLUE, BLUE, GREEN)))


def test_heic_of_two_pictures_has_two_pages() -> None:
    document = extract(heic(copies=2), "image/heic")
    assert len(document.pages) == 2
    assert document.notes == ("the picture has 2 frames",)
    assert near(drawn(heic(copies=2), "image/heic", 1).getpixel((5, 5)), GREEN)


def test_heic_that_is_cut_off_is_refused() -> None:
    for size in (30, 200, len(heic()) - 120):
        with pytest.raises(Refused):
            extract(heic()[:size], "image/heic")


def test_heic_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    read_pixels.prepare()
    monkeypatch.delitem(Image.OPEN, "HEIF")
    with pytest.raises(Refusal, match="no-heic"):
        read_image.read(heic())


def test_avif_is_not_taken_for_a_film() -> None:
    assert sniff(_box(b"ftyp", b"avif", bytes(4), b"mif1")) == "image/avif"
    assert "image/avif" not in READABLE


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("name", "sides"), [("exif-samples__IMG_5195.HEIC", (1924.5, 2484.75)), ("pillow_heif__L_xmp.heif", (24.0, 24.0))]
)
def test_real_heic(shared: Path, name: str, sides: tuple[float, float]) -> None:
    data = (shared / "data" / "documents" / name).read_bytes()
    assert sniff(data[:65536], name) == "image/heic"
    page = extract(data, "image/heic").pages[0]
    assert (page.width, page.height) == sides
    lowest, highest = drawn(data, "image/heic").convert("L").getextrema()
    assert highest - lowest > 100


def saved(pictures: Sequence[Image.Image], form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(buffer, form, **more, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_bmp() -> None:
    data = saved([plain(BLUE)], "BMP")
    assert sniff(data) == "image/bmp"
    assert extract(data, "image/bmp").pages[0].width == 45
    assert near(drawn(data, "image/bmp").getpixel((9, 9)), BLUE)
    with pytest.raises(Refused):
        extract(data[:200], "image/bmp")


def test_tiff_of_pages_of_their_own_sizes() -> None:
    data = saved([plain(RED), plain(BLUE, (40, 80)), plain(GREEN)], "TIFF")
    pages = extract(data, "image/tiff").pages
    assert [(page.width, page.height) for page in pages] == [(45, 30), (30, 60), (45, 30)]
    for index, colour in enumerate((RED, BLUE, GREEN)):
        assert near(drawn(data, "image/tiff", index).getpixel((9, 9)), colour)


@pytest.mark.parametrize(("form", "kind"), [("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/png")])
def test_every_frame_of_a_moving_picture_is_a_page(form: str, kind: str) -> None:
    data = saved([plain(RED), plain(BLUE), plain(GREEN)], form, duration=100)
    document = extract(data, kind)
    assert len(document.pages) == 3
    assert document.notes == ("the picture has 3 frames",)
    for index, colour in enumerate((RED, BLUE, GREEN)):
        assert near(drawn(data, kind, index).getpixel((9, 9)), colour)


def test_frames_that_only_change_a_part_are_whole_pages() -> None:
    first, second = plain(RED), plain(RED)
    second.paste(BLUE, (30, 0, 60, 40))
    for form, kind in (("GIF", "image/gif"), ("WEBP", "image/webp")):
        page = drawn(saved([first, second], form, duration=100, lossless=True), kind, 1)
        assert near(page.getpixel((9, 9)), RED)
        assert near(page.getpixel((page.width - 9, 9)), BLUE)


def test_a_picture_of_too_many_frames_is_refused() -> None:
    many = [plain((value % 256, value // 256, 9), (2, 2)) for value in range(read_pixels.MAX_FRAMES + 1)]
    with pytest.raises(Refused, match=f"more than {read_pixels.MAX_FRAMES} pages"):
        extract(saved(many, "GIF", duration=10), "image/gif")


def test_what_is_readable_has_a_decoder() -> None:
    assert set(read_pixels.FORMATS) == PICTURES
