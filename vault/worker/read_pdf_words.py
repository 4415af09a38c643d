"""The words that can be seen on a PDF page, with their places. Hidden text is found by looking for its ink.

Places are in points from the top left corner of the page as it is shown, its rotation applied.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from vault.worker import read_pdf_slant

INK_CONTRAST = 32
INK_SCALE = 100 / 72
MAX_INK_PIXELS = 12_000_000
INSET = 0.2
NEW_WORD_GAP = 0.35
NEW_LINE_SHIFT = 0.5
MOST_OVERSHOOT = 1.0
MAX_CHARACTERS = 400_000
LINE_END_HYPHENS = {0x02, 0xAD, 0xFFFE}
INVISIBLE_MODES = (3, 7)  # FPDF_TEXTRENDERMODE_INVISIBLE, _CLIP
LONGEST_FONT_NAME = 200
BOLD_WEIGHT = 600
PRIVATE_USE = range(0xE000, 0xF900)


@dataclass(slots=True)
class Word:
    """A word and the box of its letters as the font's own heights give it.

    `area` is all that its ink may fill, where that was asked for and is more; `first` its first character's place;
    `size` that of its font in points, 0 where it is not known.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    upright: bool = True
    area: read_pdf_slant.Box | None = None
    first: int = -1
    size: float = 0.0
    bold: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(slots=True)
class Found:
    """The visible words, counts of what was left out, and slanted ones: `apart`, from `slanted_top` on."""

    words: list[Word]
    slanted: int = 0
    slanted_top: float = 0.0
    hidden: int = 0
    invisible_layer: int = 0
    unmapped: int = 0
    characters: int = 0
    apart: list[Word] = field(default_factory=list)


class Place:
    """Turns a page's own coordinates into places on the page as shown."""

    def __init__(self, page: Any) -> None:
        import pypdfium2.raw as raw

        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page.raw, box)
        self._box = (box.left, box.bottom, box.right, box.top)
        self._turn = page.get_rotation() % 360
        self.width, self.height = page.get_size()

    def point(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self._box
        if self._turn == 90:
            return y - bottom, x - left
        if self._turn == 180:
            return right - x, y - bottom
        if self._turn == 270:
            return top - y, right - x
        return x - left, top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) as shown."""
        if self._turn == 0 and left <= right and bottom <= top:
            return left - self._box[0], self._box[3] - top, right - self._box[0], self._box[3] - bottom
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def level(self, along_x: float, along_y: float) -> bool:
        """Whether writing in that direction runs from left to right as shown."""
        x0, y0 = self.point(0, 0)
        x1, y1 = self.point(along_x, along_y)
        return x1 - x0 > abs(y1 - y0)


class _Builder:
    """Collects characters into words, in the order of the file; slanted ones, and what touches them, apart."""

    def __init__(self, raw: Any, text_page: Any, place: Place) -> None:
        self._raw, self._text, self._place = raw, text_page, place
        self._matrix = raw.FS_MATRIX()
        self.words: list[tuple[Word, int]] = []
        self.slanted: list[tuple[Word, int]] = []
        self._word: Word | None = None
        self._first = 0
        self._latest: read_pdf_slant.Box | None = None
        self._latest_slanted = self._spoiled = self._latest_kept = False
        self._known_direction = (0.0, 0.0), (False, False)

    def end(self) -> None:
        if self._word is not None and self._word.text.strip():
            (self.slanted if self._spoiled else self.words).append((self._word, self._first))
            self._latest_kept = not self._spoiled
        self._word, self._spoiled = None, False

    def add(self, character: str, index: int, box: read_pdf_slant.Box) -> None:
        matrix = self._matrix
        known = self._raw.FPDFText_GetMatrix(self._text, index, matrix)
        slanted, upright = self._direction(matrix.a, matrix.b) if known else (False, True)
        latest = self._latest if slanted or self._latest_slanted else None
        touching = latest is not None and read_pdf_slant.touching(latest, box)
        if slanted:
            self._leave_out(character, index, box, touching)
        else:
            self._keep(character, index, box, upright)
            self._spoiled |= touching and self._latest_slanted
            self._latest_slanted = False
        self._latest = box

    def _direction(self, along_x: float, along_y: float) -> tuple[bool, bool]:
        """(slanted, upright); mostly that of the character before."""
        if (along_x, along_y) != self._known_direction[0]:
            found = read_pdf_slant.is_slanted(along_x, along_y), self._place.level(along_x, along_y)
            self._known_direction = (along_x, along_y), found
        return self._known_direction[1]

    def _leave_out(self, character: str, index: int, box: read_pdf_slant.Box, touching: bool) -> None:
        # On a curve a few letters stand upright: what they touch says that they are part of it.
        self.end()
        if touching and not self._latest_slanted and self._latest_kept:
            self.slanted.append(self.words.pop())
            self._latest_kept = False
        self.slanted.append((Word(character, *box), index))
        self._latest_slanted = True

    def _keep(self, character: str, index: int, box: read_pdf_slant.Box, upright: bool) -> None:
        left, top, right, bottom = box
        word = self._word
        if word is not None and self._parted(word, box):
            self.end()
            word = None
        if word is None:
            self._word = Word(character, left, top, right, bottom, upright, first=index)
            self._first = index
            return
        word.text += character
        # Comparing by hand, not by min and max: this runs for each character.
        word.left = left if left < word.left else word.left
        word.top = top if top < word.top else word.top
        word.right = right if right > word.right else word.right
        word.bottom = bottom if bottom > word.bottom else word.bottom

    def _parted(self, word: Word, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = box
        if not word.upright:
            reach = 2 * min(word.right - word.left, word.height) + 2
            return left > word.right + reach or right < word.left - reach
        size = max(1.0, min(word.height, bottom - top))
        return (
            abs(bottom - word.bottom) > NEW_LINE_SHIFT * size
            or left - word.right > NEW_WORD_GAP * size
            or left < word.left - size
        )


def _characters(raw: Any, text_page: Any, place: Place) -> tuple[_Builder, int, int]:
    """(words with the index of their first character, characters, characters without a meaning)"""
    builder = _Builder(raw, text_page, place)
    count = min(raw.FPDFText_CountChars(text_page), MAX_CHARACTERS)
    rectangle = raw.FS_RECTF()
    seen = unmapped = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in LINE_END_HYPHENS:
            code = 0x2D
        elif code in (0x20, 0x0D, 0x0A, 0x09, 0xA0):
            builder.end()
            continue
        seen += 1
        if code < 0x20 or code == 0xFFFD or code in PRIVATE_USE or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            unmapped += 1
            code = 0xFFFD
        if raw.FPDFText_GetLooseCharBox(text_page, index, rectangle):
            box = place.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            builder.add(chr(code), index, box)
    builder.end()
    return builder, seen, unmapped


def has_ink(picture: Any, scale: float, word: Word) -> bool:
    """Whether something can be told apart from its ground where the word stands."""
    inset = INSET * word.height if word.upright else 0.0
    left, right = max(0, int(word.left * scale)), min(picture.width, int(word.right * scale) + 1)
    top = max(0, int((word.top + inset) * scale))
    bottom = min(picture.height, int((word.bottom - inset) * scale) + 1)
    if right <= left or bottom <= top:
        return False
    darkest, lightest = picture.crop((left, top, right, bottom)).getextrema()
    return bool(lightest - darkest >= INK_CONTRAST)


def ink_scale(width: float, height: float) -> float:
    """Pixels a point for the ink test, less for huge pages."""
    pixels = width * height * INK_SCALE**2
    return float(INK_SCALE if pixels <= MAX_INK_PIXELS else INK_SCALE * (MAX_INK_PIXELS / pixels) ** 0.5)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the text object behind a character says. `embedded`: its font is in the file."""

    invisible: bool = False
    embedded: bool = True
    size: float = 0.0
    bold: bool = False


_UNKNOWN = _Look()


class _Objects:
    """The looks of the text objects, each found out once."""

    def __init__(self, raw: Any, text_page: Any) -> None:
        self._raw, self._text = raw, text_page
        self._seen: dict[int, _Look] = {}
        self._matrix = raw.FS_MATRIX()

    def look(self, index: int) -> _Look:
        thing = self._raw.FPDFText_GetTextObject(self._text, index)
        key = ctypes.cast(thing, ctypes.c_void_p).value if thing else None
        if key is None:
            return _UNKNOWN
        if key not in self._seen:
            self._seen[key] = self._find(thing, index)
        return self._seen[key]

    def _find(self, thing: Any, index: int) -> _Look:
        raw, matrix = self._raw, self._matrix
        font = raw.FPDFTextObj_GetFont(thing)
        scale = 0.0
        if raw.FPDFText_GetMatrix(self._text, index, matrix):
            scale = float(abs(matrix.a * matrix.d - matrix.b * matrix.c)) ** 0.5
        return _Look(
            raw.FPDFTextObj_GetTextRenderMode(thing) in INVISIBLE_MODES,
            not font or raw.FPDFFont_GetIsEmbedded(font) != 0,
            raw.FPDFText_GetFontSize(self._text, index) * scale,
            bool(font) and self._is_bold(font),
        )

    def _is_bold(self, font: Any) -> bool:
        raw = self._raw
        name = ctypes.create_string_buffer(LONGEST_FONT_NAME)
        raw.FPDFFont_GetBaseFontName(font, name, LONGEST_FONT_NAME)
        return b"bold" in name.value.lower() or raw.FPDFFont_GetWeight(font) >= BOLD_WEIGHT


def _visible(words: list[tuple[Word, int]], picture: Any, scale: float, place: Place, objects: _Objects) -> Found:
    found = Found([])
    for word, first in words:
        if not any(character.isalnum() for character in word.text) and _inside(word, place):
            found.words.append(word)
            continue
        look = objects.look(first)
        word.size, word.bold = look.size, look.bold
        if look.invisible:
            found.invisible_layer += 1
        elif has_ink(picture, scale, word) or (not look.embedded and _inside(word, place)):
            found.words.append(word)
        else:
            found.hidden += 1
    return found


def _measure(raw: Any, text_page: Any, place: Place, words: list[Word]) -> None:
    """Set each word's area: where its glyphs reach beyond the heights of their font, its ink does too."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for word in words:
        sides = [word.left, word.top, word.right, word.bottom]
        reach = MOST_OVERSHOOT * max(1.0, min(word.height, word.right - word.left))
        for index in range(word.first, word.first + len(word.text)):
            if word.first < 0 or not raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
                continue
            box = place.box(left.value, bottom.value, right.value, top.value)
            sides = [*map(min, sides[:2], box[:2]), *map(max, sides[2:], box[2:])]
        word.area = (
            max(sides[0], word.left - reach),
            max(sides[1], word.top - reach),
            min(sides[2], word.right + reach),
            min(sides[3], word.bottom + reach),
        )


def find(page: Any, picture: Any, scale: float, *, areas: bool = False) -> Found:
    """The visible words of a page, with their areas if asked for; `picture` is it in grey, `scale` pixels a point."""
    import pypdfium2.raw as raw

    place = Place(page)
    text_page = page.get_textpage()
    try:
        builder, seen, unmapped = _characters(raw, text_page.raw, place)
        objects = _Objects(raw, text_page.raw)
        found = _visible(builder.words, picture, scale, place, objects)
        found.unmapped, found.characters = unmapped, seen
        uneven = read_pdf_slant.out_of_line(found.words)
        apart = _visible(builder.slanted, picture, scale, place, objects)
        slanted = [*apart.words, *(found.words[one] for one in uneven)]
        found.hidden += apart.hidden
        found.invisible_layer += apart.invisible_layer
        found.words = [word for number, word in enumerate(found.words) if number not in uneven]
        found.slanted = sum(len(word.text) for word in slanted)
        found.slanted_top = min((word.top for word in slanted), default=0.0)
        found.apart = slanted
        if areas:
            _measure(raw, text_page.raw, place, found.words)
        return found
    finally:
        text_page.close()


def _inside(word: Word, place: Place) -> bool:
    across, down = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return bool(0 <= across <= place.width and 0 <= down <= place.height)
