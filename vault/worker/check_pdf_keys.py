"""What the keys of a PDF hold: the channel of each, what our own writers never make, and small readers of values."""

from __future__ import annotations

import hashlib
import re
import struct
from typing import Any

from .check_pdf_text import Decoder, to_unicode

# Key → the channel that its content belongs to. The first that fits on the way down holds, but for the finer ones.
CHANNELS = {
    "/Info": "docinfo", "/Metadata": "xmp", "/Annots": "annotation", "/AcroForm": "field", "/XFA": "xfa",
    "/JavaScript": "javascript", "/JS": "javascript", "/OpenAction": "action", "/AA": "action", "/A": "action",
    "/EmbeddedFiles": "attachment", "/AF": "associated-file", "/EF": "attachment", "/OCProperties": "layer",
    "/Outlines": "outline", "/PageLabels": "page-label", "/Dests": "destination", "/Threads": "thread",
    "/URI": "link", "/StructTreeRoot": "structure-tree", "/Thumb": "thumbnail", "/PieceInfo": "pieceinfo",
    "/Collection": "portfolio", "/Perms": "signature", "/SpiderInfo": "web-capture", "/B": "thread",
    "/RichMedia": "media", "/Font": "font", "/ViewerPreferences": "viewer", "/Requirements": "requirements",
    "/ID": "id", "/OC": "layer", "/Properties": "layer",
}  # fmt: skip
FINER = {
    "/Alt": "alt", "/ActualText": "actual-text", "/E": "expansion", "/TU": "field-tooltip", "/TM": "field-name",
    "/V": "field-value", "/DV": "field-default", "/XFA": "xfa", "/JS": "javascript", "/EF": "attachment",
    "/RC": "annotation-rich-text", "/AP": "appearance", "/Base": "uri-base", "/T": "label",
}  # fmt: skip
# Keys whose presence alone is reported: what we never write.
FORBIDDEN = {
    "/AcroForm": "form", "/XFA": "xfa", "/JavaScript": "JavaScript", "/JS": "JavaScript", "/OpenAction": "action",
    "/AA": "action", "/A": "action", "/EmbeddedFiles": "attachment", "/EF": "attachment", "/AF": "associated-file",
    "/OCProperties": "layer", "/Outlines": "outline", "/PageLabels": "page-label", "/Dests": "destination",
    "/Threads": "thread", "/URI": "link", "/Thumb": "thumbnail", "/PieceInfo": "pieceinfo", "/Annots": "annotation",
    "/Collection": "portfolio", "/Perms": "signature", "/SpiderInfo": "web-capture", "/Metadata": "xmp",
    "/Launch": "action", "/OPI": "opi", "/Alternates": "alternate-picture", "/Requirements": "requirements",
}  # fmt: skip
TYPES = frozenset(
    re.findall(
        r"/\w+",
        """/Catalog /Pages /Page /Font /FontDescriptor /XObject /ExtGState /Encoding /CMap /StructTreeRoot
    /StructElem /Group /Pattern /Mask /ObjStm /XRef /MCR /OBJR /Halftone /OutputIntent""",
    )
)
# Words of the format that our own files hold and that sound like names (/Marked, /Lang). Each is nobody's name
# where it stands alone as a name object, and only there.
WORDS = frozenset(
    re.findall(
        r"[\w-]+",
        """Ascent BaseFont BitsPerComponent BlackIs1 CCITTFaxDecode CIDFontType2 CIDSystemInfo
        CIDToGIDMap CapHeight Catalog ClassMap ColorSpace Column Columns Contents Count DCTDecode
        DecodeParms DescendantFonts Descent Dest DeviceGray DeviceRGB Document Encoding Filter First FirstChar
        Flags FlateDecode Font FontBBox FontDescriptor FontFile2 FontName Heading Height Identity
        Identity-H Image Invisible ItalicAngle Kids Lang Last LastChar Length Length1 MarkInfo Marked
        MediaBox MissingWidth Name Next Nums Ordering Outlines Page Pages Parent ParentTree ParentTreeNextKey Prev
        Registry Resources Root Rows Scope Sect Size StemV StructElem StructParents StructTreeRoot
        Subtype Supplement Table Tabs Title ToUnicode TrueType Type Type0 Width Widths XObject""",
    )
)
# The names of the fonts that we embed, which sound like Жанна and Zana, with the tags of their subsets.
_OWN_FONTS = re.compile(r"(?:AAAA[A-Z]{2}\+)?DejaVuSans(?:-Bold)?")
_IN_MAPS = re.compile(rb"AAAA[A-Z]{2}\+DejaVuSans(?:-Bold)?")
# What these fonts say of themselves and of their licence ("Bitstream Vera" among it), by hash; as they come, 2.37.
_OWN_NAME_TABLES = frozenset((
    "3263a385f444770906587b2d5275354a9ef31d7dfc92ddb3b41d57d1ea0a5ac1",
    "628a0c99a1f35a4b9cf988b47ae4398563c5f6db2c540e834dc623e9d5b4633f",
))  # fmt: skip
MOST_TABLES = 64
OUTER = frozenset(
    ("trailer", "catalog", "page", "structure-tree", "layer", "orphan", "action", "annotation", "field", "link")
)
INFO_KNOWN = frozenset(
    ["/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate", "/Trapped"]
)


def is_own_word(name: str) -> bool:
    """Whether a name object, without its slash, is a word of the format or one of our fonts."""
    return name in WORDS or _OWN_FONTS.fullmatch(name) is not None


def without_own_fonts(data: bytes) -> bytes:
    """A font's program or map without what our own fonts say of themselves. Source of the layout: OpenType 1.9."""
    if data[:4] != b"\0\1\0\0" or len(data) < 12:
        return _IN_MAPS.sub(b" ", data)
    (count,) = struct.unpack_from(">H", data, 4)
    for at in range(12, min(12 + 16 * min(count, MOST_TABLES), len(data) - 15), 16):
        tag, _, start, size = struct.unpack_from(">4sIII", data, at)
        table = data[start : start + size]
        if tag == b"name" and hashlib.sha256(table).hexdigest() in _OWN_NAME_TABLES:
            return data[:start] + bytes(len(table)) + data[start + size :]
    return data


def is_dictionary(value: Any) -> bool:
    return isinstance(value, dict)


def resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def decoded(stream: Any) -> bytes:
    try:
        return bytes(stream.get_data())
    except Exception:  # an unknown or broken filter: what lies there packed is searched instead
        return bytes(getattr(stream, "_data", b""))


def font_decoder(font: Any) -> Decoder:
    cmap = resolved(font.get("/ToUnicode"))
    maps = to_unicode(decoded(cmap)) if hasattr(cmap, "get_data") else {}
    return Decoder(maps, font.get("/Subtype") == "/Type0")
