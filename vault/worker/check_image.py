"""Pictures: everything in the file beside the pixels. The pixels themselves need eyes or OCR."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

from vault.worker.refusal import Refusal

from .check_scan import Scan

MAX_PIXELS = 200_000_000
MAX_CHUNKS = 100_000

_PNG = b"\x89PNG\r\n\x1a\n"
# What our own writer makes: nothing but what draws the picture.
_PNG_ALLOWED = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"))
_PNG_NAMES = {b"tEXt": "png-text", b"zTXt": "png-text", b"iTXt": "png-text", b"eXIf": "exif", b"tIME": "time",
              b"iCCP": "profile"}  # fmt: skip
_JPEG_APPS = {0xE0: "jfif-extension", 0xE1: "exif", 0xE2: "profile", 0xED: "iptc", 0xEE: "adobe", 0xFE: "comment"}
_GPS_TAG = 0x8825
_TIFF_ALLOWED = frozenset((254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 292, 293, 296,
                           317, 320, 322, 323, 324, 325, 338, 339))  # fmt: skip
_TIFF_NAMES = {270: "description", 305: "software", 306: "time", 315: "artist", 700: "xmp", 33723: "iptc",
               34665: "exif", 34853: "gps", 37724: "photoshop", 33432: "copyright"}  # fmt: skip
_WEBP_ALLOWED = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH"))


def sniff(data: bytes) -> str | None:
    """jpeg, png, tiff, webp, heif or gif by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(_PNG):
        return "png"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc"):
        return "heif"
    return "gif" if data[:6] in (b"GIF87a", b"GIF89a") else None


def check_image(scan: Scan, data: bytes, where: str, must_open: bool = True) -> None:
    """Report metadata, thumbnails, comments and bytes after the end; raises Refusal for a damaged picture."""
    kind = sniff(data)
    if kind == "jpeg":
        _jpeg(scan, data, where)
    elif kind == "png":
        _png(scan, data, where)
    elif kind == "tiff":
        _tiff(scan, data, where)
    elif kind == "webp":
        _webp(scan, data, where)
    elif kind == "gif":
        _gif(scan, data, where)
    else:
        scan.structure("image-kind", where)
    if kind == "heif":
        scan.structure("not-seen", where)  # no decoder of it works behind these walls: nobody looked at the pixels
    elif must_open:
        _must_open(data)
        if not scan.in_document:
            scan.picture(where, lambda: _opened(data))
    if not must_open and not scan.in_document and _draws(data):
        scan.picture(where, lambda: _opened(data))  # a thumbnail may show what the picture hides
    scan.raw("image:bytes", where, data)


def _opened(data: bytes) -> Any:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGBA" if image.mode in ("RGBA", "LA", "P", "PA") else "RGB")


def _draws(data: bytes) -> bool:
    try:
        _must_open(data)
    except Refusal:
        return False
    return True


def _must_open(data: bytes) -> None:
    """A picture that can't be decoded in full is not known to be clean."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refusal("picture-too-large", MAX_PIXELS // 1_000_000)
            image.load()
    except Refusal:
        raise
    except Exception:  # Pillow raises whatever its decoders raise
        raise Refusal("damaged") from None


def _found(scan: Scan, what: str, where: str, data: bytes) -> None:
    scan.structure(f"image:{what}", where)
    scan.raw(f"image:{what}", where, data)


def _jpeg(scan: Scan, data: bytes, where: str) -> None:
    at, ended = 2, False
    for _ in range(MAX_CHUNKS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            break
        marker = data[at + 1]
        if marker == 0xD9:
            ended = True
            break
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        if at + 4 > len(data):
            break
        (size,) = struct.unpack(">H", data[at + 2 : at + 4])
        _jpeg_segment(scan, where, marker, data[at + 4 : at + 2 + size])
        at += 2 + size
    if not ended:
        raise Refusal("damaged")
    _after_end(scan, where, data[at + 2 :])


def _jpeg_segment(scan: Scan, where: str, marker: int, body: bytes) -> None:
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) <= 14:
            return
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) <= 12:
            return  # how the colours are coded
        name = _JPEG_APPS.get(marker, "application-data")
        if marker == 0xE1 and not body.startswith(b"Exif\0"):
            name = "xmp"
        if marker == 0xE2 and body.startswith(b"MPF\0"):
            name = "second-picture"
        _found(scan, name, where, body)
        if marker == 0xE1 and name == "exif":
            _exif(scan, body[6:], where)


def _exif(scan: Scan, tiff: bytes, where: str) -> None:
    tags = [tag for tag, _ in _tiff_entries(tiff)]
    if _GPS_TAG in tags:
        scan.structure("image:gps", where)
    at = tiff.find(b"\xff\xd8\xff")
    if at >= 0:
        scan.structure("image:thumbnail", where)
        if scan.depth < 3:
            scan.depth += 1
            check_image(scan, tiff[at:], f"{where}, thumbnail", must_open=False)
            scan.depth -= 1


def _after_end(scan: Scan, where: str, rest: bytes) -> None:
    if rest.strip(b"\0\r\n"):
        _found(scan, "after-end", where, rest)
        start = min(
            (i for i in (rest.find(b"\xff\xd8\xff"), rest.find(_PNG), rest.find(b"PK\3\4")) if i >= 0), default=-1
        )
        if start >= 0:
            scan.structure("image:second-file", where)


def _png(scan: Scan, data: bytes, where: str) -> None:
    at = 8
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(data):
            raise Refusal("damaged")
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind not in _PNG_ALLOWED:
            _found(scan, _PNG_NAMES.get(kind, "chunk"), where, body)
            for packed in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body[:200]):
                scan.raw(f"image:{_PNG_NAMES.get(kind, 'chunk')}", where, scan.inflate(body[packed.start() :]))
            if kind == b"eXIf":
                _exif(scan, body, where)
        at += 12 + size
        if kind == b"IEND":
            break
    rest = data[at:]
    _after_end(scan, where, rest)
    if b"IDAT" in rest or b"IEND" in rest:
        scan.structure("image:cropped-rest", where)  # what a screenshot editor left of the uncropped picture
    _png_surplus(scan, data, where)


def _png_surplus(scan: Scan, data: bytes, where: str) -> None:
    """Pixel data beyond the last row: an editor that wrote a smaller picture over a larger one."""
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", data[16:29])
    packed = b"".join(_idat(data))
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour)
    if channels is None or width * height > MAX_PIXELS:
        raise Refusal("damaged")
    reader = zlib.decompressobj()
    rows = height * (1 + (width * depth * channels + 7) // 8)
    try:
        out = reader.decompress(packed, rows + 65536)
    except zlib.error:
        raise Refusal("damaged") from None
    scan.spend(len(out))
    if (not interlace and len(out) > rows) or reader.unused_data:
        scan.structure("image:surplus-pixels", where)


def _idat(data: bytes) -> list[bytes]:
    at, found = 8, []
    while at + 12 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind == b"IDAT":
            found.append(data[at + 8 : at + 8 + size])
        if kind == b"IEND":
            break
        at += 12 + size
    return found


def _tiff_entries(data: bytes) -> list[tuple[int, int]]:
    """(tag, directory number) of all image file directories, each visited once."""
    if data[:2] not in (b"II", b"MM") or len(data) < 8:
        return []
    order = "<" if data[:2] == b"II" else ">"
    waiting, seen, found = [struct.unpack(order + "I", data[4:8])[0]], set[int](), []
    while waiting and len(seen) < 1000:
        at = waiting.pop()
        if at in seen or at < 8 or at + 2 > len(data):
            continue
        seen.add(at)
        (count,) = struct.unpack(order + "H", data[at : at + 2])
        for i in range(count):
            entry = data[at + 2 + 12 * i : at + 14 + 12 * i]
            if len(entry) < 12:
                break
            tag, _, _, value = struct.unpack(order + "HHII", entry)
            found.append((tag, len(seen)))
            if tag in (34665, _GPS_TAG, 330):
                waiting.append(value)
        end = at + 2 + 12 * count
        if end + 4 <= len(data):
            waiting.append(struct.unpack(order + "I", data[end : end + 4])[0])
    return found


def _tiff(scan: Scan, data: bytes, where: str) -> None:
    entries = _tiff_entries(data)
    if not entries:
        raise Refusal("damaged")
    for tag, _ in entries:
        if tag not in _TIFF_ALLOWED:
            scan.structure(f"image:{_TIFF_NAMES.get(tag, 'tag')}", where)
    scan.raw("image:tags", where, data)


def _webp(scan: Scan, data: bytes, where: str) -> None:
    (size,) = struct.unpack("<I", data[4:8])
    end, at = 8 + size, 12
    while at + 8 <= min(end, len(data)):
        kind = data[at : at + 4]
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        if kind not in _WEBP_ALLOWED:
            name = {b"EXIF": "exif", b"XMP ": "xmp", b"ICCP": "profile"}.get(kind, "chunk")
            _found(scan, name, where, data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    _after_end(scan, where, data[end:])


def _gif(scan: Scan, data: bytes, where: str) -> None:
    if b"\x21\xfe" in data:
        scan.structure("image:comment", where)
    end = data.rfind(b"\x00\x3b")
    _after_end(scan, where, data[end + 2 :] if end >= 0 else b"")
