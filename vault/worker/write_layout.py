"""What typeset pages look like: fonts, styles, and text made safe to set. On reportlab.

DejaVu Sans covers Latin, Cyrillic, Greek, Armenian, Georgian and more. A character that it lacks shows as the
replacement character, never as nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FONTS = Path(__file__).resolve().parent / "fonts"
BODY, STRONG = "Body", "Strong"
PAGE_SIZES = {"A4": (595.28, 841.89), "Letter": (612.0, 792.0)}
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 76.0, 54.0, 56.0, 60.0
BODY_SIZE, BODY_LEADING = 9.5, 13.6
HEADING_SIZES = {0: 16.0, 1: 13.5, 2: 12.0, 3: 10.8}
SMALLEST_HEADING = 10.0
LIST_INDENT, HANGING, DEEPEST_INDENT = 16.0, 9.0, 5
LONGEST_WHOLE, LETTER_WIDTH, CELL_PADDING = 14, 0.6, 8.0
CELL_SIZES = ((5, 8.6), (9, 7.6), (1_000, 6.4))  # up to so many columns, points
GREY = "#6b6b6b"
RULE = "#b5b5b5"
REPLACEMENT = "\ufffd"
LAST_SETTABLE = 0xFFFF  # reportlab writes a wrong ToUnicode for what lies beyond
LONGEST_PIECE = 3_000
TAB = "\u00a0\u00a0\u00a0"

FIRST_LETTERS = 2_000
_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

DEFAULT_LABELS = {
    "page": "p. {n}",
    "picture": "[PICTURE WITHHELD]",
    "empty": "[NO TEXT ON THIS PAGE]",
    "lost": "[CHARACTERS OF THIS PAGE THAT CAN'T BE SHOWN: {n}]",
    "to-left": "[RIGHT-TO-LEFT WRITING ON THIS PAGE IS SET FROM LEFT TO RIGHT. READ IT IN A COPY AS DOCX OR TEXT.]",
}


def prepare() -> None:
    """Register both fonts; everything of reportlab that opens files happens here."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in ((BODY, "DejaVuSans.ttf"), (STRONG, "DejaVuSans-Bold.ttf")):
        # asciiReadable would embed the whole ASCII block, used or not
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file), asciiReadable=False))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=STRONG, italic=BODY, boldItalic=STRONG)


class _Glyphs(dict[int, str]):
    """What to set for a character, found once for each: itself, its compatible form, a blank, or the replacement."""

    def __init__(self, font: str) -> None:
        from reportlab.pdfbase import pdfmetrics

        super().__init__()
        self._known = pdfmetrics.getFont(font).face.charToGlyph

    def __missing__(self, code: int) -> str:
        found = self._settable(chr(code))
        self[code] = found
        return found

    def _settable(self, character: str) -> str:
        code, category = ord(character), unicodedata.category(character)
        if character in "\n\u00a0":
            return character
        if character == "\t":
            return TAB
        if character in "\u2028\u2029\x0b\x0c\r\x85":
            return "\n"
        if category in ("Cc", "Cf", "Cs"):
            return ""
        if category == "Zs":
            return " "
        if self._shows(code):
            return character
        # Letters of mathematics and the like, and composed ones without a glyph, fall into what has one.
        for form in ("NFKC", "NFKD"):
            plainer = unicodedata.normalize(form, character)
            if plainer != character and all(self._shows(ord(one)) for one in plainer):
                return plainer
        return REPLACEMENT

    def _shows(self, code: int) -> bool:
        return code <= LAST_SETTABLE and bool(self._known.get(code, 0))


@cache
def _glyphs(font: str) -> _Glyphs:
    return _Glyphs(font)


def plain(text: str, font: str = BODY) -> str:
    """Text that the font can show, composed, without anything that does not print."""
    return unicodedata.normalize("NFC", text).translate(_glyphs(font))


def lost(texts: Iterable[str]) -> int:
    """How many characters of the texts show as the replacement character only."""
    return sum(plain(text).count(REPLACEMENT) - text.count(REPLACEMENT) for text in texts)


def runs_to_left(text: str) -> bool:
    """Whether more letters run to the left than to the right."""
    kinds = [unicodedata.bidirectional(one) for one in text[:FIRST_LETTERS]]
    return kinds.count("R") + kinds.count("AL") > kinds.count("L")


def holds_to_left(text: str) -> bool:
    """Whether any letter runs to the left, as in Arabic and Hebrew; such lines are not turned round here."""
    return bool(_TO_LEFT.search(text))


def markup(text: str, font: str = BODY) -> str:
    """`plain` text as reportlab's paragraph markup."""
    return escape(plain(text, font)).replace("\n", "<br/>")


def pieces(text: str) -> list[tuple[int, int]]:
    """(start, end) of parts of a long text, cut after white space, that reportlab can break over pages quickly."""
    parts = []
    start = 0
    while len(text) - start > LONGEST_PIECE:
        least, most = start + LONGEST_PIECE // 2, start + LONGEST_PIECE
        cut = text.rfind("\n", least, most)
        cut = cut if cut > 0 else text.rfind(" ", least, most)
        end = cut + 1 if cut > 0 else most
        parts.append((start, end))
        start = end
    return [*parts, (start, len(text))]


def style(kind: str, level: int = 0) -> Any:
    """The reportlab style of a block; the level of a table's cell is the number of its columns."""
    from reportlab.lib.styles import ParagraphStyle

    common = {"fontName": BODY, "fontSize": BODY_SIZE, "leading": BODY_LEADING, "splitLongWords": 1}
    if kind in ("heading", "title"):
        size = HEADING_SIZES.get(level, SMALLEST_HEADING)
        wide = {"fontName": STRONG, "fontSize": size, "leading": 1.3 * size}
        return ParagraphStyle(kind, **{**common, **wide}, spaceBefore=0.8 * size, spaceAfter=0.4 * size)
    if kind == "list-item":
        indent = LIST_INDENT * max(1, min(level, DEEPEST_INDENT))
        return ParagraphStyle(kind, **common, leftIndent=indent, firstLineIndent=-HANGING, spaceAfter=3.0)
    if kind in ("cell", "column-heading"):
        size = _cell_size(level)
        font = STRONG if kind == "column-heading" else BODY
        return ParagraphStyle(kind, **{**common, "fontName": font, "fontSize": size, "leading": 1.32 * size})
    if kind == "aside":
        return ParagraphStyle(kind, **common, textColor=GREY, spaceBefore=4.0, spaceAfter=6.0)
    return ParagraphStyle(kind, **common, spaceAfter=6.5)


def column_shares(rows: list[list[str]]) -> list[float]:
    """How much of the width each column gets: by its longest words and its amount of text, at least a little."""
    width = max(len(row) for row in rows)
    weights = []
    for column in range(width):
        cells = [row[column] for row in rows if column < len(row)]
        longest_word = max((len(word) for cell in cells for word in cell.split()), default=1)
        longest_cell = max((len(cell) for cell in cells), default=1)
        weights.append(max(4.0, min(28.0, 1.2 * longest_word), min(60.0, longest_cell**0.75)))
    total = sum(weights)
    return [weight / total for weight in weights]


def least_width(rows: list[list[str]]) -> float:
    """Points that a table needs for its longest words to stay whole, as far as that is sensible."""
    columns = len(rows[0])
    letter = LETTER_WIDTH * _cell_size(columns)
    words = (max((len(word) for row in rows for word in row[column].split()), default=1) for column in range(columns))
    return sum(min(LONGEST_WHOLE, word) * letter + CELL_PADDING for word in words)


def _cell_size(columns: int) -> float:
    return next(size for most, size in CELL_SIZES if columns <= most)
