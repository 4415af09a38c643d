"""A photo or a scan as an exhibit: one picture page a frame. Words in it are for a person to read."""

from __future__ import annotations

from typing import Any

from vault.worker import read_blocks, read_likeness, read_pixels

POINTS_A_PIXEL = 0.75
SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"RIFF", "image/webp"),
    (b"BM", "image/bmp"),
)
HEIC_MARK, HEIC_MARK_AT = b"ftyp", 4


def prepare() -> None:
    """Load the decoders."""
    read_pixels.prepare()
    read_likeness.prepare()


def read(data: bytes) -> dict[str, Any]:
    """Pages without blocks; their size is that of the picture at 96 pixels an inch. Raises Refusal."""
    media_type = next((kind for start, kind in SIGNATURES if data.startswith(start)), "image/jpeg")
    if data.startswith(HEIC_MARK, HEIC_MARK_AT):
        media_type = "image/heic"
    collector = read_blocks.Collector()
    with read_pixels.opened(data, media_type) as picture:
        count = read_pixels.frame_count(picture)
        for index in range(count):
            width, height = read_pixels.size(picture, index)
            if index == 0:
                # A file that can't be decoded is refused now, not at export.
                alike = read_likeness.likeness(read_pixels.pixels(picture, 0, (64, 64)))
            shown = (width * POINTS_A_PIXEL, height * POINTS_A_PIXEL)
            page = read_blocks.page(index + 1, "picture", shown, [])
            collector.add({**page, "density": 1 / POINTS_A_PIXEL, "likeness": "" if index else alike})
        collector.note("frames", count if count > 1 else 0)
    return collector.answer("picture")
