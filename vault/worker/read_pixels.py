"""Pictures as plain pixels: decoded within bounds, turned as EXIF says, everything else left behind."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vault.worker import read_heif
from vault.worker.refusal import Refusal

HEIC = "image/heic"
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    HEIC: "HEIF",
}
MILLION = 1_000_000
MAX_PIXELS = 100 * MILLION
MAX_FRAMES = 500
ORIENTATION = 0x0112
TURNS = {
    3: "ROTATE_180",
    2: "FLIP_LEFT_RIGHT",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def prepare(media_type: str = HEIC) -> None:
    """Load the decoders, and no other; JPEG's is two, as a camera may put a second picture into one file.

    HEIC's, which takes longer than all others, is left out where another `media_type` is known to come.
    """
    from PIL import (
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    Image.MAX_IMAGE_PIXELS = None  # our own bound is checked before decoding, and says so in our own words
    for module, name in (
        (BmpImagePlugin, "BMP"),
        (GifImagePlugin, "GIF"),
        (JpegImagePlugin, "JPEG"),
        (PngImagePlugin, "PNG"),
        (TiffImagePlugin, "TIFF"),
        (WebPImagePlugin, "WEBP"),
    ):
        assert module is not None
        sample = Image.new("L", (2, 2))
        buffer = io.BytesIO()
        sample.save(buffer, name)
        Image.open(io.BytesIO(buffer.getvalue()), formats=(name,)).load()
    # Pillow looks for this one late, when a JPEG says that it holds a second picture.
    assert MpoImagePlugin is not None
    buffer = io.BytesIO()
    sample.save(buffer, "MPO", save_all=True, append_images=[sample])
    with Image.open(io.BytesIO(buffer.getvalue()), formats=("JPEG",)) as double:
        double.seek(1)
        double.load()
    if media_type == HEIC:
        read_heif.prepare()


@contextmanager
def opened(data: bytes, media_type: str) -> Iterator[Any]:
    """A PIL image, not decoded yet; raises Refusal. Nothing is guessed: the type is the one that was asked for."""
    from PIL import Image, UnidentifiedImageError

    if media_type not in FORMATS:
        raise Refusal("unsupported-type")
    if not data:
        raise Refusal("empty")
    if media_type == HEIC and FORMATS[media_type] not in Image.OPEN:
        raise Refusal("no-heic")
    warnings.simplefilter("ignore")
    try:
        picture = Image.open(io.BytesIO(data), formats=(FORMATS[media_type],))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise Refusal("damaged") from None
    with picture:
        yield picture


def frame_count(picture: Any) -> int:
    """How many pictures the file holds; raises Refusal for more than we take."""
    try:
        count = int(getattr(picture, "n_frames", 1))
    except (OSError, EOFError, SyntaxError, ValueError):
        raise Refusal("damaged") from None
    if count > MAX_FRAMES:
        raise Refusal("too-many-pages", MAX_FRAMES)
    return count


def _orientation(picture: Any) -> int:
    """What is left to turn: Pillow turns TIFF while it loads it, libheif HEIC, and both give the size as shown.

    What a HEIC file's EXIF says beside that does not count: it repeats what was done.
    """
    if picture.format in ("TIFF", "HEIF"):
        return 1
    try:
        value = picture.getexif().get(ORIENTATION, 1)
    except Exception:  # broken EXIF is no reason to lose the picture
        return 1
    return value if value in TURNS else 1


def size(picture: Any, index: int) -> tuple[int, int]:
    """Width and height of one frame as shown, without decoding it; raises Refusal."""
    try:
        picture.seek(index)
    except (OSError, EOFError, SyntaxError, ValueError):
        raise Refusal("damaged") from None
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Refusal("picture-too-large", MAX_PIXELS // MILLION)
    if width < 1 or height < 1:
        raise Refusal("damaged")
    return (height, width) if _orientation(picture) >= 5 else (width, height)


def pixels(picture: Any, index: int, largest: tuple[int, int] | None = None) -> Any:
    """One frame as a new RGB image on white, turned upright, no larger than `largest`; raises Refusal."""
    from PIL import Image

    size(picture, index)
    turn = _orientation(picture)
    wanted = largest[::-1] if largest is not None and turn >= 5 else largest or picture.size
    try:
        if largest is not None:
            picture.draft("RGB", wanted)
        picture.load()
        plain = _flattened(picture if largest is None else _reduced(picture, wanted))
    except (OSError, EOFError, SyntaxError, ValueError, IndexError, TypeError):
        raise Refusal("damaged") from None
    if largest is not None:
        plain.thumbnail(wanted, Image.Resampling.LANCZOS)
    return plain.transpose(getattr(Image.Transpose, TURNS[turn])) if turn in TURNS else plain


def _reduced(picture: Any, wanted: tuple[int, int]) -> Any:
    """A much larger picture at twice the wanted size or more: cheap, and enough for the careful step after it."""
    factor = min(picture.width // (2 * wanted[0]), picture.height // (2 * wanted[1]))
    return picture.reduce(factor) if factor >= 2 and picture.mode in ("L", "RGB", "RGBA", "LA", "CMYK") else picture


def _flattened(picture: Any) -> Any:
    """A copy that has pixels and nothing else; what shines through does so on white."""
    from PIL import Image

    if picture.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        low, high = picture.getextrema()
        spread = (high - low) or 1
        picture = picture.point(lambda value: (value - low) * (255.0 / spread)).convert("L")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, (255, 255, 255))
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain
