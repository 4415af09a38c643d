"""The invisible text over a page of pixels, so that what stays readable can be searched and copied.

Set in a font that has no glyphs and knows only the characters that the text uses (PDF 32000-1, 9.7 and 9.10.3).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

INVISIBLE = 3
ADVANCE = 500  # thousandths of the font's size, of every character
ASCENT, DESCENT = 800, -200
UNITS = 1000
MAX_CHARACTERS = 65_000
CHARACTERS_A_BLOCK = 100
SPACE = " "
LEAST_SIZE = 1.0
NAME = b"/Invisible"
VERSION, MAGIC = 0x00010000, 0x5F0F3CF5


@dataclass(frozen=True, slots=True)
class Placed:
    """A word without spaces at its ends, and its box in percent of the page from the top left."""

    text: str
    x: float
    y: float
    width: float
    height: float


class Alphabet:
    """Numbers for the characters that a document uses, from 1 on, in the order of the characters."""

    def __init__(self, texts: Iterable[str]) -> None:
        used = {character for text in texts for character in text}
        if used:
            used.add(SPACE)
        self.characters = sorted(used)[:MAX_CHARACTERS]
        self._codes = {character: number for number, character in enumerate(self.characters, start=1)}

    @property
    def size(self) -> int:
        return len(self.characters)

    def codes(self, text: str) -> bytes:
        """The text as the two-byte codes of the font, in hexadecimal."""
        return b"".join(b"%04X" % self._codes[one] for one in text if one in self._codes)


def stream(data: bytes, *, packed: bool, extra: bytes = b"") -> bytes:
    """A stream object."""
    if packed:
        data, extra = zlib.compress(data, 9), extra + b" /Filter /FlateDecode"
    return b"<<%s /Length %d >>\nstream\n%s\nendstream" % (extra, len(data), data)


def drawing(words: Sequence[Placed], alphabet: Alphabet, width: float, height: float) -> bytes:
    """The operators that set the words where they stand, each with a space after it.

    The space parts them for programs that go by characters; and some leave out a text of one character without ink.
    """
    out = [b"BT %d Tr" % INVISIBLE]
    for word in words:
        size = max(LEAST_SIZE, word.height / 100 * height)
        scale = word.width / 100 * width / (size * ADVANCE / UNITS * max(1, len(word.text))) * 100
        left, base = word.x / 100 * width, height - (word.y + word.height) / 100 * height - DESCENT / UNITS * size
        place = b"/F %.1f Tf %.1f Tz 1 0 0 1 %.1f %.1f Tm" % (size, max(1.0, scale), left, base)
        out.append(b"%s <%s> Tj" % (place, alphabet.codes(word.text + SPACE)))
    return b"\n".join([*out, b"ET"])


def font_objects(alphabet: Alphabet, first: int) -> list[bytes]:
    """A Type 0 font, numbered `first`, and the four objects that it needs, numbered on from there."""
    box = b"/FontBBox [0 %d %d %d] /Ascent %d /Descent %d" % (DESCENT, ADVANCE, ASCENT, ASCENT, DESCENT)
    return [
        b"<< /Type /Font /Subtype /Type0 /BaseFont %s /Encoding /Identity-H /DescendantFonts [%d 0 R] "
        b"/ToUnicode %d 0 R >>" % (NAME, first + 1, first + 3),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont %s /FontDescriptor %d 0 R /DW %d /CIDToGIDMap /Identity "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>" % (NAME, first + 2, ADVANCE),
        b"<< /Type /FontDescriptor /FontName %s /Flags 4 %s /ItalicAngle 0 /CapHeight %d /StemV 80 "
        b"/FontFile2 %d 0 R >>" % (NAME, box, ASCENT, first + 4),
        stream(_to_unicode(alphabet.characters), packed=True),
        _font_file(alphabet.size + 1),
    ]


def _to_unicode(characters: Sequence[str]) -> bytes:
    pairs = [
        b"<%04X> <%s>" % (code, character.encode("utf-16-be", "replace").hex().upper().encode())
        for code, character in enumerate(characters, start=1)
    ]
    blocks = [pairs[at : at + CHARACTERS_A_BLOCK] for at in range(0, len(pairs), CHARACTERS_A_BLOCK)]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks),
            b"endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )


def _font_file(glyphs: int) -> bytes:
    """A TrueType font of that many empty glyphs, all as wide (OpenType 1.9: head, hhea, hmtx, maxp, loca, glyf)."""
    bounds = (0, DESCENT, ADVANCE, ASCENT)
    tables = {
        b"glyf": bytes(4),
        b"head": struct.pack(">IIIIHHQQ4hHHhhh", VERSION, VERSION, 0, MAGIC, 0, UNITS, 0, 0, *bounds, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">IhhhH11hH", VERSION, ASCENT, DESCENT, 0, ADVANCE, *[0] * 11, 1),
        b"hmtx": struct.pack(">Hh", ADVANCE, 0) + bytes(2 * (glyphs - 1)),
        b"loca": bytes(2 * (glyphs + 1)),
        b"maxp": struct.pack(">IH13H", VERSION, glyphs, 0, 0, 0, 0, 2, *[0] * 8),
    }
    head, body, offset = [], b"", 12 + 16 * len(tables)
    for tag in sorted(tables):
        data = tables[tag]
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head.append(tag + struct.pack(">III", total, offset + len(body), len(data)))
        body += padded
    power = 1 << (len(tables).bit_length() - 1)
    search = 16 * power, power.bit_length() - 1, 16 * (len(tables) - power)
    start = struct.pack(">IHHHH", VERSION, len(tables), *search)
    file = start + b"".join(head) + body
    return stream(file, packed=True, extra=b" /Length1 %d" % len(file))
