"""A PDF of pictures, and where asked for of an invisible text over them, written by hand: every object is ours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from vault.worker import write_glyphless, write_marks

THRESHOLD = 150
JPEG_QUALITY = 75
COLOURED = 40
COLOURED_SHARE = 0.002
DARK, LIGHT = 60, 195
SOLID_GREY_REACH = 2  # pixels on each side: smaller than the smallest letter that can be read
SAMPLE_EDGE = 1_200
WHITE = 255
ROWS_PER_STRIP, STRIP_OFFSETS, STRIP_SIZES = 278, 273, 279


class PixelPdf:
    """Collects pages; `bytes` writes the file. The same pages give the same bytes."""

    def __init__(self, band: write_marks.Band | None = None, count: int = 0) -> None:
        """With a band, which needs the `count` of all pages, strips grow around each picture."""
        self._objects: list[bytes] = [b"", b""]  # 1 is the catalogue, 2 the page tree
        self._pages: list[tuple[int, int, float, float, Sequence[write_glyphless.Placed]]] = []
        self._band, self._count = band, count
        self._labels: list[int] = []
        self.size = 0

    def _add(self, body: bytes) -> int:
        self._objects.append(body)
        self.size += len(body)
        return len(self._objects)

    def add(
        self,
        picture: Any,
        width: float,
        height: float,
        words: Sequence[write_glyphless.Placed] = (),
        *,
        kind: str | None = None,
        quality: int = JPEG_QUALITY,
    ) -> None:
        """One page of `width` by `height` points that the RGB picture fills, stored as `look` or `kind` says.

        `words` are invisible over it, in reading order.
        """
        image = self._add(_image_object(picture, kind, quality))
        if self._band is not None:
            number = self._band.number(len(self._pages) + 1, self._count)
            label = write_marks.band_picture(self._band, number, write_marks.frame(width, height))
            self._labels.append(self._add(_image_object(label, "bitonal")))
        self._pages.append((image, self._add(b""), width, height, words))

    def __bytes__(self) -> bytes:
        alphabet = write_glyphless.Alphabet(word.text for *_, words in self._pages for word in words)
        objects, resources = list(self._objects), b""
        if alphabet.size:
            font = len(objects) + 1
            objects += write_glyphless.font_objects(alphabet, font)
            resources = b" /Font << /F %d 0 R >>" % font
        kids = []
        for place, (image, contents, width, height, words) in enumerate(self._pages):
            drawing = b"q %.2f 0 0 %.2f 0 0 cm /I Do Q" % (width, height)
            if words:
                drawing += b"\n" + write_glyphless.drawing(words, alphabet, width, height)
            pictures = b"/I %d 0 R" % image
            if self._band is not None:
                around = write_marks.frame(width, height)
                width, height = around.width, around.height
                pictures += b" /T %d 0 R" % self._labels[place]
                drawing = _framed(drawing, self._band, around)
            objects[contents - 1] = write_glyphless.stream(drawing, packed=bool(words) or self._band is not None)
            objects.append(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /XObject << %s >>%s >> "
                b"/Contents %d 0 R >>" % (width, height, pictures, resources if words else b"", contents)
            )
            kids.append(len(objects))
        objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
        tree = b" ".join(b"%d 0 R" % one for one in kids)
        objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (tree, len(kids))
        return _file(objects)


def _framed(drawing: bytes, band: write_marks.Band, around: write_marks.Frame) -> bytes:
    """The picture and its words where they stand on the larger page, and the bands around them."""
    left, bottom, width = write_marks.text_place(around)
    label = b"q %.2f 0 0 %.2f %.2f %.2f cm /T Do Q" % (
        width,
        write_marks.TEXT_HEIGHT * around.scale,
        left,
        bottom,
    )
    moved = b"q 1 0 0 1 %.2f %.2f cm\n%s\nQ" % (around.left, around.bottom, drawing)
    return b"\n".join([moved, write_marks.operators(band, around), label])


def _file(objects: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(offsets) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def _image_object(picture: Any, kind: str | None = None, quality: int = JPEG_QUALITY) -> bytes:
    kind = kind or look(picture)
    if kind == "bitonal":
        space, bits, how, data = b"/DeviceGray", 1, _fax_filter(picture), _fax(picture)
    else:
        space = b"/DeviceGray" if kind == "grey" else b"/DeviceRGB"
        bits, how, data = 8, b"/Filter /DCTDecode", _jpeg(picture, kind, quality)
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d %s /Length %d >>"
        b"\nstream\n%s\nendstream" % (picture.width, picture.height, space, bits, how, len(data), data)
    )


def look(picture: Any) -> str:
    """bitonal, grey or colour: the least that shows all there is to see.

    Letters have grey edges; a photo, and a field under letters, has grey areas. One such area, however small, is
    enough for grey: as black and white, what can't be told from its ground would come out as plain as print.
    """
    from PIL import Image, ImageFilter

    reduction = max(1, max(picture.size) // SAMPLE_EDGE)
    coarse = picture.reduce(reduction) if reduction > 1 else picture
    _, saturation, brightness = coarse.convert("HSV").split()  # the brightest of the three: blue ink is dark in grey
    value = brightness.point(lambda level: 255 if level > DARK else 0)
    dark_is_no_colour = Image.new("L", coarse.size)
    dark_is_no_colour.paste(saturation, mask=value)
    histogram = dark_is_no_colour.histogram()
    if sum(histogram[COLOURED:]) > COLOURED_SHARE * sum(histogram):
        return "colour"
    grey = picture.convert("L").point(lambda level: 255 if DARK < level < LIGHT else 0)
    solid = grey.filter(ImageFilter.BoxBlur(SOLID_GREY_REACH))  # the mean: 255 only where all neighbours are grey
    return "grey" if solid.getextrema()[1] == WHITE else "bitonal"


def as_stored(picture: Any, kind: str) -> tuple[str, bytes]:
    """The RGB picture as it comes out of a file that holds it as `kind`: (PNG or JPEG, the encoded pixels)."""
    if kind != "bitonal":
        return "JPEG", _jpeg(picture, kind)
    buffer = io.BytesIO()
    _ink(picture).point(lambda level: WHITE - level).save(buffer, "PNG", compress_level=1)
    return "PNG", buffer.getvalue()


def _jpeg(picture: Any, kind: str, quality: int = JPEG_QUALITY) -> bytes:
    buffer = io.BytesIO()
    picture.convert("L" if kind == "grey" else "RGB").save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def shown(picture: Any, kind: str) -> Any:
    """The picture in grey as a reader of the file sees it, but for JPEG's small losses."""
    return _ink(picture) if kind == "bitonal" else picture.convert("L")


def _ink(picture: Any) -> Any:
    """255 where a black and white copy has ink, 0 elsewhere."""
    return picture.convert("L").point(lambda level: WHITE if level < THRESHOLD else 0)


def _fax_filter(picture: Any) -> bytes:
    return b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 false >>" % picture.size


def _fax(picture: Any) -> bytes:
    """CCITT group 4 (ITU-T T.6) of one strip: what libtiff makes, without the TIFF around it."""
    from PIL import Image
    from PIL.TiffImagePlugin import TiffImageFile

    # 1 is ink: the fax code's black, which PDF draws as 0.
    bits = _ink(picture).convert("1", dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    bits.save(buffer, "TIFF", compression="group4", tiffinfo={ROWS_PER_STRIP: picture.height})
    with TiffImageFile(io.BytesIO(buffer.getvalue())) as tiff:
        offsets, sizes = tiff.tag_v2[STRIP_OFFSETS], tiff.tag_v2[STRIP_SIZES]
    assert len(offsets) == len(sizes) == 1
    return buffer.getvalue()[offsets[0] : offsets[0] + sizes[0]]
